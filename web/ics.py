"""Calendar files as RFC 5545 wants them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from api.fields import LAST_TIME

MEDIA_TYPE: Final = "text/calendar"
MOST_OCTETS: Final = 75
"""Of a line without its end; longer ones go on in the next line, behind a space."""
_ESCAPED: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant at which something ends or begins.

    Attributes:
        uid: The same in each language, and whenever the file is made anew: calendars then move the entry.
        time: Unix time.
        summary: One line.
        description: More of it.
        url: Page that says more.
    """

    uid: str
    time: int
    summary: str
    description: str
    url: str


def calendar(name: str, deadlines: Sequence[Deadline], made_at: int) -> str:
    """Return a calendar file.

    Args:
        name: What readers call the calendar.
        deadlines: Its entries.
        made_at: Unix time of what it is made of.
    """
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Eranos//Deadlines//EN", "CALSCALE:GREGORIAN"),
        *(f"NAME:{_text(name)}", f"X-WR-CALNAME:{_text(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT6H"),
        *(line for one in deadlines for line in _event(one, made_at)),
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(deadline: Deadline, made_at: int) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(deadline.uid)}"
    yield f"DTSTAMP:{_time(made_at)}"
    yield f"DTSTART:{_time(deadline.time)}"
    yield f"SUMMARY:{_text(deadline.summary)}"
    yield f"DESCRIPTION:{_text(deadline.description)}"
    yield f"URL:{_one_line(deadline.url)}"
    # A deadline takes no time of anybody's day.
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _time(unix: int) -> str:
    return datetime.fromtimestamp(min(unix, LAST_TIME), UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_one_line(line) for line in lines).translate(_ESCAPED)


def _one_line(text: str) -> str:
    """Return a text without letters that only steer, such as those that would begin a line of the file's own."""
    return "".join(letter if letter.isprintable() or letter in "\u200c\u200d" else " " for letter in text)


def _folded(line: str) -> str:
    """Return a line in pieces of at most 75 octets, never inside of a letter."""
    pieces, piece, room = [], "", MOST_OCTETS
    for letter in line:
        octets = len(letter.encode("utf-8", "replace"))
        if octets > room:
            pieces.append(piece)
            piece, room = "", MOST_OCTETS - 1
        piece += letter
        room -= octets
    return "\r\n ".join([*pieces, piece])
