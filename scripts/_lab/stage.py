"""What the chapters of the story are written in: days, drafts of campaigns, and the usual acts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any, Final

from scripts._lab.acts import Actor
from scripts._lab.books import Books
from scripts._lab.clock import DAY
from scripts._lab.contracts import TEST_CURRENCY
from scripts._lab.documents import Library
from scripts._lab.wallets import Cast, Wallet

EURO: Final = 10**6
CREDIT: Final = 10**18

SSE, PUBLIC_BODY, PROVIDER, MEMBER = 1, 2, 4, 8


@dataclass(frozen=True)
class Scene:
    """Something that happens on a day; days count from the present, those before it are negative."""

    day: float
    title: str
    act: Callable[[], object]


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


@dataclass
class Stage:
    """Everything the chapters use."""

    actor: Actor
    library: Library
    books: Books
    cast: Cast
    scenes: list[Scene] = field(default_factory=list)
    entities: dict[str, int] = field(default_factory=dict)
    campaigns: dict[str, int] = field(default_factory=dict)
    programmes: dict[str, int] = field(default_factory=dict)
    pools: dict[str, int] = field(default_factory=dict)

    def on(self, day: float, title: str, act: Callable[[], object]) -> None:
        """Puts a scene on a day."""
        self.scenes.append(Scene(day, title, act))

    def announced(
        self,
        day: float,
        days_ahead: int,
        title: str,
        wallet: Wallet,
        call: Callable[[], tuple[Any, ...]],
        then: Callable[[], None] = lambda: None,
    ) -> None:
        """Puts two scenes on stage: a delayed act of a role is announced, and done `days_ahead` days later.

        Args:
            day: When it is done.
            days_ahead: The role's delay.
            title: What is done.
            wallet: Who holds the role.
            call: Returns (contract, function, arguments ...), the same both times.
            then: Called when it is done.
        """

        def act() -> None:
            self.actor.do(wallet, *call())
            then()

        self.on(day - days_ahead - 0.1, f"announced: {title}", lambda: self.announce(wallet, *call()))
        self.on(day, title, act)

    def announce(self, wallet: Wallet, contract: str, function: str, *arguments: Any) -> None:
        """Schedules an act of a role that has to wait."""
        target = self.actor.contracts[contract]
        data = bytes.fromhex(target.encode(function, *arguments)[2:])
        self.actor.do(wallet, "AccessManager", "schedule", target.address, data, 0)

    def submit(self, draft: Draft) -> None:
        """Submits a campaign."""
        at = self.actor.clock.at
        terms = (
            (draft.payout or draft.organizer).address,
            self.actor.contracts[TEST_CURRENCY].address,
            draft.goal * EURO,
            draft.stretch_goal * EURO,
            draft.min_pledge * EURO,
            at(draft.opens),
            at(draft.deadline),
            draft.extension * DAY,
            draft.withdrawal_cutoff * DAY,
            draft.objection_window * DAY,
            draft.ruling_window * DAY,
            draft.territory.encode().ljust(8, b"\0"),
            draft.themes,
            self.library.description(draft.name),
        )
        plan = [
            (share * 100, at(due), document)
            for (share, due), document in zip(draft.milestones, self.library.plan(draft.name), strict=True)
        ]
        self.actor.do(draft.organizer, "Crowdfunding", "submitCampaign", terms, plan)
        self.campaigns[draft.name] = self.ask("Crowdfunding", "campaignCount")

    def propose(self, draft: Draft, submitted: float, approved: float) -> None:
        """Puts the submission and the approval of a campaign on stage."""
        self.on(submitted, f"{draft.organizer.name} submits {draft.name}", lambda: self.submit(draft))
        self.on(
            approved,
            f"Reviewer approves {draft.name}",
            lambda: self.in_campaign(self.cast.reviewer, draft.name, "approveCampaign"),
        )

    def pledge(
        self, day: float, wallet: Wallet, campaign: str, amount: str, *, permit: bool = False, match: str = "0"
    ) -> None:
        """Puts a pledge on stage; `amount` and the least `match` in euros.

        Who has no ether pledges with a permit through the relayer.
        """
        way = " through the relayer" if not wallet.has_ether else " with a permit" if permit else ""
        sum_, units, least = f"{amount} to {campaign}", euros(amount), euros(match)
        signed_for = "" if not least else f", for a match of at least {match}"

        def act() -> None:
            # Known before the pledge is made, so that the check after it counts this backer.
            self.books.backers[self.campaigns[campaign]].add(wallet.address)
            if permit or not wallet.has_ether:
                signed = self.actor.permit(wallet, TEST_CURRENCY, "Crowdfunding", units)
                self.in_campaign(wallet, campaign, "pledgeWithPermit", units, least, *signed)
            else:
                self.actor.do(wallet, TEST_CURRENCY, "approve", self.actor.contracts["Crowdfunding"].address, units)
                self.in_campaign(wallet, campaign, "pledge", units, least)

        self.on(day, f"{wallet.name} pledges {sum_}{way}{signed_for}", act)

    def refunds(self, day: float, campaign: str, backers: list[Wallet]) -> None:
        """Puts the refund of everybody's pledge on stage, triggered by the relayer: anyone may."""
        for wallet in backers:
            self.on(
                day,
                f"{wallet.name} gets the pledge to {campaign} back",
                partial(self.in_campaign, self.cast.relayer, campaign, "refund", wallet.address),
            )

    def deliver(self, day: float, draft: Draft, milestone: int) -> None:
        """Puts one milestone on stage: claimed on `day`, released after its window, collected."""
        self.claim(day, draft, milestone)
        self.release(day + draft.objection_window + 0.5, draft, milestone)

    def claim(self, day: float, draft: Draft, milestone: int, evidence: int | None = None) -> None:
        """Puts a claim on stage; its evidence is that of the milestone, unless another document is named."""
        proof = milestone if evidence is None else evidence
        again = "" if evidence is None else " again"
        self.on(
            day,
            f"{draft.organizer.name} claims milestone {milestone + 1} of {draft.name}{again}",
            lambda: self.in_campaign(
                draft.organizer, draft.name, "claimMilestone", self.library.proof(draft.name, proof)
            ),
        )

    def object(self, day: float, wallet: Wallet, draft: Draft, milestone: int) -> None:
        """Puts an objection to the first claim of a milestone on stage."""
        way = "" if wallet.has_ether else " through the relayer"
        self.on(
            day,
            f"{wallet.name} objects to milestone {milestone + 1} of {draft.name}{way}",
            lambda: self.in_campaign(wallet, draft.name, "object", milestone, 1),
        )

    def rule(self, day: float, draft: Draft, milestone: int, *, release: bool) -> None:
        """Puts the ruling on the first claim of a milestone on stage; the reason is named after the campaign."""
        decision = "lets milestone {} of {} be released" if release else "rejects milestone {} of {}"
        self.on(
            day,
            f"Arbiter {decision.format(milestone + 1, draft.name)}",
            lambda: self.in_campaign(
                self.cast.arbiter, draft.name, "rule", milestone, 1, release, self.library.reason(draft.name)
            ),
        )

    def release(self, day: float, draft: Draft, milestone: int) -> None:
        """Puts the release of a milestone and its payment on stage; anyone may call both."""
        anyone, name = self.cast.relayer, draft.name
        self.on(
            day,
            f"milestone {milestone + 1} of {name} is released",
            lambda: self.in_campaign(anyone, name, "releaseMilestone"),
        )
        self.on(day + 0.1, f"{name} is paid", lambda: self.in_campaign(anyone, name, "collect"))

    def post(self, day: float, draft: Draft, number: int) -> None:
        """Puts an update on stage."""
        self.on(
            day,
            f"{draft.organizer.name} posts an update of {draft.name}",
            lambda: self.in_campaign(
                draft.organizer, draft.name, "postUpdate", self.library.update(draft.name, number)
            ),
        )

    def in_campaign(self, wallet: Wallet, campaign: str, function: str, *arguments: Any) -> None:
        """Acts in a campaign, by its name."""
        self.actor.do(wallet, "Crowdfunding", function, self.campaigns[campaign], *arguments)

    def ask(self, contract: str, function: str, *arguments: Any) -> Any:
        """Asks a view function now."""
        return self.actor.contracts[contract].ask(self.actor.rpc, function, *arguments)

    def play(self, tell: Callable[[str], None]) -> None:
        """Plays all scenes in the order of their days."""
        for scene in sorted(self.scenes, key=lambda scene: scene.day):
            self.actor.clock.go_to(scene.day)
            tell(f"day {scene.day:7.2f}  {scene.title}")
            scene.act()


def euros(amount: str) -> int:
    """Returns an amount of euros in base units, exactly."""
    units = Fraction(amount) * EURO
    if units.denominator != 1:
        message = f"{amount} has more than six decimals"
        raise ValueError(message)
    return int(units)
