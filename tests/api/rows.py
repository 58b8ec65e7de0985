"""Rows of a mirror with sensible defaults, so that a test shows only what differs."""

from typing import Any

from indexer.store import models
from indexer.store.columns import block_of, event_key

DAY = 86_400
NOW = 1_772_366_400
"""2026-03-01T12:00:00Z: block time of the checkpoint."""
BLOCK = 1_000
"""Number of the checkpoint's block."""

EURO = "0x" + "e0" * 20
ORGANIZER = "0x" + "0a" * 20
PAYOUT = "0x" + "0b" * 20
REVIEWER = "0x" + "0c" * 20
BACKER = "0x" + "b1" * 20
MEMBER = "0x" + "b2" * 20
CROWDFUNDING = "0x" + "c1" * 20
MARKETPLACE = "0x" + "c3" * 20
BUYER = "0x" + "b6" * 20
ARBITER = "0x" + "0e" * 20


def digest(number: int) -> str:
    """Return 32 bytes that tell where they come from."""
    return f"0x{number:064x}"


def key(block: int, log_index: int = 0) -> int:
    return event_key(block, log_index)


def mirrored(event: int) -> dict[str, Any]:
    """Return the columns that name the event which changed a row last."""
    return {
        "last_event_key": event,
        "last_tx_hash": digest(block_of(event)),
        "last_log_index": event & (1 << 20) - 1,
        "last_block_time": NOW - (BLOCK - block_of(event)) * 12,
    }


def checkpoint(**changes: Any) -> models.Checkpoint:
    values: dict[str, Any] = {
        "id": 1,
        "chain_id": 31337,
        "genesis_hash": digest(0),
        "config_digest": digest(1),
        "epoch": 1,
        "number": BLOCK,
        "hash": digest(BLOCK),
        "block_time": NOW,
        "head_number": BLOCK + 2,
        "safe_number": BLOCK - 32,
        "finalized_number": BLOCK - 64,
    }
    return models.Checkpoint(**(values | changes))


def entity(entity_id: int, **changes: Any) -> models.Entity:
    """Return a verified SSE entity."""
    values: dict[str, Any] = {
        "entity_id": entity_id,
        "account": f"0x{entity_id:040x}",
        "kinds": 1,
        "state": models.EntityState.VERIFIED,
        "profile_hash": digest(entity_id),
        "registered_at": NOW - 100 * DAY,
        "registered_event_key": key(10 + entity_id),
        "verified_at": NOW - 99 * DAY,
        "verified_until": NOW + 300 * DAY,
        "suspended_until": 0,
        "recovery_barred_until": 0,
        **mirrored(key(20 + entity_id)),
    }
    return models.Entity(**(values | changes))


def tenure(entity_id: int, block: int, account: str, since_at: int) -> models.EntityAccount:
    """Return the beginning of an account's time."""
    event = key(block)
    return models.EntityAccount(
        entity_id=entity_id, since_event_key=event, account=account, since_at=since_at, **mirrored(event)
    )


def currency(**changes: Any) -> models.Currency:
    values = {"currency": EURO, "decimals": 6, "listed": True, "listed_at": NOW - 100 * DAY, **mirrored(key(5))}
    return models.Currency(**(values | changes))


def metadata(**changes: Any) -> models.CurrencyMetadata:
    values = {"currency": EURO, "name": "Test Euro", "symbol": "tEUR", "decimals": 6, "block_number": 5}
    return models.CurrencyMetadata(**(values | changes))


def campaign(campaign_id: int, **changes: Any) -> models.Campaign:
    """Return an approved campaign in the middle of Live that holds nothing yet: 60 days, cutoff 6 days."""
    values: dict[str, Any] = {
        "campaign_id": campaign_id,
        "organizer": 1,
        "account": ORGANIZER,
        "payout_account": PAYOUT,
        "currency": EURO,
        "goal": 1_000,
        "stretch_goal": 2_000,
        "min_pledge": 10,
        "opens_at": NOW - 30 * DAY,
        "deadline": NOW + 30 * DAY,
        "extension": 10 * DAY,
        "withdrawal_cutoff": 6 * DAY,
        "objection_window": 3 * DAY,
        "ruling_window": 7 * DAY,
        "territory": "ES-SE",
        "themes": 0b10001,
        "description_hash": digest(0xD0),
        "milestone_count": 2,
        "state": models.CampaignState.APPROVED,
        "submitted_at": NOW - 40 * DAY,
        "submitted_event_key": key(100 + campaign_id),
        "approved_at": NOW - 39 * DAY,
        "reviewer": REVIEWER,
        "raised": 0,
        "released": 0,
        "collected": 0,
        "refunded": 0,
        "rest_pledged": 0,
        "backers": 0,
        "members": 0,
        "pools": 0,
        "current_milestone": 0,
        **mirrored(key(200 + campaign_id)),
    }
    return models.Campaign(**(values | changes))


def milestones(campaign_id: int, *changes: dict[str, Any]) -> list[models.Milestone]:
    """Return the milestones of a campaign: as many as there are changes, in equal shares."""
    return [
        models.Milestone(
            **{
                "campaign_id": campaign_id,
                "milestone": index,
                "share_bps": 10_000 // len(changes),
                "due_date": NOW + (60 + 30 * index) * DAY,
                "document_hash": digest(0xD1 + index),
                "state": models.MilestoneState.PLANNED,
                "attempts": 0,
                "objectors": 0,
                "objected_amount": 0,
                "objected_pools": 0,
                **mirrored(key(100 + campaign_id, 1 + index)),
                **change,
            }
        )
        for index, change in enumerate(changes)
    ]


