"""EntityRegistry: another account for an entity, by its own proposal or after a lost key.

proposeAccount
├── given the caller acts for no live entity → reverts
├── when the account proposed acts for a live entity → reverts
├── when the account proposed is zero → the proposal is withdrawn
└── otherwise → proposed, in place of an earlier proposal
acceptAccount
├── given no such entity → reverts
├── given the caller was not proposed, or no longer → reverts
├── given the entity was refused or revoked since → reverts
├── given the caller acts for a live entity by now → reverts
└── otherwise → the caller acts for the entity; a pending recovery ends
startRecovery
├── given no such entity → reverts
├── given the registrar acts for the entity, or would → reverts
├── when the new account is zero or acts for a live entity → reverts
├── given the entity was refused or revoked → reverts
├── given a veto less than 90 days ago → reverts
└── otherwise → pending for 30 days, in place of an earlier one
vetoRecovery
├── given no such entity, another caller, or no pending recovery → reverts
├── given the 30 days are over → reverts
└── otherwise → recovery dropped, new ones barred for 90 days
finishRecovery
├── given no such entity or no pending recovery → reverts
├── given the 30 days are not over → reverts
├── given the entity was refused or revoked since → reverts
├── given the new account acts for a live entity by now → reverts
└── otherwise → the new account acts for the entity, whoever calls
and a change of account moves authority, never money
"""

import ape
import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts
from tests.contracts.schedule import revoke

REFUSED, REVOKED = 3, 4
UNKNOWN = 1_000
ZERO = "0x" + 40 * "0"
VETO_WINDOW, VETO_BAR = 30 * DAY, 90 * DAY


@pytest.fixture
def entity_id(entities) -> int:
    """The entity `people.organizer` acts for."""
    return entities["organizer"]


@pytest.fixture
def proposed_id(registry, people, entity_id) -> int:
    """The same, with `people.stranger` proposed as the next account."""
    registry.proposeAccount(people.stranger, sender=people.organizer)
    return entity_id


@pytest.fixture
def finishable_at(registry, people, entity_id) -> int:
    """End of the veto on a recovery of `people.organizer`'s entity by `people.stranger`."""
    tx = registry.startRecovery(entity_id, people.stranger, sender=people.registrar)
    return tx.timestamp + VETO_WINDOW


@pytest.fixture
def unverified_id(registry, people, entities) -> int:
    """An entity that waits for the registrar, with a proposal and a recovery, both of which name `stranger`."""
    registry.register(d.SSE, d.HASH, sender=people.backer)
    entity_id = registry.entityCount()
    registry.proposeAccount(people.stranger, sender=people.backer)
    registry.startRecovery(entity_id, people.stranger, sender=people.registrar)
    return entity_id


def recovery(registry, entity_id) -> tuple:
    """(account, finishableAt, barredUntil)"""
    return tuple(registry.recovery(entity_id))


# --------------------------------------------------------------------------------------------------- proposeAccount


def test_propose_account__no_entity__reverts(registry, people, entities):
    with reverts(registry.EntityRegistry_NoEntity, account=people.attacker.address):
        registry.proposeAccount(people.stranger, sender=people.attacker)


def test_propose_account__taken__reverts(registry, people, entities):
    with reverts(
        registry.EntityRegistry_AccountTaken,
        account=people.member.address,
        entityId=entities["member"],
    ):
        registry.proposeAccount(people.member, sender=people.organizer)


def test_propose_account__itself__reverts(registry, people, entity_id):
    with reverts(
        registry.EntityRegistry_AccountTaken,
        account=people.organizer.address,
        entityId=entity_id,
    ):
        registry.proposeAccount(people.organizer, sender=people.organizer)


def test_propose_account__free__is_proposed(registry, people, entity_id):
    tx = registry.proposeAccount(people.stranger, sender=people.organizer)

    assert registry.proposedAccountOf(entity_id) == people.stranger
    assert registry.entity(entity_id).account == people.organizer, "nothing changes before the acceptance"
    emits(
        tx,
        registry.AccountProposed(
            entityId=entity_id,
            account=people.organizer,
            proposedAccount=people.stranger,
        ),
    )


def test_propose_account__another__replaces_the_first(registry, people, proposed_id):
    registry.proposeAccount(people.backer, sender=people.organizer)

    assert registry.proposedAccountOf(proposed_id) == people.backer
    with reverts(
        registry.EntityRegistry_NotProposed,
        entityId=proposed_id,
        account=people.stranger.address,
    ):
        registry.acceptAccount(proposed_id, sender=people.stranger)


