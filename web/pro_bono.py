"""Pro-bono help, for reading: offers of hours, one offer, one redemption, and the proof of help given."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from api import titles
from api.database import Mirror
from api.paging import PageDep, cut
from api.pro_bono import queries, routes
from api.pro_bono.queries import OfferFilters, OfferSort, RedemptionFilters, RedemptionSort
from api.pro_bono.routes import OfferId, RedemptionId, offer_filters
from web.descriptions import LINE, Document, document_of
from web.languages import NAMES, Language
from web.lists import heading_of, names_of, paging, text_of, worth_naming
from web.visits import Visit, VisitDep

SEARCHED: Final = ("title", "skill")
"""Fields of an offer's document."""
LONGEST: Final = 6_000
"""Bytes of what one side wrote that the proof shows; the document itself has all of it."""

router = APIRouter()


@router.get("/{language}/offers")
def list_offers(
    visit: VisitDep,
    page: PageDep,
    wanted: Annotated[OfferFilters, Depends(offer_filters)],
    q: Annotated[str, Query(max_length=LINE)] = "",
    spoken: Annotated[Language | None, Query()] = None,
    sort: OfferSort = OfferSort.NEWEST,
) -> HTMLResponse:
    """Show the hours of help on offer, by skill and by the language of the help."""
    with visit.open() as mirror:
        if q.split() or spoken:
            wanted = replace(wanted, offer_ids=_meant(visit, mirror, wanted, q, spoken))
        found = queries.list_offers(mirror, wanted, sort, page)
        shown, cursor = cut(page, found, lambda one: queries.offer_position(one, sort))
        hashes = {one.offer.offer_id: one.offer.details_hash for one in shown}
        return visit.page(
            "pro_bono/list.html",
            offers=routes.offers_of(mirror, shown),
            titles={number: heading_of(visit, digest, "offer", number) for number, digest in hashes.items()},
            documents={number: _document(visit, digest) for number, digest in hashes.items()},
            q=q,
            spoken=spoken,
            spoken_names=NAMES,
            names=names_of(visit, mirror, [one.provider.entity_id for one in shown]),
            filters=wanted,
            filtered=bool(page.query),
            **paging(page, cursor),
        )


@router.get("/{language}/offers/{offer_id}")
def show_offer(visit: VisitDep, page: PageDep, offer_id: OfferId) -> HTMLResponse:
    """Show one offer, and what was asked of it."""
    with visit.open() as mirror:
        offer = routes.offer_of(mirror, offer_id)
        asked = queries.list_redemptions(mirror, RedemptionFilters(offer=offer_id), RedemptionSort.NEWEST, page)
        shown, cursor = cut(page, asked, lambda one: queries.redemption_position(one, RedemptionSort.NEWEST))
        parties = [offer.provider.entity_id, *(one.beneficiary.entity_id for one in shown)]
        return visit.page(
            "pro_bono/offer.html",
            offer=offer,
            title=heading_of(visit, offer.details_hash, "offer", offer_id),
            details=text_of(visit, offer.details_hash, "about"),
            document=_document(visit, offer.details_hash),
            spoken_names=NAMES,
            redemptions=routes.redemptions_of(shown, mirror.now),
            names=names_of(visit, mirror, parties),
            **paging(page, cursor),
        )


@router.get("/{language}/redemptions/{redemption_id}")
def show_redemption(visit: VisitDep, redemption_id: RedemptionId) -> HTMLResponse:
    """Show one request for help, and what became of its credits."""
    with visit.open() as mirror:
        redemption = routes.redemption_of(mirror, redemption_id)
        parties = [redemption.provider.entity_id, redemption.beneficiary.entity_id]
        return visit.page(
            "pro_bono/redemption.html",
            redemption=redemption,
            nexts=worth_naming(redemption.next_acts),
            need=text_of(visit, redemption.need_hash, "text"),
            names=names_of(visit, mirror, parties),
        )


@router.get("/{language}/attestations/{redemption_id}")
def show_attestation(visit: VisitDep, redemption_id: RedemptionId) -> HTMLResponse:
    """Show the proof of help that a redemption ended with; a page to print and to pass on."""
    with visit.open() as mirror:
        attestation = routes.attestation_of(queries.find_attestation(mirror, redemption_id))
        return visit.page(
            "pro_bono/attestation.html",
            attestation=attestation,
            need=_document(visit, attestation.need_hash).text("text", LONGEST),
            evidence=_document(visit, attestation.evidence_hash).text("text", LONGEST),
            names=names_of(visit, mirror, [attestation.provider, attestation.beneficiary]),
        )


def _document(visit: Visit, digest: str | None) -> Document:
    return document_of(visit.request.app.state.settings.documents, digest, visit.language)


def _meant(visit: Visit, mirror: Mirror, wanted: OfferFilters, q: str, spoken: Language | None) -> Sequence[int]:
    """Return the ids of the offers with every word of `q` in one title or skill, given in a language."""
    found = queries.details(mirror, wanted)
    if spoken:
        found = [(number, digest) for number, digest in found if _document(visit, digest).code("spoken") == spoken]
    if not q.split():
        return [number for number, _ in found]
    return titles.search(visit.request.app.state.settings.documents, found, q, SEARCHED)
