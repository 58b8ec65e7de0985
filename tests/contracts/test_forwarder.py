"""Signed requests of people without ether to the registry and the credit.

execute
├── when signed by another, for another chain, forwarder or domain → reverts
├── when any word of it was changed, or its nonce was used → reverts
├── when its deadline is over → reverts
├── given a contract that trusts another forwarder → reverts
├── when ether is sent along that nobody asked for → reverts
├── when the inner call fails → reverts, the request stays good
├── when the relayer leaves too little gas for the inner call → all or nothing
└── otherwise → the contract sees the signer
executeBatch
├── without somebody to refund → all or nothing
└── with somebody to refund → each on its own
and an address appended to a direct call is nobody's signature
(restricted functions refuse the forwarder: test_authority.py)
"""

import ape
import pytest
from ape.contracts import ContractContainer

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.conftest import act_at, now
from tests.contracts.expect import emits, reverts
from tests.contracts.forward import recovered, signed

NONE, REGISTERED = 0, 1
ZERO = "0x" + 40 * "0"


@pytest.fixture
def registration(registry, relay, people, entities):
    """A request of `stranger` to be registered."""
    return relay.sign(people.stranger, registry.register, d.SSE, d.HASH)


@pytest.fixture
def funded(credit, people, entities, as_treasurer, promised_hours):
    """The member holds three credits of the town's programme."""
    as_treasurer(credit.openProgramme, entities["town"], 9 * d.CREDIT, now(), now() + 99 * DAY, d.HASH)
    credit.issue(1, people.member, 3 * d.CREDIT, d.HASH, sender=people.town)
    return people.member


# --------------------------------------------------------------------------------------------------------- refusals


def test_execute__signed_by_another__reverts(registry, relay, people):
    request = relay.sign(people.organizer, registry.updateProfile, d.HASH, by=people.attacker)
    with reverts(
        relay.forwarder.ERC2771ForwarderInvalidSigner,
        **{"signer": people.attacker.address, "from": people.organizer.address},
    ):
        relay.forwarder.execute(request.as_struct(), sender=people.attacker)


@pytest.mark.parametrize(
    "difference",
    [{"chainId": 1}, {"name": "Another Forwarder"}, {"version": "2"}, {"verifyingContract": "0x" + 40 * "1"}],
    ids=lambda difference: next(iter(difference)),
)
def test_execute__another_domain__reverts(registry, relay, people, difference):
    request = relay.sign(people.stranger, registry.register, d.SSE, d.HASH, **difference)
    relay.assert_refused(request)
    assert registry.entityOf(people.stranger) == 0


@pytest.mark.parametrize("word", ["signer", "to", "gas", "deadline", "data", "signature"])
def test_execute__changed_by_the_relayer__reverts(registry, credit, relay, people, registration, word):
    changes = {
        "signer": people.member.address,
        "to": credit.address,
        "gas": registration.gas - 1,
        "deadline": registration.deadline + 1,
        "data": bytes(registry.register.encode_input(d.PUBLIC_BODY, d.HASH)),
        # The last bit of s: a change of r is no point of the curve half of the time.
        "signature": registration.signature[:63]
        + bytes([registration.signature[63] ^ 1])
        + registration.signature[64:],
    }
    relay.assert_refused(registration.altered(**{word: changes[word]}))
    assert registry.entityOf(people.stranger) == 0


def test_execute__replayed__reverts(registry, relay, people, entities):
    request = relay.sign(people.member, registry.updateProfile, d.HASH)
    relay.submit(request)
    relay.assert_refused(request, nonce=1)


@pytest.mark.parametrize("nonce", [1, 2**255])
def test_execute__before_its_turn__reverts(registry, relay, people, entities, nonce):
    request = relay.sign(people.member, registry.updateProfile, d.HASH, nonce=nonce)
    relay.assert_refused(request)


def test_execute__second_before_first__reverts_until_its_turn(registry, relay, people, entities):
    first, second = (
        relay.sign(people.member, registry.updateProfile, document, nonce=nonce)
        for nonce, document in enumerate((d.HASH, d.OTHER_HASH))
    )
    relay.assert_refused(second)
    relay.submit(first)

    tx = relay.submit(second)

    emits(
        tx,
        registry.ProfileUpdated(entityId=entities["member"], profileHash=d.OTHER_HASH),
        relay.executed(people.member, 1),
    )


@pytest.mark.parametrize("seconds_late", [1, DAY])
def test_execute__expired__reverts(relay, people, registration, seconds_late):
    act_at(registration.deadline + seconds_late)
    with reverts(relay.forwarder.ERC2771ForwarderExpiredRequest, deadline=registration.deadline):
        relay.submit(registration)


@pytest.mark.parametrize("seconds_left", [1, 0])
def test_execute__in_its_last_seconds__is_done(registry, relay, people, registration, seconds_left):
    act_at(registration.deadline - seconds_left)
    relay.submit(registration)
    assert registry.entityOf(people.stranger) == registry.entityCount()


