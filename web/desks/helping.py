"""Pro-bono help from both sides: the own offers and requests with what is next, and every act on one of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.case_acts import CaseActName, CaseActor
from api.case_schemas import NextCaseAct
from api.database import Mirror
from api.entities import EntityDetail, Kind
from api.fields import parse_time
from api.paging import PageRequest
from api.pro_bono import queries, routes
from api.pro_bono.queries import OfferFilters, OfferSort, RedemptionFilters, RedemptionSort
from api.pro_bono.routes import OfferId, RedemptionId
from api.pro_bono.schemas import OfferDetail, RedemptionDetail
from web.acts import pro_bono as acts
from web.acts.forms import Desk, Form
from web.acts.model import Act
from web.descriptions import Text, document_of
from web.desks.accounts import Typed, holder_of
from web.format import Formats
from web.lists import heading_of, names_of, worth_naming
from web.visits import Visit, VisitDep

WEEK: Final = 7 * 86_400
WEEKS: Final = 52
"""Ahead at most, for the end of an offer."""
MOST: Final = PageRequest(50, None, "", ())
"""Requests of each side that are shown; those that end first."""
LONGEST: Final = 6_000
"""Bytes of what one side wrote that its page shows; the document itself has all of it."""
WAITED_FOR_BY_OTHERS: Final = frozenset({CaseActName.RULE, CaseActName.SETTLE, CaseActName.VOID_SETTLEMENTS})
BRINGING_ON: Final = frozenset({CaseActName.ACCEPT_HELP, CaseActName.DELIVER_HELP, CaseActName.CONFIRM_HELP})
"""Acts after which help goes on; all others end it, or hold it up."""
ACTS: Final[Mapping[CaseActName, Act]] = {
    CaseActName.ACCEPT_HELP: acts.ACCEPT,
    CaseActName.DELIVER_HELP: acts.DELIVER,
    CaseActName.CONFIRM_HELP: acts.CONFIRM,
    CaseActName.EXPIRE: acts.EXPIRE,
    CaseActName.DECLINE_HELP: acts.DECLINE,
    CaseActName.WITHDRAW_HELP: acts.WITHDRAW,
    CaseActName.CANCEL_HELP: acts.CANCEL,
    CaseActName.REPORT_NO_SHOW: acts.NO_SHOW,
    CaseActName.CONTEST: acts.CONTEST,
    CaseActName.VOID_SETTLEMENTS: acts.VOID_SETTLEMENTS,
}
"""What the page of one request has a form for, in this order."""

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Step:
    """One act that is possible now.

    Attributes:
        form: To do it.
        actors: Who may.
    """

    form: Form
    actors: Sequence[CaseActor]


@router.get("/{language}/desks/help")
def show_helping(visit: VisitDep, typed: Typed = "") -> HTMLResponse:
    """Show the offers and requests of the entity that an account acts for, each with what is next and by when."""
    with visit.open() as mirror:
        holder = holder_of(mirror, typed)
        shown = _of_entity(visit, mirror, holder.entity) if holder.entity else {"given": [], "asked": [], "offers": []}
        parties = [one.provider.entity_id for one, _ in shown["asked"]]
        parties += [one.beneficiary.entity_id for one, _ in shown["given"]]
        parties += [holder.entity.entity_id] if holder.entity else []
        return visit.page(
            "desks/helping.html",
            desk=Desk.of(visit, mirror),
            holder=holder,
            names=names_of(visit, mirror, parties),
            now=mirror.now,
            **shown,
        )


@router.get("/{language}/desks/help/offer")
def show_offering(visit: VisitDep, typed: Typed = "") -> HTMLResponse:
    """Show the form that promises hours."""
    with visit.open() as mirror:
        holder, desk = holder_of(mirror, typed), Desk.of(visit, mirror)
        ends = _ends(mirror.now, holder.entity)
        choices = [(str(end), _day(visit, end)) for end in ends]
        changes = {"until": {"choices": choices, "value": choices[-1][0] if choices else None}}
        is_provider = holder.entity is not None and holder.entity.verified and Kind.PROVIDER in holder.entity.kinds
        may = is_provider or holder.account is None
        return visit.page(
            "desks/offering.html",
            desk=desk,
            holder=holder,
            form=desk.form(acts.OFFER, "offer", changes=changes) if desk and choices and may else None,
            is_provider=is_provider,
        )


@router.get("/{language}/offers/{offer_id}/ask")
def show_asking(visit: VisitDep, offer_id: OfferId) -> HTMLResponse:
    """Show the form that asks for hours of an offer."""
    return _on_offer(visit, offer_id, CaseActName.REQUEST_HELP, "desks/asking.html")


@router.get("/{language}/offers/{offer_id}/close")
def show_closing(visit: VisitDep, offer_id: OfferId) -> HTMLResponse:
    """Show the form that closes an offer."""
    return _on_offer(visit, offer_id, CaseActName.CLOSE_OFFER, "desks/closing.html")


@router.get("/{language}/redemptions/{redemption_id}/desk")
def show_case(visit: VisitDep, redemption_id: RedemptionId) -> HTMLResponse:
    """Show one request to both sides: what is next, and every act that is possible now."""
    with visit.open() as mirror:
        redemption, desk = routes.redemption_of(mirror, redemption_id), Desk.of(visit, mirror)
        waited = worth_naming(redemption.next_acts)
        return visit.page(
            "desks/help_case.html",
            desk=desk,
            redemption=redemption,
            names=names_of(visit, mirror, [redemption.provider.entity_id, redemption.beneficiary.entity_id]),
            need=_said(visit, redemption.need_hash),
            evidence=_said(visit, redemption.evidence_hash),
            report=_said(visit, redemption.report_reason),
            contest=_said(visit, redemption.contest_reason),
            next=first_of([act for act in waited if act.act is not CaseActName.VOID_SETTLEMENTS]),
            settling=_settling(redemption),
            later=[act for act in waited if not act.legal_now],
            steps=list(_steps(desk, redemption)) if desk else [],
            now=mirror.now,
        )


@router.get("/{language}/redemptions/{redemption_id}/settle")
def show_settling(visit: VisitDep, redemption_id: RedemptionId) -> HTMLResponse:
    """Show the settlement of a request: one side signs and hands a link over, the other signs as well and ends it."""
    with visit.open() as mirror:
        redemption, desk = routes.redemption_of(mirror, redemption_id), Desk.of(visit, mirror)
        legal = _settling(redemption)
        return visit.page(
            "desks/help_settling.html",
            desk=desk,
            redemption=redemption,
            names=names_of(visit, mirror, [redemption.provider.entity_id, redemption.beneficiary.entity_id]),
            form=_settlement(desk, redemption, legal) if desk and legal else None,
            now=mirror.now,
        )


def first_of(these: Sequence[NextCaseAct]) -> NextCaseAct | None:
    """Return what is next: what brings help on before what ends it, now rather than later, ending first."""
    return min([act for act in these if act.act in BRINGING_ON] or these, key=_place, default=None)


def next_for(these: Iterable[NextCaseAct], account: str) -> NextCaseAct | None:
    """Return what is next for the account of one side: its own acts, and what anybody may carry out.

    Where an arbiter may rule, both sides may settle before.
    """
    these = list(these)
    is_contested = any(act.act is CaseActName.RULE for act in these)
    return first_of([act for act in these if _is_own(act, account) or (is_contested and _is_signed_by(act, account))])


def _is_own(act: NextCaseAct, account: str) -> bool:
    return act.act not in WAITED_FOR_BY_OTHERS and (act.account is None or str(act.account).lower() == account)


def _is_signed_by(act: NextCaseAct, account: str) -> bool:
    return act.act is CaseActName.SETTLE and account in {str(one).lower() for one in act.signers}


def ends_at(act: NextCaseAct) -> int | None:
    """Return the Unix time at which an act is no longer possible; None if no time ends it."""
    return parse_time(act.until) if act.until is not None else None


def _settling(redemption: RedemptionDetail) -> NextCaseAct | None:
    return next((act for act in redemption.next_acts if act.act is CaseActName.SETTLE and act.legal_now), None)


def _settlement(desk: Desk, redemption: RedemptionDetail, legal: NextCaseAct) -> Form:
    provider, beneficiary = legal.signers
    given = {
        "redemption": redemption.redemption_id,
        "provider": provider,
        "beneficiary": beneficiary,
        "nonce": redemption.settlement_nonce,
    }
    return desk.form(acts.SETTLE, "settle", given, ends_at=ends_at(legal), changes={"share": {"most": legal.max_share}})


def _place(act: NextCaseAct) -> tuple[bool, int, float]:
    end = ends_at(act)
    begins = 0 if act.legal_now else parse_time(act.from_)
    return not act.legal_now, begins, float("inf") if end is None else end


def _said(visit: Visit, digest: str | None) -> Text | None:
    """Return what one side wrote; shorter than where it stands alone, as both sides may have written much."""
    return document_of(visit.request.app.state.settings.documents, digest, visit.language).text("text", LONGEST)


def _of_entity(visit: Visit, mirror: Mirror, entity: EntityDetail) -> dict[str, Any]:
    """Return the open offers and the requests that have not ended, those to be acted on first in front."""
    number, account = entity.entity_id, str(entity.account).lower()
    offers = queries.list_offers(mirror, OfferFilters(provider=number), OfferSort.ENDING, MOST)[: MOST.limit]
    return {
        "given": _requests(mirror, RedemptionFilters(provider=number, ended=False), account),
        "asked": _requests(mirror, RedemptionFilters(beneficiary=number, ended=False), account),
        "offers": [
            (one, heading_of(visit, one.details_hash, "offer", one.offer_id))
            for one in routes.offers_of(mirror, offers)
            if not one.closed and parse_time(one.until) > mirror.now
        ],
    }


def _requests(
    mirror: Mirror, filters: RedemptionFilters, account: str
) -> list[tuple[RedemptionDetail, NextCaseAct | None]]:
    found = queries.list_redemptions(mirror, filters, RedemptionSort.STARTING, MOST)[: MOST.limit]
    shown = [(one, next_for(one.next_acts, account)) for one in routes.redemption_details(mirror, found)]
    return sorted(shown, key=lambda one: (one[1] is None, _place(one[1]) if one[1] else (True, 0, 0.0)))


def _ends(now: int, entity: EntityDetail | None) -> list[int]:
    """Return the instants at which an offer may end: beginnings of weeks while the provider is verified."""
    last = now + WEEKS * WEEK
    if entity is not None and entity.verified_until is not None:
        last = min(last, parse_time(entity.verified_until))
    return list(range(now // WEEK * WEEK + WEEK, last + 1, WEEK))


def _day(visit: Visit, time: int) -> str:
    return Formats(visit.words).day(time).striptags()


def _on_offer(visit: Visit, offer_id: int, name: CaseActName, template: str) -> HTMLResponse:
    with visit.open() as mirror:
        offer, desk = routes.offer_of(mirror, offer_id), Desk.of(visit, mirror)
        now_or_later = [act for act in offer.next_acts if act.act is name]
        possible = first_of(now_or_later)
        return visit.page(
            template,
            desk=desk,
            offer=offer,
            title=heading_of(visit, offer.details_hash, "offer", offer_id),
            names=names_of(visit, mirror, [offer.provider.entity_id]),
            possible=possible,
            form=_offer_form(desk, offer, possible) if desk and possible and possible.legal_now else None,
            now=mirror.now,
        )


def _offer_form(desk: Desk, offer: OfferDetail, act: NextCaseAct) -> Form:
    given = {"offer": offer.offer_id}
    if act.act is CaseActName.CLOSE_OFFER:
        return desk.form(acts.CLOSE_OFFER, "close", given, ends_at=ends_at(act))
    changes = {
        "credits": {"most": offer.hours_free * acts.HOUR},
        "by": {"most": parse_time(offer.until)},
    }
    return desk.form(acts.REQUEST, f"ask-{offer.offer_id}", given, ends_at=ends_at(act), changes=changes)


def _steps(desk: Desk, redemption: RedemptionDetail) -> Iterator[Step]:
    """Yield every act that is possible now; settling has to be possible for settlements to be worth taking back."""
    legal = [act for act in worth_naming(redemption.next_acts) if act.legal_now]
    for name, act in ACTS.items():
        these = [one for one in legal if one.act is name]
        if these:
            given = {"redemption": redemption.redemption_id, "need": redemption.need_hash}
            changes = {"hours": {"most": redemption.hours_requested}} if name is CaseActName.DELIVER_HELP else {}
            key = f"{name.value}-{redemption.redemption_id}"
            form = desk.form(act, key, given, ends_at=ends_at(these[0]), changes=changes)
            yield Step(form, [one.by for one in these])
