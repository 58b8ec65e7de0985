"""Sellers and buyers at their desks.

├── selling: for money, for credits, for both, with its document; not by whom nobody verified; then price, payout
│   account, pause and the end
├── a basket across two sellers: both legs summed, one signature; a link of somebody else leaves the own basket alone;
│   what the contract would refuse is said before the wallet is asked for anything
├── an order: accepted, its address handed over by a link that the seller's browser checks, handed over, completed,
│   paid; or declined, taken back, canceled, lapsed, and back at the buyer
└── a dispute, settled: one side signs and hands a link over, the other signs as well and ends it
"""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from eth_utils.crypto import keccak
from playwright.sync_api import expect

from relay.settings import MAX_DATA_BYTES, Settings
from scripts._lab.wallets import Wallet
from tests.web.browser.chapter import UNANSWERED, UNCONFIRMED
from tests.web.browser.lab import Lab
from tests.web.browser.people import Meet, Person, moment, now_of, wait_until_stored
from tests.web.browser.steps import check_permit, check_request, fails, held
from tests.web.browser.test_uploads import photograph
from web.desks.basket import MOST_ITEMS

EURO, CREDIT = 10**6, 10**18
PICKUP, SHIPPING = 1, 2
HOUR, DAY = 3_600, 86_400
NO_CURRENCY = "0x" + "0" * 40
NO_HASH = bytes(32)
DEAR = 9_000
"""Euros that one thing costs, and the buyer does not have."""
ADDRESS = "Calle Feria 1\n41003 <img src=x onerror=alert(1)> Sevilla"


@pytest.fixture(scope="module", autouse=True)
def purse(lab: Lab) -> None:
    """Give the buyers of these tests euros, and the seller as many as only one test asks for."""
    for wallet, euros in ((lab.cast.marco, 5_000), (lab.cast.yusra, 500), (lab.cast.marseille, DEAR)):
        lab.actor.do(lab.cast.relayer, "TestEuro", "faucet", wallet.address, euros * EURO)


def listed(lab: Lab, seller: Wallet, price: int = 10, hours: str = "0", *, stock: int = 5, modes: int = 3) -> int:
    """List something without a page, and return its number."""
    currency = lab.contracts["TestEuro"].address if price else NO_CURRENCY
    windows = (48 * HOUR, 14 * DAY, 7 * DAY)
    units = int(float(hours) * CREDIT)
    terms = (currency, price * EURO, units, stock, modes, *windows, seller.address, keccak(text="things"))
    lab.actor.do(seller, "Marketplace", "list", terms)
    return int(lab.ask("Marketplace", "listingCount"))


def ordered(lab: Lab, buyer: Wallet, number: int, units: int = 1) -> int:
    """Order something without a page, to be fetched, and return the order's number."""
    listing = lab.ask("Marketplace", "listing", number)
    items = [(number, units, PICKUP, listing["termsHash"], NO_HASH)]
    amount = units * listing["price"]
    permits = [(listing["currency"], amount, *lab.actor.permit(buyer, "TestEuro", "Marketplace", amount))]
    lab.actor.do(buyer, "Marketplace", "placeOrdersWithPermits", items, permits)
    return int(lab.ask("Marketplace", "orderCount"))


def basket(*lines: tuple[int, int, str]) -> str:
    pairs = [pair for line in lines for pair in zip(("listing", "quantity", "mode"), map(str, line), strict=True)]
    return f"/basket?{urlencode(pairs)}"


def puts(person: Person, number: int, units: int, mode: str = "pickup") -> None:
    """Put units of a listing into the basket, from its page."""
    person.goes_to(f"/listings/{number}")
    person.page.get_by_label("Units").fill(str(units))
    person.page.get_by_label("How it comes to you").select_option(mode)
    person.page.get_by_role("button", name="Put it into the basket").click()
    expect(person.page).not_to_have_url(re.compile("add=1"))


def state_of(lab: Lab, number: int) -> str:
    lab.catch_up()
    return str(lab.api.get(f"/v1/orders/{number}")["order"]["state"])


