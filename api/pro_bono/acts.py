"""Which acts on an offer or a redemption are legal, by whom, and until when; see `case_acts` for what that means.

tests/contracts proves it by calling every act at the edges of every window.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from api.act_facts import PROVIDER, BodyFacts, account_of, verified_from
from api.case_acts import (
    CaseAct,
    CaseActName,
    CaseActor,
    EscrowGates,
    by_entity,
    expire,
    rule,
    settle,
)
from api.windows import after_pause, in_order
from indexer.store import cases
from indexer.store.cases import OfferFacts, RedemptionFacts
from indexer.store.help_models import RedemptionState


class RedemptionActFacts(RedemptionFacts, Protocol):
    """What the acts on a redemption depend on; a row of `redemptions` has it all."""

    @property
    def payer(self) -> str:
        """Account that paid the credits in."""

    @property
    def hours_requested(self) -> int:
        """Credits in escrow."""

    @property
    def requested_at(self) -> int:
        """Unix time."""

    @property
    def accepted_at(self) -> int | None:
        """Unix time."""

    @property
    def delivered_at(self) -> int | None:
        """Unix time."""

    @property
    def reported_at(self) -> int | None:
        """Unix time."""

    @property
    def reporter(self) -> int | None:
        """Entity id of who reported a no-show."""

    @property
    def contested_at(self) -> int | None:
        """Unix time."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Provider and beneficiary of a redemption."""

    provider: BodyFacts
    beneficiary: BodyFacts

    def of_provider(self, starts_at: int, ends_at: int | None, *names: CaseActName) -> Iterator[CaseAct]:
        """Yield acts of the provider's account."""
        return by_entity(self.provider, CaseActor.PROVIDER, starts_at, ends_at, *names)

    def of_beneficiary(self, starts_at: int, ends_at: int | None, *names: CaseActName) -> Iterator[CaseAct]:
        """Yield acts of the beneficiary's account."""
        return by_entity(self.beneficiary, CaseActor.BENEFICIARY, starts_at, ends_at, *names)

    def of_both(self, starts_at: int, ends_at: int | None, name: CaseActName) -> Iterator[CaseAct]:
        """Yield an act of either account."""
        yield from self.of_provider(starts_at, ends_at, name)
        yield from self.of_beneficiary(starts_at, ends_at, name)


class OfferActFacts(OfferFacts, Protocol):
    """What the acts on an offer depend on; a row of `offers` has it all."""

    @property
    def offered_at(self) -> int:
        """Unix time."""


def of_offer(offer: OfferActFacts, provider: BodyFacts, gates: EscrowGates, now: int) -> list[CaseAct]:
    """Return every act on an offer that is legal at `now`, or will be by time alone.

    Args:
        offer: The offer's stored facts.
        provider: The provider's entity.
        gates: Those of ProBono.
        now: Unix time of a block, not before the last event of any of these.
    """
    return in_order((*_close(offer, provider, now), *_request(offer, provider, gates, now)), now)


def _close(offer: OfferActFacts, provider: BodyFacts, now: int) -> Iterator[CaseAct]:
    if offer.closed:
        return
    since, name = offer.offered_at, CaseActName.CLOSE_OFFER
    yield from by_entity(provider, CaseActor.PROVIDER, since, None, name)
    # Anyone closes it while the provider is not verified.
    verified_at = verified_from(provider, now, PROVIDER)
    if verified_at is None:
        yield CaseAct(name, CaseActor.ANYONE, since, None)
    else:
        yield CaseAct(name, CaseActor.ANYONE, since, min(verified_at, provider.verified_until))
        yield CaseAct(name, CaseActor.ANYONE, max(since, provider.verified_until), None)


def _request(offer: OfferActFacts, provider: BodyFacts, gates: EscrowGates, now: int) -> Iterator[CaseAct]:
    free = cases.free_hours(offer)
    if free:
        account = account_of(provider)
        yield CaseAct(
            CaseActName.REQUEST_HELP,
            CaseActor.SSE_ENTITY,
            after_pause(offer.offered_at, gates.paused_until, now),
            offer.until - SHORTEST,
            excluded=() if account is None else (account,),
            max_quantity=free,
        )


