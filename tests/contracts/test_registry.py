"""EntityRegistry: who is registered, verified, refused or revoked, and what readers are told.

register
├── when the kinds are none, unknown or a member's with others → reverts
├── given the account acts for a live entity → reverts
├── given entry is paused → reverts (test_pause.py)
└── otherwise → registered under the next id, also after a refusal or a revocation
verify
├── given no such entity → reverts
├── given the registrar acts for the entity → reverts
├── given the entity was refused or revoked → reverts
├── when the kinds are none, unknown or a member's with others → reverts
├── when it would end now or before → reverts
├── given a registered entity → verified, as the kinds the registrar names
└── given a verified entity → renewed, corrected or shortened; a suspension stays
refuse
├── given no such entity → reverts
├── given the registrar acts for the entity → reverts
├── given another state than registered → reverts
└── otherwise → refused for good, the account is free
revoke
├── given it was not scheduled, is not ready yet, or waited for more than a week → reverts
├── given no such entity → reverts
├── given the registrar acts for the entity → reverts
├── given another state than verified → reverts
└── otherwise → revoked for good, the account is free; also while suspended or expired
updateProfile
├── given the caller acts for no live entity → reverts
└── otherwise → logged, whatever the verification is worth
isVerified, memberIdOf
├── given no entity, or one that is not verified → no
├── given a verification → until its very end, for its own kinds
├── given a suspension → not before its very end
└── given a revocation → no
(who may call what: test_authority.py; suspend: test_suspension.py; accounts: test_entity_accounts.py)
"""

from typing import Any

import pytest
from ape.api import ReceiptAPI
from ape.contracts import ContractInstance

from scripts.deploy import DAY, REVOKER, Lab
from tests.contracts import defaults as d
from tests.contracts.conftest import People, act_at, now, travel_to
from tests.contracts.expect import emits, reverts
from tests.contracts.schedule import EXPIRATION, operation_id, revoke, schedule

NONE, REGISTERED, VERIFIED, REFUSED, REVOKED = range(5)

INVALID_KINDS = (0, 9, 10, 12, 15, 16, 17, 24, 255)
VALID_KINDS = (1, 2, 3, 4, 5, 6, 7, 8)
UNKNOWN = 1_000
ZERO = "0x" + 40 * "0"


def registered(registry: ContractInstance, account: Any, kinds: int = d.SSE) -> int:
    registry.register(kinds, d.HASH, sender=account)
    return int(registry.entityCount())


def shown(registry: ContractInstance, entity_id: int) -> dict[str, Any]:
    """The entity as its view tells, by field."""
    return dict(registry.entity(entity_id).items())


def stored(
    account: Any,
    kinds: int,
    state: int,
    verified_until: int = 0,
    suspended_until: int = 0,
) -> dict[str, Any]:
    return {
        "account": account.address,
        "kinds": kinds,
        "state": state,
        "verifiedUntil": verified_until,
        "suspendedUntil": suspended_until,
    }


@pytest.fixture
def applicant(people: People) -> Any:
    return people.stranger


@pytest.fixture
def applicant_id(registry: ContractInstance, entities: dict[str, int], applicant: Any) -> int:
    """An entity that waits for the registrar."""
    return registered(registry, applicant)


@pytest.fixture
def registrars_own_id(registry: ContractInstance, entities: dict[str, int], people: People) -> int:
    """An entity for which the registrar acts."""
    return registered(registry, people.registrar)


@pytest.fixture
def refused_id(registry: ContractInstance, applicant_id: int, people: People) -> int:
    registry.refuse(applicant_id, d.REASON, sender=people.registrar)
    return applicant_id


@pytest.fixture
def revoked_id(lab: Lab, entities: dict[str, int], people: People) -> int:
    revoke(lab.authority, lab.registry, entities["organizer"], d.REASON, people.registrar)
    return entities["organizer"]


# --------------------------------------------------------------------------------------------------------- register


@pytest.mark.parametrize("kinds", INVALID_KINDS)
def test_register__invalid_kinds__reverts(registry, people, kinds):
    with reverts(registry.EntityRegistry_InvalidKinds, kinds=kinds):
        registry.register(kinds, d.HASH, sender=people.stranger)


def test_register__account_verified__reverts(registry, people, entities):
    with reverts(
        registry.EntityRegistry_AccountTaken,
        account=people.organizer.address,
        entityId=entities["organizer"],
    ):
        registry.register(d.SSE, d.HASH, sender=people.organizer)


