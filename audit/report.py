"""A page that a person can file: what was checked, against what, and what was found. A JSON with the same beside it.

The page is one file without scripts, readable on paper and by screen readers; everything in it that came from outside
is escaped.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec

from audit.code import Verdict
from audit.errors import FileUnusable
from audit.journals import Replayed
from audit.lab import Lab
from audit.ledger.check import Checked
from audit.ledger.findings import Difference, address_of
from audit.ledger.questions import owed

STYLE: Final = """
:root { color-scheme: light }
body { font: 1rem/1.5 Georgia, serif; color: #111; background: #fff }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 }
caption { text-align: left; font-weight: bold }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid #767676 }
td.number { text-align: right; font-variant-numeric: tabular-nums }
code, .hash { font-family: monospace; overflow-wrap: anywhere }
.verdict { font-size: 1.25rem; border: 2px solid #111; padding: .5rem 1rem }
@media print { body { margin: 0; max-width: none; font-size: 10pt } tr, .verdict { break-inside: avoid } }
"""


class Journal(msgspec.Struct):
    """Whether one contract's events are complete."""

    contract: str
    complete: bool
    events: int
    digest: str
    chain_events: int
    chain_digest: str


class Code(msgspec.Struct):
    """Whether one contract's code is that of the source."""

    contract: str
    address: str
    equal: bool
    problem: str
    notes: tuple[str, ...]


class Escrow(msgspec.Struct):
    """What one contract owes in one currency."""

    contract: str
    currency: str
    owed: str


class Sums(msgspec.Struct):
    """One campaign's money, in base units."""

    campaign: int
    currency: str
    raised: str
    released: str
    collected: str
    refunded: str
    held: str


class Report(msgspec.Struct):
    """Everything in the page."""

    made_at: str
    """RFC 3339, by the auditor's clock."""
    tool: str
    chain_id: int
    node: str
    block_number: int
    block_hash: str
    block_time: str
    events: int
    compared: int
    journals: list[Journal]
    differences: list[Difference]
    code: list[Code] | None
    """None if it was not checked."""
    credit_supply: str
    credits_redeemed: str
    escrows: list[Escrow]
    campaigns: list[Sums]

    @classmethod
    def of(
        cls, lab: Lab, checked: Checked, replayed: Sequence[Replayed], verdicts: Sequence[Verdict] | None
    ) -> "Report":
        """Return the report of what was checked."""
        books = checked.books
        return cls(
            made_at=_time(datetime.now(UTC)),
            tool=f"eranos {version('eranos')}",
            chain_id=lab.node.chain_id,
            node=lab.node.name,
            block_number=lab.header.number,
            block_hash=lab.block_hash,
            block_time=_time(datetime.fromtimestamp(lab.header.time, UTC)),
            events=checked.events,
            compared=books.findings.compared,
            journals=[_journal(each) for each in replayed],
            differences=checked.differences,
            code=None if verdicts is None else [_code(each) for each in verdicts],
            credit_supply=str(books.credits.supply),
            credits_redeemed=str(books.credits.redeemed),
            escrows=[
                Escrow(holder, address_of(token), str(sum_)) for (holder, token), sum_ in owed(books, lab).items()
            ],
            campaigns=[
                Sums(
                    *(number, address_of(c.currency)),
                    *map(str, (c.raised, c.released, c.collected, c.refunded, c.held)),
                )
                for number, c in books.campaigns.campaigns.items()
            ],
        )

    @property
    def holds(self) -> bool:
        """Whether nothing differs."""
        equal = all(each.equal for each in self.code or ())
        return equal and not self.differences and all(each.complete for each in self.journals)

    @property
    def sentence(self) -> str:
        """Return the verdict in one sentence."""
        if self.holds:
            return "All that was checked holds."
        incomplete = sum(1 for each in self.journals if not each.complete)
        unequal = sum(1 for each in self.code or () if not each.equal)
        return (
            f"There are differences: {len(self.differences)} amounts, {incomplete} incomplete journals, "
            f"{unequal} contracts with other code."
        )


def write(report: Report, file: Path) -> Path:
    """Write the page and the JSON beside it, whose path is returned.

    Raises:
        FileUnusable: They can't be written.
    """
    beside = path_beside(file)
    try:
        file.write_text(page(report), encoding="utf-8")
        beside.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    except OSError as error:
        raise FileUnusable(f"{file} can't be written: {error.strerror or error}") from error
    return beside


def path_beside(file: Path) -> Path:
    """Return where the JSON goes that is written beside a page.

    Raises:
        FileUnusable: The page would be there itself, or its folder is not there.
    """
    beside = file.with_suffix(".json")
    if beside == file:
        raise FileUnusable(f"{file} is where the JSON goes: name the page otherwise, for example {file.stem}.html")
    if not file.parent.is_dir():
        raise FileUnusable(f"{file} can't be written: there is no folder {file.parent}")
    return beside


def page(report: Report) -> str:
    """Return the page."""
    sections = [_about(report), _journals(report), _ledger(report), _code_section(report), _sums(report), _limits()]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Audit of chain {report.chain_id} at block {report.block_number}</title>\n"
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>Audit of a lab on chain {report.chain_id}</h1>\n"
        f'<p class="verdict">{escape(report.sentence)}</p>\n{"".join(sections)}</main>\n</body>\n</html>\n'
    )


def _about(report: Report) -> str:
    rows = [
        ("As of block", f"{report.block_number}, {report.block_time}"),
        ("Block hash, which is believed", report.block_hash),
        ("Node that was asked, not believed", report.node),
        ("Events read", str(report.events)),
        ("Values compared", str(report.compared)),
        ("Made", f"{report.made_at} by {report.tool}"),
    ]
    body = "".join(f'<tr><th scope="row">{escape(a)}</th><td class="hash">{escape(b)}</td></tr>\n' for a, b in rows)
    return (
        f"<h2>What was checked</h2>\n<table>\n<caption>Block and sources</caption>\n<tbody>\n{body}</tbody>\n</table>\n"
    )


def _journals(report: Report) -> str:
    rows = [
        (j.contract, "complete" if j.complete else "not complete", str(j.events), j.digest, str(j.chain_events))
        for j in report.journals
    ]
    heads = ("Contract", "Result", "Events shown", "Digest of these", "Events counted on chain")
    told = "Every event counts, in a chain of hashes that the contract keeps and the state of the block proves."
    return f"<h2>Is any event missing</h2>\n<p>{told}</p>\n{_table('Journals', heads, rows)}"


def _ledger(report: Report) -> str:
    rows = [(d.subject, d.field, d.computed, d.found, d.source) for d in report.differences]
    heads = ("Record", "Value", "By the events", "Found", "Source")
    table = _table("Differences", heads, rows) if rows else "<p>No value differs.</p>\n"
    told = "Each amount was computed from the events, and compared with what events and contracts say."
    return f"<h2>Does every amount follow</h2>\n<p>{told}</p>\n{table}"


def _code_section(report: Report) -> str:
    if report.code is None:
        return "<h2>Is the code that of the source</h2>\n<p>Not checked: no sources were given.</p>\n"
    rows = [
        (c.contract, c.address, "equal" if c.equal else "not equal", "; ".join([c.problem] if c.problem else c.notes))
        for c in report.code
    ]
    heads = ("Contract", "Address", "Result", "Notes")
    return f"<h2>Is the code that of the source</h2>\n{_table('Code', heads, rows)}"


def _sums(report: Report) -> str:
    escrows = [(e.contract, e.currency, e.owed) for e in report.escrows]
    campaigns = [tuple(map(str, msgspec.structs.astuple(c))) for c in report.campaigns]
    names = ("Campaign", "Currency", "Raised", "Released", "Collected", "Refunded", "Held")
    return (
        "<h2>Sums</h2>\n<p>In base units of each currency. "
        f"Credits in circulation: {escape(report.credit_supply)}; redeemed: {escape(report.credits_redeemed)}.</p>\n"
        + _table("What contracts owe", ("Contract", "Currency", "Owed"), escrows)
        + _table("Campaigns", names, campaigns)
    )


def _limits() -> str:
    return (
        "<h2>What this does not say</h2>\n<p>Whether the block hash is that of the chain you mean: compare it with a "
        "source that you trust. Whether help was given or goods arrived: only people know. Whether events that no "
        "journal counts are complete: approvals, pauses, roles and forwarded requests.</p>\n"
    )


def _table(caption: str, heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(f"<tr>{''.join(_cell(place, text) for place, text in enumerate(row))}</tr>\n" for row in rows)
    return (
        f"<table>\n<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}</tbody>\n</table>\n"
    )


def _cell(place: int, text: str) -> str:
    kind = ' class="hash"' if text.startswith("0x") else ' class="number"' if text.isdigit() else ""
    return f'<th scope="row">{escape(text)}</th>' if place == 0 else f"<td{kind}>{escape(text)}</td>"


def _journal(each: Replayed) -> Journal:
    ours, theirs = each.events, each.chain
    digests = ("0x" + ours.digest.hex(), "0x" + theirs.digest.hex())
    return Journal(each.contract, each.holds, ours.sequence, digests[0], theirs.sequence, digests[1])


def _code(each: Verdict) -> Code:
    return Code(each.contract, each.address, each.holds, each.problem, each.notes)


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
