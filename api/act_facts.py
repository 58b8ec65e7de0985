"""What the next legal acts are made of: the facts they depend on, and the acts themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from api.windows import Window
from indexer.store import matching
from indexer.store.matching import PoolFacts, ReservationFacts
from indexer.store.models import EntityState
from indexer.store.phases import CampaignFacts, MilestoneFacts

SSE_ENTITY, PUBLIC_BODY, PROVIDER, ALL_KINDS = 1, 2, 4, 15
"""Bits of `kinds`."""


class ActName(StrEnum):
    """An act, named after the contract's function."""

    APPROVE = "approveCampaign"
    REJECT = "rejectCampaign"
    CANCEL = "cancelCampaign"
    PLEDGE = "pledge"
    WITHDRAW = "withdrawPledge"
    REFUND = "refund"
    CLAIM = "claimMilestone"
    OBJECT = "object"
    RULE = "rule"
    RELEASE = "releaseMilestone"
    TERMINATE = "terminate"
    COLLECT = "collect"
    POST_UPDATE = "postUpdate"
    CHANGE_PAYOUT_ACCOUNT = "changePayoutAccount"
    REQUEST_POOL = "requestPool"
    ENROL = "enrol"
    RELEASE_MATCH = "releaseMatch"
    SETTLE = "settleReservation"
    FUND_POOL = "fundPool"
    RECLAIM = "reclaim"


class Actor(StrEnum):
    """Who may do an act."""

    ANYONE = "anyone"
    ORGANIZER = "organizer"  # the account that acts for the organizer's entity
    REVIEWER = "reviewer"
    ARBITER = "arbiter"
    BACKER = "backer"  # whoever has a pledge in the campaign
    PAYOUT_ACCOUNT = "payout_account"
    POOL_MANAGER = "pool_manager"  # the account that acts for the entity that opened the pool
    PUBLIC_BODY = "public_body"  # whoever acts for a verified public body


class ActFacts(CampaignFacts, Protocol):
    """What the acts depend on beside what a phase does; a row of `campaigns` has it all."""

    @property
    def organizer(self) -> int:
        """Entity id."""

    @property
    def currency(self) -> str:
        """Contract of the currency."""

    @property
    def payout_account(self) -> str:
        """Account to which releases are paid."""

    @property
    def min_pledge(self) -> int:
        """Base units."""

    @property
    def released(self) -> int:
        """Base units booked for the organizer."""

    @property
    def collected(self) -> int:
        """Base units of those that were paid out."""

    @property
    def refunded(self) -> int:
        """Base units."""

    @property
    def canceled_at(self) -> int | None:
        """Unix time; None unless the organizer canceled."""

    @property
    def completed_at(self) -> int | None:
        """Unix time; None unless completed."""

    @property
    def terminated_at(self) -> int | None:
        """Unix time; None unless terminated."""


class PlanFacts(MilestoneFacts, Protocol):
    """What the acts on a milestone depend on; a row of `milestones` has it all."""

    @property
    def share_bps(self) -> int:
        """Basis points."""

    @property
    def claimed_at(self) -> int | None:
        """Unix time of the last claim; None before the first."""

    @property
    def released_at(self) -> int | None:
        """Unix time; None before its release."""


class OrganizerFacts(Protocol):
    """What the acts depend on of the organizer's entity; a row of `entities` has it all."""

    @property
    def account(self) -> str:
        """Account that acts for it, or did when it was revoked."""

    @property
    def suspended_until(self) -> int:
        """End of the last suspension: Unix time, 0 if there was none."""

    @property
    def revoked_at(self) -> int | None:
        """Unix time; None unless revoked."""


class BodyFacts(Protocol):
    """What the acts depend on of an entity that manages or funds a pool; a row of `entities` has it all."""

    @property
    def entity_id(self) -> int:
        """From 1."""

    @property
    def account(self) -> str:
        """Account that acts for it, or did last if it was refused or revoked."""

    @property
    def state(self) -> str:
        """EntityState."""

    @property
    def kinds(self) -> int:
        """Bit set."""

    @property
    def verified_until(self) -> int:
        """Unix time, 0 if never verified."""

    @property
    def suspended_until(self) -> int:
        """End of the last suspension: Unix time, 0 if there was none."""


