"""The text of a document by language, for the search."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

HEADINGS: Final = ("title", "name")
PLAIN: Final = ("name", "place")
"""Fields whose text is the same in every language."""
NO_TEXT: Final = {"type", "language", "sha256", "url", "unit", "value", "share_percent"}


class Passage(NamedTuple):
    """What a document says in one language."""

    language: str
    title: str
    body: str


def passages_of(document: dict[str, Any]) -> list[Passage]:
    """Return what a document says, which follows the schema of its kind, in each of its languages."""
    titles: defaultdict[str, list[str]] = defaultdict(list)
    bodies: defaultdict[str, list[str]] = defaultdict(list)
    for field, value in document.items():
        if field in NO_TEXT or field in PLAIN:
            continue
        for language, text in _texts(value):
            (titles if field in HEADINGS else bodies)[language].append(text)
    name, place = (document.get(field, "") for field in PLAIN)
    return [
        Passage(
            language,
            "\n".join([*titles[language], *([name] if name else [])]),
            "\n\n".join([*body, *([place] if place else [])]),
        )
        for language, body in sorted({**{one: [] for one in titles}, **bodies}.items())
    ]


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    """Yield (language, text) of every text by language in a field."""
    if isinstance(value, list):
        for one in value:
            for field, inner in one.items():
                if field not in NO_TEXT:
                    yield from _texts(inner)
    elif isinstance(value, dict):
        yield from value.items()


def pictures_of(document: dict[str, Any]) -> list[str]:
    """Return the hashes of the pictures that a document names, each once."""
    return list(dict.fromkeys(picture["sha256"] for picture in document.get("pictures", [])))
