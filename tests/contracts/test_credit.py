"""InnovationCredit: programmes, issue, and the closed loop of transfers.

openProgramme
├── given the caller is not the treasurer, or did not wait two days → reverts (test_authority.py)
├── given entry is paused → reverts (test_pause.py)
├── when the cap is zero → reverts
├── when it ends before it starts, or now → reverts
├── given the issuer is unknown, or not verified now → reverts
└── otherwise → open under the next id
closeProgramme
├── given no such programme, or a closed one → reverts
└── otherwise → closed for good, what was issued stays
issue
├── given no such programme, or a closed one → reverts
├── given the caller does not act for the issuer, or the issuer is not verified now → reverts
├── given the time is not in [startsAt, endsAt) → reverts
├── when it is to itself, of nothing, or above what the cap leaves → reverts
├── when it is to an account that is neither verified nor a lab contract's → reverts
└── otherwise → issued, counted and transferred
transfer, transferFrom
├── from anyone but a lab contract
│   ├── to an account verified now, or a lab contract → moved
│   └── to any other account → reverts
└── from a lab contract → moved, whoever receives
permit (ERC-2612)
├── when expired, of another owner, replayed → reverts
└── otherwise → allowed, in any state of the owner
and always: totalSupply = the sum of what all programmes issued
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import ape
import pytest
from ape.contracts import ContractContainer, ContractInstance
from eth_account.messages import encode_typed_data

from scripts.deploy import DAY, Lab
from tests.contracts import defaults as d
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts
from tests.contracts.forward import Relay
from tests.contracts.schedule import revoke

ZERO = "0x" + 40 * "0"
UNKNOWN = 1_000
CAP = 100 * d.CREDIT
OPENING, LENGTH = 5 * DAY, 30 * DAY


class Programme(NamedTuple):
    """A programme of the town, as its view tells."""

    issuer: int
    starts_at: int
    ends_at: int
    closed: bool = False
    cap: int = CAP
    issued: int = 0


@pytest.fixture(scope="session")
def open_programme(credit: ContractInstance, as_treasurer: Callable[..., Any]) -> Callable[..., Any]:
    """Opens a programme two days from now, when the treasurer may; returns the receipt."""

    def open_(issuer: int, *, cap: int = CAP, starts_at: int | None = None, ends_at: int | None = None) -> Any:
        starts_at = now() + OPENING if starts_at is None else starts_at
        ends_at = starts_at + LENGTH if ends_at is None else ends_at
        return as_treasurer(credit.openProgramme, issuer, cap, starts_at, ends_at, d.HASH)

    return open_


@pytest.fixture
def programme(
    credit: ContractInstance, open_programme: Callable[..., Any], entities: dict[str, int], promised_hours: int
) -> Programme:
    """The first programme: the town may issue from five days after now on. Not open yet."""
    starts_at = now() + OPENING
    open_programme(entities["town"], starts_at=starts_at)
    return Programme(entities["town"], starts_at, starts_at + LENGTH)


@pytest.fixture
def issuing(programme: Programme) -> Programme:
    """The same, at the instant of its opening."""
    travel_to(programme.starts_at)
    return programme


def shown(credit: ContractInstance, programme_id: int = 1) -> tuple[Any, ...]:
    return tuple(credit.programme(programme_id))


# ---------------------------------------------------------------------------------------------------- openProgramme


def test_open_programme__no_cap__reverts(credit, entities, open_programme):
    with reverts(credit.InnovationCredit_ZeroCap):
        open_programme(entities["town"], cap=0)


@pytest.mark.parametrize("length", [0, -1])
def test_open_programme__ends_before_it_starts__reverts(credit, entities, open_programme, length):
    starts_at = now() + OPENING
    with reverts(credit.InnovationCredit_InvalidWindow, startsAt=starts_at, endsAt=starts_at + length):
        open_programme(entities["town"], starts_at=starts_at, ends_at=starts_at + length)


@pytest.mark.parametrize("seconds_left", [0, -1])
def test_open_programme__over_already__reverts(lab, credit, people, entities, seconds_left):
    starts_at, ends_at = now(), now() + 3 * DAY
    arguments = (entities["town"], CAP, starts_at, ends_at, d.HASH)
    lab.authority.schedule(credit, credit.openProgramme.encode_input(*arguments), 0, sender=people.treasurer)
    act_at(ends_at - seconds_left)
    with reverts(credit.InnovationCredit_InvalidWindow, startsAt=starts_at, endsAt=ends_at):
        credit.openProgramme(*arguments, sender=people.treasurer)


@pytest.mark.parametrize("entity_id", [0, UNKNOWN])
def test_open_programme__unknown_issuer__reverts(registry, entities, open_programme, entity_id):
    with reverts(registry.EntityRegistry_UnknownEntity, entityId=entity_id):
        open_programme(entity_id)


def test_open_programme__issuer_registered_only__reverts(registry, credit, people, open_programme):
    registry.register(d.SSE, d.HASH, sender=people.stranger)
    entity_id = registry.entityCount()
    with reverts(credit.InnovationCredit_InvalidIssuer, entityId=entity_id):
        open_programme(entity_id)


def test_open_programme__issuer_expired__reverts(registry, credit, people, entities, open_programme):
    registry.verify(entities["town"], d.PUBLIC_BODY, now() + DAY, sender=people.registrar)
    with reverts(credit.InnovationCredit_InvalidIssuer, entityId=entities["town"]):
        open_programme(entities["town"])


def test_open_programme__issuer_suspended__reverts(registry, credit, people, entities, open_programme):
    registry.suspend(entities["town"], now() + 30 * DAY, d.REASON, sender=people.registrar)
    with reverts(credit.InnovationCredit_InvalidIssuer, entityId=entities["town"]):
        open_programme(entities["town"])


def test_open_programme__issuer_revoked__reverts(lab, credit, registry, people, entities, open_programme):
    revoke(lab.authority, registry, entities["town"], d.REASON, people.registrar)
    with reverts(credit.InnovationCredit_InvalidIssuer, entityId=entities["town"]):
        open_programme(entities["town"])


def test_open_programme__revoked_issuers_account_verified_anew__reverts(
    lab, credit, registry, people, entities, verify, open_programme
):
    """The old entity's account is verified, but for another entity."""
    revoke(lab.authority, registry, entities["town"], d.REASON, people.registrar)
    verify(people.town, d.PUBLIC_BODY)
    with reverts(credit.InnovationCredit_InvalidIssuer, entityId=entities["town"]):
        open_programme(entities["town"])


