"""Each row of each read model, defined once more: as a function of the whole history of its subject.

Nothing here is shared with the handlers: they move from state to state, this sums and searches whole histories. Where
both agree, both are probably right; `indexer.verify` compares them. A history up to an earlier block gives the row as
it was then.
"""

from typing import Final

from indexer.store.event_tables import EVENTS
from indexer.store.histories.help import HELP_DEFINITIONS
from indexer.store.histories.history import Definition, History, of
from indexer.store.histories.market import MARKET_DEFINITIONS
from indexer.store.histories.pools import funder, funding, match, match_release, pool, reservation
from indexer.store.rows import Row

ZERO: Final = "0x" + "0" * 40

PAUSABLE: Final = tuple(contract for contract, name in EVENTS if name == "EntryPaused")


def entity(h: History) -> Row:
    """Return a row of `entities`."""
    state, _ = h.last("EntityRegistered", "EntityVerified", "EntityRefused", "EntityRevoked")
    verified_until = h.value("EntityVerified", "verified_until", 0)
    proposal, proposed = h.last("AccountProposed", "AccountChanged")
    recovery, recovered = h.last("RecoveryStarted", "RecoveryVetoed", "AccountChanged")
    pending = recovered if recovery == "RecoveryStarted" else {}
    return {
        "entity_id": h.key[0],
        "account": h.value("AccountChanged", "new_account", h.value("EntityRegistered", "account")),
        "kinds": h.last("EntityRegistered", "EntityVerified")[1]["kinds"],
        "state": state.removeprefix("Entity").lower(),
        "profile_hash": h.last("EntityRegistered", "ProfileUpdated")[1]["profile_hash"],
        "registered_at": h.value("EntityRegistered", "block_time"),
        "registered_event_key": h.value("EntityRegistered", "event_key"),
        "verified_at": h.value("EntityVerified", "block_time"),
        "verified_until": h.value("EntityRevoked", "revoked_at", verified_until),
        "suspended_until": h.value("EntitySuspended", "suspended_until", 0),
        "refused_at": h.value("EntityRefused", "block_time"),
        "revoked_at": h.value("EntityRevoked", "block_time"),
        "reason": h.last("EntityRefused", "EntitySuspended", "EntityRevoked")[1].get("reason"),
        "proposed_account": _nonzero(proposed.get("proposed_account")) if proposal == "AccountProposed" else None,
        "recovery_account": pending.get("new_account"),
        "recovery_finishable_at": pending.get("finishable_at"),
        "recovery_barred_until": h.value("RecoveryVetoed", "barred_until", 0),
    }


def entity_account(h: History) -> Row:
    """Return a row of `entity_accounts`."""
    name, row = h.events[0]
    account = row["account"] if name == "EntityRegistered" else row["new_account"]
    return {"entity_id": h.key[0], "since_event_key": h.key[1], "account": account, "since_at": row["block_time"]}


def programme(h: History) -> Row:
    """Return a row of `programmes`."""
    _, opened = h.last("ProgrammeOpened")
    return {
        "programme_id": h.key[0],
        **{name: opened[name] for name in ("issuer", "cap", "starts_at", "ends_at", "purpose_hash")},
        "issued": h.total("CreditIssued", "amount"),
        "opened_at": opened["block_time"],
        "opened_event_key": opened["event_key"],
        "closed_at": h.value("ProgrammeClosed", "block_time"),
    }


def credit_balance(h: History) -> Row:
    """Return a row of `credit_balances`."""
    (account,) = h.key
    received = sum(row["value"] for _, row in h.events if row["to"] == account)
    sent = sum(row["value"] for _, row in h.events if row["from"] == account)
    return {
        "account": account,
        "balance": received - sent,
        "received": received,
        "sent": sent,
        "first_event_key": h.events[0][1]["event_key"],
    }


