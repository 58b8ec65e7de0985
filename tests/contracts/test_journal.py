"""Journal: recomputed from raw logs by a function that knows nothing of the ABI.

journal
├── given no event → zero, and storage slot 0 is empty
├── after a story with every event of the interfaces → equal to the digest recomputed from the logs, block by block
├── given one log left out, changed, or two in another order → another digest
└── given acts that revert, and events that are not journaled → unchanged
and every event of ours can be recomputed from its log: static arguments, at most three indexed, first
"""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import ape
import pytest
from ape.contracts import ContractInstance
from eth_utils import keccak

from scripts.deploy import DAY, Lab
from tests.contracts import defaults as d
from tests.contracts.conftest import now, travel_to
from tests.contracts.expect import reverts
from tests.contracts.forward import Relay
from tests.contracts.match_pools import MatchPools
from tests.contracts.orders import Orders, OrderState
from tests.contracts.redemptions import Redemptions, State
from tests.contracts.schedule import revoke

INTERFACES = sorted(path.stem for path in (Path(__file__).parents[2] / "contracts" / "interfaces").glob("I*.sol"))
NOT_JOURNALED = {"EntryPaused", "EntryResumed"}
JOURNALED_CONTRACTS = {
    "registry": {"IEntityRegistry"},
    "credit": {"IInnovationCredit"},
    "crowdfunding": {"ICrowdfunding"},
    "match_funding": {"IMatchFunding"},
    "marketplace": {"IEscrow", "IMarketplace"},
    "pro_bono": {"IEscrow", "IProBono"},
}
RUNS = count(1)
TRANSFER = keccak(text="Transfer(address,address,uint256)")


def events_of(interface: str) -> dict[bytes, Any]:
    """Events declared in an interface or what it inherits: topic -> ABI."""
    events = ape.project.contracts[interface].contract_type.events
    return {keccak(text=abi.selector): abi for abi in events}


def journaled_topics(contract: str) -> set[bytes]:
    """First topics that docs/protocol.md calls journaled."""
    topics = {
        topic
        for interface in JOURNALED_CONTRACTS[contract]
        for topic, abi in events_of(interface).items()
        if abi.name not in NOT_JOURNALED
    }
    return topics | {TRANSFER} if contract == "credit" else topics


def raw_logs(contract: ContractInstance) -> list[Any]:
    """Every log of the contract, in order, as the node has it."""
    return list(ape.chain.provider.web3.eth.get_logs({"address": contract.address, "fromBlock": 0}))


def recomputed(logs: list[Any], journaled: set[bytes]) -> tuple[int, bytes]:
    """(sequence, digest) from nothing but logs.

    As arguments are static and the indexed ones come first, `abi.encode(topic0, arg1, ..., argN)` is what the topics
    and the data are, one after the other.
    """
    digest, sequence = bytes(26), 0
    for log in logs:
        topics = [bytes(topic) for topic in log["topics"]]
        if topics[0] not in journaled:
            continue
        event_hash = keccak(b"".join(topics) + bytes(log["data"]))
        digest = keccak(digest + bytes(6) + event_hash)[:26]
        sequence += 1
    return sequence, digest


def journal_of(contract: ContractInstance, block: int | None = None) -> tuple[int, bytes]:
    sequence, digest = contract.journal(block_id=block) if block else contract.journal()
    return int(sequence), bytes(digest)


def slot_zero(contract: ContractInstance) -> bytes:
    return bytes(ape.chain.provider.get_storage(contract.address, 0)).rjust(32, b"\0")


