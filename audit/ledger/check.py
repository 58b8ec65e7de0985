"""The check of a whole ledger: one pass over the events, then every question to the contracts."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from audit.journals import Kept, Replay, Replayed, kept_by, proved_slot
from audit.lab import Lab
from audit.ledger.books import CONTRACTS, Books
from audit.ledger.findings import Difference
from audit.ledger.questions import FAILED, TERMINATED, Asker, Question, escrows, questions, refund_due
from audit.ledger.words import Values
from audit.node import Log
from audit.progress import Progress

QUESTIONS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Checked:
    """A ledger that was checked."""

    books: Books
    journals: list[Replayed]
    events: int

    @property
    def differences(self) -> list[Difference]:
        """Return all that differs, but for the journals."""
        return self.books.findings.differences

    @property
    def holds(self) -> bool:
        """Whether no event is missing and nothing differs."""
        return not self.differences and all(each.holds for each in self.journals)


def check(lab: Lab, progress: Progress, keep: Callable[[Log], object] = lambda log: None) -> Checked:
    """Compute the ledger from all events and compare it with the events' own totals and with the contracts.

    Args:
        lab: What to check.
        progress: Told how far it is.
        keep: Called with each event, in chain order.

    Raises:
        NodeUntrue: The node contradicts itself, or shows events in an order that cannot be.
        NodeUnavailable: It does not answer, or has the state of the block no more.
    """
    # First, because this may fail at once.
    chain = {name: kept_by(proved_slot(lab, name)) for name in CONTRACTS}
    books, events, kept = _read(lab, progress, keep)
    ask(books, lab, progress)
    replayed = [Replayed(name, lab.header.number, kept[name], chain[name]) for name in CONTRACTS]
    return Checked(books, replayed, events)


def ask(books: Books, lab: Lab, progress: Progress) -> None:
    """Compare the books with what the contracts answer."""
    findings = books.findings
    phases: dict[int, int] = {}
    for question, answer in _answers(questions(books, lab), lab, progress):
        for name, value in question.computed.items():
            findings.compare(question.subject, name, value, answer[name], f"the contract {question.contract}")
        if "phase" in answer:
            phases[len(phases) + 1] = answer["phase"]
    for question, answer in _answers(_refunds(books, lab, phases), lab, progress):
        findings.compare(question.subject, "refundable", question.computed["value"], answer["value"], "the contract")
    for question, answer in _answers(escrows(books, lab), lab, progress):
        missing = max(0, question.computed["value"] - answer["value"])
        findings.compare(question.subject, "missing", 0, missing, "the token")
    progress.end()


def _read(lab: Lab, progress: Progress, keep: Callable[[Log], object]) -> tuple[Books, int, dict[str, Kept]]:
    names = {lab.contract(name).address.lower(): name for name in CONTRACTS}
    books, replays, events = Books(names), {address: Replay() for address in names}, 0
    for logs in lab.logs(CONTRACTS, progress):
        for log in logs:
            replays[log.address].take(log)
            books.take(log)
            keep(log)
        events += len(logs)
    return books, events, {name: replays[address].kept for address, name in names.items()}


def _refunds(books: Books, lab: Lab, phases: dict[int, int]) -> Iterator[Question]:
    asker = Asker(lab)
    for (number, campaign), phase in zip(books.campaigns.campaigns.items(), phases.values(), strict=True):
        if FAILED <= phase <= TERMINATED:
            for backer in campaign.pledges:
                due = refund_due(campaign, backer, phase)
                yield asker(f"campaign {number}", "Crowdfunding", "refundable", number, backer, value=due)


def _answers(asked: Iterable[Question], lab: Lab, progress: Progress) -> Iterator[tuple[Question, Values]]:
    waiting = iter(asked)
    while some := list(islice(waiting, QUESTIONS_AT_ONCE)):
        answers = lab.node.calls([question.call for question in some], lab.block_hash)
        progress.more(len(answers), "answers of contracts compared")
        for question, answer in zip(some, answers, strict=True):
            yield question, question.view.read(answer)
