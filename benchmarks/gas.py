"""Gas of each act, from receipts on a local chain with a plain ERC-20, beside the floor of the same transaction.

A lab in use, not an empty one: the escrow, the journals, the receivers and the other campaigns exist already, and
allowances are unlimited, so that no act pays for being the first of its kind unless its name says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Final

import ape
from ape.api import AccountAPI, ReceiptAPI
from ape.contracts import ContractInstance

from benchmarks.claims import Claim
from benchmarks.escrows import play_help, play_market, promise_hours
from benchmarks.floor import Breakdown, break_down
from scripts.deploy import DAY, EXECUTION_DELAYS, TREASURER, Lab, RoleHolders, deploy_lab
from tests.contracts.forward import signed

NETWORK: Final = "ethereum:local:foundry"

EURO: Final = 10**6
CREDIT: Final = 10**18
SSE, PUBLIC_BODY, PROVIDER, MEMBER = 1, 2, 4, 8
HASH: Final = b"\x11" * 32
GOAL, STRETCH_GOAL = 1_000 * EURO, 10_000 * EURO
SHARES: Final = (3_000, 3_000, 4_000)
OBJECTION_WINDOW: Final = 7 * DAY
BATCH: Final = 10
ZERO: Final = "0x" + 40 * "0"

#: Act -> highest gas by floor that is claimed. Whoever makes an act dearer than that has to say so here.
TARGETS: Final[dict[str, float]] = {
    "register an entity": 1.10,
    "issue credits": 1.65,
    "transfer credits": 1.45,
    "create a campaign with three milestones": 1.30,
    "pledge, first of a backer": 1.45,
    "pledge, second of a backer": 1.60,
    "pledge, first of a member": 1.40,
    "pledge, second of a member": 1.60,
    "pledge, relayed": 1.50,
    "pledge, relayed, each of ten in a batch": 1.65,
    "pledge with a ratio pool, first of a backer": 1.50,
    "pledge with a ratio pool, second of a backer": 1.60,
    "withdraw a pledge": 1.50,
    "refund": 1.25,
    "claim a milestone": 1.65,
    "object to a claim": 1.70,
    "rule on a claim": 2.50,
    "terminate a campaign": 1.60,
    "refund after a termination": 1.45,
    "release a milestone": 1.85,
    "collect": 1.30,
    "release and collect a milestone": 1.70,
    "release a match": 1.80,
    "offer hours": 1.45,
    "request help": 1.20,
    "accept help": 1.40,
    "deliver help": 1.20,
    "confirm help": 1.30,
    "confirm help, some hours back": 1.35,
    "expire a request": 1.20,
    "list something": 1.30,
    "place an order, two legs": 1.40,
    "accept an order": 1.35,
    "hand over": 1.40,
    "complete an order": 1.20,
    "pay an order, two legs": 1.40,
    "withdraw an order": 1.20,
    "place a basket of 20 items": 1.40,
}

#: Act -> ceiling that the plan sets for a whole transaction.
CEILINGS: Final[dict[str, int]] = {
    "pledge, first of a backer": 105_000,
    "pledge, second of a backer": 85_000,
    "pledge with a ratio pool, first of a backer": 140_000,
    "pledge with a ratio pool, second of a backer": 115_000,
    "pledge, relayed, each of ten in a batch": 75_000,
    "refund": 58_000,
    "release and collect a milestone": 110_000,
    "create a campaign with three milestones": 260_000,
    "place an order, two legs": 175_000,
    "accept an order": 52_000,
    "complete an order": 95_000,
    "request help": 125_000,
    "confirm help": 90_000,
    "place a basket of 20 items": 3_000_000,
}


@dataclass(frozen=True)
class Stage:
    """A deployed lab and the people who act in it; `operator` has every role.

    `member` and `newcomer` are verified members, `town` issues credits, `organizer` runs campaigns.
    """

    lab: Lab
    euro: ContractInstance
    operator: AccountAPI
    organizer: AccountAPI
    payout: AccountAPI
    town: AccountAPI
    member: AccountAPI
    newcomer: AccountAPI
    stranger: AccountAPI
    relayer: AccountAPI
    backers: list[AccountAPI]

    def create(self) -> ReceiptAPI:
        """Submits a campaign with three milestones that opens in a day."""
        opens_at = now() + DAY
        deadline = opens_at + 20 * DAY
        terms = {
            "payoutAccount": self.payout,
            "currency": self.euro,
            "goal": GOAL,
            "stretchGoal": STRETCH_GOAL,
            "minPledge": EURO,
            "opensAt": opens_at,
            "deadline": deadline,
            "extension": 0,
            "withdrawalCutoff": 3 * DAY,
            "objectionWindow": OBJECTION_WINDOW,
            "rulingWindow": 14 * DAY,
            "territory": b"ES-SE\0\0\0",
            "themes": 1,
            "descriptionHash": HASH,
        }
        plan = [(share, deadline + (1 + i) * 30 * DAY, HASH) for i, share in enumerate(SHARES)]
        return self.lab.crowdfunding.submitCampaign(terms, plan, sender=self.organizer)

    def open_campaign(self) -> int:
        """Returns the id of a new campaign in Live."""
        self.create()
        campaign_id = int(self.lab.crowdfunding.campaignCount())
        self.lab.crowdfunding.approveCampaign(campaign_id, sender=self.operator)
        ape.chain.mine(deltatime=DAY)
        return campaign_id

    def pledge(self, campaign_id: int, backer: AccountAPI, amount: int = 100 * EURO) -> ReceiptAPI:
        """Pledges, by the backer's own transaction."""
        return self.lab.crowdfunding.pledge(campaign_id, amount, 0, sender=backer)

    def claim(self, campaign_id: int) -> ReceiptAPI:
        """Claims the current milestone and waits until nobody can object."""
        claimed = self.lab.crowdfunding.claimMilestone(campaign_id, HASH, sender=self.organizer)
        ape.chain.mine(deltatime=OBJECTION_WINDOW)
        return claimed

    def enrol(self, campaign_id: int) -> None:
        """Lets the town's one pool match a campaign one to one."""
        match_funding = self.lab.match_funding
        if match_funding.poolCount() == 0:
            match_funding.openPool(pool_terms(self.euro), sender=self.town)
            match_funding.fundPool(1, 9_000 * EURO, sender=self.town)
        match_funding.requestPool(campaign_id, 1, sender=self.organizer)
        match_funding.enrol(1, campaign_id, sender=self.town)

    def requested_pledge(self, campaign_id: int, backer: AccountAPI) -> dict[str, Any]:
        """A signed request to pledge."""
        request = signed(self.lab.forwarder, backer, self.lab.crowdfunding.pledge, campaign_id, 100 * EURO, 0)
        return request.as_struct()

    def by_treasurer(self, method: Any, *arguments: Any) -> None:
        """Schedules a call, waits, and calls."""
        self.lab.authority.schedule(method.contract, method.encode_input(*arguments), 0, sender=self.operator)
        ape.chain.mine(deltatime=EXECUTION_DELAYS[TREASURER])
        method(*arguments, sender=self.operator)