def test_open_programme__verified_issuer__is_open(lab, credit, people, entities, open_programme):
    starts_at = now() + OPENING

    tx = open_programme(entities["town"], starts_at=starts_at)

    assert tx.return_value == 1
    assert credit.programmeCount() == 1
    assert shown(credit) == Programme(entities["town"], starts_at, starts_at + LENGTH)
    executed = tx.events[0]
    emits(
        tx,
        lab.authority.OperationExecuted(operationId=executed.operationId, nonce=1),
        credit.ProgrammeOpened(
            programmeId=1,
            issuer=entities["town"],
            cap=CAP,
            startsAt=starts_at,
            endsAt=starts_at + LENGTH,
            purposeHash=d.HASH,
        ),
    )


def test_open_programme__second__has_its_own_id(credit, entities, programme, open_programme):
    tx = open_programme(entities["provider"], cap=1, starts_at=0, ends_at=2**40 - 1)

    assert tx.return_value == 2
    assert shown(credit, 2) == Programme(entities["provider"], 0, 2**40 - 1, cap=1)
    assert shown(credit, 1) == programme


# --------------------------------------------------------------------------------------------------- closeProgramme


@pytest.mark.parametrize("programme_id", [0, 2, UNKNOWN])
def test_close_programme__unknown__reverts(credit, programme, as_treasurer, programme_id):
    with reverts(credit.InnovationCredit_UnknownProgramme, programmeId=programme_id):
        as_treasurer(credit.closeProgramme, programme_id)


