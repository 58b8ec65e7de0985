"""Goods and services of three sellers, and what became of each order."""

from scripts._lab.order_stage import (
    ON_SITE,
    SHIPPING,
    Goods,
    Order,
    accept,
    carry_out,
    dispute,
    hand_over,
    in_order,
    items_of,
    list_goods,
    pay,
    place,
)
from scripts._lab.stage import Stage, euros, hours, listing, order
from scripts._lab.wallets import Cast

SOAP = Goods(
    "soap-box", Cast.nablus, 40, SHIPPING, price="17.950003", credit_price="0.4", deliver_window=14, confirm_window=5
)
REPAIR = Goods("bicycle-repair", Cast.marseille, 12, ON_SITE, price="25", confirm_window=4)
MENDING = Goods(
    "mending-evening",
    Cast.lisbon,
    20,
    ON_SITE,
    credit_price="0.5",
    accept_window=5,
    deliver_window=20,
    confirm_window=10,
)


def listings(stage: Stage) -> None:
    """Soap for euros and hours, repairs for euros, evenings for hours; a price rises, a workshop pauses."""
    list_goods(stage, -58, SOAP)
    list_goods(stage, -57.8, REPAIR)
    list_goods(stage, -40, MENDING)
    _raise_price(stage)
    for day, act, why in ((-13, "pause", "is ill"), (-9, "resume", "is back")):
        title = f"{REPAIR.seller.name} {act}s {REPAIR.name}: the mechanic {why}"
        stage.act(day, title, REPAIR.seller, "Marketplace", f"{act}Listing", listing(REPAIR.name))


def _raise_price(stage: Stage) -> None:
    """Nobody pays another price than the one that was on the page."""
    wanted = Order("tiago-late", stage.cast.tiago, SOAP)
    dearer = listing(SOAP.name), euros("18.5"), hours(SOAP.credit_price)

    def act() -> None:
        seen = items_of(stage, (wanted,))
        stage.approve(wanted.buyer, "Marketplace", euros(SOAP.price))
        stage.do(SOAP.seller, "Marketplace", "updatePrice", *dearer)
        stage.fail(wanted.buyer, "Marketplace_TermsChanged", "Marketplace", "placeOrders", seen)

    stage.on(-24, f"{SOAP.seller.name} raises a price while Tiago's order is under way: the order is refused", act)


def basket(stage: Stage) -> None:
    """One basket of two sellers: the soap comes, the repair is declined and its euros come back."""
    soap, bicycle = (
        Order("yusra-soap", stage.cast.yusra, SOAP, 2),
        Order("yusra-bicycle", stage.cast.yusra, REPAIR),
    )
    place(stage, -48, soap, bicycle)
    accept(stage, -47.5, soap)
    in_order(stage, -47.4, "Marseille, full until spring, declines", REPAIR.seller, bicycle, "declineOrder")
    pay(stage, -47.3, bicycle)
    hand_over(stage, -45, soap)
    in_order(stage, -43, "Yusra completes", soap.buyer, soap, "completeOrder")
    pay(stage, -42.9, soap)


def time_outs(stage: Stage) -> None:
    """Where somebody does not act, time does, and anyone carries it out: complete, lapsed, undelivered, unruled."""
    cast = stage.cast
    silent = Order("rana-bicycle", cast.rana, REPAIR)
    place(stage, -46, silent)
    accept(stage, -45.5, silent)
    hand_over(stage, -44.8, silent)
    carry_out(stage, -40.7, silent, "completeOrder")
    unruled = Order("pierre-tandem", cast.pierre, REPAIR, 2)
    place(stage, -56.5, unruled)
    accept(stage, -56, unruled)
    hand_over(stage, -54, unruled)
    dispute(stage, -52, unruled)
    carry_out(stage, -21.5, unruled, "expire")
    late = Order("eleni-bicycle", cast.eleni, REPAIR)
    place(stage, -23, late)
    accept(stage, -22, late)
    carry_out(stage, -11.9, late, "expire")
    unanswered = Order("pierre-bicycle", cast.pierre, REPAIR)
    place(stage, -14, unanswered)
    carry_out(stage, -10.9, unanswered, "expire")


def second_thoughts(stage: Stage) -> None:
    """A buyer withdraws, a seller cancels; both get all back."""
    cast = stage.cast
    withdrawn, canceled = Order("yusra-mending", cast.yusra, MENDING, 2), Order("marco-bicycle", cast.marco, REPAIR)
    place(stage, -20, withdrawn)
    in_order(stage, -19.5, "Yusra withdraws", withdrawn.buyer, withdrawn, "withdrawOrder")
    pay(stage, -19.4, withdrawn)
    place(stage, -18, canceled)
    accept(stage, -17.5, canceled)
    in_order(stage, -16, "Marseille cancels", REPAIR.seller, canceled, "cancelOrder")
    pay(stage, -15.9, canceled)


def disputes(stage: Stage) -> None:
    """Broken soap: the arbiter gives 60 parts of a hundred to the seller. One bicycle of two: both sign for half."""
    cast = stage.cast
    soap = Order("tiago-soap", cast.tiago, SOAP, 3)
    place(stage, -37, soap)
    accept(stage, -36, soap)
    hand_over(stage, -33, soap)
    dispute(stage, -31, soap)
    ruling = 6_000, stage.library.reason("tiago-soap-ruling")
    in_order(
        stage, -26, "Arbiter gives 60 of 100 to the seller, 40 to the buyer of", cast.arbiter, soap, "rule", *ruling
    )
    pay(stage, -25.9, soap)
    bicycles = Order("carmen-bicycles", cast.carmen, REPAIR, 2)
    place(stage, -30, bicycles)
    accept(stage, -29.5, bicycles)
    hand_over(stage, -27, bicycles)
    both = REPAIR.seller, bicycles.buyer
    stage.settle(-25, "Carmen and Marseille both sign for half of carmen-bicycles", order(bicycles.name), 5_000, both)
    pay(stage, -24.9, bicycles)


def under_way(stage: Stage) -> None:
    """Orders that wait for somebody today: for an answer, for the goods, for the buyer, for the arbiter."""
    cast = stage.cast
    disputed = Order("carmen-wheel", cast.carmen, REPAIR)
    place(stage, -8.5, disputed)
    accept(stage, -8, disputed)
    hand_over(stage, -7, disputed)
    dispute(stage, -5, disputed)
    handed_over = Order("tiago-mending", cast.tiago, MENDING, 2)
    place(stage, -6, handed_over)
    accept(stage, -5.5, handed_over)
    hand_over(stage, -2, handed_over)
    accepted = Order("yusra-more-soap", cast.yusra, SOAP)
    place(stage, -4, accepted)
    accept(stage, -3, accepted)
    place(stage, -0.5, Order("eleni-again", cast.eleni, REPAIR), Order("eleni-twice", cast.eleni, REPAIR, 2))


CHAPTERS = (listings, basket, time_outs, second_thoughts, disputes, under_way)
