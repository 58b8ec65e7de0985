"""What public bodies do with their money: opening pools, paying in, letting them match, freeing what is not due."""

from typing import Any, Final

from web.acts.model import Act, Field, Kind, Permit, Template, given, typed, when
from web.acts.texts import LANGUAGE, LINE, LINKED, LINKS, translations, written
from web.words import N_

MATCH_FUNDING: Final = "MatchFunding"
RATIO, GIFT = 0, 1
"""`IMatchFunding.Rule`."""
BPS: Final = 10_000
MOST_MEMBERS: Final = 2**24 - 1
MEMBERS: Final = "members"
TITLE: Final = Field(name="title", label=N_("Title"), most=LINE)
AGREEMENT: Final = Field(
    name="rule",
    label=N_("The agreement"),
    kind=Kind.PROSE,
    hint=N_("Whom the money is for, who decided it, and whom to ask. Plain text; an empty line begins a paragraph."),
)
WINDOW: Final = (
    Field(
        name="opens",
        label=N_("Opens at"),
        kind=Kind.TIME,
        hint=N_("In UTC; may be past. From then on it takes money and campaigns."),
    ),
    Field(
        name="ends",
        label=N_("Ends at"),
        kind=Kind.TIME,
        hint=N_("In UTC, within two years of the opening. From then on unused money goes back to who paid it in."),
    ),
)
FIRST_TRANCHE: Final = Field(
    name="first",
    label=N_("Most that a campaign's first milestone may release"),
    kind=Kind.AMOUNT,
    decimals=2,
    symbol="%",
    least=1,
    most=BPS,
    hint=N_("Campaigns that release more at once can't use the pool."),
)


def _terms(rule: int, **own: Template) -> dict[str, Any]:
    """Return the terms of a pool; what is not named belongs to the other rule, and is nothing."""
    none: dict[str, Template] = {"ratioBps": 0, "membersOnly": False, "memberCap": 0}
    none |= {"minRaised": 0, "minMemberPledge": 0, "minMembers": 0}
    both: dict[str, Template] = {
        "currency": given("currency"),
        "opensAt": typed("opens"),
        "endsAt": typed("ends"),
        "rule": rule,
        "maxFirstTrancheBps": typed("first"),
        "campaignCap": typed("cap"),
        "agreementHash": written("agreement", lines=("title", "rule"), links=LINKED),
    }
    return none | both | own


OPEN_RATIO: Final = Act(
    contract=MATCH_FUNDING,
    function="openPool",
    args=(
        _terms(
            RATIO,
            ratioBps=typed("ratio"),
            membersOnly=when("whose", MEMBERS, "true", "false"),
            memberCap=when("whose", MEMBERS, typed("member_cap"), 0),
        ),
    ),
    title=N_("Open a pool that matches each pledge"),
    says=N_("It adds to every pledge of a campaign, as long as there is room. Its rule never changes."),
    fields=(
        LANGUAGE,
        *(TITLE, AGREEMENT, translations(TITLE, AGREEMENT), LINKS),
        *WINDOW,
        Field(
            name="ratio",
            label=N_("Added to each pledge"),
            kind=Kind.AMOUNT,
            decimals=2,
            symbol="%",
            least=1,
            most=2**16 - 1,
            hint=N_("100 percent doubles each pledge."),
        ),
        Field(name="cap", label=N_("Most for one campaign"), kind=Kind.AMOUNT, least=1),
        Field(
            name="whose",
            label=N_("Whose pledges it matches"),
            kind=Kind.CHOICE,
            choices=(("all", N_("Everybody's")), (MEMBERS, N_("Only those of verified members"))),
            value="all",
        ),
        Field(
            name="member_cap",
            label=N_("Most for one member in one campaign"),
            kind=Kind.AMOUNT,
            required=False,
            hint=N_("Only for a pool that matches verified members alone; there it must be set."),
        ),
        FIRST_TRANCHE,
    ),
    button=N_("Open the pool"),
    then=N_("It is on your desk, where you pay into it. Organizers can ask for it now."),
    draft=True,
)
OPEN_GIFT: Final = Act(
    contract=MATCH_FUNDING,
    function="openPool",
    args=(
        _terms(GIFT, minRaised=typed("raised"), minMemberPledge=typed("member_pledge"), minMembers=typed("members")),
    ),
    title=N_("Open a pool that gives when thresholds are met"),
    says=N_("It gives a campaign one sum, if enough people pledged enough. Its rule never changes."),
    fields=(
        LANGUAGE,
        *(TITLE, AGREEMENT, translations(TITLE, AGREEMENT), LINKS),
        *WINDOW,
        Field(name="cap", label=N_("Gift to one campaign"), kind=Kind.AMOUNT, least=1),
        Field(
            name="raised",
            label=N_("What a campaign must raise by itself"),
            kind=Kind.AMOUNT,
            least=1,
            hint=N_("At least the goal of the campaign; campaigns with a higher goal can't use the pool."),
        ),
        Field(
            name="members",
            label=N_("How many verified members must have pledged"),
            kind=Kind.INTEGER,
            required=False,
            most=MOST_MEMBERS,
        ),
        Field(
            name="member_pledge",
            label=N_("What each of them must have pledged"),
            kind=Kind.AMOUNT,
            required=False,
        ),
        FIRST_TRANCHE,
    ),
    button=OPEN_RATIO.button,
    then=OPEN_RATIO.then,
    draft=True,
)
FUND: Final = Act(
    contract=MATCH_FUNDING,
    function="fundPool",
    args=(given("pool"), typed("amount")),
    permits=(Permit(currency=given("currency"), spender=MATCH_FUNDING, amount=typed("amount")),),
    title=N_("Pay into the pool"),
    says=N_(
        "Any verified public body can, unless a campaign of its own is matched. Nobody can take back what is reserved "
        "for campaigns; the rest comes back to the account that paid it in, when the pool has ended."
    ),
    fields=(
        Field(
            name="amount",
            label=N_("Amount"),
            kind=Kind.AMOUNT,
            hint=N_("Your wallet is asked to allow exactly this amount, once."),
        ),
    ),
    button=N_("Pay it in"),
    then=N_("The money is in the pool, and matches from the next pledge on."),
    gasless=False,
)
ENROL: Final = Act(
    contract=MATCH_FUNDING,
    function="enrol",
    args=(given("pool"), given("campaign")),
    title=N_("Let the pool match this campaign"),
    says=N_("For good: what pledges call from now on stays reserved for the campaign until its milestones decide."),
    button=N_("Let it match"),
    then=N_("The campaign's page shows the pool. Pledges from now on call its money."),
)
SETTLE_RESERVATION: Final = Act(
    contract=MATCH_FUNDING,
    function="settleReservation",
    args=(given("pool"), given("campaign")),
    title=N_("Free what the campaign will not earn"),
    says=N_("Anybody may send this. What is freed is the pool's again."),
    button=N_("Free it"),
    then=N_("The money is the pool's again: it can match other campaigns, or goes back when the pool has ended."),
)

ACTS: Final = (OPEN_RATIO, OPEN_GIFT, FUND, ENROL, SETTLE_RESERVATION)
