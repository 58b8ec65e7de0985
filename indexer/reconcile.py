"""Does the mirror say what the contracts say? Asks them, at the checkpoint's block, and reports each difference."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, func, select

from indexer.chain import Call, Node
from indexer.contracts import View, view
from indexer.errors import NodeUnavailable
from indexer.events import LAB_CONTRACTS, Watched
from indexer.store import matching, phases
from indexer.store import rows as store
from indexer.store.checkpoint import Checkpoint
from indexer.store.columns import Base
from indexer.store.event_tables import snake
from indexer.store.models import (
    Campaign,
    CreditBalance,
    CreditTotals,
    Currency,
    Entity,
    EntityState,
    Funder,
    Funding,
    Journal,
    LabPause,
    Match,
    Milestone,
    Objection,
    Pledge,
    Pool,
    Programme,
    Reservation,
    Role,
    RoleMember,
    RoleTarget,
    Rule,
)
from indexer.store.rows import Row, table_of
from indexer.verify import Difference

QUESTIONS_AT_ONCE: Final = 500
ZERO: Final = "0x" + "0" * 40
ENTITY_STATES: Final = [state.value for state in EntityState]


class Question(NamedTuple):
    """One call and what the mirror expects as its answer."""

    subject: str
    key: str
    call: Call
    view: View
    expected: Row
    """By field in snake case; ``value`` if the answer is one value. Fields left out are not compared."""


@dataclass(slots=True)
class Report:
    """What a reconciliation found."""

    block_number: int
    block_hash: str
    compared: int = 0
    """Number of values."""
    differences: list[Difference] = field(default_factory=list)


async def reconcile(connection: Connection, node: Node, watched: Watched, checkpoint: Checkpoint) -> Report:
    """Compare the read models with contract calls at the checkpoint's block.

    Args:
        connection: Sees the mirror as it is at `checkpoint`.
        node: Must still have that block's state.
        watched: The contracts.
        checkpoint: The mirror's last applied block.

    Raises:
        NodeUnavailable: The node does not answer, or has that state no more.
    """
    report = Report(checkpoint.number, checkpoint.hash)
    questions = _questions(connection, watched, checkpoint.block_time)
    while some := list(islice(questions, QUESTIONS_AT_ONCE)):
        async for question, answer in _answers(node, some, checkpoint):
            mirror = {name: _plain(value) for name, value in question.expected.items()}
            chain = {name: _plain(value) for name, value in _fields(question.view.read(answer)).items()}
            report.compared += len(mirror)
            report.differences += [
                Difference(question.subject, question.key, name, str(value), str(chain[name]))
                for name, value in mirror.items()
                if chain[name] != value
            ]
    return report


async def _answers(
    node: Node, questions: Sequence[Question], checkpoint: Checkpoint
) -> AsyncIterator[tuple[Question, bytes]]:
    answers = await node.calls([question.call for question in questions], checkpoint.hash)
    for question, answer in zip(questions, answers, strict=True):
        if answer is None:
            raise NodeUnavailable(
                f"the node does not answer what {question.subject} {question.key} was at block {checkpoint.number}"
            )
        yield question, answer


def _questions(connection: Connection, watched: Watched, now: int) -> Iterator[Question]:
    ask = _Asker(watched)
    yield from _entities(connection, ask)
    yield from _credits(connection, ask)
    yield from _campaigns(connection, ask, now)
    yield from _pools(connection, ask, now)
    yield from _authority(connection, ask, now)
    yield from _lab(connection, ask)


class _Asker:
    """Builds questions to the watched contracts."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def __call__(self, subject: str, contract: str, function: str, *arguments: Any, **expected: Any) -> Question:
        asked = view(contract, function)
        call = asked.call(self._watched.address_of(contract), *arguments)
        return Question(subject, ", ".join(map(_key_text, arguments)) or function, call, asked, expected)


