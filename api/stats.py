"""Figures of the whole lab: totals by currency, territory and theme, and what happened on each day.

Everything is counted from the mirror at the block of the answer; sums of different currencies are never mixed.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Select, Table, func, select

from api import fields
from api.campaigns.queries import in_territory, phase_expression
from api.database import Answer, Mirror, ReaderDep
from api.problems import INVALID_ADDRESS, INVALID_PARAMETER, read_failures
from api.records import CurrencyUnit, currency_unit
from api.sums import exact_sum
from indexer.store.models import EVENTS, Campaign, Currency, CurrencyMetadata, Entity, Match, Pledge, Pool, Reservation
from indexer.store.phases import Phase
from serving.problems import Problem

DAY: Final = 86_400
MAX_DAYS: Final = 366
THEMES: Final = 32
_DATE_LENGTH: Final = 10

# ---------------------------------------------------------------------------------------------------------- schemas


class Sums(BaseModel):
    """What campaigns came to, in base units of one currency."""

    campaigns: int
    raised: fields.Amount = Field(description="Pledged by citizens and not withdrawn.")
    matched: fields.Amount = Field(description="Public money that their pledges called.")
    released: fields.Amount = Field(description="Of the pledges, booked for organizers.")
    refunded: fields.Amount


class CurrencyTotals(Sums):
    """What all campaigns and pools in one currency came to."""

    currency: CurrencyUnit
    backers: int = Field(description="Accounts that hold a pledge.")
    members: int = Field(description="Verified members counted among them, each once.")
    funded: fields.Amount = Field(description="Public money that was paid into pools.")
    match_paid: fields.Amount = Field(description="Of it, paid to organizers.")


class PhaseCount(BaseModel):
    """Campaigns in one phase."""

    phase: Phase
    campaigns: int


class TerritoryTotals(Sums):
    """What the campaigns of one territory came to in one currency."""

    territory: str | None = Field(description="ISO 3166-2 code; null for campaigns without one.", examples=["ES-SE"])
    currency: str = Field(description="Contract of the currency.", examples=[fields.ADDRESS_EXAMPLE])


class ThemeTotals(Sums):
    """What the campaigns of one theme came to in one currency; a campaign of several themes counts in each."""

    theme: int = Field(description="Number of the theme.", examples=[4])
    currency: str = Field(description="Contract of the currency.", examples=[fields.ADDRESS_EXAMPLE])


class StatsAnswer(Answer):
    """Figures of the whole lab."""

    phases: list[PhaseCount] = Field(description="In the order of a campaign's life; all of them.")
    currencies: list[CurrencyTotals]
    territories: list[TerritoryTotals]
    themes: list[ThemeTotals]


class Day(BaseModel):
    """What happened on one day (UTC) in one currency; amounts in base units."""

    day: str = Field(description="Date in UTC.", examples=["2026-03-01"])
    currency: str = Field(description="Contract of the currency.", examples=[fields.ADDRESS_EXAMPLE])
    pledges: int = Field(description="Calls of pledge.")
    pledged: fields.Amount
    withdrawn: fields.Amount
    matched: fields.Amount = Field(description="Public money called by pledges.")
    match_returned: fields.Amount = Field(description="Given back to pools by withdrawals.")
    released: fields.Amount = Field(description="Booked for organizers.")
    refunded: fields.Amount
    match_paid: fields.Amount = Field(description="Public money paid to organizers.")


class DaysAnswer(Answer):
    """What happened on each day; a day and currency without any act is left out."""

    days: list[Day]


# ---------------------------------------------------------------------------------------------------------- queries


class Counted(NamedTuple):
    """One figure of a day, and where it comes from."""

    name: str
    contract: str
    event: str


PLEDGED: Final = Counted("pledged", "Crowdfunding", "PledgeMade")
SERIES: Final = (
    PLEDGED,
    Counted("withdrawn", "Crowdfunding", "PledgeWithdrawn"),
    Counted("matched", "MatchFunding", "MatchReserved"),
    Counted("match_returned", "MatchFunding", "MatchReturned"),
    Counted("released", "Crowdfunding", "MilestoneReleased"),
    Counted("refunded", "Crowdfunding", "PledgeRefunded"),
    Counted("match_paid", "MatchFunding", "MatchReleased"),
)


def phase_counts(mirror: Mirror) -> dict[str, int]:
    """Return the number of campaigns by phase, of the phases that any is in."""
    phase = phase_expression(mirror.now).label("phase")
    phases = select(phase).select_from(Campaign).join(Entity, Entity.entity_id == Campaign.organizer).subquery()
    statement = select(phases.c.phase, func.count()).group_by(phases.c.phase)
    return {name: count for name, count in mirror.session.execute(statement)}  # noqa: C416 - rows are no pairs


def totals_by(mirror: Mirror, *groups: ColumnElement[Any]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return `Sums` of the campaigns by the values of some of their columns."""
    sums = (exact_sum(one) for one in (Campaign.raised, Campaign.released, Campaign.refunded))
    statement = select(func.count(), *sums, *groups).group_by(*groups).order_by(*groups)
    found: dict[tuple[Any, ...], dict[str, Any]] = {
        tuple(key): {"campaigns": count, "raised": raised, "released": released, "refunded": refunded, "matched": 0}
        for count, raised, released, refunded, *key in mirror.session.execute(statement)
    }
    matched = select(exact_sum(Match.amount), *groups).join_from(
        Match, Campaign, Campaign.campaign_id == Match.campaign_id
    )
    for amount, *key in mirror.session.execute(matched.group_by(*groups)):
        found[tuple(key)]["matched"] = amount
    return found


