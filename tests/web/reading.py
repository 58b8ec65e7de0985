"""Reads a page as a browser would: strictly, so that a tag that is not closed is found."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = frozenset({"meta", "link", "br", "hr", "img", "input", "rect", "path", "circle", "line", "source", "wbr"})


@dataclass
class Element:
    """An element with what is in it."""

    name: str
    attributes: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    def all(self, name: str | None = None) -> Iterator["Element"]:
        """Yield the elements below this one, in their order."""
        for child in self.children:
            if isinstance(child, Element):
                if name in {None, child.name}:
                    yield child
                yield from child.all(name)

    @property
    def text(self) -> str:
        """Return the words in it, on one line."""
        pieces = (child if isinstance(child, str) else child.text for child in self.children)
        return " ".join(" ".join(pieces).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice: {self.get_starttag_text()}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open[-1].name, f"</{tag}> where <{self.open[-1].name}> is open, at {self.getpos()}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(body: bytes) -> Element:
    """Return a page as a tree; fails on one that is not well-formed."""
    reader = _Reader()
    reader.feed(body.decode("utf-8"))
    reader.close()
    assert reader.open == [reader.root], f"not closed: {[one.name for one in reader.open[1:]]}"
    return reader.root


def forms_of(page: Element) -> list[str]:
    """Return the functions that the forms of a page call, in their order."""
    specs = [one for one in page.all("script") if one.attributes.get("id", "").startswith("act-")]
    return [json.loads(one.text)["name"] for one in specs]


def spec_of(page: Element, key: str) -> dict[str, Any]:
    """Return what the script gets to know of the form with a key."""
    (found,) = (one for one in page.all("script") if one.attributes.get("id") == f"act-{key}-spec")
    spec: dict[str, Any] = json.loads(found.text)
    return spec