def test_execute__another_forwarder__reverts(lab, registry, people):
    """It carries our forwarder's very code, but the registry does not know it."""
    other = people.attacker.deploy(ContractContainer(lab.forwarder.contract_type), "Eranos Forwarder")
    request = signed(other, people.stranger, registry.register, d.SSE, d.HASH)
    with reverts(other.ERC2771UntrustfulTarget, target=registry.address, forwarder=other.address):
        other.execute(request.as_struct(), sender=people.attacker)


def test_execute__ether_sent_along__reverts(relay, people, registration):
    with reverts(relay.forwarder.ERC2771ForwarderMismatchedValue, requestedValue=0, msgValue=1):
        relay.forwarder.execute(registration.as_struct(), sender=people.relayer, value=1)


def test_execute__inner_call_fails__reverts_and_stays_good(registry, relay, people, registration):
    registry.pauseEntry(sender=people.guardian)
    with reverts(relay.forwarder.FailedCall):
        relay.submit(registration)
    assert relay.forwarder.nonces(people.stranger) == 0
    registry.resumeEntry(sender=people.guardian)

    relay.submit(registration)

    assert registry.entityOf(people.stranger) == registry.entityCount()


@pytest.mark.parametrize("function", ["execute", "executeBatch"])
def test_execute__relayer_starves_the_inner_call__all_or_nothing(registry, relay, people, entities, function):
    """In a batch that tolerates failed calls, nothing but the forwarder's look at the gas left over stands between a
    relayer and a wasted signature."""
    request = relay.sign(people.stranger, registry.register, d.SSE, d.HASH, gas=120_000)
    gas_limits = range(50_000, 230_000, 9_000)
    relay.assert_never_wasted(request, function, gas_limits, lambda: registry.entityOf(people.stranger) != 0)


def test_direct_call__appended_address__is_not_believed(registry, people, entities):
    """Who is not the forwarder can't speak for others by adding their address to the call."""
    data = bytes(registry.updateProfile.encode_input(d.HASH)) + bytes.fromhex(people.member.address[2:])
    with reverts(registry.EntityRegistry_NoEntity, account=people.attacker.address):
        people.attacker.transfer(registry, 0, data=data)


# --------------------------------------------------------------------------------------------------- registry's acts


def test_execute__register__registers_the_signer(registry, relay, people, registration):
    assert relay.forwarder.verify(registration.as_struct())

    tx = relay.submit(registration)

    entity_id = registry.entityCount()
    assert registry.entityOf(people.stranger) == entity_id
    assert registry.entityOf(people.relayer) == registry.entityOf(relay.forwarder) == 0
    assert relay.forwarder.nonces(people.stranger) == 1
    emits(
        tx,
        registry.EntityRegistered(
            entityId=entity_id,
            account=people.stranger,
            kinds=d.SSE,
            profileHash=d.HASH,
            oldState=NONE,
            newState=REGISTERED,
        ),
        relay.executed(people.stranger),
    )


def test_execute__change_of_account__is_the_signers(registry, relay, people, entities):
    """Proposed by one signature, accepted by another, both carried by the relayer."""
    entity_id = entities["organizer"]
    proposal = relay.sign(people.organizer, registry.proposeAccount, people.stranger)
    acceptance = relay.sign(people.stranger, registry.acceptAccount, entity_id)

    proposed = relay.submit(proposal)
    accepted = relay.submit(acceptance)

    assert registry.entity(entity_id).account == people.stranger
    emits(
        proposed,
        registry.AccountProposed(entityId=entity_id, account=people.organizer, proposedAccount=people.stranger),
        relay.executed(people.organizer),
    )
    emits(
        accepted,
        registry.AccountChanged(entityId=entity_id, oldAccount=people.organizer, newAccount=people.stranger),
        relay.executed(people.stranger),
    )


def test_execute__veto__is_the_signers(registry, relay, people, entities):
    entity_id = entities["organizer"]
    registry.startRecovery(entity_id, people.attacker, sender=people.registrar)
    request = relay.sign(people.organizer, registry.vetoRecovery, entity_id)

    tx = relay.submit(request)

    emits(
        tx,
        registry.RecoveryVetoed(
            entityId=entity_id,
            account=people.organizer,
            newAccount=people.attacker,
            barredUntil=tx.timestamp + 90 * DAY,
        ),
        relay.executed(people.organizer),
    )


def test_execute__finish_recovery__for_anyone(registry, relay, people, entities):
    entity_id = entities["organizer"]
    registry.startRecovery(entity_id, people.stranger, sender=people.registrar)
    ape.chain.mine(deltatime=30 * DAY)
    request = relay.sign(people.stranger, registry.finishRecovery, entity_id)

    relay.submit(request)

    assert registry.entity(entity_id).account == people.stranger


# ----------------------------------------------------------------------------------------------------- credit's acts


