"""The marketplace: what a seller does with a listing, and what both sides do with an order."""

from typing import Final

from web.acts.model import ACCOUNT, Act, Field, Kind, Template, given, typed, when
from web.acts.settlements import DEADLINE, HINT, signature, signature_field
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
from web.words import N_

MARKETPLACE: Final = "Marketplace"
NOBODY: Final = "0x" + "0" * 40
"""Address of the currency where there is no price in money."""
NO_HASH: Final = "0x" + "0" * 64
MOST_UNITS: Final = (1 << 24) - 1
CREDIT_DECIMALS: Final = 18
CREDIT: Final = "EIC"
HOUR: Final = 3_600

TITLE: Final = Field(name="title", label=N_("What it is, in a line"), most=LINE)
ABOUT: Final = Field(
    name="about",
    label=N_("Description"),
    kind=Kind.PROSE,
    hint=N_("What the buyer gets, and in which condition. Plain text; an empty line begins a paragraph."),
)
PRICE: Final = Field(name="price", label=N_("Price of one in money"), kind=Kind.AMOUNT, least=1)
CREDITS_TOO: Final = Field(
    name="credits",
    label=N_("Price of one in credits"),
    kind=Kind.AMOUNT,
    required=False,
    hint=N_("On top of the money. Only verified entities can pay credits. Empty: none."),
    decimals=CREDIT_DECIMALS,
    symbol=CREDIT,
)
CREDITS: Final = Field(
    name="credits",
    label=N_("Price of one in credits"),
    kind=Kind.AMOUNT,
    least=1,
    hint=N_("Only verified entities can pay credits."),
    decimals=CREDIT_DECIMALS,
    symbol=CREDIT,
)
_REST: Final = (
    Field(name="stock", label=N_("Units that you have"), kind=Kind.INTEGER, value="1", least=1, most=MOST_UNITS),
    Field(
        name="modes",
        label=N_("How it comes to the buyer"),
        kind=Kind.FLAGS,
        choices=(
            ("1", N_("The buyer fetches it")),
            ("2", N_("You send it")),
            ("4", N_("At the buyer's place")),
            ("8", N_("Online")),
        ),
    ),
    Field(
        name="accept",
        label=N_("Hours in which you answer an order"),
        kind=Kind.DURATION,
        seconds=HOUR,
        value="48",
        hint=N_("1 to 720. An order that is not answered by then goes back, money and credits."),
    ),
    Field(
        name="deliver",
        label=N_("Days in which you hand over"),
        kind=Kind.DURATION,
        value="14",
        hint=N_("1 to 180, once you accepted. What is not handed over by then goes back."),
    ),
    Field(
        name="confirm",
        label=N_("Days for the buyer to confirm or dispute"),
        kind=Kind.DURATION,
        value="7",
        hint=N_("3 to 30, once you handed over. A buyer who says nothing has confirmed."),
    ),
    Field(
        name="payout",
        label=N_("Account that is paid"),
        kind=Kind.ADDRESS,
        required=False,
        hint=N_("Empty: the account that sends this. Only that account can name another one later."),
    ),
)


def _listing(title: str, prices: tuple[Field, ...], currency: Template, price: Template) -> Act:
    return Act(
        contract=MARKETPLACE,
        function="list",
        args=(
            {
                "currency": currency,
                "price": price,
                "creditPrice": typed("credits"),
                "stock": typed("stock"),
                "deliveryModes": typed("modes"),
                "acceptWindow": typed("accept"),
                "deliverWindow": typed("deliver"),
                "confirmWindow": typed("confirm"),
                "payoutAccount": when("payout", "", ACCOUNT, typed("payout")),
                "descriptionHash": written("listing", lines=("title", "about"), pictures=PICTURED, links=LINKED),
            },
        ),
        title=title,
        says=N_("Only the prices and the account that is paid can change later; everything else stays as it is."),
        fields=(LANGUAGE, TITLE, ABOUT, translations(TITLE, ABOUT), PICTURES, LINKS, *prices, *_REST),
        button=N_("List it"),
        then=N_("It is on the marketplace. “My shop” shows what is ordered, and by when you have to answer."),
        draft=True,
    )


