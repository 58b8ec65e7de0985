"""Read models: present state, derived from the event tables and written once per touched key.

Every row of a read model says which event changed it last (`Mirrored`), and nothing enters a row that cannot be rebuilt
from the chain. States are stored words; phases depend on the time and are computed by `indexer.store.phases`.

Those of MatchFunding are in `pool_models`, of Marketplace in `market_models`, of ProBono in `help_models`. Others are:
`event_tables` (one per event, the truth), `progress` (checkpoint, undo, quarantine), `operations` (``ops_*``). This
module imports them all, so that `Base.metadata` is complete for whoever imports it.
"""

from enum import StrEnum

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from indexer.store.columns import (
    Address,
    Amount,
    Base,
    Hash,
    Int,
    IntKey,
    Mirrored,
    Name,
    Seconds,
    Time,
    Uint256,
    hex_text,
)
from indexer.store.event_tables import CONTRACTS, EVENTS, META_COLUMNS, Event
from indexer.store.help_models import Attestation, CapacityWeek, EntityHours, Offer, Redemption, RedemptionState
from indexer.store.market_models import (
    CreditEscrow,
    Listing,
    ListingState,
    MoneyEscrow,
    Order,
    OrderPayment,
    OrderState,
    Part,
)
from indexer.store.operations import CurrencyMetadata, IndexerStatus, Reconciliation, ReconciliationDifference
from indexer.store.pool_models import Funder, Funding, Match, MatchRelease, Pool, Reservation, Rule
from indexer.store.progress import Block, Checkpoint, QuarantinedLog, Undo
from indexer.store.proof_models import EventProof
from indexer.store.total_models import Total


class EntityState(StrEnum):
    """Stored state of an entity, in the order of `IEntityRegistry.EntityState`."""

    NONE = "none"
    REGISTERED = "registered"  # waits for the registrar
    VERIFIED = "verified"  # whether it still is depends on `verified_until` and `suspended_until`
    REFUSED = "refused"  # final
    REVOKED = "revoked"  # final


class CampaignState(StrEnum):
    """Last irreversible act on a campaign; the phase follows from it, the totals and the time."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"  # final
    CANCELED = "canceled"  # final; a revoked organizer is not stored here, see `phases`
    COMPLETED = "completed"  # final
    TERMINATED = "terminated"  # final


class MilestoneState(StrEnum):
    """Last act on a milestone; what becomes of a claim depends on objections and the time, see `phases`."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    RULED = "ruled"
    RELEASED = "released"  # final


class Ruling(StrEnum):
    """What an arbiter said of a stopped claim."""

    RELEASE = "release"
    REJECT = "reject"


class OperationState(StrEnum):
    """State of an operation scheduled with the AccessManager."""

    SCHEDULED = "scheduled"
    EXECUTED = "executed"
    CANCELED = "canceled"


class Entity(Mirrored, Base):
    """An entity of the registry."""

    __tablename__ = "entities"

    entity_id: Mapped[IntKey]
    account: Mapped[Address] = mapped_column(index=True)  # acts for it now, or did last if refused or revoked
    kinds: Mapped[Int]  # bit set: 1 SSE entity, 2 public body, 4 provider, 8 member; applied for until verified
    state: Mapped[Name]  # EntityState
    profile_hash: Mapped[Hash]
    registered_at: Mapped[Time]
    registered_event_key: Mapped[Int] = mapped_column(index=True)
    verified_at: Mapped[Time | None]  # last verification or renewal
    verified_until: Mapped[Time]  # 0 if never verified; the instant of its revocation if revoked
    suspended_until: Mapped[Time]  # end of the last suspension, 0 if none
    refused_at: Mapped[Time | None]
    revoked_at: Mapped[Time | None]
    reason: Mapped[Hash | None]  # of the last refusal, suspension or revocation: SHA-256 of the reasons given
    proposed_account: Mapped[Address | None]
    recovery_account: Mapped[Address | None]  # set while a recovery is pending
    recovery_finishable_at: Mapped[Time | None]
    recovery_barred_until: Mapped[Time]  # 0 if no recovery was ever vetoed


class EntityAccount(Mirrored, Base):
    """An account that acts or acted for an entity, until the next one of that entity, or its refusal or revocation."""

    __tablename__ = "entity_accounts"

    entity_id: Mapped[IntKey]
    since_event_key: Mapped[IntKey]
    account: Mapped[Address] = mapped_column(index=True)
    since_at: Mapped[Time]