def _entities(connection: Connection, ask: _Asker) -> Iterator[Question]:
    yield ask("entities", "EntityRegistry", "entityCount", value=_count(connection, Entity))
    for e in store.scan(connection, table_of(Entity)):
        same = {name: e[name] for name in ("account", "kinds", "verified_until", "suspended_until")}
        live = e["state"] in {EntityState.REGISTERED, EntityState.VERIFIED}
        entity_id = e["entity_id"]
        yield ask("entities", "EntityRegistry", "entity", entity_id, state=ENTITY_STATES.index(e["state"]), **same)
        recovery = {
            "account": e["recovery_account"] or ZERO,
            "finishable_at": e["recovery_finishable_at"] or 0,
            "barred_until": e["recovery_barred_until"],
        }
        yield ask("entities", "EntityRegistry", "recovery", entity_id, **recovery)
        yield ask("entities", "EntityRegistry", "proposedAccountOf", entity_id, value=e["proposed_account"] or ZERO)
        if live:
            yield ask("entities", "EntityRegistry", "entityOf", e["account"], value=entity_id)


def _credits(connection: Connection, ask: _Asker) -> Iterator[Question]:
    yield ask("programmes", "InnovationCredit", "programmeCount", value=_count(connection, Programme))
    for p in store.scan(connection, table_of(Programme)):
        same = {name: p[name] for name in ("issuer", "starts_at", "ends_at", "cap", "issued")}
        closed = p["closed_at"] is not None
        yield ask("programmes", "InnovationCredit", "programme", p["programme_id"], closed=closed, **same)
    totals = next(store.scan(connection, table_of(CreditTotals)), {"supply": 0})
    yield ask("credit_totals", "InnovationCredit", "totalSupply", value=totals["supply"])
    for b in store.scan(connection, table_of(CreditBalance)):
        yield ask("credit_balances", "InnovationCredit", "balanceOf", b["account"], value=b["balance"])


CAMPAIGN_FIELDS: Final = (
    *("organizer", "currency", "payout_account", "goal", "stretch_goal", "min_pledge", "raised", "released"),
    *("collected", "refunded", "submitted_at", "opens_at", "deadline", "extension", "withdrawal_cutoff"),
    *("objection_window", "ruling_window", "members", "pools", "milestone_count", "current_milestone"),
)


def _campaigns(connection: Connection, ask: _Asker, now: int) -> Iterator[Question]:
    yield ask("campaigns", "Crowdfunding", "campaignCount", value=_count(connection, Campaign))
    revoked = {row["entity_id"]: row["revoked_at"] for row in store.scan(connection, table_of(Entity))}
    campaigns = {row["campaign_id"]: row for row in store.scan(connection, table_of(Campaign))}
    phase_of = {i: phases.phase_at(facts(row), revoked.get(row["organizer"]), now) for i, row in campaigns.items()}
    for campaign_id, row in campaigns.items():
        same = {name: row[name] for name in CAMPAIGN_FIELDS}
        computed = {
            "phase": phases.PHASES.index(phase_of[campaign_id]),
            "pledging_ends_at": phases.pledging_ends_at(facts(row)),
        }
        yield ask("campaigns", "Crowdfunding", "campaign", campaign_id, **same, **computed)
    yield from _milestones(connection, ask, campaigns, revoked, now)
    objections = _objections(connection)
    for row in store.scan(connection, table_of(Pledge)):
        same = {name: row[name] for name in ("amount", "member_id")}
        same["objections"] = objections.get((row["campaign_id"], row["backer"]), 0)
        if row["refunded"]:  # the contract erases the pledge
            same = dict.fromkeys(same, 0)
        campaign, phase = facts(campaigns[row["campaign_id"]]), phase_of[row["campaign_id"]]
        refundable = phases.refundable(campaign, phase, row["amount"], refunded=row["refunded"])
        yield ask("pledges", "Crowdfunding", "pledgeOf", row["campaign_id"], row["backer"], **same)
        yield ask("pledges", "Crowdfunding", "refundable", row["campaign_id"], row["backer"], value=refundable)


def _objections(connection: Connection) -> dict[tuple[int, str], int]:
    """Return the bit set of each backer's objections by campaign and backer, as the contract keeps it."""
    bits: dict[tuple[int, str], int] = {}
    for row in store.scan(connection, table_of(Objection)):
        if not row["amount"]:
            continue
        key, bit = (row["campaign_id"], row["account"]), phases.MAX_ATTEMPTS * row["milestone"] + row["attempt"] - 1
        bits[key] = bits.get(key, 0) | 1 << bit
    return bits


MILESTONE_FIELDS: Final = ("share_bps", "due_date", "attempts", "objectors", "objected_amount", "objected_pools")