class TermFacts(PoolFacts, Protocol):
    """What the acts depend on of a pool; a row of `pools` has it all."""

    @property
    def pool_id(self) -> int:
        """From 1."""

    @property
    def currency(self) -> str:
        """Contract of the currency."""

    @property
    def opens_at(self) -> int:
        """Unix time."""

    @property
    def max_first_tranche_bps(self) -> int:
        """The most that a campaign's first milestone may release."""


class RequestFacts(ReservationFacts, Protocol):
    """What the acts between a pool and a campaign depend on; a row of `reservations` has it all."""

    @property
    def requested_at(self) -> int:
        """Unix time."""

    @property
    def place(self) -> int | None:
        """Among the campaign's pools; None until enrolled."""


@dataclass(frozen=True, slots=True)
class AskedPool:
    """A pool that a campaign asked for, enrolled or not yet."""

    pool: TermFacts
    reservation: RequestFacts
    manager: BodyFacts
    funders: Sequence[BodyFacts]
    """Entities that paid into it."""
    paid_in_by: Sequence[str]
    """Accounts that did, whomever they act for now."""

    @property
    def managed_by(self) -> str | None:
        """Return the account that acts for the manager; None if none does any more."""
        return account_of(self.manager)

    @property
    def funded_by(self) -> tuple[str, ...]:
        """Return the accounts that act for the funders."""
        return tuple(account for funder in self.funders if (account := account_of(funder)))


@dataclass(frozen=True, slots=True)
class Gates:
    """What stops acts on every campaign, or on all of one currency."""

    currency_listed: bool = True
    paused_until: int = 0
    """End of the last pause of the Crowdfunding contract's entry acts: Unix time, 0 if there was none."""
    match_paused_until: int = 0
    """The same of MatchFunding."""
    closed: bool = False
    """Whether the AccessManager closed the Crowdfunding contract: then no role may act on it."""


@dataclass(frozen=True, slots=True)
class Act(Window):
    """One act and the window in which it is legal."""

    name: ActName
    by: Actor
    starts_at: int
    """Unix time; in the past if the act is legal now."""
    ends_at: int | None
    """Unix time of the first instant at which it no longer is; None if time alone never ends it."""
    account: str | None = None
    """The one account that may, where it is one."""
    excluded: tuple[str, ...] = ()
    """Accounts that may not, though `by` includes them."""
    milestone: int | None = None
    """Index of the milestone it is about."""
    attempt: int | None = None
    """Number of the claim it is about, from 1; of a claim, the number that it will get."""
    min_amount: int | None = None
    """Least that may be pledged, in base units."""
    max_amount: int | None = None
    """Most that may be pledged or paid in; of a release, a collection or a reclaim what it books or pays; of a
    settlement what it frees; of refunds what they pay in all."""
    pool_id: int | None = None
    """Pool it is about."""
    funding_account: str | None = None
    """Account that is paid, of a reclaim."""


def account_of(entity: BodyFacts) -> str | None:
    """Return the account that acts for an entity; None if it was refused or revoked."""
    return entity.account if entity.state in {EntityState.REGISTERED, EntityState.VERIFIED} else None


def verified_from(body: BodyFacts, now: int, kinds: int = PUBLIC_BODY) -> int | None:
    """Return from when on an entity is verified, until `verified_until`, as one of some kinds; None if never.

    A suspension that is over says nothing about the time before `now`: then that is 0.
    """
    if body.state != EntityState.VERIFIED or not body.kinds & kinds:
        return None
    return body.suspended_until if body.suspended_until > now else 0


def enrolled(pools: Sequence[AskedPool]) -> list[AskedPool]:
    """Return the pools that match the campaign, by place."""
    return sorted((p for p in pools if p.reservation.place is not None), key=lambda p: p.reservation.place or 0)


def reserved_of(campaign: CampaignFacts, pools: Sequence[AskedPool]) -> list[int]:
    """Return what each pool of a campaign owes it as of now, by place."""
    return [matching.earned(p.pool, p.reservation, campaign.raised) for p in enrolled(pools)]