def asked_nothing(person: Person) -> bool:
    """Return whether the wallet was asked neither to sign nor to send."""
    return (person.wallet.signed(), person.wallet.sent()) == ([], [])


@pytest.mark.parametrize(
    ("query", "title", "prices"),
    [
        ("", "List something for money", {"price": "12.5", "credits": "0.5"}),
        pytest.param("", "List something for money", {"price": "12.5"}, marks=pytest.mark.long),
        pytest.param(
            "?currency=credits", "List something for credits alone", {"credits": "0.5"}, marks=pytest.mark.long
        ),
    ],
    ids=["both", "money", "credits"],
)
def test_sell__by_a_verified_entity__is_on_the_marketplace(
    meet: Meet, lab: Lab, query: str, title: str, prices: dict[str, str]
) -> None:
    seller = meet(lab.cast.marseille)
    seller.goes_to(f"/sell{query}")
    form = seller.form(title)
    seller.sends(form)
    expect(form.locator("[data-summary]")).to_contain_text("is empty")
    seller.fills(form, title="A mended bicycle", about="Three gears.\n\nBlue.", stock="3", **prices)
    form.locator(f'[data-name="modes"][value="{SHIPPING}"]').check()
    form.locator('[data-rows="pictures"] [data-add-row]').click()
    file = {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": photograph()}
    form.locator('[data-name="picture"]').set_input_files(files=file)  # type: ignore[arg-type]
    form.locator('[data-name="alt"]').fill("A blue bicycle")
    form.locator('[data-rows="links"] [data-add-row]').click()
    seller.fills(form, url="http://bikes.example/", name="How it was mended")
    seller.sends(form)
    expect(form.locator("[data-summary]")).to_contain_text("it begins with https://")
    seller.fills(form, url="https://bikes.example/blue?gears=3")
    seller.acts(form)
    number = int(lab.ask("Marketplace", "listingCount"))
    lab.catch_up()
    listing = lab.api.get(f"/v1/listings/{number}")["listing"]
    money, hours = int(float(prices.get("price", 0)) * EURO), int(float(prices.get("credits", 0)) * CREDIT)
    assert (listing["price"], listing["credit_price"], listing["stock"]) == (str(money), str(hours), 3)
    assert (listing["delivery_modes"], listing["currency"] is None) == (["shipping"], money == 0)
    wait_until_stored(seller.page, lab, listing["description_hash"])
    (picture,) = lab.api.get(f"/documents/{listing['description_hash'].removeprefix('0x')}")["pictures"]
    wait_until_stored(seller.page, lab, picture["sha256"])
    seller.goes_to(f"/listings/{number}")
    expect(seller.page.get_by_role("heading", level=1)).to_have_text("A mended bicycle")
    expect(seller.page.get_by_role("img", name="A blue bicycle")).to_be_visible()
    leads = seller.page.get_by_role("link", name="How it was mended bikes.example", exact=True)
    expect(leads).to_have_attribute("href", "https://bikes.example/blue?gears=3")
    seller.goes_to(f"/desks/shop?account={lab.cast.marseille.address}")
    expect(seller.page.locator("main")).to_contain_text("A mended bicycle")


def test_sell__by_whom_nobody_verified__is_refused_before_the_wallet_is_asked(meet: Meet, lab: Lab) -> None:
    stranger = meet(lab.cast.rana)
    stranger.goes_to("/sell")
    form = stranger.form("List something for money")
    stranger.fills(form, title="Gold", about="Real gold.", price="1")
    form.locator(f'[data-name="modes"][value="{SHIPPING}"]').check()
    stranger.sends(form)
    assert "verified" in fails(form, "Marketplace_NotVerified")
    assert asked_nothing(stranger)


@pytest.mark.long
def test_listing__price_payout_pause_and_withdrawal__are_done_from_one_page(meet: Meet, lab: Lab) -> None:
    seller = meet(lab.cast.marseille)
    number = listed(lab, lab.cast.marseille)
    desk = f"/listings/{number}/desk"
    stranger = meet(lab.cast.marco)
    stranger.goes_to(desk)
    form = stranger.form("Change the price")
    stranger.fills(form, price="1")
    stranger.sends(form)
    fails(form, "Marketplace_NotSeller")
    seller.goes_to(desk)
    form = seller.form("Change the price")
    seller.fills(form, price="11", credits="0.25")
    seller.acts(form)
    listing = lab.ask("Marketplace", "listing", number)
    assert (listing["price"], listing["creditPrice"]) == (11 * EURO, CREDIT // 4)
    form = seller.form("Name another account to be paid")
    seller.fills(form, account=lab.cast.seville_bank.address)
    seller.acts(form)
    assert lab.ask("Marketplace", "listing", number)["payoutAccount"].lower() == lab.cast.seville_bank.address.lower()
    for title, state in (("Pause the listing", 2), ("Open the listing again", 1), ("Withdraw the listing", 3)):
        seller.goes_to(desk)
        seller.acts(seller.form(title))
        assert int(lab.ask("Marketplace", "listing", number)["state"]) == state
    seller.goes_to(f"/listings/{number}")
    expect(seller.page.get_by_role("button", name="Put it into the basket")).to_have_count(0)


def test_basket__across_sellers__sums_both_legs_and_is_ordered_with_one_permit(meet: Meet, lab: Lab) -> None:
    first, second = listed(lab, lab.cast.marseille, 10), listed(lab, lab.cast.nablus, 4, "0.25")
    buyer = meet(lab.cast.yusra)
    euros, hours = held(lab, lab.cast.yusra.address), lab.ask("InnovationCredit", "balanceOf", lab.cast.yusra.address)
    before = int(lab.ask("Marketplace", "orderCount"))
    puts(buyer, first, 1)
    puts(buyer, second, 2, "shipping")
    total = buyer.page.locator(".basket-sum")
    expect(total).to_contain_text("18")
    expect(total).to_contain_text("0.50")
    form = buyer.form("Order all of it")
    buyer.fills(form, address=ADDRESS)
    buyer.acts(form)
    permit, request = buyer.wallet.signed()
    check_permit(lab, permit, lab.cast.yusra.address, 18 * EURO, "Marketplace")
    check_request(lab, request, lab.cast.yusra.address, "Marketplace")
    assert ADDRESS not in str(request)
    assert int(lab.ask("Marketplace", "orderCount")) == before + 2
    assert held(lab, lab.cast.yusra.address) == euros - 18 * EURO
    assert lab.ask("InnovationCredit", "balanceOf", lab.cast.yusra.address) == hours - CREDIT // 2
    buyer.goes_to("/basket")
    expect(buyer.page.locator("main")).to_contain_text("Nothing is in the basket")


@pytest.mark.long
def test_basket__for_credits_alone__needs_no_permit(meet: Meet, lab: Lab) -> None:
    buyer, wallet = meet(lab.cast.yusra), lab.cast.yusra
    number, hours = listed(lab, lab.cast.nablus, 0, "0.25"), lab.ask("InnovationCredit", "balanceOf", wallet.address)
    buyer.goes_to(basket((number, 2, "pickup")))
    buyer.acts(buyer.form("Order all of it"))
    (request,) = buyer.wallet.signed()
    check_request(lab, request, wallet.address, "Marketplace")
    assert lab.ask("InnovationCredit", "balanceOf", wallet.address) == hours - CREDIT // 2


def test_basket__opened_by_a_link__leaves_the_own_one_alone(meet: Meet, lab: Lab) -> None:
    own, other = (listed(lab, lab.cast.marseille) for _ in range(2))
    buyer = meet(lab.cast.marco)
    units = buyer.page.get_by_label("Units")
    puts(buyer, own, 2)
    buyer.goes_to(basket((other, 3, "pickup")))
    expect(buyer.page.get_by_text("This is not the basket that you filled")).to_be_visible()
    buyer.page.get_by_role("link", name="Show my basket").click()
    expect(units).to_have_value("2")
    expect(buyer.page.get_by_text("This is not the basket that you filled")).to_be_hidden()
    buyer.goes_to(basket((other, 3, "pickup")))
    buyer.page.get_by_role("button", name="Keep this one in its place").click()
    buyer.goes_to("/basket")
    expect(units).to_have_value("3")


@pytest.mark.long
def test_basket__of_as_many_as_it_holds__is_ordered_gasless_and_takes_no_more(meet: Meet, lab: Lab) -> None:
    buyer, wallet = meet(lab.cast.pierre), lab.cast.pierre
    listings = [listed(lab, lab.cast.marseille, 1) for _ in range(MOST_ITEMS + 1)]
    lab.actor.do(lab.cast.relayer, "TestEuro", "faucet", wallet.address, (MOST_ITEMS + 1) * EURO)
    buyer.goes_to(basket(*((number, 1, "shipping") for number in listings[1:])))
    puts(buyer, listings[0], 1)
    expect(buyer.page.get_by_text("The basket is full: it holds 20")).to_be_visible()
    expect(buyer.page.get_by_label("Units")).to_have_count(MOST_ITEMS)
    form = buyer.form("Order all of it")
    buyer.fills(form, address=ADDRESS)
    before = int(lab.ask("Marketplace", "orderCount"))
    buyer.acts(form)
    permit, request = buyer.wallet.signed()
    check_permit(lab, permit, wallet.address, MOST_ITEMS * EURO, "Marketplace")
    assert int(lab.ask("Marketplace", "orderCount")) == before + MOST_ITEMS
    assert lab.ask("Marketplace", "openOrdersOf", wallet.address) == MOST_ITEMS
    carried = Settings.model_fields["max_request_gas"].default
    assert int(request["message"]["gas"]) < carried * 3 // 4, "room for dearer days"
    assert len(request["message"]["data"]) // 2 < MAX_DATA_BYTES // 3

    buyer.goes_to(basket((listings[0], 1, "pickup")))
    form = buyer.form("Order all of it")
    buyer.sends(form)
    fails(form, "Marketplace_TooManyOrders")
    assert len(buyer.wallet.signed()) == 2


def sold_out(lab: Lab, number: int) -> None:
    ordered(lab, lab.cast.yusra, number, 4)


def dearer(lab: Lab, number: int) -> None:
    lab.actor.do(lab.cast.marseille, "Marketplace", "updatePrice", number, 11 * EURO, 0)


def paused(lab: Lab, number: int) -> None:
    lab.actor.do(lab.cast.marseille, "Marketplace", "pauseListing", number)


@pytest.mark.parametrize(
    ("happens", "error"),
    [
        (dearer, "Marketplace_TermsChanged"),
        pytest.param(sold_out, "Marketplace_NotEnoughStock", marks=pytest.mark.long),
        pytest.param(paused, "Marketplace_WrongListingState", marks=pytest.mark.long),
    ],
)
def test_basket__that_is_no_longer_so__is_refused_before_the_wallet_is_asked(
    meet: Meet, lab: Lab, happens: Callable[[Lab, int], None], error: str
) -> None:
    number = listed(lab, lab.cast.marseille)
    buyer = meet(lab.cast.marco)
    buyer.goes_to(basket((number, 2, "pickup")))
    happens(lab, number)
    form = buyer.form("Order all of it")
    buyer.sends(form)
    fails(form, error)
    assert asked_nothing(buyer)


@pytest.mark.long
def test_basket__of_an_unverified_seller__is_refused_before_the_wallet_is_asked(meet: Meet, lab: Lab) -> None:
    seller = Wallet(50, "Short-lived shop", "SSE entity, sells", has_ether=False)
    lab.actor.do(seller, "EntityRegistry", "register", 1, keccak(text="profile"))
    entity = int(lab.ask("EntityRegistry", "entityCount"))
    lab.actor.do(lab.cast.registrar, "EntityRegistry", "verify", entity, 1, now_of(lab) + 365 * DAY)
    number = listed(lab, seller)
    buyer = meet(lab.cast.marco)
    buyer.goes_to(basket((number, 1, "pickup")))
    until = now_of(lab) + 20 * DAY
    lab.actor.do(lab.cast.registrar, "EntityRegistry", "suspend", entity, until, keccak(text="reason"))
    form = buyer.form("Order all of it")
    buyer.sends(form)
    fails(form, "Marketplace_SellerNotVerified")
    assert asked_nothing(buyer)
    buyer.goes_to(basket((number, 1, "pickup")))
    expect(buyer.page.locator("main")).to_contain_text("Nobody can order it at present")
    expect(form).to_have_count(0)


@pytest.mark.long
def test_basket__of_somebody_who_can_not_order_it__is_refused_before_the_wallet_is_asked(meet: Meet, lab: Lab) -> None:
    number, hours = listed(lab, lab.cast.marseille, DEAR), listed(lab, lab.cast.nablus, 0, "1")
    for wallet, wanted, error in (
        (lab.cast.marseille, number, "Marketplace_OwnListing"),
        (lab.cast.marco, number, "balance_low"),
        (lab.cast.marco, hours, "Marketplace_NotVerified"),
    ):
        buyer = meet(wallet)
        buyer.goes_to(basket((wanted, 1, "pickup")))
        form = buyer.form("Order all of it")
        buyer.sends(form)
        fails(form, error)
        assert asked_nothing(buyer)


@pytest.mark.long
def test_basket__with_more_than_there_is__says_so_beside_the_line(meet: Meet, lab: Lab) -> None:
    buyer, number = meet(lab.cast.marco), listed(lab, lab.cast.marseille, stock=3)
    puts(buyer, number, 2)
    puts(buyer, number, 2, "shipping")
    expect(buyer.page.locator("main")).to_contain_text("There are not so many left")
    expect(buyer.form("Order all of it")).to_have_count(0)
    buyer.page.get_by_label("Units").last.fill("1")
    buyer.page.get_by_role("button", name="Change the basket").click()
    expect(buyer.form("Order all of it")).to_have_count(1)
    buyer.page.get_by_label("Units").last.fill("0")
    buyer.page.get_by_role("button", name="Change the basket").click()
    expect(buyer.page.get_by_label("Units")).to_have_count(1)


@pytest.mark.keyboard
def test_order__address__goes_to_the_seller_by_a_link_that_is_checked(meet: Meet, lab: Lab) -> None:
    buyer, seller = meet(lab.cast.marco), meet(lab.cast.marseille)
    number = listed(lab, lab.cast.marseille)
    lab.catch_up()
    buyer.page.goto(f"{lab.url}/en{basket((number, 2, 'shipping'))}")
    form = buyer.form("Order all of it")
    buyer.fills(form, address=ADDRESS)
    buyer.acts(form)
    number = int(lab.ask("Marketplace", "orderCount"))
    lab.actor.do(lab.cast.marseille, "Marketplace", "acceptOrder", number)
    desk = f"/orders/{number}/desk"
    buyer.goes_to(desk)
    link = buyer.page.get_by_label("Link for the seller").input_value()
    seller.page.goto(f"{link[:-6]}AAAAAA")
    expect(seller.page.get_by_role("alert").filter(has_text="does not carry the address")).to_be_visible()
    expect(seller.page.locator("[data-address-text]")).to_be_hidden()
    seller.page.goto(link)
    expect(seller.page.locator("[data-address-text]")).to_have_text(ADDRESS)
    assert "#" not in seller.page.url
    seller.goes_to(desk)
    expect(seller.page.locator("[data-address-text]")).to_have_text(ADDRESS)


@pytest.mark.long
def test_order__accepted_handed_over_and_completed__is_paid(meet: Meet, lab: Lab) -> None:
    seller, buyer = meet(lab.cast.marseille), meet(lab.cast.marco)
    number = ordered(lab, lab.cast.marco, listed(lab, lab.cast.marseille), 2)
    desk, before = f"/orders/{number}/desk", held(lab, lab.cast.marseille.address)
    buyer.goes_to(f"/desks/orders?account={lab.cast.marco.address}")
    expect(buyer.page.get_by_role("link", name=f"Order {number}:")).to_be_visible()
    buyer.goes_to(desk)
    form = buyer.form("Accept the order")
    buyer.sends(form)
    fails(form, "Escrow_NotParty")
    assert asked_nothing(buyer)
    for person, title in (
        (seller, "Accept the order"),
        (seller, "Say that it was handed over"),
        (buyer, "Confirm that all is well"),
        (buyer, "Pay what is due"),
    ):
        person.goes_to(desk)
        form = person.form(title)
        if title == "Say that it was handed over":
            person.fills(form, text="Receipt 41.")
        person.acts(form)
    assert state_of(lab, number) == "completed"
    assert held(lab, lab.cast.marseille.address) == before + 20 * EURO
    buyer.goes_to(desk)
    expect(buyer.page.locator("main")).to_contain_text("everything is where it belongs")


def accepts(lab: Lab, number: int) -> None:
    lab.actor.do(lab.cast.marseille, "Marketplace", "acceptOrder", number)


@pytest.mark.long
@pytest.mark.parametrize(
    ("before", "title", "by_seller", "state"),
    [
        (None, "Decline the order", True, "declined"),
        (None, "Take the order back", False, "withdrawn"),
        (accepts, "Cancel the order", True, "canceled"),
    ],
)
def test_order__that_one_side_ends__is_paid_back_part_by_part(
    meet: Meet, lab: Lab, before: Callable[[Lab, int], None] | None, title: str, by_seller: bool, state: str
) -> None:
    number = ordered(lab, lab.cast.marco, listed(lab, lab.cast.marseille))
    if before:
        before(lab, number)
    desk, had = f"/orders/{number}/desk", held(lab, lab.cast.marco.address)
    wrong, right = (lab.cast.marco, lab.cast.marseille) if by_seller else (lab.cast.marseille, lab.cast.marco)
    stranger, side = meet(wrong), meet(right)
    stranger.goes_to(desk)
    stranger.sends(stranger.form(title))
    fails(stranger.form(title), "Escrow_NotParty")
    side.goes_to(desk)
    side.acts(side.form(title))
    assert state_of(lab, number) == state
    stranger.goes_to(desk)
    form = stranger.form("Pay one part alone")
    form.locator('[data-name="part"]').first.check()
    stranger.acts(form)
    assert held(lab, lab.cast.marco.address) == had + 10 * EURO


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "title", "state"),
    [
        (UNANSWERED, "Carry out what time has decided", "lapsed"),
        (UNCONFIRMED, "Carry out that the order is completed", "completed"),
    ],
)
def test_order__that_time_has_decided__is_carried_out_by_anybody(
    meet: Meet, lab: Lab, name: str, title: str, state: str
) -> None:
    anybody, number = meet(lab.cast.pierre), lab.orders[name]
    anybody.goes_to(f"/orders/{number}/desk")
    anybody.acts(anybody.form(title))
    assert state_of(lab, number) == state


