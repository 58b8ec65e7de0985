"""Orders: the buyer's own, what is next in one and by when, and every act on one order by whoever may."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.case_acts import CaseAct, CaseActName, CaseActor, EscrowGates
from api.case_schemas import NextCaseAct, act_values, escrow_gates
from api.database import Mirror
from api.fields import parse_time
from api.marketplace import queries, routes, views
from api.marketplace.queries import FoundOrder, OrderFilters, OrderSort
from api.marketplace.routes import CONTRACT, OrderId
from api.marketplace.schemas import OrderDetail
from api.paging import PageDep, cut
from web.acts import market as acts
from web.acts.forms import Desk, Form
from web.acts.model import Act
from web.desks.accounts import Typed, holder_of
from web.lists import heading_of, names_of, paging
from web.visits import Visit, VisitDep
from web.words import ORDER_PARTS

SELLER: Final = frozenset({CaseActor.SELLER, CaseActor.ANYONE})
BUYER: Final = frozenset({CaseActor.BUYER, CaseActor.ANYONE})
WAITED_FOR: Final = (
    *(CaseActName.ACCEPT_ORDER, CaseActName.HAND_OVER, CaseActName.COMPLETE_ORDER),
    *(CaseActName.EXPIRE, CaseActName.PAY_ORDER),
)
"""Acts that bring an order on; all others are choices."""
ACTS: Final[Mapping[tuple[CaseActor, CaseActName], Act]] = {
    (CaseActor.SELLER, CaseActName.ACCEPT_ORDER): acts.ACCEPT,
    (CaseActor.SELLER, CaseActName.HAND_OVER): acts.HAND_OVER,
    (CaseActor.BUYER, CaseActName.COMPLETE_ORDER): acts.COMPLETE,
    (CaseActor.BUYER, CaseActName.DISPUTE_ORDER): acts.DISPUTE,
    (CaseActor.ANYONE, CaseActName.COMPLETE_ORDER): acts.COMPLETE_OVERDUE,
    (CaseActor.ANYONE, CaseActName.EXPIRE): acts.EXPIRE,
    (CaseActor.ANYONE, CaseActName.PAY_ORDER): acts.PAY_ORDER,
    (CaseActor.ANYONE, CaseActName.PAY_PART): acts.PAY_PART,
    (CaseActor.SELLER, CaseActName.DECLINE_ORDER): acts.DECLINE,
    (CaseActor.SELLER, CaseActName.CANCEL_ORDER): acts.CANCEL,
    (CaseActor.BUYER, CaseActName.WITHDRAW_ORDER): acts.WITHDRAW_ORDER,
}
"""What the page of one order has a form for, in this order."""
EITHER_SIDE: Final = "parties"
"""Whoever is one of the two."""

router = APIRouter()


@router.get("/{language}/desks/orders")
def show_orders(visit: VisitDep, page: PageDep, typed: Typed = "") -> HTMLResponse:
    """Show what an account ordered, each order with what is next in it and by when."""
    with visit.open() as mirror:
        holder = holder_of(mirror, typed)
        found: Sequence[FoundOrder] = []
        cursor = None
        if holder.account:
            rows = queries.list_orders(mirror, OrderFilters(buyer=holder.account), OrderSort.NEWEST, page)
            found, cursor = cut(page, rows, lambda one: queries.order_position(one, OrderSort.NEWEST))
        return visit.page(
            "market/orders.html",
            desk=Desk.of(visit, mirror),
            holder=holder,
            orders=sorted(with_next(visit, mirror, found, BUYER), key=in_turn),
            names=names_of(visit, mirror, {one.order.seller for one in found}),
            now=mirror.now,
            **paging(page, cursor),
        )


@router.get("/{language}/orders/{order_id}/desk")
def show_order_desk(visit: VisitDep, order_id: OrderId) -> HTMLResponse:
    """Show one order to both sides: what is next, and every act that is possible now, by who may."""
    with visit.open() as mirror:
        order, desk = routes.order_of(mirror, order_id), Desk.of(visit, mirror)
        listing = queries.find_listing(mirror, order.listing_id).listing
        legal = [act for act in order.next_acts if act.legal_now]
        return visit.page(
            "market/order.html",
            desk=desk,
            order=order,
            title=heading_of(visit, listing.description_hash, "listing", order.listing_id),
            names=names_of(visit, mirror, [order.seller.entity_id]),
            nexts=[act for name in WAITED_FOR for act in legal if act.act is name],
            forms=_forms(visit, desk, order, legal) if desk else {},
            now=mirror.now,
        )


@router.get("/{language}/orders/{order_id}/settle")
def show_settlement(visit: VisitDep, order_id: OrderId) -> HTMLResponse:
    """Show the settlement of an order: one side signs and hands a link over, the other signs as well and ends it."""
    with visit.open() as mirror:
        order, desk = routes.order_of(mirror, order_id), Desk.of(visit, mirror)
        legal = next((act for act in order.next_acts if act.act is CaseActName.SETTLE and act.legal_now), None)
        return visit.page(
            "market/settle.html",
            desk=desk,
            order=order,
            form=_settlement(desk, order, legal) if desk and legal else None,
            now=mirror.now,
        )


def _settlement(desk: Desk, order: OrderDetail, legal: NextCaseAct) -> Form:
    seller, buyer = legal.signers
    given = {"order": order.order_id, "seller": seller, "buyer": buyer, "nonce": order.settlement_nonce}
    return desk.form(acts.SETTLE, "settle", given, ends_at=parse_time(legal.until) if legal.until else None)


def with_next(
    visit: Visit, mirror: Mirror, found: Iterable[FoundOrder], by: frozenset[CaseActor]
) -> Iterator[dict[str, Any]]:
    """Yield some orders with their titles, and what one side can do next."""
    found, gates = list(found), escrow_gates(mirror, CONTRACT)
    for one, order in zip(found, routes.orders_of(mirror, found), strict=True):
        yield {
            "order": order,
            "title": heading_of(visit, one.listing.description_hash, "listing", order.listing_id),
            "next": next_of(_acts(one, gates, mirror.now), by, mirror.now),
        }


def next_of(legal: Iterable[CaseAct], by: frozenset[CaseActor], now: int) -> dict[str, Any] | None:
    """Return what one side can do now to bring an order on, the act that ends first; None if there is nothing."""
    own = [act for act in legal if act.name in WAITED_FOR and act.by in by and act.is_legal_at(now)]
    first = min(own, key=lambda act: (act.ends_at is None, act.ends_at or 0), default=None)
    return None if first is None else act_values(first, now)


def in_turn(shown: Mapping[str, Any]) -> tuple[bool, float]:
    """Return the place of an order in a list: what ends first in front, what waits for nobody here at the end."""
    act = shown["next"]
    return act is None, float("inf") if act is None or act["until"] is None else act["until"]


def _acts(found: FoundOrder, gates: EscrowGates, now: int) -> list[CaseAct]:
    """Return the acts on an order; for whom it was bought is asked of an arbiter alone."""
    return views.order_acts(found, None, gates, now)


def _forms(visit: Visit, desk: Desk, order: OrderDetail, legal: Iterable[NextCaseAct]) -> dict[str, list[Form]]:
    """Return the forms of all acts that are legal now, by who may send them."""
    shown: dict[str, list[Form]] = {}
    possible = {(act.by, act.act): act for act in legal}
    for (by, name), act in ACTS.items():
        if (by, name) not in possible:
            continue
        until = possible[by, name].until
        changes = {"part": {"choices": _parts(visit, legal)}} if name is CaseActName.PAY_PART else {}
        ends_at = parse_time(until) if until else None
        form = desk.form(act, name.value, {"order": order.order_id}, ends_at=ends_at, changes=changes)
        shown.setdefault(by.value, []).append(form)
    if any(act.act is CaseActName.SETTLE for act in possible.values()):
        shown[EITHER_SIDE] = [desk.form(acts.VOID, CaseActName.VOID_SETTLEMENTS.value, {"order": order.order_id})]
    return shown


def _parts(visit: Visit, legal: Iterable[NextCaseAct]) -> list[tuple[str, str]]:
    """Return the parts that can be paid now, by the contract's number."""
    due = [act.part for act in legal if act.part is not None]
    return [(str(list(type(part)).index(part)), visit.words.gettext(ORDER_PARTS[part.value])) for part in due]
