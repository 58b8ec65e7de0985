"""What the chapters of match funding are written in: drafts of pools, and the usual acts on them."""

from dataclasses import dataclass

from scripts._lab.campaign_stage import BPS, Draft
from scripts._lab.contracts import TEST_CURRENCY
from scripts._lab.stage import EURO, Stage, campaign, euros, pool
from scripts._lab.wallets import Wallet


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
    terms = (
        stage.address(TEST_CURRENCY),
        stage.at(draft.opens),
        stage.at(draft.ends),
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
    title = f"{draft.manager.name} opens the pool {draft.name}"
    stage.act(day, title, draft.manager, "MatchFunding", "openPool", terms, makes=pool(draft.name))


def fund(stage: Stage, day: float, wallet: Wallet, name: str, amount: str) -> None:
    """Puts the funding of a pool on stage."""

    def act() -> None:
        # Known before it is paid, so that the check after it counts this account.
        stage.books.funders[stage.ids[pool(name)]].add(wallet.address)
        stage.approve(wallet, "MatchFunding", euros(amount))
        stage.do(wallet, "MatchFunding", "fundPool", pool(name), euros(amount))

    stage.on(day, f"{wallet.name} pays {amount} into the pool {name}", act)


def match(stage: Stage, day: float, draft: PoolDraft, matched: Draft) -> None:
    """Puts the request of a campaign and its enrolment by the pool's manager on stage."""
    ids = campaign(matched.name), pool(draft.name)
    title = f"{matched.organizer.name} asks the pool {draft.name} to match {matched.name}"
    stage.act(day, title, matched.organizer, "MatchFunding", "requestPool", *ids)
    title = f"{draft.manager.name} enrols {matched.name} in the pool {draft.name}"
    stage.act(day + 0.01, title, draft.manager, "MatchFunding", "enrol", *reversed(ids))


def release_match(stage: Stage, day: float, name: str, matched: str) -> None:
    """Puts a payment of a pool on stage; anyone may call it."""
    ids = pool(name), campaign(matched)
    title = f"the pool {name} pays {matched} its part"
    stage.act(day, title, stage.cast.relayer, "MatchFunding", "releaseMatch", *ids)


def settle(stage: Stage, day: float, name: str, matched: str) -> None:
    """Puts the settlement of a reservation on stage; anyone may call it."""
    ids = pool(name), campaign(matched)
    title = f"the pool {name} is free of {matched}"
    stage.act(day, title, stage.cast.relayer, "MatchFunding", "settleReservation", *ids)


def reclaim(stage: Stage, day: float, name: str, wallet: Wallet) -> None:
    """Puts the way back of a funder's part on stage; anyone may call it."""
    title = f"{wallet.name} gets its part of the pool {name} back"
    stage.act(day, title, stage.cast.relayer, "MatchFunding", "reclaim", pool(name), wallet.address)
