"""Words for what the contracts and the API name by codes. Messages of the catalogues, in English."""

from typing import Any, Final


def N_(message: str) -> str:  # noqa: N802 - the name that gettext's tools know
    """Mark a message for the catalogues; it is translated where it is shown."""
    return message


PHASES: Final = {
    "submitted": N_("In review"),
    "approved": N_("Opens soon"),
    "live": N_("Open for pledges"),
    "extension": N_("Funded, still open"),
    "delivering": N_("At work"),
    "completed": N_("Completed"),
    "failed": N_("Goal not reached"),
    "canceled": N_("Canceled"),
    "rejected": N_("Not accepted"),
    "lapsed": N_("Lapsed without review"),
    "terminated": N_("Ended early"),
}
"""Phases of a campaign."""

PHASE_SIGNS: Final = {
    "submitted": "◌",
    "approved": "◔",
    "live": "●",
    "extension": "◉",
    "delivering": "◑",
    "completed": "✓",
    "failed": "○",
    "canceled": "×",
    "rejected": "×",
    "lapsed": "○",
    "terminated": "■",
}
"""A sign beside the word, so that nobody depends on colour."""

COUNTRIES: Final = {
    "PS": N_("Palestine"),
}
"""Countries that people call otherwise than Unicode's tables do."""

THEMES: Final = {
    0: N_("Local economy"),
    1: N_("Circular economy"),
    2: N_("Care"),
    3: N_("Work"),
    4: N_("Women"),
    5: N_("Energy"),
}
"""Themes that have a name; docs/glossary.md lists them."""

MILESTONE_STATES: Final = {
    "planned": N_("Planned"),
    "claimed": N_("Claimed, objections are open"),
    "stopped": N_("Stopped by objections"),
    "rejected": N_("Claim rejected"),
    "releasable": N_("Ready to be released"),
    "released": N_("Released to the organizer"),
}
"""States of a milestone."""

MILESTONE_SIGNS: Final = {
    "planned": "○",
    "claimed": "◔",
    "stopped": "■",
    "rejected": "×",
    "releasable": "◑",
    "released": "✓",
}

CAMPAIGN_ACTS: Final = {
    "approveCampaign": N_("Accept the campaign"),
    "rejectCampaign": N_("Turn the campaign down, with reasons"),
    "cancelCampaign": N_("Cancel the campaign; all pledges go back"),
    "pledge": N_("Pledge"),
    "withdrawPledge": N_("Take a pledge back"),
    "refund": N_("Pay a pledge back to its backer"),
    "claimMilestone": N_("Claim the milestone, with evidence"),
    "object": N_("Object to the claim"),
    "rule": N_("Rule on the claim"),
    "releaseMilestone": N_("Release the milestone's money to the organizer"),
    "terminate": N_("End the campaign; what is not released goes back"),
    "collect": N_("Pay what is released to the organizer"),
    "postUpdate": N_("Publish an update"),
    "changePayoutAccount": N_("Name another payout account"),
    "requestPool": N_("Ask a pool of public money to match"),
    "enrol": N_("Let a pool match the campaign"),
    "releaseMatch": N_("Pay the public money that milestones have earned"),
    "settleReservation": N_("Free public money that is no longer needed"),
    "fundPool": N_("Pay public money into a pool"),
    "reclaim": N_("Give public money back to who paid it in"),
}
"""Acts on a campaign, by the contract's function."""

STANDING_ACTS: Final = frozenset({"postUpdate", "changePayoutAccount", "requestPool"})
"""Acts that are nearly always legal, and of which nobody waits for one."""

ACTORS: Final = {
    "anyone": N_("Anyone"),
    "organizer": N_("The organizer"),
    "reviewer": N_("A reviewer"),
    "arbiter": N_("An arbiter"),
    "backer": N_("A backer"),
    "payout_account": N_("The payout account"),
    "pool_manager": N_("The manager of the pool"),
    "public_body": N_("A verified public body"),
    "seller": N_("The seller"),
    "buyer": N_("The buyer"),
    "provider": N_("The provider"),
    "beneficiary": N_("Who asked for help"),
    "sse_entity": N_("A verified social economy entity"),
}
"""Who may do an act."""

SORTS: Final = {
    "newest": N_("Newest first"),
    "deadline": N_("Ending first"),
    "raised": N_("Most pledged first"),
    "goal": N_("Highest goal first"),
    "updated": N_("Changed last first"),
    "opening": N_("Opening first"),
    "oldest": N_("Oldest first"),
}
"""Orders of a list of campaigns."""

ENTITY_STATES: Final = {
    "registered": N_("Waiting to be verified"),
    "verified": N_("Verified"),
    "refused": N_("Refused"),
    "revoked": N_("Revoked"),
}
"""Stored states of an entity, in the order of `IEntityRegistry.EntityState`."""

ENTITY_KINDS: Final = {
    "sse": N_("Social economy entity"),
    "public_body": N_("Public body"),
    "provider": N_("Provider of help"),
    "member": N_("Person"),
}
"""What an entity is."""

POOL_RULES: Final = {
    "capped_ratio": N_("Match for each pledge"),
    "threshold_gift": N_("Gift when thresholds are met"),
}
"""Rules of a pool."""

LISTING_STATES: Final = {
    "active": N_("Open for orders"),
    "paused": N_("Paused by the seller"),
    "withdrawn": N_("Withdrawn by the seller"),
}
"""States of a listing, in the order of `IMarketplace.ListingState`."""

