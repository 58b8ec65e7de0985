"""What an answer says about campaigns, made of rows."""

from collections.abc import Sequence
from typing import Any

from api import acts
from api.act_facts import AskedPool, enrolled, reserved_of
from api.campaigns import queries, schemas
from api.campaigns.queries import Found
from api.database import Mirror
from api.pools.queries import AskedRows, asked_pools, milestones_of
from api.pools.views import act_values, pool_of_campaign
from api.records import currency_unit, document_path, event_path, last_event, values_of
from indexer.store import phases
from indexer.store.models import Milestone
from indexer.store.phases import MilestonePhase, Phase


def records_of(found: Sequence[Found], now: int) -> list[schemas.Campaign]:
    """Return the answers about these campaigns."""
    return [schemas.Campaign.model_validate(campaign_values(one, now)) for one in found]


def campaign_values(found: Found, now: int) -> dict[str, Any]:
    """Return what `schemas.Campaign` takes."""
    row, organizer = found.campaign, found.organizer
    path = f"/v1/campaigns/{row.campaign_id}"
    computed = {
        "phase": phases.phase_at(row, organizer.revoked_at, now),
        "phase_ends_at": phases.phase_ends_at(row, organizer.revoked_at, now),
        "lapses_at": phases.lapses_at(row),
        "withdrawable_until": phases.withdrawable_until(row),
        "pledging_ends_at": phases.pledging_ends_at(row),
        "pool_count": row.pools,
        "themes": [number for number in range(32) if row.themes >> number & 1],
        "organizer": schemas.Organizer(
            entity_id=organizer.entity_id,
            account=organizer.account,
            suspended_until=organizer.suspended_until or None,
            revoked_at=organizer.revoked_at,
            href=f"/v1/entities/{organizer.entity_id}",
        ),
        "currency": currency_unit(row.currency, found.currency, found.metadata),
        "last_event": last_event(row),
        "links": schemas.CampaignLinks(
            self=path,
            description=document_path(row.description_hash),
            pledges=f"{path}/pledges",
            objections=f"{path}/objections",
            updates=f"{path}/updates",
            events=f"/v1/events?campaign={row.campaign_id}",
            submission=event_path(row.submitted_event_key),
        ),
    }
    return values_of(row) | computed


def detail_values(mirror: Mirror, found: Found) -> dict[str, Any]:
    """Return what `schemas.CampaignDetail` takes."""
    (values,) = details_values(mirror, [found])
    return values


def details_values(mirror: Mirror, found: Sequence[Found]) -> list[dict[str, Any]]:
    """Return the same of several campaigns, in as many queries as of one."""
    ids = [one.campaign.campaign_id for one in found]
    plans, pools = milestones_of(mirror, ids), asked_pools(mirror, ids)
    currencies = {one.campaign.currency: one.currency for one in found}
    gates = {address: queries.gates_of(mirror, row) for address, row in currencies.items()}
    return [
        _detail(one, plans[number], pools[number], gates[one.campaign.currency], mirror.now)
        for one, number in zip(found, ids, strict=True)
    ]


def _detail(
    found: Found, milestones: Sequence[Milestone], pools: Sequence[AskedRows], gates: acts.Gates, now: int
) -> dict[str, Any]:
    nexts = acts.next_acts(found.campaign, milestones, found.organizer, pools, gates, now)
    return campaign_values(found, now) | {
        "milestones": [milestone_values(found, milestones, index, pools, now) for index in range(len(milestones))],
        "pools": [pool_of_campaign(asked, found.campaign, milestones, now) for asked in pools],
        "next_acts": [act_values(act, now) for act in nexts],
    }


def milestone_values(
    found: Found, milestones: Sequence[Milestone], index: int, pools: Sequence[AskedPool], now: int
) -> dict[str, Any]:
    """Return what `schemas.Milestone` takes."""
    campaign, row, revoked_at = found.campaign, milestones[index], found.organizer.revoked_at
    phase = phases.phase_at(campaign, revoked_at, now)
    reserved = reserved_of(campaign, pools)
    state = phases.milestone_at(campaign, row, reserved, revoked_at, now)
    current = phase == Phase.DELIVERING and index == campaign.current_milestone
    previous = milestones[index - 1] if index else None
    computed = {
        "state": state,
        "state_ends_at": phases.milestone_ends_at(campaign, row, reserved, revoked_at, now),
        "objected_pools": [
            p.pool.pool_id for place, p in enumerate(enrolled(pools)) if row.objected_pools >> place & 1
        ],
        "ruling_ends_at": phases.ruling_ends_at(campaign, row) if state is MilestonePhase.STOPPED else None,
        "tranche": acts.tranche(campaign, milestones, index) if row.tranche is None else row.tranche,
        "claim_by": phases.claim_by(campaign, row, previous, reserved, revoked_at, now) if current else None,
        "last_event": last_event(row),
        "links": schemas.MilestoneLinks(
            document=document_path(row.document_hash),
            evidence=document_path(row.evidence_hash),
            reason=document_path(row.reason),
        ),
    }
    return values_of(row) | computed
