"""One campaign's life: each event with its proof, and where each unit of citizens' and of public money went."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from audit.errors import FileUnusable, UnknownSubject
from audit.lab import Lab
from audit.ledger.campaigns import BPS, Campaign
from audit.ledger.check import Checked, check
from audit.ledger.findings import address_of
from audit.ledger.pools import Pool, PoolBook, Reservation
from audit.ledger.words import Layout, Values, layouts
from audit.node import Log
from audit.progress import Progress
from audit.proofs import proof as proofs
from audit.proofs.errors import ProofRefuted
from audit.proofs.hex_text import bytes_of
from audit.proofs.proof import Block, Proof
from audit.shares import shares

CONTRACTS: Final = ("Crowdfunding", "MatchFunding")
GIFT: Final = 0
"""Stands for the pool itself, where no backer called the money."""


@dataclass(frozen=True, slots=True)
class Money:
    """What one payer gave to a campaign, and where it went, in base units."""

    payer: str
    """Address; or `gift`, which a pool gives by itself."""
    given: int
    by_milestone: list[int]
    """Spent by each milestone released."""
    back: int
    """Refunded to a backer, or freed for the pool again."""

    @property
    def waiting(self) -> int:
        """Return what is neither spent nor back."""
        return self.given - sum(self.by_milestone) - self.back


@dataclass(frozen=True)
class Life:
    """One campaign's life."""

    number: int
    proofs: list[Proof]
    """Of every event, in chain order."""
    citizens: list[Money]
    public: dict[int, list[Money]]
    """By pool."""
    checked: Checked

    @property
    def campaign(self) -> Campaign:
        """Return the campaign's totals."""
        return self.checked.books.campaigns.campaigns[self.number]


@dataclass
class Kept:
    """The events of one campaign, and what backers gave, before refunds erase it."""

    number: int
    known: Mapping[str, Mapping[str, Layout]]
    """Events by topic, by address."""
    logs: list[Log] = field(default_factory=list)
    pledged: dict[int, int] = field(default_factory=dict)
    refunded: dict[int, int] = field(default_factory=dict)
    released: list[int] = field(default_factory=list)
    """Total after each milestone."""
    reserved: dict[int, dict[int, int]] = field(default_factory=dict)
    """By pool and backer, as long as the pledge is there."""

    def take(self, log: Log) -> None:
        """Keep an event if it is about the campaign."""
        layout = self.known.get(log.address, {}).get(log.topics[0])
        if layout is None or "campaignId" not in layout.fields:
            return
        values = layout.read(log)
        if values["campaignId"] == self.number:
            self.logs.append(log)
            self._note(layout.name, values)

    def _note(self, name: str, e: Values) -> None:
        if name == "PledgeMade":
            self.pledged[e["backer"]] = e["pledged"]
        elif name == "PledgeWithdrawn":
            self.pledged.pop(e["backer"], None)
        elif name == "PledgeRefunded":
            self.refunded[e["backer"]] = e["amount"]
        elif name == "MilestoneReleased":
            self.released.append(e["released"])
        elif name == "CampaignEnrolled":
            self.reserved[e["poolId"]] = {GIFT: e["reserved"]} if e["reserved"] else {}
        elif name == "MatchReserved":
            called = self.reserved[e["poolId"]]
            called[e["backer"]] = called.get(e["backer"], 0) + e["amount"]
        elif name == "MatchReturned":
            self.reserved[e["poolId"]].pop(e["backer"], None)


def tell(lab: Lab, number: int, progress: Progress) -> Life:
    """Check the whole ledger, and tell one campaign's life with the proof of each event.

    Raises:
        UnknownSubject: There is no such campaign.
        NodeUntrue: The node contradicts itself or a block's hash.
        NodeUnavailable: It does not answer, or has forgotten.
        ProofRefuted: It tells of an event that is not in its block.
    """
    kept = Kept(number, {lab.contract(name).address.lower(): layouts(name) for name in CONTRACTS})
    checked = check(lab, progress, kept.take)
    if number not in checked.books.campaigns.campaigns:
        raise UnknownSubject(f"the lab has {len(checked.books.campaigns.campaigns)} campaigns, none is {number}")
    campaign, pools = checked.books.campaigns.campaigns[number], checked.books.pools
    public = {
        pool: _public(pools, pools.pools[pool], number, called, campaign) for pool, called in kept.reserved.items()
    }
    made = []
    for proof in prove(lab, kept.logs):
        made.append(proof)
        progress.more(1, "events proved")
    progress.end()
    return Life(number, made, _citizens(campaign, kept), public, checked)