class Programme(Mirrored, Base):
    """A source of credits."""

    __tablename__ = "programmes"

    programme_id: Mapped[IntKey]
    issuer: Mapped[Int] = mapped_column(index=True)  # entity id
    cap: Mapped[Amount]
    issued: Mapped[Amount]
    starts_at: Mapped[Time]
    ends_at: Mapped[Time]
    purpose_hash: Mapped[Hash]
    opened_at: Mapped[Time]
    opened_event_key: Mapped[Int]
    closed_at: Mapped[Time | None]


class CreditBalance(Mirrored, Base):
    """Credits of one account; kept at zero when everything was passed on."""

    __tablename__ = "credit_balances"

    account: Mapped[Address] = mapped_column(primary_key=True)
    balance: Mapped[Amount] = mapped_column(index=True)
    received: Mapped[Amount]  # ever, new credits included
    sent: Mapped[Amount]  # ever, redeemed credits included
    first_event_key: Mapped[Int]


class CreditTotals(Mirrored, Base):
    """Totals of the credit. Always: issued = supply + redeemed."""

    __tablename__ = "credit_totals"

    id: Mapped[IntKey]  # always 1
    issued: Mapped[Amount]
    redeemed: Mapped[Amount]
    supply: Mapped[Amount]
    holders: Mapped[Int]  # accounts with a balance above zero
    transfers: Mapped[Int]  # between accounts: neither issue nor redemption


class Currency(Mirrored, Base):
    """A currency that is or was on the allow-list. Its name and symbol are in `ops_currency_metadata`."""

    __tablename__ = "currencies"

    currency: Mapped[Address] = mapped_column(primary_key=True)
    decimals: Mapped[Int]
    listed: Mapped[bool]
    listed_at: Mapped[Time]
    delisted_at: Mapped[Time | None]  # null while listed


class Campaign(Mirrored, Base):
    """A campaign: terms, totals and acts."""

    __tablename__ = "campaigns"

    campaign_id: Mapped[IntKey]
    organizer: Mapped[Int] = mapped_column(index=True)  # entity id
    account: Mapped[Address]  # that submitted it
    payout_account: Mapped[Address]
    currency: Mapped[Address] = mapped_column(index=True)
    goal: Mapped[Amount]
    stretch_goal: Mapped[Amount]
    min_pledge: Mapped[Amount]
    opens_at: Mapped[Time]
    deadline: Mapped[Time]
    extension: Mapped[Seconds]
    withdrawal_cutoff: Mapped[Seconds]
    objection_window: Mapped[Seconds]
    ruling_window: Mapped[Seconds]
    territory: Mapped[str | None] = mapped_column(
        String(18), index=True
    )  # ISO 3166-2; null if none, 0x text if no ASCII
    themes: Mapped[Int]  # bit set
    description_hash: Mapped[Hash]
    milestone_count: Mapped[Int]
    state: Mapped[Name]  # CampaignState
    submitted_at: Mapped[Time]
    submitted_event_key: Mapped[Int] = mapped_column(index=True)
    approved_at: Mapped[Time | None]
    rejected_at: Mapped[Time | None]
    canceled_at: Mapped[Time | None]
    completed_at: Mapped[Time | None]
    terminated_at: Mapped[Time | None]
    terminated_by: Mapped[Address | None]
    reviewer: Mapped[Address | None]  # account that approved or rejected
    reason: Mapped[Hash | None]  # of a rejection: SHA-256 of the reasons given
    stretch_goal_reached_at: Mapped[Time | None]  # by a pledge in the extension, which ended pledging
    raised: Mapped[Amount]  # pledged and not withdrawn; keeps its value when refunds are paid
    released: Mapped[Amount]  # booked for the organizer
    collected: Mapped[Amount]  # of that, paid out
    refunded: Mapped[Amount]
    rest_pledged: Mapped[Amount]  # of a terminated one: pledges that are not refunded yet; else 0
    backers: Mapped[Int]  # accounts whose pledge is above zero
    members: Mapped[Int]  # counted members among them
    pools: Mapped[Int]  # that match it
    current_milestone: Mapped[Int]  # index of the first one not released


