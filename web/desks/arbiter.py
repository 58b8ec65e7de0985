"""The arbiter's desk: what waits for a ruling and until when, and on one page each what both sides say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.act_facts import ActName
from api.campaigns.queries import find_campaign, objected_to
from api.campaigns.routes import CampaignId
from api.campaigns.views import detail_values
from api.case_acts import CaseActName
from api.case_schemas import NextCaseAct
from api.database import Mirror
from api.fields import parse_time
from api.marketplace import queries as market
from api.marketplace import routes as market_routes
from api.marketplace.routes import OrderId
from api.objections import objections_of
from api.paging import PageRequest
from api.pledges import has_a_stake
from api.pro_bono import queries as help_queries
from api.pro_bono import routes as help_routes
from api.pro_bono.routes import RedemptionId
from web.acts import rulings
from web.acts.forms import Desk, Form
from web.acts.model import Act
from web.campaigns.lists import title_of
from web.descriptions import Text, document_of
from web.desks.accounts import Holder, Typed, holder_of
from web.lists import heading_of, names_of
from web.visits import Visit, VisitDep
from web.words import N_

MOST: Final = 20
"""Cases of a kind on the desk, those that end first; the others come up when these are ruled."""
OBJECTIONS: Final = PageRequest(50, None, "", ())
LONG: Final = 6_000
"""Bytes of each text that a case shows; the document itself has all of it."""

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that waits for a ruling.

    Attributes:
        path: Its page, below the language.
        title: What it is about.
        ends_at: Unix time of the first instant at which nobody can rule any more.
    """

    path: str
    title: str
    ends_at: int


@dataclass(frozen=True, slots=True)
class Paper:
    """What one side says.

    Attributes:
        name: Message: what it is.
        digest: SHA-256; None if that side has said nothing.
        title: First line of the document, where it has one and is here.
        text: Likewise.
        note: Likewise.
    """

    name: str
    digest: str | None
    title: Text | None
    text: Text | None
    note: Text | None


@dataclass(frozen=True, slots=True)
class Bench:
    """What may be ruled, by whom.

    Attributes:
        holder: Whose desk it is.
        form: None where this account can't rule, or nobody can now.
        ends_at: Unix time; None if nobody can rule now.
        is_party: Whether the account has a part in the case.
        parties: Accounts that have.
    """

    holder: Holder
    form: Form | None
    ends_at: int | None
    is_party: bool
    parties: Sequence[str]


@router.get("/{language}/desks/arbiter")
def show_arbiter(visit: VisitDep) -> HTMLResponse:
    """Show everything that waits for a ruling, what ends first in front."""
    with visit.open() as mirror:
        cases = {
            "campaigns": _claims(visit, mirror),
            "orders": _disputes(visit, mirror),
            "redemptions": _contests(visit, mirror),
        }
        first = min((one for found in cases.values() for one in found), key=lambda one: one.ends_at, default=None)
        return visit.page("desks/arbiter.html", cases=cases, first=first, now=mirror.now)


@router.get("/{language}/desks/arbiter/campaigns/{campaign_id}")
def show_claim(visit: VisitDep, campaign_id: CampaignId, typed: Typed = "") -> HTMLResponse:
    """Show a stopped claim: what was promised, the evidence, and who objects."""
    with visit.open() as mirror:
        found, holder = find_campaign(mirror, campaign_id), holder_of(mirror, typed)
        campaign = detail_values(mirror, found)
        act = next((one for one in campaign["next_acts"] if one["act"] is ActName.RULE and one["legal_now"]), None)
        index = min(campaign["current_milestone"], len(campaign["milestones"]) - 1)
        milestone = campaign["milestones"][index]
        desk = Desk.of(visit, mirror)
        bench = Bench(holder, None, None, is_party=False, parties=())
        if act is not None:
            known = {"campaign": campaign_id, "milestone": act["milestone"], "attempt": act["attempt"]}
            backs = holder.account is not None and has_a_stake(
                mirror, campaign_id, holder.account, holder.entity.entity_id if holder.entity else None
            )
            bench = _bench(desk, holder, rulings.RULE_CLAIM, known, act["until"], act["excluded"], backs=backs)
        objections, _ = objections_of(mirror, found, OBJECTIONS, milestone=index)
        return visit.page(
            "desks/arbiter_claim.html",
            desk=desk,
            bench=bench,
            campaign=campaign,
            title=title_of(visit, found),
            milestone=milestone,
            names=names_of(visit, mirror, [campaign["organizer"].entity_id]),
            papers=[
                _paper(visit, N_("What was promised"), milestone["document_hash"], text="description", note="proof"),
                _paper(visit, N_("The organizer's evidence"), milestone["evidence_hash"], note="note"),
            ],
            objections=[one for one in objections if one.attempt == milestone["attempts"]],
            now=mirror.now,
        )


