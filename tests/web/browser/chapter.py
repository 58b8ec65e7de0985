"""What the tests' campaigns are, beside those of the story: one for each thing that a backer can do in a browser."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from scripts._lab.campaign_stage import Draft, claim, in_campaign, pledge, propose
from scripts._lab.documents import Library
from scripts._lab.order_stage import PICKUP, Goods, Order, accept, hand_over, list_goods, place
from scripts._lab.pool_stage import PoolDraft, fund, match, open_pool
from scripts._lab.stage import Stage, campaign, order

OPEN, RACE, FAILED, CLAIMED, RELEASED = "test-open", "test-race", "test-failed", "test-claimed", "test-released"
DUE = "test-due"
UNANSWERED, UNCONFIRMED = "test-unanswered", "test-unconfirmed"
ORDERS = (UNANSWERED, UNCONFIRMED)
NAMES = (OPEN, RACE, FAILED, CLAIMED, RELEASED, DUE)
#: A currency without permits.
PLAIN_CURRENCY = "PlainCurrency"
TITLES = {
    OPEN: "A solar roof for the school",
    RACE: "A bicycle repair square",
    FAILED: "A library of things",
    CLAIMED: "A shared kitchen",
    RELEASED: "A seed exchange",
    DUE: "A repair café",
}


@dataclass(frozen=True)
class TestLibrary(Library):
    """Has a document for every name, the same in each run."""

    __test__ = False

    def description(self, campaign: str) -> bytes:
        return self.add({"title": {"en": TITLES[campaign], "ar": "سقف شمسي للمدرسة"}, "type": "campaign"})

    def plan(self, campaign: str) -> list[bytes]:
        return [self.add({"title": {"en": f"Milestone of {campaign}"}, "type": "milestone"})]

    def proof(self, campaign: str, milestone: int) -> bytes:
        return self.add({"text": {"en": f"Evidence {milestone} of {campaign}"}, "type": "evidence"})

    def listing(self, name: str) -> bytes:
        return self.add({"title": {"en": "A bell"}, "about": {"en": "It rings."}, "type": "listing"})

    def evidence(self, name: str) -> bytes:
        return self.add({"text": {"en": f"Evidence of {name}"}, "type": "evidence"})

    def agreement(self, pool: str) -> bytes:
        return sha256(pool.encode()).digest()


def draft(stage: Stage, name: str, **changes: Any) -> Draft:
    """Return a campaign with one milestone."""
    usual: dict[str, Any] = {
        "organizer": stage.cast.seville,
        "goal": 1_000,
        "stretch_goal": 5_000,
        "opens": -12,
        "deadline": -2,
        "milestones": [(100, 40)],
        "territory": "ES-SE",
        "themes": 1,
    }
    return Draft(name=name, **(usual | changes))


def everything(stage: Stage) -> None:
    """Put all of them on stage."""
    stage.library = TestLibrary(stage.library.folder)
    cast = stage.cast
    for name, cap in ((OPEN, 1_000), (RACE, 60)):
        going = draft(stage, name, deadline=20, withdrawal_cutoff=5)
        propose(stage, going, -14, -13)
        pool = PoolDraft(f"{name}-pool", cast.town, opens=-14, ends=60, cap=cap, ratio=100)
        open_pool(stage, -13.9, pool)
        fund(stage, -13.8, cast.town, pool.name, str(cap))
        match(stage, -12.9, pool, going)
    pledge(stage, -5, cast.carmen, draft(stage, OPEN), "10")
    failed = draft(stage, FAILED, goal=4_000)
    propose(stage, failed, -14, -13)
    pledge(stage, -9, cast.nadia, failed, "60")
    pledge(stage, -9, cast.pierre, failed, "140.5")
    _delivering(stage)
    _due(stage)
    _orders(stage)
    _plain(stage)


def _delivering(stage: Stage) -> None:
    cast = stage.cast
    claimed = draft(stage, CLAIMED, opens=-20, deadline=-8, milestones=[(100, -5)])
    propose(stage, claimed, -22, -21)
    pledge(stage, -19, cast.yusra, claimed, "500")
    pledge(stage, -19, cast.marco, claimed, "600")
    claim(stage, -2, claimed, 0)
    released = draft(stage, RELEASED, opens=-32, deadline=-20, milestones=[(100, -15)], objection_window=3)
    propose(stage, released, -34, -33)
    pledge(stage, -31, cast.yusra, released, "1000")
    claim(stage, -14, released, 0)
    title = "the milestone of test-released is released and not paid yet"
    in_campaign(stage, -10, title, cast.relayer, released.name, "releaseMilestone")


def _due(stage: Stage) -> None:
    """Put a campaign on stage whose organizer may claim the milestone now."""
    due = draft(stage, DUE, opens=-20, deadline=-8, milestones=[(100, -1)])
    propose(stage, due, -22, -21)
    pledge(stage, -19, stage.cast.marco, due, "1000")


def _orders(stage: Stage) -> None:
    """Put two orders on stage that time has decided, and nobody carried it out."""
    bells = Goods("bell", stage.cast.marseille, 10, PICKUP, price="10", accept_window=2, confirm_window=3)
    unanswered, unconfirmed = (Order(name, stage.cast.marco, bells) for name in ORDERS)
    list_goods(stage, -10, bells)
    place(stage, -9, unconfirmed)
    accept(stage, -8.9, unconfirmed)
    hand_over(stage, -8.7, unconfirmed)
    place(stage, -5, unanswered)


def _plain(stage: Stage) -> None:
    """Announce a currency, and that it goes again: a test does both, and nobody else meets it."""
    for function in ("listCurrency", "delistCurrency"):
        announcement = (stage.address("Crowdfunding"), bytes.fromhex(calldata(stage, function)[2:]), 0)
        title = f"the treasurer announces {function} of a plain currency"
        stage.act(-2.5, title, stage.cast.treasurer, "AccessManager", "schedule", *announcement)


def calldata(stage: Stage, function: str) -> str:
    return stage.actor.contracts["Crowdfunding"].encode(function, stage.address(PLAIN_CURRENCY))


def number_of(stage: Stage, name: str) -> int:
    """Return the id of a campaign."""
    return stage.ids[campaign(name)]


def order_of(stage: Stage, name: str) -> int:
    """Return the id of an order."""
    return stage.ids[order(name)]