@pytest.fixture
def story(
    lab: Lab,
    relay: Relay,
    people: Any,
    entities: Any,
    euro: Any,
    pools: MatchPools,
    create_campaign: Any,
    as_treasurer: Any,
    redemptions: Redemptions,
    orders: Orders,
) -> int:
    """Real acts that emit each event of the interfaces at least once, some of them by signed requests.

    Returns:
        The block before them.
    """
    # A block like one of an earlier run, which was undone since, would be forgotten when that one's turn comes.
    travel_to(now() + next(RUNS))
    before = int(ape.chain.blocks.height)
    pro_bono_story(redemptions)
    marketplace_story(orders)
    credit_story(lab, relay, people, entities, as_treasurer)
    lab.pro_bono.closeOffer(redemptions.offer_id, sender=people.provider)
    match_funding_story(lab, relay, people, pools, create_campaign)
    registry_story(lab, relay, people, entities)
    crowdfunding_story(lab, relay, people, euro, create_campaign, as_treasurer)
    return before


def pro_bono_story(redemptions: Redemptions) -> None:
    pro_bono, people = redemptions.pro_bono, redemptions.people
    for state in (State.Withdrawn, State.Confirmed, State.Ruled):
        redemptions.reach_end(state)
    contested = redemptions.reach(State.Contested, by=people.organizer)
    pro_bono.voidSettlements(contested, sender=people.provider)


def marketplace_story(orders: Orders) -> None:
    marketplace, people = orders.marketplace, orders.people
    # From here on no order has the id of its listing.
    orders.list_item()
    for state in (OrderState.Ruled, OrderState.Completed, OrderState.Lapsed):
        marketplace.payOrder(orders.reach_end(state), sender=people.stranger)
    marketplace.voidSettlements(1, sender=people.member)
    listing_id = orders.list_item()
    marketplace.updatePrice(listing_id, 7, 8, sender=people.organizer)
    marketplace.changePayoutAccount(listing_id, people.stranger, sender=people.payout)
    marketplace.pauseListing(listing_id, sender=people.organizer)


def registry_story(lab: Lab, relay: Relay, people: Any, entities: dict[str, int]) -> None:
    registry, registrar = lab.registry, people.registrar
    relay.send(people.stranger, registry.register, d.SSE, d.HASH)
    applicant = registry.entityOf(people.stranger)
    registry.updateProfile(d.OTHER_HASH, sender=people.stranger)
    registry.refuse(applicant, d.REASON, sender=registrar)
    registry.suspend(entities["provider"], now() + 2 * DAY, d.REASON, sender=registrar)
    registry.proposeAccount(people.attacker, sender=people.second_member)
    registry.acceptAccount(entities["second_member"], sender=people.attacker)
    registry.startRecovery(entities["provider"], people.stranger, sender=registrar)
    registry.vetoRecovery(entities["provider"], sender=people.provider)
    revoke(lab.authority, registry, entities["provider"], d.REASON, registrar)


def credit_story(
    lab: Lab, relay: Relay, people: Any, entities: dict[str, int], as_treasurer: Callable[..., Any]
) -> None:
    credit = lab.credit
    as_treasurer(credit.openProgramme, entities["town"], 9 * d.CREDIT, now(), now() + 99 * DAY, d.HASH)
    programme_id = credit.programmeCount()
    credit.issue(programme_id, people.member, 3 * d.CREDIT, d.HASH, sender=people.town)
    credit.approve(people.stranger, d.CREDIT, sender=people.member)
    credit.transferFrom(people.member, people.organizer, d.CREDIT, sender=people.stranger)
    relay.send(people.organizer, credit.transfer, people.member, 1)
    as_treasurer(credit.closeProgramme, programme_id)


