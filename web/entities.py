"""Entities: who is in the registry, and what one of them has done."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api import entities
from api.campaigns.queries import CampaignFilters, CampaignSort, list_campaigns
from api.database import Mirror
from api.entities import EntityDetail, EntityId, EntitySort, Kinds
from api.marketplace import queries as market
from api.marketplace import routes as market_routes
from api.marketplace.queries import ListingFilters, ListingSort
from api.paging import PageDep, PageRequest, cut
from api.pools import queries as pools
from api.pools import routes as pool_routes
from api.pools.queries import PoolFilters, PoolSort
from api.pro_bono import queries as help_queries
from api.pro_bono import routes as help_routes
from api.pro_bono.queries import AttestationSort, OfferFilters, OfferSort
from web.campaigns.lists import cards_of
from web.descriptions import LONGEST
from web.lists import document_at, names_of, paging, pool_names
from web.visits import Visit, VisitDep
from web.words import ENTITY_KINDS

NEWEST = PageRequest(12, None, "", ())
"""Of each kind of record on an entity's page; the lists themselves go on."""

router = APIRouter()


@router.get("/{language}/entities")
def list_entities(
    visit: VisitDep,
    page: PageDep,
    kinds: Kinds = [],  # noqa: B006
    sort: EntitySort = EntitySort.NEWEST,
) -> HTMLResponse:
    """Show who is in the registry."""
    with visit.open() as mirror:
        found = entities.list_entities(mirror, page, sort, kinds=kinds)
        shown, cursor = cut(page, found, entities.position_of)
        return visit.page(
            "entities/list.html",
            entities=entities.records(shown, mirror.now),
            names=names_of(visit, mirror, [one.entity.entity_id for one in shown]),
            kinds=kinds,
            choices=list(ENTITY_KINDS),
            **paging(page, cursor),
        )


@router.get("/{language}/entities/{entity_id}")
def show_entity(visit: VisitDep, entity_id: EntityId) -> HTMLResponse:
    """Show one entity: what it is, and what it runs, offers, gave and got."""
    with visit.open() as mirror:
        entity = entities.detail_of(mirror, entity_id)
        given = help_queries.list_attestations(mirror, NEWEST, AttestationSort.NEWEST, entity_id, None)
        taken = help_queries.list_attestations(mirror, NEWEST, AttestationSort.NEWEST, None, entity_id)
        others = {one.beneficiary for one in given} | {one.provider for one in taken}
        return visit.page(
            "entities/one.html",
            entity=entity,
            names=names_of(visit, mirror, {entity_id, *others}),
            profile=document_at(visit, entity.profile_hash),
            longest=LONGEST,
            given=[help_routes.attestation_of(one) for one in given],
            taken=[help_routes.attestation_of(one) for one in taken],
            **_records(visit, mirror, entity),
        )


def _records(visit: Visit, mirror: Mirror, entity: EntityDetail) -> dict[str, Any]:
    """Return the newest campaigns, pools, listings and offers of an entity."""
    number = entity.entity_id
    run = list_campaigns(mirror, CampaignFilters(organizer=number), CampaignSort.NEWEST, NEWEST)
    managed = pools.list_pools(mirror, PoolFilters(manager=number), PoolSort.NEWEST, NEWEST)
    funded = pools.list_pools(mirror, PoolFilters(funder=number), PoolSort.NEWEST, NEWEST)
    supported = [*managed, *(one for one in funded if one.manager.entity_id != number)]
    listed = market.list_listings(mirror, ListingFilters(seller=number), ListingSort.NEWEST, NEWEST)
    offered = help_queries.list_offers(mirror, OfferFilters(provider=number), OfferSort.NEWEST, NEWEST)
    return {
        "campaigns": cards_of(visit, mirror, run),
        "pools": pool_routes.records(supported, mirror.now),
        "pool_names": pool_names(visit, ((one.pool.pool_id, one.pool.agreement_hash) for one in supported)),
        "listings": market_routes.listings_of(mirror, listed),
        "offers": help_routes.offers_of(mirror, offered),
    }
