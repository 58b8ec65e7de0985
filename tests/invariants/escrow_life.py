"""What lives of orders and of redemptions have in common: acts against a model, time, settlements, the journal."""

import ape
import pytest
from ape.exceptions import ContractLogicError
from hypothesis import note
from hypothesis.stateful import RuleBasedStateMachine

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.conftest import act_at, now
from tests.contracts.settlements import settlement, signed_by
from tests.contracts.test_journal import journaled_topics, recomputed
from tests.invariants.test_crowdfunding_model import name_of

#: What is wrong with a settlement, if anything.
FLAWS = ["none", "none", "none", "other share signed", "voided", "signed by a stranger", "expired"]


class EscrowLife(RuleBasedStateMachine):
    """Acts at `self.time`, which only jumps forward; each act is one block.

    Args:
        lab: All contracts.
        people: Accounts by role.
        entities: Ids of the entities, by who acts for them.
        name: Which contract of the lab is lived in.
    """

    def __init__(self, lab, people, entities, name):
        super().__init__()
        self.lab, self.people, self.entities = lab, people, entities
        self.contract, self.topics = getattr(lab, name), journaled_topics(name)
        self.snapshot = ape.chain.snapshot()
        self.time = now() + 1
        self.final = {}

    def teardown(self):
        ape.chain.restore(self.snapshot)

    def account(self, who):
        return getattr(self.people, who)

    def verified_until(self):
        """Until when each entity is verified, by who acts for it."""
        return {who: int(self.lab.registry.entity(i).verifiedUntil) for who, i in self.entities.items()}

    def act(self, refusal, method, *arguments, sender, contract=None):
        """Calls at `self.time` what the model refuses with the error `refusal`, or accepts if that is None.

        Returns:
            The receipt, None if it was refused as expected.
        """
        note(f"at {self.time}: {method} {arguments} by {sender}, to be refused by {refusal}")
        act_at(self.time)
        self.time += 1
        send = getattr(contract or self.contract, method)
        if refusal is None:
            return send(*arguments, sender=self.account(sender))
        with pytest.raises(ContractLogicError) as refused:
            send(*arguments, sender=self.account(sender))
        assert name_of(refused.value, self.lab) == refusal
        return None

    def suspend(self, model, who):
        """Suspends an entity for two days, once."""
        if who in model.suspended_until or self.time >= model.verified_until[who]:
            return
        until = self.time + 2 * DAY
        arguments = (self.entities[who], until, d.REASON)
        if self.act(None, "suspend", *arguments, sender="registrar", contract=self.lab.registry):
            model.suspended_until[who] = until

    def settle(self, refusal, case_id, share, flaw, signers):
        """Brings a settlement that `signers` signed, or that is not quite theirs.

        Args:
            refusal: For (the deadline, the time of the act), what refuses it if both have signed these words.
            case_id: Which order or redemption.
            share: What is settled.
            flaw: One of `FLAWS`.
            signers: Names of both parties.
        """
        deadline = self.time + (1 if flaw == "expired" else DAY)
        signed = share + 1 if flaw == "other share signed" else share
        accounts = [self.account(who) for who in signers]
        if flaw == "signed by a stranger":
            accounts[1] = self.people.stranger
        signatures = signed_by(tuple(accounts), settlement(self.contract, case_id, signed, deadline))
        if flaw in ("voided", "expired"):
            # Its block takes the last second of one that expires.
            self.act(None, "voidSettlements", case_id, sender=signers[0])
        expected = refusal(deadline, self.time)
        if expected is None and flaw not in ("none", "expired"):
            expected = "Escrow_InvalidSignature"
        return self.act(expected, "settle", case_id, share, deadline, *signatures, sender="stranger")

    def check_final(self, case_id, state, ended):
        """A final state never changes."""
        assert self.final.get(case_id, state) == state
        if ended:
            self.final[case_id] = state

    def check_journal(self, journal):
        """12, for this contract."""
        logs = ape.chain.provider.web3.eth.get_logs({"address": self.contract.address, "fromBlock": 0})
        assert (journal.sequence, bytes(journal.digest)) == recomputed(logs, self.topics)