def brief_totals(mirror: Mirror) -> list[dict[str, Any]]:
    """Return what each currency's campaigns hold, without looking at single pledges: those with most campaigns first.

    Returns:
        Of each: `currency`, `campaigns`, `raised`, `released`, `refunded`, `called` (public money), `backers` (each
        counted once for each campaign).
    """
    sums = (exact_sum(one) for one in (Campaign.raised, Campaign.released, Campaign.refunded))
    counts = (func.count(), func.sum(Campaign.backers))
    statement = select(Campaign.currency, *counts, *sums).group_by(Campaign.currency)
    names = ("campaigns", "backers", "raised", "released", "refunded")
    found = {currency: dict(zip(names, values, strict=True)) for currency, *values in mirror.session.execute(statement)}
    called = select(Campaign.currency, exact_sum(Reservation.reserved), exact_sum(Reservation.freed)).join_from(
        Reservation, Campaign, Campaign.campaign_id == Reservation.campaign_id
    )
    public = {key: kept + freed for key, kept, freed in mirror.session.execute(called.group_by(Campaign.currency))}
    known = select(Currency, CurrencyMetadata).outerjoin(
        CurrencyMetadata, CurrencyMetadata.currency == Currency.currency
    )
    units = {
        row.currency: currency_unit(row.currency, row, metadata) for row, metadata in mirror.session.execute(known)
    }
    totals = [{"currency": units[key], "called": public.get(key, 0)} | values for key, values in found.items()]
    return sorted(totals, key=lambda one: -one["campaigns"])


def currency_totals(mirror: Mirror) -> list[dict[str, Any]]:
    """Return `CurrencyTotals` of each currency, those that were listed first in front."""
    campaigns = {key[0]: sums for key, sums in totals_by(mirror, Campaign.currency.expression).items()}
    held = (
        select(
            Campaign.currency,
            func.count(Pledge.backer.distinct()),
            func.count(func.nullif(Pledge.member_id, 0).distinct()),
        )
        .join_from(Pledge, Campaign, Campaign.campaign_id == Pledge.campaign_id)
        .where(Pledge.amount > 0)
        .group_by(Campaign.currency)
    )
    people = {currency: counts for currency, *counts in mirror.session.execute(held)}
    paid_in = select(Pool.currency, exact_sum(Pool.funded), exact_sum(Pool.paid)).group_by(Pool.currency)
    public = {currency: amounts for currency, *amounts in mirror.session.execute(paid_in)}
    nothing = dict.fromkeys(Sums.model_fields, 0)
    known = select(Currency, CurrencyMetadata).outerjoin(
        CurrencyMetadata, CurrencyMetadata.currency == Currency.currency
    )
    rows = mirror.session.execute(known.order_by(Currency.listed_at, Currency.currency))
    return [
        campaigns.get(row.currency, nothing)
        | {"currency": currency_unit(row.currency, row, metadata)}
        | dict(zip(("backers", "members"), people.get(row.currency, (0, 0)), strict=True))
        | dict(zip(("funded", "match_paid"), public.get(row.currency, (0, 0)), strict=True))
        for row, metadata in rows
    ]


def theme_totals(mirror: Mirror) -> list[dict[str, Any]]:
    """Return `ThemeTotals` of each theme that a campaign has."""
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for (themes, currency), sums in totals_by(mirror, Campaign.themes.expression, Campaign.currency.expression).items():
        for theme in (number for number in range(THEMES) if themes >> number & 1):
            totals = found.setdefault((theme, currency), dict.fromkeys(sums, 0))
            totals.update({name: totals[name] + value for name, value in sums.items()})
    return [
        sums | {"theme": theme, "currency": fields.checksummed(currency)}
        for (theme, currency), sums in sorted(found.items())
    ]


