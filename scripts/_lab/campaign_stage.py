"""What the chapters of campaigns are written in: drafts, and the usual acts on them."""

from dataclasses import dataclass
from typing import Any, Final

from scripts._lab.clock import DAY
from scripts._lab.contracts import TEST_CURRENCY
from scripts._lab.stage import EURO, Stage, campaign, euros, way
from scripts._lab.wallets import Wallet

BPS: Final = 100
"""Basis points of a percent."""


@dataclass(frozen=True)
class Draft:
    """A campaign to be. Days are as in `Scene`, durations in days, amounts in whole euros, shares in percent."""

    name: str
    organizer: Wallet
    goal: int
    stretch_goal: int
    opens: float
    deadline: float
    milestones: list[tuple[int, float]]
    """(share, day it is due) of each."""
    territory: str
    themes: int
    payout: Wallet | None = None
    """Where the money goes; None is the organizer."""
    min_pledge: int = 5
    extension: int = 0
    withdrawal_cutoff: int = 3
    objection_window: int = 7
    ruling_window: int = 14


def in_campaign(
    stage: Stage, day: float, title: str, wallet: Wallet, name: str, function: str, *arguments: Any
) -> None:
    """Puts an act in a campaign on stage."""
    stage.act(day, title, wallet, "Crowdfunding", function, campaign(name), *arguments)


def submit(stage: Stage, day: float, draft: Draft) -> None:
    """Puts the submission of a campaign on stage."""
    terms = (
        (draft.payout or draft.organizer).address,
        stage.address(TEST_CURRENCY),
        draft.goal * EURO,
        draft.stretch_goal * EURO,
        draft.min_pledge * EURO,
        stage.at(draft.opens),
        stage.at(draft.deadline),
        draft.extension * DAY,
        draft.withdrawal_cutoff * DAY,
        draft.objection_window * DAY,
        draft.ruling_window * DAY,
        draft.territory.encode().ljust(8, b"\0"),
        draft.themes,
        stage.library.description(draft.name),
    )
    plan = [
        (share * BPS, stage.at(due), document)
        for (share, due), document in zip(draft.milestones, stage.library.plan(draft.name), strict=True)
    ]
    title = f"{draft.organizer.name} submits {draft.name}"
    made = campaign(draft.name)
    stage.act(day, title, draft.organizer, "Crowdfunding", "submitCampaign", terms, plan, makes=made)


def propose(stage: Stage, draft: Draft, submitted: float, approved: float) -> None:
    """Puts the submission and the approval of a campaign on stage."""
    submit(stage, submitted, draft)
    title = f"Reviewer approves {draft.name}"
    in_campaign(stage, approved, title, stage.cast.reviewer, draft.name, "approveCampaign")


def pledge(
    stage: Stage, day: float, wallet: Wallet, draft: Draft, amount: str, *, permit: bool = False, match: str = "0"
) -> None:
    """Puts a pledge on stage; `amount` and the least `match` in euros.

    Who has no ether pledges with a permit through the relayer.
    """
    units, least, to = euros(amount), euros(match), campaign(draft.name)
    how = way(wallet) or (" with a permit" if permit else "")
    signed_for = "" if not least else f", for a match of at least {match}"

    def act() -> None:
        # Known before the pledge is made, so that the check after it counts this backer.
        stage.books.backers[stage.ids[to]].add(wallet.address)
        if permit or not wallet.has_ether:
            signed = stage.actor.permit(wallet, TEST_CURRENCY, "Crowdfunding", units)
            stage.do(wallet, "Crowdfunding", "pledgeWithPermit", to, units, least, *signed)
        else:
            stage.approve(wallet, "Crowdfunding", units)
            stage.do(wallet, "Crowdfunding", "pledge", to, units, least)

    stage.on(day, f"{wallet.name} pledges {amount} to {draft.name}{how}{signed_for}", act)


def lose_race(stage: Stage, day: float, wallet: Wallet, draft: Draft, amount: str, match: str) -> None:
    """Puts a pledge on stage that comes too late for the match that was signed for: it reverts, nothing changes."""
    units, least = euros(amount), euros(match)

    def act() -> None:
        stage.approve(wallet, "Crowdfunding", units)
        late = campaign(draft.name), units, least
        stage.fail(wallet, "Crowdfunding_MatchBelowMinimum", "Crowdfunding", "pledge", *late)

    signed_for = f"for a match of at least {match}"
    stage.on(day, f"{wallet.name} pledges {amount} to {draft.name}, {signed_for}: it is gone, the call reverts", act)


def refunds(stage: Stage, day: float, name: str, backers: list[Wallet]) -> None:
    """Puts the refund of everybody's pledge on stage, triggered by the relayer: anyone may."""
    for wallet in backers:
        title = f"{wallet.name} gets the pledge to {name} back"
        in_campaign(stage, day, title, stage.cast.relayer, name, "refund", wallet.address)


def deliver(stage: Stage, day: float, draft: Draft, milestone: int) -> None:
    """Puts one milestone on stage: claimed on `day`, released after its window, collected."""
    claim(stage, day, draft, milestone)
    release(stage, day + draft.objection_window + 0.5, draft, milestone)


def claim(stage: Stage, day: float, draft: Draft, milestone: int, evidence: int | None = None) -> None:
    """Puts a claim on stage; its evidence is that of the milestone, unless another document is named."""
    proof = stage.library.proof(draft.name, milestone if evidence is None else evidence)
    again = "" if evidence is None else " again"
    title = f"{draft.organizer.name} claims milestone {milestone + 1} of {draft.name}{again}"
    in_campaign(stage, day, title, draft.organizer, draft.name, "claimMilestone", proof)


def object_to(stage: Stage, day: float, wallet: Wallet, draft: Draft, milestone: int) -> None:
    """Puts an objection to the first claim of a milestone on stage."""
    title = f"{wallet.name} objects to milestone {milestone + 1} of {draft.name}"
    in_campaign(stage, day, title, wallet, draft.name, "object", milestone, 1)


def rule(stage: Stage, day: float, draft: Draft, milestone: int, *, released: bool) -> None:
    """Puts the ruling on the first claim of a milestone on stage; the reason is named after the campaign."""
    decision = "lets milestone {} of {} be released" if released else "rejects milestone {} of {}"
    title = f"Arbiter {decision.format(milestone + 1, draft.name)}"
    arguments = milestone, 1, released, stage.library.reason(draft.name)
    in_campaign(stage, day, title, stage.cast.arbiter, draft.name, "rule", *arguments)


def release(stage: Stage, day: float, draft: Draft, milestone: int) -> None:
    """Puts the release of a milestone and its payment on stage; anyone may call both."""
    anyone, title = stage.cast.relayer, f"milestone {milestone + 1} of {draft.name} is released"
    in_campaign(stage, day, title, anyone, draft.name, "releaseMilestone")
    in_campaign(stage, day + 0.1, f"{draft.name} is paid", anyone, draft.name, "collect")


def post(stage: Stage, day: float, draft: Draft, number: int) -> None:
    """Puts an update on stage."""
    title = f"{draft.organizer.name} posts an update of {draft.name}"
    in_campaign(stage, day, title, draft.organizer, draft.name, "postUpdate", stage.library.update(draft.name, number))
