"""Read models of MatchFunding: pools of public money, who paid into them, and what they owe which campaign."""

from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from indexer.store.columns import Address, Amount, Base, Hash, Int, IntKey, Mirrored, Name, Time


class Rule(StrEnum):
    """How a pool matches, in the order of `IMatchFunding.Rule`."""

    CAPPED_RATIO = "capped_ratio"
    THRESHOLD_GIFT = "threshold_gift"


class Pool(Mirrored, Base):
    """A pool of public money: terms and totals."""

    __tablename__ = "pools"

    pool_id: Mapped[IntKey]
    manager: Mapped[Int] = mapped_column(index=True)  # entity id
    account: Mapped[Address]  # that opened it
    currency: Mapped[Address] = mapped_column(index=True)
    opens_at: Mapped[Time]
    ends_at: Mapped[Time]
    rule: Mapped[Name]  # Rule
    max_first_tranche_bps: Mapped[Int]
    campaign_cap: Mapped[Amount]  # ratio: the most for one campaign; gift: the gift
    ratio_bps: Mapped[Int]  # 0 for a gift, as the three below are for a ratio
    members_only: Mapped[bool]
    member_cap: Mapped[Amount]
    min_raised: Mapped[Amount]
    min_member_pledge: Mapped[Amount]
    min_members: Mapped[Int]
    agreement_hash: Mapped[Hash]
    opened_at: Mapped[Time]
    opened_event_key: Mapped[Int]
    first_funder: Mapped[Address | None]  # account; gets what flooring leaves
    funded: Mapped[Amount]  # ever paid in
    reserved: Mapped[Amount]  # for campaigns and not freed, paid or not
    paid: Mapped[Amount]  # of that, paid to campaigns
    reclaimed: Mapped[Amount]
    finished: Mapped[Amount]  # funded by accounts that took their last part
    open_reservations: Mapped[Int]  # enrolments that are not settled
    campaigns: Mapped[Int]  # enrolments


class Funder(Mirrored, Base):
    """A public body that paid into a pool; its accounts can't back what the pool matches."""

    __tablename__ = "funders"

    pool_id: Mapped[IntKey]
    entity_id: Mapped[IntKey]
    funded: Mapped[Amount]


class Funding(Mirrored, Base):
    """What one account paid into one pool, and got back."""

    __tablename__ = "fundings"

    pool_id: Mapped[IntKey]
    account: Mapped[Address] = mapped_column(primary_key=True, index=True)
    funder: Mapped[Int]  # entity it acted for last
    funded: Mapped[Amount]
    reclaimed: Mapped[Amount]
    finished: Mapped[bool]  # took its last part
    funded_at: Mapped[Time]  # last time
    reclaimed_at: Mapped[Time | None]  # last time
    first_event_key: Mapped[Int]


class Reservation(Mirrored, Base):
    """What one pool owes one campaign; from the organizer's request on."""

    __tablename__ = "reservations"

    campaign_id: Mapped[IntKey]
    pool_id: Mapped[IntKey] = mapped_column(index=True)
    requested_at: Mapped[Time]
    requested_by: Mapped[Address]
    requested_event_key: Mapped[Int]
    enrolled_at: Mapped[Time | None]
    enrolled_by: Mapped[Address | None]
    place: Mapped[Int | None]  # among the campaign's pools, from 0; null until enrolled
    reserved: Mapped[Amount]  # not freed; after the settlement, what was earned by releases
    freed: Mapped[Amount]  # by the settlement
    paid: Mapped[Amount]
    qualifying_members: Mapped[Int]  # gift: counted members who hold enough
    backers: Mapped[Int]  # ratio: whose pledges called a match
    settled_at: Mapped[Time | None]


class Match(Mirrored, Base):
    """Public money that the pledges of one backer called from one pool for one campaign."""

    __tablename__ = "matches"

    pool_id: Mapped[IntKey]
    campaign_id: Mapped[IntKey]
    backer: Mapped[Address] = mapped_column(primary_key=True, index=True)
    amount: Mapped[Amount]  # called and not given back by a withdrawal
    calls: Mapped[Int]  # pledges that called some, withdrawn ones included
    first_event_key: Mapped[Int]
    called_at: Mapped[Time]  # last time
    returned_at: Mapped[Time | None]  # last withdrawal


class MatchRelease(Mirrored, Base):
    """Money that a pool paid to a campaign for milestones released since the payment before."""

    __tablename__ = "match_releases"

    pool_id: Mapped[IntKey]
    campaign_id: Mapped[IntKey]
    released_event_key: Mapped[IntKey]
    payout_account: Mapped[Address]
    milestones: Mapped[Int]  # released by then
    amount: Mapped[Amount]
    released_at: Mapped[Time]