def crowdfunding_story(
    lab: Lab,
    relay: Relay,
    people: Any,
    euro: ContractInstance,
    create_campaign: Callable[..., int],
    as_treasurer: Callable[..., Any],
) -> None:
    crowdfunding = lab.crowdfunding
    rejected = create_campaign(phase="Submitted")
    crowdfunding.rejectCampaign(rejected, d.REASON, sender=people.reviewer)
    canceled = create_campaign()
    crowdfunding.pledge(canceled, d.MIN_PLEDGE, 0, sender=people.backer)
    crowdfunding.cancelCampaign(canceled, sender=people.organizer)
    crowdfunding.refund(canceled, people.backer, sender=people.stranger)

    funded = create_campaign()
    crowdfunding.pledge(funded, d.GOAL, 0, sender=people.member)
    crowdfunding.pledge(funded, d.MIN_PLEDGE, 0, sender=people.backer)
    crowdfunding.withdrawPledge(funded, sender=people.backer)
    crowdfunding.pauseEntry(sender=people.guardian)
    crowdfunding.resumeEntry(sender=people.guardian)
    travel_to(crowdfunding.campaign(funded).deadline)
    relay.send(people.backer, crowdfunding.pledge, funded, d.STRETCH_GOAL - d.GOAL, 0)
    crowdfunding.changePayoutAccount(funded, people.stranger, sender=people.payout)
    crowdfunding.postUpdate(funded, d.HASH, sender=people.organizer)
    for _ in d.MILESTONES:
        crowdfunding.claimMilestone(funded, d.HASH, sender=people.organizer)
        travel_to(now() + d.OBJECTION_WINDOW)
        crowdfunding.releaseMilestone(funded, sender=people.stranger)
        crowdfunding.collect(funded, sender=people.stranger)

    stopped = create_campaign(extension=0)
    crowdfunding.pledge(stopped, d.GOAL, 0, sender=people.backer)
    travel_to(crowdfunding.campaign(stopped).deadline)
    crowdfunding.claimMilestone(stopped, d.HASH, sender=people.organizer)
    crowdfunding.object(stopped, 0, 1, sender=people.backer)
    travel_to(crowdfunding.milestone(stopped, 0).windowEndsAt)
    crowdfunding.rule(stopped, 0, 1, False, d.REASON, sender=people.arbiter)
    crowdfunding.terminate(stopped, sender=people.organizer)
    crowdfunding.refund(stopped, people.backer, sender=people.stranger)
    as_treasurer(crowdfunding.delistCurrency, euro)


def match_funding_story(
    lab: Lab, relay: Relay, people: Any, pools: MatchPools, create_campaign: Callable[..., int]
) -> None:
    crowdfunding, match_funding = lab.crowdfunding, lab.match_funding
    ends_at = now() + d.OPENING_DELAY + d.LIVE
    ratio, gift = pools.open(endsAt=ends_at), pools.open_gift(endsAt=ends_at)
    relay.send(people.region, match_funding.fundPool, ratio, d.EURO)
    campaign_id = create_campaign(extension=0, approved=pools.enrol(ratio, gift))
    crowdfunding.pledge(campaign_id, d.GOAL, 0, sender=people.member)
    crowdfunding.pledge(campaign_id, d.MIN_PLEDGE, 0, sender=people.backer)
    crowdfunding.withdrawPledge(campaign_id, sender=people.backer)
    travel_to(crowdfunding.campaign(campaign_id).deadline)
    crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
    travel_to(crowdfunding.milestone(campaign_id, 0).windowEndsAt)
    crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)
    match_funding.releaseMatch(ratio, campaign_id, sender=people.stranger)
    crowdfunding.terminate(campaign_id, sender=people.organizer)
    for pool_id in (ratio, gift):
        match_funding.settleReservation(pool_id, campaign_id, sender=people.stranger)
    for funder in (people.town, people.region):
        match_funding.reclaim(ratio, funder, sender=people.stranger)


# ------------------------------------------------------------------------------------------------------------ shape


@pytest.mark.parametrize("interface", INTERFACES)
def test_events__arguments__static_and_indexed_ones_first(interface):
    for abi in events_of(interface).values():
        indexed = [argument.indexed for argument in abi.inputs]
        assert sum(indexed) <= 3, abi.name
        assert indexed == sorted(indexed, reverse=True), f"{abi.name}: indexed arguments come first"
        for argument in abi.inputs:
            assert is_static(argument), f"{abi.name}.{argument.name}"


def is_static(argument: Any) -> bool:
    """As Solidity defines it: no string, bytes or array, nor a struct that holds one."""
    if argument.components:
        return argument.type == "tuple" and all(is_static(component) for component in argument.components)
    return argument.type not in ("string", "bytes") and "[" not in argument.type