def pool_terms(euro: ContractInstance) -> dict[str, Any]:
    """A pool that doubles every pledge."""
    return {
        "currency": euro,
        "opensAt": now(),
        "endsAt": now() + 365 * DAY,
        "rule": 0,
        "maxFirstTrancheBps": 5_000,
        "campaignCap": 5_000 * EURO,
        "ratioBps": 10_000,
        "membersOnly": False,
        "memberCap": 0,
        "minRaised": 0,
        "minMemberPledge": 0,
        "minMembers": 0,
        "agreementHash": HASH,
    }


def now() -> int:
    """Time of the last block."""
    return int(ape.chain.blocks.head.timestamp)


def measure() -> Iterator[Claim]:
    """Plays each act once and yields its claims: against the floor, and against the ceilings of the plan."""
    breakdowns = measured()
    for act, breakdown in breakdowns.items():
        yield Claim(
            claim=f"gas: {act}",
            value=breakdown.gas,
            unit="gas",
            reference=f"floor by the EVM's schedule, {breakdown.floor} gas",
            ratio=round(breakdown.gas / breakdown.floor, 3),
            target=TARGETS[act],
        )
    values = {act: breakdown.gas for act, breakdown in breakdowns.items()}
    for act, ceiling in CEILINGS.items():
        ratio = round(values[act] / ceiling, 3)
        yield Claim(
            claim=f"gas against the plan's ceiling: {act}",
            value=values[act],
            unit="gas",
            reference=f"ceiling, {ceiling} gas",
            ratio=ratio,
            target=1.0,
        )


