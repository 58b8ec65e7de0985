"""Acts of roles that have to be announced: first the announcement, days later the act itself."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from web.acts.forms import function_of
from web.acts.model import Act, call, contract, given, leaves
from web.words import N_

AUTHORITY: Final = "AccessManager"
AS_SOON_AS_ALLOWED: Final = 0
SELECTOR_BYTES: Final = 4
EXPIRES: Final = 7 * 86_400
"""Seconds after the delay in which the act can be done (OpenZeppelin's `AccessManager.expiration`)."""

ANNOUNCED: Final = N_(
    "It is announced. When the delay is over, this page offers to do it; within a week, or it lapses."
)
DOCUMENT_WAITS: Final = N_(
    "It is announced. When the delay is over, this page offers to do it; within a week, or it lapses. Its document "
    "waits in this browser and is stored then: do it from here, or save the document and keep it."
)


def announcement(act: Act) -> Act:
    """Return the act that announces another one, with the same fields."""
    has_document = any(leaf["$"] == "document" for leaf in leaves(act.args))
    return replace(
        act,
        contract=AUTHORITY,
        function="schedule",
        args=(contract(act.contract), call(act.contract, act.function, act.args), AS_SOON_AS_ALLOWED),
        says=N_(
            "This role acts with a delay: announce it now, do it when the delay is over. Everybody sees it coming."
        ),
        button=N_("Announce it"),
        then=DOCUMENT_WAITS if has_document else ANNOUNCED,
    )


WITHDRAW: Final = Act(
    contract=AUTHORITY,
    function="cancel",
    args=(given("caller"), given("target"), given("data")),
    title=N_("Take the announcement back"),
    says=N_("Whoever announced it can, and the guardian of the role."),
    button=N_("Take it back"),
    then=N_("It will not be done unless it is announced again."),
    gasless=False,
)


def announced_args(act: Act, data: str) -> list[str] | None:
    """Return the arguments of an announced call as templates take them; None if nobody can read them.

    Args:
        act: That it calls; without structs, arrays and bools.
        data: Of the call, 0x text.
    """
    types = [one["type"] for one in function_of(act.contract, act.function)["inputs"]]
    try:
        values = decode(types, bytes.fromhex(data.removeprefix("0x"))[SELECTOR_BYTES:])
    except (DecodingError, ValueError):
        return None
    return [f"0x{one.hex()}" if isinstance(one, bytes) else str(one) for one in values]


def carried_out(act: Act, args: Sequence[str]) -> Act:
    """Return the act as it was announced: nothing is left to fill in."""
    return replace(
        act,
        args=tuple(args),
        fields=(),
        title=N_("Do it, as announced"),
        says=N_("The delay is over. It is done exactly as it was announced."),
        draft=False,
    )
