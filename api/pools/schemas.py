"""What an answer says about a pool and what it owes."""

from pydantic import BaseModel, Field

from api import fields
from api.act_facts import ActName, Actor
from api.database import Answer
from api.paging import Page
from api.records import CurrencyUnit, EventLink
from indexer.store.models import Rule
from indexer.store.phases import Phase


class NextAct(BaseModel):
    """An act that is legal, or will be by time alone, at every time in [from, until)."""

    act: ActName = Field(description="Function of Crowdfunding or MatchFunding; `pledgeWithPermit` is a `pledge`, too.")
    by: Actor
    account: fields.Address | None = Field(description="The one account that may, where it is one.")
    excluded: list[fields.Address] = Field(description="Accounts that may not, though `by` includes them.")
    legal_now: bool = Field(description="Whether the block in `as_of` lies in the window.")
    from_: fields.Time = Field(alias="from")
    until: fields.Time | None = Field(description="First instant at which it is no longer legal; null if none.")
    milestone: int | None = Field(description="Index of the milestone it is about.")
    attempt: int | None = Field(
        description="Number of the claim it is about, from 1; of a claim, the number that it will get."
    )
    pool_id: int | None = Field(description="Pool it is about; null for `requestPool`, which names any other.")
    funding_account: fields.Address | None = Field(description="Account that a `reclaim` pays.")
    min_amount: fields.Amount | None = Field(description="Least that may be pledged or paid in.")
    max_amount: fields.Amount | None = Field(
        description="Most that may be pledged or paid in; of a release, a collection or a reclaim what it books or "
        "pays; of a settlement what it frees; of refunds their sum."
    )


class Manager(BaseModel):
    """The public body that opened a pool."""

    entity_id: int = Field(examples=[3])
    account: fields.Address = Field(description="Acts for the entity now, or did when it was revoked.")
    href: fields.Path


class PoolLinks(BaseModel):
    """Where to read more about a pool."""

    self: fields.Path
    agreement: fields.Path
    campaigns: fields.Path
    events: fields.Path
    opening: fields.Path = Field(description="The event of its opening.")


class Pool(BaseModel):
    """A pool of public money. Amounts are base units of `currency`, shares are in 1/10,000, the window is half open."""

    pool_id: int = Field(examples=[1])
    manager: Manager
    account: fields.Address = Field(description="Account that opened it.")
    currency: CurrencyUnit
    rule: Rule
    opens_at: fields.Time = Field(description="Funding and enrolment begin.")
    ends_at: fields.Time = Field(description="They end, no pledge calls a match any more, and `reclaim` begins.")
    is_open: bool = Field(description="Whether the time of the block in `as_of` lies between.")
    max_first_tranche_bps: int = Field(description="Campaigns whose first milestone releases more are refused.")
    campaign_cap: fields.Amount = Field(description="Ratio: the most for one campaign. Gift: the gift.")
    ratio_bps: int = Field(description="Ratio: what each 10,000 base units pledged call.", examples=[10000])
    members_only: bool = Field(description="Ratio: whether only pledges of counted members call a match.")
    member_cap: fields.Amount = Field(description="With `members_only`: the most for one member in one campaign.")
    min_raised: fields.Amount = Field(description="Gift: what a campaign must raise.")
    min_member_pledge: fields.Amount = Field(description="Gift: what each of `min_members` must hold.")
    min_members: int
    agreement_hash: fields.Hash = Field(description="SHA-256 of the agreement.")
    opened_at: fields.Time
    funded: fields.Amount = Field(description="Ever paid in.")
    reserved: fields.Amount = Field(description="For campaigns and not freed, paid or not.")
    unreserved: fields.Amount = Field(description="funded - reserved; what was reclaimed is part of it.")
    paid: fields.Amount = Field(description="Of what is reserved, paid to campaigns.")
    reclaimed: fields.Amount = Field(description="Of what is unreserved, paid back to funders.")
    campaign_count: int = Field(description="Campaigns that it matches, or matched.")
    open_reservations: int = Field(description="Of these, not settled.")
    last_event: EventLink = Field(description="What changed it last.")
    links: PoolLinks


class PoolPage(Page[Pool]):
    """A page of pools."""


class Funding(BaseModel):
    """What one account paid into a pool, and gets back."""

    account: fields.Address
    funder: int = Field(description="Entity id of the public body that it acted for.")
    funded: fields.Amount
    reclaimed: fields.Amount
    reclaimable: fields.Amount = Field(description="What `reclaim` pays it now; 0 before the window's end.")
    finished: bool = Field(description="Whether it took its last part.")
    funded_at: fields.Time
    reclaimed_at: fields.Time | None
    last_event: EventLink


class PoolDetail(Pool):
    """A pool with its funders and the next legal acts."""

    fundings: list[Funding] = Field(description="In the order of the first payment; the first one gets the remainders.")
    next_acts: list[NextAct] = Field(description="On the pool itself; those on a campaign stand with it.")


