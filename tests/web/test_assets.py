"""Style sheet and scripts: at addresses that never change, small, and by the rules of the house."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from tests.api.client import Client
from tests.web.reading import read
from web.assets import Assets

ROOT = Path(__file__).resolve().parents[2]
STYLES = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "web" / "styles").glob("*.css"))}
TOKENS = STYLES["1-tokens.css"]
PHYSICAL = re.compile(
    r"(?<![\w-])(?:margin|padding|border|inset)-(?:left|right|top|bottom)|(?<![\w-])(?:left|right|top|bottom)\s*:"
    r"|text-align:\s*(?:left|right)|float:\s*(?:left|right)|(?<![\w-])(?:max-|min-)?(?:width|height)\s*:"
)
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch)\(")


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", block))


def light() -> dict[str, str]:
    return tokens(TOKENS[: TOKENS.index("@media")])


def dark() -> dict[str, str]:
    return tokens(TOKENS[TOKENS.index(':root[data-theme="dark"]') :])


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_files__are_immutable_and_found_by_the_page(pages: Client) -> None:
    page = read(pages.get("/en").body)
    paths = [one.attributes["href"] for one in page.all("link") if one.attributes["rel"] in {"stylesheet", "icon"}]
    paths += [one.attributes["src"] for one in page.all("script") if "src" in one.attributes]

    for path in paths:
        answer = pages.get(path)
        assert answer.status == 200, path
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/eranos.css",
        "/static/../settings.py",
        "/static/..%2fsettings.py",
        "/static/%00",
        "/static/built",
    ],
)
def test_file__by_any_other_address__is_not_there(pages: Client, path: str) -> None:
    assert pages.get(path).status == 404


def test_file__with_another_content__has_another_address(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "styles").mkdir()
    style = tmp_path / "styles" / "1.css"
    style.write_text("a{}")
    before = Assets(tmp_path)
    style.write_text("b{}")
    after = Assets(tmp_path)

    assert before.path("eranos.css") != after.path("eranos.css")
    assert before.edition != after.edition
    with pytest.raises(KeyError):
        after.path("none.js")


def test_sizes__of_what_a_reading_page_loads_first__are_small() -> None:
    assets = Assets()

    assert assets.size("built/reading.js") <= 5 * 1024
    assert assets.size("eranos.css") <= 14 * 1024


@pytest.mark.parametrize("name", STYLES)
def test_styles__use_logical_properties_and_tokens_only(name: str) -> None:
    # Queries of the screen, and of paper, have no logical form or no theme.
    text = re.sub(r"@media[^{]*\{", "", STYLES[name])
    text = re.sub(r"@media print.*", "", text, flags=re.DOTALL) if name == "2-base.css" else text
    text = text.replace("color: #000;", "").replace("background: #fff;", "")

    assert PHYSICAL.findall(text) == []
    assert name == "1-tokens.css" or COLOUR.findall(text) == []


def test_styles__of_both_dark_themes__are_the_same() -> None:
    by_browser = TOKENS[TOKENS.index("@media") : TOKENS.index(':root[data-theme="dark"]')]

    assert tokens(by_browser) == dark()
    assert dark().keys() == light().keys()


@pytest.mark.parametrize("theme", [light(), dark()], ids=["light", "dark"])
def test_colours__of_text__stand_out_from_what_is_behind(theme: dict[str, str]) -> None:
    grounds = ("paper", "surface", "sunk")
    pairs = [(text, ground) for text in ("ink", "muted", "sea", "clay") for ground in grounds]
    pairs += [("on-strong", "clay"), ("ink", "honey-pale"), ("ink", "sea-pale")]
    pairs += [("sea", "sea-pale"), ("olive", "olive-pale"), ("clay", "clay-pale"), ("olive", "paper")]
    too_faint = {pair: contrast(theme[pair[0]], theme[pair[1]]) for pair in pairs}

    assert {pair: ratio for pair, ratio in too_faint.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", [light(), dark()], ids=["light", "dark"])
def test_colours__of_controls_and_pictures__stand_out(theme: dict[str, str]) -> None:
    pairs = [(mark, "paper") for mark in ("edge", "focus", "sea", "honey", "olive", "clay")] + [("edge", "surface")]

    assert {
        pair: contrast(theme[pair[0]], theme[pair[1]]) for pair in pairs if contrast(theme[pair[0]], theme[pair[1]]) < 3
    } == {}


def test_styles__are_in_the_order_of_their_numbers() -> None:
    assert all(one < other for one, other in pairwise(STYLES))