ORDER_STATES: Final = {
    "placed": N_("Placed, waits for the seller"),
    "accepted": N_("Accepted, to be handed over"),
    "handed_over": N_("Handed over, to be confirmed"),
    "disputed": N_("Disputed"),
    "completed": N_("Completed"),
    "declined": N_("Declined by the seller"),
    "withdrawn": N_("Withdrawn by the buyer"),
    "lapsed": N_("Not accepted in time"),
    "canceled": N_("Canceled by the seller"),
    "undelivered": N_("Not handed over in time"),
    "settled": N_("Settled by both"),
    "ruled": N_("Ruled by an arbiter"),
    "unruled": N_("Not ruled in time"),
}
"""States of an order, in the order of `IMarketplace.OrderState`."""

REDEMPTION_STATES: Final = {
    "requested": N_("Asked for, waits for the provider"),
    "accepted": N_("Accepted, not begun"),
    "underway": N_("Under way"),
    "delivered": N_("Given, to be confirmed"),
    "no_show": N_("One side did not come"),
    "contested": N_("Contested"),
    "confirmed": N_("Confirmed"),
    "declined": N_("Declined by the provider"),
    "withdrawn": N_("Withdrawn by who asked"),
    "lapsed": N_("Not answered in time"),
    "canceled": N_("Canceled before the start"),
    "expired": N_("Not given in time"),
    "missed": N_("Missed"),
    "settled": N_("Settled by both"),
    "ruled": N_("Ruled by an arbiter"),
    "unruled": N_("Not ruled in time"),
}
"""States of a redemption, in the order of `IProBono.State`."""

DELIVERY_MODES: Final = {
    "pickup": N_("You fetch it"),
    "shipping": N_("It is sent to you"),
    "on_site": N_("At your place"),
    "online": N_("Online"),
}
"""How what was ordered comes to the buyer."""

ORDER_PARTS: Final = {
    "buyer_money": N_("Money back to the buyer"),
    "buyer_credits": N_("Credits back to the buyer"),
    "seller_money": N_("Money to the seller"),
    "seller_credits": N_("Credits to the seller"),
}
"""Payments that an ended order may owe."""

ROLE_NAMES: Final = {
    "admin": N_("Admin"),
    "registrar": N_("Registrar"),
    "revoker": N_("Registrar, for revoking"),
    "reviewer": N_("Reviewer"),
    "treasurer": N_("Treasurer"),
    "arbiter": N_("Arbiter"),
    "guardian": N_("Guardian"),
    "everybody": N_("Everybody"),
}
"""Roles of the lab, in the order of their ids."""

CASE_ACTS: Final = {
    "pauseListing": N_("Pause the listing"),
    "resumeListing": N_("Open the listing again"),
    "withdrawListing": N_("Withdraw the listing for good"),
    "updatePrice": N_("Change the price"),
    "changePayoutAccount": N_("Name another payout account"),
    "placeOrders": N_("Order"),
    "acceptOrder": N_("Accept the order"),
    "declineOrder": N_("Decline the order; all goes back to the buyer"),
    "withdrawOrder": N_("Take the order back; all goes back to the buyer"),
    "cancelOrder": N_("Cancel the order; all goes back to the buyer"),
    "handOver": N_("Hand over, with evidence"),
    "completeOrder": N_("Confirm; the seller is paid"),
    "disputeOrder": N_("Dispute what was handed over"),
    "payPart": N_("Pay one part to whom it belongs"),
    "payOrder": N_("Pay everything that is due to whom it belongs"),
    "closeOffer": N_("Close the offer; what is reserved stays promised"),
    "requestHelp": N_("Ask for help"),
    "acceptHelp": N_("Accept the request"),
    "declineHelp": N_("Decline the request; all credits go back"),
    "withdrawHelp": N_("Take the request back; all credits go back"),
    "cancelHelp": N_("Cancel before the start; all credits go back"),
    "deliverHelp": N_("Report the hours given, with evidence"),
    "reportNoShow": N_("Report that the other side did not come"),
    "confirmHelp": N_("Confirm the help; its credits are used up"),
    "contest": N_("Contest what the other side said"),
    "settle": N_("Bring a settlement that both have signed"),
    "rule": N_("Rule"),
    "expire": N_("Carry out what time has decided"),
    "voidSettlements": N_("Take back every settlement signed so far"),
}
"""Acts on listings, orders, offers and redemptions, by the contract's function."""

CONTRACTS: Final = {
    "EntityRegistry": N_("Registry of entities"),
    "InnovationCredit": N_("Innovation credit"),
    "Crowdfunding": N_("Campaigns"),
    "MatchFunding": N_("Public pools"),
    "Marketplace": N_("Marketplace"),
    "ProBono": N_("Pro-bono help"),
    "AccessManager": N_("Roles"),
    "ERC2771Forwarder": N_("Requests without gas"),
}
"""Contracts of the lab."""

ACTIVITIES: Final = {
    "backfilling": N_("Reading history"),
    "following": N_("Up to date"),
    "failing": N_("Can't reach the chain"),
    "stopped": N_("Stopped"),
}
"""What the reader of the chain is doing."""

TABLES: Final[dict[str, dict[Any, str]]] = {
    "phase": PHASES,
    "theme": THEMES,
    "milestone": MILESTONE_STATES,
    "sort": SORTS,
    "campaign_act": CAMPAIGN_ACTS,
    "entity": ENTITY_STATES,
    "kind": ENTITY_KINDS,
    "pool_rule": POOL_RULES,
    "listing": LISTING_STATES,
    "order": ORDER_STATES,
    "order_part": ORDER_PARTS,
    "redemption": REDEMPTION_STATES,
    "delivery": DELIVERY_MODES,
    "case_act": CASE_ACTS,
    "actor": ACTORS,
    "role": ROLE_NAMES,
    "contract": CONTRACTS,
    "activity": ACTIVITIES,
}
"""What `word(table, key)` of a template looks up. A subject adds its own table."""