def test_close_programme__closed__reverts(credit, programme, as_treasurer):
    as_treasurer(credit.closeProgramme, 1)
    with reverts(credit.InnovationCredit_ProgrammeClosed, programmeId=1):
        as_treasurer(credit.closeProgramme, 1)


def test_close_programme__open__is_closed_and_credits_stay(lab, credit, people, issuing, as_treasurer):
    credit.issue(1, people.member, d.CREDIT, d.HASH, sender=people.town)

    tx = as_treasurer(credit.closeProgramme, 1)

    assert shown(credit) == issuing._replace(closed=True, issued=d.CREDIT)
    assert credit.balanceOf(people.member) == credit.totalSupply() == d.CREDIT
    executed = tx.events[0]
    emits(
        tx,
        lab.authority.OperationExecuted(operationId=executed.operationId, nonce=1),
        credit.ProgrammeClosed(programmeId=1, issued=d.CREDIT),
    )


@pytest.mark.parametrize("programme_id", [0, 2, UNKNOWN])
def test_programme__unknown__reverts(credit, programme, programme_id):
    with reverts(credit.InnovationCredit_UnknownProgramme, programmeId=programme_id):
        credit.programme(programme_id)


# ------------------------------------------------------------------------------------------------------------ issue


@pytest.mark.parametrize("programme_id", [0, 2, UNKNOWN])
def test_issue__unknown_programme__reverts(credit, people, issuing, programme_id):
    with reverts(credit.InnovationCredit_UnknownProgramme, programmeId=programme_id):
        credit.issue(programme_id, people.member, d.CREDIT, d.HASH, sender=people.town)


def test_issue__closed__reverts(credit, people, issuing, as_treasurer):
    as_treasurer(credit.closeProgramme, 1)
    with reverts(credit.InnovationCredit_ProgrammeClosed, programmeId=1):
        credit.issue(1, people.member, d.CREDIT, d.HASH, sender=people.town)


@pytest.mark.parametrize("role", ["organizer", "member", "stranger", "treasurer", "admin"])
def test_issue__not_the_issuer__reverts(credit, people, issuing, role):
    account = getattr(people, role)
    with reverts(credit.InnovationCredit_NotIssuer, programmeId=1, account=account.address):
        credit.issue(1, people.provider, d.CREDIT, d.HASH, sender=account)


@pytest.mark.parametrize("seconds_over", [0, 1])
def test_issue__issuer_expired__reverts(registry, credit, people, entities, issuing, seconds_over):
    until = now() + 100
    registry.verify(entities["town"], d.PUBLIC_BODY, until, sender=people.registrar)
    act_at(until + seconds_over)
    with reverts(credit.InnovationCredit_NotIssuer, programmeId=1, account=people.town.address):
        credit.issue(1, people.member, d.CREDIT, d.HASH, sender=people.town)


def test_issue__issuer_suspended__reverts(registry, credit, people, entities, issuing):
    registry.suspend(entities["town"], now() + 2 * DAY, d.REASON, sender=people.registrar)
    with reverts(credit.InnovationCredit_NotIssuer, programmeId=1, account=people.town.address):
        credit.issue(1, people.member, d.CREDIT, d.HASH, sender=people.town)


def test_issue__issuer_revoked_and_verified_anew__reverts(lab, registry, credit, people, entities, issuing, verify):
    """A programme belongs to the entity; what its account becomes later does not matter."""
    revoke(lab.authority, registry, entities["town"], d.REASON, people.registrar)
    verify(people.town, d.PUBLIC_BODY)
    with reverts(credit.InnovationCredit_NotIssuer, programmeId=1, account=people.town.address):
        credit.issue(1, people.member, d.CREDIT, d.HASH, sender=people.town)


