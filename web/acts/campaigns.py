"""Campaigns from the other side: starting one, running it, and the reviewer's two acts."""

from typing import Final

from web.acts.model import ACCOUNT, Act, Field, Kind, each, given, typed, when, worded
from web.acts.texts import (
    LANGUAGE,
    LINE,
    LINKED,
    LINKS,
    PICTURED,
    PICTURES,
    REASON,
    REASON_FIELDS,
    translations,
    written,
)
from web.words import N_, THEMES

CROWDFUNDING: Final = "Crowdfunding"
MOST_MILESTONES: Final = 12
TERRITORY_BYTES: Final = 8
SUMMARY_LETTERS: Final = 600
"""As the schema of a campaign's document has it."""
TITLE: Final = Field(name="title", label=N_("Title"), most=LINE)
SUMMARY: Final = Field(
    name="summary",
    label=N_("In two sentences"),
    kind=Kind.PROSE,
    most=SUMMARY_LETTERS,
    hint=N_("What people read first, in lists."),
)
DESCRIPTION: Final = Field(
    name="description",
    label=N_("The whole of it"),
    kind=Kind.PROSE,
    hint=N_("What you will do, for whom, with whom. Plain text; an empty line begins a paragraph."),
)
RISKS: Final = Field(
    name="risks",
    label=N_("What may go wrong"),
    kind=Kind.PROSE,
    required=False,
    hint=N_("And what you will do then. Backers trust who says it."),
)
TEXT: Final = Field(name="text", label=N_("Text"), kind=Kind.PROSE)

MILESTONE: Final = Field(
    name="milestones",
    label=N_("Milestones"),
    kind=Kind.ROWS,
    least=1,
    most=MOST_MILESTONES,
    more=N_("Add a milestone"),
    hint=N_("One to twelve, in the order in which you reach them. Each pays its share once it is reached."),
    fields=(
        Field(name="name", label=N_("What will be reached"), most=LINE),
        Field(name="work", label=N_("How"), kind=Kind.PROSE, required=False),
        Field(name="proof", label=N_("What will prove it"), kind=Kind.PROSE, required=False),
        Field(
            name="share",
            label=N_("Share of the money"),
            kind=Kind.AMOUNT,
            decimals=2,
            symbol="%",
            least=1,
            most=10_000,
            hint=N_("All shares together make a hundred percent."),
        ),
        Field(name="due", label=N_("Due on"), kind=Kind.DATE, hint=N_("After the deadline; claim it within 30 days.")),
    ),
)


def _days(name: str, label: str, value: int, hint: str) -> Field:
    return Field(name=name, label=label, kind=Kind.DURATION, value=str(value), hint=hint)