def credit_totals(h: History) -> Row:
    """Return the row of `credit_totals`."""
    balances: dict[str, int] = {}
    for _, row in h.events:
        balances[row["from"]] = balances.get(row["from"], 0) - row["value"]
        balances[row["to"]] = balances.get(row["to"], 0) + row["value"]
    issued = sum(row["value"] for _, row in h.events if row["from"] == ZERO)
    redeemed = sum(row["value"] for _, row in h.events if row["to"] == ZERO)
    return {
        "id": 1,
        "issued": issued,
        "redeemed": redeemed,
        "supply": issued - redeemed,
        "holders": sum(balance > 0 for account, balance in balances.items() if account != ZERO),
        "transfers": sum(ZERO not in {row["from"], row["to"]} for _, row in h.events),
    }


def currency(h: History) -> Row:
    """Return a row of `currencies`."""
    name, row = h.last("CurrencyListed", "CurrencyDelisted")
    return {
        "currency": h.key[0],
        "decimals": h.value("CurrencyListed", "decimals"),
        "listed": name == "CurrencyListed",
        "listed_at": h.value("CurrencyListed", "block_time"),
        "delisted_at": row["block_time"] if name == "CurrencyDelisted" else None,
    }


DECISIONS: Final = (
    "CampaignSubmitted",
    "CampaignApproved",
    "CampaignRejected",
    "CampaignCanceled",
    "CampaignCompleted",
    "CampaignTerminated",
)


def campaign(h: History) -> Row:
    """Return a row of `campaigns`."""
    _, submitted = h.last("CampaignSubmitted")
    terms = {name.removeprefix("terms_"): value for name, value in submitted.items() if name.startswith("terms_")}
    code = bytes.fromhex(terms["territory"][2:]).rstrip(b"\0")
    text = code.decode("ascii", "replace")
    return {
        "campaign_id": h.key[0],
        **{name: submitted[name] for name in ("organizer", "account", "milestone_count")},
        **terms,
        "payout_account": h.value("PayoutAccountChanged", "new_account", terms["payout_account"]),
        "territory": None if not code else text if text.isascii() and text.isprintable() else terms["territory"],
        "state": h.last(*DECISIONS)[0].removeprefix("Campaign").lower(),
        "submitted_at": submitted["block_time"],
        "submitted_event_key": submitted["event_key"],
        "approved_at": h.value("CampaignApproved", "block_time"),
        "rejected_at": h.value("CampaignRejected", "block_time"),
        "canceled_at": h.value("CampaignCanceled", "block_time"),
        "completed_at": h.value("CampaignCompleted", "block_time"),
        "terminated_at": h.value("CampaignTerminated", "block_time"),
        "terminated_by": h.value("CampaignTerminated", "account"),
        "reviewer": h.last("CampaignApproved", "CampaignRejected")[1].get("reviewer"),
        "reason": h.value("CampaignRejected", "reason"),
        "stretch_goal_reached_at": h.value("StretchGoalReached", "block_time"),
        "raised": h.total("PledgeMade", "amount") - h.total("PledgeWithdrawn", "amount"),
        "released": h.total("MilestoneReleased", "amount"),
        "collected": h.total("FundsCollected", "amount"),
        "refunded": h.total("PledgeRefunded", "amount"),
        "rest_pledged": _rest_pledged(h),
        "backers": len(_standing(h)),
        "members": len({row["member_id"] for row in _standing(h) if row["member_id"]}),
        "pools": len(h.all("CampaignEnrolled")),
        "current_milestone": len(h.all("MilestoneReleased")),
    }


def _standing(h: History) -> list[Row]:
    """Return the last `PledgeMade` of each backer who did not withdraw since."""
    latest = {row["backer"]: (name, row) for name, row in h.events if name in {"PledgeMade", "PledgeWithdrawn"}}
    return [row for name, row in latest.values() if name == "PledgeMade"]


def _rest_pledged(h: History) -> int:
    """Return what is pledged to a terminated campaign by those who were not refunded."""
    if not h.all("CampaignTerminated"):
        return 0
    refunded = {row["backer"] for row in h.all("PledgeRefunded")}
    return sum(row["pledged"] for row in _standing(h) if row["backer"] not in refunded)


