"""What settlements of orders and of help have in common: words that both sides sign, and that anybody may bring."""

from typing import Final

from web.acts.model import Field, Kind, Leaf, given, signed, typed
from web.words import N_

HINT: Final = N_("Filled in by the link of the other side. Your own is asked of your wallet.")
DEADLINE: Final = Field(
    name="deadline",
    label=N_("Can be used until"),
    kind=Kind.TIME,
    hint=N_("In UTC. Leave the other side the time to sign. You can take your signature back before."),
)


def name_of(side: str) -> str:
    """Return the name of the field that takes the signature of a side."""
    return f"{side}_signature"


def signature(side: str, case: str) -> Leaf:
    """Stand for the signature of one side under the settlement of a case (`Escrow.SETTLEMENT_TYPEHASH`)."""
    return signed(
        name_of(side),
        given(side),
        "Settlement",
        (("id", "uint32"), ("share", "uint16"), ("nonce", "uint256"), ("deadline", "uint40")),
        {"id": given(case), "share": typed("share"), "nonce": given("nonce"), "deadline": typed("deadline")},
    )


def signature_field(side: str, label: str, hint: str = "") -> Field:
    """Return the field for a signature that was handed over by a link."""
    return Field(name=name_of(side), label=label, kind=Kind.BYTES, required=False, hint=hint)
