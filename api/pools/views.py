"""What an answer says about pools, made of rows."""

from collections.abc import Sequence
from typing import Any

from api import fields, match_acts
from api.act_facts import Act
from api.pools import schemas
from api.pools.queries import AskedRows, Found, Owed
from api.records import currency_unit, document_path, event_path, last_event, values_of
from indexer.store import matching, models, phases


def act_values(act: Act, now: int) -> dict[str, Any]:
    """Return what `schemas.NextAct` takes."""
    return {
        "act": act.name,
        "by": act.by,
        "account": act.account,
        "excluded": act.excluded,
        "legal_now": act.is_legal_at(now),
        "from": act.starts_at,
        "until": act.ends_at,
        "milestone": act.milestone,
        "attempt": act.attempt,
        "pool_id": act.pool_id,
        "funding_account": act.funding_account,
        "min_amount": act.min_amount,
        "max_amount": act.max_amount,
    }


def pool_values(found: Found, now: int) -> dict[str, Any]:
    """Return what `schemas.Pool` takes."""
    row, manager = found.pool, found.manager
    path = f"/v1/pools/{row.pool_id}"
    computed = {
        "manager": schemas.Manager(
            entity_id=manager.entity_id, account=manager.account, href=f"/v1/entities/{manager.entity_id}"
        ),
        "currency": currency_unit(row.currency, found.currency, found.metadata),
        "is_open": row.opens_at <= now < row.ends_at,
        "unreserved": row.funded - row.reserved,
        "campaign_count": row.campaigns,
        "last_event": last_event(row),
        "links": schemas.PoolLinks(
            self=path,
            agreement=document_path(row.agreement_hash) or "",
            campaigns=f"{path}/campaigns",
            events=f"/v1/events?pool={row.pool_id}",
            opening=event_path(row.opened_event_key),
        ),
    }
    return values_of(row) | computed


def funding_values(pool: models.Pool, row: models.Funding, now: int) -> dict[str, Any]:
    """Return what `schemas.Funding` takes."""
    due = matching.reclaimable(pool, row) if now >= pool.ends_at else 0
    return values_of(row) | {"reclaimable": due, "last_event": last_event(row)}


def pool_of_campaign(
    asked: AskedRows, campaign: models.Campaign, milestones: Sequence[models.Milestone], now: int
) -> dict[str, Any]:
    """Return what `schemas.CampaignPool` takes."""
    terms = values_of(asked.pool)
    names = (
        *("rule", "manager", "ratio_bps", "members_only", "campaign_cap", "member_cap"),
        *("min_raised", "min_member_pledge", "min_members", "ends_at", "agreement_hash"),
    )
    return _reservation(asked, campaign, milestones, now) | {name: terms[name] for name in names}


def campaign_of_pool(
    owed: Owed, asked: AskedRows, milestones: Sequence[models.Milestone], acts: Sequence[Act], now: int
) -> dict[str, Any]:
    """Return what `schemas.PoolCampaign` takes."""
    computed = {
        "campaign_phase": phases.phase_at(owed.campaign, owed.organizer.revoked_at, now),
        "next_acts": [act_values(act, now) for act in acts],
    }
    return _reservation(asked, owed.campaign, milestones, now) | computed


def _reservation(
    asked: AskedRows, campaign: models.Campaign, milestones: Sequence[models.Milestone], now: int
) -> dict[str, Any]:
    pool, row = asked.pool, asked.reservation
    values = values_of(row)
    enrolled = row.place is not None
    path = reservation_path(pool.pool_id, campaign.campaign_id)
    computed = {
        "called": row.reserved + row.freed,
        "due": match_acts.entitled(campaign, milestones, asked) - row.paid if enrolled else 0,
        "left": matching.left(pool, row, now) if enrolled and row.settled_at is None else 0,
        "earned": enrolled and matching.is_earned(pool, row, campaign.raised),
        "last_event": last_event(row),
        "links": schemas.ReservationLinks(
            self=path,
            pool=f"/v1/pools/{pool.pool_id}",
            campaign=f"/v1/campaigns/{campaign.campaign_id}",
            matches=f"{path}/matches",
            events=f"/v1/events?pool={pool.pool_id}&campaign={campaign.campaign_id}",
            request=event_path(row.requested_event_key),
        ),
    }
    return values | computed


def reservation_path(pool_id: int, campaign_id: int) -> str:
    """Return where is shown what a pool owes a campaign."""
    return f"/v1/pools/{pool_id}/campaigns/{campaign_id}"


def tranche_values(owed: Owed, pool: models.Pool, milestones: Sequence[models.Milestone]) -> list[schemas.Tranche]:
    """Return what each milestone spends of what was called."""
    row, spent = owed.reservation, len(spent_tranches(owed, pool, milestones))
    amounts = matching.tranches(row.reserved + row.freed, [m.share_bps for m in milestones])
    shown, rest = [], row.paid
    for index, amount in enumerate(amounts):
        paid = min(rest, amount) if index < spent else 0
        rest -= paid
        shown.append(schemas.Tranche(milestone=index, amount=amount, spent=index < spent, paid=paid))
    return shown


def spent_tranches(owed: Owed, pool: models.Pool, milestones: Sequence[models.Milestone]) -> list[int]:
    """Return what each released milestone spent of what was called; nothing of a gift that is not earned."""
    row, campaign = owed.reservation, owed.campaign
    if not matching.is_earned(pool, row, campaign.raised):
        return []
    amounts = matching.tranches(row.reserved + row.freed, [m.share_bps for m in milestones])
    return amounts[: campaign.current_milestone]


def match_values(row: models.Match, parts: Sequence[int], *, settled: bool) -> dict[str, Any]:
    """Return what `schemas.Match` takes."""
    rest = row.amount - sum(parts)
    backer = fields.checksummed(row.backer)
    computed = {
        "spent": [schemas.SpentPart(milestone=index, amount=amount) for index, amount in enumerate(parts)],
        "waiting": 0 if settled else rest,
        "freed": rest if settled else 0,
        "last_event": last_event(row),
        "pledge": f"/v1/campaigns/{row.campaign_id}/pledges/{backer}",
    }
    return values_of(row) | computed


def release_values(row: models.MatchRelease) -> dict[str, Any]:
    """Return what `schemas.MatchRelease` takes."""
    return values_of(row) | {"href": event_path(row.released_event_key)}


def pledge_match(row: models.Match) -> schemas.PledgeMatch:
    """Return what a pledge called from one pool."""
    path = reservation_path(row.pool_id, row.campaign_id)
    return schemas.PledgeMatch(pool_id=row.pool_id, amount=row.amount, href=path)
