"""Handlers of Crowdfunding."""

from typing import Final

from indexer.handlers.folding import Touch, handles
from indexer.store.event_tables import EVENTS
from indexer.store.models import CampaignState, MilestoneState, Ruling
from indexer.store.phases import MILESTONE_PHASES, MilestonePhase
from indexer.store.rows import Row

CAMPAIGN: Final = Touch("campaigns", ("campaign_id",), required=True)
MILESTONE: Final = Touch("milestones", ("campaign_id", "milestone"), required=True)


@handles("Crowdfunding", "CurrencyListed", Touch("currencies", ("currency",)))
def currency_listed(e: Row, _currency: Row | None) -> tuple[Row]:
    """A currency on the allow-list, perhaps again."""
    listed = {"listed": True, "listed_at": e["block_time"], "delisted_at": None}
    return ({"currency": e["currency"], "decimals": e["decimals"]} | listed,)


@handles("Crowdfunding", "CurrencyDelisted", Touch("currencies", ("currency",), required=True))
def currency_delisted(e: Row, _currency: Row) -> tuple[Row]:
    """A currency closed for new campaigns and pledges."""
    return ({"listed": False, "delisted_at": e["block_time"]},)


TERMS: Final = tuple(
    a.column.removeprefix("terms_")
    for a in EVENTS["Crowdfunding", "CampaignSubmitted"].arguments
    if a.column.startswith("terms_")
)


@handles("Crowdfunding", "CampaignSubmitted", Touch("campaigns", ("campaign_id",)))
def campaign_submitted(e: Row, _campaign: Row | None) -> tuple[Row]:
    """A new campaign with its terms."""
    campaign = {name: e[name] for name in ("campaign_id", "organizer", "account", "milestone_count")}
    campaign |= {name: e[f"terms_{name}"] for name in TERMS}
    campaign |= {"territory": territory(e["terms_territory"]), "state": CampaignState.SUBMITTED.value}
    campaign |= {"submitted_at": e["block_time"], "submitted_event_key": e["event_key"]}
    nothing_yet = ("approved_at", "rejected_at", "canceled_at", "completed_at", "terminated_at", "terminated_by")
    campaign |= dict.fromkeys((*nothing_yet, "reviewer", "reason", "stretch_goal_reached_at"))
    amounts = ("raised", "released", "collected", "refunded", "rest_pledged")
    return (campaign | dict.fromkeys((*amounts, "backers", "members", "pools", "current_milestone"), 0),)


def territory(code: str) -> str | None:
    """Return the text of an ISO 3166-2 code given as 0x text of bytes8, None for zero.

    Bytes that are no printable ASCII were no such code; they stay as they are.
    """
    raw = bytes.fromhex(code[2:]).rstrip(b"\0")
    if not raw:
        return None
    return raw.decode("ascii") if raw.isascii() and raw.decode("ascii").isprintable() else code


@handles("Crowdfunding", "MilestonePlanned", Touch("milestones", ("campaign_id", "milestone")))
def milestone_planned(e: Row, _milestone: Row | None) -> tuple[Row]:
    """One part of the plan of a campaign just submitted."""
    names = ("campaign_id", "milestone", "share_bps", "due_date", "document_hash")
    nothing_yet = ("claimed_at", "window_ends_at", "evidence_hash", "released_at", "tranche")
    state = {"state": MilestoneState.PLANNED.value, "attempts": 0}
    return ({name: e[name] for name in names} | state | dict.fromkeys(nothing_yet) | NO_OBJECTION,)


NO_OBJECTION: Final = {"objectors": 0, "objected_amount": 0, "objected_pools": 0} | dict.fromkeys(
    ("ruling", "ruled_at", "ruled_by", "reason")
)
"""What a claim begins with."""


@handles("Crowdfunding", "CampaignApproved", CAMPAIGN)
def campaign_approved(e: Row, _campaign: Row) -> tuple[Row]:
    """An approval."""
    approved = {"approved_at": e["block_time"], "reviewer": e["reviewer"]}
    return ({"state": CampaignState.APPROVED.value} | approved,)


