"""What the chapter of match funding is written in: drafts of pools, and the usual acts on them."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from scripts._lab.contracts import TEST_CURRENCY
from scripts._lab.stage import EURO, Draft, Stage, euros
from scripts._lab.wallets import Wallet

BPS: Final = 100
"""Basis points of a percent."""


@dataclass(frozen=True)
class PoolDraft:
    """A pool to be. Days are as in `Scene`, amounts in euros, shares in percent; what another rule asks stays zero."""

    name: str
    manager: Wallet
    opens: float
    ends: float
    cap: int
    """Ratio: the most for one campaign; gift: the gift."""
    ratio: int = 0
    member_cap: int = 0
    """Ratio: above zero if only members are matched."""
    min_raised: int = 0
    """Gift: above zero."""
    min_members: int = 0
    min_member_pledge: int = 0
    first_tranche: int = 100


def open_pool(stage: Stage, day: float, draft: PoolDraft) -> None:
    """Puts the opening of a pool on stage."""
    at = stage.actor.clock.at

    def act() -> None:
        terms = (
            stage.actor.contracts[TEST_CURRENCY].address,
            at(draft.opens),
            at(draft.ends),
            int(draft.min_raised > 0),
            draft.first_tranche * BPS,
            draft.cap * EURO,
            draft.ratio * BPS,
            draft.member_cap > 0,
            draft.member_cap * EURO,
            draft.min_raised * EURO,
            draft.min_member_pledge * EURO,
            draft.min_members,
            stage.library.agreement(draft.name),
        )
        stage.actor.do(draft.manager, "MatchFunding", "openPool", terms)
        stage.pools[draft.name] = stage.ask("MatchFunding", "poolCount")

    stage.on(day, f"{draft.manager.name} opens the pool {draft.name}", act)


def fund(stage: Stage, day: float, wallet: Wallet, pool: str, amount: str) -> None:
    """Puts the funding of a pool on stage."""
    units = euros(amount)

    def act() -> None:
        # Known before it is paid, so that the check after it counts this account.
        stage.books.funders[stage.pools[pool]].add(wallet.address)
        match_funding = stage.actor.contracts["MatchFunding"].address
        stage.actor.do(wallet, TEST_CURRENCY, "approve", match_funding, units)
        stage.actor.do(wallet, "MatchFunding", "fundPool", stage.pools[pool], units)

    stage.on(day, f"{wallet.name} pays {amount} into the pool {pool}", act)


def match(stage: Stage, day: float, pool: PoolDraft, campaign: Draft) -> None:
    """Puts the request of a campaign and its enrolment by the pool's manager on stage."""

    def request() -> None:
        ids = stage.campaigns[campaign.name], stage.pools[pool.name]
        stage.actor.do(campaign.organizer, "MatchFunding", "requestPool", *ids)

    def enrol() -> None:
        ids = stage.pools[pool.name], stage.campaigns[campaign.name]
        stage.actor.do(pool.manager, "MatchFunding", "enrol", *ids)

    stage.on(day, f"{campaign.organizer.name} asks the pool {pool.name} to match {campaign.name}", request)
    stage.on(day + 0.01, f"{pool.manager.name} enrols {campaign.name} in the pool {pool.name}", enrol)


def release_match(stage: Stage, day: float, pool: str, campaign: str) -> None:
    """Puts a payment of a pool on stage; anyone may call it."""
    _by_anyone(stage, day, f"the pool {pool} pays {campaign} its part", "releaseMatch", pool, campaign)


def settle(stage: Stage, day: float, pool: str, campaign: str) -> None:
    """Puts the settlement of a reservation on stage; anyone may call it."""
    title = f"the pool {pool} is free of {campaign}"
    _by_anyone(stage, day, title, "settleReservation", pool, campaign)


def reclaim(stage: Stage, day: float, pool: str, wallet: Wallet) -> None:
    """Puts the way back of a funder's part on stage; anyone may call it."""

    def act() -> None:
        stage.actor.do(stage.cast.relayer, "MatchFunding", "reclaim", stage.pools[pool], wallet.address)

    stage.on(day, f"{wallet.name} gets its part of the pool {pool} back", act)


def lose_race(stage: Stage, day: float, wallet: Wallet, campaign: str, amount: str, match: str) -> None:
    """Puts a pledge on stage that comes too late for the match that was signed for: it reverts, nothing changes."""
    units, least = euros(amount), euros(match)

    def act() -> None:
        crowdfunding = stage.actor.contracts["Crowdfunding"].address
        stage.actor.do(wallet, TEST_CURRENCY, "approve", crowdfunding, units)
        call = partial(stage.actor.fail, wallet, "Crowdfunding_MatchBelowMinimum", "Crowdfunding", "pledge")
        call(stage.campaigns[campaign], units, least)

    title = (
        f"{wallet.name} pledges {amount} to {campaign}, for a match of at least {match}: it is gone, the call reverts"
    )
    stage.on(day, title, act)


def _by_anyone(stage: Stage, day: float, title: str, function: str, pool: str, campaign: str) -> None:
    def act() -> None:
        ids = stage.pools[pool], stage.campaigns[campaign]
        stage.actor.do(stage.cast.relayer, "MatchFunding", function, *ids)

    stage.on(day, title, act)