SHORTEST: Final = 1
"""Seconds: help starts after the request, and is delivered by a later instant, at the offer's end at the latest."""


def of_redemption(
    redemption: RedemptionActFacts, offer: OfferFacts, parties: Parties, gates: EscrowGates, now: int
) -> list[CaseAct]:
    """Return every act on a redemption that is legal at `now`, or will be by time alone.

    Args:
        redemption: The redemption's stored facts.
        offer: Whose hours were asked for.
        parties: The entities of both.
        gates: Those of ProBono.
        now: Unix time of a block, not before the last event of any of these.
    """
    acts = [
        *_requested(redemption, offer, parties, now),
        *_accepted(redemption, parties),
        *_said(redemption, parties),
        *_contested(redemption, parties, gates),
        *parties.of_both(redemption.requested_at, None, CaseActName.VOID_SETTLEMENTS),
    ]
    return in_order(acts, now)


def _requested(redemption: RedemptionActFacts, offer: OfferFacts, parties: Parties, now: int) -> Iterator[CaseAct]:
    if redemption.state != RedemptionState.REQUESTED:
        return
    since, ends_at = redemption.requested_at, redemption.starts_at
    verified_at = verified_from(parties.provider, now, PROVIDER)
    if verified_at is not None and redemption.hours_requested <= cases.free_hours(offer):
        until = min(ends_at, parties.provider.verified_until)
        yield from parties.of_provider(max(since, verified_at), until, CaseActName.ACCEPT_HELP)
    yield from parties.of_provider(since, ends_at, CaseActName.DECLINE_HELP)
    yield from parties.of_beneficiary(since, ends_at, CaseActName.WITHDRAW_HELP)
    yield expire(ends_at)


def _accepted(redemption: RedemptionActFacts, parties: Parties) -> Iterator[CaseAct]:
    if redemption.state != RedemptionState.ACCEPTED:
        return
    starts_at, deliver_by = redemption.starts_at, redemption.deliver_by
    yield from parties.of_both(redemption.accepted_at or 0, starts_at, CaseActName.CANCEL_HELP)
    account = account_of(parties.provider)
    if account is not None:
        hours, by = redemption.hours_requested, CaseActor.PROVIDER
        yield CaseAct(CaseActName.DELIVER_HELP, by, starts_at, deliver_by, account, max_quantity=hours)
    yield from parties.of_both(starts_at, deliver_by, CaseActName.REPORT_NO_SHOW)
    yield expire(deliver_by)


def _said(redemption: RedemptionActFacts, parties: Parties) -> Iterator[CaseAct]:
    """Yield what may follow a delivery or the report of a no-show, which nobody contests on the own side."""
    ends_at = redemption.window_ends_at or 0
    if redemption.state == RedemptionState.DELIVERED:
        since = redemption.delivered_at or 0
        yield from parties.of_beneficiary(since, ends_at, CaseActName.CONFIRM_HELP, CaseActName.CONTEST)
        yield CaseAct(CaseActName.CONFIRM_HELP, CaseActor.ANYONE, ends_at, None)
    if redemption.state == RedemptionState.NO_SHOW:
        said_by_beneficiary = redemption.reporter == parties.beneficiary.entity_id
        other = parties.of_provider if said_by_beneficiary else parties.of_beneficiary
        yield from other(redemption.reported_at or 0, ends_at, CaseActName.CONTEST)
        yield expire(ends_at)


def _contested(redemption: RedemptionActFacts, parties: Parties, gates: EscrowGates) -> Iterator[CaseAct]:
    if redemption.state != RedemptionState.CONTESTED:
        return
    since, ends_at = redemption.contested_at or 0, redemption.window_ends_at or 0
    provider, beneficiary = account_of(parties.provider), account_of(parties.beneficiary)
    yield from settle(provider, beneficiary, redemption.hours_requested, since, ends_at)
    yield from rule((redemption.payer, provider, beneficiary), redemption.hours_requested, since, ends_at, gates)
    yield expire(ends_at)