class Milestone(Mirrored, Base):
    """One part of a campaign's plan."""

    __tablename__ = "milestones"

    campaign_id: Mapped[IntKey]
    milestone: Mapped[IntKey]  # index from 0
    share_bps: Mapped[Int]
    due_date: Mapped[Time]
    document_hash: Mapped[Hash]
    state: Mapped[Name]  # MilestoneState
    attempts: Mapped[Int]  # claims so far
    claimed_at: Mapped[Time | None]  # last claim
    window_ends_at: Mapped[Time | None]  # of the last claim: end of the time for objections
    evidence_hash: Mapped[Hash | None]  # of the last claim
    objectors: Mapped[Int]  # counted members who object to the last claim
    objected_amount: Mapped[Amount]  # pledges that object to the last claim
    objected_pools: Mapped[Int]  # bit set of the places of pools whose manager objects to it
    ruling: Mapped[Name | None]  # Ruling on the last claim
    ruled_at: Mapped[Time | None]
    ruled_by: Mapped[Address | None]  # arbiter
    reason: Mapped[Hash | None]  # of the ruling: SHA-256 of the reasons given
    released_at: Mapped[Time | None]
    tranche: Mapped[int | None] = mapped_column(Uint256)  # booked by its release, null before


class Pledge(Mirrored, Base):
    """What one account pledged to one campaign."""

    __tablename__ = "pledges"

    campaign_id: Mapped[IntKey]
    backer: Mapped[Address] = mapped_column(primary_key=True, index=True)
    amount: Mapped[Amount]  # pledged and not withdrawn; keeps its value when it is refunded
    member_id: Mapped[Int]  # member counted through it, 0 if none
    calls: Mapped[Int]  # pledges made, withdrawn ones included
    refunded: Mapped[bool]
    refunded_amount: Mapped[Amount]
    refunded_at: Mapped[Time | None]
    pledged_at: Mapped[Time]  # last pledge made
    withdrawn_at: Mapped[Time | None]  # last withdrawal
    first_event_key: Mapped[Int]


class Objection(Mirrored, Base):
    """What one account objected to, as a backer, as the manager of pools, or as both."""

    __tablename__ = "objections"

    campaign_id: Mapped[IntKey]
    milestone: Mapped[IntKey]  # index from 0
    attempt: Mapped[IntKey]  # number of the claim, from 1
    account: Mapped[Address] = mapped_column(primary_key=True)
    amount: Mapped[Amount]  # the pledge that objects, 0 if none
    counted: Mapped[bool]  # whether a member objects with it
    pools: Mapped[Int]  # bit set of the places of pools that object by their manager
    objected_at: Mapped[Time]  # the first time; a backer may come to manage a pool later
    objected_event_key: Mapped[Int]


class Update(Mirrored, Base):
    """News for backers that an organizer published."""

    __tablename__ = "updates"

    campaign_id: Mapped[IntKey]
    posted_event_key: Mapped[IntKey]
    document_hash: Mapped[Hash]
    posted_at: Mapped[Time]


class Role(Mirrored, Base):
    """A role of the AccessManager that some event names; 0 is admin, 2**64 - 1 is everybody."""

    __tablename__ = "roles"

    role_id: Mapped[int] = mapped_column(Uint256, primary_key=True)
    label: Mapped[str] = mapped_column(Text)  # empty if none
    admin: Mapped[Amount]  # role id
    guardian: Mapped[Amount]  # role id
    grant_delay: Mapped[Seconds]  # in force from `grant_delay_since`
    grant_delay_since: Mapped[Time]
    previous_grant_delay: Mapped[Seconds]  # in force before


class RoleMember(Mirrored, Base):
    """An account that has or had a role."""

    __tablename__ = "role_members"

    role_id: Mapped[int] = mapped_column(Uint256, primary_key=True)
    account: Mapped[Address] = mapped_column(primary_key=True, index=True)
    granted_at: Mapped[Time]
    since: Mapped[Time]  # member from then on
    delay: Mapped[Seconds]  # between scheduling and executing an act, in force from `delay_since`
    delay_since: Mapped[Time]
    previous_delay: Mapped[Seconds]  # in force before
    revoked_at: Mapped[Time | None]  # null while a member


class RoleTarget(Mirrored, Base):
    """The role that may call one function of one contract; where there is no row, admin."""

    __tablename__ = "role_targets"

    target: Mapped[Address] = mapped_column(primary_key=True)
    selector: Mapped[str] = mapped_column(hex_text(4), primary_key=True)
    role_id: Mapped[Amount]


class Target(Mirrored, Base):
    """A contract under the AccessManager that was closed or given an admin delay."""

    __tablename__ = "targets"

    target: Mapped[Address] = mapped_column(primary_key=True)
    closed: Mapped[bool]
    admin_delay: Mapped[Seconds]  # in force from `admin_delay_since`
    admin_delay_since: Mapped[Time]
    previous_admin_delay: Mapped[Seconds]  # in force before