RULINGS: Final = {3: "reject", 4: "release"}
"""By the number of the state after it."""


def milestone(h: History) -> Row:
    """Return a row of `milestones`."""
    _, planned = h.last("MilestonePlanned")
    act, _ = h.last("MilestonePlanned", "MilestoneClaimed", "MilestoneRuled", "MilestoneReleased")
    attempts = len(h.all("MilestoneClaimed"))
    objections = [row for row in h.all("MilestoneObjected") if row["attempt"] == attempts]
    ruling = next((row for row in h.all("MilestoneRuled") if row["attempt"] == attempts), {})
    return {
        "campaign_id": h.key[0],
        "milestone": h.key[1],
        **{name: planned[name] for name in ("share_bps", "due_date", "document_hash")},
        "state": act.removeprefix("Milestone").lower(),
        "attempts": attempts,
        "claimed_at": h.value("MilestoneClaimed", "block_time"),
        "window_ends_at": h.value("MilestoneClaimed", "window_ends_at"),
        "evidence_hash": h.value("MilestoneClaimed", "evidence_hash"),
        "objectors": max((row["objectors"] for row in objections), default=0),
        "objected_amount": max((row["objected_amount"] for row in objections), default=0),
        "objected_pools": max((row["objected_pools"] for row in objections), default=0),
        "ruling": RULINGS[ruling["new_state"]] if ruling else None,
        "ruled_at": ruling.get("block_time"),
        "ruled_by": ruling.get("arbiter"),
        "reason": ruling.get("reason"),
        "released_at": h.value("MilestoneReleased", "block_time"),
        "tranche": h.value("MilestoneReleased", "amount"),
    }


def pledge(h: History) -> Row:
    """Return a row of `pledges`."""
    standing, made = h.last("PledgeMade", "PledgeWithdrawn")
    return {
        "campaign_id": h.key[0],
        "backer": h.key[1],
        "amount": h.total("PledgeMade", "amount") - h.total("PledgeWithdrawn", "amount"),
        "member_id": made["member_id"] if standing == "PledgeMade" else 0,
        "calls": len(h.all("PledgeMade")),
        "refunded": bool(h.all("PledgeRefunded")),
        "refunded_amount": h.total("PledgeRefunded", "amount"),
        "refunded_at": h.value("PledgeRefunded", "block_time"),
        "pledged_at": h.value("PledgeMade", "block_time"),
        "withdrawn_at": h.value("PledgeWithdrawn", "block_time"),
        "first_event_key": h.events[0][1]["event_key"],
    }


def objection(h: History) -> Row:
    """Return a row of `objections`: what those of one account to a claim added to the totals before them."""
    before = {"objectors": 0, "objected_amount": 0, "objected_pools": 0}
    added = dict.fromkeys(before, 0)
    own = [row for row in h.all("MilestoneObjected") if row["account"] == h.key[3]]
    for row in h.all("MilestoneObjected"):
        if row["account"] == h.key[3]:
            added = {name: total + row[name] - before[name] for name, total in added.items()}
        before = {name: row[name] for name in before}
    return {
        **{name: own[0][name] for name in ("campaign_id", "milestone", "attempt", "account")},
        "amount": added["objected_amount"],
        "counted": added["objectors"] > 0,
        "pools": added["objected_pools"],
        "objected_at": own[0]["block_time"],
        "objected_event_key": own[0]["event_key"],
    }


def update(h: History) -> Row:
    """Return a row of `updates`."""
    ((_, posted),) = h.events
    return {
        "campaign_id": h.key[0],
        "posted_event_key": h.key[1],
        "document_hash": posted["document_hash"],
        "posted_at": posted["block_time"],
    }


def role(h: History) -> Row:
    """Return a row of `roles`."""
    return {
        "role_id": h.key[0],
        "label": h.value("RoleLabel", "label", ""),
        "admin": h.value("RoleAdminChanged", "admin", 0),
        "guardian": h.value("RoleGuardianChanged", "guardian", 0),
        **_delays("grant_delay", h.all("RoleGrantDelayChanged"), 0),
    }