@pytest.mark.long
def test_dispute__with_reasons__is_the_buyers_alone_and_its_reasons_are_stored(meet: Meet, lab: Lab) -> None:
    seller, buyer = meet(lab.cast.marseille), meet(lab.cast.marco)
    number = ordered(lab, lab.cast.marco, listed(lab, lab.cast.marseille))
    accepts(lab, number)
    lab.actor.do(lab.cast.marseille, "Marketplace", "handOver", number, NO_HASH)
    desk = f"/orders/{number}/desk"
    for person in (seller, buyer):
        person.goes_to(desk)
        form = person.form("Dispute what was handed over")
        person.fills(form, text="It does not light.")
        person.sends(form)
    fails(seller.form("Dispute what was handed over"), "Escrow_NotParty")
    expect(buyer.form("Dispute what was handed over").locator("[data-state-of]")).to_have_attribute(
        "data-state", re.compile("in_block|final"), timeout=40_000
    )
    assert state_of(lab, number) == "disputed"
    order = lab.api.get(f"/v1/orders/{number}")["order"]
    wait_until_stored(buyer.page, lab, order["links"]["dispute"].rsplit("/", 1)[-1])


def offers(person: Person, lab: Lab, number: int, share: str) -> str:
    """Sign a settlement first, and return the link for the other side."""
    person.goes_to(f"/orders/{number}/settle")
    person.fills(person.form("Settle it between you"), share=share, deadline=moment(lab, 5))
    person.page.get_by_role("button", name="Sign, and make a link").click()
    link = person.page.get_by_label("Link for the other side")
    expect(link).to_have_value(re.compile("settle#"))
    expect(link).to_be_focused()
    return link.input_value()