def test_register__account_registered__reverts(registry, applicant, applicant_id):
    with reverts(
        registry.EntityRegistry_AccountTaken,
        account=applicant.address,
        entityId=applicant_id,
    ):
        registry.register(d.SSE, d.HASH, sender=applicant)


@pytest.mark.parametrize("kinds", VALID_KINDS)
def test_register__valid_kinds__is_registered(registry, people, entities, kinds):
    entity_id = registry.entityCount() + 1

    tx = registry.register(kinds, d.OTHER_HASH, sender=people.stranger)

    assert tx.return_value == entity_id
    assert registry.entityCount() == entity_id
    assert registry.entityOf(people.stranger) == entity_id
    assert shown(registry, entity_id) == stored(people.stranger, kinds, REGISTERED)
    emits(
        tx,
        registry.EntityRegistered(
            entityId=entity_id,
            account=people.stranger,
            kinds=kinds,
            profileHash=d.OTHER_HASH,
            oldState=NONE,
            newState=REGISTERED,
        ),
    )


def test_register__after_refusal__is_a_new_entity(registry, applicant, refused_id):
    assert registered(registry, applicant) == refused_id + 1

    assert registry.entityOf(applicant) == refused_id + 1
    assert shown(registry, refused_id)["state"] == REFUSED, "the old record stays"


def test_register__after_revocation__is_a_new_entity(registry, people, revoked_id):
    entity_id = registered(registry, people.organizer)

    assert registry.entityOf(people.organizer) == entity_id != revoked_id
    assert shown(registry, revoked_id)["state"] == REVOKED, "the old record stays"
    assert not registry.isVerified(people.organizer, d.SSE), "nothing of the old verification comes back"


# ----------------------------------------------------------------------------------------------------------- verify


@pytest.mark.parametrize("entity_id", [0, UNKNOWN])
def test_verify__unknown_entity__reverts(registry, people, entities, entity_id):
    with reverts(registry.EntityRegistry_UnknownEntity, entityId=entity_id):
        registry.verify(entity_id, d.SSE, now() + DAY, sender=people.registrar)


def test_verify__own_entity__reverts(registry, people, registrars_own_id):
    with reverts(
        registry.EntityRegistry_OwnEntity,
        entityId=registrars_own_id,
        registrar=people.registrar.address,
    ):
        registry.verify(registrars_own_id, d.SSE, now() + DAY, sender=people.registrar)


def test_verify__refused__reverts(registry, people, refused_id):
    with reverts(registry.EntityRegistry_WrongState, entityId=refused_id, state=REFUSED):
        registry.verify(refused_id, d.SSE, now() + DAY, sender=people.registrar)


def test_verify__revoked__reverts(registry, people, revoked_id):
    with reverts(registry.EntityRegistry_WrongState, entityId=revoked_id, state=REVOKED):
        registry.verify(revoked_id, d.SSE, now() + DAY, sender=people.registrar)


@pytest.mark.parametrize("kinds", INVALID_KINDS)
def test_verify__invalid_kinds__reverts(registry, people, applicant_id, kinds):
    with reverts(registry.EntityRegistry_InvalidKinds, kinds=kinds):
        registry.verify(applicant_id, kinds, now() + DAY, sender=people.registrar)


@pytest.mark.parametrize("seconds_ago", [0, 1, DAY])
def test_verify__expiry_not_in_future__reverts(registry, people, applicant_id, seconds_ago):
    moment = now() + 10
    act_at(moment)
    with reverts(
        registry.EntityRegistry_ExpiryInPast,
        entityId=applicant_id,
        expiresAt=moment - seconds_ago,
    ):
        registry.verify(applicant_id, d.SSE, moment - seconds_ago, sender=people.registrar)


def test_verify__expiry_in_the_next_second__is_verified(registry, people, applicant, applicant_id):
    moment = now() + 10
    act_at(moment)
    registry.verify(applicant_id, d.SSE, moment + 1, sender=people.registrar)

    assert registry.isVerified(applicant, d.SSE)


def test_verify__registered__is_verified_as_what_the_registrar_found(registry, people, applicant, applicant_id):
    until = now() + d.VERIFICATION

    tx = registry.verify(applicant_id, d.SSE | d.PROVIDER, until, sender=people.registrar)

    assert shown(registry, applicant_id) == stored(applicant, d.SSE | d.PROVIDER, VERIFIED, until)
    emits(
        tx,
        registry.EntityVerified(
            entityId=applicant_id,
            kinds=d.SSE | d.PROVIDER,
            verifiedUntil=until,
            oldState=REGISTERED,
            newState=VERIFIED,
        ),
    )