def prove(lab: Lab, logs: list[Log]) -> Iterator[Proof]:
    """Yield the proof of each event, checked against the hash of the block that the node says it is in.

    Raises:
        NodeUntrue: The block does not lead to its hash.
        ProofRefuted: The event that is proved is another one than the node showed.
    """
    present: tuple[str, Block] | None = None
    for log in logs:
        if present is None or present[0] != log.block_hash:
            present = (log.block_hash, lab.node.block(log.block_hash))
        made = present[1].prove(int(log.log_index, 16))
        record = proofs.check(made, bytes_of(log.block_hash))
        if record.tx_hash != log.transaction_hash or record.address.lower() != log.address:
            raise ProofRefuted(f"log {int(log.log_index, 16)} of block {record.block_number} is another one")
        yield made


def write_proofs(folder: Path, made: list[Proof]) -> list[str]:
    """Write proofs into a folder and return the names of the files.

    Raises:
        FileUnusable: They can't be written.
    """
    names = [f"{p.record.block_number}-{p.transaction_index}-{p.log}.json" for p in made]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, each in zip(names, made, strict=True):
            (folder / name).write_bytes(proofs.write(each))
    except OSError as error:
        raise FileUnusable(f"{folder} can't be written: {error.strerror or error}") from error
    return names


def lines(life: Life, files: list[str]) -> Iterator[str]:
    """Yield a campaign's life for a person."""
    campaign = life.campaign
    yield f"Campaign {life.number}, in base units of {address_of(campaign.currency)}"
    sums = ("raised", "released", "collected", "refunded", "held")
    yield ", ".join(f"{name} {getattr(campaign, name)}" for name in sums)
    yield ""
    for made, file in zip(life.proofs, files or [""] * len(life.proofs), strict=True):
        record = made.record
        said = ", ".join(f"{name} {_plain(value)}" for name, value in record.arguments.items() if name != "campaignId")
        where = f"proof {file}" if file else f"proved in block {record.block_number}, {record.block_hash}"
        yield f"{record.block_time} {record.event}: {said} [{where}]"
    yield ""
    yield "Citizens' money"
    yield from _table(life.citizens)
    for pool, money in life.public.items():
        yield f"Public money of pool {pool}, by the pledge that called it"
        yield from _table(money)


def as_json(life: Life, files: list[str]) -> bytes:
    """Return a campaign's life for machines."""
    return msgspec.json.encode(
        {
            "campaign": life.number,
            "events": [
                {"record": made.record, "proof": file or None}
                for made, file in zip(life.proofs, files or [""] * len(life.proofs), strict=True)
            ],
            "citizens": [_row(money) for money in life.citizens],
            "public": {str(pool): [_row(money) for money in some] for pool, some in life.public.items()},
        }
    )


def _citizens(campaign: Campaign, kept: Kept) -> list[Money]:
    back = dict(kept.refunded)
    if campaign.rest_pledged is not None:
        # What those would get who have not asked yet, if they asked in the order of their pledges.
        rest, unreleased = campaign.rest_pledged, campaign.raised - campaign.released - campaign.refunded
        for backer, pledge in campaign.pledges.items():
            back[backer] = pledge * unreleased // rest
            rest, unreleased = rest - pledge, unreleased - back[backer]
    spendable = {backer: pledge - back.get(backer, 0) for backer, pledge in kept.pledged.items()}
    spent = shares(spendable, kept.released)
    return [
        Money(address_of(backer), pledge, spent[backer], kept.refunded.get(backer, 0))
        for backer, pledge in kept.pledged.items()
    ]


def _public(book: PoolBook, pool: Pool, number: int, called: dict[int, int], campaign: Campaign) -> list[Money]:
    reservation = pool.reservations[number]
    total = sum(called.values())
    earned = _is_given(book, pool, number, reservation)
    bps = [sum(campaign.shares[: i + 1]) for i in range(campaign.released_milestones)]
    spent = shares(called, [total * each // BPS if earned else 0 for each in bps])
    freed = shares(called, [total - reservation.reserved if reservation.settled else 0])
    return [
        Money("gift" if backer == GIFT else address_of(backer), amount, spent[backer], freed[backer][0])
        for backer, amount in called.items()
    ]


def _is_given(book: PoolBook, pool: Pool, number: int, reservation: Reservation) -> bool:
    return bool(reservation.reserved) if reservation.settled else book.is_earned(pool, number)


def _table(money: list[Money]) -> Iterator[str]:
    for each in money:
        spent = ", ".join(f"milestone {i} {amount}" for i, amount in enumerate(each.by_milestone, 1))
        parts = [spent, f"back {each.back}" if each.back else "", f"waiting {each.waiting}" if each.waiting else ""]
        yield f"  {each.payer} gave {each.given}: {', '.join(part for part in parts if part) or 'nothing yet'}"


def _row(money: Money) -> dict[str, Any]:
    return {
        "payer": money.payer,
        "given": str(money.given),
        "by_milestone": [str(amount) for amount in money.by_milestone],
        "back": str(money.back),
        "waiting": str(money.waiting),
    }


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
