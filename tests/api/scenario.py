"""One of everything: a campaign in each phase, pledges in each state, entities of each kind, and their events."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak
from sqlalchemy import insert
from sqlalchemy.orm import Session

from indexer.store import models
from indexer.store.columns import Base
from indexer.store.models import CampaignState, EntityState, MilestoneState
from tests.api import case_scenario
from tests.api import rows as r
from tests.api.rows import DAY, NOW

SUBMITTED, APPROVED, LIVE, EXTENSION, DELIVERING, COMPLETED, FAILED, CANCELED, REJECTED, LAPSED, REVOKED = range(1, 12)
"""Campaign ids by phase; the last one is canceled, too, by the revocation of its organizer."""
STOPPED, TERMINATED = 12, 13
"""Delivering, with a claim that is stopped; and terminated, with one of two refunds done."""
PHASES = {
    SUBMITTED: "submitted",
    APPROVED: "approved",
    LIVE: "live",
    EXTENSION: "extension",
    DELIVERING: "delivering",
    COMPLETED: "completed",
    FAILED: "failed",
    CANCELED: "canceled",
    REJECTED: "rejected",
    LAPSED: "lapsed",
    REVOKED: "canceled",
    STOPPED: "delivering",
    TERMINATED: "terminated",
}
OLD_EURO = "0x" + "e1" * 20
"""Delisted, and its name was never read."""
HOLDERS = [f"0x{n:040x}" for n in range(0xA1, 0xA6)]
DESCRIPTION = json.dumps({"en": "A neighbourhood currency", "el": "Νόμισμα", "ar": "عملة"}, ensure_ascii=False).encode()
TAMPERED = "ab" * 32
HUGE = 2**96 - 1


RATIO, GIFT, ASKED = 1, 2, 3
"""Pool ids: a ratio that matches four campaigns, a gift whose window is over, and one that was only asked."""
TOWN, REGION = f"0x{2:040x}", f"0x{7:040x}"
"""Accounts of public bodies; the first one is suspended."""


def rows() -> Iterator[Base]:
    """Yield every row of the mirror but those of the events."""
    yield r.checkpoint()
    yield from _entities()
    yield r.currency()
    yield r.metadata()
    yield r.currency(currency=OLD_EURO, listed=False, listed_at=NOW - 200 * DAY, delisted_at=NOW - 50 * DAY)
    yield from _campaigns()
    yield from _pledges()
    yield from _pools()
    yield from _credits()
    yield from case_scenario.rows()
    yield from _authority()
    yield from _operation()


def _entities() -> Iterator[Base]:
    yield r.entity(1, account=r.ORGANIZER)
    yield r.tenure(1, 11, r.ORGANIZER, NOW - 100 * DAY)
    yield r.entity(2, kinds=6, suspended_until=NOW + DAY, reason=r.digest(0xBAD))
    yield r.entity(3, account=r.MEMBER, kinds=8, proposed_account="0x" + "f1" * 20)
    yield r.tenure(3, 13, "0x" + "f0" * 20, NOW - 100 * DAY)
    yield r.tenure(3, 50, r.MEMBER, NOW - 80 * DAY)
    yield r.entity(4, state=EntityState.REGISTERED, verified_at=None, verified_until=0)
    yield r.entity(5, state=EntityState.REFUSED, verified_at=None, verified_until=0, refused_at=NOW - 90 * DAY)
    revoked_at = NOW - 5 * DAY
    yield r.entity(6, state=EntityState.REVOKED, verified_until=revoked_at, revoked_at=revoked_at)
    for number in (2, 4, 5, 7):
        yield r.tenure(number, 10 + number, f"0x{number:040x}", NOW - 100 * DAY)
    yield r.tenure(6, 16, f"0x{6:040x}", NOW - 100 * DAY)
    # Verified for longer than a year of four digits can say, and with a recovery under way.
    pending = {"recovery_account": "0x" + "f2" * 20, "recovery_finishable_at": NOW + 9 * DAY}
    yield r.entity(7, kinds=2, verified_until=2**40 - 1, recovery_barred_until=NOW - DAY, **pending)


def _campaigns() -> Iterator[Base]:
    plain: tuple[dict[str, Any], ...] = ({}, {})
    fresh = {"approved_at": None, "reviewer": None}
    opening = {"opens_at": NOW + 5 * DAY, "deadline": NOW + 35 * DAY}
    over = {"opens_at": NOW - 65 * DAY, "deadline": NOW - 5 * DAY, "submitted_at": NOW - 70 * DAY}
    yield r.campaign(SUBMITTED, state=CampaignState.SUBMITTED, submitted_at=NOW - DAY, **fresh, **opening)
    yield r.campaign(APPROVED, territory="PT-11", themes=0b10, **opening)
    yield r.campaign(LIVE, raised=700, backers=2, members=1, pools=1)
    yield r.campaign(EXTENSION, raised=1_500, backers=1, territory=None, themes=0, pools=1, **over)
    # The first milestone is released and collected, the second one claimed.
    delivering = {"raised": 2_000, "released": 1_000, "collected": 1_000, "current_milestone": 1}
    yield r.campaign(DELIVERING, **delivering, backers=1, territory="TN", pools=1, **(over | {"extension": 0}))
    done = {"state": CampaignState.COMPLETED, "completed_at": NOW - DAY, "current_milestone": 2, "extension": 0}
    yield r.campaign(COMPLETED, raised=HUGE, goal=1, stretch_goal=HUGE, released=HUGE, collected=1, **(over | done))
    yield r.campaign(FAILED, raised=900, refunded=300, backers=2, **over)
    yield r.campaign(CANCELED, state=CampaignState.CANCELED, canceled_at=NOW - DAY, raised=50, backers=1)
    yield r.campaign(REJECTED, state=CampaignState.REJECTED, rejected_at=NOW - DAY, reason=r.digest(0xBAD))
    yield r.campaign(LAPSED, state=CampaignState.SUBMITTED, currency=OLD_EURO, **fresh)
    yield r.campaign(REVOKED, organizer=6, raised=50, backers=1)
    yield r.campaign(STOPPED, raised=1_000, backers=2, members=2, pools=1, **(over | {"extension": 0}))
    ended = {"state": CampaignState.TERMINATED, "terminated_at": NOW - DAY, "terminated_by": r.ORGANIZER}
    rests = {"released": 500, "collected": 500, "refunded": 300, "rest_pledged": 400, "current_milestone": 1}
    yield r.campaign(TERMINATED, raised=1_000, backers=2, pools=1, **rests, **ended, **(over | {"extension": 0}))
    for campaign_id in PHASES:
        if campaign_id not in {DELIVERING, COMPLETED, STOPPED, TERMINATED}:
            yield from r.milestones(campaign_id, *plain)
    released = {"state": MilestoneState.RELEASED, "attempts": 1, "evidence_hash": r.digest(0xE1)}
    times = {"claimed_at": NOW - 4 * DAY, "window_ends_at": NOW - DAY, "released_at": NOW - DAY}
    claimed = {"state": MilestoneState.CLAIMED, "attempts": 1, "claimed_at": NOW - DAY, "window_ends_at": NOW + 2 * DAY}
    objected = {"objectors": 2, "objected_amount": 700, "objected_pools": 1, "attempts": 2, "claimed_at": NOW - 4 * DAY}
    yield from r.milestones(STOPPED, {"state": "claimed", "window_ends_at": NOW - DAY, **objected}, {})
    ruling = {"ruling": "reject", "ruled_at": NOW - 2 * DAY, "ruled_by": "0x" + "0e" * 20, "reason": r.digest(0xBAD)}
    rejected = claimed | ruling | {"state": MilestoneState.RULED, "window_ends_at": NOW - 3 * DAY}
    yield from r.milestones(TERMINATED, released | times | {"tranche": 500}, rejected)
    yield from r.milestones(DELIVERING, released | times | {"tranche": 1_000}, claimed)
    halves = ({"tranche": HUGE // 2}, {"tranche": HUGE - HUGE // 2})
    yield from r.milestones(COMPLETED, *(released | times | half for half in halves))


def _pledges() -> Iterator[Base]:
    yield r.pledge(LIVE, r.BACKER, 400)
    yield r.pledge(LIVE, r.MEMBER, 300, member_id=3, calls=2)
    yield r.pledge(LIVE, "0x" + "b3" * 20, 0, withdrawn_at=NOW - 9 * DAY)
    yield r.pledge(EXTENSION, r.BACKER, 1_500)
    yield r.pledge(DELIVERING, r.BACKER, 2_000)
    yield r.pledge(FAILED, r.BACKER, 600)
    yield r.pledge(FAILED, r.MEMBER, 300, refunded=True, refunded_amount=300, refunded_at=NOW - DAY)
    yield r.pledge(CANCELED, r.BACKER, 50)
    yield r.pledge(REVOKED, r.BACKER, 50)
    yield r.pledge(STOPPED, r.BACKER, 600, member_id=2)
    yield r.pledge(STOPPED, r.MEMBER, 400, member_id=3)
    yield r.objection(STOPPED, r.BACKER, 600, attempt=1, counted=True, objected_event_key=r.key(340))
    yield r.objection(STOPPED, r.BACKER, 600, attempt=2, counted=True)
    yield r.objection(STOPPED, r.MEMBER, 400, attempt=2, counted=True)
    yield r.objection(STOPPED, "0x" + "b3" * 20, 1, milestone=1)
    yield r.objection(STOPPED, TOWN, 0, attempt=2, pools=1)
    back = {"refunded": True, "refunded_amount": 300, "refunded_at": NOW - DAY}
    yield r.pledge(TERMINATED, r.MEMBER, 600, **back)
    yield r.pledge(TERMINATED, r.BACKER, 400)
    for block in (360, 361):
        yield r.update(DELIVERING, block)


def _pools() -> Iterator[Base]:
    totals = {"funded": 2_000, "reserved": 1_051, "paid": 200, "open_reservations": 3, "campaigns": 4}
    yield r.pool(RATIO, **totals)
    yield r.funder(RATIO, 2, 2_000)
    yield r.funding(RATIO, TOWN, 2_000)
    yield r.reservation(RATIO, LIVE, 0, reserved=500, backers=2)
    yield r.match(RATIO, LIVE, r.BACKER, 300)
    yield r.match(RATIO, LIVE, r.MEMBER, 200, calls=2)
    yield r.match(RATIO, LIVE, "0x" + "b3" * 20, 0, returned_at=NOW - 9 * DAY)
    yield r.reservation(RATIO, DELIVERING, 0, reserved=401, paid=200, backers=1)
    yield r.match(RATIO, DELIVERING, r.BACKER, 401)
    yield r.match_release(RATIO, DELIVERING, 1, 200)
    yield r.reservation(RATIO, STOPPED, 0)
    yield r.reservation(RATIO, TERMINATED, 0, reserved=150, freed=151, backers=2, settled_at=NOW - DAY)
    yield r.match(RATIO, TERMINATED, r.BACKER, 200)
    yield r.match(RATIO, TERMINATED, r.MEMBER, 101)
    over = {"ends_at": NOW - DAY, "funded": 1_001, "reserved": 300, "open_reservations": 1, "campaigns": 1}
    yield r.gift(GIFT, manager=7, first_funder=REGION, reclaimed=200, **over)
    yield r.funder(GIFT, 7, 700)
    yield r.funder(GIFT, 2, 301)
    yield r.funding(GIFT, REGION, 700, funder=7, first_event_key=r.key(74))
    yield r.funding(GIFT, TOWN, 301, reclaimed=200, reclaimed_at=NOW - DAY)
    yield r.reservation(GIFT, EXTENSION, 0, reserved=300, qualifying_members=1)
    yield r.pool(ASKED, rule=models.Rule.CAPPED_RATIO, members_only=True, member_cap=50, funded=0, first_funder=None)
    yield r.reservation(ASKED, APPROVED, None)


def _credits() -> Iterator[Base]:
    for programme_id, changes in enumerate(({}, {"closed_at": NOW - DAY}, {"ends_at": 2**40 - 1}), start=1):
        values: dict[str, Any] = {
            "programme_id": programme_id,
            "issuer": 2,
            "cap": 1_000 * 10**18,
            "issued": 10 * programme_id * 10**18,
            "starts_at": NOW - 10 * DAY,
            "ends_at": NOW + 10 * DAY,
            "purpose_hash": r.digest(0xF0),
            "opened_at": NOW - 10 * DAY,
            "opened_event_key": r.key(400 + programme_id),
            **r.mirrored(r.key(400 + programme_id)),
        }
        yield models.Programme(**(values | changes))
    for number, account in enumerate(HOLDERS):
        # The third and the fourth hold the same; the last one passed everything on.
        balance = (40, 30, 10, 10, 0)[number] * 10**18
        values = {"account": account, "balance": balance, "received": 40 * 10**18, "sent": 40 * 10**18 - balance}
        yield models.CreditBalance(**values, first_event_key=r.key(500 + number), **r.mirrored(r.key(510 + number)))
    totals = {"issued": 100 * 10**18, "redeemed": 10 * 10**18, "supply": 90 * 10**18, "holders": 4, "transfers": 3}
    yield models.CreditTotals(id=1, **totals, **r.mirrored(r.key(520)))


def _authority() -> Iterator[Base]:
    for role_id, label in ((3, "reviewer"), (4, "treasurer")):
        delays = {"grant_delay": 5 * DAY, "grant_delay_since": NOW + DAY, "previous_grant_delay": 0}
        yield models.Role(role_id=role_id, label=label, admin=0, guardian=0, **delays, **r.mirrored(r.key(30)))
    for role_id, account, changes in (
        (0, "0x" + "ad" * 20, {"delay": 5 * DAY}),
        (3, r.REVIEWER, {}),
        (3, "0x" + "0d" * 20, {"revoked_at": NOW - DAY}),
        (4, "0x" + "0e" * 20, {"since": NOW + DAY}),
    ):
        values: dict[str, Any] = {
            "role_id": role_id,
            "account": account,
            "granted_at": NOW - 100 * DAY,
            "since": NOW - 100 * DAY,
            "delay": 0,
            "delay_since": NOW - 100 * DAY,
            "previous_delay": 0,
            **r.mirrored(r.key(31)),
        }
        yield models.RoleMember(**(values | changes))
    approve = "0x" + _selector("approveCampaign(uint32)")
    for target, selector in ((r.CROWDFUNDING, approve), ("0x" + "99" * 20, "0xdeadbeef")):
        yield models.RoleTarget(target=target, selector=selector, role_id=3, **r.mirrored(r.key(32)))
    delay = {"admin_delay": 0, "admin_delay_since": 0, "previous_admin_delay": 0}
    yield models.Target(target="0x" + "99" * 20, closed=True, **delay, **r.mirrored(r.key(33)))
    pause = {"paused_at": NOW - 2 * DAY, "paused_until": NOW + DAY, "resumed_at": NOW - DAY}
    match_pause = {"paused_at": NOW - DAY, "paused_until": NOW + 2 * DAY}
    matching = {"contract_name": "MatchFunding", "contract": "0x" + "c2" * 20}
    yield models.LabPause(**matching, **match_pause, **r.mirrored(r.key(34, 1)))
    yield models.LabPause(contract_name="Crowdfunding", contract=r.CROWDFUNDING, **pause, **r.mirrored(r.key(34)))
    yield r.journal("Crowdfunding", r.CROWDFUNDING)


def _operation() -> Iterator[Base]:
    yield models.IndexerStatus(
        id=1,
        activity="following",
        updated_at=NOW + 30,
        last_error="the node at https://node.example/secret-key did not answer",
        last_error_at=NOW - DAY,
        reorgs=1,
        refetches=2,
        gaps=0,
    )
    for number, differences in ((1, 3), (2, 0)):
        yield models.Reconciliation(
            id=number,
            checked_at=NOW + number,
            block_number=r.BLOCK - 1,
            block_hash=r.digest(r.BLOCK - 1),
            compared=500,
            differences=differences,
        )
    yield models.QuarantinedLog(
        event_key=r.key(600),
        block_number=600,
        log_index=0,
        block_time=NOW - DAY,
        block_hash=r.digest(600),
        tx_hash=r.digest(600),
        contract=r.CROWDFUNDING,
        topics="[]",
        data="0x",
        reason="no event has this topic",
    )


def add_events(session: Session) -> None:
    """Add the events of a pledge by a member, of a transfer of credits, and of an approval."""
    pledge = {"campaign_id": LIVE, "backer": r.MEMBER, "member_id": 3}
    amounts = {"amount": 300, "pledged": 300, "raised": 700}
    _add(session, "Crowdfunding", "PledgeMade", r.key(310, 5), **pledge, **amounts)
    transfer = {"from": HOLDERS[0], "to": HOLDERS[1], "value": 10**18}
    _add(session, "InnovationCredit", "Transfer", r.key(310, 6), **transfer)
    approval = {"campaign_id": LIVE, "reviewer": r.REVIEWER, "old_phase": 1, "new_phase": 2}
    _add(session, "Crowdfunding", "CampaignApproved", r.key(150), **approval)
    called = {"pool_id": RATIO, "campaign_id": LIVE, "backer": r.MEMBER, "pledged": 300, "amount": 200, "reserved": 500}
    _add(session, "MatchFunding", "MatchReserved", r.key(309, 4), **called)
    opened = {"pool_id": RATIO, "manager": 2, "account": TOWN, "terms_currency": r.EURO, "terms_opens_at": NOW}
    opened |= {"terms_ends_at": NOW, "terms_rule": 0, "terms_max_first_tranche_bps": 1, "terms_campaign_cap": 500}
    opened |= {"terms_ratio_bps": 1, "terms_members_only": False, "terms_member_cap": 0, "terms_min_raised": 0}
    opened |= {"terms_min_member_pledge": 0, "terms_min_members": 0, "terms_agreement_hash": r.digest(1)}
    _add(session, "MatchFunding", "PoolOpened", r.key(61), **opened)
    voided = {"id": 1, "account": r.BUYER, "nonce": 1}
    _add(session, "Marketplace", "SettlementsVoided", r.key(41), **voided)
    _add(session, "ProBono", "SettlementsVoided", r.key(42), **(voided | {"id": 2}))
    delivered = {"redemption_id": 7, "account": TOWN, "hours_delivered": 3, "need_hash": r.digest(1)}
    delivered |= {"evidence_hash": r.digest(2), "window_ends_at": NOW, "old_state": 3, "new_state": 4}
    _add(session, "ProBono", "HelpDelivered", r.key(43), **delivered)
    asked = {"redemption_id": 7, "offer_id": 1, "beneficiary": 1, "payer": r.BUYER, "hours_requested": 5}
    asked |= {"start": NOW, "deliver_by": NOW, "need_hash": r.digest(1)}
    _add(session, "ProBono", "HelpRequested", r.key(44), **asked)
    ended = {"order_id": 1, "account": r.BUYER, "seller_bps": 0, "stock": 9, "old_state": 1, "new_state": 6}
    _add(session, "Marketplace", "OrderEnded", r.key(45), **ended)
    priced = {"listing_id": 1, "account": r.BUYER, "price": 5, "credit_price": 6, "terms_hash": r.digest(3)}
    _add(session, "Marketplace", "PriceUpdated", r.key(46), **priced)
    _add(session, "EntityRegistry", "ProfileUpdated", r.key(700), entity_id=1, profile_hash=r.digest(9))


def _add(session: Session, contract: str, name: str, key: int, **arguments: Any) -> None:
    mirrored = r.mirrored(key)
    stands = {
        "event_key": key,
        "block_number": key >> 20,
        "log_index": mirrored["last_log_index"],
        "block_time": mirrored["last_block_time"],
        "block_hash": r.digest(key >> 20),
        "tx_hash": mirrored["last_tx_hash"],
        "contract": r.CROWDFUNDING,
    }
    session.execute(insert(models.EVENTS[contract, name].table), stands | arguments)


def _selector(signature: str) -> str:
    return keccak(text=signature)[:4].hex()


def write_documents(folder: Path) -> None:
    """Write a description in three languages, a picture, a text, and a file whose name is not its hash."""
    for content in (DESCRIPTION, PICTURE, b"<script>alert(1)</script>"):
        (folder / sha256(content).hexdigest()).write_bytes(content)
    (folder / TAMPERED).write_bytes(DESCRIPTION)
    (folder / "secret.txt").write_bytes(b"no document")


PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(8)
