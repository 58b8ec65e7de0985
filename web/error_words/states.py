"""Words for the numbers of states, phases and roles, as custom errors carry them."""

from collections.abc import Mapping
from typing import Final

from web import words

PHASES: Final[Mapping[int, str]] = dict(enumerate(words.PHASES.values(), start=1))
"""By number in `ICrowdfunding.Phase`; 0 is no campaign."""

ROLES: Final[Mapping[int, str]] = dict(enumerate(words.ROLE_NAMES.values()))
"""By id; the last one of the words, everybody, has another id and is in no error."""

STATES: Final[Mapping[str, Mapping[int, str]]] = {
    "entity": dict(enumerate(words.ENTITY_STATES.values(), start=1)),
    "milestone": dict(enumerate(words.MILESTONE_STATES.values())),
    "listing": dict(enumerate(words.LISTING_STATES.values(), start=1)),
    "order": dict(enumerate(words.ORDER_STATES.values(), start=1)),
    "redemption": dict(enumerate(words.REDEMPTION_STATES.values(), start=1)),
}
"""Words by number on chain; of all but milestones 0 means that there is none."""

TABLE_OF: Final[Mapping[str, str]] = {
    "EntityRegistry_WrongState": "entity",
    "Crowdfunding_WrongMilestoneState": "milestone",
    "Marketplace_WrongListingState": "listing",
    "Marketplace_WrongState": "order",
    "ProBono_WrongState": "redemption",
}
"""Error -> which of these tables its `state` is in."""
