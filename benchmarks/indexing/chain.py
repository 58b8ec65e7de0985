"""Makes chains of the lab's own events, of any size: books and journals are right, so that nothing about them is odd.

The mix is that of a lab in use: pledges and transfers of credits make most of it, campaigns and entities some. A log is
kept as the bytes a node keeps; it becomes JSON when it is asked for, as on a real node.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sha3 import keccak_256

from indexer.events import LAB_CONTRACTS, Watched, is_journaled, topic_of
from indexer.store.event_tables import CONTRACTS, EVENTS, Argument, Event

CHAIN_ID: Final = 31337
FIRST_TIME: Final = 1_700_000_000
BLOCK_SECONDS: Final = 12
FIRST_BLOCK: Final = 1
CURRENCY: Final = 0xC0
TERM_SECONDS: Final = 30 * 86_400
ADDRESSES: Final = {name: (0xC0DE_0000 + i).to_bytes(20) for i, name in enumerate(CONTRACTS)}
ZERO_JOURNAL: Final = (0, bytes(26))

Journals = dict[str, tuple[int, bytes]]


class RawLog(NamedTuple):
    """A log as bytes."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """A block with the logs of the lab, and the journals after it."""

    number: int
    hash: bytes
    parent_hash: bytes
    time: int
    logs: list[RawLog]
    journals: Journals


def keccak(data: bytes) -> bytes:
    """Return Keccak-256."""
    digest: bytes = keccak_256(data).digest()
    return digest


TOPICS: Final = {place: bytes.fromhex(topic_of(event)[2:]) for place, event in EVENTS.items()}


def word(kind: str, value: Any) -> bytes:
    """Return one static argument as the ABI encodes it."""
    if kind.startswith("bytes"):
        return bytes(value).ljust(32, b"\0")
    return int(value).to_bytes(32)


def encode(event: Event, values: dict[str, Any]) -> RawLog:
    """Return the log of an event; arguments that are not given are zero.

    Raises:
        LookupError: The event has no such argument.
    """
    known = {argument.column for argument in event.arguments}
    if not values.keys() <= known:
        raise LookupError(f"{event.name} has no argument {', '.join(sorted(values.keys() - known))}")

    def of(argument: Argument) -> bytes:
        nothing = b"" if argument.type.startswith("bytes") else 0
        return word(argument.type, values.get(argument.column, nothing))

    topics = (TOPICS[event.contract, event.name], *(of(a) for a in event.arguments if a.indexed))
    return RawLog(ADDRESSES[event.contract], topics, b"".join([of(a) for a in event.arguments if not a.indexed]))


class Lab:
    """Plays acts and hands out their logs; the books of campaigns and credits are right at every step."""

    def __init__(self, seed: int, accounts: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - reproducible on purpose
        self.accounts = accounts
        self.time = FIRST_TIME
        self.entities = 0
        self.campaigns: list[dict[str, Any]] = []
        self.issued = 0
        self.balances: dict[int, int] = {}
        self.holders: list[int] = []
        self.logs: list[RawLog] = []
        self.acts: list[tuple[Callable[[], None], int]] = [
            (self.pledge, 50),
            (self.transfer, 33),
            (self.issue, 6),
            (self.withdraw, 3),
            (self.register, 4),
            (self.update, 3),
            (self.submit, 1),
        ]

    def emit(self, contract: str, name: str, **values: Any) -> None:
        """Add one log."""
        self.logs.append(encode(EVENTS[contract, name], values))

    def account(self) -> int:
        """Return the address of somebody."""
        return 0xACC0 << 64 | self.random.randrange(self.accounts)

    def begin(self) -> None:
        """Play what comes before the first pledge."""
        self.emit("Crowdfunding", "CurrencyListed", currency=CURRENCY, decimals=6)
        self.register()
        terms = {"programme_id": 1, "issuer": 1, "cap": 2**95, "starts_at": self.time, "ends_at": self.time * 2}
        self.emit("InnovationCredit", "ProgrammeOpened", **terms, purpose_hash=b"\x11" * 32)
        for _ in range(20):
            self.submit()
            self.issue()

    def act(self, count: int) -> Iterator[RawLog]:
        """Yield at least `count` logs of random acts."""
        functions, weights = zip(*self.acts, strict=True)
        while len(self.logs) < count:
            self.random.choices(functions, weights)[0]()
        logs, self.logs = self.logs, []
        yield from logs

    def register(self) -> None:
        """Register and verify an entity."""
        self.entities += 1
        entity = {"entity_id": self.entities}
        account, profile = 0xE0 << 64 | self.entities, self.random.randbytes(32)
        first = {"account": account, "kinds": 1, "profile_hash": profile, "old_state": 0, "new_state": 1}
        self.emit("EntityRegistry", "EntityRegistered", **entity, **first)
        verified = {"kinds": 1, "verified_until": 2 * self.time, "old_state": 1, "new_state": 2}
        self.emit("EntityRegistry", "EntityVerified", **entity, **verified)

    def submit(self) -> None:
        """Submit a campaign with three milestones and have it approved."""
        campaign_id = len(self.campaigns) + 1
        self.campaigns.append({"raised": 0, "members": 0, "pledges": {}})
        deadline = self.time + TERM_SECONDS
        terms: dict[str, Any] = {
            "terms_payout_account": self.account(),
            "terms_currency": CURRENCY,
            "terms_goal": 10**9,
            "terms_stretch_goal": 10**15,
            "terms_min_pledge": 1,
            "terms_opens_at": self.time,
            "terms_deadline": deadline,
            "terms_withdrawal_cutoff": 86_400,
            "terms_objection_window": 604_800,
            "terms_ruling_window": 1_209_600,
            "terms_territory": b"ES-SE",
            "terms_themes": 5,
            "terms_description_hash": self.random.randbytes(32),
        }
        submitted = {"organizer": 1, "account": 0xE0 << 64 | 1, "milestone_count": 3, "old_phase": 0, "new_phase": 1}
        self.emit("Crowdfunding", "CampaignSubmitted", campaign_id=campaign_id, **submitted, **terms)
        for milestone, share in enumerate((3_000, 3_000, 4_000)):
            plan = {"share_bps": share, "due_date": deadline + milestone, "document_hash": self.random.randbytes(32)}
            self.emit("Crowdfunding", "MilestonePlanned", campaign_id=campaign_id, milestone=milestone, **plan)
        approved = {"reviewer": 0xAB, "old_phase": 1, "new_phase": 2}
        self.emit("Crowdfunding", "CampaignApproved", campaign_id=campaign_id, **approved)

    def pledge(self) -> None:
        """Pledge to a recent campaign; one in six backers is a member who counts from then on."""
        campaign_id = self._recent_campaign()
        campaign, backer, amount = self.campaigns[campaign_id - 1], self.account(), self.random.randrange(1, 10**9)
        before, member = campaign["pledges"].get(backer, (0, 0))
        ids = {"campaign_id": campaign_id, "backer": backer}
        if not member and backer % 6 == 0:
            member = backer & 0xFFFFFFFF
            campaign["members"] += 1
            self.emit("Crowdfunding", "MemberCounted", **ids, member_id=member, members=campaign["members"])
        campaign["raised"] += amount
        campaign["pledges"][backer] = before + amount, member
        made = {"amount": amount, "pledged": before + amount, "raised": campaign["raised"]}
        self.emit("Crowdfunding", "PledgeMade", **ids, member_id=member, **made)

    def withdraw(self) -> None:
        """Take a whole pledge back."""
        campaign_id = self._recent_campaign()
        campaign = self.campaigns[campaign_id - 1]
        if not campaign["pledges"]:
            return
        backer, (amount, member) = campaign["pledges"].popitem()
        campaign["raised"] -= amount
        campaign["members"] -= bool(member)
        gone = {"amount": amount, "raised": campaign["raised"], "members": campaign["members"]}
        self.emit("Crowdfunding", "PledgeWithdrawn", campaign_id=campaign_id, backer=backer, member_id=member, **gone)

    def issue(self) -> None:
        """Issue credits."""
        to, amount = self.account(), self.random.randrange(1, 10**18)
        self.issued += amount
        grant = {"to": to, "issuer": 1, "amount": amount, "issued": self.issued, "evidence_hash": b"\x22" * 32}
        self.emit("InnovationCredit", "CreditIssued", programme_id=1, **grant)
        self._move(0, to, amount)

    def transfer(self) -> None:
        """Pass credits on."""
        sender = self.random.choice(self.holders)
        self._move(sender, self.account(), self.random.randrange(self.balances[sender] + 1))

    def update(self) -> None:
        """Publish news of a campaign."""
        news = self.random.randbytes(32)
        self.emit("Crowdfunding", "UpdatePosted", campaign_id=self._recent_campaign(), document_hash=news)

    def _recent_campaign(self) -> int:
        count = len(self.campaigns)
        return self.random.randrange(max(0, count - 50), count) + 1

    def _move(self, sender: int, to: int, value: int) -> None:
        if sender:
            self.balances[sender] -= value
        if to not in self.balances:
            self.holders.append(to)
        self.balances[to] = self.balances.get(to, 0) + value
        self.emit("InnovationCredit", "Transfer", **{"from": sender, "to": to, "value": value})


NAMES: Final = {address: name for name, address in ADDRESSES.items()}
JOURNALED: Final = frozenset(TOPICS[event.contract, event.name] for event in EVENTS.values() if is_journaled(event))


def journals_after(journals: Journals, logs: list[RawLog]) -> Journals:
    """Return the journals after some logs (docs/protocol.md, "Journal")."""
    after = dict(journals)
    for log in logs:
        if log.topics[0] in JOURNALED:
            sequence, digest = after[NAMES[log.address]]
            event_hash = keccak(b"".join(log.topics) + log.data)
            after[NAMES[log.address]] = sequence + 1, keccak(digest.ljust(32, b"\0") + event_hash)[:26]
    return after


class Chain:
    """A chain that can be extended and reorganized."""

    def __init__(self, seed: int, events: int, per_block: int) -> None:
        """Make a chain of about `events` events, `per_block` in each block."""
        self.seed = seed
        self.forks = 0
        genesis = Block(0, self._hash(0), bytes(32), FIRST_TIME, [], dict.fromkeys(LAB_CONTRACTS, ZERO_JOURNAL))
        self.blocks = [genesis]
        self.lab = Lab(seed, accounts=max(100, events // 20))
        self.lab.begin()
        self.grow(max(1, events // per_block), per_block)

    def watched(self) -> Watched:
        """Return the deployment."""
        names = {"0x" + address.hex(): name for name, address in ADDRESSES.items()}
        return Watched(CHAIN_ID, "0x" + self.blocks[0].hash.hex(), names, FIRST_BLOCK)

    def grow(self, blocks: int, per_block: int) -> None:
        """Add blocks."""
        for _ in range(blocks):
            parent, number = self.blocks[-1], len(self.blocks)
            self.lab.time = time = parent.time + BLOCK_SECONDS
            logs = list(self.lab.act(per_block))
            journals = journals_after(parent.journals, logs)
            self.blocks.append(Block(number, self._hash(number), parent.hash, time, logs, journals))

    def reorg(self, depth: int) -> None:
        """Replace the last blocks by others with the same logs in another order of blocks: the last comes first.

        Only logs whose order does not matter may stand there; see `Chain.quiet`.
        """
        self.forks += 1
        old = self.blocks[-depth:]
        del self.blocks[-depth:]
        for block in reversed(old):
            parent, number = self.blocks[-1], len(self.blocks)
            journals = journals_after(parent.journals, block.logs)
            self.blocks.append(
                Block(number, self._hash(number), parent.hash, parent.time + BLOCK_SECONDS, block.logs, journals)
            )

    def quiet(self, blocks: int, per_block: int) -> None:
        """Add blocks of news only, whose order does not matter to any book."""
        acts, self.lab.acts = self.lab.acts, [(self.lab.update, 1)]
        self.grow(blocks, per_block)
        self.lab.acts = acts

    def _hash(self, number: int) -> bytes:
        return keccak(f"{self.seed} {self.forks} {number}".encode())
