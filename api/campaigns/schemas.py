"""What an answer says about a campaign."""

from pydantic import BaseModel, Field

from api import fields
from api.database import Answer
from api.paging import Page
from api.pools.schemas import CampaignPool, NextAct
from api.records import CurrencyUnit, EventLink
from indexer.store.models import Ruling
from indexer.store.phases import MilestonePhase, Phase


class Organizer(BaseModel):
    """The entity that runs a campaign."""

    entity_id: int = Field(examples=[3])
    account: fields.Address = Field(description="Acts for the entity now, or did when it was revoked.")
    suspended_until: fields.Time | None = Field(description="End of the last suspension; null if there was none.")
    revoked_at: fields.Time | None
    href: fields.Path


class CampaignLinks(BaseModel):
    """Where to read more about a campaign."""

    self: fields.Path
    description: fields.Path
    pledges: fields.Path
    objections: fields.Path
    updates: fields.Path
    events: fields.Path
    submission: fields.Path = Field(description="The event of its submission.")


class Campaign(BaseModel):
    """A campaign. Amounts are base units of `currency`, durations are seconds, windows are half open."""

    campaign_id: int = Field(examples=[1])
    phase: Phase = Field(description="Where it stands at the time of the block in `as_of`.")
    phase_ends_at: fields.Time | None = Field(description="When time alone ends this phase; null if it never does.")
    organizer: Organizer
    account: fields.Address = Field(description="Account that submitted it.")
    payout_account: fields.Address
    currency: CurrencyUnit
    goal: fields.Amount
    stretch_goal: fields.Amount = Field(description="Pledging stops here.")
    min_pledge: fields.Amount = Field(description="Least for each pledge, unless less is left to the stretch goal.")
    raised: fields.Amount = Field(description="Pledged and not withdrawn; keeps its value when refunds are paid.")
    released: fields.Amount = Field(description="Booked for the organizer.")
    collected: fields.Amount = Field(description="Of that, paid out.")
    refunded: fields.Amount
    rest_pledged: fields.Amount = Field(
        description="Of a terminated campaign: pledges not refunded yet, which share what is not released; else 0."
    )
    backers: int = Field(description="Accounts whose pledge is above zero.")
    members: int = Field(description="Verified members counted among them.")
    pool_count: int = Field(description="Pools that match it.")
    submitted_at: fields.Time
    lapses_at: fields.Time = Field(description="When the submission lapses, or would have, without a review.")
    opens_at: fields.Time
    withdrawable_until: fields.Time = Field(description="Until then a backer can take a pledge back.")
    deadline: fields.Time
    extension: int = Field(description="Seconds after the deadline in which a campaign above its goal goes on.")
    pledging_ends_at: fields.Time = Field(description="As far as the present total tells.")
    withdrawal_cutoff: int = Field(description="Seconds before the deadline from which on pledges are firm.")
    objection_window: int = Field(description="Seconds after each claim of a milestone.")
    ruling_window: int = Field(description="Seconds after that for an arbiter's ruling.")
    territory: str | None = Field(description="ISO 3166-2 code, or 0x text if it is not ASCII.", examples=["ES-SE"])
    themes: list[int] = Field(description="Numbers of the themes, 0 to 31.", examples=[[0, 4]])
    description_hash: fields.Hash = Field(description="SHA-256 of the description document.")
    milestone_count: int
    current_milestone: int = Field(description="Index of the first milestone that is not released.")
    approved_at: fields.Time | None
    rejected_at: fields.Time | None
    canceled_at: fields.Time | None = Field(description="When the organizer canceled it.")
    completed_at: fields.Time | None
    terminated_at: fields.Time | None
    terminated_by: fields.Address | None = Field(description="Account that ended delivery.")
    stretch_goal_reached_at: fields.Time | None = Field(description="Set if a pledge in the extension reached it.")
    reviewer: fields.Address | None = Field(description="Account that approved or rejected it.")
    reason: fields.Hash | None = Field(description="SHA-256 of the reasons of a rejection.")
    last_event: EventLink = Field(description="What changed it last.")
    links: CampaignLinks


class CampaignPage(Page[Campaign]):
    """A page of campaigns."""


class MilestoneLinks(BaseModel):
    """Where to read more about a milestone."""

    document: fields.Path
    evidence: fields.Path | None
    reason: fields.Path | None = Field(description="The reasons of the ruling.")


class Milestone(BaseModel):
    """One part of a campaign's plan."""

    milestone: int = Field(description="Index from 0.")
    state: MilestonePhase = Field(description="Where it stands at the time of the block in `as_of`.")
    share_bps: int = Field(description="Share of the total, in 1/10,000.", examples=[2500])
    tranche: fields.Amount = Field(description="Booked by its release, else what that would book of the present total.")
    due_date: fields.Time
    claim_by: fields.Time | None = Field(
        description="A claim must come before; null unless it is the current milestone of a delivering campaign."
    )
    attempts: int = Field(description="Claims so far.")
    claimed_at: fields.Time | None = Field(description="Last claim.")
    window_ends_at: fields.Time | None = Field(description="End of the time for objections to it.")
    objectors: int = Field(description="Counted members who object to the last claim.")
    objected_amount: fields.Amount = Field(description="Pledges that object to the last claim, members' included.")
    objected_pools: list[int] = Field(description="Pools whose manager objects to it, with what they reserve.")
    ruling_ends_at: fields.Time | None = Field(
        description="Until then an arbiter may rule; null unless the milestone is stopped."
    )
    ruling: Ruling | None = Field(description="An arbiter's ruling on the last claim.")
    ruled_at: fields.Time | None
    ruled_by: fields.Address | None = Field(description="The arbiter.")
    reason: fields.Hash | None = Field(description="SHA-256 of the reasons of the ruling.")
    state_ends_at: fields.Time | None = Field(description="When time alone ends this state; null if it never does.")
    released_at: fields.Time | None
    document_hash: fields.Hash = Field(description="SHA-256 of what will be done.")
    evidence_hash: fields.Hash | None = Field(description="SHA-256 of the evidence of the last claim.")
    last_event: EventLink
    links: MilestoneLinks


class CampaignDetail(Campaign):
    """A campaign with its milestones and the next legal acts."""

    milestones: list[Milestone]
    pools: list[CampaignPool] = Field(description="That it asked for, enrolled or not yet, in the order it did.")
    next_acts: list[NextAct] = Field(description="By the start of their window; those that end first in front.")


class CampaignAnswer(Answer):
    """One campaign."""

    campaign: CampaignDetail