def test_issue__issuers_former_account__reverts(move_entity, credit, people, entities, issuing):
    move_entity(entities["town"], people.stranger)
    with reverts(credit.InnovationCredit_NotIssuer, programmeId=1, account=people.town.address):
        credit.issue(1, people.member, d.CREDIT, d.HASH, sender=people.town)


def test_issue__one_second_before_it_starts__reverts(credit, people, programme):
    act_at(programme.starts_at - 1)
    with reverts(
        credit.InnovationCredit_OutsideWindow,
        programmeId=1,
        startsAt=programme.starts_at,
        endsAt=programme.ends_at,
    ):
        credit.issue(1, people.member, d.CREDIT, d.HASH, sender=people.town)


@pytest.mark.parametrize("seconds_after", [0, 1])
def test_issue__ended__reverts(credit, people, programme, seconds_after):
    act_at(programme.ends_at + seconds_after)
    with reverts(
        credit.InnovationCredit_OutsideWindow,
        programmeId=1,
        startsAt=programme.starts_at,
        endsAt=programme.ends_at,
    ):
        credit.issue(1, people.member, d.CREDIT, d.HASH, sender=people.town)


def test_issue__to_itself__reverts(credit, people, issuing):
    with reverts(credit.InnovationCredit_SelfIssue, programmeId=1, account=people.town.address):
        credit.issue(1, people.town, d.CREDIT, d.HASH, sender=people.town)


def test_issue__nothing__reverts(credit, people, issuing):
    with reverts(credit.InnovationCredit_ZeroAmount):
        credit.issue(1, people.member, 0, d.HASH, sender=people.town)


@pytest.mark.parametrize("amount", [CAP + 1, 2**96, 2**96 + 1, 2**256 - 1])
def test_issue__above_cap__reverts(credit, people, issuing, amount):
    with reverts(credit.InnovationCredit_AboveCap, programmeId=1, amount=amount, left=CAP):
        credit.issue(1, people.member, amount, d.HASH, sender=people.town)


def test_issue__above_what_the_cap_leaves__reverts(credit, people, issuing):
    credit.issue(1, people.member, CAP - 5, d.HASH, sender=people.town)
    with reverts(credit.InnovationCredit_AboveCap, programmeId=1, amount=6, left=5):
        credit.issue(1, people.member, 6, d.HASH, sender=people.town)
    credit.issue(1, people.member, 5, d.HASH, sender=people.town)
    with reverts(credit.InnovationCredit_AboveCap, programmeId=1, amount=1, left=0):
        credit.issue(1, people.member, 1, d.HASH, sender=people.town)
    assert credit.totalSupply() == credit.programme(1).issued == CAP


def test_issue__recipient_in_no_registry__reverts(credit, people, issuing):
    with reverts(credit.InnovationCredit_RecipientNotVerified, to=people.stranger.address):
        credit.issue(1, people.stranger, d.CREDIT, d.HASH, sender=people.town)
    assert credit.programme(1).issued == 0


def test_issue__recipient_expired__reverts(registry, credit, people, entities, issuing):
    until = now() + 100
    registry.verify(entities["member"], d.MEMBER, until, sender=people.registrar)
    act_at(until)
    with reverts(credit.InnovationCredit_RecipientNotVerified, to=people.member.address):
        credit.issue(1, people.member, d.CREDIT, d.HASH, sender=people.town)


def test_issue__to_zero__reverts(credit, people, issuing):
    with reverts(credit.ERC20InvalidReceiver, receiver=ZERO):
        credit.issue(1, ZERO, d.CREDIT, d.HASH, sender=people.town)