def _milestones(
    connection: Connection, ask: _Asker, campaigns: dict[int, Row], revoked: dict[int, int | None], now: int
) -> Iterator[Question]:
    previous: Row | None = None
    reserved = _reserved(connection, campaigns)
    for row in store.scan(connection, table_of(Milestone)):
        campaign, index = facts(campaigns[row["campaign_id"]]), row["milestone"]
        owed, revoked_at = reserved.get(campaign.campaign_id, ()), revoked.get(campaign.organizer)
        before = None if index == 0 else previous
        cumulative = before["cumulative"] if before else 0
        row["cumulative"] = cumulative + row["share_bps"]
        delivering = phases.phase_at(campaign, revoked_at, now) is phases.Phase.DELIVERING
        earlier = facts(before) if before else None
        state, claim_by = phases.milestone_at(campaign, facts(row), owed, revoked_at, now), 0
        if delivering and index == campaign.current_milestone:
            claim_by = phases.claim_by(campaign, facts(row), earlier, owed, revoked_at, now)
        stopped = state is phases.MilestonePhase.STOPPED
        yield ask(
            "milestones",
            "Crowdfunding",
            "milestone",
            row["campaign_id"],
            index,
            state=phases.MILESTONE_PHASES.index(state),
            **{name: row[name] for name in MILESTONE_FIELDS},
            claimed_at=row["claimed_at"] or 0,
            window_ends_at=row["window_ends_at"] or 0,
            claim_by=claim_by,
            ruling_ends_at=phases.ruling_ends_at(campaign, facts(row)) if stopped else 0,
            tranche=phases.tranche(campaign.raised, row["cumulative"], cumulative),
        )
        previous = row


def _reserved(connection: Connection, campaigns: dict[int, Row]) -> dict[int, list[int]]:
    """Return what the pools of each campaign owe it, by place."""
    pools = {row["pool_id"]: facts(row) for row in store.scan(connection, table_of(Pool))}
    reserved: dict[int, list[int]] = {}
    for row in store.scan(connection, table_of(Reservation)):
        if row["place"] is None:
            continue
        campaign = campaigns[row["campaign_id"]]
        places = reserved.setdefault(row["campaign_id"], [0] * campaign["pools"])
        places[row["place"]] = matching.earned(pools[row["pool_id"]], facts(row), campaign["raised"])
    return reserved


POOL_FIELDS: Final = ("manager", "funded", "reserved", "paid", "reclaimed", "open_reservations")
TERMS: Final = (
    *("currency", "opens_at", "ends_at", "max_first_tranche_bps", "campaign_cap", "ratio_bps", "members_only"),
    *("member_cap", "min_raised", "min_member_pledge", "min_members"),
)
RULES: Final = [rule.value for rule in Rule]


def _pools(connection: Connection, ask: _Asker, now: int) -> Iterator[Question]:
    yield ask("pools", "MatchFunding", "poolCount", value=_count(connection, Pool))
    pools = {row["pool_id"]: row for row in store.scan(connection, table_of(Pool))}
    for pool_id, row in pools.items():
        terms = {f"terms_{name}": row[name] for name in TERMS} | {"terms_rule": RULES.index(row["rule"])}
        yield ask("pools", "MatchFunding", "pool", pool_id, **{name: row[name] for name in POOL_FIELDS}, **terms)
        yield ask("pools", "MatchFunding", "firstFunder", pool_id, value=row["first_funder"] or ZERO)
    for row in store.scan(connection, table_of(Funder)):
        yield ask("funders", "MatchFunding", "isFunder", row["pool_id"], row["entity_id"], value=True)
    for row in store.scan(connection, table_of(Funding)):
        key, pool = (row["pool_id"], row["account"]), facts(pools[row["pool_id"]])
        yield ask("fundings", "MatchFunding", "fundingOf", *key, funded=row["funded"], reclaimed=row["reclaimed"])
        due = matching.reclaimable(pool, facts(row)) if now >= pool.ends_at else 0
        yield ask("fundings", "MatchFunding", "reclaimable", *key, value=due)
    yield from _reservations(connection, ask, pools)