def role_member(h: History) -> Row:
    """Return a row of `role_members`."""
    start = max(i for i, (_, row) in enumerate(h.events) if row.get("new_member"))
    granted, since_then = h.events[start][1], h.events[start + 1 :]
    changes = [row for name, row in since_then if name == "RoleGranted"]
    revoked = [row["block_time"] for name, row in since_then if name == "RoleRevoked"]
    delays = _delays("delay", changes, granted["delay"])
    return {
        "role_id": h.key[0],
        "account": h.key[1],
        "granted_at": granted["block_time"],
        "since": granted["since"],
        **(delays if changes else delays | {"delay_since": granted["since"]}),
        "revoked_at": revoked[0] if revoked else None,
    }


def _delays(name: str, changes: list[Row], first: int) -> Row:
    """Return a delay, since when, and the one before; `first` was in force before any change."""
    if not changes:
        return {name: first, f"{name}_since": 0, f"previous_{name}": first}
    *earlier, last = changes
    begun = [row["delay"] for row in earlier if row["since"] <= last["block_time"]]
    return {name: last["delay"], f"{name}_since": last["since"], f"previous_{name}": begun[-1] if begun else first}


def role_target(h: History) -> Row:
    """Return a row of `role_targets`."""
    return {"target": h.key[0], "selector": h.key[1], "role_id": h.events[-1][1]["role_id"]}


def target(h: History) -> Row:
    """Return a row of `targets`."""
    closed = h.value("TargetClosed", "closed", default=False)
    return {"target": h.key[0], "closed": closed, **_delays("admin_delay", h.all("TargetAdminDelayUpdated"), 0)}


def operation(h: History) -> Row:
    """Return a row of `operations`."""
    _, scheduled = h.last("OperationScheduled")
    act, row = h.last("OperationScheduled", "OperationExecuted", "OperationCanceled")
    return {
        **{name: scheduled[name] for name in ("operation_id", "nonce", "caller", "target", "data")},
        "scheduled_at": scheduled["block_time"],
        "executable_at": scheduled["schedule"],
        "state": act.removeprefix("Operation").lower(),
        "finished_at": None if act == "OperationScheduled" else row["block_time"],
    }


def lab_pause(h: History) -> Row:
    """Return a row of `lab_pauses`."""
    act, row = h.last("EntryPaused", "EntryResumed")
    _, paused = h.last("EntryPaused")
    return {
        "contract_name": h.key[0],
        "contract": paused["contract"],
        "paused_at": paused["block_time"],
        "paused_until": paused["until"],
        "resumed_at": row["block_time"] if act == "EntryResumed" else None,
    }


def _nonzero(account: str | None) -> str | None:
    return None if account == ZERO else account


ENTITY_EVENTS: Final = (
    *("EntityRegistered", "EntityVerified", "EntityRefused", "EntitySuspended", "EntityRevoked", "ProfileUpdated"),
    *("AccountProposed", "AccountChanged", "RecoveryStarted", "RecoveryVetoed"),
)
PLEDGE_EVENTS: Final = ("PledgeMade", "PledgeWithdrawn", "PledgeRefunded")
CAMPAIGN_EVENTS: Final = (
    *DECISIONS,
    *PLEDGE_EVENTS,
    *("MemberCounted", "StretchGoalReached", "PayoutAccountChanged", "MilestoneReleased", "FundsCollected"),
)
MILESTONE_EVENTS: Final = (
    *("MilestonePlanned", "MilestoneClaimed", "MilestoneObjected", "MilestoneRuled", "MilestoneReleased"),
)
ROLE_EVENTS: Final = ("RoleLabel", "RoleAdminChanged", "RoleGuardianChanged", "RoleGrantDelayChanged", "RoleGranted")
RESERVATION_EVENTS: Final = (
    *("PoolRequested", "CampaignEnrolled", "MatchReserved", "MatchReturned", "QualifyingMembersChanged"),
    *("MatchReleased", "ReservationSettled"),
)
POOL_EVENTS: Final = (
    *("PoolOpened", "PoolFunded", "CampaignEnrolled", "MatchReserved", "MatchReturned", "MatchReleased"),
    *("ReservationSettled", "MatchReclaimed"),
)
REGISTRY, CREDIT, CROWDFUNDING, MATCHING, AUTHORITY = (
    *(("EntityRegistry",), ("InnovationCredit",)),
    *(("Crowdfunding",), ("MatchFunding",), ("AccessManager",)),
)

