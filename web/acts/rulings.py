"""What arbiters do: rule on stopped milestones, disputed orders and contested help."""

from typing import Final

from web.acts.model import Act, Field, Kind, given, typed, when
from web.acts.texts import REASON, REASON_FIELDS
from web.words import N_

RELEASE: Final = "release"
BPS: Final = 10_000
BUTTON: Final = N_("Rule")

RULE_CLAIM: Final = Act(
    contract="Crowdfunding",
    function="rule",
    args=(given("campaign"), given("milestone"), given("attempt"), when("decision", RELEASE, "true", "false"), REASON),
    title=N_("Rule on the claim"),
    says=N_("Was the milestone reached, as it was promised? Your ruling is final for this claim."),
    fields=(
        Field(
            name="decision",
            label=N_("Ruling"),
            kind=Kind.CHOICE,
            choices=(
                (RELEASE, N_("It was reached: its money is released")),
                ("reject", N_("It was not reached: the claim is rejected")),
            ),
        ),
        *REASON_FIELDS,
    ),
    button=BUTTON,
    then=N_("The campaign's page shows the ruling and your reasons. If the claim is rejected, it may be claimed anew."),
    gasless=False,
)
RULE_ORDER: Final = Act(
    contract="Marketplace",
    function="rule",
    args=(given("order"), typed("share"), REASON),
    title=N_("Rule on the order"),
    says=N_("Share what is in escrow between both: the same part of the money and of the credits. It is final."),
    fields=(
        Field(
            name="share",
            label=N_("The seller's part"),
            kind=Kind.AMOUNT,
            decimals=2,
            symbol="%",
            least=0,
            most=BPS,
            hint=N_("0 gives everything back to the buyer, 100 pays the seller in full."),
        ),
        *REASON_FIELDS,
    ),
    button=BUTTON,
    then=N_("Anybody may have each part paid to whom it belongs. The order's page shows your reasons."),
    gasless=False,
)
RULE_HELP: Final = Act(
    contract="ProBono",
    function="rule",
    args=(given("redemption"), typed("hours"), REASON),
    title=N_("Rule on the help"),
    says=N_("How many hours were given? Their credits are used up and attested, the others go back. It is final."),
    fields=(
        Field(
            name="hours",
            label=N_("Hours given"),
            kind=Kind.INTEGER,
            least=0,
            hint=N_("0 sends all credits back."),
        ),
        *REASON_FIELDS,
    ),
    button=BUTTON,
    then=N_("The request's page shows the ruling and your reasons; help that was given has its attestation."),
    gasless=False,
)

ACTS: Final = (RULE_CLAIM, RULE_ORDER, RULE_HELP)