@pytest.mark.parametrize("duration", [DAY, 3 * d.VERIFICATION], ids=["shortened", "renewed"])
def test_verify__verified__changes_end_and_kinds(registry, people, entities, duration):
    until = now() + duration

    tx = registry.verify(entities["organizer"], d.PUBLIC_BODY, until, sender=people.registrar)

    assert shown(registry, entities["organizer"]) == stored(people.organizer, d.PUBLIC_BODY, VERIFIED, until)
    assert registry.isVerified(people.organizer, d.PUBLIC_BODY)
    assert not registry.isVerified(people.organizer, d.SSE)
    emits(
        tx,
        registry.EntityVerified(
            entityId=entities["organizer"],
            kinds=d.PUBLIC_BODY,
            verifiedUntil=until,
            oldState=VERIFIED,
            newState=VERIFIED,
        ),
    )


def test_verify__suspended__stays_suspended(registry, people, entities):
    suspended_until, until = now() + 30 * DAY, now() + d.VERIFICATION
    registry.suspend(entities["organizer"], suspended_until, d.REASON, sender=people.registrar)

    registry.verify(entities["organizer"], d.SSE, until, sender=people.registrar)

    assert shown(registry, entities["organizer"]) == stored(people.organizer, d.SSE, VERIFIED, until, suspended_until)
    assert not registry.isVerified(people.organizer, d.SSE)


def test_verify__expired__is_verified_again(registry, people, entities):
    travel_to(registry.entity(entities["organizer"]).verifiedUntil)
    assert not registry.isVerified(people.organizer, d.SSE)

    registry.verify(entities["organizer"], d.SSE, now() + DAY, sender=people.registrar)

    assert registry.isVerified(people.organizer, d.SSE)


# ----------------------------------------------------------------------------------------------------------- refuse


@pytest.mark.parametrize("entity_id", [0, UNKNOWN])
def test_refuse__unknown_entity__reverts(registry, people, entities, entity_id):
    with reverts(registry.EntityRegistry_UnknownEntity, entityId=entity_id):
        registry.refuse(entity_id, d.REASON, sender=people.registrar)


def test_refuse__own_entity__reverts(registry, people, registrars_own_id):
    with reverts(
        registry.EntityRegistry_OwnEntity,
        entityId=registrars_own_id,
        registrar=people.registrar.address,
    ):
        registry.refuse(registrars_own_id, d.REASON, sender=people.registrar)


def test_refuse__verified__reverts(registry, people, entities):
    with reverts(
        registry.EntityRegistry_WrongState,
        entityId=entities["organizer"],
        state=VERIFIED,
    ):
        registry.refuse(entities["organizer"], d.REASON, sender=people.registrar)


def test_refuse__refused__reverts(registry, people, refused_id):
    with reverts(registry.EntityRegistry_WrongState, entityId=refused_id, state=REFUSED):
        registry.refuse(refused_id, d.REASON, sender=people.registrar)


def test_refuse__revoked__reverts(registry, people, revoked_id):
    with reverts(registry.EntityRegistry_WrongState, entityId=revoked_id, state=REVOKED):
        registry.refuse(revoked_id, d.REASON, sender=people.registrar)


def test_refuse__registered__is_refused_and_account_free(registry, people, applicant, applicant_id):
    tx = registry.refuse(applicant_id, d.REASON, sender=people.registrar)

    assert shown(registry, applicant_id) == stored(applicant, d.SSE, REFUSED)
    assert registry.entityOf(applicant) == 0
    emits(
        tx,
        registry.EntityRefused(
            entityId=applicant_id,
            reason=d.REASON,
            oldState=REGISTERED,
            newState=REFUSED,
        ),
    )


# ----------------------------------------------------------------------------------------------------------- revoke


def test_revoke__not_scheduled__reverts(lab, registry, people, entities):
    arguments = (entities["organizer"], d.REASON)
    operation = operation_id(lab.authority, registry.revoke, *arguments, sender=people.registrar)
    with reverts(lab.authority.AccessManagerNotScheduled, operationId=operation):
        registry.revoke(*arguments, sender=people.registrar)


def test_revoke__other_reason_than_scheduled__reverts(lab, registry, people, entities):
    entity_id = entities["organizer"]
    ready = schedule(
        lab.authority,
        registry.revoke,
        entity_id,
        d.REASON,
        sender=people.registrar,
        role=REVOKER,
    )
    operation = operation_id(lab.authority, registry.revoke, entity_id, d.HASH, sender=people.registrar)
    act_at(ready)
    with reverts(lab.authority.AccessManagerNotScheduled, operationId=operation):
        registry.revoke(entity_id, d.HASH, sender=people.registrar)


