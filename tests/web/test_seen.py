"""web/wallet/seen.js marks what changed since the last visit, by what the browser kept, in a page that is a stub."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]
SCRIPT: Final = """
import { readFileSync } from "node:fs";
const { account, places, local, session, broken } = JSON.parse(readFileSync(0, "utf8"));

globalThis.HTMLElement = class {
  constructor(dataset, inner = {}) { Object.assign(this, { dataset, inner, hidden: true, textContent: "" }); }
  querySelector(name) { return this.inner[name] ?? null; }
  querySelectorAll() { return this.items; }
};
const store = (values) => ({
  getItem: (name) => { if (broken) throw new Error("kept nothing"); return values[name] ?? null; },
  setItem: (name, value) => { if (broken) throw new Error("kept nothing"); values[name] = value; },
});
globalThis.localStorage = store(local);
globalThis.sessionStorage = store(session);
const note = new HTMLElement({ words: "marked", none: "nothing" });
const section = new HTMLElement({ changes: account }, { "[data-changes-note]": note });
section.items = places.map((one) => new HTMLElement({ change: one }, { "[data-new]": new HTMLElement({}) }));
globalThis.document = { querySelector: () => (places.length ? section : null) };

const { startSeen } = await import("./web/wallet/seen.js");
startSeen();
const marked = section.items.filter((one) => !one.inner["[data-new]"].hidden).map((one) => one.dataset.change);
console.log(JSON.stringify({ marked, note: note.hidden ? null : note.textContent, local, session }));
"""
ACCOUNT: Final = "0x" + "aB" * 20
KEY: Final = "eranos-seen-" + ACCOUNT.lower()
HUGE: Final = 2**62


def visit(places: list[int], local: dict[str, str], session: dict[str, str], *, broken: bool = False) -> dict[str, Any]:
    """Return what a visit marks and keeps."""
    given = {"account": ACCOUNT, "places": [str(one) for one in places], "local": local, "session": session}
    told = subprocess.run(
        [shutil.which("node") or "", "--input-type=module", "--eval", SCRIPT],
        input=json.dumps(given | {"broken": broken}),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def test_first_visit__marks_nothing_and_keeps_the_newest() -> None:
    found = visit([HUGE + 1, 5], {}, {})

    assert (found["marked"], found["note"]) == ([], None)
    assert found["local"] == {KEY: str(HUGE + 1)}


def test_next_visit__marks_what_is_newer_also_beyond_the_numbers_of_scripts() -> None:
    found = visit([HUGE + 1, HUGE, 5], {KEY: str(HUGE)}, {})

    assert (found["marked"], found["note"]) == ([str(HUGE + 1)], "marked")
    assert found["local"] == {KEY: str(HUGE + 1)}


def test_next_visit__without_changes__says_so() -> None:
    found = visit([7, 5], {KEY: "7"}, {})

    assert (found["marked"], found["note"]) == ([], "nothing")


def test_same_tab__keeps_its_marks_when_the_page_is_loaded_again() -> None:
    first = visit([9, 5], {KEY: "7"}, {})
    again = visit([9, 5], first["local"], first["session"])

    assert again["marked"] == first["marked"] == ["9"]
    assert visit([9, 5], first["local"], {})["marked"] == []


def test_after_a_reorganization__what_came_instead_is_marked_later() -> None:
    before = visit([9, 5], {KEY: "5"}, {})
    after = visit([5], before["local"], {})

    assert after["local"] == {KEY: "5"}
    assert visit([8, 5], after["local"], {})["marked"] == ["8"]


@pytest.mark.parametrize("kept", ["", "x", "-1", "1.5", "<b>"])
def test_what_is_kept_and_no_number__counts_as_a_first_visit(kept: str) -> None:
    found = visit([7], {KEY: kept}, {})

    assert (found["marked"], found["note"]) == ([], None)
    assert found["local"] == {KEY: "7"}


def test_browser_that_keeps_nothing__shows_the_page_as_it_is() -> None:
    assert visit([7], {}, {}, broken=True)["note"] is None


def test_page_without_changes__is_left_alone() -> None:
    assert visit([], {}, {})["local"] == {}
