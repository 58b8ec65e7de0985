"""What an answer says about listings and orders."""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, Field

from api import fields
from api.case_schemas import CreditUnit, NextCaseAct, Party
from api.database import Answer
from api.paging import Page
from api.records import CurrencyUnit, EventLink
from indexer.store.market_models import ListingState, OrderState, Part


class DeliveryMode(StrEnum):
    """How what was ordered comes to the buyer."""

    PICKUP = "pickup"
    SHIPPING = "shipping"
    ON_SITE = "on_site"
    ONLINE = "online"


MODE_BITS: Final = {mode: 1 << bit for bit, mode in enumerate(DeliveryMode)}
"""Bit of each mode in `IMarketplace.ListingTerms`."""


class ListingLinks(BaseModel):
    """Where to read more about a listing."""

    self: fields.Path
    description: fields.Path
    orders: fields.Path
    events: fields.Path
    listing: fields.Path = Field(description="The event of its listing.")


class Listing(BaseModel):
    """What a seller offers. Prices are of one unit, in base units; windows are seconds and half open."""

    listing_id: int = Field(examples=[1])
    state: ListingState
    orderable: bool = Field(
        description="Whether it can be ordered at the time of the block in `as_of`: it is active and in stock, its "
        "seller verified, its currency listed, entry open."
    )
    seller: Party
    account: fields.Address = Field(description="Account that listed it.")
    currency: CurrencyUnit | None = Field(description="Null if there is no price in money.")
    price: fields.Amount
    credit: CreditUnit
    credit_price: fields.Amount
    units: int = Field(description="Listed.")
    stock: int = Field(description="Of these, left.")
    delivery_modes: list[DeliveryMode]
    accept_window: int = Field(description="Seconds from the order for the seller to accept.")
    deliver_window: int = Field(description="Seconds from the acceptance to hand over.")
    confirm_window: int = Field(description="Seconds from the hand-over for the buyer to complete or dispute.")
    payout_account: fields.Address
    description_hash: fields.Hash = Field(description="SHA-256 of the description document.")
    terms_hash: fields.Hash = Field(description="What an order has to name to show which terms the buyer saw.")
    listed_at: fields.Time
    order_count: int = Field(description="Orders ever placed.")
    last_event: EventLink = Field(description="What changed it last.")
    links: ListingLinks


class ListingPage(Page[Listing]):
    """A page of listings."""


class ListingDetail(Listing):
    """A listing with the next legal acts."""

    unruled_of_seller: int = Field(
        description="Disputed orders of the seller that no arbiter ruled on in time, so that all went back."
    )
    next_acts: list[NextCaseAct] = Field(description="By the start of their window; those that end first in front.")


class ListingAnswer(Answer):
    """One listing."""

    listing: ListingDetail


class OrderPart(BaseModel):
    """What of a leg goes to one side."""

    part: Part
    amount: fields.Amount = Field(description="Base units of the currency or of the credit.")
    receiver: fields.Address = Field(description="Who got it, or gets it now.")
    paid_at: fields.Time | None = Field(description="Null while it is due; anyone may pay it.")
    event: fields.Path | None = Field(description="The event of the payment.")


class OrderLinks(BaseModel):
    """Where to read more about an order."""

    self: fields.Path
    listing: fields.Path
    basket: fields.Path = Field(description="Orders placed in the same transaction.")
    evidence: fields.Path | None
    dispute: fields.Path | None = Field(description="The reason of the dispute.")
    ruling: fields.Path | None = Field(description="The reasons of the ruling.")
    events: fields.Path
    placement: fields.Path = Field(description="The event of its placement.")


class Order(BaseModel):
    """One item of a basket, whose two legs are in escrow until it ends. Amounts are base units."""

    order_id: int = Field(examples=[1])
    state: OrderState = Field(description="Where it stands at the time of the block in `as_of`.")
    state_ends_at: fields.Time | None = Field(description="When time alone ends this state; null if it never does.")
    ended: bool = Field(
        description="Whether its legs can be paid out; what time has decided waits for anyone to carry it out."
    )
    listing_id: int
    seller: Party
    buyer: fields.Address
    quantity: int
    delivery_mode: DeliveryMode
    address_hash: fields.Hash | None = Field(description="Salted hash of where to deliver.")
    currency: CurrencyUnit | None = Field(description="Of the money leg; null if the listing has no price in money.")
    money: fields.Amount = Field(description="Leg in the currency.")
    credit: CreditUnit
    credits: fields.Amount = Field(description="Leg in credits.")
    placed_at: fields.Time
    basket: fields.Hash = Field(description="Transaction in which its basket was ordered.")
    accepted_at: fields.Time | None
    handed_over_at: fields.Time | None
    evidence_hash: fields.Hash | None = Field(description="SHA-256 of the evidence of the hand-over.")
    disputed_at: fields.Time | None
    dispute_reason: fields.Hash | None = Field(description="SHA-256 of why.")
    arbiter: fields.Address | None = Field(description="Who ruled.")
    ruling_reason: fields.Hash | None = Field(description="SHA-256 of the reasons.")
    seller_bps: int | None = Field(
        description="Part of both legs that is the seller's, in 1/10,000; null before the end."
    )
    ended_at: fields.Time | None
    ended_by: fields.Address | None = Field(description="Account that carried the end out.")
    parts: list[OrderPart] = Field(description="What goes to whom; empty before the end, and without those of nothing.")
    settlement_nonce: fields.Amount = Field(description="That a settlement has to carry.")
    last_event: EventLink = Field(description="What changed it last.")
    links: OrderLinks


class OrderPage(Page[Order]):
    """A page of orders."""


class OrderDetail(Order):
    """An order with the next legal acts."""

    unruled_of_seller: int = Field(description="Disputed orders of the seller that no arbiter ruled on in time.")
    unruled_of_buyer: int = Field(description="Disputed orders of the buyer that no arbiter ruled on in time.")
    next_acts: list[NextCaseAct] = Field(description="By the start of their window; those that end first in front.")


class OrderAnswer(Answer):
    """One order."""

    order: OrderDetail