def test_propose_account__zero__withdraws(registry, people, proposed_id):
    tx = registry.proposeAccount(ZERO, sender=people.organizer)

    assert registry.proposedAccountOf(proposed_id) == ZERO
    emits(
        tx,
        registry.AccountProposed(entityId=proposed_id, account=people.organizer, proposedAccount=ZERO),
    )


# ---------------------------------------------------------------------------------------------------- acceptAccount


@pytest.mark.parametrize("unknown_id", [0, UNKNOWN])
def test_accept_account__unknown_entity__reverts(registry, people, entities, unknown_id):
    with reverts(registry.EntityRegistry_UnknownEntity, entityId=unknown_id):
        registry.acceptAccount(unknown_id, sender=people.stranger)


def test_accept_account__not_proposed__reverts(registry, people, proposed_id):
    with reverts(
        registry.EntityRegistry_NotProposed,
        entityId=proposed_id,
        account=people.attacker.address,
    ):
        registry.acceptAccount(proposed_id, sender=people.attacker)


def test_accept_account__withdrawn__reverts(registry, people, proposed_id):
    registry.proposeAccount(ZERO, sender=people.organizer)
    with reverts(
        registry.EntityRegistry_NotProposed,
        entityId=proposed_id,
        account=people.stranger.address,
    ):
        registry.acceptAccount(proposed_id, sender=people.stranger)


def test_accept_account__refused__reverts(registry, people, unverified_id):
    registry.refuse(unverified_id, d.REASON, sender=people.registrar)
    with reverts(registry.EntityRegistry_WrongState, entityId=unverified_id, state=REFUSED):
        registry.acceptAccount(unverified_id, sender=people.stranger)


def test_accept_account__revoked__reverts(lab, registry, people, proposed_id):
    revoke(lab.authority, registry, proposed_id, d.REASON, people.registrar)
    with reverts(registry.EntityRegistry_WrongState, entityId=proposed_id, state=REVOKED):
        registry.acceptAccount(proposed_id, sender=people.stranger)


def test_accept_account__registered_meanwhile__reverts(registry, people, proposed_id):
    registry.register(d.MEMBER, d.HASH, sender=people.stranger)
    with reverts(
        registry.EntityRegistry_AccountTaken,
        account=people.stranger.address,
        entityId=registry.entityOf(people.stranger),
    ):
        registry.acceptAccount(proposed_id, sender=people.stranger)


def test_accept_account__proposed__takes_over(registry, people, proposed_id):
    before = registry.entity(proposed_id)

    tx = registry.acceptAccount(proposed_id, sender=people.stranger)

    after = registry.entity(proposed_id)
    assert after.account == people.stranger
    assert tuple(after)[1:] == tuple(before)[1:], "kinds, state and times stay"
    assert registry.entityOf(people.stranger) == proposed_id
    assert registry.entityOf(people.organizer) == 0
    assert registry.isVerified(people.stranger, d.SSE)
    assert not registry.isVerified(people.organizer, d.SSE)
    assert registry.proposedAccountOf(proposed_id) == ZERO
    emits(
        tx,
        registry.AccountChanged(
            entityId=proposed_id,
            oldAccount=people.organizer,
            newAccount=people.stranger,
        ),
    )


def test_accept_account__twice__reverts(registry, people, proposed_id):
    registry.acceptAccount(proposed_id, sender=people.stranger)
    with reverts(
        registry.EntityRegistry_NotProposed,
        entityId=proposed_id,
        account=people.stranger.address,
    ):
        registry.acceptAccount(proposed_id, sender=people.stranger)


def test_accept_account__pending_recovery__ends_it(registry, people, proposed_id):
    registry.startRecovery(proposed_id, people.backer, sender=people.registrar)

    registry.acceptAccount(proposed_id, sender=people.stranger)

    assert recovery(registry, proposed_id) == (ZERO, 0, 0)
    ape.chain.mine(deltatime=VETO_WINDOW)
    with reverts(registry.EntityRegistry_NoRecovery, entityId=proposed_id):
        registry.finishRecovery(proposed_id, sender=people.backer)


# ---------------------------------------------------------------------------------------------------- startRecovery


@pytest.mark.parametrize("unknown_id", [0, UNKNOWN])
def test_start_recovery__unknown_entity__reverts(registry, people, entities, unknown_id):
    with reverts(registry.EntityRegistry_UnknownEntity, entityId=unknown_id):
        registry.startRecovery(unknown_id, people.stranger, sender=people.registrar)


