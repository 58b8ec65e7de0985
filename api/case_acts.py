"""What the next legal acts around orders and redemptions are made of, and those that both kinds of case have.

The promise is that of `acts`: as long as no further event happens, the contract accepts an act by whom it names in
every block whose time is in [starts_at, ends_at), and in no block from `now` on that is outside of it. An act that is
not listed is refused. What the functions do not know, and the contracts ask as well:

- who holds the arbiter's role now: see `roles`. By hand, not through the AccessManager's schedule;
- whether a settlement carries the signatures of its signers, the present nonce and a deadline that is not over;
- what a buyer or a beneficiary has: allowances, credits, verification (a buyer's, where there is a price in credits),
  and how many of its orders (20) or requests (10) nobody has answered;
- whether a currency lets its money go;
- the new payout account and prices, which have to be valid.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from api.act_facts import BodyFacts, account_of
from api.windows import Window
from indexer.store.market_models import Part


class CaseActName(StrEnum):
    """An act, named after the contract's function."""

    PAUSE_LISTING = "pauseListing"
    RESUME_LISTING = "resumeListing"
    WITHDRAW_LISTING = "withdrawListing"
    UPDATE_PRICE = "updatePrice"
    CHANGE_PAYOUT_ACCOUNT = "changePayoutAccount"
    PLACE_ORDERS = "placeOrders"
    ACCEPT_ORDER = "acceptOrder"
    DECLINE_ORDER = "declineOrder"
    WITHDRAW_ORDER = "withdrawOrder"
    CANCEL_ORDER = "cancelOrder"
    HAND_OVER = "handOver"
    COMPLETE_ORDER = "completeOrder"
    DISPUTE_ORDER = "disputeOrder"
    PAY_PART = "payPart"
    PAY_ORDER = "payOrder"
    CLOSE_OFFER = "closeOffer"
    REQUEST_HELP = "requestHelp"
    ACCEPT_HELP = "acceptHelp"
    DECLINE_HELP = "declineHelp"
    WITHDRAW_HELP = "withdrawHelp"
    CANCEL_HELP = "cancelHelp"
    DELIVER_HELP = "deliverHelp"
    REPORT_NO_SHOW = "reportNoShow"
    CONFIRM_HELP = "confirmHelp"
    CONTEST = "contest"
    SETTLE = "settle"
    RULE = "rule"
    EXPIRE = "expire"
    VOID_SETTLEMENTS = "voidSettlements"


class CaseActor(StrEnum):
    """Who may do an act."""

    ANYONE = "anyone"
    SELLER = "seller"  # the account that acts for the seller's entity
    BUYER = "buyer"
    PAYOUT_ACCOUNT = "payout_account"
    PROVIDER = "provider"  # the account that acts for the provider's entity
    BENEFICIARY = "beneficiary"  # the account that acts for the beneficiary's entity
    SSE_ENTITY = "sse_entity"  # whoever acts for a verified SSE entity
    ARBITER = "arbiter"


@dataclass(frozen=True, slots=True)
class CaseAct(Window):
    """One act and the window in which it is legal."""

    name: CaseActName
    by: CaseActor
    starts_at: int
    """Unix time; in the past if the act is legal now."""
    ends_at: int | None
    """Unix time of the first instant at which it no longer is; None if time alone never ends it."""
    account: str | None = None
    """The one account that may, where it is one."""
    excluded: tuple[str, ...] = ()
    """Accounts that may not, though `by` includes them."""
    signers: tuple[str, ...] = ()
    """Of a settlement: accounts that must have signed it, in the order of the arguments."""
    max_share: int | None = None
    """Of a settlement or a ruling: the most for the seller (bps), or that was given (hours)."""
    max_quantity: int | None = None
    """Of an order the most units; of a request or a delivery the most hours."""
    part: Part | None = None
    """Of a payment, which one."""
    receiver: str | None = None
    """Of a payment, who gets it."""
    amount: int | None = None
    """Of a payment, base units."""


@dataclass(frozen=True, slots=True)
class EscrowGates:
    """What stops acts on every case of a contract."""

    paused_until: int = 0
    """End of the last pause of its entry acts: Unix time, 0 if there was none."""
    closed: bool = False
    """Whether the AccessManager closed the contract: then no role may act on it."""


def by_entity(
    entity: BodyFacts, by: CaseActor, starts_at: int, ends_at: int | None, *names: CaseActName
) -> Iterator[CaseAct]:
    """Yield acts of the account that acts for an entity; none if none does any more."""
    account = account_of(entity)
    if account is not None:
        for name in names:
            yield CaseAct(name, by, starts_at, ends_at, account)


def settle(first: str | None, second: str | None, max_share: int, starts_at: int, ends_at: int) -> Iterator[CaseAct]:
    """Yield the settlement of a case by what both accounts signed; none if one of them acts for nobody any more."""
    if first is not None and second is not None:
        signers = (first, second)
        yield CaseAct(CaseActName.SETTLE, CaseActor.ANYONE, starts_at, ends_at, signers=signers, max_share=max_share)


def rule(
    parties: Iterable[str | None], max_share: int, starts_at: int, ends_at: int, gates: EscrowGates
) -> Iterator[CaseAct]:
    """Yield an arbiter's ruling, which is no party's."""
    if not gates.closed:
        excluded = tuple(dict.fromkeys(account for account in parties if account is not None))
        yield CaseAct(CaseActName.RULE, CaseActor.ARBITER, starts_at, ends_at, excluded=excluded, max_share=max_share)


def expire(starts_at: int) -> CaseAct:
    """Return the act that carries out what time has decided."""
    return CaseAct(CaseActName.EXPIRE, CaseActor.ANYONE, starts_at, None)