@pytest.mark.parametrize("second", [0, 1, LENGTH - 1])
def test_issue__in_the_window__is_issued(credit, people, entities, programme, second):
    act_at(programme.starts_at + second)

    tx = credit.issue(1, people.member, d.CREDIT, d.OTHER_HASH, sender=people.town)

    assert shown(credit) == programme._replace(issued=d.CREDIT)
    assert credit.balanceOf(people.member) == credit.totalSupply() == d.CREDIT
    emits(
        tx,
        credit.CreditIssued(
            programmeId=1,
            to=people.member,
            issuer=entities["town"],
            amount=d.CREDIT,
            issued=d.CREDIT,
            evidenceHash=d.OTHER_HASH,
        ),
        credit.Transfer(**{"from": ZERO, "to": people.member.address, "value": d.CREDIT}),
    )


def test_issue__issuers_new_account__is_issued(move_entity, credit, people, entities, issuing):
    move_entity(entities["town"], people.stranger)

    credit.issue(1, people.member, d.CREDIT, d.HASH, sender=people.stranger)

    assert credit.balanceOf(people.member) == d.CREDIT


def test_issue__two_programmes__issued_sums_up_to_the_supply(credit, people, entities, issuing, open_programme):
    open_programme(entities["provider"], cap=3 * d.CREDIT, starts_at=now())
    credit.issue(1, people.member, 2 * d.CREDIT, d.HASH, sender=people.town)
    credit.issue(2, people.member, d.CREDIT + 1, d.HASH, sender=people.provider)
    credit.issue(1, people.organizer, 7, d.HASH, sender=people.town)
    credit.transfer(people.organizer, d.CREDIT, sender=people.member)

    issued = [credit.programme(programme_id).issued for programme_id in (1, 2)]
    assert issued == [2 * d.CREDIT + 7, d.CREDIT + 1]
    assert credit.totalSupply() == sum(issued)
    assert credit.balanceOf(people.member) + credit.balanceOf(people.organizer) == sum(issued)


# ---------------------------------------------------------------------------------------------- transfers, own lab


@pytest.fixture
def funded(credit: ContractInstance, people: Any, issuing: Programme) -> Any:
    """An account with ten credits: the member's."""
    credit.issue(1, people.member, 10 * d.CREDIT, d.HASH, sender=people.town)
    return people.member


def test_transfer__to_unverified__reverts(credit, people, funded):
    with reverts(credit.InnovationCredit_RecipientNotVerified, to=people.stranger.address):
        credit.transfer(people.stranger, 1, sender=funded)


def test_transfer__nothing_to_unverified__reverts(credit, people, funded):
    with reverts(credit.InnovationCredit_RecipientNotVerified, to=people.stranger.address):
        credit.transfer(people.stranger, 0, sender=funded)


def test_transfer__to_crowdfunding__reverts(credit, crowdfunding, funded):
    with reverts(credit.InnovationCredit_RecipientNotVerified, to=crowdfunding.address):
        credit.transfer(crowdfunding, 1, sender=funded)


def test_transfer__to_suspended__reverts(registry, credit, people, entities, funded):
    registry.suspend(entities["organizer"], now() + 2 * DAY, d.REASON, sender=people.registrar)
    with reverts(credit.InnovationCredit_RecipientNotVerified, to=people.organizer.address):
        credit.transfer(people.organizer, 1, sender=funded)


def test_transfer__to_revoked__reverts(lab, registry, credit, people, entities, funded):
    revoke(lab.authority, registry, entities["organizer"], d.REASON, people.registrar)
    with reverts(credit.InnovationCredit_RecipientNotVerified, to=people.organizer.address):
        credit.transfer(people.organizer, 1, sender=funded)


@pytest.mark.parametrize("seconds_over", [0, 1])
def test_transfer__to_expired__reverts(registry, credit, people, entities, funded, seconds_over):
    until = now() + 100
    registry.verify(entities["organizer"], d.SSE, until, sender=people.registrar)
    act_at(until + seconds_over)
    with reverts(credit.InnovationCredit_RecipientNotVerified, to=people.organizer.address):
        credit.transfer(people.organizer, 1, sender=funded)


