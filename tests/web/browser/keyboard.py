"""Hands that have a keyboard alone, in the place of Playwright's, which have a pointer and set focus by script.

`ACTS` has what tests do to elements. Each goes to its element by Tab from where the focus stands, and fails when it
does not get there, when a stop on the way is out of sight or not marked, and when the page lost the focus after the
act before. Then a rehearsal by the pointer shows that it could do the same.
"""

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Locator, Page, expect

#: How the browser of the tests has times typed. It stays in the field of the year, which may get longer.
TYPED: Final = {"date": ["%m%d%Y"], "datetime-local": ["%m%d%Y", "%I%M%p"]}

#: What Tab stops at, in its order. Times have a stop for each of their parts, and one for the calendar.
STOPS: Final = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
  .filter((it) => it.tabIndex >= 0 && !it.disabled && it.checkVisibility())
  .flatMap((it) => Array({ date: 4, "datetime-local": 7 }[it.type] ?? 1).fill(it))"""

WAY: Final = f"""(wanted) => {{
  const stops = ({STOPS})();
  const lost = window.handled && document.activeElement === document.body;
  window.handled = true;
  const steps = stops.indexOf(wanted) - stops.indexOf(document.activeElement);
  return {{ lost, stops: stops.length, back: (steps + stops.length) % stops.length > stops.length / 2 }};
}}"""

#: One stop stands for all buttons of a group of which one can be chosen.
STOP: Final = """(wanted) => {
  const it = document.activeElement, style = getComputedStyle(it), box = it.getBoundingClientRect();
  return {
    it: it.outerHTML.slice(0, 200),
    page: it === document.body,
    marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
    there: it === wanted || (it.type === "radio" && it.form === wanted.form && it.name === wanted.name),
  };
}"""

MEET: Final = """() => {
  window.met = new Set();
  addEventListener("focusin", (event) => met.add(event.target));
}"""
MISSED: Final = f"""() => ({STOPS})()
  .filter((it) => it.type !== "radio" && !met.has(it)).map((it) => it.outerHTML.slice(0, 200))"""

POINTER: Final = Locator.click
CHOOSE_FILES: Final = Locator.set_input_files


def go(to: Locator) -> None:
    """Have an element focused, by Tab in the direction that is shorter."""
    to.wait_for()
    way = to.evaluate(WAY)
    assert not way["lost"], f"the focus was lost before {to}"
    key = "Shift+Tab" if way["back"] else "Tab"
    # What an act wrote may have moved its button away from under the focus.
    stop = to.evaluate(STOP)
    # The frame of the page is a stop as well.
    for _ in range(way["stops"] + 2):
        if stop["there"]:
            return
        to.page.keyboard.press(key)
        stop = look(to)
    raise AssertionError(f"{key} does not lead to {to}")


def look(to: Locator) -> dict[str, Any]:
    """Return where the focus is, which has to be in sight."""
    stop: dict[str, Any] = to.evaluate(STOP)
    assert stop["page"] or (stop["marked"] and stop["seen"]), stop
    return stop


def go_through(page: Page) -> list[str]:
    """Go through a whole page by Tab, and return the stops that were left out."""
    page.evaluate(MEET)
    body = page.locator("body")
    for _ in range(len(page.evaluate(STOPS))):
        page.keyboard.press("Tab")
        look(body)
    missed: list[str] = page.evaluate(MISSED)
    return missed


def press(to: Locator) -> None:
    """Press a button, follow a link, open or close what is folded."""
    go(to)
    POINTER(to, trial=True)
    is_link = to.evaluate("it => it.tagName === 'A'")
    # Unlike the keyboard's own, this waits for a page that the key opens; the focus is there already.
    to.press("Enter" if is_link else "Space")


def write(to: Locator, text: str) -> None:
    """Type a text in the place of what is there."""
    go(to)
    POINTER(to, trial=True)
    keyboard, kind = to.page.keyboard, to.get_attribute("type")
    if kind in TYPED:
        go_to_first_part(to)
        for place, form in enumerate(TYPED[kind]):
            if place:
                keyboard.press("ArrowRight")
            keyboard.type(datetime.fromisoformat(text).strftime(form))
    else:
        keyboard.press("Control+A")
        keyboard.press("Delete")
        keyboard.type(text)
    expect(to).to_have_value(text)


def go_to_first_part(time: Locator) -> None:
    """Have the first part of a field of a time focused, whichever is."""
    while look(time)["there"]:
        time.page.keyboard.press("Shift+Tab")
    time.page.keyboard.press("Tab")


def choose(to: Locator, value: str) -> None:
    """Choose a line of a list by the arrows."""
    go(to)
    POINTER(to, trial=True)
    steps = to.evaluate(
        "(list, value) => [...list.options].findIndex(it => it.value === value) - list.selectedIndex", value
    )
    for _ in range(abs(steps)):
        to.page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
    expect(to).to_have_value(value)


def tick(to: Locator) -> None:
    """Tick a box, or choose one of a group by the arrows."""
    go(to)
    POINTER(to, trial=True)
    for _ in range(to.page.get_by_role("radio").count()):
        if to.evaluate("it => it === document.activeElement"):
            break
        to.page.keyboard.press("ArrowDown")
    if not to.is_checked():
        to.page.keyboard.press("Space")
    expect(to).to_be_checked()


def choose_files(to: Locator, files: Path | dict[str, Any]) -> None:
    """Go to a field of a file, and hand the file in: no test can type into the dialog of the system that it opens."""
    go(to)
    CHOOSE_FILES(to, files)


ACTS: Final = {
    "click": press,
    "fill": write,
    "select_option": choose,
    "check": tick,
    "set_input_files": choose_files,
}