def test_start_recovery__own_entity__reverts(registry, people, entities):
    registry.register(d.SSE, d.HASH, sender=people.registrar)
    own_id = registry.entityCount()
    with reverts(
        registry.EntityRegistry_OwnEntity,
        entityId=own_id,
        registrar=people.registrar.address,
    ):
        registry.startRecovery(own_id, people.stranger, sender=people.registrar)


def test_start_recovery__to_the_registrar__reverts(registry, people, entity_id):
    with reverts(
        registry.EntityRegistry_OwnEntity,
        entityId=entity_id,
        registrar=people.registrar.address,
    ):
        registry.startRecovery(entity_id, people.registrar, sender=people.registrar)


def test_start_recovery__to_zero__reverts(registry, people, entity_id):
    with reverts(registry.EntityRegistry_InvalidAccount, account=ZERO):
        registry.startRecovery(entity_id, ZERO, sender=people.registrar)


def test_start_recovery__refused__reverts(registry, people, unverified_id):
    registry.refuse(unverified_id, d.REASON, sender=people.registrar)
    with reverts(registry.EntityRegistry_WrongState, entityId=unverified_id, state=REFUSED):
        registry.startRecovery(unverified_id, people.attacker, sender=people.registrar)


def test_start_recovery__revoked__reverts(lab, registry, people, entity_id):
    revoke(lab.authority, registry, entity_id, d.REASON, people.registrar)
    with reverts(registry.EntityRegistry_WrongState, entityId=entity_id, state=REVOKED):
        registry.startRecovery(entity_id, people.stranger, sender=people.registrar)


def test_start_recovery__account_taken__reverts(registry, people, entities):
    with reverts(
        registry.EntityRegistry_AccountTaken,
        account=people.member.address,
        entityId=entities["member"],
    ):
        registry.startRecovery(entities["organizer"], people.member, sender=people.registrar)


@pytest.mark.parametrize("seconds_before", [1, DAY, VETO_BAR])
def test_start_recovery__within_90_days_of_a_veto__reverts(registry, people, entity_id, finishable_at, seconds_before):
    vetoed_at = now() + 10
    act_at(vetoed_at)
    registry.vetoRecovery(entity_id, sender=people.organizer)
    act_at(max(vetoed_at + VETO_BAR - seconds_before, vetoed_at + 1))
    with reverts(
        registry.EntityRegistry_RecoveryBarred,
        entityId=entity_id,
        barredUntil=vetoed_at + VETO_BAR,
    ):
        registry.startRecovery(entity_id, people.stranger, sender=people.registrar)


@pytest.mark.parametrize("seconds_after", [0, 1])
def test_start_recovery__90_days_after_a_veto__is_pending(registry, people, entity_id, finishable_at, seconds_after):
    vetoed_at = now() + 10
    act_at(vetoed_at)
    registry.vetoRecovery(entity_id, sender=people.organizer)
    start = vetoed_at + VETO_BAR + seconds_after
    act_at(start)

    registry.startRecovery(entity_id, people.backer, sender=people.registrar)

    assert recovery(registry, entity_id) == (
        people.backer,
        start + VETO_WINDOW,
        vetoed_at + VETO_BAR,
    )


def test_start_recovery__verified__is_pending(registry, people, entity_id):
    start = now() + 10
    act_at(start)

    tx = registry.startRecovery(entity_id, people.stranger, sender=people.registrar)

    assert recovery(registry, entity_id) == (people.stranger, start + VETO_WINDOW, 0)
    assert registry.entity(entity_id).account == people.organizer, "nothing changes for 30 days"
    emits(
        tx,
        registry.RecoveryStarted(
            entityId=entity_id,
            account=people.organizer,
            newAccount=people.stranger,
            finishableAt=start + VETO_WINDOW,
        ),
    )


def test_start_recovery__again__replaces_account_and_clock(registry, people, entity_id, finishable_at):
    start = finishable_at - 1
    act_at(start)

    registry.startRecovery(entity_id, people.backer, sender=people.registrar)

    assert recovery(registry, entity_id) == (people.backer, start + VETO_WINDOW, 0)
    act_at(finishable_at)
    with reverts(
        registry.EntityRegistry_RecoveryNotFinishable,
        entityId=entity_id,
        finishableAt=start + VETO_WINDOW,
    ):
        registry.finishRecovery(entity_id, sender=people.stranger)


# ----------------------------------------------------------------------------------------------------- vetoRecovery