@dataclass(frozen=True, slots=True)
class DayFilters:
    """Which acts are counted: those in [start, end), Unix times, on the campaigns that meet every filter."""

    start: int
    end: int
    territory: str | None = None
    theme: int | None = None
    currency: str | None = None


def list_days(mirror: Mirror, filters: DayFilters) -> list[dict[str, Any]]:
    """Return `Day` of each day and currency on which anything happened, oldest first."""
    nothing = {"pledges": 0} | dict.fromkeys((one.name for one in SERIES), 0)
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for one in SERIES:
        statement = _of_days(EVENTS[one.contract, one.event].table, filters)
        for day, currency, count, amount in mirror.session.execute(statement):
            values = found.setdefault((day, currency), dict(nothing))
            values[one.name] = amount
            if one is PLEDGED:
                values["pledges"] = count
    return [
        {"day": fields.rfc3339(day * DAY)[:_DATE_LENGTH], "currency": fields.checksummed(currency)} | values
        for (day, currency), values in sorted(found.items())
    ]


def _of_days(table: Table, filters: DayFilters) -> Select[int, str, int, int]:
    day = table.c.block_time // DAY
    statement = (
        select(day, Campaign.currency, func.count(), exact_sum(table.c.amount))
        .join_from(table, Campaign, Campaign.campaign_id == table.c.campaign_id)
        .where(table.c.block_time >= filters.start, table.c.block_time < filters.end)
        .group_by(day, Campaign.currency)
    )
    if filters.currency is not None:
        statement = statement.where(Campaign.currency == filters.currency)
    if filters.territory is not None:
        statement = statement.where(in_territory(filters.territory))
    if filters.theme is not None:
        statement = statement.where(Campaign.themes.bitwise_and(1 << filters.theme) != 0)
    return statement


# ----------------------------------------------------------------------------------------------------------- routes

router = APIRouter(prefix="/stats", tags=["stats"])


@router.get("", summary="Read figures of the lab", responses=read_failures())
def read_stats(reader: ReaderDep) -> StatsAnswer:
    """Return totals of all campaigns and pools: by phase, currency, territory and theme."""
    with reader.open() as mirror:
        counts = phase_counts(mirror)
        territories = totals_by(mirror, Campaign.territory.expression, Campaign.currency.expression)
        return StatsAnswer(
            as_of=mirror.as_of,
            phases=[PhaseCount(phase=phase, campaigns=counts.get(phase, 0)) for phase in Phase],
            currencies=[CurrencyTotals.model_validate(one) for one in currency_totals(mirror)],
            territories=[
                TerritoryTotals(territory=territory, currency=fields.checksummed(currency), **sums)
                for (territory, currency), sums in territories.items()
            ],
            themes=[ThemeTotals.model_validate(one) for one in theme_totals(mirror)],
        )


@router.get("/days", summary="Read what happened on each day", responses=read_failures(INVALID_ADDRESS))
def read_days(
    reader: ReaderDep,
    start: Annotated[
        fields.TimeText | None, Query(alias="from", description="From this time on; unset: 366 days before `before`.")
    ] = None,
    end: Annotated[
        fields.TimeText | None, Query(alias="before", description="Before this time; unset: the block of `as_of`.")
    ] = None,
    territory: Annotated[
        fields.Territory | None,
        Query(description="ISO 3166-2 code of the campaigns; a country's code stands for all its parts."),
    ] = None,
    theme: Annotated[fields.ThemeNumber | None, Query(description="Theme of the campaigns.")] = None,
    currency: Annotated[fields.AddressText | None, Query(description="Contract of the currency.")] = None,
) -> DaysAnswer:
    """Return what was pledged, matched, released and refunded on each day (UTC), at most 366 days."""
    with reader.open() as mirror:
        before = mirror.now + 1 if end is None else end
        since = max(0, before - MAX_DAYS * DAY) if start is None else start
        if not 0 <= before - since <= MAX_DAYS * DAY:
            raise Problem(INVALID_PARAMETER, f"from: choose a time at most {MAX_DAYS} days before `before`")
        found = list_days(mirror, DayFilters(since, before, territory, theme, currency))
        return DaysAnswer(as_of=mirror.as_of, days=[Day.model_validate(one) for one in found])
