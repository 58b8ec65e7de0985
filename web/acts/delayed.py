"""Acts of roles that have to be announced: first the announcement, days later the act itself."""

from dataclasses import replace
from typing import Final

from web.acts.model import Act, call, contract
from web.words import N_

AUTHORITY: Final = "AccessManager"
AS_SOON_AS_ALLOWED: Final = 0
EXPIRES: Final = 7 * 86_400
"""Seconds after the delay in which the act can be done (OpenZeppelin's `AccessManager.expiration`)."""


def announcement(act: Act) -> Act:
    """Return the act that announces another one, with the same fields."""
    return replace(
        act,
        contract=AUTHORITY,
        function="schedule",
        args=(contract(act.contract), call(act.contract, act.function, act.args), AS_SOON_AS_ALLOWED),
        says=N_(
            "This role acts with a delay: announce it now, do it when the delay is over. Everybody sees it coming."
        ),
        button=N_("Announce it"),
        then=N_("It is announced. When the delay is over, this page offers to do it; within a week, or it lapses."),
    )