def test_events__interfaces__are_all_known_here():
    """A new contract must join the story of this file."""
    with_events = {name for name in INTERFACES if name != "ILabContract" and events_of(name)}
    assert with_events == set().union(*JOURNALED_CONTRACTS.values())


# ---------------------------------------------------------------------------------------------------------- digests


def test_journal__no_event__is_zero(lab, people):
    for name in ("EntityRegistry", "InnovationCredit"):
        arguments = (
            (lab.authority, lab.forwarder)
            if name == "EntityRegistry"
            else (lab.authority, lab.forwarder, lab.registry, lab.pro_bono, lab.pro_bono)
        )
        fresh = people.deployer.deploy(ape.project.contracts[name], *arguments)
        assert journal_of(fresh) == (0, bytes(26))
        assert slot_zero(fresh) == bytes(32)


def test_story__emits_every_event_of_the_interfaces(lab, story):
    """Otherwise the next test would prove less than it says."""
    for contract in JOURNALED_CONTRACTS:
        emitted = {bytes(log["topics"][0]) for log in raw_logs(getattr(lab, contract))}
        assert journaled_topics(contract) <= emitted, contract


@pytest.mark.parametrize("contract", JOURNALED_CONTRACTS)
def test_journal__story__is_recomputed_from_the_logs_at_every_block(lab, story, contract):
    deployed = getattr(lab, contract)
    logs = raw_logs(deployed)
    journaled = journaled_topics(contract)

    assert journal_of(deployed) == recomputed(logs, journaled)
    sequence, digest = journal_of(deployed)
    assert slot_zero(deployed) == digest + sequence.to_bytes(6, "big"), "sequence in the low 48 bits of slot 0"
    # The node forgets the state of older blocks, once many tests have gone over it.
    for block in sorted({log["blockNumber"] for log in logs if log["blockNumber"] > story}):
        until_then = [log for log in logs if log["blockNumber"] <= block]
        assert journal_of(deployed, block) == recomputed(until_then, journaled), f"at block {block}"


@pytest.mark.parametrize("contract", JOURNALED_CONTRACTS)
def test_journal__log_missing_changed_or_moved__is_another(lab, story, contract):
    deployed = getattr(lab, contract)
    journaled = journaled_topics(contract)
    logs = [log for log in raw_logs(deployed) if bytes(log["topics"][0]) in journaled]
    (sequence, digest), length = journal_of(deployed), len(logs)
    assert sequence == length

    for index in range(length):
        without = logs[:index] + logs[index + 1 :]
        assert recomputed(without, journaled) != (sequence, digest), f"log {index} left out"
        changed = dict(logs[index]) | {"data": bytes(logs[index]["data"]) + b"\0"}
        assert recomputed([*logs[:index], changed, *logs[index + 1 :]], journaled)[1] != digest, f"log {index} changed"
    for index in range(length - 1):
        swapped = [*logs[:index], logs[index + 1], logs[index], *logs[index + 2 :]]
        assert recomputed(swapped, journaled)[1] != digest, f"logs {index} and {index + 1} swapped"


def test_journal__revert__is_unchanged(registry, people, entities):
    before = journal_of(registry)
    with reverts(registry.EntityRegistry_NoEntity, account=people.attacker.address):
        registry.updateProfile(d.HASH, sender=people.attacker)
    assert journal_of(registry) == before


def test_journal__events_left_out_by_the_protocol__is_unchanged(lab, people):
    for contract in JOURNALED_CONTRACTS:
        deployed = getattr(lab, contract)
        before = journal_of(deployed)
        deployed.pauseEntry(sender=people.guardian)
        deployed.resumeEntry(sender=people.guardian)
        assert journal_of(deployed) == before
    before = journal_of(lab.credit)
    lab.credit.approve(people.stranger, 1, sender=people.member)
    assert journal_of(lab.credit) == before
