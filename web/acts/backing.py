"""What backers do: pledge, take back, be refunded, object; and the payments that anybody may trigger."""

from dataclasses import replace
from typing import Final

from web.acts.model import ACCOUNT, Act, Field, Kind, Lookup, Permit, given, looked_up, permitted, typed, when
from web.words import N_

_MATCH: Final = when("firm", "yes", looked_up("match"), 0)

PLEDGE: Final = Act(
    contract="Crowdfunding",
    function="pledge",
    args=(given("campaign"), typed("amount"), _MATCH),
    permit_function="pledgeWithPermit",
    permit_args=(
        *(given("campaign"), typed("amount"), _MATCH),
        *(permitted(0, "deadline"), permitted(0, "v"), permitted(0, "r"), permitted(0, "s")),
    ),
    permits=(Permit(currency=given("currency"), spender="Crowdfunding", amount=typed("amount")),),
    lookups=(
        Lookup(
            name="match",
            contract="Crowdfunding",
            function="quote",
            args=(given("campaign"), ACCOUNT, typed("amount")),
            words=N_("Public money added to your pledge now: {amount}"),
        ),
    ),
    title=N_("Pledge"),
    says=N_("Your money waits in the campaign's contract. If the goal is not reached, all of it comes back to you."),
    fields=(
        Field(
            name="amount",
            label=N_("Your pledge"),
            kind=Kind.AMOUNT,
            hint=N_("Your wallet is asked to allow exactly this amount, once."),
        ),
        Field(
            name="firm",
            label=N_("If less public money is left when your pledge arrives"),
            kind=Kind.CHOICE,
            choices=(
                ("yes", N_("Do not pledge: I want at least what is shown here")),
                ("no", N_("Pledge all the same")),
            ),
            value="yes",
        ),
    ),
    button=N_("Pledge"),
    then=N_("Your pledge is on “My page”, where you can take it back while that is possible."),
)
PLEDGE_UNMATCHED: Final = replace(
    PLEDGE,
    args=(given("campaign"), typed("amount"), 0),
    permit_args=(given("campaign"), typed("amount"), 0, *PLEDGE.permit_args[3:]),
    lookups=(),
    fields=PLEDGE.fields[:1],
)
"""To a campaign that no pool matches: there is no match to wait for."""
WITHDRAW: Final = Act(
    contract="Crowdfunding",
    function="withdrawPledge",
    args=(given("campaign"),),
    title=N_("Take the pledge back"),
    says=N_("The whole pledge comes back to the account that made it, and the public money that it called goes back."),
    button=N_("Take the whole pledge back"),
    then=N_("The money is back in the account. You may pledge again while the campaign is open."),
)
REFUND: Final = Act(
    contract="Crowdfunding",
    function="refund",
    args=(given("campaign"), given("backer")),
    title=N_("Refund"),
    says=N_("Anybody may send this. The money goes to the account that pledged it, whoever sends."),
    button=N_("Send the money back"),
    then=N_("The money is back in the account that pledged it."),
)
REFUND_ANY: Final = Act(
    contract="Crowdfunding",
    function="refund",
    args=(given("campaign"), typed("backer")),
    title=N_("Refund"),
    says=REFUND.says,
    fields=(Field(name="backer", label=N_("Account that pledged"), kind=Kind.ADDRESS),),
    button=REFUND.button,
    then=REFUND.then,
)
OBJECT: Final = Act(
    contract="Crowdfunding",
    function="object",
    args=(given("campaign"), given("milestone"), given("attempt")),
    title=N_("Object to this milestone"),
    says=N_(
        "Say that the milestone was not reached. If enough backers do, the payment stops and an arbiter looks at it. "
        "You can object once to each claim, and not take it back."
    ),
    button=N_("Object"),
    then=N_("Your objection counts. The campaign's page shows how many objected, and what follows when."),
)
OBJECT_FOR_POOL: Final = replace(
    OBJECT,
    says=N_(
        "Say that the milestone was not reached. You manage a pool that matches this campaign, so that your objection "
        "alone stops the claim, and an arbiter may rule. If nobody rules in time, it is released after all, unless "
        "more than half of the money, with what pools reserved, or of the counted members object. You can object "
        "once to each claim, and not take it back."
    ),
)
"""By the manager of pools, with what they owe."""
COLLECT: Final = Act(
    contract="Crowdfunding",
    function="collect",
    args=(given("campaign"),),
    title=N_("Pay out what is released"),
    says=N_("Anybody may send this. The money goes to the campaign's payout account, whoever sends."),
    button=N_("Pay out"),
    then=N_("The money is in the payout account."),
)
RELEASE: Final = Act(
    contract="Crowdfunding",
    function="releaseAndCollect",
    args=(given("campaign"),),
    title=N_("Release this milestone and pay it out"),
    says=COLLECT.says,
    button=N_("Release and pay out"),
    then=COLLECT.then,
)
RELEASE_MATCH: Final = Act(
    contract="MatchFunding",
    function="releaseMatch",
    args=(given("pool"), given("campaign")),
    title=N_("Pay out the public money that is due"),
    says=COLLECT.says,
    button=N_("Pay out"),
    then=COLLECT.then,
)
RECLAIM: Final = Act(
    contract="MatchFunding",
    function="reclaim",
    args=(given("pool"), given("account")),
    title=N_("Give unused public money back"),
    says=N_("Anybody may send this. The money goes to the account that paid it in, whoever sends."),
    button=N_("Give it back"),
    then=N_("The money is back in the account that paid it in."),
)

ACTS: Final = (
    *(PLEDGE, PLEDGE_UNMATCHED, WITHDRAW, REFUND, REFUND_ANY, OBJECT, OBJECT_FOR_POOL),
    *(COLLECT, RELEASE, RELEASE_MATCH, RECLAIM),
)
