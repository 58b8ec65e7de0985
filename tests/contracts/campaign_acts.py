"""Every act on a campaign, callable by anyone and tried without a trace: for tables of what is legal."""

from dataclasses import dataclass
from typing import Any

import ape
from ape.api import AccountAPI
from ape.contracts import ContractInstance
from eth_utils import to_bytes, to_hex

from tests.contracts import defaults as d


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
            "releaseMilestone": (self.campaign_id,),
            "collect": (self.campaign_id,),
        }

    def accepted(self, senders: dict[str, AccountAPI], **arguments: tuple[Any, ...]) -> dict[str, set[str]]:
        """Who of `senders`, by their names, the contract accepts each act from in the present block.

        A refusal must be one of the contract's typed errors. Nothing changes. All calls go to the node in one request:
        through Ape each would take 20 ms.

        Args:
            senders: Accounts by any names.
            arguments: For acts that are to be tried with other arguments than usual.
        """
        calls = {
            (name, who): {"from": sender.address, "to": self.crowdfunding.address, "data": to_hex(calldata)}
            for name, calldata in self._calldata(self.arguments() | arguments).items()
            for who, sender in senders.items()
        }
        requests = [("eth_call", [call, "latest"]) for call in calls.values()]
        answers = ape.networks.provider.web3.provider.make_batch_request(requests)
        accepted: dict[str, set[str]] = {name: set() for name in self.arguments()}
        for (name, who), answer in zip(calls, answers, strict=True):
            if "error" not in answer:
                accepted[name].add(who)
                continue
            returned = to_bytes(hexstr=answer["error"].get("data", "0x"))
            assert returned[:4] in self.crowdfunding.contract_type.errors, f"{name} by {who}: {answer}"
        return accepted

    def executed(self, name: str, sender: AccountAPI) -> int:
        """Really does an act, returns how many events it emitted, and undoes it."""
        snapshot = ape.chain.snapshot()
        receipt = getattr(self.crowdfunding, name)(*self.arguments()[name], sender=sender)
        ape.chain.restore(snapshot)
        return len(receipt.events)

    def table(self, senders: dict[str, AccountAPI]) -> dict[str, set[str]]:
        """The same as `accepted`, and each legal act is really done once and undone."""
        table = self.accepted(senders)
        for name, accepted in table.items():
            for who in accepted:
                assert self.executed(name, senders[who]) > 0, f"{name} by {who} leaves no event"
        return table

    def _calldata(self, arguments: dict[str, tuple[Any, ...]]) -> dict[str, bytes]:
        return {name: getattr(self.crowdfunding, name).encode_input(*values) for name, values in arguments.items()}

    def _rest(self) -> int:
        campaign = self.crowdfunding.campaign(self.campaign_id)
        return int(campaign.stretchGoal - campaign.raised)