def pledge(campaign_id: int, backer: str, amount: int, **changes: Any) -> models.Pledge:
    event = key(300 + campaign_id, int(backer[2:4], 16))
    values: dict[str, Any] = {
        "campaign_id": campaign_id,
        "backer": backer,
        "amount": amount,
        "member_id": 0,
        "calls": 1,
        "refunded": False,
        "refunded_amount": 0,
        "pledged_at": NOW - 10 * DAY,
        "first_event_key": event,
        **mirrored(event),
    }
    return models.Pledge(**(values | changes))


def objection(campaign_id: int, account: str, amount: int, **changes: Any) -> models.Objection:
    event = key(350 + campaign_id, int(account[2:4], 16))
    values: dict[str, Any] = {
        "campaign_id": campaign_id,
        "milestone": 0,
        "attempt": 1,
        "account": account,
        "amount": amount,
        "counted": False,
        "pools": 0,
        "objected_at": NOW - DAY,
        "objected_event_key": event,
        **mirrored(event),
    }
    return models.Objection(**(values | changes))


def pool(pool_id: int, **changes: Any) -> models.Pool:
    """Return an open ratio pool for all that matches 1:1, of entity 2, with 1,000 of its account."""
    values: dict[str, Any] = {
        "pool_id": pool_id,
        "manager": 2,
        "account": f"0x{2:040x}",
        "currency": EURO,
        "opens_at": NOW - 50 * DAY,
        "ends_at": NOW + 50 * DAY,
        "rule": models.Rule.CAPPED_RATIO,
        "max_first_tranche_bps": 5_000,
        "campaign_cap": 500,
        "ratio_bps": 10_000,
        "members_only": False,
        "member_cap": 0,
        "min_raised": 0,
        "min_member_pledge": 0,
        "min_members": 0,
        "agreement_hash": digest(0xA6),
        "opened_at": NOW - 60 * DAY,
        "opened_event_key": key(60 + pool_id),
        "first_funder": f"0x{2:040x}",
        "funded": 1_000,
        "reserved": 0,
        "paid": 0,
        "reclaimed": 0,
        "finished": 0,
        "open_reservations": 0,
        "campaigns": 0,
        **mirrored(key(70 + pool_id)),
    }
    return models.Pool(**(values | changes))


def gift(pool_id: int, **changes: Any) -> models.Pool:
    """Return a pool that gives 300 to a campaign that raises 1,200, from two members with 100 each."""
    terms = {"rule": models.Rule.THRESHOLD_GIFT, "ratio_bps": 0, "campaign_cap": 300}
    terms |= {"min_raised": 1_200, "min_member_pledge": 100, "min_members": 2}
    return pool(pool_id, **(terms | changes))


def funder(pool_id: int, entity_id: int, funded: int) -> models.Funder:
    return models.Funder(pool_id=pool_id, entity_id=entity_id, funded=funded, **mirrored(key(75, pool_id)))


def funding(pool_id: int, account: str, funded: int, **changes: Any) -> models.Funding:
    values: dict[str, Any] = {
        "pool_id": pool_id,
        "account": account,
        "funder": 2,
        "funded": funded,
        "reclaimed": 0,
        "finished": False,
        "funded_at": NOW - 40 * DAY,
        "first_event_key": key(75, int(account[-2:], 16)),
        **mirrored(key(75, int(account[-2:], 16))),
    }
    return models.Funding(**(values | changes))


def reservation(pool_id: int, campaign_id: int, place: int | None, **changes: Any) -> models.Reservation:
    """Return what a pool owes a campaign: nothing yet, enrolled at a place if there is one."""
    event = key(220 + campaign_id, pool_id)
    values: dict[str, Any] = {
        "pool_id": pool_id,
        "campaign_id": campaign_id,
        "requested_at": NOW - 20 * DAY,
        "requested_by": ORGANIZER,
        "requested_event_key": event,
        "enrolled_at": None if place is None else NOW - 19 * DAY,
        "enrolled_by": None if place is None else f"0x{2:040x}",
        "place": place,
        "reserved": 0,
        "freed": 0,
        "paid": 0,
        "qualifying_members": 0,
        "backers": 0,
        **mirrored(event),
    }
    return models.Reservation(**(values | changes))


def match(pool_id: int, campaign_id: int, backer: str, amount: int, **changes: Any) -> models.Match:
    event = key(300 + campaign_id, (1 << 10 | int(backer[2:4], 16)))
    values: dict[str, Any] = {
        "pool_id": pool_id,
        "campaign_id": campaign_id,
        "backer": backer,
        "amount": amount,
        "calls": 1,
        "first_event_key": event,
        "called_at": NOW - 10 * DAY,
        **mirrored(event),
    }
    return models.Match(**(values | changes))


def match_release(pool_id: int, campaign_id: int, milestones: int, amount: int) -> models.MatchRelease:
    event = key(380 + campaign_id, milestones)
    values = {"pool_id": pool_id, "campaign_id": campaign_id, "released_event_key": event, "payout_account": PAYOUT}
    values |= {"milestones": milestones, "amount": amount, "released_at": NOW - DAY}
    return models.MatchRelease(**values, **mirrored(event))


def update(campaign_id: int, block: int) -> models.Update:
    event = key(block)
    return models.Update(
        campaign_id=campaign_id,
        posted_event_key=event,
        document_hash=digest(block),
        posted_at=NOW - DAY,
        **mirrored(event),
    )


def journal(contract: str, address: str) -> models.Journal:
    return models.Journal(
        contract_name=contract, contract=address, sequence=7, digest="0x" + "77" * 26, **mirrored(key(BLOCK))
    )
