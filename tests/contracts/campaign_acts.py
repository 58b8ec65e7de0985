"""Every act on a campaign, callable by anyone and tried without a trace: for tables of what is legal."""

from dataclasses import dataclass
from typing import Any

import ape
from ape.api import AccountAPI
from ape.contracts import ContractInstance
from eth_utils import to_bytes, to_hex

from tests.contracts import defaults as d

#: Calls of acts as the node takes them, by (act, sender's name).
Calls = dict[tuple[str, str], dict[str, str]]


@dataclass(frozen=True)
class CampaignActs:
    """Tries acts on one campaign.

    Attributes:
        crowdfunding: The contract.
        campaign_id: The campaign.
        backer: Whose pledge `refund` is about.
        new_account: Payout account that `changePayoutAccount` names.
    """

    crowdfunding: ContractInstance
    campaign_id: int
    backer: AccountAPI
    new_account: AccountAPI

    def arguments(self) -> dict[str, tuple[Any, ...]]:
        """Arguments of each act, by the name of its function."""
        nonsense_permit = (0, 27, bytes(32), bytes(32))
        rest = self._rest()
        amount = min(d.MIN_PLEDGE, rest) if rest else 1
        claim = self._present_claim()
        return {
            "approveCampaign": (self.campaign_id,),
            "rejectCampaign": (self.campaign_id, d.REASON),
            "cancelCampaign": (self.campaign_id,),
            "pledge": (self.campaign_id, amount, 0),
            "pledgeWithPermit": (self.campaign_id, amount, 0, *nonsense_permit),
            "withdrawPledge": (self.campaign_id,),
            "refund": (self.campaign_id, self.backer),
            "changePayoutAccount": (self.campaign_id, self.new_account),
            "claimMilestone": (self.campaign_id, d.HASH),
            "object": (self.campaign_id, *claim),
            "rule": (self.campaign_id, *claim, True, d.REASON),
            "releaseMilestone": (self.campaign_id,),
            "releaseAndCollect": (self.campaign_id,),
            "terminate": (self.campaign_id,),
            "collect": (self.campaign_id,),
            "postUpdate": (self.campaign_id, d.HASH),
        }

    def calls(self, senders: dict[str, AccountAPI], **arguments: tuple[Any, ...]) -> Calls:
        """Prepares a call of each act by each sender, by (act, sender's name).

        Args:
            senders: Accounts by any names.
            arguments: For acts that are to be tried with other arguments than usual.
        """
        calldata = {
            name: to_hex(getattr(self.crowdfunding, name).encode_input(*values))
            for name, values in (self.arguments() | arguments).items()
        }
        to = self.crowdfunding.address
        return {
            (name, who): {"from": sender.address, "to": to, "data": data}
            for name, data in calldata.items()
            for who, sender in senders.items()
        }

    def accepted(self, calls: Calls) -> dict[str, set[str]]:
        """Who the contract accepts each act from in the present block; a refusal must be one of its typed errors."""
        return accepted(self.crowdfunding, calls)

    def executed(self, name: str, sender: AccountAPI) -> int:
        """Really does an act, returns how many events it emitted, and undoes it."""
        snapshot = ape.chain.snapshot()
        receipt = getattr(self.crowdfunding, name)(*self.arguments()[name], sender=sender)
        ape.chain.restore(snapshot)
        return len(receipt.events)

    def table(self, senders: dict[str, AccountAPI]) -> dict[str, set[str]]:
        """Act -> who of `senders` may do it now; each legal act is really done and undone."""
        table = self.accepted(self.calls(senders))
        for name, accepted in table.items():
            for who in accepted:
                assert self.executed(name, senders[who]) > 0, f"{name} by {who} leaves no event"
        return table

    def _present_claim(self) -> tuple[int, int]:
        """(index, attempt) of the current milestone's last claim; of what would be the first if there is none."""
        campaign = self.crowdfunding.campaign(self.campaign_id)
        index = min(campaign.currentMilestone, campaign.milestoneCount - 1)
        return index, max(self.crowdfunding.milestone(self.campaign_id, index).attempts, 1)

    def _rest(self) -> int:
        campaign = self.crowdfunding.campaign(self.campaign_id)
        return int(campaign.stretchGoal - campaign.raised)


def accepted(contract: ContractInstance, calls: Calls) -> dict[str, set[str]]:
    """Who `contract` accepts each act from in the present block; a refusal must be an error of its ABI.

    Nothing changes. All calls go to the node in one request: through Ape each would take 20 ms.
    """
    requests = [("eth_call", [call, "latest"]) for call in calls.values()]
    answers = ape.networks.provider.web3.provider.make_batch_request(requests)
    accepted: dict[str, set[str]] = {name: set() for name, _ in calls}
    for (name, who), answer in zip(calls, answers, strict=True):
        if "error" not in answer:
            accepted[name].add(who)
            continue
        returned = to_bytes(hexstr=answer["error"].get("data", "0x"))
        assert returned[:4] in contract.contract_type.errors, f"{name} by {who}: {answer}"
    return accepted