@pytest.mark.parametrize("unknown_id", [0, UNKNOWN])
def test_veto_recovery__unknown_entity__reverts(registry, people, entities, unknown_id):
    with reverts(registry.EntityRegistry_UnknownEntity, entityId=unknown_id):
        registry.vetoRecovery(unknown_id, sender=people.organizer)


@pytest.mark.parametrize("role", ["registrar", "stranger", "member", "admin"])
def test_veto_recovery__other_account__reverts(registry, people, entity_id, finishable_at, role):
    account = getattr(people, role)
    with reverts(
        registry.EntityRegistry_NotEntityAccount,
        entityId=entity_id,
        account=account.address,
    ):
        registry.vetoRecovery(entity_id, sender=account)


def test_veto_recovery__none__reverts(registry, people, entity_id):
    with reverts(registry.EntityRegistry_NoRecovery, entityId=entity_id):
        registry.vetoRecovery(entity_id, sender=people.organizer)


@pytest.mark.parametrize("seconds_after", [0, 1])
def test_veto_recovery__30_days_over__reverts(registry, people, entity_id, finishable_at, seconds_after):
    act_at(finishable_at + seconds_after)
    with reverts(
        registry.EntityRegistry_VetoTooLate,
        entityId=entity_id,
        finishableAt=finishable_at,
    ):
        registry.vetoRecovery(entity_id, sender=people.organizer)


@pytest.mark.parametrize("seconds_before", [1, VETO_WINDOW - 1])
def test_veto_recovery__within_30_days__drops_it(registry, people, entity_id, finishable_at, seconds_before):
    moment = finishable_at - seconds_before
    act_at(moment)

    tx = registry.vetoRecovery(entity_id, sender=people.organizer)

    assert recovery(registry, entity_id) == (ZERO, 0, moment + VETO_BAR)
    emits(
        tx,
        registry.RecoveryVetoed(
            entityId=entity_id,
            account=people.organizer,
            newAccount=people.stranger,
            barredUntil=moment + VETO_BAR,
        ),
    )
    act_at(finishable_at + 1)
    with reverts(registry.EntityRegistry_NoRecovery, entityId=entity_id):
        registry.finishRecovery(entity_id, sender=people.stranger)


def test_veto_recovery__suspended__drops_it(registry, people, entity_id, finishable_at):
    registry.suspend(entity_id, now() + 60 * DAY, d.REASON, sender=people.registrar)

    registry.vetoRecovery(entity_id, sender=people.organizer)

    assert recovery(registry, entity_id)[0] == ZERO


# --------------------------------------------------------------------------------------------------- finishRecovery


@pytest.mark.parametrize("unknown_id", [0, UNKNOWN])
def test_finish_recovery__unknown_entity__reverts(registry, people, entities, unknown_id):
    with reverts(registry.EntityRegistry_UnknownEntity, entityId=unknown_id):
        registry.finishRecovery(unknown_id, sender=people.stranger)


def test_finish_recovery__none__reverts(registry, people, entity_id):
    with reverts(registry.EntityRegistry_NoRecovery, entityId=entity_id):
        registry.finishRecovery(entity_id, sender=people.stranger)


@pytest.mark.parametrize("seconds_before", [1, VETO_WINDOW - 1])
def test_finish_recovery__within_30_days__reverts(registry, people, entity_id, finishable_at, seconds_before):
    act_at(finishable_at - seconds_before)
    with reverts(
        registry.EntityRegistry_RecoveryNotFinishable,
        entityId=entity_id,
        finishableAt=finishable_at,
    ):
        registry.finishRecovery(entity_id, sender=people.stranger)


def test_finish_recovery__refused__reverts(registry, people, unverified_id):
    registry.refuse(unverified_id, d.REASON, sender=people.registrar)
    ape.chain.mine(deltatime=VETO_WINDOW)
    with reverts(registry.EntityRegistry_WrongState, entityId=unverified_id, state=REFUSED):
        registry.finishRecovery(unverified_id, sender=people.stranger)


def test_finish_recovery__revoked__reverts(lab, registry, people, entity_id, finishable_at):
    revoke(lab.authority, registry, entity_id, d.REASON, people.registrar)
    travel_to(finishable_at)
    with reverts(registry.EntityRegistry_WrongState, entityId=entity_id, state=REVOKED):
        registry.finishRecovery(entity_id, sender=people.stranger)