def _reservations(connection: Connection, ask: _Asker, pools: dict[int, Row]) -> Iterator[Question]:
    campaigns = {row["campaign_id"]: row for row in store.scan(connection, table_of(Campaign))}
    places: dict[int, list[int]] = {}
    for row in store.scan(connection, table_of(Reservation)):
        pool_id, campaign = row["pool_id"], campaigns[row["campaign_id"]]
        enrolled = row["enrolled_at"] is not None
        earned = enrolled and matching.is_earned(facts(pools[pool_id]), facts(row), campaign["raised"])
        same = {name: row[name] for name in ("reserved", "paid", "qualifying_members")}
        yield ask(
            "reservations",
            "MatchFunding",
            "reservation",
            pool_id,
            row["campaign_id"],
            requested=True,
            enrolled=enrolled,
            settled=row["settled_at"] is not None,
            earned=earned,
            **same,
        )
        if enrolled:
            places.setdefault(row["campaign_id"], [0] * matching.MAX_POOLS)[row["place"]] = pool_id
            organizer = (pool_id, campaign["organizer"])
            yield ask("reservations", "MatchFunding", "isMatchedOrganizer", *organizer, value=True)
    for campaign_id, pool_ids in places.items():
        yield ask("reservations", "MatchFunding", "poolsOf", campaign_id, value=tuple(pool_ids))
    # The contract erases a pledge that is refunded, and what it called with it.
    refunded = {
        (row["campaign_id"], row["backer"]) for row in store.scan(connection, table_of(Pledge)) if row["refunded"]
    }
    for row in store.scan(connection, table_of(Match)):
        key = (row["pool_id"], row["campaign_id"], row["backer"])
        called = 0 if key[1:] in refunded else row["amount"]
        yield ask("matches", "MatchFunding", "matchOf", *key, value=called)


def _authority(connection: Connection, ask: _Asker, now: int) -> Iterator[Question]:
    for row in store.scan(connection, table_of(Role)):
        role_id = row["role_id"]
        yield ask("roles", "AccessManager", "getRoleAdmin", role_id, value=row["admin"])
        yield ask("roles", "AccessManager", "getRoleGuardian", role_id, value=row["guardian"])
        delay = row["grant_delay"] if row["grant_delay_since"] <= now else row["previous_grant_delay"]
        yield ask("roles", "AccessManager", "getRoleGrantDelay", role_id, value=delay)
    for row in store.scan(connection, table_of(RoleMember)):
        member = row["revoked_at"] is None
        delay = row["delay"] if row["delay_since"] <= now else row["previous_delay"]
        expected = {"since": row["since"] if member else 0, "current_delay": delay if member else 0}
        yield ask("role_members", "AccessManager", "getAccess", row["role_id"], row["account"], **expected)
    for row in store.scan(connection, table_of(RoleTarget)):
        function = (row["target"], bytes.fromhex(row["selector"][2:]))
        yield ask("role_targets", "AccessManager", "getTargetFunctionRole", *function, value=row["role_id"])


def _lab(connection: Connection, ask: _Asker) -> Iterator[Question]:
    for row in store.scan(connection, table_of(Currency)):
        yield ask("currencies", "Crowdfunding", "isCurrency", row["currency"], value=row["listed"])
    journals = {row["contract_name"]: row for row in store.scan(connection, table_of(Journal))}
    paused = {row["contract_name"]: row for row in store.scan(connection, table_of(LabPause))}
    for name in LAB_CONTRACTS:
        journal = journals.get(name) or {"sequence": 0, "digest": "0x" + "0" * 52}
        yield ask("journals", name, "journal", sequence=journal["sequence"], digest=journal["digest"])
        pause = paused.get(name) or {"paused_until": 0, "resumed_at": None}
        yield ask("lab_pauses", name, "entryPausedUntil", value=pause["resumed_at"] or pause["paused_until"])


def facts(row: Row) -> Any:
    """Return a row with attributes, as `phases` reads it."""
    return SimpleNamespace(**row)


def _count(connection: Connection, model: type[Base]) -> int:
    return connection.scalar(select(func.count()).select_from(table_of(model))) or 0


def _fields(answer: Any) -> Row:
    if isinstance(answer, dict):
        return {snake(name): value for name, value in answer.items()}
    return {"value": answer}


def _plain(value: Any) -> Any:
    return "0x" + value.hex() if isinstance(value, bytes) else value


def _key_text(value: Any) -> str:
    return str(_plain(value))