def test_revoke__one_second_before_three_days__reverts(lab, registry, people, entities):
    arguments = (entities["organizer"], d.REASON)
    ready = schedule(
        lab.authority,
        registry.revoke,
        *arguments,
        sender=people.registrar,
        role=REVOKER,
    )
    operation = operation_id(lab.authority, registry.revoke, *arguments, sender=people.registrar)
    act_at(ready - 1)
    with reverts(lab.authority.AccessManagerNotReady, operationId=operation):
        registry.revoke(*arguments, sender=people.registrar)


def test_revoke__a_week_after_it_was_ready__reverts(lab, registry, people, entities):
    arguments = (entities["organizer"], d.REASON)
    ready = schedule(
        lab.authority,
        registry.revoke,
        *arguments,
        sender=people.registrar,
        role=REVOKER,
    )
    operation = operation_id(lab.authority, registry.revoke, *arguments, sender=people.registrar)
    act_at(ready + EXPIRATION)
    with reverts(lab.authority.AccessManagerExpired, operationId=operation):
        registry.revoke(*arguments, sender=people.registrar)


@pytest.mark.parametrize("entity_id", [0, UNKNOWN])
def test_revoke__unknown_entity__reverts(lab, registry, people, entities, entity_id):
    with reverts(registry.EntityRegistry_UnknownEntity, entityId=entity_id):
        revoke(lab.authority, registry, entity_id, d.REASON, people.registrar)


def test_revoke__own_entity__reverts(lab, registry, people, registrars_own_id):
    with reverts(
        registry.EntityRegistry_OwnEntity,
        entityId=registrars_own_id,
        registrar=people.registrar.address,
    ):
        revoke(lab.authority, registry, registrars_own_id, d.REASON, people.registrar)


def test_revoke__registered__reverts(lab, registry, people, applicant_id):
    with reverts(registry.EntityRegistry_WrongState, entityId=applicant_id, state=REGISTERED):
        revoke(lab.authority, registry, applicant_id, d.REASON, people.registrar)


def test_revoke__refused__reverts(lab, registry, people, refused_id):
    with reverts(registry.EntityRegistry_WrongState, entityId=refused_id, state=REFUSED):
        revoke(lab.authority, registry, refused_id, d.REASON, people.registrar)


def test_revoke__revoked__reverts(lab, registry, people, revoked_id):
    with reverts(registry.EntityRegistry_WrongState, entityId=revoked_id, state=REVOKED):
        revoke(lab.authority, registry, revoked_id, d.REASON, people.registrar)


@pytest.mark.parametrize("wait", [0, 1, EXPIRATION - 1])
def test_revoke__from_three_days_on__is_revoked_and_account_free(lab, registry, people, entities, wait):
    entity_id = entities["organizer"]
    ready = schedule(
        lab.authority,
        registry.revoke,
        entity_id,
        d.REASON,
        sender=people.registrar,
        role=REVOKER,
    )
    act_at(ready + wait)

    tx = registry.revoke(entity_id, d.REASON, sender=people.registrar)

    assert shown(registry, entity_id) == stored(people.organizer, d.SSE, REVOKED, ready + wait)
    assert registry.entityOf(people.organizer) == 0
    assert not registry.isVerified(people.organizer, d.SSE)
    expect_revocation(lab, tx, entity_id, ready + wait)


def test_revoke__suspended__is_revoked(lab, registry, people, entities):
    suspended_until = now() + 30 * DAY
    registry.suspend(entities["organizer"], suspended_until, d.REASON, sender=people.registrar)

    tx = revoke(lab.authority, registry, entities["organizer"], d.REASON, people.registrar)

    assert shown(registry, entities["organizer"]) == stored(
        people.organizer, d.SSE, REVOKED, tx.timestamp, suspended_until
    )
    expect_revocation(lab, tx, entities["organizer"], tx.timestamp)


def test_revoke__expired__is_revoked(lab, registry, people, entities):
    travel_to(registry.entity(entities["organizer"]).verifiedUntil + DAY)

    tx = revoke(lab.authority, registry, entities["organizer"], d.REASON, people.registrar)

    assert shown(registry, entities["organizer"])["state"] == REVOKED
    expect_revocation(lab, tx, entities["organizer"], tx.timestamp)


def expect_revocation(lab: Lab, tx: ReceiptAPI, entity_id: int, revoked_at: int) -> None:
    """The authority logs first that the scheduled act was used up."""
    executed, _ = tx.events
    emits(
        tx,
        lab.authority.OperationExecuted(operationId=executed.operationId, nonce=1),
        lab.registry.EntityRevoked(
            entityId=entity_id,
            revokedAt=revoked_at,
            reason=d.REASON,
            oldState=VERIFIED,
            newState=REVOKED,
        ),
    )


