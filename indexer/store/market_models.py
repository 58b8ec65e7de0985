"""Read models of Marketplace: what is listed, the orders, what was paid of each, and the books of its escrow."""

from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from indexer.store.columns import Address, Amount, Base, Hash, Int, IntKey, Mirrored, Name, Seconds, Time


class ListingState(StrEnum):
    """Stored state of a listing, in the order of `IMarketplace.ListingState`."""

    NONE = "none"
    ACTIVE = "active"
    PAUSED = "paused"  # takes no orders until it is resumed
    WITHDRAWN = "withdrawn"  # final


class OrderState(StrEnum):
    """State of an order, in the order of `IMarketplace.OrderState`; see `cases` for what time makes of it."""

    NONE = "none"
    PLACED = "placed"
    ACCEPTED = "accepted"
    HANDED_OVER = "handed_over"
    DISPUTED = "disputed"
    COMPLETED = "completed"  # final, like all that follow
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    CANCELED = "canceled"
    UNDELIVERED = "undelivered"
    SETTLED = "settled"
    RULED = "ruled"
    UNRULED = "unruled"


class Part(StrEnum):
    """One payment that an ended order may owe, in the order of `IMarketplace.Part`."""

    BUYER_MONEY = "buyer_money"
    BUYER_CREDITS = "buyer_credits"
    SELLER_MONEY = "seller_money"
    SELLER_CREDITS = "seller_credits"


class Listing(Mirrored, Base):
    """What a seller offers. Only the prices, the payout account, the stock and the state change."""

    __tablename__ = "listings"

    listing_id: Mapped[IntKey]
    seller: Mapped[Int] = mapped_column(index=True)  # entity id
    account: Mapped[Address]  # that listed it
    currency: Mapped[Address | None] = mapped_column(index=True)  # null if there is no price in money
    price: Mapped[Amount]  # of one unit, in base units of the currency
    credit_price: Mapped[Amount]  # of one unit
    units: Mapped[Int]  # listed
    stock: Mapped[Int]  # units left
    delivery_modes: Mapped[Int]  # bit set: 1 pickup, 2 shipping, 4 on site, 8 online
    accept_window: Mapped[Seconds]
    deliver_window: Mapped[Seconds]
    confirm_window: Mapped[Seconds]
    payout_account: Mapped[Address]
    description_hash: Mapped[Hash]
    terms_hash: Mapped[Hash]  # to be named by an order
    state: Mapped[Name]  # ListingState
    listed_at: Mapped[Time]
    listed_event_key: Mapped[Int] = mapped_column(index=True)
    orders: Mapped[Int]  # ever placed


class Order(Mirrored, Base):
    """One item of a basket, once it is paid into escrow."""

    __tablename__ = "orders"

    order_id: Mapped[IntKey]
    listing_id: Mapped[Int] = mapped_column(index=True)
    seller: Mapped[Int] = mapped_column(index=True)  # entity id
    buyer: Mapped[Address] = mapped_column(index=True)
    currency: Mapped[Address | None]  # of the money leg; null if the listing has no price in money
    quantity: Mapped[Int]
    money: Mapped[Amount]  # leg in the currency
    credits: Mapped[Amount]  # leg in credits
    delivery_mode: Mapped[Int]  # one bit of the listing's
    address_hash: Mapped[Hash | None]  # salted
    state: Mapped[Name]  # OrderState, as the last act left it
    placed_at: Mapped[Time]
    placed_event_key: Mapped[Int] = mapped_column(index=True)
    placed_tx_hash: Mapped[Hash] = mapped_column(index=True)  # that of its basket
    accepted_at: Mapped[Time | None]
    handed_over_at: Mapped[Time | None]
    evidence_hash: Mapped[Hash | None]  # of the hand-over
    disputed_at: Mapped[Time | None]
    dispute_reason: Mapped[Hash | None]  # SHA-256
    window_ends_at: Mapped[Time | None]  # of the present state; null once it has ended
    arbiter: Mapped[Address | None]  # who ruled
    ruling_reason: Mapped[Hash | None]  # SHA-256
    seller_bps: Mapped[Int | None]  # part of both legs that is the seller's; null before the end
    ended_at: Mapped[Time | None]
    ended_by: Mapped[Address | None]  # account that carried the end out
    paid_parts: Mapped[Int]  # bit set: 1 << number of the part
    settlement_nonce: Mapped[Amount]  # that a settlement must carry


class OrderPayment(Mirrored, Base):
    """A part of an ended order that was paid."""

    __tablename__ = "order_payments"

    order_id: Mapped[IntKey]
    part: Mapped[IntKey]  # its number
    receiver: Mapped[Address]
    amount: Mapped[Amount]
    paid_at: Mapped[Time]
    paid_event_key: Mapped[Int]


class MoneyEscrow(Mirrored, Base):
    """What orders hold, and held, of one currency. Always: held = paid_in - paid_out."""

    __tablename__ = "money_escrows"

    currency: Mapped[Address] = mapped_column(primary_key=True)
    held: Mapped[Amount]
    paid_in: Mapped[Amount]  # ever
    paid_out: Mapped[Amount]  # ever, to sellers and back to buyers


class CreditEscrow(Mirrored, Base):
    """What orders or redemptions hold, and held, of the credit. Always: held = paid_in - paid_out - redeemed."""

    __tablename__ = "credit_escrows"

    contract_name: Mapped[Name] = mapped_column(primary_key=True)  # Marketplace or ProBono
    held: Mapped[Amount]
    paid_in: Mapped[Amount]  # ever
    paid_out: Mapped[Amount]  # ever: returned, or paid to sellers
    redeemed: Mapped[Amount]  # ever: burned for hours given
