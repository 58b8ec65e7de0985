"""Pro-bono help: promising hours, asking for them, and every act until the help is attested."""

from typing import Final

from web.acts.model import Act, Field, Kind, given, typed
from web.acts.settlements import DEADLINE, HINT, signature, signature_field
from web.acts.texts import LANGUAGE, LINE, LINKED, LINKS, REASON, REASON_FIELDS, translations, written
from web.languages import NAMES
from web.words import N_

PRO_BONO: Final = "ProBono"
MOST_HOURS: Final = 2_000
"""Open hours of one provider."""
HOUR: Final = 10**18
"""Base units of a credit."""
DECIMALS: Final = 18
SYMBOL: Final = "EIC"

TITLE: Final = Field(name="title", label=N_("Title"), most=LINE)
SKILL: Final = Field(
    name="skill", label=N_("Skill"), most=LINE, hint=N_("What people search for: bookkeeping, law, web design.")
)
ABOUT: Final = Field(
    name="about",
    label=N_("What you help with"),
    kind=Kind.PROSE,
    hint=N_("What you can do, for whom, where and when. Plain text; an empty line begins a paragraph."),
)
NEED: Final = Field(
    name="text",
    label=N_("What you need"),
    kind=Kind.PROSE,
    hint=N_("Everybody can read it, for ever: write down nothing private, and name no natural person."),
)
EVIDENCE: Final = Field(
    name="text",
    label=N_("What was done"),
    kind=Kind.PROSE,
    hint=N_("Everybody can read it. It becomes part of the proof that both sides can show."),
)


def _one(function: str, title: str, says: str, button: str, then: str) -> Act:
    """Return an act on one request that takes nothing but its number."""
    arguments = (given("redemption"),)
    return Act(contract=PRO_BONO, function=function, args=arguments, title=title, says=says, button=button, then=then)


