"""Compares the acts that the API announces around orders and redemptions with what the contracts accept."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import ape
from eth_utils import to_bytes, to_hex
from sqlalchemy import Engine

from api.case_acts import CaseAct, CaseActor
from indexer import case_questions
from indexer.events import Watched
from indexer.handlers import TABLES
from indexer.questions import Asker
from indexer.store import rows as store
from indexer.store import schema
from indexer.store.session import open_engine, reading
from scripts.deploy import DAY
from tests.contracts.conftest import now, travel_to
from tests.contracts.mirrored_rows import MirroredRows

#: Act, and of `payPart` the part.
About = tuple[str, str | None]
#: Function and its arguments.
Call = tuple[Any, ...]
PARTS = ("buyer_money", "buyer_credits", "seller_money", "seller_credits")


class Calls:
    """Calls of acts on one contract, tried without a trace."""

    def __init__(self, contract: Any, acts: Mapping[About, Call], senders: Mapping[str, Any]) -> None:
        self.contract = contract
        self.calls = {
            (about, who): {
                "from": sender.address,
                "to": contract.address,
                "data": to_hex(getattr(contract, about[0]).encode_input(*arguments)),
            }
            for about, arguments in acts.items()
            for who, sender in senders.items()
        }

    def accepted(self) -> dict[About, set[str]]:
        """Who the contract accepts each act from now; a refusal must be one of its typed errors."""
        answers = ask(list(self.calls.values()))
        accepted: dict[About, set[str]] = {about: set() for about, _ in self.calls}
        for (about, who), answer in zip(self.calls, answers, strict=True):
            if "error" not in answer:
                accepted[about].add(who)
                continue
            returned = to_bytes(hexstr=answer["error"].get("data", "0x"))
            assert returned[:4] in self.contract.contract_type.errors, f"{about} by {who}: {answer}"
        return accepted


def ask(calls: list[dict[str, Any]]) -> list[Any]:
    answers: list[Any] = ape.networks.provider.web3.provider.make_batch_request(
        [("eth_call", [call, "latest"]) for call in calls]
    )
    return answers


def announced(
    acts: Iterable[CaseAct], senders: Mapping[str, Any], sse_entities: set[str], time: int
) -> dict[About, set[str]]:
    """Who may do what at `time`."""
    may: dict[About, set[str]] = {}
    for act in (act for act in acts if act.is_legal_at(time)):
        for name, sender in senders.items():
            account = sender.address.lower()
            right = {CaseActor.ARBITER: name == "arbiter", CaseActor.SSE_ENTITY: account in sse_entities}
            if right.get(act.by, True) and act.account in {None, account} and account not in act.excluded:
                may.setdefault((act.name.value, act.part.value if act.part else None), set()).add(name)
    return may


def sse_entities(rows: MirroredRows, time: int) -> set[str]:
    """The accounts that act for an entity that is verified as one of the social economy at `time`."""
    return {
        e.account
        for e in rows.all("entities", state="verified")
        if e.kinds & 1 and e.suspended_until <= time < e.verified_until
    }


def prove(acts: list[CaseAct], calls: Calls, senders: Mapping[str, Any], rows: MirroredRows) -> Iterator[int]:
    """Goes through every edge of every window, and compares; yields each instant after that."""
    start = now()
    edges = {edge for act in acts for edge in (act.starts_at, act.ends_at) if edge is not None}
    edges |= {e.verified_until for e in rows.all("entities")}
    times = {start} | {edge + offset for edge in edges for offset in (-1, 0, 1)}
    for time in sorted(time for time in times if start <= time < start + 500 * DAY):
        if time > now():
            travel_to(time)
        expected, found = announced(acts, senders, sse_entities(rows, time), time), calls.accepted()
        wanted = {about: expected.get(about, set()) for about in found}
        assert found == wanted, f"{time - start} seconds later"
        assert set(expected) <= set(found), "an act is announced that is not tried"
        yield time


class Reconciled:
    """A mirror of rows, on which the questions of a reconciliation are asked."""

    def __init__(self, template: Path, folder: Path, rows: MirroredRows) -> None:
        path = folder / "mirror.db"
        shutil.copy(template, path)
        self.url = f"sqlite:///{path}"
        names = {address: name for name, address in rows.addresses.items()}
        self.watched = Watched(1, "0x", names, 0)
        with self.engine() as engine, engine.begin() as connection:
            for name, group in groupby(sorted(rows.rows), key=lambda place: place[0]):
                store.insert(connection, TABLES[name], [rows.rows[place] or {} for place in group])

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        opened = open_engine(self.url)
        yield opened
        opened.dispose()

    def check(self, time: int) -> None:
        """The contracts answer at `time` what the rows say."""
        with self.engine() as engine, reading(engine) as connection:
            questions = list(case_questions.case_questions(connection, Asker(self.watched), time))
        answers = ask([{"to": question.call.to, "data": question.call.data} for question in questions])
        for question, answer in zip(questions, answers, strict=True):
            found = question.read(to_bytes(hexstr=answer["result"]))
            assert found is not None
            for name, value in question.expected.items():
                assert question.agrees(value, found[name]), f"{question.subject} {question.key} {name}: {found}"


def empty_mirror(folder: Path) -> Path:
    """Makes an empty mirror, to be copied."""
    path = folder / "empty.db"
    engine = open_engine(f"sqlite:///{path}")
    schema.upgrade(engine)
    engine.dispose()
    return path
