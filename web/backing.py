"""What a backer does in a campaign, one page each: pledge, take back, be refunded, object, and have payments made."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.act_facts import ActName, Actor
from api.campaigns.queries import find_campaign
from api.campaigns.routes import CampaignId
from api.campaigns.views import detail_values
from web.acts import backing
from web.acts.forms import Desk, Form
from web.campaigns.lists import title_of
from web.lists import pool_names
from web.visits import Visit, VisitDep

router = APIRouter()


@router.get("/{language}/campaigns/{campaign_id}/pledge")
def show_pledge(visit: VisitDep, campaign_id: CampaignId) -> HTMLResponse:
    """Show the form of a pledge, and what the town adds."""
    return _show(visit, campaign_id, "pledge", ActName.PLEDGE)


@router.get("/{language}/campaigns/{campaign_id}/withdraw")
def show_withdraw(visit: VisitDep, campaign_id: CampaignId) -> HTMLResponse:
    """Show how a pledge is taken back."""
    return _show(visit, campaign_id, "withdraw", ActName.WITHDRAW)


@router.get("/{language}/campaigns/{campaign_id}/refund")
def show_refund(visit: VisitDep, campaign_id: CampaignId) -> HTMLResponse:
    """Show how anybody's pledge is refunded."""
    return _show(visit, campaign_id, "refund", ActName.REFUND)


@router.get("/{language}/campaigns/{campaign_id}/object")
def show_object(visit: VisitDep, campaign_id: CampaignId) -> HTMLResponse:
    """Show how a backer objects to the present milestone."""
    return _show(visit, campaign_id, "object", ActName.OBJECT)


@router.get("/{language}/campaigns/{campaign_id}/collect")
def show_collect(visit: VisitDep, campaign_id: CampaignId) -> HTMLResponse:
    """Show every payment to the organizer that anybody may have made."""
    return _show(visit, campaign_id, "collect", ActName.RELEASE, ActName.COLLECT, ActName.RELEASE_MATCH)


def _show(visit: Visit, campaign_id: int, step: str, *names: ActName) -> HTMLResponse:
    with visit.open() as mirror:
        found = find_campaign(mirror, campaign_id)
        campaign = detail_values(mirror, found)
        desk = Desk.of(visit, mirror)
        nexts = [act for act in campaign["next_acts"] if act["act"] in names]
        # Backers and managers of pools object by the same call.
        legal = [act for act in nexts if act["legal_now"] and act["by"] != Actor.POOL_MANAGER]
        pools = pool_names(visit, ((pool["pool_id"], pool["agreement_hash"]) for pool in campaign["pools"]))
        forms = [form_of(desk, campaign, act, about=pools.get(act["pool_id"], "")) for act in legal] if desk else []
        return visit.page(
            f"backing/{step}.html",
            campaign=campaign,
            title=title_of(visit, found),
            pool_names=pools,
            claim=next(
                (campaign["milestones"][act["milestone"]] for act in legal if act["act"] is ActName.OBJECT), None
            ),
            managers=_silent(campaign, nexts),
            desk=desk,
            forms=forms,
            acts=nexts,
            now=mirror.now,
        )


def form_of(desk: Desk, campaign: Mapping[str, Any], act: Mapping[str, Any], key: str = "", about: str = "") -> Form:
    """Return the form of one of a campaign's next legal acts."""
    unit, number = campaign["currency"], campaign["campaign_id"]
    given = {
        "campaign": number,
        "currency": unit.address,
        "milestone": act["milestone"],
        "attempt": act["attempt"],
        "pool": act["pool_id"],
    }
    changes = {"amount": {"least": act["min_amount"], "most": act["max_amount"]}}
    name, place = ActName(act["act"]), key or act["act"] + (f"-{act['pool_id']}" if act["pool_id"] else "")
    words = {
        ActName.PLEDGE: backing.PLEDGE if _matched(campaign) else backing.PLEDGE_UNMATCHED,
        ActName.WITHDRAW: backing.WITHDRAW,
        ActName.REFUND: backing.REFUND_ANY,
        ActName.OBJECT: backing.OBJECT,
        ActName.RELEASE: backing.RELEASE,
        ActName.COLLECT: backing.COLLECT,
        ActName.RELEASE_MATCH: backing.RELEASE_MATCH,
    }[name]
    return desk.form(words, place, given, unit=unit, ends_at=act["until"], changes=changes, about=about)


def _silent(campaign: Mapping[str, Any], acts: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the pools whose managers may stop the present claim: they did not object yet."""
    if not any(act["by"] is Actor.POOL_MANAGER and act["legal_now"] for act in acts):
        return []
    claim = campaign["milestones"][campaign["current_milestone"]]
    enrolled = (pool["pool_id"] for pool in campaign["pools"] if pool["enrolled_at"] is not None)
    return [number for number in enrolled if number not in claim["objected_pools"]]


def _matched(campaign: Mapping[str, Any]) -> bool:
    return any(pool["rule"] == "capped_ratio" and pool["enrolled_at"] is not None for pool in campaign["pools"])