SUBMIT: Final = Act(
    contract=CROWDFUNDING,
    function="submitCampaign",
    args=(
        {
            "payoutAccount": when("payout", "", ACCOUNT, typed("payout")),
            "currency": given("currency"),
            "goal": typed("goal"),
            "stretchGoal": typed("stretch"),
            "minPledge": typed("least"),
            "opensAt": typed("opens"),
            "deadline": typed("deadline"),
            "extension": typed("extension"),
            "withdrawalCutoff": typed("cutoff"),
            "objectionWindow": typed("objections"),
            "rulingWindow": typed("ruling"),
            "territory": typed("territory"),
            "themes": typed("themes"),
            "descriptionHash": written(
                "campaign", lines=("title", "summary", "description", "risks"), pictures=PICTURED, links=LINKED
            ),
        },
        each(
            "milestones",
            {
                "shareBps": typed("share"),
                "dueDate": typed("due"),
                "documentHash": written(
                    "milestone",
                    title=worded("name", ""),
                    description=worded("work", ""),
                    proof=worded("proof", ""),
                ),
            },
        ),
    ),
    title=N_("Start a campaign"),
    says=N_(
        "A reviewer looks at it before it opens. What you promise here stays as it is: goal, dates and milestones "
        "never change after you send it."
    ),
    fields=(
        LANGUAGE,
        *(TITLE, SUMMARY, DESCRIPTION, RISKS),
        translations(TITLE, SUMMARY, DESCRIPTION, RISKS),
        PICTURES,
        LINKS,
        Field(
            name="territory",
            label=N_("Territory"),
            kind=Kind.CODE,
            size=TERRITORY_BYTES,
            required=False,
            hint=N_("Code of the country or region by ISO 3166-2, such as ES-SE for Seville. Empty: everywhere."),
        ),
        Field(
            name="themes",
            label=N_("Themes"),
            kind=Kind.FLAGS,
            required=False,
            choices=tuple((str(1 << number), words) for number, words in THEMES.items()),
        ),
        Field(
            name="goal",
            label=N_("Goal"),
            kind=Kind.AMOUNT,
            least=1,
            hint=N_("Pledges of people alone. Below it, everything goes back; public money comes on top."),
        ),
        Field(
            name="stretch",
            label=N_("Stretch goal"),
            kind=Kind.AMOUNT,
            least=1,
            hint=N_("Pledging stops here. At least the goal."),
        ),
        Field(name="least", label=N_("Smallest pledge"), kind=Kind.AMOUNT, required=False),
        Field(
            name="opens",
            label=N_("Opens at"),
            kind=Kind.TIME,
            hint=N_("In UTC, within 90 days. Leave the reviewer time: a campaign that is not reviewed by then lapses."),
        ),
        Field(
            name="deadline", label=N_("Deadline"), kind=Kind.TIME, hint=N_("In UTC, 1 to 90 days after the opening.")
        ),
        _days(
            "extension",
            N_("Days of extension"),
            0,
            N_("0 to 60: once the goal is reached, pledging goes on for so long after the deadline."),
        ),
        _days(
            "cutoff",
            N_("Days before the deadline from which pledges stay"),
            3,
            N_("Until then backers can take pledges back. At least a day and a tenth of the time, at most half of it."),
        ),
        _days("objections", N_("Days for objections"), 7, N_("3 to 30, after you claim a milestone.")),
        _days("ruling", N_("Days for the arbiter"), 14, N_("7 to 60, if enough people object.")),
        MILESTONE,
        Field(
            name="payout",
            label=N_("Account that is paid"),
            kind=Kind.ADDRESS,
            required=False,
            hint=N_("Empty: the account that sends this. Only that account can name another one later."),
        ),
    ),
    button=N_("Submit for review"),
    then=N_("The reviewer sees it now. “My campaigns” says what is next, and by when."),
    draft=True,
)
APPROVE: Final = Act(
    contract=CROWDFUNDING,
    function="approveCampaign",
    args=(given("campaign"),),
    title=N_("Accept the campaign"),
    says=N_("It opens for pledges at the time that it names."),
    button=N_("Accept"),
    then=N_("The campaign opens at its time."),
    gasless=False,
)
REJECT: Final = Act(
    contract=CROWDFUNDING,
    function="rejectCampaign",
    args=(given("campaign"), REASON),
    title=N_("Turn the campaign down"),
    says=N_("It ends for good. The organizer may submit another one."),
    fields=REASON_FIELDS,
    button=N_("Turn it down"),
    then=N_("The campaign's page shows the reasons."),
    gasless=False,
)
CANCEL: Final = Act(
    contract=CROWDFUNDING,
    function="cancelCampaign",
    args=(given("campaign"),),
    title=N_("Cancel the campaign"),
    says=N_("It ends for good, and every pledge goes back to its backer."),
    button=N_("Cancel it for good"),
    then=N_("Backers take their money back, or anybody sends it to them."),
)
CLAIM: Final = Act(
    contract=CROWDFUNDING,
    function="claimMilestone",
    args=(given("campaign"), written("evidence", lines=("title", "text", "note"))),
    title=N_("Claim the milestone"),
    says=N_("Show what was done. Backers can object; if too few do, the money is released to you."),
    fields=(
        LANGUAGE,
        Field(name="title", label=N_("What was done, in a line"), most=LINE),
        Field(
            name="text",
            label=N_("Evidence"),
            kind=Kind.PROSE,
            hint=N_("What anybody can check: numbers, places, documents, addresses that begin with https://."),
        ),
        Field(name="note", label=N_("What differs from the plan"), kind=Kind.PROSE, required=False),
        translations(
            Field(name="title", label=N_("What was done, in a line"), most=LINE),
            Field(name="text", label=N_("Evidence"), kind=Kind.PROSE),
        ),
    ),
    button=N_("Claim it"),
    then=N_("The time for objections runs. This page says what is next."),
    draft=True,
)
POST_UPDATE: Final = Act(
    contract=CROWDFUNDING,
    function="postUpdate",
    args=(given("campaign"), written("update", lines=("title", "text"), pictures=PICTURED, links=LINKED)),
    title=N_("Publish an update"),
    says=N_("News for those who back the campaign. What is published stays."),
    fields=(LANGUAGE, TITLE, TEXT, translations(TITLE, TEXT), PICTURES, LINKS),
    button=N_("Publish"),
    then=N_("It stands on the campaign's page."),
    draft=True,
)
CHANGE_PAYOUT: Final = Act(
    contract=CROWDFUNDING,
    function="changePayoutAccount",
    args=(given("campaign"), typed("account")),
    title=N_("Name another account to be paid"),
    says=N_("Only the present payout account can. From then on only the new one can."),
    fields=(Field(name="account", label=N_("Account that is paid"), kind=Kind.ADDRESS),),
    button=N_("Name this account"),
    then=N_("Payments go to the new account."),
)
REQUEST_POOL: Final = Act(
    contract="MatchFunding",
    function="requestPool",
    args=(given("campaign"), typed("pool")),
    title=N_("Ask for public money"),
    says=N_("The manager of the pool then lets it match the campaign, or not. Three pools at most."),
    fields=(Field(name="pool", label=N_("Pool"), kind=Kind.LIST),),
    button=N_("Ask this pool"),
    then=N_("The pool's manager sees the request."),
)
RELEASE_ONLY: Final = Act(
    contract=CROWDFUNDING,
    function="releaseMilestone",
    args=(given("campaign"),),
    title=N_("Release the milestone without paying it out"),
    says=N_("For the case that the payment itself fails. Anybody may send this."),
    button=N_("Release"),
    then=N_("The milestone is released. It is paid out when anybody sends that."),
)
TERMINATE: Final = Act(
    contract=CROWDFUNDING,
    function="terminate",
    args=(given("campaign"),),
    title=N_("End the campaign early"),
    says=N_("What is not released goes back to the backers. This is for good."),
    button=N_("End it for good"),
    then=N_("Backers take their part back, or anybody sends it to them."),
)

ACTS: Final = (
    *(SUBMIT, APPROVE, REJECT, CANCEL, CLAIM, POST_UPDATE, CHANGE_PAYOUT, REQUEST_POOL, RELEASE_ONLY, TERMINATE),
)
