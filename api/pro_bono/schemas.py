"""What an answer says about offers, redemptions and attestations."""

from pydantic import BaseModel, Field

from api import fields
from api.case_schemas import NextCaseAct, Party
from api.database import Answer
from api.paging import Page
from api.records import EventLink
from indexer.store.help_models import RedemptionState


class OfferLinks(BaseModel):
    """Where to read more about an offer."""

    self: fields.Path
    details: fields.Path
    redemptions: fields.Path
    events: fields.Path
    offering: fields.Path = Field(description="The event with which the hours were promised.")


class Offer(BaseModel):
    """Hours that a provider promised until a time. Always: hours_reserved + hours_given <= hours_offered."""

    offer_id: int = Field(examples=[1])
    open: bool = Field(
        description="Whether help can be asked for at the time of the block in `as_of`: hours are free, entry open."
    )
    provider: Party
    account: fields.Address = Field(description="Account that offered them.")
    hours_offered: int
    hours_reserved: int = Field(description="Accepted and not ended yet.")
    hours_given: int
    hours_free: int = Field(description="Those for which requests can still be accepted.")
    hours_open: int = Field(description="Those that back credits at the time of the block in `as_of`.")
    until: fields.Time = Field(description="From here on the hours back no credits, and nobody can ask for them.")
    closed: bool = Field(description="Whether it takes no more requests; what is reserved stays promised.")
    closed_at: fields.Time | None
    closed_by: fields.Address | None
    offered_at: fields.Time
    details_hash: fields.Hash = Field(description="SHA-256 of what is offered.")
    request_count: int = Field(description="Requests ever made.")
    last_event: EventLink = Field(description="What changed it last.")
    links: OfferLinks


class OfferPage(Page[Offer]):
    """A page of offers."""


class OfferDetail(Offer):
    """An offer with the next legal acts."""

    next_acts: list[NextCaseAct] = Field(description="By the start of their window; those that end first in front.")


class OfferAnswer(Answer):
    """One offer."""

    offer: OfferDetail


class RedemptionLinks(BaseModel):
    """Where to read more about a redemption."""

    self: fields.Path
    offer: fields.Path
    need: fields.Path
    evidence: fields.Path | None
    report: fields.Path | None = Field(description="What happened, of a no-show.")
    contest: fields.Path | None = Field(description="Why it is contested.")
    ruling: fields.Path | None = Field(description="The reasons of the ruling.")
    attestation: fields.Path | None = Field(description="The proof of the help; null unless there is one.")
    events: fields.Path
    request: fields.Path = Field(description="The event of the request.")


class Redemption(BaseModel):
    """Credits in escrow for help, one for each hour, and what became of them."""

    redemption_id: int = Field(examples=[1])
    state: RedemptionState = Field(description="Where it stands at the time of the block in `as_of`.")
    state_ends_at: fields.Time | None = Field(description="When time alone ends this state; null if it never does.")
    ended: bool = Field(
        description="Whether the credits left the escrow; what time has decided waits for anyone to carry it out."
    )
    offer_id: int
    provider: Party
    beneficiary: Party
    payer: fields.Address = Field(description="Paid the credits in; to this account they go back.")
    hours_requested: int = Field(description="Credits in escrow.")
    starts_at: fields.Time = Field(description="The provider must accept before; from here on help may be given.")
    deliver_by: fields.Time = Field(description="Help must be delivered before.")
    need_hash: fields.Hash = Field(description="SHA-256 of what is needed.")
    requested_at: fields.Time
    accepted_at: fields.Time | None
    delivered_at: fields.Time | None
    hours_delivered: int = Field(description="As the provider said; 0 before.")
    evidence_hash: fields.Hash | None = Field(description="SHA-256 of the evidence of the delivery.")
    reported_at: fields.Time | None = Field(description="When a no-show was reported.")
    reporter: int | None = Field(description="Entity id of who reported it.")
    report_reason: fields.Hash | None = Field(description="SHA-256 of what happened.")
    contested_at: fields.Time | None
    contest_reason: fields.Hash | None = Field(description="SHA-256 of why.")
    arbiter: fields.Address | None = Field(description="Who ruled.")
    ruling_reason: fields.Hash | None = Field(description="SHA-256 of the reasons.")
    hours_given: int = Field(description="Attested, with their credits burned; 0 before the end.")
    hours_returned: int = Field(description="Whose credits went back; 0 before the end.")
    ended_at: fields.Time | None
    ended_by: fields.Address | None = Field(
        description="Account that had all credits returned; null where help was attested."
    )
    settlement_nonce: fields.Amount = Field(description="That a settlement has to carry.")
    last_event: EventLink = Field(description="What changed it last.")
    links: RedemptionLinks


class RedemptionPage(Page[Redemption]):
    """A page of redemptions."""


class RedemptionDetail(Redemption):
    """A redemption with the next legal acts."""

    next_acts: list[NextCaseAct] = Field(description="By the start of their window; those that end first in front.")


class RedemptionAnswer(Answer):
    """One redemption."""

    redemption: RedemptionDetail


class AttestationLinks(BaseModel):
    """Where to read more about an attestation."""

    self: fields.Path
    redemption: fields.Path
    provider: fields.Path
    beneficiary: fields.Path
    need: fields.Path | None
    evidence: fields.Path | None
    event: fields.Path = Field(description="The one event that proves it.")


class Attestation(BaseModel):
    """Proof of help: `provider` gave `beneficiary` this many hours, for which one credit each was burned."""

    redemption_id: int = Field(examples=[1])
    provider: int = Field(description="Entity id.")
    beneficiary: int = Field(description="Entity id.")
    hours: int
    hours_returned: int = Field(description="Whose credits went back.")
    need_hash: fields.Hash | None = Field(
        description="SHA-256 of what was needed; null, like the next, if nothing was delivered before a settlement or "
        "a ruling."
    )
    evidence_hash: fields.Hash | None = Field(description="SHA-256 of the evidence.")
    attested_at: fields.Time
    last_event: EventLink = Field(description="Where the proof stands on chain.")
    links: AttestationLinks


class AttestationPage(Page[Attestation]):
    """A page of attestations."""


class AttestationAnswer(Answer):
    """One attestation."""

    attestation: Attestation
