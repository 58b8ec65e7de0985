"""Currencies and credits: what treasurers allow, after announcing it, and what issuers of credits do."""

from typing import Final

from web.acts.delayed import announcement
from web.acts.model import Act, Field, Kind, given, typed
from web.acts.texts import LANGUAGE, LINE, translations, written
from web.words import N_

CROWDFUNDING: Final = "Crowdfunding"
CREDIT: Final = "InnovationCredit"
CREDIT_DECIMALS: Final = 18
TITLE: Final = Field(name="title", label=N_("Title"), most=LINE)
RULE: Final = Field(
    name="rule",
    label=N_("What it rewards, and by which rule"),
    kind=Kind.PROSE,
    hint=N_("So that anybody can tell whether an issue was right. Plain text."),
)
EVIDENCE: Final = Field(
    name="text",
    label=N_("What the credits are for"),
    kind=Kind.PROSE,
    hint=N_("By the rule of the programme. Everybody can read it. Name no natural person."),
)


def _hours(name: str, label: str, hint: str = "") -> Field:
    return Field(name=name, label=label, kind=Kind.AMOUNT, decimals=CREDIT_DECIMALS, symbol="EIC", least=1, hint=hint)


LIST_CURRENCY: Final = Act(
    contract=CROWDFUNDING,
    function="listCurrency",
    args=(typed("currency"),),
    title=N_("Allow a currency"),
    says=N_("Campaigns, pools and listings may use it from then on."),
    fields=(
        Field(
            name="currency",
            label=N_("Contract of the currency"),
            kind=Kind.ADDRESS,
            hint=N_("An ERC-20 token of at most 18 decimals, whose transfers bring exactly what was sent."),
        ),
    ),
    button=N_("Allow it"),
    then=N_("The currency can be chosen now."),
    gasless=False,
)
DELIST_CURRENCY: Final = Act(
    contract=CROWDFUNDING,
    function="delistCurrency",
    args=(typed("currency"),),
    title=N_("Stop accepting a currency"),
    says=N_(
        "Nothing new begins in it: no campaign, pool, listing, order, pledge or payment into a pool. Every way out "
        "stays open."
    ),
    fields=(Field(name="currency", label=N_("Currency"), kind=Kind.LIST),),
    button=N_("Stop accepting it"),
    then=N_("Nothing new begins in it. What is in the contracts comes out as before."),
    gasless=False,
)
OPEN_PROGRAMME: Final = Act(
    contract=CREDIT,
    function="openProgramme",
    args=(
        *(typed("issuer"), typed("cap"), typed("starts"), typed("ends")),
        written("programme", lines=("title", "rule")),
    ),
    title=N_("Open a programme of credits"),
    says=N_("One verified entity may issue credits out of it, never to itself and never above what hours cover."),
    fields=(
        LANGUAGE,
        *(TITLE, RULE, translations(TITLE, RULE)),
        Field(
            name="issuer",
            label=N_("Entity that issues"),
            kind=Kind.INTEGER,
            least=1,
            most=2**32 - 1,
            hint=N_("Its number, as its page has it."),
        ),
        _hours("cap", N_("Most that it may issue"), N_("One credit is one hour of help.")),
        Field(name="starts", label=N_("Issues from"), kind=Kind.TIME, hint=N_("In UTC.")),
        Field(name="ends", label=N_("Issues until"), kind=Kind.TIME, hint=N_("In UTC.")),
    ),
    button=N_("Open the programme"),
    then=N_("The issuer finds it on its desk."),
    gasless=False,
)
CLOSE_PROGRAMME: Final = Act(
    contract=CREDIT,
    function="closeProgramme",
    args=(typed("programme"),),
    title=N_("Close a programme of credits"),
    says=N_("It issues nothing more, for good. Credits that exist stay as they are."),
    fields=(Field(name="programme", label=N_("Programme"), kind=Kind.LIST),),
    button=N_("Close it"),
    then=N_("The programme issues nothing more."),
    gasless=False,
)
ISSUE: Final = Act(
    contract=CREDIT,
    function="issue",
    args=(given("programme"), typed("to"), typed("amount"), written("evidence", lines=("title", "text"))),
    title=N_("Issue credits"),
    says=N_("To a verified account or a contract of the lab, never to your own. Nobody can take them back."),
    fields=(
        Field(name="to", label=N_("Account that gets them"), kind=Kind.ADDRESS),
        _hours("amount", N_("Credits"), N_("One credit is one hour of help.")),
        *(LANGUAGE, TITLE, EVIDENCE, translations(TITLE, EVIDENCE)),
    ),
    button=N_("Issue them"),
    then=N_("The account has the credits. The open books show the issue and what covers it."),
    draft=True,
)

OF_TREASURER: Final = (LIST_CURRENCY, DELIST_CURRENCY, OPEN_PROGRAMME, CLOSE_PROGRAMME)
ACTS: Final = (*OF_TREASURER, *(announcement(act) for act in OF_TREASURER), ISSUE)
