"""Does the mirror say what the contracts say? Asks them, at the checkpoint's block, and reports each difference."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from indexer.case_questions import case_questions
from indexer.chain import Node
from indexer.errors import NodeUnavailable
from indexer.events import LAB_CONTRACTS, Watched
from indexer.pool_questions import pools, reserved_of
from indexer.questions import Asker, Question, count, facts, plain
from indexer.store import phases
from indexer.store import rows as store
from indexer.store.checkpoint import Checkpoint
from indexer.store.models import (
    Campaign,
    CreditBalance,
    CreditTotals,
    Currency,
    Entity,
    EntityState,
    Journal,
    LabPause,
    Milestone,
    Objection,
    Pledge,
    Programme,
    Role,
    RoleMember,
    RoleTarget,
)
from indexer.store.rows import Row, table_of
from indexer.verify import Difference

QUESTIONS_AT_ONCE: Final = 500
NO_ANSWER: Final = "no answer"
ZERO: Final = "0x" + "0" * 40
ENTITY_STATES: Final = [state.value for state in EntityState]


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
            report.compared += len(question.expected)
            report.differences += _differences(question, answer)
    return report


def _differences(question: Question, answer: bytes) -> Iterator[Difference]:
    chain = question.read(answer)
    for name, value in question.expected.items():
        expected, found = plain(value), NO_ANSWER if chain is None else chain[name]
        if found is NO_ANSWER or not question.agrees(expected, found):
            yield Difference(question.subject, question.key, name, str(expected), str(found))


async def _answers(
    node: Node, questions: Sequence[Question], checkpoint: Checkpoint
) -> AsyncIterator[tuple[Question, bytes]]:
    answers = await node.calls([question.call for question in questions], checkpoint.hash)
    for question, answer in zip(questions, answers, strict=True):
        if answer is None and not question.is_foreign:
            raise NodeUnavailable(
                f"the node does not answer what {question.subject} {question.key} was at block {checkpoint.number}"
            )
        yield question, answer or b""


def _questions(connection: Connection, watched: Watched, now: int) -> Iterator[Question]:
    ask = Asker(watched)
    yield from _entities(connection, ask)
    yield from _credits(connection, ask)
    yield from _campaigns(connection, ask, now)
    yield from pools(connection, ask, now)
    yield from case_questions(connection, ask, now)
    yield from _authority(connection, ask, now)
    yield from _lab(connection, ask)


def _entities(connection: Connection, ask: Asker) -> Iterator[Question]:
    yield ask("entities", "EntityRegistry", "entityCount", value=count(connection, Entity))
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


def _credits(connection: Connection, ask: Asker) -> Iterator[Question]:
    yield ask("programmes", "InnovationCredit", "programmeCount", value=count(connection, Programme))
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


def _campaigns(connection: Connection, ask: Asker, now: int) -> Iterator[Question]:
    yield ask("campaigns", "Crowdfunding", "campaignCount", value=count(connection, Campaign))
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
    connection: Connection, ask: Asker, campaigns: dict[int, Row], revoked: dict[int, int | None], now: int
) -> Iterator[Question]:
    previous: Row | None = None
    reserved = reserved_of(connection, campaigns)
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


def _authority(connection: Connection, ask: Asker, now: int) -> Iterator[Question]:
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


def _lab(connection: Connection, ask: Asker) -> Iterator[Question]:
    for row in store.scan(connection, table_of(Currency)):
        yield ask("currencies", "Crowdfunding", "isCurrency", row["currency"], value=row["listed"])
    journals = {row["contract_name"]: row for row in store.scan(connection, table_of(Journal))}
    paused = {row["contract_name"]: row for row in store.scan(connection, table_of(LabPause))}
    for name in LAB_CONTRACTS:
        journal = journals.get(name) or {"sequence": 0, "digest": "0x" + "0" * 52}
        yield ask("journals", name, "journal", sequence=journal["sequence"], digest=journal["digest"])
        pause = paused.get(name) or {"paused_until": 0, "resumed_at": None}
        yield ask("lab_pauses", name, "entryPausedUntil", value=0 if pause["resumed_at"] else pause["paused_until"])