def test_execute__issue__is_the_signers(credit, relay, people, entities, funded):
    request = relay.sign(people.town, credit.issue, 1, people.organizer, d.CREDIT, d.HASH)

    tx = relay.submit(request)

    assert credit.balanceOf(people.organizer) == d.CREDIT
    emits(
        tx,
        credit.CreditIssued(
            programmeId=1,
            to=people.organizer,
            issuer=entities["town"],
            amount=d.CREDIT,
            issued=4 * d.CREDIT,
            evidenceHash=d.HASH,
        ),
        credit.Transfer(**{"from": ZERO, "to": people.organizer.address, "value": d.CREDIT}),
        relay.executed(people.town),
    )


def test_execute__issue_to_the_signer__reverts(credit, relay, people, funded):
    request = relay.sign(people.town, credit.issue, 1, people.town, d.CREDIT, d.HASH)
    with reverts(relay.forwarder.FailedCall):
        relay.submit(request)
    assert credit.balanceOf(people.town) == 0


def test_execute__issue_by_a_stranger__reverts(credit, relay, people, funded):
    request = relay.sign(people.attacker, credit.issue, 1, people.organizer, d.CREDIT, d.HASH)
    with reverts(relay.forwarder.FailedCall):
        relay.forwarder.execute(request.as_struct(), sender=people.town)
    assert credit.balanceOf(people.organizer) == 0


def test_execute__transfer__moves_the_signers_credits(credit, relay, people, funded):
    request = relay.sign(funded, credit.transfer, people.organizer, d.CREDIT)

    tx = relay.submit(request)

    assert (credit.balanceOf(funded), credit.balanceOf(people.organizer)) == (2 * d.CREDIT, d.CREDIT)
    emits(
        tx,
        credit.Transfer(**{"from": funded.address, "to": people.organizer.address, "value": d.CREDIT}),
        relay.executed(funded),
    )


def test_execute__transfer_to_unverified__reverts(credit, relay, people, funded):
    request = relay.sign(funded, credit.transfer, people.stranger, d.CREDIT)
    with reverts(relay.forwarder.FailedCall):
        relay.submit(request)
    assert credit.balanceOf(funded) == 3 * d.CREDIT


def test_execute__allowance__is_the_signers(credit, relay, people, funded):
    approval = relay.sign(funded, credit.approve, people.organizer, d.CREDIT)
    drawing = relay.sign(people.organizer, credit.transferFrom, funded, people.organizer, d.CREDIT)

    tx = relay.submit(approval)
    relay.submit(drawing)

    emits(
        tx,
        credit.Approval(owner=funded, spender=people.organizer, value=d.CREDIT),
        relay.executed(funded),
    )
    assert (credit.balanceOf(funded), credit.balanceOf(people.organizer)) == (2 * d.CREDIT, d.CREDIT)
    assert credit.allowance(funded, people.organizer) == 0


# ------------------------------------------------------------------------------------------------------------ batch


def test_batch__one_bad_and_nobody_to_refund__reverts_whole(registry, relay, people, entities, registration):
    tampered = relay.sign(people.member, registry.updateProfile, d.HASH).altered(
        data=bytes(registry.proposeAccount.encode_input(people.attacker))
    )
    with reverts(
        relay.forwarder.ERC2771ForwarderInvalidSigner,
        **{"signer": recovered(relay.forwarder, tampered, 0), "from": people.member.address},
    ):
        relay.forwarder.executeBatch([registration.as_struct(), tampered.as_struct()], ZERO, sender=people.relayer)
    assert registry.entityOf(people.stranger) == 0


def test_batch__one_bad_and_somebody_to_refund__does_the_others(registry, relay, people, entities, registration):
    """The tampered one stays unused; the one whose call fails is used up and says so."""
    tampered = relay.sign(people.member, registry.updateProfile, d.HASH).altered(
        data=bytes(registry.proposeAccount.encode_input(people.attacker))
    )
    failing = relay.sign(people.attacker, registry.updateProfile, d.HASH)
    batch = [request.as_struct() for request in (tampered, failing, registration)]

    tx = relay.forwarder.executeBatch(batch, people.relayer, sender=people.relayer)

    assert registry.proposedAccountOf(entities["member"]) == ZERO
    assert [relay.forwarder.nonces(account) for account in (people.member, people.attacker, people.stranger)] == [
        0,
        1,
        1,
    ]
    emits(
        tx,
        relay.executed(people.attacker, success=False),
        registry.EntityRegistered(
            entityId=registry.entityCount(),
            account=people.stranger,
            kinds=d.SSE,
            profileHash=d.HASH,
            oldState=NONE,
            newState=REGISTERED,
        ),
        relay.executed(people.stranger),
    )


def test_batch__one_signer_twice__in_order(registry, relay, people, entities):
    requests = [
        relay.sign(people.member, registry.updateProfile, document, nonce=nonce)
        for nonce, document in enumerate((d.HASH, d.OTHER_HASH))
    ]

    tx = relay.forwarder.executeBatch([request.as_struct() for request in requests], ZERO, sender=people.relayer)

    emits(
        tx,
        registry.ProfileUpdated(entityId=entities["member"], profileHash=d.HASH),
        relay.executed(people.member, 0),
        registry.ProfileUpdated(entityId=entities["member"], profileHash=d.OTHER_HASH),
        relay.executed(people.member, 1),
    )