def test_transfer__more_than_held__reverts(credit, people, funded):
    with reverts(
        credit.ERC20InsufficientBalance, sender=funded.address, balance=10 * d.CREDIT, needed=10 * d.CREDIT + 1
    ):
        credit.transfer(people.organizer, 10 * d.CREDIT + 1, sender=funded)


def test_transfer__in_the_last_second_of_a_verification__is_moved(registry, credit, people, entities, funded):
    until = now() + 100
    registry.verify(entities["organizer"], d.SSE, until, sender=people.registrar)
    act_at(until - 1)

    credit.transfer(people.organizer, 1, sender=funded)

    assert credit.balanceOf(people.organizer) == 1


@pytest.mark.parametrize("role", ["organizer", "town", "provider", "second_member", "member"])
def test_transfer__to_verified__is_moved(credit, people, funded, role):
    to = getattr(people, role)

    tx = credit.transfer(to, d.CREDIT, sender=funded)

    assert credit.balanceOf(funded) == (10 if to == funded else 9) * d.CREDIT
    assert credit.balanceOf(to) == (10 if to == funded else 1) * d.CREDIT
    assert credit.totalSupply() == 10 * d.CREDIT
    emits(tx, credit.Transfer(**{"from": funded.address, "to": to.address, "value": d.CREDIT}))


@pytest.mark.parametrize("end", ["expired", "suspended", "revoked"])
def test_transfer__from_one_no_longer_verified__is_moved(lab, registry, credit, people, entities, funded, end):
    """Nobody's credits are locked in."""
    match end:
        case "expired":
            registry.verify(entities["member"], d.MEMBER, now() + 10, sender=people.registrar)
            ape.chain.mine(deltatime=10)
        case "suspended":
            registry.suspend(entities["member"], now() + 2 * DAY, d.REASON, sender=people.registrar)
        case "revoked":
            revoke(lab.authority, registry, entities["member"], d.REASON, people.registrar)
    assert not registry.isVerified(funded, d.MEMBER)

    credit.transfer(people.organizer, 10 * d.CREDIT, sender=funded)

    assert (credit.balanceOf(funded), credit.balanceOf(people.organizer)) == (0, 10 * d.CREDIT)


def test_transfer_from__without_allowance__reverts(credit, people, funded):
    with reverts(credit.ERC20InsufficientAllowance, spender=people.organizer.address, allowance=0, needed=d.CREDIT):
        credit.transferFrom(funded, people.organizer, d.CREDIT, sender=people.organizer)


def test_transfer_from__to_unverified_spender__reverts(credit, people, funded):
    credit.approve(people.stranger, d.CREDIT, sender=funded)
    with reverts(credit.InnovationCredit_RecipientNotVerified, to=people.stranger.address):
        credit.transferFrom(funded, people.stranger, d.CREDIT, sender=people.stranger)


def test_transfer_from__unverified_spender_to_verified__is_moved(credit, people, funded):
    credit.approve(people.stranger, d.CREDIT, sender=funded)

    credit.transferFrom(funded, people.organizer, d.CREDIT, sender=people.stranger)

    assert credit.balanceOf(people.organizer) == d.CREDIT
    assert credit.allowance(funded, people.stranger) == 0


@pytest.fixture(scope="module")
def escrow(people: Any) -> Any:
    """Stands for the marketplace, which holds credits for others."""
    return people.relayer


