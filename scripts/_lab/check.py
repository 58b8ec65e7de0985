"""Compares what the API says with what the contracts say, each answer at the block that it is as of.

Nothing of the indexer or of the API is used: paths and names are those of its OpenAPI document, values those of the
contracts' views. What is missing is found, too: ids are counted, and accounts that the API does not name hold nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from deployments import Deployment
from scripts._lab import check_escrows
from scripts._lab.comparison import PAGE, Comparison, address_or_none, unix
from scripts._lab.contracts import contracts_of
from scripts._lab.errors import AnswerDiffers
from scripts._lab.http import Api
from scripts._lab.rpc import Rpc

#: Differences that are printed; the rest is counted.
SHOWN: Final = 10

#: (field of the API, field of the view) of a pool.
POOL_AMOUNTS: Final = (("funded", "funded"), ("reserved", "reserved"), ("paid", "paid"), ("reclaimed", "reclaimed"))
TERM_AMOUNTS: Final = (
    ("campaign_cap", "campaignCap"),
    ("member_cap", "memberCap"),
    ("min_raised", "minRaised"),
    ("min_member_pledge", "minMemberPledge"),
)
RULES: Final = ("capped_ratio", "threshold_gift")

#: Names of the API by number on chain.
PHASES: Final = (
    "none",
    "submitted",
    "approved",
    "live",
    "extension",
    "delivering",
    "completed",
    "failed",
    "canceled",
    "rejected",
    "lapsed",
    "terminated",
)
MILESTONE_STATES: Final = ("planned", "claimed", "stopped", "rejected", "releasable", "released")
#: Claims that a milestone may have.
ATTEMPTS: Final = 3
ENTITY_STATES: Final = ("none", "registered", "verified", "refused", "revoked")
KINDS: Final = {"sse": 1, "public_body": 2, "provider": 4, "member": 8}
ALL_KINDS: Final = sum(KINDS.values())

#: (field of the API, field of the view) of a campaign: amounts, times and numbers.
CAMPAIGN_AMOUNTS: Final = (
    ("goal", "goal"),
    ("stretch_goal", "stretchGoal"),
    ("min_pledge", "minPledge"),
    ("raised", "raised"),
    ("released", "released"),
    ("collected", "collected"),
    ("refunded", "refunded"),
)
CAMPAIGN_TIMES: Final = (
    ("submitted_at", "submittedAt"),
    ("opens_at", "opensAt"),
    ("deadline", "deadline"),
    ("pledging_ends_at", "pledgingEndsAt"),
)
CAMPAIGN_NUMBERS: Final = (
    ("extension", "extension"),
    ("withdrawal_cutoff", "withdrawalCutoff"),
    ("objection_window", "objectionWindow"),
    ("ruling_window", "rulingWindow"),
    ("members", "members"),
    ("milestone_count", "milestoneCount"),
    ("current_milestone", "currentMilestone"),
)
MILESTONE_TIMES: Final = (
    ("due_date", "dueDate"),
    ("claimed_at", "claimedAt"),
    ("window_ends_at", "windowEndsAt"),
    ("claim_by", "claimBy"),
    ("ruling_ends_at", "rulingEndsAt"),
)


@dataclass
class Check(Comparison):
    """Compares campaigns, pools, entities and credits."""

    def run(self) -> None:
        """Compares everything."""
        self.entities()
        self.campaigns()
        self.pledges()
        self.pools()
        check_escrows.compare(self)
        self.credits()

    def entities(self) -> None:
        """Compares every entity."""
        seen = []
        for listed, _ in self.items(f"/v1/entities?{PAGE}"):
            answer = self.api.get(f"/v1/entities/{listed['entity_id']}")
            said, block = answer["entity"], answer["as_of"]["block_number"]
            number, account = said["entity_id"], said["account"]
            seen.append(number)
            self.accounts.add(account.lower())
            calls: list[tuple[str, Sequence[Any]]] = [
                ("entity", (number,)),
                ("recovery", (number,)),
                ("proposedAccountOf", (number,)),
            ]
            calls += [("entityOf", (account,)), ("isVerified", (account, ALL_KINDS))]
            true, recovery, proposed, acts_for, verified = self.views("EntityRegistry", calls, block)
            what = f"entity {number}"
            self.same(f"{what} account", account.lower(), true["account"].lower())
            self.same(f"{what} kinds", sum(KINDS[kind] for kind in said["kinds"]), true["kinds"])
            self.same(f"{what} state", said["state"], ENTITY_STATES[true["state"]])
            self.same(f"{what} verified_until", unix(said["verified_until"]), true["verifiedUntil"])
            self.same(f"{what} suspended_until", unix(said["suspended_until"]), true["suspendedUntil"])
            self.same(f"{what} verified", said["verified"], verified and acts_for == number)
            self.same(f"{what} proposed_account", said["proposed_account"], address_or_none(proposed))
            pending = said["recovery"] or {"account": None, "finishable_at": None}
            self.same(f"{what} recovery", pending["account"], address_or_none(recovery["account"]))
            self.same(f"{what} finishable_at", unix(pending["finishable_at"]), recovery["finishableAt"])
            self.same(f"{what} barred_until", unix(said["recovery_barred_until"]), recovery["barredUntil"])
        self.complete("entities", seen, "EntityRegistry", "entityCount")

    def campaigns(self) -> None:
        """Compares every campaign and its milestones."""
        seen = []
        for listed, _ in self.items(f"/v1/campaigns?{PAGE}"):
            answer = self.api.get(f"/v1/campaigns/{listed['campaign_id']}")
            said, block = answer["campaign"], answer["as_of"]["block_number"]
            number = said["campaign_id"]
            seen.append(number)
            calls: list[tuple[str, Sequence[Any]]] = [("campaign", (number,))]
            calls += [("milestone", (number, index)) for index in range(len(said["milestones"]))]
            true, *milestones = self.views("Crowdfunding", calls, block)
            self.campaign(f"campaign {number}", said, true)
            for index, (part, state) in enumerate(zip(said["milestones"], milestones, strict=True)):
                self.milestone(f"milestone {index} of campaign {number}", part, state)
        self.complete("campaigns", seen, "Crowdfunding", "campaignCount")

    def campaign(self, what: str, said: dict[str, Any], true: dict[str, Any]) -> None:
        """Compares one campaign."""
        self.same(f"{what} phase", said["phase"], PHASES[true["phase"]])
        self.same(f"{what} organizer", said["organizer"]["entity_id"], true["organizer"])
        self.same(f"{what} currency", said["currency"]["address"].lower(), true["currency"].lower())
        self.same(f"{what} payout_account", said["payout_account"].lower(), true["payoutAccount"].lower())
        self.same(f"{what} milestones", len(said["milestones"]), true["milestoneCount"])
        for name, view in CAMPAIGN_AMOUNTS:
            self.same(f"{what} {name}", said[name], str(true[view]))
        for name, view in CAMPAIGN_TIMES:
            self.same(f"{what} {name}", unix(said[name]), true[view])
        for name, view in CAMPAIGN_NUMBERS:
            self.same(f"{what} {name}", said[name], true[view])

    def milestone(self, what: str, said: dict[str, Any], true: dict[str, Any]) -> None:
        """Compares one milestone."""
        self.same(f"{what} state", said["state"], MILESTONE_STATES[true["state"]])
        self.same(f"{what} share_bps", said["share_bps"], true["shareBps"])
        self.same(f"{what} attempts", said["attempts"], true["attempts"])
        self.same(f"{what} tranche", said["tranche"], str(true["tranche"]))
        self.same(f"{what} objectors", said["objectors"], true["objectors"])
        self.same(f"{what} objected_amount", said["objected_amount"], str(true["objectedAmount"]))
        for name, view in MILESTONE_TIMES:
            self.same(f"{what} {name}", unix(said[name]), true[view])

    def pledges(self) -> None:
        """Compares every pledge, and the pledges that the API does not know, which must be none."""
        for number in [item["campaign_id"] for item, _ in self.items(f"/v1/campaigns?{PAGE}")]:
            named, block, objections = set(), self.api.as_of(), self.objections(number)
            for said, block in self.items(f"/v1/campaigns/{number}/pledges?{PAGE}"):
                backer = said["backer"].lower()
                named.add(backer)
                calls = [("pledgeOf", (number, backer)), ("refundable", (number, backer))]
                true, refundable = self.views("Crowdfunding", calls, block)
                what = f"pledge of {backer} to campaign {number}"
                # The contract erases a pledge that is refunded; the API keeps the record.
                kept = (said["amount"], said["member_id"] or 0, objections.get(backer, 0))
                held = (str(true["amount"]), true["memberId"], true["objections"])
                self.same(f"{what} amount, member and objections", ("0", 0, 0) if said["refunded"] else kept, held)
                self.same(f"{what} refundable", said["refundable"], str(refundable))
            self.accounts |= named
            others = sorted(self.accounts - named)
            unnamed = self.views("Crowdfunding", [("pledgeOf", (number, account)) for account in others], block)
            for account, true in zip(others, unnamed, strict=True):
                self.same(f"pledge of {account} to campaign {number}", 0, true["amount"])
        self.backers()

    def objections(self, campaign: int) -> dict[str, int]:
        """Returns what the API says of a campaign's objections, as the bit set of each backer that the contract has."""
        bits: dict[str, int] = {}
        for said, _ in self.items(f"/v1/campaigns/{campaign}/objections?{PAGE}"):
            if said["amount"] == "0":
                continue
            backer, claim = said["account"].lower(), ATTEMPTS * said["milestone"] + said["attempt"] - 1
            bits[backer] = bits.get(backer, 0) | 1 << claim
        return bits

    def backers(self) -> None:
        """Compares what the API says of each backer with what it says of each campaign's backers, on chain."""
        for account in sorted(self.accounts):
            status, _ = self.api.read(f"/v1/backers/{account}?{PAGE}")
            if status == HTTPStatus.NOT_FOUND:
                continue
            for said, block in self.items(f"/v1/backers/{account}?{PAGE}"):
                (true,) = self.views("Crowdfunding", [("pledgeOf", (said["campaign_id"], account))], block)
                what = f"pledge to campaign {said['campaign_id']} of backer {account}"
                self.same(f"{what} amount", "0" if said["refunded"] else said["amount"], str(true["amount"]))

    def pools(self) -> None:
        """Compares every pool, its funders, and what it owes its campaigns."""
        seen = []
        for listed, _ in self.items(f"/v1/pools?{PAGE}"):
            answer = self.api.get(f"/v1/pools/{listed['pool_id']}")
            said, block, number = answer["pool"], answer["as_of"]["block_number"], listed["pool_id"]
            seen.append(number)
            accounts = [funding["account"] for funding in said["fundings"]]
            calls: list[tuple[str, Sequence[Any]]] = [("pool", (number,))]
            calls += [(name, (number, account)) for account in accounts for name in ("fundingOf", "reclaimable")]
            true, *fundings = self.views("MatchFunding", calls, block)
            what = f"pool {number}"
            for name, view in POOL_AMOUNTS:
                self.same(f"{what} {name}", said[name], str(true[view]))
            for name, view in TERM_AMOUNTS:
                self.same(f"{what} {name}", said[name], str(true["terms"][view]))
            for name, view in (("opens_at", "opensAt"), ("ends_at", "endsAt")):
                self.same(f"{what} {name}", unix(said[name]), true["terms"][view])
            self.same(f"{what} rule", said["rule"], RULES[true["terms"]["rule"]])
            self.same(f"{what} manager", said["manager"]["entity_id"], true["manager"])
            self.same(f"{what} open reservations", said["open_reservations"], true["openReservations"])
            for funding, held, due in zip(said["fundings"], fundings[::2], fundings[1::2], strict=True):
                shown = (funding["funded"], funding["reclaimed"], funding["reclaimable"])
                totals = (*map(str, held), str(due))
                self.same(f"{what} funding by {funding['account']}", shown, totals)
            self.reservations(number)
        self.complete("pools", seen, "MatchFunding", "poolCount")

    def reservations(self, pool: int) -> None:
        """Compares what a pool owes each campaign, and what each backer called."""
        for said, block in self.items(f"/v1/pools/{pool}/campaigns?{PAGE}"):
            number = said["campaign_id"]
            matches = [match for match, _ in self.items(f"/v1/pools/{pool}/campaigns/{number}/matches?{PAGE}")]
            (true,) = self.views("MatchFunding", [("reservation", (pool, number))], block)
            what = f"reservation of pool {pool} for campaign {number}"
            for name in ("reserved", "paid"):
                self.same(f"{what} {name}", said[name], str(true[name]))
            self.same(f"{what} qualifying members", said["qualifying_members"], true["qualifyingMembers"])
            self.same(f"{what} earned", said["earned"], true["earned"])
            self.same(f"{what} enrolled", said["enrolled_at"] is not None, true["enrolled"])
            self.same(f"{what} settled", said["settled_at"] is not None, true["settled"])
            if matches:
                self.same(f"{what} by backers", sum(int(match["amount"]) for match in matches), int(said["called"]))
            for match in matches:
                parts = [int(part["amount"]) for part in match["spent"]]
                rest = int(match["waiting"]) + int(match["freed"])
                self.same(f"{what} of {match['backer']} is all somewhere", sum(parts) + rest, int(match["amount"]))

    def credits(self) -> None:
        """Compares supply, programmes and every balance of credits."""
        answer = self.api.get("/v1/credits")
        (supply,) = self.views("InnovationCredit", [("totalSupply", ())], answer["as_of"]["block_number"])
        self.same("supply of credits", answer["credits"]["supply"], str(supply))
        seen = []
        for said, block in self.items(f"/v1/credits/programmes?{PAGE}"):
            number = said["programme_id"]
            seen.append(number)
            (true,) = self.views("InnovationCredit", [("programme", (number,))], block)
            what = f"programme {number}"
            self.same(f"{what} issuer", said["issuer"], true["issuer"])
            self.same(f"{what} cap", said["cap"], str(true["cap"]))
            self.same(f"{what} issued", said["issued"], str(true["issued"]))
            self.same(f"{what} starts_at", unix(said["starts_at"]), true["startsAt"])
            self.same(f"{what} ends_at", unix(said["ends_at"]), true["endsAt"])
            self.same(f"{what} closed", said["closed_at"] is not None, true["closed"])
        self.complete("programmes", seen, "InnovationCredit", "programmeCount")
        self.balances()

    def balances(self) -> None:
        """Compares every balance of credits, those that the API does not name with nothing."""
        block = self.api.as_of()
        balances = {}
        for said, at in self.items(f"/v1/credits/holders?{PAGE}"):
            block = at
            balances[said["account"].lower()] = said["balance"]
        self.accounts |= set(balances)
        accounts = sorted(self.accounts)
        true = self.views("InnovationCredit", [("balanceOf", (account,)) for account in accounts], block)
        for account, amount in zip(accounts, true, strict=True):
            self.same(f"credits of {account}", balances.get(account, "0"), str(amount))


def compare(api: Api, rpc: Rpc, deployment: Deployment, accounts: Iterable[str] = ()) -> Check:
    """Compares the API with the contracts.

    Args:
        api: The API.
        rpc: The chain.
        deployment: The lab there.
        accounts: Who might hold something although the API does not say so.

    Returns:
        The check, without differences.

    Raises:
        AnswerDiffers: With the first differences.
    """
    check = Check(api, rpc, contracts_of(deployment), {account.lower() for account in accounts})
    check.run()
    if check.differences:
        shown = "\n  ".join(check.differences[:SHOWN])
        message = f"{len(check.differences)} of {check.compared} values differ:\n  {shown}"
        raise AnswerDiffers(message)
    return check
