"""Credits: passing them on."""

from typing import Final

from web.acts.model import Act, Field, Kind, typed
from web.acts.pro_bono import DECIMALS, SYMBOL
from web.words import N_

TRANSFER: Final = Act(
    contract="InnovationCredit",
    function="transfer",
    args=(typed("to"), typed("amount")),
    title=N_("Pass credits on"),
    says=N_("To the account of a verified entity or member; the contract refuses all others. It cannot be undone."),
    fields=(
        Field(name="to", label=N_("Account that gets them"), kind=Kind.ADDRESS),
        Field(name="amount", label=N_("Credits"), kind=Kind.AMOUNT, decimals=DECIMALS, symbol=SYMBOL, least=1),
    ),
    button=N_("Pass them on"),
    then=N_("The credits are in the other account."),
)

ACTS: Final = (TRANSFER,)
