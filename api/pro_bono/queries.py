"""Reads offers, redemptions and attestations from the mirror."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from api.case_schemas import changed_to
from api.database import Mirror
from api.paging import PageRequest, Position, seek
from api.problems import UNKNOWN_ATTESTATION, UNKNOWN_OFFER, UNKNOWN_REDEMPTION
from indexer.store.cases import WINDOW_ENDS
from indexer.store.models import Attestation, Entity, Offer, Redemption, RedemptionState
from serving.problems import Problem

PROVIDER: Final = aliased(Entity)
BENEFICIARY: Final = aliased(Entity)


class FoundOffer(NamedTuple):
    """An offer and its provider."""

    offer: Offer
    provider: Entity


class FoundRedemption(NamedTuple):
    """A redemption with what its acts need."""

    redemption: Redemption
    offer: Offer
    provider: Entity
    beneficiary: Entity


class OfferSort(StrEnum):
    """Order of a list of offers."""

    NEWEST = "newest"
    OLDEST = "oldest"
    UPDATED = "updated"  # changed last in front
    ENDING = "ending"  # ending first in front


class RedemptionSort(StrEnum):
    """Order of a list of redemptions."""

    NEWEST = "newest"
    OLDEST = "oldest"
    UPDATED = "updated"  # changed last in front
    STARTING = "starting"  # starting first in front


class AttestationSort(StrEnum):
    """Order of a list of attestations."""

    NEWEST = "newest"
    OLDEST = "oldest"


_OFFER_ORDER: Final[dict[OfferSort, tuple[InstrumentedAttribute[int], bool]]] = {
    OfferSort.NEWEST: (Offer.offered_event_key, True),
    OfferSort.OLDEST: (Offer.offered_event_key, False),
    OfferSort.UPDATED: (Offer.last_event_key, True),
    OfferSort.ENDING: (Offer.until, False),
}
_REDEMPTION_ORDER: Final[dict[RedemptionSort, tuple[InstrumentedAttribute[int], bool]]] = {
    RedemptionSort.NEWEST: (Redemption.requested_event_key, True),
    RedemptionSort.OLDEST: (Redemption.requested_event_key, False),
    RedemptionSort.UPDATED: (Redemption.last_event_key, True),
    RedemptionSort.STARTING: (Redemption.starts_at, False),
}
"""Column and whether it descends."""


@dataclass(frozen=True, slots=True)
class OfferFilters:
    """Which offers are asked for: all that meet every one of these. Times are Unix times, ranges half open."""

    provider: int | None = None
    has_free_hours: bool | None = None
    """Whether it is not over and not closed, and has hours that nobody reserved."""
    until_from: int | None = None
    until_before: int | None = None
    offer_ids: Sequence[int] | None = None
    """None for all."""


@dataclass(frozen=True, slots=True)
class RedemptionFilters:
    """Which redemptions are asked for: all that meet every one of these."""

    states: Sequence[RedemptionState] = ()
    """Any of them, at the time of the block; empty for all."""
    offer: int | None = None
    provider: int | None = None
    beneficiary: int | None = None
    payer: str | None = None
    ended: bool | None = None


def list_offers(mirror: Mirror, filters: OfferFilters, sort: OfferSort, page: PageRequest) -> Sequence[FoundOffer]:
    """Return the offers of a page, and one more if there is one."""
    column, descending = _OFFER_ORDER[sort]
    statement = _offers().where(*_offer_conditions(filters, mirror.now))
    key = Offer.offered_event_key.expression
    statement = seek(statement, page, column.expression, key, descending=descending)
    return [FoundOffer(*row) for row in mirror.session.execute(statement)]


def details(mirror: Mirror, filters: OfferFilters) -> Sequence[tuple[int, str]]:
    """Return (offer id, hash of what is offered) of all offers that meet the filters."""
    statement = select(Offer.offer_id, Offer.details_hash).where(*_offer_conditions(filters, mirror.now))
    return [(offer_id, digest) for offer_id, digest in mirror.session.execute(statement)]


def offer_position(found: FoundOffer, sort: OfferSort) -> Position:
    """Return where an offer stands in a list."""
    return Position(getattr(found.offer, _OFFER_ORDER[sort][0].key), found.offer.offered_event_key)


def find_offer(mirror: Mirror, offer_id: int) -> FoundOffer:
    """Return one offer.

    Raises:
        Problem: There is none with this id.
    """
    row = mirror.session.execute(_offers().where(Offer.offer_id == offer_id)).one_or_none()
    if row is None:
        raise Problem(UNKNOWN_OFFER, f"There is no offer {offer_id}")
    return FoundOffer(*row)


def list_redemptions(
    mirror: Mirror, filters: RedemptionFilters, sort: RedemptionSort, page: PageRequest
) -> Sequence[FoundRedemption]:
    """Return the redemptions of a page, and one more if there is one."""
    column, descending = _REDEMPTION_ORDER[sort]
    statement = _redemptions().where(*_redemption_conditions(filters, mirror.now))
    key = Redemption.requested_event_key.expression
    statement = seek(statement, page, column.expression, key, descending=descending)
    return [FoundRedemption(*row) for row in mirror.session.execute(statement)]


def list_contested(mirror: Mirror, most: int) -> Sequence[FoundRedemption]:
    """Return the requests for help that wait for an arbiter, those whose time for a ruling ends first in front."""
    waiting = (Redemption.state == RedemptionState.CONTESTED.value, Redemption.window_ends_at > mirror.now)
    statement = _redemptions().where(*waiting).order_by(Redemption.window_ends_at, Redemption.redemption_id)
    return [FoundRedemption(*row) for row in mirror.session.execute(statement.limit(most))]


def redemption_position(found: FoundRedemption, sort: RedemptionSort) -> Position:
    """Return where a redemption stands in a list."""
    row = found.redemption
    return Position(getattr(row, _REDEMPTION_ORDER[sort][0].key), row.requested_event_key)


def find_redemption(mirror: Mirror, redemption_id: int) -> FoundRedemption:
    """Return one redemption.

    Raises:
        Problem: There is none with this id.
    """
    row = mirror.session.execute(_redemptions().where(Redemption.redemption_id == redemption_id)).one_or_none()
    if row is None:
        raise Problem(UNKNOWN_REDEMPTION, f"There is no redemption {redemption_id}")
    return FoundRedemption(*row)


def list_attestations(
    mirror: Mirror, page: PageRequest, sort: AttestationSort, provider: int | None, beneficiary: int | None
) -> Sequence[Attestation]:
    """Return the attestations of a page, and one more if there is one."""
    statement = select(Attestation)
    if provider is not None:
        statement = statement.where(Attestation.provider == provider)
    if beneficiary is not None:
        statement = statement.where(Attestation.beneficiary == beneficiary)
    key = Attestation.attested_event_key.expression
    statement = seek(statement, page, key, key, descending=sort is AttestationSort.NEWEST)
    return mirror.session.scalars(statement).all()


def find_attestation(mirror: Mirror, redemption_id: int) -> Attestation:
    """Return the attestation of a redemption.

    Raises:
        Problem: It ended without help, or has not ended.
    """
    row = mirror.session.get(Attestation, redemption_id)
    if row is None:
        find_redemption(mirror, redemption_id)
        raise Problem(UNKNOWN_ATTESTATION, f"Redemption {redemption_id} proves no help")
    return row


def redemption_state_expression(now: int) -> ColumnElement[str]:
    """Return the state at `now` as SQL over `Redemption`; it equals `indexer.store.cases.redemption_state_at`."""
    r = Redemption
    return case(
        (and_(r.state == RedemptionState.REQUESTED, r.starts_at <= now), RedemptionState.LAPSED.value),
        (and_(r.state == RedemptionState.ACCEPTED, r.deliver_by <= now), RedemptionState.EXPIRED.value),
        (and_(r.state == RedemptionState.ACCEPTED, r.starts_at <= now), RedemptionState.UNDERWAY.value),
        (r.window_ends_at <= now, case(changed_to(WINDOW_ENDS), value=r.state)),
        else_=r.state,
    )


def _offers() -> Select[Offer, Entity]:
    return select(Offer, Entity).join(Entity, Entity.entity_id == Offer.provider)


def _redemptions() -> Select[Redemption, Offer, Entity, Entity]:
    return (
        select(Redemption, Offer, PROVIDER, BENEFICIARY)
        .join(Offer, Offer.offer_id == Redemption.offer_id)
        .join(PROVIDER, PROVIDER.entity_id == Redemption.provider)
        .join(BENEFICIARY, BENEFICIARY.entity_id == Redemption.beneficiary)
    )


def _offer_conditions(filters: OfferFilters, now: int) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.provider is not None:
        conditions.append(Offer.provider == filters.provider)
    if filters.offer_ids is not None:
        conditions.append(Offer.offer_id.in_(filters.offer_ids))
    if filters.has_free_hours is not None:
        free = and_(Offer.until > now, ~Offer.closed, Offer.offered > Offer.reserved + Offer.confirmed)
        conditions.append(free if filters.has_free_hours else ~free)
    conditions += [Offer.until >= filters.until_from] if filters.until_from is not None else []
    conditions += [Offer.until < filters.until_before] if filters.until_before is not None else []
    return conditions


def _redemption_conditions(filters: RedemptionFilters, now: int) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.states:
        conditions.append(redemption_state_expression(now).in_([state.value for state in filters.states]))
    if filters.ended is not None:
        conditions.append(Redemption.ended_at.is_not(None) if filters.ended else Redemption.ended_at.is_(None))
    for column, wanted in (
        (Redemption.offer_id, filters.offer),
        (Redemption.provider, filters.provider),
        (Redemption.beneficiary, filters.beneficiary),
        (Redemption.payer, filters.payer),
    ):
        if wanted is not None:
            conditions.append(column == wanted)
    return conditions