DEFINITIONS: Final = {
    "entities": Definition(entity, REGISTRY, of(*ENTITY_EVENTS, by=("entity_id",))),
    "entity_accounts": Definition(
        entity_account, REGISTRY, of("EntityRegistered", "AccountChanged", by=("entity_id", "event_key"))
    ),
    "programmes": Definition(
        programme, CREDIT, of("ProgrammeOpened", "ProgrammeClosed", "CreditIssued", by=("programme_id",))
    ),
    "credit_balances": Definition(credit_balance, CREDIT, {"Transfer": (("from",), ("to",))}),
    "credit_totals": Definition(credit_totals, CREDIT, of("Transfer", by=("=1",))),
    "currencies": Definition(currency, CROWDFUNDING, of("CurrencyListed", "CurrencyDelisted", by=("currency",))),
    "campaigns": Definition(
        campaign, CROWDFUNDING + MATCHING, of(*CAMPAIGN_EVENTS, "CampaignEnrolled", by=("campaign_id",))
    ),
    "milestones": Definition(
        milestone,
        CROWDFUNDING,
        of(*MILESTONE_EVENTS, by=("campaign_id", "milestone")),
    ),
    "pledges": Definition(pledge, CROWDFUNDING, of(*PLEDGE_EVENTS, by=("campaign_id", "backer"))),
    "objections": Definition(
        objection, CROWDFUNDING, of("MilestoneObjected", by=("campaign_id", "milestone", "attempt")), each="account"
    ),
    "updates": Definition(update, CROWDFUNDING, of("UpdatePosted", by=("campaign_id", "event_key"))),
    "pools": Definition(pool, MATCHING, of(*POOL_EVENTS, by=("pool_id",))),
    "funders": Definition(funder, MATCHING, of("PoolFunded", by=("pool_id", "funder"))),
    "fundings": Definition(
        funding,
        MATCHING,
        of("PoolFunded", "MatchReclaimed", "CampaignEnrolled", "ReservationSettled", by=("pool_id",)),
        each="account",
        context=("CampaignEnrolled", "ReservationSettled"),
    ),
    "reservations": Definition(reservation, MATCHING, of(*RESERVATION_EVENTS, by=("campaign_id",)), each="pool_id"),
    "matches": Definition(
        match, MATCHING, of("MatchReserved", "MatchReturned", by=("pool_id", "campaign_id", "backer"))
    ),
    "match_releases": Definition(
        match_release, MATCHING, of("MatchReleased", by=("pool_id", "campaign_id", "event_key"))
    ),
    **MARKET_DEFINITIONS,
    **HELP_DEFINITIONS,
    "roles": Definition(role, AUTHORITY, of(*ROLE_EVENTS, by=("role_id",))),
    "role_members": Definition(role_member, AUTHORITY, of("RoleGranted", "RoleRevoked", by=("role_id", "account"))),
    "role_targets": Definition(role_target, AUTHORITY, of("TargetFunctionRoleUpdated", by=("target", "selector"))),
    "targets": Definition(target, AUTHORITY, of("TargetClosed", "TargetAdminDelayUpdated", by=("target",))),
    "operations": Definition(
        operation,
        AUTHORITY,
        of("OperationScheduled", "OperationExecuted", "OperationCanceled", by=("operation_id", "nonce")),
    ),
    "lab_pauses": Definition(lab_pause, PAUSABLE, of("EntryPaused", "EntryResumed", by=("=contract_name",))),
}
"""Every read model but `journals`, which `indexer.verify` recomputes event by event."""
