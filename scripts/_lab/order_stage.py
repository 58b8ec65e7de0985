"""What the chapter of the marketplace is written in: goods, orders, and the usual acts on them."""

from dataclasses import dataclass
from itertools import count

from scripts._lab.clock import DAY
from scripts._lab.contracts import TEST_CURRENCY
from scripts._lab.documents import salted_address
from scripts._lab.stage import Stage, euros, hours, listing, order, way
from scripts._lab.wallets import Wallet

PICKUP, SHIPPING, ON_SITE, ONLINE = 1, 2, 4, 8
NO_CURRENCY = "0x" + 40 * "0"


@dataclass(frozen=True)
class Goods:
    """Something to list. Windows in days, the price in euros, the price in credits in hours."""

    name: str
    seller: Wallet
    stock: int
    mode: int
    price: str = "0"
    credit_price: str = "0"
    accept_window: int = 3
    deliver_window: int = 10
    confirm_window: int = 5


@dataclass(frozen=True)
class Order:
    """An order to be: one item of a basket."""

    name: str
    buyer: Wallet
    goods: Goods
    quantity: int = 1


def list_goods(stage: Stage, day: float, goods: Goods) -> None:
    """Puts a listing on stage."""
    terms = (
        stage.address(TEST_CURRENCY) if euros(goods.price) else NO_CURRENCY,
        euros(goods.price),
        hours(goods.credit_price),
        goods.stock,
        goods.mode,
        goods.accept_window * DAY,
        goods.deliver_window * DAY,
        goods.confirm_window * DAY,
        goods.seller.address,
        stage.library.listing(goods.name),
    )
    made = listing(goods.name)

    def act() -> None:
        # Known before it is listed, so that the check after it counts its stock.
        stage.escrows.stock[stage.ask("Marketplace", "listingCount") + 1] = goods.stock
        stage.do(goods.seller, "Marketplace", "list", terms)
        stage.remember(made)

    stage.on(day, f"{goods.seller.name} lists {goods.stock} of {goods.name}{way(goods.seller)}", act)


def place(stage: Stage, day: float, *basket: Order) -> None:
    """Puts a basket of one buyer on stage; who has no ether signs a permit and orders through the relayer."""
    buyer = basket[0].buyer

    def act() -> None:
        items, units = items_of(stage, basket), _money_of(stage, basket)
        if buyer.has_ether:
            if units:
                stage.approve(buyer, "Marketplace", units)
            stage.do(buyer, "Marketplace", "placeOrders", items)
        else:
            permits = [_permit(stage, buyer, units)] if units else []
            stage.do(buyer, "Marketplace", "placeOrdersWithPermits", items, permits)
        first = stage.ask("Marketplace", "orderCount") - len(basket) + 1
        stage.ids.update(zip((order(item.name) for item in basket), count(first), strict=False))

    wanted = " and ".join(f"{item.quantity} of {item.goods.name} ({item.name})" for item in basket)
    stage.on(day, f"{buyer.name} orders {wanted}{way(buyer)}", act)


def items_of(stage: Stage, basket: tuple[Order, ...]) -> list[tuple[object, ...]]:
    """Returns the items of a basket on the terms that are shown now; where to deliver stays a salted hash."""
    return [
        (
            stage.ids[listing(item.goods.name)],
            item.quantity,
            item.goods.mode,
            stage.ask("Marketplace", "listing", listing(item.goods.name))["termsHash"],
            salted_address(item.buyer.address) if item.goods.mode & (SHIPPING | ON_SITE) else bytes(32),
        )
        for item in basket
    ]


def accept(stage: Stage, day: float, item: Order) -> None:
    """Puts the acceptance of an order on stage."""
    in_order(stage, day, f"{item.goods.seller.name} accepts", item.goods.seller, item, "acceptOrder")


def hand_over(stage: Stage, day: float, item: Order) -> None:
    """Puts the hand-over of an order on stage; its evidence is named after the order."""
    evidence, seller = stage.library.evidence(item.name), item.goods.seller

    def act() -> None:
        # Known before it is handed over, so that the check after it counts these units as gone.
        stage.escrows.handed_over.add(stage.ids[order(item.name)])
        stage.do(seller, "Marketplace", "handOver", order(item.name), evidence)

    stage.on(day, f"{seller.name} hands over {item.name}{way(seller)}", act)


def dispute(stage: Stage, day: float, item: Order) -> None:
    """Puts a dispute of the buyer on stage; the reason is named after the order."""
    reason = stage.library.reason(item.name)
    in_order(stage, day, f"{item.buyer.name} disputes", item.buyer, item, "disputeOrder", reason)


def carry_out(stage: Stage, day: float, item: Order, function: str) -> None:
    """Puts what time has decided, and the payment of its parts, on stage; anyone may call both."""
    what = "time completes" if function == "completeOrder" else "time ends"
    in_order(stage, day, what, stage.cast.relayer, item, function)
    pay(stage, day + 0.1, item)


def pay(stage: Stage, day: float, item: Order) -> None:
    """Puts the payment of an ended order's parts on stage; anyone may call it."""
    in_order(stage, day, "each side gets its part of", stage.cast.relayer, item, "payOrder")


def in_order(
    stage: Stage, day: float, what: str, wallet: Wallet, item: Order, function: str, *arguments: object
) -> None:
    """Puts an act on an order on stage."""
    stage.act(day, f"{what} {item.name}", wallet, "Marketplace", function, order(item.name), *arguments)


def _money_of(stage: Stage, basket: tuple[Order, ...]) -> int:
    """Returns what a basket costs in test euros now, in base units."""
    listings = [(item.quantity, stage.ask("Marketplace", "listing", listing(item.goods.name))) for item in basket]
    return sum(quantity * shown["price"] for quantity, shown in listings)


def _permit(stage: Stage, buyer: Wallet, units: int) -> tuple[object, ...]:
    signed = stage.actor.permit(buyer, TEST_CURRENCY, "Marketplace", units)
    return (stage.address(TEST_CURRENCY), units, *signed)
