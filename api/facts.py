"""Which rows an answer about one thing is made of, so that it can be given as of an earlier block; see `past`.

Tests compare answers with those of a mirror that ends at the block: a row that is missing here is missed there.

Statements are made when they are read, and most answers, which are of the present, never read them: making them takes
longer than finding an answer that was made before.
"""

from typing import Any, Final

from sqlalchemy import Select, or_, select

from api.past import GATES, Facts
from indexer.store.models import (
    Attestation,
    Campaign,
    CapacityWeek,
    CreditBalance,
    CreditEscrow,
    CreditTotals,
    Entity,
    EntityAccount,
    EntityHours,
    Funder,
    Funding,
    Journal,
    Listing,
    Match,
    MatchRelease,
    Milestone,
    Offer,
    Order,
    OrderPayment,
    Pledge,
    Pool,
    Programme,
    Redemption,
    Reservation,
)

Ids = Select[int]
"""A statement that finds ids."""


def of_campaign(campaign_id: int) -> Facts:
    """Return what an answer about a campaign is made of."""
    yield from (*GATES, *_campaigns(select(Campaign.campaign_id).where(Campaign.campaign_id == campaign_id)))


def of_pool(pool_id: int) -> Facts:
    """Return what an answer about a pool is made of."""
    matched = select(Reservation.campaign_id).where(Reservation.pool_id == pool_id)
    yield from (
        *GATES,
        *_pools(select(Pool.pool_id).where(Pool.pool_id == pool_id)),
        select(Reservation).where(Reservation.pool_id == pool_id),
        select(Campaign).where(Campaign.campaign_id.in_(matched)),
        _entities(select(Campaign.organizer).where(Campaign.campaign_id.in_(matched))),
    )


def of_reservation(pool_id: int, campaign_id: int) -> Facts:
    """Return what an answer about what a pool owes a campaign is made of."""
    paid = select(MatchRelease).where(MatchRelease.pool_id == pool_id, MatchRelease.campaign_id == campaign_id)
    yield from (*of_pool(pool_id), *of_campaign(campaign_id), paid)


def of_pledges(backer: str, campaign_id: int | None = None) -> Facts:
    """Return what an answer about a backer's pledges, or that to one campaign, is made of."""
    pledges, matches = select(Pledge).where(Pledge.backer == backer), select(Match).where(Match.backer == backer)
    if campaign_id is None:
        ids = select(Pledge.campaign_id).where(Pledge.backer == backer)
    else:
        pledges = pledges.where(Pledge.campaign_id == campaign_id)
        matches = matches.where(Match.campaign_id == campaign_id)
        ids = select(Campaign.campaign_id).where(Campaign.campaign_id == campaign_id)
    organizers = select(Campaign.organizer).where(Campaign.campaign_id.in_(ids))
    campaigns = select(Campaign).where(Campaign.campaign_id.in_(ids))
    yield from (*GATES, pledges, matches, campaigns, _entities(organizers))


def of_listing(listing_id: int) -> Facts:
    """Return what an answer about a listing is made of."""
    seller = select(Listing.seller).where(Listing.listing_id == listing_id)
    listing = select(Listing).where(Listing.listing_id == listing_id)
    yield from (*GATES, listing, _entities(seller), select(Order).where(Order.seller.in_(seller)))


def of_order(order_id: int) -> Facts:
    """Return what an answer about an order is made of; orders of the same parties tell how often no arbiter ruled."""
    seller = select(Order.seller).where(Order.order_id == order_id)
    buyer = select(Order.buyer).where(Order.order_id == order_id)
    acted_for = select(EntityAccount.entity_id).where(EntityAccount.account.in_(buyer))
    yield from (
        *GATES,
        select(Order).where(or_(Order.order_id == order_id, Order.seller.in_(seller), Order.buyer.in_(buyer))),
        select(OrderPayment).where(OrderPayment.order_id == order_id),
        select(Listing).where(Listing.listing_id.in_(select(Order.listing_id).where(Order.order_id == order_id))),
        select(EntityAccount).where(EntityAccount.entity_id.in_(acted_for)),
        *(_entities(seller), _entities(acted_for)),
    )


def of_offer(offer_id: int) -> Facts:
    """Return what an answer about an offer is made of."""
    provider = select(Offer.provider).where(Offer.offer_id == offer_id)
    yield from (*GATES, select(Offer).where(Offer.offer_id == offer_id), _entities(provider))


def of_redemption(redemption_id: int) -> Facts:
    """Return what an answer about a redemption, or the help that it proves, is made of."""
    this = Redemption.redemption_id == redemption_id
    yield from (
        *GATES,
        select(Redemption).where(this),
        select(Offer).where(Offer.offer_id.in_(select(Redemption.offer_id).where(this))),
        _entities(select(Redemption.provider).where(this)),
        _entities(select(Redemption.beneficiary).where(this)),
        select(Attestation).where(Attestation.redemption_id == redemption_id),
    )


def of_entity(entity_id: int) -> Facts:
    """Return what an answer about an entity is made of."""
    yield from (
        select(Entity).where(Entity.entity_id == entity_id),
        select(EntityHours).where(EntityHours.entity_id == entity_id),
        select(EntityAccount).where(EntityAccount.entity_id == entity_id),
        select(Offer).where(Offer.provider == entity_id),
        select(Order).where(Order.seller == entity_id),
    )


def of_holder(account: str) -> Facts:
    """Return what an answer about the credits of an account is made of."""
    yield from (
        select(CreditBalance).where(CreditBalance.account == account),
        select(Order).where(Order.buyer == account),
        select(Redemption).where(Redemption.payer == account),
        select(Journal),
    )


CREDITS: Final[Facts] = (
    *(select(CreditTotals), select(Programme), select(CapacityWeek), select(CreditEscrow), select(Journal)),
    select(CreditBalance).where(CreditBalance.account.in_(select(Journal.contract))),
)
"""What an answer about the credit as a whole is made of."""


def _campaigns(ids: Ids) -> Facts:
    organizers = select(Campaign.organizer).where(Campaign.campaign_id.in_(ids))
    asked = select(Reservation.pool_id).where(Reservation.campaign_id.in_(ids))
    return (
        select(Campaign).where(Campaign.campaign_id.in_(ids)),
        select(Milestone).where(Milestone.campaign_id.in_(ids)),
        select(Reservation).where(Reservation.campaign_id.in_(ids)),
        *_pools(asked),
        _entities(organizers),
    )


def _pools(ids: Ids) -> Facts:
    return (
        select(Pool).where(Pool.pool_id.in_(ids)),
        select(Funder).where(Funder.pool_id.in_(ids)),
        select(Funding).where(Funding.pool_id.in_(ids)),
        _entities(select(Pool.manager).where(Pool.pool_id.in_(ids))),
        _entities(select(Funder.entity_id).where(Funder.pool_id.in_(ids))),
    )


def _entities(ids: Ids) -> Select[Any]:
    return select(Entity).where(Entity.entity_id.in_(ids))