def test_settlement__signed_by_one__is_signed_and_ended_by_the_other(meet: Meet, lab: Lab) -> None:
    seller, buyer = meet(lab.cast.marseille), meet(lab.cast.marco)
    number = ordered(lab, lab.cast.marco, listed(lab, lab.cast.marseille))
    accepts(lab, number)
    link = offers(seller, lab, number, "60")
    assert [one["primaryType"] for one in seller.wallet.signed()] == ["Settlement"]
    sending = re.compile("Sign as well")
    expect(seller.page.get_by_role("button", name=sending)).to_have_count(0)
    seller.page.goto("about:blank")
    seller.page.goto(link)
    expect(seller.page.get_by_text("You signed what stands in the form below yourself")).to_be_visible()
    expect(seller.page.get_by_role("button", name=sending)).to_have_count(0)
    lab.catch_up()
    buyer.page.goto(link)
    buyer.page.goto(f"{link.partition('#')[0]}#share=6000&deadline=1")
    expect(buyer.page.get_by_text("This link is not whole")).to_be_visible()
    buyer.page.goto(link)
    form = buyer.form("Settle it between you")
    said = buyer.page.get_by_text("The seller signed what stands in the form below")
    expect(said).to_be_visible()
    assert said.bounding_box()["y"] < form.bounding_box()["y"], "whoever opens the link reads first what it is"  # type: ignore[index]
    expect(form.locator('[data-name="share"]')).to_have_value("60.00")
    buyer.acts(form)
    assert [one["primaryType"] for one in buyer.wallet.signed()] == ["Settlement", "ForwardRequest"]
    assert state_of(lab, number) == "settled"
    assert int(lab.ask("Marketplace", "order", number)["sellerBps"]) == 6_000


