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
}
"""What `word(table, key)` of a template looks up. A subject adds its own table."""