@pytest.fixture(scope="module")
def looped(
    lab: Lab, people: Any, entities: dict[str, int], escrow: Any, offer_hours: Callable[..., int]
) -> ContractInstance:
    """Another credit, which knows `escrow` as a lab contract; `member` and `escrow` hold ten of it each.

    It has an authority of its own, whose admin need not wait.
    """
    authority = people.deployer.deploy(ContractContainer(lab.authority.contract_type), people.deployer)
    credit = people.deployer.deploy(
        ape.project.InnovationCredit, authority, lab.forwarder, lab.registry, escrow, lab.pro_bono
    )
    offer_hours(21)
    credit.openProgramme(entities["town"], CAP, now(), now() + 300 * DAY, d.HASH, sender=people.deployer)
    credit.issue(1, people.member, 20 * d.CREDIT, d.HASH, sender=people.town)
    credit.transferFrom(people.member, escrow, 10 * d.CREDIT, sender=escrow)
    return credit


def test_is_lab_contract__fixed_at_deployment(credit, crowdfunding, looped, people, escrow):
    assert looped.isLabContract(escrow)
    assert not looped.isLabContract(people.member)
    assert not credit.isLabContract(escrow)
    assert not credit.isLabContract(crowdfunding)


@pytest.mark.parametrize("amount", [0, 1, 10 * d.CREDIT])
def test_transfer__to_lab_contract__reverts_as_nothing_would_give_it_back(looped, people, escrow, amount):
    with reverts(looped.InnovationCredit_SentToEscrow, to=escrow.address):
        looped.transfer(escrow, amount, sender=people.member)


def test_transfer_from__to_lab_contract_by_another__reverts(looped, people, escrow):
    looped.approve(people.stranger, d.CREDIT, sender=people.member)
    with reverts(looped.InnovationCredit_SentToEscrow, to=escrow.address):
        looped.transferFrom(people.member, escrow, d.CREDIT, sender=people.stranger)


def test_transfer__to_lab_contract_by_signed_request__reverts(lab, looped, people, escrow):
    relay = Relay(lab.forwarder, people.stranger)
    refusal = {"to": escrow.address}
    relay.assert_reverts(looped.InnovationCredit_SentToEscrow, refusal, people.member, looped.transfer, escrow, 1)


def test_issue__to_lab_contract__reverts(looped, people, escrow):
    with reverts(looped.InnovationCredit_SentToEscrow, to=escrow.address):
        looped.issue(1, escrow, d.CREDIT, d.HASH, sender=people.town)


def test_transfer_from__lab_contract_takes_of_unverified_holder__is_moved(registry, looped, people, escrow, entities):
    registry.suspend(entities["member"], now() + 2 * DAY, d.REASON, sender=people.registrar)
    assert not registry.isVerified(escrow, 15)

    looped.transferFrom(people.member, escrow, 10 * d.CREDIT, sender=escrow)

    assert (looped.balanceOf(people.member), looped.balanceOf(escrow)) == (0, 20 * d.CREDIT)


@pytest.mark.parametrize("role", ["stranger", "member"])
def test_transfer__from_lab_contract__is_moved_whoever_receives(looped, people, escrow, role):
    to = getattr(people, role)
    before = looped.balanceOf(to)

    tx = looped.transfer(to, 10 * d.CREDIT, sender=escrow)

    assert (looped.balanceOf(escrow), looped.balanceOf(to)) == (0, before + 10 * d.CREDIT)
    emits(tx, looped.Transfer(**{"from": escrow.address, "to": to.address, "value": 10 * d.CREDIT}))


def test_transfer__from_one_lab_contract_to_the_other__is_moved(lab, looped, escrow):
    """A seller may be paid wherever it named; what it names must not keep the order open."""
    looped.transfer(lab.pro_bono, d.CREDIT, sender=escrow)

    assert looped.balanceOf(lab.pro_bono) == d.CREDIT


def test_transfer__from_lab_contract_to_revoked__is_moved(lab, registry, looped, people, entities, escrow):
    revoke(lab.authority, registry, entities["member"], d.REASON, people.registrar)

    looped.transfer(people.member, 10 * d.CREDIT, sender=escrow)

    assert looped.balanceOf(people.member) == 20 * d.CREDIT