def test_finish_recovery__registered_meanwhile__reverts(registry, people, entity_id, finishable_at):
    registry.register(d.MEMBER, d.HASH, sender=people.stranger)
    travel_to(finishable_at)
    with reverts(
        registry.EntityRegistry_AccountTaken,
        account=people.stranger.address,
        entityId=registry.entityOf(people.stranger),
    ):
        registry.finishRecovery(entity_id, sender=people.stranger)


@pytest.mark.parametrize("seconds_after", [0, 1, 365 * DAY])
def test_finish_recovery__30_days_over__takes_over(registry, people, entity_id, finishable_at, seconds_after):
    registry.proposeAccount(people.backer, sender=people.organizer)
    before = registry.entity(entity_id)
    act_at(finishable_at + seconds_after)

    tx = registry.finishRecovery(entity_id, sender=people.attacker)

    after = registry.entity(entity_id)
    assert after.account == people.stranger
    assert tuple(after)[1:] == tuple(before)[1:], "kinds, state and times stay"
    assert registry.entityOf(people.stranger) == entity_id
    assert registry.entityOf(people.organizer) == 0
    assert recovery(registry, entity_id) == (ZERO, 0, 0)
    assert registry.proposedAccountOf(entity_id) == ZERO, "a proposal of the lost key ends with it"
    emits(
        tx,
        registry.AccountChanged(entityId=entity_id, oldAccount=people.organizer, newAccount=people.stranger),
    )


def test_finish_recovery__after_a_veto_long_ago__keeps_its_bar(registry, people, entity_id, finishable_at):
    tx = registry.vetoRecovery(entity_id, sender=people.organizer)
    barred_until = tx.timestamp + VETO_BAR
    travel_to(barred_until)
    registry.startRecovery(entity_id, people.stranger, sender=people.registrar)
    ape.chain.mine(deltatime=VETO_WINDOW)

    registry.finishRecovery(entity_id, sender=people.attacker)

    assert recovery(registry, entity_id) == (ZERO, 0, barred_until)


# ---------------------------------------------------------------------------------- authority moves, money does not


def test_account_change__organizer__moves_authority_and_no_money(
    registry, crowdfunding, people, euro, proposed_id, create_campaign
):
    campaign_id = create_campaign()
    registry.acceptAccount(proposed_id, sender=people.stranger)

    with reverts(
        crowdfunding.Crowdfunding_NotOrganizer,
        campaignId=campaign_id,
        account=people.organizer.address,
    ):
        crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)
    assert crowdfunding.campaign(campaign_id).payoutAccount == people.payout
    crowdfunding.cancelCampaign(campaign_id, sender=people.stranger)


def test_account_change__backer__is_refunded_to_the_account_that_paid(
    registry, crowdfunding, people, euro, entities, create_campaign
):
    campaign_id = create_campaign()
    amount = 10 * d.EURO
    crowdfunding.pledge(campaign_id, amount, 0, sender=people.member)
    registry.startRecovery(entities["member"], people.stranger, sender=people.registrar)
    ape.chain.mine(deltatime=VETO_WINDOW)
    registry.finishRecovery(entities["member"], sender=people.stranger)
    old_balance, new_balance = (
        euro.balanceOf(people.member),
        euro.balanceOf(people.stranger),
    )

    with reverts(
        crowdfunding.Crowdfunding_NoPledge,
        campaignId=campaign_id,
        backer=people.stranger.address,
    ):
        crowdfunding.refund(campaign_id, people.stranger, sender=people.stranger)
    crowdfunding.refund(campaign_id, people.member, sender=people.stranger)

    assert euro.balanceOf(people.member) == old_balance + amount
    assert euro.balanceOf(people.stranger) == new_balance


def test_account_change__holder_of_credits__keeps_them(
    registry, credit, people, entities, as_treasurer, promised_hours
):
    as_treasurer(
        credit.openProgramme,
        entities["town"],
        10 * d.CREDIT,
        now(),
        now() + 30 * DAY,
        d.HASH,
    )
    credit.issue(1, people.member, d.CREDIT, d.HASH, sender=people.town)
    registry.proposeAccount(people.stranger, sender=people.member)
    registry.acceptAccount(entities["member"], sender=people.stranger)

    assert (credit.balanceOf(people.member), credit.balanceOf(people.stranger)) == (
        d.CREDIT,
        0,
    )
    credit.transfer(people.stranger, d.CREDIT, sender=people.member)
    assert (credit.balanceOf(people.member), credit.balanceOf(people.stranger)) == (
        0,
        d.CREDIT,
    )