@handles("Crowdfunding", "CampaignRejected", CAMPAIGN)
def campaign_rejected(e: Row, _campaign: Row) -> tuple[Row]:
    """A rejection."""
    rejected = {"rejected_at": e["block_time"], "reviewer": e["reviewer"], "reason": e["reason"]}
    return ({"state": CampaignState.REJECTED.value} | rejected,)


@handles("Crowdfunding", "CampaignCanceled", CAMPAIGN)
def campaign_canceled(e: Row, _campaign: Row) -> tuple[Row]:
    """A cancellation by the organizer."""
    return ({"state": CampaignState.CANCELED.value, "canceled_at": e["block_time"]},)


@handles("Crowdfunding", "CampaignCompleted", CAMPAIGN)
def campaign_completed(e: Row, _campaign: Row) -> tuple[Row]:
    """The release of the last milestone."""
    return ({"state": CampaignState.COMPLETED.value, "completed_at": e["block_time"]},)


@handles("Crowdfunding", "CampaignTerminated", CAMPAIGN)
def campaign_terminated(e: Row, _campaign: Row) -> tuple[Row]:
    """The end of delivery for good."""
    terminated = {"terminated_at": e["block_time"], "terminated_by": e["account"], "rest_pledged": e["rest_pledged"]}
    return ({"state": CampaignState.TERMINATED.value} | terminated,)


@handles("Crowdfunding", "UpdatePosted", CAMPAIGN, Touch("updates", ("campaign_id", "event_key")))
def update_posted(e: Row, _campaign: Row, _update: Row | None) -> tuple[None, Row]:
    """News for backers."""
    posted = {"posted_event_key": e["event_key"], "posted_at": e["block_time"]}
    return None, {"campaign_id": e["campaign_id"], "document_hash": e["document_hash"]} | posted


@handles("Crowdfunding", "MemberCounted", CAMPAIGN)
def member_counted(e: Row, _campaign: Row) -> tuple[Row]:
    """A member who counts from the pledge on that follows."""
    return ({"members": e["members"]},)


@handles("Crowdfunding", "PledgeMade", CAMPAIGN, Touch("pledges", ("campaign_id", "backer")))
def pledge_made(e: Row, campaign: Row, pledge: Row | None) -> tuple[Row, Row]:
    """A pledge, the first or one more of its backer."""
    made = {"amount": e["pledged"], "member_id": e["member_id"], "pledged_at": e["block_time"]}
    if pledge is None:
        return {"raised": e["raised"], "backers": campaign["backers"] + 1}, _no_pledge(e) | made
    totals = {"raised": e["raised"], "backers": campaign["backers"] + (pledge["amount"] == 0)}
    return totals, made | {"calls": pledge["calls"] + 1}


def _no_pledge(e: Row) -> Row:
    return {
        "campaign_id": e["campaign_id"],
        "backer": e["backer"],
        "amount": 0,
        "calls": 1,
        "refunded": False,
        "refunded_amount": 0,
        "refunded_at": None,
        "withdrawn_at": None,
        "first_event_key": e["event_key"],
    }


PLEDGE: Final = Touch("pledges", ("campaign_id", "backer"), required=True)


@handles("Crowdfunding", "PledgeWithdrawn", CAMPAIGN, PLEDGE)
def pledge_withdrawn(e: Row, campaign: Row, _pledge: Row) -> tuple[Row, Row]:
    """A whole pledge taken back."""
    totals = {"raised": e["raised"], "members": e["members"], "backers": campaign["backers"] - 1}
    return totals, {"amount": 0, "member_id": 0, "withdrawn_at": e["block_time"]}


