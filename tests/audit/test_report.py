"""The page to be filed: what it says, and that nothing in it can be anything but text."""

from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from audit.errors import FileUnusable
from audit.ledger.findings import Difference
from audit.report import Code, Escrow, Journal, Report, Sums, page, write

EVIL = "<script>alert('&\"')</script>"
REPORT = Report(
    made_at="2026-11-22T12:00:00Z",
    tool="eranos 0.1.0",
    chain_id=31337,
    node="http://127.0.0.1:8545",
    block_number=7,
    block_hash="0x" + "12" * 32,
    block_time="2026-11-22T11:59:00Z",
    events=5,
    compared=9,
    journals=[Journal("Crowdfunding", True, 5, "0x12", 5, "0x12")],
    differences=[],
    code=None,
    credit_supply="3",
    credits_redeemed="1",
    escrows=[Escrow("Crowdfunding", "0x" + "AB" * 20, "12")],
    campaigns=[Sums(1, "0x" + "AB" * 20, "12", "0", "0", "0", "12")],
)
FALSE: list[dict[str, object]] = [
    {"journals": [Journal("Crowdfunding", False, 4, "0x11", 5, "0x12")]},
    {"differences": [Difference("pool 1", "paid", "1", "2", EVIL)]},
    {"code": [Code("Crowdfunding", "0x" + "AB" * 20, False, EVIL, ())]},
]


class Outline(HTMLParser):
    """What a reader of the page's structure meets."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def changed(**values: object) -> Report:
    return msgspec.structs.replace(REPORT, **values)


@pytest.mark.parametrize("values", FALSE)
def test_report__of_a_difference__says_so_first(values: dict[str, object]) -> None:
    report = changed(**values)

    assert not report.holds
    assert report.sentence.startswith("There are differences: ")
    assert report.sentence in Outline(page(report)).text


@pytest.mark.parametrize("values", FALSE)
def test_page__of_words_from_outside__holds_them_as_text(values: dict[str, object]) -> None:
    text = page(changed(**values, node=EVIL))

    assert EVIL not in text
    assert EVIL in Outline(text).text
    assert "script" not in Outline(text).tags


def test_page__of_any_report__is_whole_accessible_and_self_contained() -> None:
    outline = Outline(page(REPORT))

    assert outline.open == []
    assert ("lang", "en") in outline.attributes
    assert [tag for tag in outline.tags if tag in {"h1", "h2"}] == ["h1", *["h2"] * 6]
    assert outline.tags.count("table") == outline.tags.count("caption") == 4
    assert outline.tags.count("th") == sum(name == "scope" for name, _ in outline.attributes)
    assert {"script", "img", "link", "iframe"}.isdisjoint(outline.tags)
    assert {"src", "href"}.isdisjoint(name for name, _ in outline.attributes)
    assert "All that was checked holds." in outline.text
    assert "Not checked: no sources were given." in outline.text


def test_write__of_a_report__leaves_page_and_json(tmp_path: Path) -> None:
    file = tmp_path / "audit.html"
    beside = write(REPORT, file)

    assert beside == tmp_path / "audit.json"
    assert file.read_text() == page(REPORT)
    assert msgspec.json.decode(beside.read_bytes(), type=Report) == REPORT


def test_write__where_nothing_can_be_written__is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable):
        write(REPORT, tmp_path / "none" / "audit.html")
    with pytest.raises(FileUnusable, match="where the JSON goes"):
        write(REPORT, tmp_path / "audit.json")