@pytest.mark.long
def test_settlement__other_terms_stranger_and_taken_back__end_nothing(meet: Meet, lab: Lab) -> None:
    seller, buyer, stranger = meet(lab.cast.marseille), meet(lab.cast.marco), meet(lab.cast.pierre)
    number = ordered(lab, lab.cast.marco, listed(lab, lab.cast.marseille))
    accepts(lab, number)
    stranger.goes_to(f"/orders/{number}/settle")
    form = stranger.form("Settle it between you")
    stranger.fills(form, share="60", deadline=moment(lab, 5))
    stranger.page.get_by_role("button", name="Sign, and make a link").click()
    fails(form, "not_party")
    assert asked_nothing(stranger)

    link = offers(seller, lab, number, "60")
    buyer.page.goto(link)
    form = buyer.form("Settle it between you")
    signatures = [form.locator(f'[data-name="{side}_signature"]') for side in ("seller", "buyer")]
    expect(signatures[0]).to_have_value(re.compile("^0x"))
    buyer.fills(form, share="10")
    for field in signatures:
        expect(field).to_have_value("")
    expect(buyer.page.get_by_text("The seller signed what stands")).to_be_hidden()
    expect(form.get_by_role("button", name=re.compile("Sign as well"))).to_have_count(0)
    form.locator('[data-name="share"]').press("Enter")
    fails(form, "Escrow_InvalidSignature")
    buyer.page.goto(f"{link.partition('#')[0]}#share=6000&deadline=1")
    expect(buyer.page.get_by_text("This link is not whole")).to_be_visible()

    seller.goes_to(f"/orders/{number}/desk")
    seller.acts(seller.form("Take back every settlement that was signed"))
    lab.catch_up()
    buyer.page.goto("about:blank")
    buyer.page.goto(link)
    expect(buyer.page.get_by_text("The signature in this link was taken back")).to_be_visible()
    expect(signatures[0]).to_have_value("")
    assert state_of(lab, number) == "accepted"
