"""The credits of one account."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api import credits as api_credits
from api import fields
from api.case_schemas import CREDIT_UNIT, CreditUnit
from api.credits import HolderSort
from api.database import Mirror
from api.marketplace import queries as market
from api.marketplace import routes as market_routes
from api.marketplace.queries import OrderFilters, OrderSort
from api.paging import PageRequest
from api.pro_bono import queries as help_queries
from api.pro_bono import routes as help_routes
from api.pro_bono.queries import RedemptionFilters, RedemptionSort
from web.visits import VisitDep

NEWEST = PageRequest(20, None, "", ())
ONE = PageRequest(1, None, "", ())

UNIT = CreditUnit.model_validate(CREDIT_UNIT)

router = APIRouter()


@router.get("/{language}/credits")
def show_credits(visit: VisitDep, account: Annotated[fields.AddressText | None, Query()] = None) -> HTMLResponse:
    """Show what credits an account has, has in escrow, and what it did with them; without one, ask for it."""
    with visit.open() as mirror:
        shown = {} if account is None else _account(mirror, account)
        return visit.page("credits/account.html", account=account, unit=UNIT, **(EMPTY | shown))


EMPTY: dict[str, Any] = {"holder": None, "orders": [], "redemptions": []}


def _account(mirror: Mirror, account: str) -> dict[str, Any]:
    holders = api_credits.holders_of(mirror, api_credits.list_holders(mirror, ONE, HolderSort.BALANCE, account))
    orders = market.list_orders(mirror, OrderFilters(buyer=account), OrderSort.NEWEST, NEWEST)[: NEWEST.limit]
    asked = help_queries.list_redemptions(mirror, RedemptionFilters(payer=account), RedemptionSort.NEWEST, NEWEST)
    return {
        "holder": holders[0] if holders else None,
        "orders": [one for one in market_routes.orders_of(mirror, orders) if one.credits != "0"],
        "redemptions": help_routes.redemptions_of(asked[: NEWEST.limit], mirror.now),
    }
