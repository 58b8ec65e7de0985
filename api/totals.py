"""What the lab holds and moved, currency by currency, and the credit; at any block."""

from typing import Final

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import func, select

from api import fields
from api.case_schemas import CREDIT_UNIT, CreditUnit
from api.database import Answer, Mirror, ReaderDep
from api.past import At
from api.problems import UNKNOWN_BLOCK, read_failures
from api.records import CurrencyUnit, currency_unit
from indexer.store import totals
from indexer.store.columns import last_key_of
from indexer.store.event_tables import EVENTS
from indexer.store.models import Currency, CurrencyMetadata

LISTED: Final = EVENTS["Crowdfunding", "CurrencyListed"].table.c

# ---------------------------------------------------------------------------------------------------------- schemas


class CampaignTotals(BaseModel):
    """Pledges of all campaigns. Always: held = pledged - withdrawn - refunded - collected."""

    pledged: fields.Amount = Field(description="Ever.")
    withdrawn: fields.Amount
    refunded: fields.Amount
    released: fields.Amount = Field(description="Booked for organizers.")
    collected: fields.Amount = Field(description="Of that, paid out.")
    held: fields.Amount = Field(description="In escrow.")


class PoolTotals(BaseModel):
    """The books of all pools. Always: held = funded - paid - reclaimed."""

    funded: fields.Amount = Field(description="Ever.")
    reserved: fields.Amount = Field(description="For campaigns and not freed, paid or not.")
    paid: fields.Amount = Field(description="Of that, paid to campaigns.")
    reclaimed: fields.Amount
    held: fields.Amount


class OrderTotals(BaseModel):
    """Money of all orders. Always: held = paid_in - paid_out."""

    paid_in: fields.Amount = Field(description="Ever.")
    paid_out: fields.Amount = Field(description="To sellers and back to buyers.")
    held: fields.Amount = Field(description="In escrow.")


class TotalsOfCurrency(BaseModel):
    """Totals in one currency."""

    currency: CurrencyUnit
    campaigns: CampaignTotals
    pools: PoolTotals
    orders: OrderTotals


class HelpTotals(BaseModel):
    """Credits of all redemptions. Always: held = paid_in - paid_out - redeemed."""

    paid_in: fields.Amount = Field(description="Ever.")
    paid_out: fields.Amount = Field(description="Returned.")
    redeemed: fields.Amount = Field(description="Burned for hours that were given.")
    held: fields.Amount = Field(description="In escrow.")


class TotalsOfCredit(BaseModel):
    """Totals of the credit. Always: supply = issued - redeemed."""

    unit: CreditUnit
    issued: fields.Amount = Field(description="Ever.")
    redeemed: fields.Amount
    supply: fields.Amount
    orders: OrderTotals
    help: HelpTotals


class TotalsAnswer(Answer):
    """The totals of the lab."""

    currencies: list[TotalsOfCurrency] = Field(description="Those ever listed, the first one in front.")
    credits: TotalsOfCredit


# ---------------------------------------------------------------------------------------------------------- queries


def totals_of(mirror: Mirror) -> tuple[list[TotalsOfCurrency], TotalsOfCredit]:
    """Return the totals in each currency, and those of the credit, at the block of a view."""
    block = mirror.checkpoint.number
    sums = totals.totals_at(mirror.session.connection(), block)
    first = (
        select(LISTED.currency, func.min(LISTED.event_key).label("event_key"))
        .where(LISTED.event_key <= last_key_of(block))
        .group_by(LISTED.currency)
        .subquery()
    )
    listed = (
        select(Currency, CurrencyMetadata)
        .join(first, first.c.currency == Currency.currency)
        .outerjoin(CurrencyMetadata, CurrencyMetadata.currency == Currency.currency)
        .order_by(first.c.event_key)
    )
    return [_currency(sums, *row) for row in mirror.session.execute(listed)], _credit(sums)


def _currency(sums: totals.Sums, currency: Currency, metadata: CurrencyMetadata | None) -> TotalsOfCurrency:
    pledged, withdrawn, refunded, released, collected = (
        sums.get((currency.currency, name), 0) for name in ("pledged", "withdrawn", "refunded", "released", "collected")
    )
    funded, called, freed, paid, reclaimed = (
        sums.get((currency.currency, f"pools_{name}"), 0) for name in ("funded", "called", "freed", "paid", "reclaimed")
    )
    return TotalsOfCurrency(
        currency=currency_unit(currency.currency, currency, metadata),
        campaigns=CampaignTotals(
            pledged=pledged,
            withdrawn=withdrawn,
            refunded=refunded,
            released=released,
            collected=collected,
            held=pledged - withdrawn - refunded - collected,
        ),
        pools=PoolTotals(
            funded=funded, reserved=called - freed, paid=paid, reclaimed=reclaimed, held=funded - paid - reclaimed
        ),
        orders=_orders(sums, currency.currency),
    )


def _orders(sums: totals.Sums, subject: str) -> OrderTotals:
    paid_in, paid_out = (sums.get((subject, f"orders_paid_{way}"), 0) for way in ("in", "out"))
    return OrderTotals(paid_in=paid_in, paid_out=paid_out, held=paid_in - paid_out)


def _credit(sums: totals.Sums) -> TotalsOfCredit:
    issued, redeemed = (sums.get((totals.CREDITS, name), 0) for name in ("issued", "redeemed"))
    paid_in, paid_out, given = (
        sums.get((totals.CREDITS, f"help_{name}"), 0) for name in ("paid_in", "paid_out", "redeemed")
    )
    return TotalsOfCredit(
        unit=CREDIT_UNIT,
        issued=issued,
        redeemed=redeemed,
        supply=issued - redeemed,
        orders=_orders(sums, totals.CREDITS),
        help=HelpTotals(paid_in=paid_in, paid_out=paid_out, redeemed=given, held=paid_in - paid_out - given),
    )


# ----------------------------------------------------------------------------------------------------------- routes

router = APIRouter(tags=["stats"])


@router.get("/totals", summary="Read the lab's totals", responses=read_failures(UNKNOWN_BLOCK))
def read_totals(reader: ReaderDep, at: At = None) -> TotalsAnswer:
    """Return what is and was pledged, matched, ordered, paid and held in each currency, and the same of credits."""
    with reader.open(at, None) as mirror:
        currencies, credit = totals_of(mirror)
        return TotalsAnswer(as_of=mirror.as_of, currencies=currencies, credits=credit)
