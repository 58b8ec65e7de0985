"""The credits of one account: what it has, where each came from and went, and what can be done with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api import credits as api_credits
from api import fields
from api.case_schemas import CREDIT_UNIT, CreditUnit
from api.coverage import contract_names
from api.credits import HolderSort
from api.database import Mirror
from api.entities import live_of
from api.marketplace import queries as market
from api.marketplace import routes as market_routes
from api.marketplace.queries import OrderFilters, OrderSort
from api.paging import PageDep, PageRequest, Position, cut
from api.pro_bono import queries as help_queries
from api.pro_bono import routes as help_routes
from api.pro_bono.queries import RedemptionFilters, RedemptionSort
from web.acts import credit as acts
from web.acts.forms import Desk, Form
from web.desks.accounts import Typed, holder_of
from web.lists import names_of, paging
from web.visits import Visit, VisitDep

NEWEST: Final = PageRequest(20, None, "", ())
ONE: Final = PageRequest(1, None, "", ())
NOBODY: Final = "0x" + "00" * 20

UNIT: Final = CreditUnit.model_validate(CREDIT_UNIT)
EMPTY: Final[dict[str, Any]] = {"holder": None, "orders": [], "redemptions": []}

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Movement:
    """Credits that came to an account or left it.

    Attributes:
        incoming: Whether they came.
        amount: Base units.
        other: The account on the other side; None for new credits.
        contract: Name of the contract of the lab on the other side; None for an account.
        entity: On the other side: who issued them, or acts through that account now.
        programme: That issued them, if it did.
        time: Unix time.
        tx_hash: Of its transaction.
    """

    incoming: bool
    amount: int
    other: str | None
    contract: str | None
    entity: int | None
    programme: int | None
    time: int
    tx_hash: str


@router.get("/{language}/credits")
def show_credits(
    visit: VisitDep, page: PageDep, account: Annotated[fields.AddressText | None, Query()] = None
) -> HTMLResponse:
    """Show what credits an account has, where they came from, and what it did with them; without one, ask for it."""
    with visit.open() as mirror:
        shown = {} if account is None else _account(visit, mirror, page, account)
        return visit.page("credits/account.html", account=account, unit=UNIT, **(EMPTY | shown))


@router.get("/{language}/credits/transfer")
def show_transfer(visit: VisitDep, typed: Typed = "") -> HTMLResponse:
    """Show the form that passes credits on."""
    with visit.open() as mirror:
        holder, desk = holder_of(mirror, typed), Desk.of(visit, mirror)
        balance = _balance(mirror, holder.account) if holder.account else None
        return visit.page(
            "credits/transfer.html",
            desk=desk,
            holder=holder,
            balance=balance,
            unit=UNIT,
            form=_form(desk, balance) if desk and balance != 0 else None,
        )


def _form(desk: Desk, balance: int | None) -> Form:
    return desk.form(acts.TRANSFER, "transfer", changes={} if balance is None else {"amount": {"most": balance}})


def _balance(mirror: Mirror, account: str) -> int:
    rows = api_credits.list_holders(mirror, ONE, HolderSort.BALANCE, account)
    return rows[0].balance if rows else 0


def _account(visit: Visit, mirror: Mirror, page: PageRequest, account: str) -> dict[str, Any]:
    holders = api_credits.holders_of(mirror, api_credits.list_holders(mirror, ONE, HolderSort.BALANCE, account))
    orders = market.list_orders(mirror, OrderFilters(buyer=account), OrderSort.NEWEST, NEWEST)[: NEWEST.limit]
    asked = help_queries.list_redemptions(mirror, RedemptionFilters(payer=account), RedemptionSort.NEWEST, NEWEST)
    found = api_credits.list_transfers(mirror, page, account)
    rows, cursor = cut(page, found, lambda row: Position(row.event_key, row.event_key))
    movements = list(_movements(mirror, account, rows))
    return {
        "holder": holders[0] if holders else None,
        "movements": movements,
        "names": names_of(visit, mirror, {one.entity for one in movements if one.entity is not None}),
        "orders": [one for one in market_routes.orders_of(mirror, orders) if one.credits != "0"],
        "redemptions": help_routes.redemptions_of(asked[: NEWEST.limit], mirror.now),
        **paging(page, cursor),
    }


def _movements(mirror: Mirror, account: str, rows: Sequence[Any]) -> Iterator[Movement]:
    contracts = contract_names(mirror)
    issues = {
        (one.tx_hash, one.to, one.amount): one
        for one in api_credits.issues_in(mirror, [row.tx_hash for row in rows if getattr(row, "from") == NOBODY])
    }
    for row in rows:
        sender = getattr(row, "from")
        incoming = row.to == account
        other = sender if incoming else row.to
        issue = issues.get((row.tx_hash, row.to, row.value)) if other == NOBODY else None
        contract = contracts.get(other)
        entity = issue.issuer if issue else None if contract else live_of(mirror, other)
        yield Movement(
            incoming=incoming,
            amount=row.value,
            other=None if other == NOBODY else other,
            contract=contract,
            entity=entity,
            programme=issue.programme_id if issue else None,
            time=row.block_time,
            tx_hash=row.tx_hash,
        )
