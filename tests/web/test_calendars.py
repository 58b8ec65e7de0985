"""Calendar files: as RFC 5545 wants them, and with what is still to come."""

import re
from collections.abc import Mapping
from typing import Final

import pytest

from tests.api import scenario
from tests.api.client import Client
from tests.web.hostile import CORPUS
from web.ics import Deadline, calendar

MADE: Final = 1_772_366_400
LONG: Final = "ناس α 😀 " * 40


def parsed(text: str) -> list[dict[str, str]]:
    """Return the entries of a calendar file, read as strictly as the standard allows."""
    assert text.endswith("\r\n")
    raw = text.removesuffix("\r\n").split("\r\n")
    assert all(0 < len(line.encode()) <= 75 for line in raw)
    assert not any(letter in line for line in raw for letter in "\r\n\x00\x85\u2028")
    lines = "\n".join(raw).replace("\n ", "").split("\n")
    assert (lines[0], lines[1], lines[-1]) == ("BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR")
    entries: list[dict[str, str]] = []
    for line in lines[1:-1]:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            entries.append({})
        elif entries and line != "END:VEVENT":
            assert name not in entries[-1], line
            entries[-1][name] = value
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == len(entries)
    return entries


def plain(value: str) -> str:
    """Return a text as it was before it was escaped."""
    assert not re.search(r"(?<!\\)(\\\\)*[;,]", value), value
    return re.sub(r"\\([\\;,nN])", lambda found: "\n" if found[1] in "nN" else found[1], value)


def one(summary: str = "s", description: str = "d", url: str = "https://a.example", uid: str = "a@b") -> Deadline:
    return Deadline(uid, MADE, summary, description, url)


def test_calendar__times__are_instants_in_utc() -> None:
    (entry,) = parsed(calendar("Mine", [one()], MADE - 1))

    assert (entry["DTSTART"], entry["DTSTAMP"]) == ("20260301T120000Z", "20260301T115959Z")
    assert set(entry) == {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "DESCRIPTION", "URL", "TRANSP"}


def test_calendar__of_nothing__is_a_calendar() -> None:
    assert parsed(calendar("Mine", [], MADE)) == []


@pytest.mark.parametrize("text", ["a;b,c\\d", "one\ntwo", "\\n", LONG, "x" * 74, "x" * 75, "x" * 200, ""])
def test_calendar__texts__come_back_as_they_were(text: str) -> None:
    (entry,) = parsed(calendar(text, [one(summary=text, description=text)], MADE))

    assert plain(entry["SUMMARY"]) == plain(entry["DESCRIPTION"]) == text


@pytest.mark.parametrize("evil", [*CORPUS, "a\r\nEND:VEVENT\r\nBEGIN:VEVENT", "a\rATTACH:x", "a\x85b\u2028c\x00"])
def test_calendar__hostile_text__begins_no_line_of_its_own(evil: str) -> None:
    entries = parsed(calendar(evil, [one(summary=evil, description=evil, url=evil, uid=evil)], MADE))

    assert len(entries) == 1
    assert "ATTACH" not in entries[0]


def of_campaign(pages: Client, number: int, language: str = "en") -> Mapping[str, Mapping[str, str]]:
    answer = pages.get(f"/{language}/campaigns/{number}/calendar.ics")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert f'filename="campaign-{number}.ics"' in answer.headers["content-disposition"]
    entries = parsed(answer.body.decode())
    found = {entry["UID"]: entry for entry in entries}
    assert len(found) == len(entries)
    return found


def keys(entries: Mapping[str, Mapping[str, str]]) -> list[str]:
    return [uid.partition("@")[0].split("-", 2)[2] for uid in entries]


def test_campaign__that_opens_soon__tells_all_that_is_to_come(pages: Client) -> None:
    entries = of_campaign(pages, scenario.APPROVED)

    assert {"opens", "withdrawal", "deadline", "due-0"} <= set(keys(entries))
    times = [entry["DTSTART"] for entry in entries.values()]
    assert times == sorted(times)


def test_campaign__at_work__tells_no_deadline_that_is_over(pages: Client) -> None:
    told = keys(of_campaign(pages, scenario.DELIVERING))

    assert not {"opens", "withdrawal", "deadline"} & set(told)


@pytest.mark.parametrize("number", [scenario.FAILED, scenario.TERMINATED])
def test_campaign__that_is_over__has_an_empty_calendar(pages: Client, number: int) -> None:
    assert of_campaign(pages, number) == {}


def test_campaign__in_other_languages__has_the_same_entries(pages: Client) -> None:
    assert of_campaign(pages, scenario.LIVE, "el").keys() == of_campaign(pages, scenario.LIVE, "en").keys()


def test_campaign__that_is_not_there__is_unknown(pages: Client) -> None:
    assert pages.get("/en/campaigns/999/calendar.ics").status == 404


@pytest.mark.parametrize("number", scenario.PHASES)
def test_campaign__in_each_phase__has_a_readable_calendar(pages: Client, number: int) -> None:
    for entry in of_campaign(pages, number).values():
        assert entry["URL"].endswith(f"/en/campaigns/{number}")
        assert entry["DTSTART"] > entry["DTSTAMP"]
