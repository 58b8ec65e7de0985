"""Acts of roles with a delay on a desk: which way a role acts, and what it announced already."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from api.database import Mirror
from api.operations import Announced, waiting
from api.roles import Role, holders_of
from web.acts.delayed import EXPIRES, WITHDRAW, announced_args, announcement, carried_out
from web.acts.forms import Desk, Form
from web.acts.model import Act, Field

MOST: Final = 10
"""Announcements of one act on a desk, those that can be done first."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """An act that was announced and did not lapse yet.

    Attributes:
        act: Which one.
        announced: When it can be done, and who announced it.
        lapses_at: Unix time from which on it can't be done any more.
        args: What was announced, as templates take it; None if nobody can read it.
        details: Of that, what somebody filled in: the words of the field and the value.
        forms: To do it once its time has come, and to take it back.
    """

    act: Act
    announced: Announced
    lapses_at: int
    args: Sequence[str] | None
    details: Sequence[tuple[Field, str]]
    forms: Sequence[Form]


def delays_of(roles: Sequence[Role], act: Act) -> set[int]:
    """Return how many seconds before those who may do an act have to announce it; 0 is not at all."""
    return {holder.delay for holder in holders_of(roles, act.contract, act.function)}


def ways(roles: Sequence[Role], act: Act) -> list[tuple[str, Act]]:
    """Return the ways in which those who may do an act have to: at once, or announced first; none if nobody may."""
    delays = {delay > 0 for delay in delays_of(roles, act)}
    return [
        *([(act.function, act)] if False in delays else []),
        *([(f"announce-{act.function}", announcement(act))] if True in delays else []),
    ]


def announcements(
    desk: Desk | None, mirror: Mirror, acts: Sequence[Act], about: int | None = None
) -> Iterator[Announcement]:
    """Yield what was announced of some acts, and can be done now or later.

    Args:
        desk: Makes the forms; None for none.
        mirror: Where to look.
        acts: Which ones.
        about: First argument that they have; None is any.
    """
    all_waiting = waiting(mirror)
    for act in acts:
        calling = (one for one in all_waiting if one.calls(act.contract, act.function))
        found = ((one, announced_args(act, one.operation.data)) for one in calling)
        running = (it for it in found if mirror.now < _lapse(it[0]) and about in {None, _subject(it[1])})
        for one, args in islice(running, MOST):
            forms = list(_forms(desk, act, one, args, mirror.now)) if desk else []
            yield Announcement(act, one, _lapse(one), args, _details(act, args), forms)


def subjects(mirror: Mirror, act: Act) -> list[int]:
    """Return the first argument of every announcement of an act that can be done now or later, each once."""
    found = (_subject(one.args) for one in announcements(None, mirror, [act]))
    return list(dict.fromkeys(number for number in found if number is not None))


def _lapse(one: Announced) -> int:
    return one.operation.executable_at + EXPIRES


def _subject(args: Sequence[str] | None) -> int | None:
    return int(args[0]) if args and args[0].isdecimal() else None


def _forms(desk: Desk, act: Act, one: Announced, args: Sequence[str] | None, now: int) -> Iterator[Form]:
    operation = one.operation
    key, lapses_at = operation.operation_id[2:10], _lapse(one)
    if args is not None and operation.executable_at <= now:
        yield desk.form(carried_out(act, args), f"do-{key}", ends_at=lapses_at)
    given = {"caller": operation.caller, "target": operation.target, "data": operation.data}
    yield desk.form(WITHDRAW, f"withdraw-{key}", given, ends_at=lapses_at)


def _details(act: Act, args: Sequence[str] | None) -> list[tuple[Field, str]]:
    fields: dict[str, Field] = {field.name: field for field in act.fields}
    pairs: Iterator[tuple[Any, str]] = zip(act.args, args or (), strict=False)
    return [(fields[leaf["name"]], value) for leaf, value in pairs if leaf["$"] == "field"]