@handles("Crowdfunding", "PledgeRefunded", CAMPAIGN, PLEDGE)
def pledge_refunded(e: Row, campaign: Row, pledge: Row) -> tuple[Row, Row]:
    """A pledge that went back to its backer; of a terminated campaign, its part of what was not released."""
    refunded = {"refunded": True, "refunded_amount": e["amount"], "refunded_at": e["block_time"]}
    rest = campaign["rest_pledged"] - pledge["amount"] if campaign["terminated_at"] is not None else 0
    return {"refunded": e["refunded"], "rest_pledged": rest}, refunded


@handles("Crowdfunding", "StretchGoalReached", CAMPAIGN)
def stretch_goal_reached(e: Row, _campaign: Row) -> tuple[Row]:
    """The end of pledging by a pledge in the extension."""
    return ({"stretch_goal_reached_at": e["block_time"]},)


@handles("Crowdfunding", "PayoutAccountChanged", CAMPAIGN)
def payout_account_changed(e: Row, _campaign: Row) -> tuple[Row]:
    """Another payout account, named by the one before."""
    return ({"payout_account": e["new_account"]},)


@handles("Crowdfunding", "MilestoneClaimed", MILESTONE)
def milestone_claimed(e: Row, _milestone: Row) -> tuple[Row]:
    """A claim, the first or one more after a rejection."""
    claim = {"claimed_at": e["block_time"], "window_ends_at": e["window_ends_at"], "evidence_hash": e["evidence_hash"]}
    return ({"state": MilestoneState.CLAIMED.value, "attempts": e["attempt"]} | claim | NO_OBJECTION,)


@handles(
    "Crowdfunding",
    "MilestoneObjected",
    MILESTONE,
    Touch("pledges", ("campaign_id", "account")),
    Touch("objections", ("campaign_id", "milestone", "attempt", "account")),
)
def milestone_objected(e: Row, milestone: Row, pledge: Row | None, objection: Row | None) -> tuple[Row, None, Row]:
    """An objection with the whole weight of a backer's pledge, of the pools that the account manages, or of both.

    A pledge objects once; an account that comes to manage a pool after that may object again, for the pool.
    """
    if objection is None:
        objection = {name: e[name] for name in ("campaign_id", "milestone", "attempt", "account")}
        objection |= {"amount": 0, "counted": False, "pools": 0}
        objection |= {"objected_at": e["block_time"], "objected_event_key": e["event_key"]}
    if pledge is not None and pledge["amount"] and not objection["amount"]:
        objection = objection | {"amount": pledge["amount"], "counted": pledge["member_id"] != 0}
    pools = objection["pools"] | e["objected_pools"] & ~milestone["objected_pools"]
    totals = {name: e[name] for name in ("objectors", "objected_amount", "objected_pools")}
    return totals, None, objection | {"pools": pools}


@handles("Crowdfunding", "MilestoneRuled", MILESTONE)
def milestone_ruled(e: Row, _milestone: Row) -> tuple[Row]:
    """An arbiter's ruling on a stopped claim."""
    released = MILESTONE_PHASES[e["new_state"]] is MilestonePhase.RELEASABLE
    ruling = {"ruling": (Ruling.RELEASE if released else Ruling.REJECT).value, "reason": e["reason"]}
    by = {"ruled_at": e["block_time"], "ruled_by": e["arbiter"]}
    return ({"state": MilestoneState.RULED.value} | ruling | by,)


@handles("Crowdfunding", "MilestoneReleased", CAMPAIGN, MILESTONE)
def milestone_released(e: Row, _campaign: Row, _milestone: Row) -> tuple[Row, Row]:
    """A tranche booked for the organizer."""
    booked = {"released": e["released"], "current_milestone": e["milestone"] + 1}
    released = {"state": MilestoneState.RELEASED.value, "released_at": e["block_time"], "tranche": e["amount"]}
    return booked, released


@handles("Crowdfunding", "FundsCollected", CAMPAIGN)
def funds_collected(e: Row, _campaign: Row) -> tuple[Row]:
    """Booked money paid out."""
    return ({"collected": e["collected"]},)