# ---------------------------------------------------------------------------------------------------- updateProfile


def test_update_profile__no_entity__reverts(registry, people, entities):
    with reverts(registry.EntityRegistry_NoEntity, account=people.attacker.address):
        registry.updateProfile(d.HASH, sender=people.attacker)


def test_update_profile__refused__reverts(registry, applicant, refused_id):
    with reverts(registry.EntityRegistry_NoEntity, account=applicant.address):
        registry.updateProfile(d.HASH, sender=applicant)


def test_update_profile__revoked__reverts(registry, people, revoked_id):
    with reverts(registry.EntityRegistry_NoEntity, account=people.organizer.address):
        registry.updateProfile(d.HASH, sender=people.organizer)


def test_update_profile__registered__is_logged(registry, applicant, applicant_id):
    tx = registry.updateProfile(d.OTHER_HASH, sender=applicant)

    emits(tx, registry.ProfileUpdated(entityId=applicant_id, profileHash=d.OTHER_HASH))


def test_update_profile__suspended__is_logged(registry, people, entities):
    registry.suspend(entities["organizer"], now() + 30 * DAY, d.REASON, sender=people.registrar)

    tx = registry.updateProfile(d.OTHER_HASH, sender=people.organizer)

    emits(
        tx,
        registry.ProfileUpdated(entityId=entities["organizer"], profileHash=d.OTHER_HASH),
    )


# ------------------------------------------------------------------------------------------------------------ views


@pytest.mark.parametrize("entity_id", [0, UNKNOWN])
def test_entity__unknown__reverts(registry, entities, entity_id):
    with reverts(registry.EntityRegistry_UnknownEntity, entityId=entity_id):
        registry.entity(entity_id)


def test_recovery__never_one__is_zero(registry, entities):
    assert tuple(registry.recovery(entities["organizer"])) == (ZERO, 0, 0)


def test_is_verified__no_entity__is_false(registry, people, entities):
    assert not registry.isVerified(people.attacker, 255)
    assert registry.memberIdOf(people.attacker) == 0


def test_is_verified__registered__is_false(registry, applicant, applicant_id):
    assert not registry.isVerified(applicant, 255)


@pytest.mark.parametrize("kinds", VALID_KINDS)
def test_is_verified__kinds__need_one_in_common(registry, people, entities, kinds):
    registry.verify(entities["organizer"], kinds, now() + DAY, sender=people.registrar)

    for asked in (0, *VALID_KINDS, 15, 16, 255):
        assert registry.isVerified(people.organizer, asked) == bool(kinds & asked), f"asked for {asked}"


@pytest.mark.parametrize(("offset", "expected"), [(-1, True), (0, False), (1, False)])
def test_is_verified__around_the_expiry__ends_with_it(registry, people, entities, offset, expected):
    travel_to(registry.entity(entities["member"]).verifiedUntil + offset)

    assert registry.isVerified(people.member, d.MEMBER) == expected
    assert registry.memberIdOf(people.member) == (entities["member"] if expected else 0)
    assert registry.entityOf(people.member) == entities["member"], "it is still its entity"


@pytest.mark.parametrize(("offset", "expected"), [(-1, False), (0, True), (1, True)])
def test_is_verified__around_the_end_of_a_suspension__begins_again(registry, people, entities, offset, expected):
    until = now() + 30 * DAY
    registry.suspend(entities["member"], until, d.REASON, sender=people.registrar)
    assert not registry.isVerified(people.member, d.MEMBER), "suspended at once"
    assert registry.memberIdOf(people.member) == 0

    travel_to(until + offset)

    assert registry.isVerified(people.member, d.MEMBER) == expected
    assert registry.memberIdOf(people.member) == (entities["member"] if expected else 0)


def test_member_id_of__revoked__is_zero(lab, registry, people, entities):
    revoke(lab.authority, registry, entities["member"], d.REASON, people.registrar)

    assert registry.memberIdOf(people.member) == 0
    assert not registry.isVerified(people.member, d.MEMBER)


@pytest.mark.parametrize("role", ["organizer", "town", "provider"])
def test_member_id_of__other_kinds__is_zero(registry, people, entities, role):
    assert registry.memberIdOf(getattr(people, role)) == 0


def test_member_id_of__member_verified_as_another_kind__is_zero(registry, people, entities):
    registry.verify(entities["member"], d.SSE, now() + DAY, sender=people.registrar)

    assert registry.memberIdOf(people.member) == 0