class Operation(Mirrored, Base):
    """An act of administration that was scheduled, and what became of it."""

    __tablename__ = "operations"

    operation_id: Mapped[Hash] = mapped_column(primary_key=True)
    nonce: Mapped[IntKey]
    caller: Mapped[Address]
    target: Mapped[Address]
    data: Mapped[str] = mapped_column(Text)  # call data, 0x text
    scheduled_at: Mapped[Time]  # of the scheduling
    executable_at: Mapped[Time]
    state: Mapped[Name]  # OperationState
    finished_at: Mapped[Time | None]


class LabPause(Mirrored, Base):
    """Pause of a contract's entry acts; there is a row once it was paused."""

    __tablename__ = "lab_pauses"

    contract_name: Mapped[Name] = mapped_column(primary_key=True)
    contract: Mapped[Address]
    paused_at: Mapped[Time]
    paused_until: Mapped[Time]  # as announced
    resumed_at: Mapped[Time | None]  # when ended early


class Journal(Mirrored, Base):
    """A contract's journal, recomputed from the mirrored events."""

    __tablename__ = "journals"

    contract_name: Mapped[Name] = mapped_column(primary_key=True)
    contract: Mapped[Address]
    sequence: Mapped[Int]
    digest: Mapped[str] = mapped_column(hex_text(26))


Index("ix_campaigns_last_event_key", Campaign.last_event_key)
Index("ix_objections_campaign_id_objected_event_key", Objection.campaign_id, Objection.objected_event_key)
Index("ix_pledges_campaign_id_first_event_key", Pledge.campaign_id, Pledge.first_event_key)
Index("ix_matches_campaign_id_first_event_key", Match.campaign_id, Match.first_event_key)
Index("ix_campaigns_organizer_submitted_event_key", Campaign.organizer, Campaign.submitted_event_key)
Index("ix_pools_manager_opened_event_key", Pool.manager, Pool.opened_event_key)
Index("ix_reservations_pool_id_requested_event_key", Reservation.pool_id, Reservation.requested_event_key)
Index("ix_listings_seller_listed_event_key", Listing.seller, Listing.listed_event_key)
Index("ix_offers_provider_offered_event_key", Offer.provider, Offer.offered_event_key)

READ_MODELS: tuple[type[Base], ...] = (
    Entity,
    EntityAccount,
    Programme,
    CreditBalance,
    CreditTotals,
    Currency,
    Campaign,
    Milestone,
    Pledge,
    Objection,
    Update,
    Pool,
    Funder,
    Funding,
    Reservation,
    Match,
    MatchRelease,
    Listing,
    Order,
    OrderPayment,
    MoneyEscrow,
    CreditEscrow,
    Offer,
    CapacityWeek,
    Redemption,
    Attestation,
    EntityHours,
    Role,
    RoleMember,
    RoleTarget,
    Target,
    Operation,
    LabPause,
    Journal,
)
"""Every read model, in the order of digests."""

__all__ = [
    "CONTRACTS",
    "EVENTS",
    "META_COLUMNS",
    "READ_MODELS",
    "Attestation",
    "Base",
    "Block",
    "Campaign",
    "CampaignState",
    "CapacityWeek",
    "Checkpoint",
    "CreditBalance",
    "CreditEscrow",
    "CreditTotals",
    "Currency",
    "CurrencyMetadata",
    "Entity",
    "EntityAccount",
    "EntityHours",
    "EntityState",
    "Event",
    "EventProof",
    "Funder",
    "Funding",
    "IndexerStatus",
    "Journal",
    "LabPause",
    "Listing",
    "ListingState",
    "Match",
    "MatchRelease",
    "Milestone",
    "MilestoneState",
    "Mirrored",
    "MoneyEscrow",
    "Objection",
    "Offer",
    "Operation",
    "OperationState",
    "Order",
    "OrderPayment",
    "OrderState",
    "Part",
    "Pledge",
    "Pool",
    "Programme",
    "QuarantinedLog",
    "Reconciliation",
    "ReconciliationDifference",
    "Redemption",
    "RedemptionState",
    "Reservation",
    "Role",
    "RoleMember",
    "RoleTarget",
    "Rule",
    "Ruling",
    "Target",
    "Total",
    "Undo",
    "Update",
]
