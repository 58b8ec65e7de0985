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
    "releasable": N_("Ready to be paid"),
    "released": N_("Paid to the organizer"),
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

TABLES: Final[dict[str, dict[Any, str]]] = {
    "phase": PHASES,
    "theme": THEMES,
    "milestone": MILESTONE_STATES,
    "sort": SORTS,
    "campaign_act": CAMPAIGN_ACTS,
    "actor": ACTORS,
}
"""What `word(table, key)` of a template looks up. A subject adds its own table."""
