"""A pretend lab: plays random acts and says which events the contracts would emit, totals consistent.

It knows the bookkeeping of the contracts but none of their refusals; what it plays needs to be coherent, not legal.
"""

import random
from typing import Any

from indexer.events import LAB_CONTRACTS
from tests.indexer.fake_escrows import FakeHelp, FakeMarket
from tests.indexer.fake_pools import Emitted, FakePools

ZERO = "0x" + "0" * 40


class FakeLab:
    """State of the lab; deep-copyable, so that a fork goes on from the same state."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.entities: dict[int, dict[str, Any]] = {}
        self.programmes: dict[int, dict[str, Any]] = {}
        self.balances: dict[str, int] = {}
        self.campaigns: dict[int, dict[str, Any]] = {}
        self.currencies: list[str] = []
        self.members: set[tuple[int, str]] = set()
        self.operations: dict[str, int] = {}
        self.paused: set[str] = set()
        self.pools = FakePools()
        self.market = FakeMarket()
        self.help = FakeHelp()
        self.time = 0
        self.accounts = 0

    def acts(self, time: int, count: int) -> list[Emitted]:
        """Return the events of `count` acts in a block with this Unix time."""
        self.time = time
        kinds = [
            self._registry,
            self._credit,
            self._campaign,
            self._pledge,
            self._delivery,
            self._match,
            self._order,
            self._redeem,
            self._authority,
            self._rare,
        ]
        weights = [5, 4, 3, 6, 6, 10, 9, 9, 4, 3]
        return [event for _ in range(count) for event in self.random.choices(kinds, weights)[0]()]

    # ------------------------------------------------------------------------------------------------ small things

    def account(self) -> str:
        """Return one of forty accounts."""
        return f"0x{self.random.randrange(1, 41):040x}"

    def fresh_account(self) -> str:
        """Return an account that acts for no entity."""
        self.accounts += 1
        return f"0x{0xACC0000 + self.accounts:040x}"

    def hash(self) -> str:
        """Return 32 random bytes."""
        return f"0x{self.random.getrandbits(256):064x}"

    # ----------------------------------------------------------------------------------------------------- acts

    def _registry(self) -> list[Emitted]:
        live = [i for i, e in self.entities.items() if e["state"] in {1, 2}]
        if not live or self.random.random() < 0.15:
            return [self._register()]
        entity_id = self.random.choice(live)
        entity = self.entities[entity_id]
        later = self.time + self.random.randrange(1, 10**7)
        act = self.random.randrange(9)
        if act < 3:
            old, entity["state"] = entity["state"], 2
            return [
                _registry("EntityVerified", entityId=entity_id, kinds=8, verifiedUntil=later, oldState=old, newState=2)
            ]
        if act == 3 and entity["state"] == 1:
            entity["state"] = 3
            return [_registry("EntityRefused", entityId=entity_id, reason=self.hash(), oldState=1, newState=3)]
        if act == 4 and entity["state"] == 2:
            old, entity["suspended"] = entity["suspended"], later
            times = {"oldSuspendedUntil": old, "suspendedUntil": later}
            return [_registry("EntitySuspended", entityId=entity_id, reason=self.hash(), **times)]
        if act == 5 and entity["state"] == 2:
            entity["state"] = 4
            revoked = {"revokedAt": self.time, "reason": self.hash(), "oldState": 2, "newState": 4}
            return [_registry("EntityRevoked", entityId=entity_id, **revoked)]
        if act == 6:
            return [_registry("ProfileUpdated", entityId=entity_id, profileHash=self.hash())]
        return [self._account_act(entity_id, entity, later)]

    def _register(self) -> Emitted:
        entity_id, account = len(self.entities) + 1, self.fresh_account()
        self.entities[entity_id] = {"state": 1, "account": account, "suspended": 0, "recovery": None}
        new = {"account": account, "kinds": self.random.choice([1, 2, 4, 8]), "profileHash": self.hash()}
        return _registry("EntityRegistered", entityId=entity_id, oldState=0, newState=1, **new)

    def _account_act(self, entity_id: int, entity: dict[str, Any], later: int) -> Emitted:
        account, other = entity["account"], self.fresh_account()
        if entity["recovery"] and self.random.random() < 0.5:
            entity["recovery"], other = None, entity["recovery"]
            return _registry("RecoveryVetoed", entityId=entity_id, account=account, newAccount=other, barredUntil=later)
        act = self.random.randrange(3)
        if act == 0:
            proposed = self.random.choice([other, ZERO])
            return _registry("AccountProposed", entityId=entity_id, account=account, proposedAccount=proposed)
        if act == 1:
            entity["account"], entity["recovery"] = other, None
            return _registry("AccountChanged", entityId=entity_id, oldAccount=account, newAccount=other)
        entity["recovery"] = other
        return _registry("RecoveryStarted", entityId=entity_id, account=account, newAccount=other, finishableAt=later)

    def _credit(self) -> list[Emitted]:
        holders = [a for a, b in self.balances.items() if b]
        if not self.programmes or self.random.random() < 0.1:
            programme_id = len(self.programmes) + 1
            self.programmes[programme_id] = {"issued": 0, "closed": False}
            cap = self.random.randrange(1, 2**96)
            terms = {
                "issuer": 1,
                "cap": cap,
                "startsAt": self.time,
                "endsAt": self.time + 9,
                "purposeHash": self.hash(),
            }
            return [_credit("ProgrammeOpened", programmeId=programme_id, **terms)]
        if not holders or self.random.random() < 0.3:
            return self._issue(self.random.choice(list(self.programmes)))
        sender, receiver = self.random.choice(holders), self.random.choice([self.account(), ZERO, self.account()])
        value = self.random.choice([self.balances[sender], self.random.randrange(self.balances[sender] + 1), 0])
        approval = _credit("Approval", owner=sender, spender=receiver, value=2**256 - 1)
        return [approval, self._transfer(sender, receiver, value)]

    def _issue(self, programme_id: int) -> list[Emitted]:
        programme = self.programmes[programme_id]
        if self.random.random() < 0.2:
            return [_credit("ProgrammeClosed", programmeId=programme_id, issued=programme["issued"])]
        to, amount = self.account(), self.random.randrange(1, 10**21)
        programme["issued"] += amount
        grant = {"to": to, "issuer": 1, "amount": amount, "issued": programme["issued"], "evidenceHash": self.hash()}
        return [_credit("CreditIssued", programmeId=programme_id, **grant), self._transfer(ZERO, to, amount)]

    def _transfer(self, sender: str, receiver: str, value: int) -> Emitted:
        if sender != ZERO:
            self.balances[sender] -= value
        if receiver != ZERO:
            self.balances[receiver] = self.balances.get(receiver, 0) + value
        return "InnovationCredit", "Transfer", {"from": sender, "to": receiver, "value": value}

    def _campaign(self) -> list[Emitted]:
        if not self.currencies or self.random.random() < 0.05:
            currency = f"0x{self.random.randrange(1, 4):040x}"
            self.currencies.append(currency)
            return [_funding("CurrencyListed", currency=currency, decimals=self.random.choice([0, 6, 18]))]
        if self.random.random() < 0.03:
            return [_funding("CurrencyDelisted", currency=self.random.choice(self.currencies))]
        if not self.campaigns or self.random.random() < 0.5:
            return self._submit()
        going_on = [i for i, c in self.campaigns.items() if not c["terminated"]]
        if not going_on:
            return self._submit()
        campaign_id = self.random.choice(going_on)
        ids, account = {"campaignId": campaign_id}, self.account()
        act = self.random.randrange(6)
        if act == 5:
            return [_funding("UpdatePosted", **ids, documentHash=self.hash())]
        if act == 0:
            return [_funding("CampaignRejected", **ids, reviewer=account, reason=self.hash(), oldPhase=1, newPhase=9)]
        if act == 1:
            return [_funding("CampaignCanceled", **ids, account=account, oldPhase=3, newPhase=8)]
        if act == 2:
            return [_funding("PayoutAccountChanged", **ids, oldAccount=account, newAccount=self.account())]
        return [_funding("CampaignApproved", **ids, reviewer=account, oldPhase=1, newPhase=2)]

    def _submit(self) -> list[Emitted]:
        campaign_id, count = len(self.campaigns) + 1, self.random.randrange(1, 5)
        empty = {"raised": 0, "refunded": 0, "released": 0, "collected": 0, "next": 0, "count": count}
        self.campaigns[campaign_id] = {
            **empty,
            "pledges": {},
            "refunds": set(),
            "terminated": False,
            "by": set(),
            **NO_CLAIM,
        }
        goal = self.random.randrange(1, 2**90)
        territory = self.random.choice(["0x45532d5345000000", "0x" + "0" * 16, "0xff" + "0" * 14])
        terms = (
            *(self.account(), self.random.choice(self.currencies), goal, goal * 2, 1, self.time + 5, self.time + 99),
            *(50, 10, 20, 30, territory, self.random.getrandbits(32), self.hash()),
        )
        submitted = {"organizer": 1, "account": self.account(), "terms": terms, "milestoneCount": count}
        first = _funding("CampaignSubmitted", campaignId=campaign_id, oldPhase=0, newPhase=1, **submitted)
        plan = [
            {"shareBps": 10_000 // count, "dueDate": self.time + i, "documentHash": self.hash()} for i in range(count)
        ]
        return [
            first,
            *(_funding("MilestonePlanned", campaignId=campaign_id, milestone=i, **m) for i, m in enumerate(plan)),
        ]

    def _pledge(self) -> list[Emitted]:
        if not self.campaigns:
            return self._campaign()
        campaign_id = self.random.choice(list(self.campaigns))
        campaign, backer = self.campaigns[campaign_id], self.account()
        pledges, ids = campaign["pledges"], {"campaignId": campaign_id}
        act = self.random.random()
        open_pledges = sorted(set(pledges) - campaign["refunds"])
        if campaign["terminated"]:
            return self._refund(campaign_id, campaign, open_pledges)
        if open_pledges and act < 0.2:
            backer = self.random.choice(open_pledges)
            amount, member = pledges.pop(backer)
            campaign["raised"] -= amount
            gone = {"backer": backer, "memberId": member, "amount": amount, "raised": campaign["raised"]}
            return [_funding("PledgeWithdrawn", **ids, **gone, members=_members(pledges))]
        if open_pledges and act < 0.3:
            return self._refund(campaign_id, campaign, open_pledges)
        if backer in campaign["refunds"]:
            return []
        return self._pledge_made(campaign_id, campaign, backer)

    def _refund(self, campaign_id: int, campaign: dict[str, Any], open_pledges: list[str]) -> list[Emitted]:
        if not open_pledges:
            return []
        backer = self.random.choice(open_pledges)
        amount = campaign["pledges"][backer][0]
        if campaign["terminated"]:
            unreleased = campaign["raised"] - campaign["released"] - campaign["refunded"]
            amount = amount * unreleased // sum(campaign["pledges"][b][0] for b in open_pledges)
        campaign["refunds"].add(backer)
        campaign["refunded"] += amount
        paid = {"backer": backer, "amount": amount, "refunded": campaign["refunded"]}
        return [_funding("PledgeRefunded", campaignId=campaign_id, **paid)]

    def _pledge_made(self, campaign_id: int, campaign: dict[str, Any], backer: str) -> list[Emitted]:
        pledges, amount = campaign["pledges"], self.random.randrange(1, 10**20)
        before, member = pledges.get(backer, (0, 0))
        events = []
        if not member and self.random.random() < 0.3:
            member = int(backer, 16)  # so that no two accounts count as one member
            counted = {"backer": backer, "memberId": member, "members": _members(pledges) + 1}
            events.append(_funding("MemberCounted", campaignId=campaign_id, **counted))
        pledges[backer] = (before + amount, member)
        campaign["raised"] += amount
        made = {"backer": backer, "memberId": member, "amount": amount, "pledged": before + amount}
        events.append(_funding("PledgeMade", campaignId=campaign_id, **made, raised=campaign["raised"]))
        if self.random.random() < 0.05:
            reached = {"raised": campaign["raised"], "oldPhase": 4, "newPhase": 5}
            events.append(_funding("StretchGoalReached", campaignId=campaign_id, **reached))
        return events

    def _delivery(self) -> list[Emitted]:
        open_ones = [i for i, c in self.campaigns.items() if c["next"] < c["count"] and not c["terminated"]]
        if not open_ones:
            return self._pledge()
        campaign_id = self.random.choice(open_ones)
        campaign = self.campaigns[campaign_id]
        ids = {"campaignId": campaign_id, "milestone": campaign["next"]}
        if campaign["rejected"] or not campaign["attempts"]:
            settled = campaign["released"] < campaign["raised"] and not campaign["refunds"]
            if settled and self.random.random() < 0.4:
                return [self._terminate(campaign_id, campaign)]
            attempt, old = campaign["attempts"] + 1, 3 if campaign["rejected"] else 0
            campaign.update(NO_CLAIM, attempts=attempt, by=set())
            claim = {"attempt": attempt, "evidenceHash": self.hash(), "windowEndsAt": self.time + 20}
            return [_funding("MilestoneClaimed", **ids, **claim, oldState=old, newState=1)]
        silent = sorted(set(campaign["pledges"]) - campaign["by"])
        if silent and not campaign["ruled"] and self.random.random() < 0.6:
            return [self._object(campaign, ids, self.random.choice(silent), 0)]
        quiet = (1 << len(self.pools.places.get(campaign_id, []))) - 1 & ~campaign["pools"]
        if quiet and not campaign["ruled"] and self.random.random() < 0.5:
            return [self._object(campaign, ids, self.account(), quiet & -quiet)]
        if campaign["by"] and not campaign["ruled"] and self.random.random() < 0.6:
            campaign["ruled"], campaign["rejected"] = True, self.random.random() < 0.6
            ruling = {"arbiter": self.account(), "attempt": campaign["attempts"], "reason": self.hash()}
            new = 3 if campaign["rejected"] else 4
            return [_funding("MilestoneRuled", **ids, **ruling, oldState=2, newState=new)]
        return self._release(campaign_id, campaign, ids)

    def _object(self, campaign: dict[str, Any], ids: dict[str, int], account: str, pools: int) -> Emitted:
        campaign["pools"] |= pools
        if account in campaign["pledges"] and account not in campaign["by"]:
            amount, member = campaign["pledges"][account]
            campaign["by"].add(account)
            campaign["objected"] += amount
            campaign["objectors"] += bool(member)
        totals = {"objectors": campaign["objectors"], "objectedAmount": campaign["objected"]}
        totals["objectedPools"] = campaign["pools"]
        return _funding("MilestoneObjected", **ids, account=account, attempt=campaign["attempts"], **totals)

    def _terminate(self, campaign_id: int, campaign: dict[str, Any]) -> Emitted:
        campaign["terminated"] = True
        rests = {"restPledged": campaign["raised"], "restUnreleased": campaign["raised"] - campaign["released"]}
        phases = {"oldPhase": 5, "newPhase": 11}
        return _funding("CampaignTerminated", campaignId=campaign_id, account=self.account(), **rests, **phases)

    def _release(self, campaign_id: int, campaign: dict[str, Any], ids: dict[str, int]) -> list[Emitted]:
        amount = (
            self.random.randrange(campaign["raised"] - campaign["released"] + 1)
            if campaign["raised"] > campaign["released"]
            else 0
        )
        campaign["released"] += amount
        campaign["next"] += 1
        campaign.update(NO_CLAIM, by=set())
        booked = {"amount": amount, "released": campaign["released"], "oldState": 4, "newState": 5}
        events = [_funding("MilestoneReleased", **ids, **booked)]
        if campaign["next"] == campaign["count"]:
            events.append(_funding("CampaignCompleted", campaignId=campaign_id, oldPhase=5, newPhase=6))
        if owed := campaign["released"] - campaign["collected"]:
            campaign["collected"] = campaign["released"]
            paid = {"payoutAccount": self.account(), "amount": owed, "collected": campaign["collected"]}
            events.append(_funding("FundsCollected", campaignId=campaign_id, **paid))
        return events

    def _match(self) -> list[Emitted]:
        return self.pools.act(self.random, list(self.campaigns), self.account())

    def _order(self) -> list[Emitted]:
        return self.market.act(self.random, self.time, self.account())

    def _redeem(self) -> list[Emitted]:
        return self.help.act(self.random, self.time, self.account())

    def _authority(self) -> list[Emitted]:
        role, account, since = (
            self.random.choice([0, 2**64 - 1]),
            f"0x{self.random.randrange(1, 4):040x}",
            self.time + self.random.randrange(9),
        )
        delay, target = self.random.randrange(2**32), self.account()
        member = (role, account)
        old = member in self.members
        acts: list[tuple[str, dict[str, Any]]] = [
            ("RoleLabel", {"roleId": role, "label": self.random.choice(["", "jury α", "x" * 70])}),
            ("RoleAdminChanged", {"roleId": role, "admin": 2**64 - 1}),
            ("RoleGuardianChanged", {"roleId": role, "guardian": 3}),
            ("RoleGrantDelayChanged", {"roleId": role, "delay": delay, "since": since}),
            ("RoleGranted", {"roleId": role, "account": account, "delay": delay, "since": since, "newMember": not old}),
            (
                "RoleRevoked" if old else "RoleLabel",
                {"roleId": role} | ({"account": account} if old else {"label": ""}),
            ),
            ("TargetClosed", {"target": target, "closed": self.random.random() < 0.5}),
            ("TargetAdminDelayUpdated", {"target": target, "delay": delay, "since": since}),
            ("TargetFunctionRoleUpdated", {"target": target, "selector": "0x12345678", "roleId": role}),
        ]
        name, arguments = self.random.choice(acts)
        if name == "RoleGranted":
            self.members.add(member)
        if name == "RoleRevoked":
            self.members.discard(member)
        return [("AccessManager", name, arguments)]

    def _rare(self) -> list[Emitted]:
        act = self.random.randrange(4)
        if act == 0:
            nonce = self.random.randrange(2**32)
            return [
                (
                    "ERC2771Forwarder",
                    "ExecutedForwardRequest",
                    {"signer": self.account(), "nonce": nonce, "success": True},
                )
            ]
        if act < 3:
            contract = self.random.choice(LAB_CONTRACTS)
            if contract in self.paused:
                self.paused.discard(contract)
                return [(contract, "EntryResumed", {})]
            self.paused.add(contract)
            return [(contract, "EntryPaused", {"until": self.time + 3})]
        return [self._operation()]

    def _operation(self) -> Emitted:
        if self.operations and self.random.random() < 0.5:
            operation, nonce = self.operations.popitem()
            name = self.random.choice(["OperationExecuted", "OperationCanceled"])
            return "AccessManager", name, {"operationId": operation, "nonce": nonce}
        operation = self.hash()
        self.operations[operation] = nonce = self.random.randrange(1, 5)
        data = "0x" + "ab" * self.random.randrange(100)
        acts = {"schedule": self.time + 5, "caller": self.account(), "target": self.account(), "data": data}
        return "AccessManager", "OperationScheduled", {"operationId": operation, "nonce": nonce, **acts}


NO_CLAIM: dict[str, Any] = {
    "attempts": 0,
    "rejected": False,
    "ruled": False,
    "objected": 0,
    "objectors": 0,
    "pools": 0,
}


def _members(pledges: dict[str, tuple[int, int]]) -> int:
    return len({member for _, member in pledges.values() if member})


def _registry(name: str, **arguments: Any) -> Emitted:
    return "EntityRegistry", name, arguments


def _credit(name: str, **arguments: Any) -> Emitted:
    return "InnovationCredit", name, arguments


def _funding(name: str, **arguments: Any) -> Emitted:
    return "Crowdfunding", name, arguments
