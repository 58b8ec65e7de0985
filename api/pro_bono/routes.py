"""Where offers, redemptions and attestations are read."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse

from api import facts, fields
from api.case_acts import EscrowGates
from api.case_schemas import act_values, escrow_gates
from api.database import Mirror, ReaderDep
from api.exports import FormatPath, export, export_responses
from api.paging import PageDep, Position, Rows, page_of
from api.past import At
from api.pro_bono import queries, schemas, views
from api.pro_bono.queries import AttestationSort, OfferFilters, OfferSort, RedemptionFilters, RedemptionSort
from api.problems import (
    INVALID_ADDRESS,
    UNKNOWN_ATTESTATION,
    UNKNOWN_BLOCK,
    UNKNOWN_OFFER,
    UNKNOWN_REDEMPTION,
    list_failures,
    read_failures,
)
from indexer.store.models import Attestation, RedemptionState

CONTRACT: Final = "ProBono"

router = APIRouter(tags=["pro-bono help"])

OfferId = Annotated[fields.Id, Path(description="Number of the offer, from 1.", examples=[1])]
RedemptionId = Annotated[fields.Id, Path(description="Number of the redemption, from 1.", examples=[1])]
Provider = Annotated[fields.Id | None, Query(description="Entity id of the provider.")]
Beneficiary = Annotated[fields.Id | None, Query(description="Entity id of the beneficiary.")]


async def offer_filters(
    provider: Provider = None,
    has_free_hours: Annotated[
        bool | None, Query(description="Whether hours that nobody reserved can still be asked for.")
    ] = None,
    until_from: Annotated[fields.TimeText | None, Query(description="Ends at this time or later.")] = None,
    until_before: Annotated[fields.TimeText | None, Query(description="Ends before this time.")] = None,
) -> OfferFilters:
    """Read the filters of a list of offers."""
    return OfferFilters(provider, has_free_hours, until_from, until_before)


async def redemption_filters(
    state: Annotated[
        list[RedemptionState], Query(description="State at the block's time; repeat it for any of several.")
    ] = [],  # noqa: B006
    offer: Annotated[fields.Id | None, Query(description="Offer whose hours were asked for.")] = None,
    provider: Provider = None,
    beneficiary: Beneficiary = None,
    payer: Annotated[fields.AddressText | None, Query(description="Account that paid the credits in.")] = None,
    ended: Annotated[bool | None, Query(description="Whether the credits left the escrow.")] = None,
) -> RedemptionFilters:
    """Read the filters of a list of redemptions."""
    return RedemptionFilters(state, offer, provider, beneficiary, payer, ended)


@router.get("/offers", summary="List offers", responses=list_failures())
def list_offers(
    reader: ReaderDep,
    page: PageDep,
    wanted: Annotated[OfferFilters, Depends(offer_filters)],
    sort: Annotated[OfferSort, Query(description="Order of the list.")] = OfferSort.NEWEST,
) -> schemas.OfferPage:
    """Return the offers of hours that meet every filter."""
    return page_of(schemas.OfferPage, reader, page, _offers(wanted, sort))


@router.get(
    "/offers.{form}",
    summary="Export offers",
    response_class=StreamingResponse,
    responses=export_responses(),
)
def export_offers(
    reader: ReaderDep,
    form: FormatPath,
    wanted: Annotated[OfferFilters, Depends(offer_filters)],
    sort: Annotated[OfferSort, Query(description="Order of the list.")] = OfferSort.NEWEST,
) -> StreamingResponse:
    """Return all offers that meet every filter, as a file."""
    return export(reader, form, "offers", schemas.Offer, _offers(wanted, sort))


def _offers(wanted: OfferFilters, sort: OfferSort) -> Rows[queries.FoundOffer, schemas.Offer]:
    return Rows(
        find=lambda mirror, page: queries.list_offers(mirror, wanted, sort, page),
        position=lambda one: queries.offer_position(one, sort),
        shown=offers_of,
    )


def offers_of(mirror: Mirror, found: Sequence[queries.FoundOffer]) -> list[schemas.Offer]:
    """Return what answers say about some offers."""
    gates = escrow_gates(mirror, CONTRACT)
    return [schemas.Offer.model_validate(views.offer_values(one, gates, mirror.now)) for one in found]


@router.get("/offers/{offer_id}", summary="Read an offer", responses=read_failures(UNKNOWN_OFFER, UNKNOWN_BLOCK))
def read_offer(reader: ReaderDep, offer_id: OfferId, at: At = None) -> schemas.OfferAnswer:
    """Return an offer's hours, and who may do what next, until when."""
    with reader.open(at, facts.of_offer(offer_id)) as mirror:
        return schemas.OfferAnswer(as_of=mirror.as_of, offer=offer_of(mirror, offer_id))


def offer_of(mirror: Mirror, offer_id: int) -> schemas.OfferDetail:
    """Return everything about an offer.

    Raises:
        Problem: There is none with this id.
    """
    found, gates, now = queries.find_offer(mirror, offer_id), escrow_gates(mirror, CONTRACT), mirror.now
    acts = [act_values(act, now) for act in views.offer_acts(found, gates, now)]
    return schemas.OfferDetail.model_validate(views.offer_values(found, gates, now) | {"next_acts": acts})