def measured() -> dict[str, Breakdown]:
    """Act -> where its gas goes, on a chain that ends with the call."""
    with ape.networks.parse_network_choice(NETWORK) as provider:
        stage = set_up(list(ape.accounts.test_accounts))
        breakdowns = {act: break_down(provider, receipt) for act, receipt in play(stage)}
    batch = breakdowns.pop("batch")
    return breakdowns | {"pledge, relayed, each of ten in a batch": batch.each_of(BATCH)}


def set_up(accounts: list[AccountAPI]) -> Stage:
    """Deploys a lab and brings it into use."""
    operator, organizer, payout, town, member, newcomer, stranger, relayer, *backers = accounts
    roles = {role.name: operator.address for role in fields(RoleHolders)}
    lab = deploy_lab(operator, RoleHolders(**roles))
    euro = operator.deploy(ape.project.TestEuro)
    stage = Stage(lab, euro, operator, organizer, payout, town, member, newcomer, stranger, relayer, backers)
    stage.by_treasurer(lab.crowdfunding.listCurrency, euro)
    for account, kinds in ((organizer, SSE), (town, PUBLIC_BODY | PROVIDER), (member, MEMBER), (newcomer, MEMBER)):
        lab.registry.register(kinds, HASH, sender=account)
        lab.registry.verify(lab.registry.entityCount(), kinds, now() + 3_650 * DAY, sender=operator)
    euro.approve(lab.match_funding, 2**256 - 1, sender=town)
    for account in (payout, town, member, newcomer, *backers):
        euro.faucet(account, 10_000 * EURO, sender=operator)
        euro.approve(lab.crowdfunding, 2**256 - 1, sender=account)
    return stage


def play(stage: Stage) -> Iterator[tuple[str, ReceiptAPI]]:
    """Yields each act with its receipt; what comes in between prepares the next."""
    yield from play_registry_and_credit(stage)
    # One campaign beforehand, so that none of the following is the first of anything; and everybody's first request.
    before = stage.open_campaign()
    stage.pledge(before, stage.member)
    stage.pledge(before, stage.backers[-1])
    requests = [stage.requested_pledge(before, backer) for backer in stage.backers[:BATCH]]
    stage.lab.forwarder.executeBatch(requests, ZERO, sender=stage.relayer)
    yield from play_pledges(stage)
    yield from play_delivery(stage)
    yield from play_match(stage)
    yield from play_termination(stage)
    yield from play_help(stage)
    yield from play_market(stage)


def play_registry_and_credit(stage: Stage) -> Iterator[tuple[str, ReceiptAPI]]:
    """Registration, and credits that go to people who hold some already."""
    lab = stage.lab
    yield "register an entity", lab.registry.register(SSE, HASH, sender=stage.stranger)
    town_id = lab.registry.entityOf(stage.town)
    stage.by_treasurer(lab.credit.openProgramme, town_id, 999 * CREDIT, now(), now() + 3_650 * DAY, HASH)
    promise_hours(stage)
    for account in (stage.member, stage.newcomer, stage.organizer):
        lab.credit.issue(1, account, 30 * CREDIT, HASH, sender=stage.town)
    yield "issue credits", lab.credit.issue(1, stage.member, CREDIT, HASH, sender=stage.town)
    yield "transfer credits", lab.credit.transfer(stage.newcomer, CREDIT, sender=stage.member)


def play_pledges(stage: Stage) -> Iterator[tuple[str, ReceiptAPI]]:
    """A campaign that misses its goal."""
    crowdfunding, forwarder = stage.lab.crowdfunding, stage.lab.forwarder
    yield "create a campaign with three milestones", stage.create()
    campaign_id = stage.open_campaign()
    first, second, third = stage.backers[:3]
    stage.pledge(campaign_id, stage.member)
    yield "pledge, first of a backer", stage.pledge(campaign_id, first)
    yield "pledge, second of a backer", stage.pledge(campaign_id, first)
    yield "pledge, first of a member", stage.pledge(campaign_id, stage.newcomer)
    yield "pledge, second of a member", stage.pledge(campaign_id, stage.newcomer)
    request = stage.requested_pledge(campaign_id, second)
    yield "pledge, relayed", forwarder.execute(request, sender=stage.relayer)
    stage.pledge(campaign_id, third)
    yield "withdraw a pledge", crowdfunding.withdrawPledge(campaign_id, sender=third)
    ape.chain.mine(timestamp=int(crowdfunding.campaign(campaign_id).deadline))
    crowdfunding.refund(campaign_id, stage.member, sender=stage.relayer)
    yield "refund", crowdfunding.refund(campaign_id, first, sender=stage.relayer)