@router.get("/{language}/desks/arbiter/orders/{order_id}")
def show_dispute(visit: VisitDep, order_id: OrderId, typed: Typed = "") -> HTMLResponse:
    """Show a disputed order: what was offered, the evidence of the hand-over, and why the buyer disputes it."""
    with visit.open() as mirror:
        order, holder = market_routes.order_of(mirror, order_id), holder_of(mirror, typed)
        listing = market.find_listing(mirror, order.listing_id).listing
        desk = Desk.of(visit, mirror)
        act = _ruling(order.next_acts)
        return visit.page(
            "desks/arbiter_order.html",
            desk=desk,
            bench=_bench_of_case(desk, holder, rulings.RULE_ORDER, {"order": order_id}, act),
            order=order,
            title=heading_of(visit, listing.description_hash, "listing", order.listing_id),
            names=names_of(visit, mirror, [order.seller.entity_id]),
            papers=[
                _paper(visit, N_("What was offered"), listing.description_hash, text="about"),
                _paper(visit, N_("The seller's evidence of the hand-over"), order.evidence_hash, note="note"),
                _paper(visit, N_("Why the buyer disputes it"), order.dispute_reason),
            ],
            now=mirror.now,
        )


@router.get("/{language}/desks/arbiter/redemptions/{redemption_id}")
def show_contest(visit: VisitDep, redemption_id: RedemptionId, typed: Typed = "") -> HTMLResponse:
    """Show contested help: what was needed, what each side says happened."""
    with visit.open() as mirror:
        redemption, holder = help_routes.redemption_of(mirror, redemption_id), holder_of(mirror, typed)
        desk = Desk.of(visit, mirror)
        act = _ruling(redemption.next_acts)
        known = {"redemption": redemption_id}
        return visit.page(
            "desks/arbiter_help.html",
            desk=desk,
            bench=_bench_of_case(desk, holder, rulings.RULE_HELP, known, act, field="hours"),
            redemption=redemption,
            names=names_of(visit, mirror, [redemption.provider.entity_id, redemption.beneficiary.entity_id]),
            papers=[
                _paper(visit, N_("What was needed"), redemption.need_hash),
                _paper(visit, N_("The provider's evidence of the help"), redemption.evidence_hash, note="note"),
                _paper(visit, N_("What was reported"), redemption.report_reason),
                _paper(visit, N_("Why it is contested"), redemption.contest_reason),
            ],
            now=mirror.now,
        )


def _claims(visit: Visit, mirror: Mirror) -> list[Waiting]:
    waiting = []
    for found in objected_to(mirror, MOST):
        campaign = detail_values(mirror, found)
        for act in campaign["next_acts"]:
            if act["act"] is ActName.RULE and act["legal_now"]:
                path = f"/desks/arbiter/campaigns/{campaign['campaign_id']}"
                waiting.append(Waiting(path, title_of(visit, found), act["until"]))
    return waiting


def _disputes(visit: Visit, mirror: Mirror) -> list[Waiting]:
    return [
        Waiting(
            f"/desks/arbiter/orders/{one.order.order_id}",
            heading_of(visit, one.listing.description_hash, "listing", one.listing.listing_id),
            one.order.window_ends_at or 0,
        )
        for one in market.list_disputed(mirror, MOST)
    ]


def _contests(visit: Visit, mirror: Mirror) -> list[Waiting]:
    return [
        Waiting(
            f"/desks/arbiter/redemptions/{one.redemption.redemption_id}",
            heading_of(visit, one.offer.details_hash, "offer", one.offer.offer_id),
            one.redemption.window_ends_at or 0,
        )
        for one in help_queries.list_contested(mirror, MOST)
    ]


def _ruling(acts: Iterable[NextCaseAct]) -> NextCaseAct | None:
    return next((one for one in acts if one.act is CaseActName.RULE and one.legal_now), None)


def _bench_of_case(
    desk: Desk | None, holder: Holder, act: Act, given: dict[str, Any], nexts: NextCaseAct | None, field: str = ""
) -> Bench:
    """Return what may be ruled on an order or on help; `field` is the one whose most the contract knows."""
    if nexts is None or nexts.until is None:
        return Bench(holder, None, None, is_party=False, parties=())
    changes = {field: {"most": nexts.max_share}} if field else {}
    return _bench(desk, holder, act, given, parse_time(nexts.until), nexts.excluded, changes=changes)


def _bench(
    desk: Desk | None,
    holder: Holder,
    act: Act,
    given: dict[str, Any],
    ends_at: int,
    excluded: Iterable[str],
    *,
    backs: bool = False,
    changes: dict[str, dict[str, Any]] | None = None,
) -> Bench:
    parties = [str(one) for one in excluded]
    is_party = backs or holder.account in {one.lower() for one in parties}
    form = None if is_party or desk is None else desk.form(act, "rule", given, ends_at=ends_at, changes=changes)
    return Bench(holder, form, ends_at, is_party=is_party, parties=parties)


def _paper(visit: Visit, name: str, digest: str | None, *, text: str = "text", note: str = "") -> Paper:
    document = document_of(visit.request.app.state.settings.documents, digest, visit.language)
    more = document.text(note, LONG) if note else None
    return Paper(name, digest, document.line("title"), document.text(text, LONG), more)
