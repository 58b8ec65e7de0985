"""What guardians do: pause what begins anew in one contract, for three days at most, and end a pause."""

from typing import Final

from web.acts.model import Act
from web.words import N_

CONTRACTS: Final = ("EntityRegistry", "Crowdfunding", "MatchFunding", "Marketplace", "ProBono", "InnovationCredit")
DURATION: Final = 72 * 3_600
INTERVAL: Final = 14 * 86_400
"""Seconds from the beginning of a pause to that of the next (`LabContract`)."""


def pause(contract: str) -> Act:
    """Return the act that pauses entry to a contract."""
    return Act(
        contract=contract,
        function="pauseEntry",
        args=(),
        title=N_("Pause new business"),
        says=N_(
            "Nothing new begins in this contract for 72 hours; then the pause ends by itself, and none can begin for "
            "14 days after this one began. Withdrawals, refunds and payments go on."
        ),
        button=N_("Pause it for 72 hours"),
        then=N_("Nothing new begins there now. Every page says so, and until when."),
        gasless=False,
    )


def resume(contract: str) -> Act:
    """Return the act that ends a pause of a contract."""
    return Act(
        contract=contract,
        function="resumeEntry",
        args=(),
        title=N_("End the pause"),
        says=N_("New business may begin at once. Another pause has to wait until 14 days after this one began."),
        button=N_("End the pause now"),
        then=N_("New business may begin there again."),
        gasless=False,
    )


ACTS: Final = (*map(pause, CONTRACTS), *map(resume, CONTRACTS))
