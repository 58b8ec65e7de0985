"""What stands behind the credits and where they are: promised hours week by week, and the books of the escrows."""

from collections import defaultdict
from collections.abc import Collection

from pydantic import BaseModel, Field
from sqlalchemy import func, select

from api import fields
from api.database import Mirror
from api.sums import exact_sum
from indexer.store import cases
from indexer.store.models import CapacityWeek, CreditBalance, CreditEscrow, Journal, Order, Redemption
from indexer.store.phases import BPS

ESCROWS = ("Marketplace", "ProBono")


class CapacityOfWeek(BaseModel):
    """Promised hours that stop backing credits at one instant."""

    until: fields.Time = Field(description="Beginning of the week from which on they back no credits.")
    hours: int = Field(description="Open, reserved ones included.")


class Coverage(BaseModel):
    """What promised hours can back, beside what there is. No issue lifts the supply above the capacity."""

    capacity: fields.Amount = Field(description="Credits that promised hours can back, at the time of `as_of`.")
    supply: fields.Amount
    issuable: fields.Amount = Field(description="capacity - supply, or 0: what all programmes may issue.")
    ratio_bps: int | None = Field(
        description="floor(10,000 * capacity / supply); null if there are no credits. Below 10,000, promises ended "
        "after credits were issued for them."
    )
    weeks: list[CapacityOfWeek] = Field(description="What the capacity is made of, the first to end in front.")


class Escrow(BaseModel):
    """Credits that a contract holds for others. Always: held = paid_in - paid_out - redeemed."""

    contract: str = Field(examples=["ProBono"])
    address: fields.Address | None = Field(description="Null until the contract emitted an event.")
    held: fields.Amount = Field(description="For orders or redemptions, by the books.")
    balance: fields.Amount = Field(description="That the contract has: at least `held`; anybody may send it more.")
    paid_in: fields.Amount
    paid_out: fields.Amount = Field(description="Returned, or paid to sellers.")
    redeemed: fields.Amount = Field(description="Burned for hours that were given.")


def coverage_of(mirror: Mirror, supply: int) -> Coverage:
    """Return what stands behind a supply of credits, in base units."""
    rows = mirror.session.scalars(
        select(CapacityWeek).where(CapacityWeek.until > mirror.now, CapacityWeek.hours > 0).order_by(CapacityWeek.until)
    ).all()
    capacity = cases.capacity(rows, mirror.now)
    return Coverage(
        capacity=capacity,
        supply=supply,
        issuable=max(0, capacity - supply),
        ratio_bps=BPS * capacity // supply if supply else None,
        weeks=[CapacityOfWeek(until=row.until, hours=row.hours) for row in rows],
    )


def contract_names(mirror: Mirror) -> dict[str, str]:
    """Return the names of the lab's contracts by address."""
    return {row.contract: row.contract_name for row in mirror.session.scalars(select(Journal))}


def escrows_of(mirror: Mirror) -> list[Escrow]:
    """Return both escrows of credits."""
    books = {row.contract_name: row for row in mirror.session.scalars(select(CreditEscrow))}
    addresses = {name: address for address, name in contract_names(mirror).items()}
    return [_escrow(mirror, name, addresses.get(name), books.get(name)) for name in ESCROWS]


def _escrow(mirror: Mirror, name: str, address: str | None, books: CreditEscrow | None) -> Escrow:
    holding = None if address is None else mirror.session.get(CreditBalance, address)
    return Escrow(
        contract=name,
        address=address,
        held=books.held if books else 0,
        balance=holding.balance if holding else 0,
        paid_in=books.paid_in if books else 0,
        paid_out=books.paid_out if books else 0,
        redeemed=books.redeemed if books else 0,
    )


def in_escrow(mirror: Mirror, accounts: Collection[str]) -> dict[str, int]:
    """Return what some accounts paid into orders and redemptions that have not ended, in base units."""
    held: defaultdict[str, int] = defaultdict(int)
    orders = (
        select(Order.buyer, exact_sum(Order.credits))
        .where(Order.buyer.in_(accounts), Order.ended_at.is_(None))
        .group_by(Order.buyer)
    )
    for buyer, amount in mirror.session.execute(orders):
        held[buyer] += amount
    hours = (
        select(Redemption.payer, func.sum(Redemption.hours_requested))
        .where(Redemption.payer.in_(accounts), Redemption.ended_at.is_(None))
        .group_by(Redemption.payer)
    )
    for payer, total in mirror.session.execute(hours):
        held[payer] += int(total) * cases.HOUR
    return held
