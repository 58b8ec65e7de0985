"""Offers of hours and redemptions as docs/protocol.md describes them: what is refused, and what follows.

As in `crowdfunding_model.py`, `refuse_...` names the error that the contract must answer with, None if it must accept,
and the method of the act's name then changes the model. People are named by their roles in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from scripts.deploy import DAY
from tests.contracts.redemptions import State

WEEK: Final = 7 * DAY
HOUR: Final = 10**18
CONFIRM_WINDOW: Final = 14 * DAY
RULING_WINDOW: Final = 30 * DAY
MAX_OPEN_HOURS: Final = 2_000
MAX_REQUESTS: Final = 10
#: Who may do what, and in which state.
ACTS: Final = {
    "acceptHelp": ("provider", State.Requested),
    "declineHelp": ("provider", State.Requested),
    "withdrawHelp": ("beneficiary", State.Requested),
    "cancelHelp": ("party", State.Accepted),
    "deliverHelp": ("provider", State.Underway),
    "reportNoShow": ("party", State.Underway),
}
ENDS: Final = {"declineHelp": State.Declined, "withdrawHelp": State.Withdrawn, "cancelHelp": State.Canceled}
#: Where time leads from the states that have a window.
BY_TIME: Final = {
    State.Delivered: State.Confirmed,
    State.NoShow: State.Missed,
    State.Contested: State.Unruled,
}


@dataclass
class OfferModel:
    """Hours that somebody promises."""

    provider: str
    offered: int
    until: int
    reserved: int = 0
    confirmed: int = 0
    closed: bool = False

    @property
    def free(self) -> int:
        return 0 if self.closed else self.offered - self.reserved - self.confirmed

    def open_at(self, time: int) -> int:
        """Hours that it still promises."""
        return self.free + self.reserved if time < self.until else 0


@dataclass
class RedemptionModel:
    """One redemption, as the last act left it."""

    offer: OfferModel
    beneficiary: str
    requested: int
    start: int
    deliver_by: int
    state: State = State.Requested
    since: int = 0
    delivered: int = 0
    by_provider: bool = False  # who reported the no-show

    @property
    def ended(self) -> bool:
        return self.state >= State.Confirmed

    @property
    def window_ends_at(self) -> int:
        if self.state not in BY_TIME:
            return 0
        return self.since + (RULING_WINDOW if self.state == State.Contested else CONFIRM_WINDOW)

    def state_at(self, time: int) -> State:
        if self.state == State.Requested:
            return State.Lapsed if time >= self.start else self.state
        if self.state == State.Accepted and time >= self.start:
            return State.Expired if time >= self.deliver_by else State.Underway
        over = self.state in BY_TIME and time >= self.window_ends_at
        return BY_TIME[self.state] if over else self.state

    def is_party(self, who: str) -> bool:
        return who in (self.offer.provider, self.beneficiary)


@dataclass
class HelpModel:
    """All of them.

    Attributes:
        verified_until: Of the entities, by who acts for them.
        providers: Who may offer.
        beneficiaries: Who may ask.
        suspended_until: Of those that were suspended.
    """

    verified_until: dict[str, int]
    providers: tuple[str, ...]
    beneficiaries: tuple[str, ...]
    suspended_until: dict[str, int] = field(default_factory=dict)
    offers: list[OfferModel] = field(default_factory=list)
    redemptions: list[RedemptionModel] = field(default_factory=list)

    # ------------------------------------------------------------------------------------------------------ computed

    def is_verified(self, who: str, time: int) -> bool:
        return self.suspended_until.get(who, 0) <= time < self.verified_until.get(who, 0)

    def open_hours(self, provider: str, time: int) -> int:
        return sum(offer.open_at(time) for offer in self.offers if offer.provider == provider)

    def capacity(self, time: int) -> int:
        return HOUR * sum(offer.open_at(time) for offer in self.offers)

    def requests_of(self, who: str) -> int:
        return sum(r.beneficiary == who and r.state == State.Requested for r in self.redemptions)

    @property
    def held(self) -> int:
        """Hours that the contract must hold credits for."""
        return sum(r.requested for r in self.redemptions if not r.ended)

    @property
    def burned(self) -> int:
        return sum(r.delivered for r in self.redemptions if r.ended)

    def edges(self, time: int) -> list[int]:
        instants = {edge for r in self.redemptions if not r.ended for edge in (r.start, r.deliver_by, r.window_ends_at)}
        return sorted(edge for edge in instants if edge > time)

    # ------------------------------------------------------------------------------------------------------- refusals

    def refuse_offer(self, who: str, hours: int, until: int, time: int) -> str | None:
        if who not in self.providers or not self.is_verified(who, time):
            return "ProBono_NotProvider"
        if not 0 < hours <= MAX_OPEN_HOURS - self.open_hours(who, time):
            return "ProBono_HoursOutOfBounds"
        last = min(time + 52 * WEEK, self.verified_until[who])
        return None if until % WEEK == 0 and time < until <= last else "ProBono_InvalidUntil"

    def refuse_closing(self, offer: OfferModel, who: str, time: int) -> str | None:
        if who != offer.provider and self.is_verified(offer.provider, time):
            return "ProBono_NotOffering"
        return "ProBono_OfferClosed" if offer.closed else None

    def refuse_request(self, who: str, offer: OfferModel, paid: int, times: tuple[int, int], time: int) -> str | None:
        if who not in self.beneficiaries or not self.is_verified(who, time):
            return "ProBono_NotSSEEntity"
        if offer.closed or time >= offer.until:
            return "ProBono_OfferNotOpen"
        if paid == 0 or paid % HOUR:
            return "ProBono_NotWholeHours"
        if paid // HOUR > offer.free:
            return "ProBono_NotEnoughHours"
        start, deliver_by = times
        if not time < start < deliver_by <= offer.until:
            return "ProBono_InvalidTimes"
        return None if self.requests_of(who) < MAX_REQUESTS else "ProBono_TooManyRequests"

    def refuse_act(self, act: str, r: RedemptionModel, who: str, time: int) -> str | None:
        """Of what one party does, before what the act itself asks for."""
        part, state = ACTS[act]
        rightful = {"provider": (r.offer.provider,), "beneficiary": (r.beneficiary,)}
        if who not in rightful.get(part, (r.offer.provider, r.beneficiary)):
            return "Escrow_NotParty"
        if act == "acceptHelp" and not self.is_verified(who, time):
            return "ProBono_NotProvider"
        if r.state_at(time) != state:
            return "ProBono_WrongState"
        return "ProBono_NotEnoughHours" if act == "acceptHelp" and r.requested > r.offer.free else None

    def refuse_delivery(self, r: RedemptionModel, who: str, hours: int, time: int) -> str | None:
        refusal = self.refuse_act("deliverHelp", r, who, time)
        if refusal:
            return refusal
        return None if 0 < hours <= r.requested else "ProBono_HoursNotInEscrow"

    def refuse_contest(self, r: RedemptionModel, who: str, time: int) -> str | None:
        if not r.is_party(who):
            return "Escrow_NotParty"
        state = r.state_at(time)
        if state not in (State.Delivered, State.NoShow):
            return "ProBono_WrongState"
        said_by_provider = state == State.Delivered or r.by_provider
        return None if who == (r.beneficiary if said_by_provider else r.offer.provider) else "Escrow_NotParty"

    def refuse_confirmation(self, r: RedemptionModel, who: str, time: int) -> str | None:
        state = r.state_at(time)
        if state == State.Delivered:
            return None if who == r.beneficiary else "Escrow_NotParty"
        return None if state == State.Confirmed and not r.ended else "ProBono_WrongState"

    def refuse_expiry(self, r: RedemptionModel, time: int) -> str | None:
        return None if r.state_at(time) > State.Confirmed and not r.ended else "ProBono_WrongState"

    def refuse_decision(self, r: RedemptionModel, share: int, deadline: int, time: int) -> str | None:
        """Of a ruling, or of a settlement that both have signed; a ruling has no deadline of its own."""
        if r.state_at(time) != State.Contested:
            return "ProBono_WrongState"
        if share > r.requested:
            return "Escrow_ShareTooLarge"
        return None if time < deadline else "Escrow_SettlementExpired"

    # ----------------------------------------------------------------------------------------------------------- acts

    def step(self, act: str, r: RedemptionModel, who: str, time: int) -> None:
        if act == "acceptHelp":
            r.offer.reserved += r.requested
            r.state = State.Accepted
        elif act == "reportNoShow":
            r.state, r.since, r.by_provider = State.NoShow, time, who == r.offer.provider
        else:
            self.end(r, ENDS[act])

    def open_window(self, r: RedemptionModel, state: State, time: int) -> None:
        r.state, r.since = state, time

    def end(self, r: RedemptionModel, state: State, burned: int = 0) -> int:
        """Returns the hours whose credits come back."""
        if r.state != State.Requested:
            r.offer.reserved -= r.requested
            r.offer.confirmed += burned
        r.state, r.delivered = state, burned
        return r.requested - burned