def play_delivery(stage: Stage) -> Iterator[tuple[str, ReceiptAPI]]:
    """A campaign that is funded, most of it by one batch of requests; its second milestone."""
    crowdfunding = stage.lab.crowdfunding
    campaign_id = stage.open_campaign()
    stage.pledge(campaign_id, stage.backers[-1], GOAL)
    requests = [stage.requested_pledge(campaign_id, backer) for backer in stage.backers[:BATCH]]
    yield "batch", stage.lab.forwarder.executeBatch(requests, ZERO, sender=stage.relayer)
    ape.chain.mine(timestamp=int(crowdfunding.campaign(campaign_id).deadline))
    stage.claim(campaign_id)
    crowdfunding.releaseAndCollect(campaign_id, sender=stage.relayer)
    yield "claim a milestone", stage.claim(campaign_id)
    yield "release a milestone", crowdfunding.releaseMilestone(campaign_id, sender=stage.relayer)
    yield "collect", crowdfunding.collect(campaign_id, sender=stage.relayer)


def play_match(stage: Stage) -> Iterator[tuple[str, ReceiptAPI]]:
    """A campaign matched by one ratio pool, which has paid others before."""
    lab, match_funding = stage.lab, stage.lab.match_funding
    campaign_id = stage.open_campaign()
    stage.enrol(campaign_id)
    first, second = stage.backers[:2]
    stage.pledge(campaign_id, first)
    yield "pledge with a ratio pool, first of a backer", stage.pledge(campaign_id, second)
    yield "pledge with a ratio pool, second of a backer", stage.pledge(campaign_id, second)
    stage.pledge(campaign_id, stage.backers[-1], GOAL)
    ape.chain.mine(timestamp=int(lab.crowdfunding.campaign(campaign_id).deadline))
    for _ in range(2):
        stage.claim(campaign_id)
        delivered = lab.crowdfunding.releaseAndCollect(campaign_id, sender=stage.relayer)
        matched = match_funding.releaseMatch(1, campaign_id, sender=stage.relayer)
    yield "release and collect a milestone", delivered
    yield "release a match", matched


def play_termination(stage: Stage) -> Iterator[tuple[str, ReceiptAPI]]:
    """A campaign whose second milestone a member and a backer with most of the money stop."""
    crowdfunding = stage.lab.crowdfunding
    campaign_id = stage.open_campaign()
    first, second = stage.backers[-1], stage.backers[0]
    stage.pledge(campaign_id, stage.member)
    stage.pledge(campaign_id, first, GOAL)
    stage.pledge(campaign_id, second)
    ape.chain.mine(timestamp=int(crowdfunding.campaign(campaign_id).deadline))
    crowdfunding.claimMilestone(campaign_id, HASH, sender=stage.organizer)
    ape.chain.mine(deltatime=OBJECTION_WINDOW)
    crowdfunding.releaseMilestone(campaign_id, sender=stage.relayer)
    crowdfunding.claimMilestone(campaign_id, HASH, sender=stage.organizer)
    crowdfunding.object(campaign_id, 1, 1, sender=first)
    yield "object to a claim", crowdfunding.object(campaign_id, 1, 1, sender=stage.member)
    ape.chain.mine(deltatime=OBJECTION_WINDOW)
    rejection = (1, 1, False, HASH)
    yield "rule on a claim", crowdfunding.rule(campaign_id, *rejection, sender=stage.operator)
    yield "terminate a campaign", crowdfunding.terminate(campaign_id, sender=stage.organizer)
    crowdfunding.refund(campaign_id, stage.member, sender=stage.relayer)
    yield "refund after a termination", crowdfunding.refund(campaign_id, second, sender=stage.relayer)
