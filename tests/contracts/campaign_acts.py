"""Every act on a campaign, callable by anyone and tried without a trace: for tables of what is legal."""

from collections.abc import Iterable
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

    def accepted(self, name: str, senders: Iterable[AccountAPI]) -> list[bool]:
        """Whether the contract accepts an act from each sender in the present block; changes nothing.

        A refusal must be one of the contract's typed errors. Asks the node directly: Ape needs 20 ms for each call.
        """
        calldata = getattr(self.crowdfunding, name).encode_input(*self.arguments()[name])
        return [self._accepted(name, {"from": sender.address, "data": to_hex(calldata)}) for sender in senders]

    def executed(self, name: str, sender: AccountAPI) -> int:
        """Really does an act, returns how many events it emitted, and undoes it."""
        snapshot = ape.chain.snapshot()
        receipt = getattr(self.crowdfunding, name)(*self.arguments()[name], sender=sender)
        ape.chain.restore(snapshot)
        return len(receipt.events)

    def table(self, senders: dict[str, AccountAPI]) -> dict[str, set[str]]:
        """Who of `senders`, by their names, may do which act now; each legal act is really done once and undone."""
        table: dict[str, set[str]] = {}
        for name in self.arguments():
            accepted = zip(senders, self.accepted(name, senders.values()), strict=True)
            table[name] = {who for who, legal in accepted if legal}
            for who in table[name]:
                assert self.executed(name, senders[who]) > 0, f"{name} by {who} leaves no event"
        return table

    def _accepted(self, name: str, request: dict[str, str]) -> bool:
        request |= {"to": self.crowdfunding.address}
        answer = ape.networks.provider.web3.provider.make_request("eth_call", [request, "latest"])
        if "error" not in answer:
            return True
        returned = to_bytes(hexstr=answer["error"].get("data", "0x"))
        assert returned[:4] in self.crowdfunding.contract_type.errors, f"{name} is refused with {returned.hex()}"
        return False

    def _rest(self) -> int:
        campaign = self.crowdfunding.campaign(self.campaign_id)
        return int(campaign.stretchGoal - campaign.raised)
