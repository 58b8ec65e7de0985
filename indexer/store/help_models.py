"""Read models of ProBono: hours promised, redemptions, and the help that they prove."""

from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from indexer.store.columns import Address, Amount, Base, Hash, Int, IntKey, Mirrored, Name, Time


class RedemptionState(StrEnum):
    """State of a redemption, in the order of `IProBono.State`; see `cases` for what time makes of it."""

    NONE = "none"
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    UNDERWAY = "underway"  # never stored: time alone leads to it
    DELIVERED = "delivered"
    NO_SHOW = "no_show"
    CONTESTED = "contested"
    CONFIRMED = "confirmed"  # final, like all that follow
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    CANCELED = "canceled"
    EXPIRED = "expired"
    MISSED = "missed"
    SETTLED = "settled"
    RULED = "ruled"
    UNRULED = "unruled"


class Offer(Mirrored, Base):
    """Hours that a provider promised. Always: reserved + confirmed <= offered."""

    __tablename__ = "offers"

    offer_id: Mapped[IntKey]
    provider: Mapped[Int] = mapped_column(index=True)  # entity id
    account: Mapped[Address]  # that offered them
    offered: Mapped[Int]  # hours
    reserved: Mapped[Int]  # hours accepted and not ended yet
    confirmed: Mapped[Int]  # hours given
    until: Mapped[Time]  # from here on the hours back no credits
    details_hash: Mapped[Hash]
    closed: Mapped[bool]  # takes no more requests; what is reserved stays promised
    closed_at: Mapped[Time | None]
    closed_by: Mapped[Address | None]
    offered_at: Mapped[Time]
    offered_event_key: Mapped[Int] = mapped_column(index=True)
    requests: Mapped[Int]  # ever


class CapacityWeek(Mirrored, Base):
    """Hours that stop backing credits when a week begins; they keep their last value from then on."""

    __tablename__ = "capacity_weeks"

    until: Mapped[IntKey]  # Unix time
    hours: Mapped[Int]  # open, reserved ones included


class Redemption(Mirrored, Base):
    """Credits in escrow for help that was asked for, and what became of them."""

    __tablename__ = "redemptions"

    redemption_id: Mapped[IntKey]
    offer_id: Mapped[Int] = mapped_column(index=True)
    offer_until: Mapped[Time]
    provider: Mapped[Int] = mapped_column(index=True)  # entity id
    beneficiary: Mapped[Int] = mapped_column(index=True)  # entity id
    payer: Mapped[Address] = mapped_column(index=True)  # to which credits go back
    hours_requested: Mapped[Int]  # credits in escrow
    starts_at: Mapped[Time]
    deliver_by: Mapped[Time]
    need_hash: Mapped[Hash]
    state: Mapped[Name]  # RedemptionState, as the last act left it
    requested_at: Mapped[Time]
    requested_event_key: Mapped[Int] = mapped_column(index=True)
    accepted_at: Mapped[Time | None]
    delivered_at: Mapped[Time | None]
    hours_delivered: Mapped[Int]  # as the provider said, 0 before
    evidence_hash: Mapped[Hash | None]  # of the delivery
    reported_at: Mapped[Time | None]  # of a no-show
    reporter: Mapped[Int | None]  # entity id
    report_reason: Mapped[Hash | None]  # SHA-256
    contested_at: Mapped[Time | None]
    contest_reason: Mapped[Hash | None]  # SHA-256
    window_ends_at: Mapped[Time | None]  # of the confirm or ruling window; null if none runs
    arbiter: Mapped[Address | None]  # who ruled
    ruling_reason: Mapped[Hash | None]  # SHA-256
    hours_given: Mapped[Int]  # attested, and burned as credits; 0 before the end
    hours_returned: Mapped[Int]  # 0 before the end
    ended_at: Mapped[Time | None]
    ended_by: Mapped[Address | None]  # account that had all credits returned; null where help was attested
    settlement_nonce: Mapped[Amount]  # that a settlement must carry


class Attestation(Mirrored, Base):
    """Proof of help: what one event says of who gave how many hours to whom."""

    __tablename__ = "attestations"

    redemption_id: Mapped[IntKey]
    provider: Mapped[Int] = mapped_column(index=True)  # entity id
    beneficiary: Mapped[Int] = mapped_column(index=True)  # entity id
    hours: Mapped[Int]
    hours_returned: Mapped[Int]
    need_hash: Mapped[Hash | None]  # null, like the next, if nothing was delivered before the settlement or ruling
    evidence_hash: Mapped[Hash | None]
    attested_at: Mapped[Time]
    attested_event_key: Mapped[Int] = mapped_column(index=True)


class EntityHours(Mirrored, Base):
    """Hours of help that an entity gave and got, as attested."""

    __tablename__ = "entity_hours"

    entity_id: Mapped[IntKey]
    given: Mapped[Int]
    taken: Mapped[Int]