class PoolAnswer(Answer):
    """One pool."""

    pool: PoolDetail


class ReservationLinks(BaseModel):
    """Where to read more about a reservation."""

    self: fields.Path
    pool: fields.Path
    campaign: fields.Path
    matches: fields.Path
    events: fields.Path = Field(description="Every event between the two.")
    request: fields.Path = Field(description="The event of the organizer's request.")


class Reservation(BaseModel):
    """What one pool owes one campaign. Amounts are base units of the currency of both."""

    pool_id: int = Field(examples=[1])
    campaign_id: int = Field(examples=[1])
    requested_at: fields.Time
    requested_by: fields.Address
    enrolled_at: fields.Time | None = Field(description="Null until the manager enrols the campaign.")
    enrolled_by: fields.Address | None
    called: fields.Amount = Field(description="Ever reserved and not given back by a withdrawal, freed or not.")
    reserved: fields.Amount = Field(description="Of that, not freed.")
    freed: fields.Amount = Field(description="Of that, freed by the settlement.")
    paid: fields.Amount = Field(description="Of what is reserved, paid to the campaign.")
    due: fields.Amount = Field(description="What `releaseMatch` pays now.")
    left: fields.Amount = Field(description="The most that further pledges can call; 0 of a gift.")
    earned: bool = Field(description="Whether the campaign gets it; of a gift, as of now.")
    qualifying_members: int = Field(description="Gift: counted members who hold enough.")
    backers: int = Field(description="Ratio: whose pledges called a match.")
    settled_at: fields.Time | None
    last_event: EventLink
    links: ReservationLinks


class CampaignPool(Reservation):
    """A pool as a campaign sees it."""

    rule: Rule
    manager: int = Field(description="Entity id of the public body that opened it.")
    agreement_hash: fields.Hash = Field(description="SHA-256 of the pool's agreement.")
    ratio_bps: int
    members_only: bool
    campaign_cap: fields.Amount
    member_cap: fields.Amount
    min_raised: fields.Amount
    min_member_pledge: fields.Amount
    min_members: int
    ends_at: fields.Time = Field(description="From then on no pledge calls a match from it.")


class PoolCampaign(Reservation):
    """A campaign as a pool sees it, with the next legal acts between them."""

    campaign_phase: Phase
    next_acts: list[NextAct]


class PoolCampaignPage(Page[PoolCampaign]):
    """A page of campaigns of a pool."""


class Tranche(BaseModel):
    """What one milestone spends of a reservation."""

    milestone: int = Field(description="Index from 0.")
    amount: fields.Amount = Field(description="Of what was called; telescoping by the milestones' shares.")
    spent: bool = Field(description="Whether the milestone is released and the match earned, so that it is owed.")
    paid: fields.Amount = Field(description="Of that, paid to the campaign.")


class MatchRelease(BaseModel):
    """A payment of a pool to a campaign."""

    amount: fields.Amount
    milestones: int = Field(description="Milestones released by then, which the payments so far cover.")
    payout_account: fields.Address
    released_at: fields.Time
    href: fields.Path = Field(description="Its event.")


class Provenance(PoolCampaign):
    """What a pool owes a campaign, by the milestones that spend it; who called it is in `matches`."""

    currency: CurrencyUnit
    agreement_hash: fields.Hash = Field(description="SHA-256 of the pool's agreement.")
    tranches: list[Tranche]
    releases: list[MatchRelease] = Field(description="Oldest first.")


class ProvenanceAnswer(Answer):
    """One reservation."""

    reservation: Provenance


class SpentPart(BaseModel):
    """What one milestone spent of one match."""

    milestone: int
    amount: fields.Amount


class Match(BaseModel):
    """Public money that one backer's pledges called, and what became of it: amount = spent + waiting + freed."""

    pool_id: int
    campaign_id: int
    backer: fields.Address
    amount: fields.Amount = Field(description="Called and not given back by a withdrawal.")
    spent: list[SpentPart] = Field(
        description="By milestone. Each tranche is shared in proportion to what is left of each match, so that every "
        "unit has one place; see docs/protocol.md."
    )
    waiting: fields.Amount = Field(description="Reserved for milestones to come.")
    freed: fields.Amount = Field(description="Back with the pool.")
    calls: int = Field(description="Pledges that called some, withdrawn ones included.")
    called_at: fields.Time
    returned_at: fields.Time | None = Field(description="Last withdrawal.")
    last_event: EventLink
    pledge: fields.Path


class MatchPage(Page[Match]):
    """A page of matches."""


class PledgeMatch(BaseModel):
    """What a pledge called from one pool."""

    pool_id: int
    amount: fields.Amount
    href: fields.Path = Field(description="What the pool owes the campaign, and which milestone spends it.")