@router.get("/redemptions", summary="List redemptions", responses=list_failures(INVALID_ADDRESS))
def list_redemptions(
    reader: ReaderDep,
    page: PageDep,
    wanted: Annotated[RedemptionFilters, Depends(redemption_filters)],
    sort: Annotated[RedemptionSort, Query(description="Order of the list.")] = RedemptionSort.NEWEST,
) -> schemas.RedemptionPage:
    """Return the redemptions that meet every filter. States are those at the time of the block in `as_of`."""
    return page_of(schemas.RedemptionPage, reader, page, _redemptions(wanted, sort))


@router.get(
    "/redemptions.{form}",
    summary="Export redemptions",
    response_class=StreamingResponse,
    responses=export_responses(INVALID_ADDRESS),
)
def export_redemptions(
    reader: ReaderDep,
    form: FormatPath,
    wanted: Annotated[RedemptionFilters, Depends(redemption_filters)],
    sort: Annotated[RedemptionSort, Query(description="Order of the list.")] = RedemptionSort.NEWEST,
) -> StreamingResponse:
    """Return all redemptions that meet every filter, as a file."""
    return export(reader, form, "redemptions", schemas.Redemption, _redemptions(wanted, sort))


def _redemptions(wanted: RedemptionFilters, sort: RedemptionSort) -> Rows[queries.FoundRedemption, schemas.Redemption]:
    return Rows(
        find=lambda mirror, page: queries.list_redemptions(mirror, wanted, sort, page),
        position=lambda one: queries.redemption_position(one, sort),
        shown=lambda mirror, found: redemptions_of(found, mirror.now),
    )


def redemptions_of(found: Sequence[queries.FoundRedemption], now: int) -> list[schemas.Redemption]:
    """Return what answers say about some redemptions."""
    return [schemas.Redemption.model_validate(views.redemption_values(one, now)) for one in found]


@router.get(
    "/redemptions/{redemption_id}",
    summary="Read a redemption",
    responses=read_failures(UNKNOWN_REDEMPTION, UNKNOWN_BLOCK),
)
def read_redemption(reader: ReaderDep, redemption_id: RedemptionId, at: At = None) -> schemas.RedemptionAnswer:
    """Return a redemption's hours and state, and who may do what next, until when."""
    with reader.open(at, facts.of_redemption(redemption_id)) as mirror:
        return schemas.RedemptionAnswer(as_of=mirror.as_of, redemption=redemption_of(mirror, redemption_id))


def redemption_of(mirror: Mirror, redemption_id: int) -> schemas.RedemptionDetail:
    """Return everything about a redemption.

    Raises:
        Problem: There is none with this id.
    """
    (detail,) = redemption_details(mirror, [queries.find_redemption(mirror, redemption_id)])
    return detail


def redemption_details(mirror: Mirror, found: Sequence[queries.FoundRedemption]) -> list[schemas.RedemptionDetail]:
    """Return everything about some redemptions."""
    gates, now = escrow_gates(mirror, CONTRACT), mirror.now
    return [_detail(one, gates, now) for one in found]


def _detail(found: queries.FoundRedemption, gates: EscrowGates, now: int) -> schemas.RedemptionDetail:
    acts = [act_values(act, now) for act in views.redemption_acts(found, gates, now)]
    return schemas.RedemptionDetail.model_validate(views.redemption_values(found, now) | {"next_acts": acts})


@router.get("/attestations", summary="List attestations", responses=list_failures())
def list_attestations(
    reader: ReaderDep,
    page: PageDep,
    provider: Provider = None,
    beneficiary: Beneficiary = None,
    sort: Annotated[AttestationSort, Query(description="Order of the list.")] = AttestationSort.NEWEST,
) -> schemas.AttestationPage:
    """Return the proofs of help: who gave how many hours to whom, each with the one event that says so."""
    return page_of(schemas.AttestationPage, reader, page, _attestations(sort, provider, beneficiary))


@router.get(
    "/attestations.{form}",
    summary="Export attestations",
    response_class=StreamingResponse,
    responses=export_responses(),
)
def export_attestations(
    reader: ReaderDep,
    form: FormatPath,
    provider: Provider = None,
    beneficiary: Beneficiary = None,
    sort: Annotated[AttestationSort, Query(description="Order of the list.")] = AttestationSort.NEWEST,
) -> StreamingResponse:
    """Return all proofs of help that meet every filter, as a file."""
    return export(reader, form, "attestations", schemas.Attestation, _attestations(sort, provider, beneficiary))


def _attestations(
    sort: AttestationSort, provider: int | None, beneficiary: int | None
) -> Rows[Attestation, schemas.Attestation]:
    return Rows(
        find=lambda mirror, page: queries.list_attestations(mirror, page, sort, provider, beneficiary),
        position=attestation_position,
        shown=lambda _mirror, found: [attestation_of(row) for row in found],
    )


def attestation_of(row: Attestation) -> schemas.Attestation:
    """Return what answers say about an attestation."""
    return schemas.Attestation.model_validate(views.attestation_values(row))


def attestation_position(row: Attestation) -> Position:
    """Return where an attestation stands in a list."""
    return Position(row.attested_event_key, row.attested_event_key)


@router.get(
    "/attestations/{redemption_id}",
    summary="Read an attestation",
    responses=read_failures(UNKNOWN_ATTESTATION, UNKNOWN_REDEMPTION, UNKNOWN_BLOCK),
)
def read_attestation(reader: ReaderDep, redemption_id: RedemptionId, at: At = None) -> schemas.AttestationAnswer:
    """Return the proof of help that a redemption ended with."""
    with reader.open(at, facts.of_redemption(redemption_id)) as mirror:
        row = queries.find_attestation(mirror, redemption_id)
        return schemas.AttestationAnswer(as_of=mirror.as_of, attestation=attestation_of(row))