def test_transfer__given_back_to_unverified__goes_on_to_verified_only(looped, people, escrow):
    looped.transfer(people.stranger, d.CREDIT, sender=escrow)
    with reverts(looped.InnovationCredit_RecipientNotVerified, to=people.attacker.address):
        looped.transfer(people.attacker, d.CREDIT, sender=people.stranger)

    looped.transfer(people.member, d.CREDIT, sender=people.stranger)

    assert looped.balanceOf(people.stranger) == 0


# ----------------------------------------------------------------------------------------------------------- permit


def signed_permit(credit: ContractInstance, owner: Any, spender: Any, value: int, deadline: int, signer: Any) -> Any:
    """Arguments of `permit`, signed by `signer` with the owner's present nonce."""
    message = {
        "owner": owner.address,
        "spender": spender.address,
        "value": value,
        "nonce": credit.nonces(owner),
        "deadline": deadline,
    }
    domain = {
        "name": "Eranos Innovation Credit",
        "version": "1",
        "chainId": ape.chain.chain_id,
        "verifyingContract": credit.address,
    }
    kinds = {"owner": "address", "spender": "address"}
    types = {"Permit": [{"name": name, "type": kinds.get(name, "uint256")} for name in message]}
    signature = signer.sign_message(encode_typed_data(domain, types, message))
    # Ape leaves leading zeros out, and a value that is too short would be filled up at its other end.
    return (owner, spender, value, deadline, signature.v, signature.r.rjust(32, b"\0"), signature.s.rjust(32, b"\0"))


def test_permit__expired__reverts(credit, people, funded):
    deadline = now() + 10
    permit = signed_permit(credit, funded, people.organizer, d.CREDIT, deadline, funded)
    act_at(deadline + 1)
    with reverts(credit.ERC2612ExpiredSignature, deadline=deadline):
        credit.permit(*permit, sender=people.relayer)


def test_permit__signed_by_another__reverts(credit, people, funded):
    permit = signed_permit(credit, funded, people.attacker, d.CREDIT, now() + DAY, people.attacker)
    with reverts(credit.ERC2612InvalidSigner, signer=people.attacker.address, owner=funded.address):
        credit.permit(*permit, sender=people.attacker)


def test_permit__replayed__reverts(credit, people, funded):
    permit = signed_permit(credit, funded, people.organizer, d.CREDIT, now() + DAY, funded)
    credit.permit(*permit, sender=people.relayer)
    with ape.reverts() as refusal:
        credit.permit(*permit, sender=people.relayer)
    assert isinstance(refusal.value, credit.ERC2612InvalidSigner), "another nonce, hence a signer nobody knows"
    assert credit.allowance(funded, people.organizer) == d.CREDIT


@pytest.mark.parametrize("seconds_left", [1, 0])
def test_permit__in_time__is_an_allowance(credit, people, funded, seconds_left):
    deadline = now() + 10
    permit = signed_permit(credit, funded, people.organizer, 2 * d.CREDIT, deadline, funded)
    act_at(deadline - seconds_left)

    tx = credit.permit(*permit, sender=people.relayer)

    assert credit.allowance(funded, people.organizer) == 2 * d.CREDIT
    assert credit.nonces(funded) == 1
    emits(tx, credit.Approval(owner=funded, spender=people.organizer, value=2 * d.CREDIT))
    credit.transferFrom(funded, people.organizer, 2 * d.CREDIT, sender=people.organizer)
    assert credit.balanceOf(people.organizer) == 2 * d.CREDIT


# --------------------------------------------------------------------------------------------------------- metadata


def test_metadata__is_that_of_an_erc_20(credit, registry):
    assert (credit.name(), credit.symbol(), credit.decimals()) == ("Eranos Innovation Credit", "EIC", 18)
    assert credit.registry() == registry
    assert credit.totalSupply() == 0
