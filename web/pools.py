"""Public money: the pools, one pool, and what became of it unit by unit in one campaign."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from api.campaigns.queries import find_campaign
from api.campaigns.routes import CampaignId
from api.database import Mirror
from api.fields import checksummed, rfc3339
from api.paging import PageDep, Position, cut
from api.pools import queries, routes, schemas
from api.pools.queries import Found, Owed, PoolFilters, PoolSort
from api.pools.routes import PoolId, filters
from web.campaigns.lists import title_of
from web.descriptions import LONGEST
from web.lists import document_at, heading_of, names_of, paging, pool_name, pool_names
from web.pictures import provenance
from web.pictures.provenance import MatchBooks, PoolBooks, Share
from web.visits import Visit, VisitDep

MOST_FUNDINGS: Final = 20
"""Accounts whose payments a pool's page shows; the export has all."""
PER_CENT: Final = 100
"""Basis points of a hundredth."""

router = APIRouter()


@router.get("/{language}/pools")
def list_pools(
    visit: VisitDep,
    page: PageDep,
    wanted: Annotated[PoolFilters, Depends(filters)],
    sort: PoolSort = PoolSort.NEWEST,
) -> HTMLResponse:
    """Show the pools of public money."""
    with visit.open() as mirror:
        found = queries.list_pools(mirror, wanted, sort, page)
        shown, cursor = cut(page, found, lambda one: queries.position_of(one, sort))
        return visit.page(
            "pools/list.html",
            pools=routes.records(shown, mirror.now),
            now_text=rfc3339(mirror.now),
            names=names_of(visit, mirror, [one.manager.entity_id for one in shown]),
            titles=pool_names(visit, ((one.pool.pool_id, one.pool.agreement_hash) for one in shown)),
            **paging(page, cursor),
        )


@router.get("/{language}/pools/{pool_id}")
def show_pool(visit: VisitDep, page: PageDep, pool_id: PoolId) -> HTMLResponse:
    """Show one pool: its rule, who paid in, what it owes which campaign, and what became of it."""
    with visit.open() as mirror:
        found = queries.find_pool(mirror, pool_id)
        pool = routes.shown_whole(mirror, found)
        shown, cursor = cut(page, queries.list_owed(mirror, pool_id, page), place_of)
        payers = {one.funder for one in [*pool.fundings[:MOST_FUNDINGS], *largest_of(pool)]}
        names = names_of(visit, mirror, {found.manager.entity_id, *payers})
        return visit.page(
            "pools/one.html",
            pool=pool,
            name=pool_name(visit, pool.agreement_hash, pool_id),
            agreement=document_at(visit, pool.agreement_hash),
            longest=LONGEST,
            fundings=pool.fundings[:MOST_FUNDINGS],
            per_hundred=Decimal(pool.ratio_bps) / PER_CENT,
            now_text=rfc3339(mirror.now),
            names=names,
            campaigns=routes.campaigns_of(mirror, found, shown),
            titles=_titles(visit, shown),
            picture=picture_of_pool(visit, mirror, found, pool, names),
            **paging(page, cursor),
        )


@router.get("/{language}/pools/{pool_id}/campaigns/{campaign_id}")
def show_reservation(visit: VisitDep, page: PageDep, pool_id: PoolId, campaign_id: CampaignId) -> HTMLResponse:
    """Show what became of a pool's money in one campaign: who called it, and which milestone spent it."""
    with visit.open() as mirror:
        owed = routes.provenance_of(mirror, pool_id, campaign_id)
        matches, cursor = routes.matches_of(mirror, pool_id, campaign_id, page)
        name = pool_name(visit, owed.agreement_hash, pool_id)
        return visit.page(
            "pools/reservation.html",
            owed=owed,
            pool_name=name,
            title=title_of(visit, find_campaign(mirror, campaign_id)),
            matches=matches,
            picture=_picture_of_match(visit, mirror, owed, name),
            **paging(page, cursor),
        )


def picture_of_pool(
    visit: Visit, mirror: Mirror, found: Found, pool: schemas.PoolDetail, names: Mapping[int, str]
) -> Markup | None:
    """Return the way of a pool's money as a picture, with the names of its funders; None if nobody has paid in."""
    if not found.pool.funded:
        return None
    owed = queries.largest_owed(mirror, found.pool.pool_id, provenance.MOST)
    titles = _titles(visit, owed)
    books = PoolBooks(
        funders=[Share(names[one.funder], int(one.funded)) for one in largest_of(pool)],
        campaigns=[Share(titles[one.campaign.campaign_id], one.reservation.reserved) for one in owed],
        funded=found.pool.funded,
        reserved=found.pool.reserved,
        paid=found.pool.paid,
        free=found.pool.funded - found.pool.reserved - found.pool.reclaimed,
        reclaimed=found.pool.reclaimed,
    )
    return provenance.of_pool(visit.words, pool.currency, books)


def largest_of(pool: schemas.PoolDetail) -> list[schemas.Funding]:
    """Return who paid in most."""
    return sorted(pool.fundings, key=lambda one: -int(one.funded))[: provenance.MOST]


def _picture_of_match(visit: Visit, mirror: Mirror, owed: schemas.Provenance, pool: str) -> Markup | None:
    if not int(owed.called):
        return None
    _ = visit.words.gettext
    called = queries.called_amounts(mirror, owed.pool_id, owed.campaign_id)
    callers = [Share(_short(checksummed(backer)), amount) for backer, amount in called.items()]
    freed = int(owed.freed)
    spent = [
        Share(_("Milestone %(number)s", number=one.milestone + 1), int(one.amount))
        for one in owed.tranches
        if one.spent
    ]
    books = MatchBooks(
        backers=callers or [Share(_("Set aside as a gift"), int(owed.called))],
        milestones=spent,
        waiting=int(owed.called) - freed - sum(share.amount for share in spent),
        freed=freed,
    )
    return provenance.of_match(visit.words, owed.currency, pool, books)


def _short(address: str) -> str:
    """Return an address as `Formats.address` shows it, for a picture."""
    return f"{address[:8]}…{address[-4:]}"


def place_of(one: Owed) -> Position:
    """Return where a campaign stands in a pool's list."""
    return Position(one.reservation.requested_event_key, one.reservation.requested_event_key)


def _titles(visit: Visit, owed: Sequence[Owed]) -> dict[int, str]:
    campaigns = [one.campaign for one in owed]
    return {one.campaign_id: heading_of(visit, one.description_hash, "campaign", one.campaign_id) for one in campaigns}