LIST: Final = _listing(N_("List something for money"), (PRICE, CREDITS_TOO), given("currency"), typed("price"))
LIST_FOR_CREDITS: Final = _listing(N_("List something for credits alone"), (CREDITS,), NOBODY, 0)


def _price(prices: tuple[Field, ...], price: Template) -> Act:
    return Act(
        contract=MARKETPLACE,
        function="updatePrice",
        args=(given("listing"), price, typed("credits")),
        title=N_("Change the price"),
        says=N_("Orders that were placed keep theirs. Baskets that were filled at the old price are refused."),
        fields=prices,
        button=N_("Change it"),
        then=N_("Whoever orders from now on pays the new price."),
    )


UPDATE_PRICE: Final = _price((PRICE, CREDITS_TOO), typed("price"))
UPDATE_CREDITS: Final = _price((CREDITS,), 0)
PAUSE: Final = Act(
    contract=MARKETPLACE,
    function="pauseListing",
    args=(given("listing"),),
    title=N_("Pause the listing"),
    says=N_("It takes no orders until you open it again. Orders that were placed go on."),
    button=N_("Pause it"),
    then=N_("Nobody can order it now."),
)
RESUME: Final = Act(
    contract=MARKETPLACE,
    function="resumeListing",
    args=(given("listing"),),
    title=N_("Open the listing again"),
    button=N_("Open it again"),
    then=N_("It can be ordered again."),
)
WITHDRAW_LISTING: Final = Act(
    contract=MARKETPLACE,
    function="withdrawListing",
    args=(given("listing"),),
    title=N_("Withdraw the listing"),
    says=N_("It takes no orders any more, for good. Orders that were placed go on."),
    button=N_("Withdraw it for good"),
    then=N_("It stays readable, and nobody can order it."),
)
CHANGE_PAYOUT: Final = Act(
    contract=MARKETPLACE,
    function="changePayoutAccount",
    args=(given("listing"), typed("account")),
    title=N_("Name another account to be paid"),
    says=N_("Only the present payout account can. From then on only the new one can."),
    fields=(Field(name="account", label=N_("Account that is paid"), kind=Kind.ADDRESS),),
    button=N_("Name this account"),
    then=N_("Payments go to the new account."),
)
ACCEPT: Final = Act(
    contract=MARKETPLACE,
    function="acceptOrder",
    args=(given("order"),),
    title=N_("Accept the order"),
    says=N_("From now on the time to hand over runs. What the buyer paid waits in escrow."),
    button=N_("Accept it"),
    then=N_("This page says until when you have to hand over."),
)
DECLINE: Final = Act(
    contract=MARKETPLACE,
    function="declineOrder",
    args=(given("order"),),
    title=N_("Decline the order"),
    says=N_("It ends for good. Money and credits are the buyer's again."),
    button=N_("Decline it"),
    then=N_("Anybody may now send the money and the credits back to the buyer, from this page."),
)
HAND_OVER: Final = Act(
    contract=MARKETPLACE,
    function="handOver",
    args=(given("order"), when("text", "", NO_HASH, written("evidence", lines=("text",)))),
    title=N_("Say that it was handed over"),
    says=N_("From now on the buyer's time to confirm or dispute runs."),
    fields=(
        LANGUAGE,
        Field(
            name="text",
            label=N_("Evidence"),
            kind=Kind.PROSE,
            required=False,
            hint=N_("What an arbiter could check: a receipt's number, a day. Everybody can read it: name no person."),
        ),
    ),
    button=N_("It was handed over"),
    then=N_("If the buyer says nothing in time, the order is completed and you are paid."),
    draft=True,
)
CANCEL: Final = Act(
    contract=MARKETPLACE,
    function="cancelOrder",
    args=(given("order"),),
    title=N_("Cancel the order"),
    says=N_("It ends for good, also once handed over. Money and credits are the buyer's again."),
    button=N_("Cancel it for good"),
    then=DECLINE.then,
)
WITHDRAW_ORDER: Final = Act(
    contract=MARKETPLACE,
    function="withdrawOrder",
    args=(given("order"),),
    title=N_("Take the order back"),
    says=N_("Possible until the seller answers. Money and credits are yours again."),
    button=N_("Take it back"),
    then=DECLINE.then,
)
COMPLETE: Final = Act(
    contract=MARKETPLACE,
    function="completeOrder",
    args=(given("order"),),
    title=N_("Confirm that all is well"),
    says=N_("Money and credits are the seller's then. This is for good."),
    button=N_("Confirm"),
    then=N_("The order is completed. Anybody may now pay the seller, from this page."),
)
COMPLETE_OVERDUE: Final = Act(
    contract=MARKETPLACE,
    function="completeOrder",
    args=(given("order"),),
    title=N_("Carry out that the order is completed"),
    says=N_("The buyer said nothing in time. Anybody may send this; money and credits are the seller's."),
    button=N_("Complete it"),
    then=COMPLETE.then,
)
DISPUTE: Final = Act(
    contract=MARKETPLACE,
    function="disputeOrder",
    args=(given("order"), REASON),
    title=N_("Dispute what was handed over"),
    says=N_(
        "Nobody is paid until you both sign a settlement, or an arbiter rules. In 30 days without either, all is back."
    ),
    fields=REASON_FIELDS,
    button=N_("Dispute it"),
    then=N_("The arbiters see it, and the seller does. Both of you can still sign a settlement."),
    draft=True,
)
EXPIRE: Final = Act(
    contract=MARKETPLACE,
    function="expire",
    args=(given("order"),),
    title=N_("Carry out what time has decided"),
    says=N_("Anybody may send this. Money and credits are the buyer's again."),
    button=N_("Carry it out"),
    then=DECLINE.then,
)
PAY_ORDER: Final = Act(
    contract=MARKETPLACE,
    function="payOrder",
    args=(given("order"),),
    title=N_("Pay what is due"),
    says=N_("Anybody may send this. Money and credits go to whom they belong, whoever sends."),
    button=N_("Pay all of it"),
    then=N_("Everything is where it belongs."),
)
PAY_PART: Final = Act(
    contract=MARKETPLACE,
    function="payPart",
    args=(given("order"), typed("part")),
    title=N_("Pay one part alone"),
    says=N_("For the case that another part can't be paid. Anybody may send this."),
    fields=(Field(name="part", label=N_("Part"), kind=Kind.CHOICE),),
    button=N_("Pay this part"),
    then=N_("This part is where it belongs."),
)
VOID: Final = Act(
    contract=MARKETPLACE,
    function="voidSettlements",
    args=(given("order"),),
    title=N_("Take back every settlement that was signed"),
    says=N_("Whatever the seller or the buyer signed for this order so far is worth nothing then. Each of them can."),
    button=N_("Take them back"),
    then=N_("Settlements have to be signed anew."),
)
SETTLE: Final = Act(
    contract=MARKETPLACE,
    function="settle",
    args=(given("order"), typed("share"), typed("deadline"), signature("seller", "order"), signature("buyer", "order")),
    title=N_("Settle it between you"),
    says=N_(
        "Both of you sign the same: which part of the money and of the credits is the seller's. The rest is the "
        "buyer's. Once both signatures are on the chain, the order ends."
    ),
    fields=(
        Field(
            name="share",
            label=N_("Part of both that is the seller's"),
            kind=Kind.AMOUNT,
            decimals=2,
            symbol="%",
            most=10_000,
            hint=N_("0 gives everything back to the buyer, 100 gives everything to the seller."),
        ),
        DEADLINE,
        signature_field("seller", N_("Signature of the seller"), HINT),
        signature_field("buyer", N_("Signature of the buyer")),
    ),
    button=N_("Sign as well, and end the order"),
    then=N_("The order is settled. Anybody may now pay both sides, from the order's page."),
)

ACTS: Final = (
    *(LIST, LIST_FOR_CREDITS, UPDATE_PRICE, UPDATE_CREDITS, PAUSE, RESUME, WITHDRAW_LISTING, CHANGE_PAYOUT),
    *(ACCEPT, DECLINE, HAND_OVER, CANCEL, WITHDRAW_ORDER, COMPLETE, COMPLETE_OVERDUE, DISPUTE, EXPIRE),
    *(PAY_ORDER, PAY_PART, VOID, SETTLE),
)