OFFER: Final = Act(
    contract=PRO_BONO,
    function="offerHours",
    args=(
        typed("hours"),
        typed("until"),
        written("offer", lines=("title", "skill", "about"), spoken=typed("spoken"), links=LINKED),
    ),
    title=N_("Offer hours of help"),
    says=N_(
        "What you promise backs the credits of the lab, one for each hour. You answer each request yourself: "
        "nobody can make you help whom you do not want to."
    ),
    fields=(
        LANGUAGE,
        *(TITLE, SKILL, ABOUT),
        translations(TITLE, SKILL, ABOUT),
        Field(
            name="spoken",
            label=N_("Language in which you help"),
            kind=Kind.LIST,
            choices=tuple((code.value, name) for code, name in NAMES.items()),
            hint=N_("Offer hours in another language as an offer of its own."),
        ),
        LINKS,
        Field(
            name="hours",
            label=N_("Hours"),
            kind=Kind.INTEGER,
            least=1,
            most=MOST_HOURS,
            hint=N_("Whole hours. A provider has at most 2,000 open, in at most 20 offers."),
        ),
        Field(
            name="until",
            label=N_("Until"),
            kind=Kind.LIST,
            hint=N_("At midnight UTC. Help has to be asked for and given before."),
        ),
    ),
    button=N_("Promise these hours"),
    then=N_("The offer is open. Requests stand on “My help”, with the time until which you can answer each."),
    draft=True,
)
CLOSE_OFFER: Final = Act(
    contract=PRO_BONO,
    function="closeOffer",
    args=(given("offer"),),
    title=N_("Close the offer"),
    says=N_("It takes no more requests. What you have accepted stays promised."),
    button=N_("Close it"),
    then=N_("The offer is closed, and its free hours back no credits any more."),
)
REQUEST: Final = Act(
    contract=PRO_BONO,
    function="requestHelp",
    args=(given("offer"), typed("credits"), typed("start"), typed("by"), written("need", lines=("title", "text"))),
    title=N_("Ask for help"),
    says=N_(
        "One credit for each hour waits in escrow; nothing else is asked of you. The provider must accept before the "
        "help begins. If nobody comes, all credits come back."
    ),
    fields=(
        LANGUAGE,
        *(TITLE, NEED),
        translations(TITLE, NEED),
        Field(
            name="credits",
            label=N_("Hours"),
            kind=Kind.AMOUNT,
            decimals=DECIMALS,
            symbol=SYMBOL,
            least=HOUR,
            hint=N_("Whole hours, one credit each."),
        ),
        Field(
            name="start",
            label=N_("Help begins at"),
            kind=Kind.TIME,
            hint=N_("In UTC. The provider can answer until then, so leave time for it."),
        ),
        Field(name="by", label=N_("and is given by"), kind=Kind.TIME, hint=N_("In UTC, within the time of the offer.")),
    ),
    button=N_("Ask, with these credits in escrow"),
    then=N_("The provider sees it now. You can take it back until it is answered."),
    draft=True,
)
ACCEPT: Final = _one(
    "acceptHelp",
    N_("Accept the request"),
    N_("You promise these hours. Either side can still cancel until the help begins."),
    N_("Accept"),
    N_("The hours are reserved. Report them here once the help was given."),
)
DECLINE: Final = _one(
    "declineHelp",
    N_("Decline the request"),
    N_("All credits go back to who asked."),
    N_("Decline"),
    N_("The request is over, and the credits are back."),
)
WITHDRAW: Final = _one(
    "withdrawHelp",
    N_("Take the request back"),
    N_("Nobody has answered it. All credits come back."),
    N_("Take it back"),
    N_("The request is over, and the credits are back."),
)
CANCEL: Final = _one(
    "cancelHelp",
    N_("Cancel the help"),
    N_("Either side can, until it begins. All credits go back to who asked."),
    N_("Cancel the help"),
    N_("The help is canceled, and the credits are back."),
)
DELIVER: Final = Act(
    contract=PRO_BONO,
    function="deliverHelp",
    args=(given("redemption"), typed("hours"), given("need"), written("evidence", lines=("text",))),
    title=N_("Report the hours given"),
    says=N_(
        "Who asked then has 14 days to confirm or to contest. After that anybody can have the hours attested. Credits "
        "for hours that you did not give go back."
    ),
    fields=(
        LANGUAGE,
        EVIDENCE,
        translations(EVIDENCE),
        Field(name="hours", label=N_("Hours given"), kind=Kind.INTEGER, least=1),
    ),
    button=N_("Report these hours"),
    then=N_("Who asked can confirm it now. This page says until when."),
    draft=True,
)
CONFIRM: Final = _one(
    "confirmHelp",
    N_("Confirm the help"),
    N_("The credits for the hours given are used up, those for the rest go back. A proof names both sides for ever."),
    N_("Confirm"),
    N_("The help is attested. Its proof has a page of its own, to show and to print."),
)
CONTEST: Final = Act(
    contract=PRO_BONO,
    function="contest",
    args=(given("redemption"), REASON),
    title=N_("Contest what the other side said"),
    says=N_("Nothing is paid then until both settle or an arbiter rules. Without a ruling all credits go back."),
    fields=REASON_FIELDS,
    button=N_("Contest it"),
    then=N_("It is contested. Both sides can still settle; this page says until when an arbiter can rule."),
    draft=True,
)
NO_SHOW: Final = Act(
    contract=PRO_BONO,
    function="reportNoShow",
    args=(given("redemption"), REASON),
    title=N_("Report that the other side did not come"),
    says=N_("The other side has 14 days to contest it. After that all credits go back."),
    fields=REASON_FIELDS,
    button=N_("Report it"),
    then=N_("It is reported. This page says until when it can be contested."),
    draft=True,
)
EXPIRE: Final = _one(
    "expire",
    N_("Give the credits back"),
    N_("Time has decided this request. Anybody may send this; the credits go to the account that paid them in."),
    N_("Give them back"),
    N_("The credits are back in the account that paid them in."),
)
VOID_SETTLEMENTS: Final = _one(
    "voidSettlements",
    N_("Take signed settlements back"),
    N_("Whatever you have signed to settle this request counts no more; sign anew to settle."),
    N_("Take them back"),
    N_("No settlement signed so far can be used."),
)
SETTLE: Final = Act(
    contract=PRO_BONO,
    function="settle",
    args=(
        *(given("redemption"), typed("share"), typed("deadline")),
        *(signature("provider", "redemption"), signature("beneficiary", "redemption")),
    ),
    title=N_("Settle it between you"),
    says=N_(
        "Both of you sign the same: how many hours were given. Their credits are used up and attested, all others go "
        "back. Once both signatures are on the chain, the request ends."
    ),
    fields=(
        Field(name="share", label=N_("Hours given"), kind=Kind.INTEGER, least=0),
        DEADLINE,
        signature_field("provider", N_("Signature of the provider"), HINT),
        signature_field("beneficiary", N_("Signature of who asked")),
    ),
    button=N_("Sign as well, and end the request"),
    then=N_("It is settled. The credits are where they belong."),
)

ACTS: Final = (
    *(OFFER, CLOSE_OFFER, REQUEST, ACCEPT, DECLINE, WITHDRAW, CANCEL, DELIVER, CONFIRM, CONTEST, NO_SHOW),
    *(EXPIRE, VOID_SETTLEMENTS, SETTLE),
)
