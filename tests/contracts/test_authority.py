"""Roles: who may call which restricted function, how fast, and that nobody may more.

Every restricted function x every caller is tried:
├── given the caller has no role for it → reverts
├── given a role whose acts must wait → reverts as long as it is not scheduled
├── given a role whose acts are immediate → gets past the authority
├── when a signed request comes through the forwarder → reverts, whoever signed
└── when it comes from the authority itself (`execute`)
    ├── given an act in person → reverts
    └── otherwise → done
What is restricted is read from the sources, who may do it from scripts/deploy.py, and docs/protocol.md says the same.
The admin waits for five days, a new arbiter for five more; the deployer is nobody; and closing a contract in the
authority stops no user.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ape
import pytest
from eth_utils import keccak

from scripts.deploy import (
    ADMIN,
    ARBITER,
    ARBITER_GRANT_DELAY,
    DAY,
    EXECUTION_DELAYS,
    GUARDIAN,
    PERMISSIONS,
    REGISTRAR,
    REVIEWER,
    REVOKER,
    ROLE_LABELS,
    TREASURER,
)
from tests.contracts import defaults as d
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts
from tests.contracts.schedule import administer, operation_id, schedule

ROOT = Path(__file__).parents[2]
SOURCES = {
    "registry": "EntityRegistry",
    "credit": "InnovationCredit",
    "crowdfunding": "Crowdfunding",
    "match_funding": "MatchFunding",
    "marketplace": "Marketplace",
    "pro_bono": "ProBono",
}
UNKNOWN = 1_000
END_OF_TIME = 2**40 - 1

#: Which roles the people of a lab have.
ROLES = {
    "admin": (ADMIN,),
    "registrar": (REGISTRAR, REVOKER),
    "reviewer": (REVIEWER,),
    "treasurer": (TREASURER,),
    "arbiter": (ARBITER,),
    "guardian": (GUARDIAN,),
    "deployer": (),
    "organizer": (),
    "stranger": (),
}

#: (contract, function) -> (arguments, what refuses them once the authority has agreed; nothing if they are good)
CALLS: dict[tuple[str, str], tuple[tuple[Any, ...], tuple[str, dict[str, Any]] | None]] = {
    ("registry", "verify"): ((UNKNOWN, 1, END_OF_TIME), ("EntityRegistry_UnknownEntity", {"entityId": UNKNOWN})),
    ("registry", "refuse"): ((UNKNOWN, d.REASON), ("EntityRegistry_UnknownEntity", {"entityId": UNKNOWN})),
    ("registry", "suspend"): (
        (UNKNOWN, END_OF_TIME, d.REASON),
        ("EntityRegistry_UnknownEntity", {"entityId": UNKNOWN}),
    ),
    ("registry", "revoke"): ((UNKNOWN, d.REASON), ("EntityRegistry_UnknownEntity", {"entityId": UNKNOWN})),
    ("registry", "startRecovery"): (
        (UNKNOWN, "0x" + 39 * "0" + "1"),
        ("EntityRegistry_UnknownEntity", {"entityId": UNKNOWN}),
    ),
    ("credit", "openProgramme"): ((1, 0, 0, END_OF_TIME, d.HASH), ("InnovationCredit_ZeroCap", {})),
    ("credit", "closeProgramme"): ((UNKNOWN,), ("InnovationCredit_UnknownProgramme", {"programmeId": UNKNOWN})),
    ("crowdfunding", "approveCampaign"): ((UNKNOWN,), ("Crowdfunding_UnknownCampaign", {"campaignId": UNKNOWN})),
    ("crowdfunding", "rejectCampaign"): (
        (UNKNOWN, d.REASON),
        ("Crowdfunding_UnknownCampaign", {"campaignId": UNKNOWN}),
    ),
    ("crowdfunding", "rule"): (
        (UNKNOWN, 0, 1, True, d.REASON),
        ("Crowdfunding_UnknownCampaign", {"campaignId": UNKNOWN}),
    ),
    ("marketplace", "rule"): ((UNKNOWN, 0, d.REASON), ("Marketplace_UnknownOrder", {"orderId": UNKNOWN})),
    ("pro_bono", "rule"): ((UNKNOWN, 0, d.REASON), ("ProBono_UnknownRedemption", {"redemptionId": UNKNOWN})),
    ("crowdfunding", "listCurrency"): (
        ("0x" + 40 * "0",),
        ("Crowdfunding_CurrencyRefused", {"currency": "0x" + 40 * "0", "decimals": 255}),
    ),
    ("crowdfunding", "delistCurrency"): (
        ("0x" + 40 * "0",),
        ("Crowdfunding_CurrencyNotListed", {"currency": "0x" + 40 * "0"}),
    ),
}
for _contract in SOURCES:
    CALLS[_contract, "pauseEntry"] = ((), None)
    CALLS[_contract, "resumeEntry"] = ((), ("Lab_NotPaused", {}))

MODIFIERS = ("restricted", "restrictedInPerson")


def modified(contract: str, modifiers: tuple[str, ...]) -> set[str]:
    """External functions of a contract, and of what it inherits from us, that carry one of the modifiers."""
    source = "".join((ROOT / "contracts" / f"{name}.sol").read_text() for name in (SOURCES[contract], "LabContract"))
    heads = re.findall(r"function (\w+)\([^{;]*?\)([^{;]*)\{", source)
    return {name for name, head in heads if "external" in head and set(modifiers) & set(re.findall(r"\w+", head))}


def permitted(contract: str) -> Iterator[tuple[str, int]]:
    """(function, role) of every restricted function of a contract."""
    for role, functions in PERMISSIONS[contract].items():
        for function in functions:
            yield function, role


TABLE = [(contract, function, role) for contract in SOURCES for function, role in permitted(contract)]
IN_PERSON = [
    (contract, function, role)
    for contract, function, role in TABLE
    if function in modified(contract, ("restrictedInPerson",))
]
BY_ANYBODY_IN_ROLE = [row for row in TABLE if row not in IN_PERSON]


# ------------------------------------------------------------------------------------- sources, plan and page agree


@pytest.mark.parametrize("contract", SOURCES)
def test_permissions__name_every_restricted_function_and_no_other(contract):
    functions = [function for function, _ in permitted(contract)]

    assert len(functions) == len(set(functions)), "one role for each function"
    assert set(functions) == modified(contract, MODIFIERS)


def test_permissions__are_the_table_of_the_protocol():
    page = (ROOT / "docs" / "protocol.md").read_text()
    rows = re.findall(r"^\| (\w+) \| (\d) \| (.*) \| (.*) \|$", page, flags=re.MULTILINE)
    told = {}
    for name, role, acts, delay in rows:
        functions = {
            (contract, function)
            for part in acts.split(";")
            for contract in SOURCES
            if SOURCES[contract] in part
            for function in re.findall(r"`(\w+)`", part)
        }
        days = re.match(r"(\d+) days", delay)
        told[int(role)] = (name, functions, int(days[1]) * DAY if days else 0)

    planned = {
        role: (
            label,
            {(contract, function) for contract, function, allowed in TABLE if allowed == role},
            EXECUTION_DELAYS.get(role, 0),
        )
        for role, label in {ADMIN: "admin", **ROLE_LABELS}.items()
    }
    assert told == planned


@pytest.mark.parametrize("contract", SOURCES)
def test_permissions__are_what_the_authority_knows(lab, contract):
    """Whatever the plan does not name is the admin's, and none of our functions that is restricted may be that."""
    deployed = getattr(lab, contract)
    planned = dict(permitted(contract))
    for method in deployed.contract_type.mutable_methods:
        role = lab.authority.getTargetFunctionRole(deployed, keccak(text=method.selector)[:4])
        assert role == planned.get(method.name, ADMIN), method.name


def test_roles__are_held_by_those_people_only(lab, people):
    for person, roles in ROLES.items():
        for role in (ADMIN, *ROLE_LABELS):
            held = (role in roles, EXECUTION_DELAYS.get(role, 0) if role in roles else 0)
            assert tuple(lab.authority.hasRole(role, getattr(people, person))) == held, f"{person}, role {role}"


def test_roles__are_administered_by_the_admin_alone(lab):
    for role in ROLE_LABELS:
        assert lab.authority.getRoleAdmin(role) == ADMIN
        assert lab.authority.getRoleGuardian(role) == ADMIN


# ------------------------------------------------------------------------------------------------------- who x what


@pytest.mark.parametrize(("contract", "function", "role"), TABLE, ids=str)
def test_restricted__every_caller__only_the_role_gets_through(lab, people, contract, function, role):
    method = getattr(getattr(lab, contract), function)
    arguments, refusal = CALLS[contract, function]
    for person, roles in ROLES.items():
        caller = getattr(people, person)
        if role not in roles:
            with reverts(method.contract.AccessManagedUnauthorized, caller=caller.address):
                method(*arguments, sender=caller)
        elif role in EXECUTION_DELAYS:
            operation = operation_id(lab.authority, method, *arguments, sender=caller)
            with reverts(lab.authority.AccessManagerNotScheduled, operationId=operation):
                method(*arguments, sender=caller)
        else:
            passes_the_authority(method, arguments, refusal, caller)


@pytest.mark.parametrize(
    ("contract", "function", "role"), [row for row in TABLE if row[2] in EXECUTION_DELAYS], ids=str
)
def test_restricted__scheduled__gets_through_when_the_delay_is_over(lab, people, contract, function, role):
    method = getattr(getattr(lab, contract), function)
    arguments, refusal = CALLS[contract, function]
    (person,) = (person for person, roles in ROLES.items() if role in roles)
    caller = getattr(people, person)
    ready = schedule(lab.authority, method, *arguments, sender=caller, role=role)
    operation = operation_id(lab.authority, method, *arguments, sender=caller)

    act_at(ready - 1)
    with reverts(lab.authority.AccessManagerNotReady, operationId=operation):
        method(*arguments, sender=caller)
    for moment in (ready, ready + 1):
        act_at(moment)
        passes_the_authority(method, arguments, refusal, caller)


def passes_the_authority(method: Any, arguments: tuple[Any, ...], refusal: Any, caller: Any) -> None:
    if refusal is None:
        method(*arguments, sender=caller)
    else:
        error, values = refusal
        with reverts(getattr(method.contract, error), **values):
            method(*arguments, sender=caller)


@pytest.mark.parametrize(("contract", "function", "role"), TABLE, ids=str)
def test_restricted__through_the_forwarder__reverts(lab, relay, people, contract, function, role):
    method = getattr(getattr(lab, contract), function)
    arguments, _ = CALLS[contract, function]
    for person in ("stranger", *(person for person, roles in ROLES.items() if role in roles)):
        signer = getattr(people, person)
        refused = method.contract.Lab_ForwardedAdministration, {"signer": signer.address}
        relay.assert_reverts(*refused, signer, method, *arguments)


@pytest.mark.parametrize(("contract", "function", "role"), IN_PERSON, ids=str)
def test_in_person__executed_by_the_authority__reverts(lab, people, contract, function, role):
    method = getattr(getattr(lab, contract), function)
    arguments, _ = CALLS[contract, function]
    (person,) = (person for person, roles in ROLES.items() if role in roles)
    caller = getattr(people, person)
    if role in EXECUTION_DELAYS:
        travel_to(schedule(lab.authority, method, *arguments, sender=caller, role=role))
    with reverts(method.contract.Lab_ActByAuthority, authority=lab.authority.address):
        lab.authority.execute(method.contract, method.encode_input(*arguments), sender=caller)


@pytest.mark.parametrize(("contract", "function", "role"), BY_ANYBODY_IN_ROLE, ids=str)
def test_restricted__executed_by_the_authority__gets_through(lab, people, contract, function, role):
    method = getattr(getattr(lab, contract), function)
    arguments, refusal = CALLS[contract, function]
    (person,) = (person for person, roles in ROLES.items() if role in roles)
    caller = getattr(people, person)
    if role in EXECUTION_DELAYS:
        travel_to(schedule(lab.authority, method, *arguments, sender=caller, role=role))

    def execute(*_: Any, sender: Any) -> None:
        lab.authority.execute(method.contract, method.encode_input(*arguments), sender=sender)

    execute.contract = method.contract  # type: ignore[attr-defined]
    passes_the_authority(execute, arguments, refusal, caller)


# ------------------------------------------------------------------------------------------------------------ admin


def test_admin__not_scheduled__reverts(lab, people):
    arguments = (REVIEWER, people.stranger, 0)
    call = lab.authority.grantRole.encode_input(*arguments)
    operation = bytes(lab.authority.hashOperation(people.admin, lab.authority, call))
    with reverts(lab.authority.AccessManagerNotScheduled, operationId=operation):
        lab.authority.grantRole(*arguments, sender=people.admin)


def test_admin__one_second_before_five_days__reverts(lab, people):
    arguments = (REVIEWER, people.stranger, 0)
    ready = schedule(lab.authority, lab.authority.grantRole, *arguments, sender=people.admin, role=ADMIN)
    operation = operation_id(lab.authority, lab.authority.grantRole, *arguments, sender=people.admin)
    act_at(ready - 1)
    with reverts(lab.authority.AccessManagerNotReady, operationId=operation):
        lab.authority.grantRole(*arguments, sender=people.admin)
    assert not lab.authority.hasRole(REVIEWER, people.stranger)[0]


@pytest.mark.parametrize("seconds_after", [0, 1])
def test_admin__five_days_later__grants(lab, people, seconds_after):
    arguments = (REVIEWER, people.stranger, 0)
    ready = schedule(lab.authority, lab.authority.grantRole, *arguments, sender=people.admin, role=ADMIN)
    act_at(ready + seconds_after)

    lab.authority.grantRole(*arguments, sender=people.admin)

    assert tuple(lab.authority.hasRole(REVIEWER, people.stranger)) == (True, 0)


@pytest.mark.parametrize("person", [person for person in ROLES if person != "admin"])
def test_grant__not_admin__reverts(lab, people, person):
    caller = getattr(people, person)
    with reverts(lab.authority.AccessManagerUnauthorizedAccount, msgsender=caller.address, roleId=ADMIN):
        lab.authority.grantRole(REVIEWER, caller, 0, sender=caller)


def test_arbiter__granted__rules_five_days_later(lab, people):
    """Five days of the admin's own, and five more before the new arbiter is in office."""
    start = now()
    tx = administer(lab.authority, lab.authority.grantRole, ARBITER, people.stranger, 0, sender=people.admin)
    in_office = tx.timestamp + ARBITER_GRANT_DELAY
    assert in_office >= start + 10 * DAY

    for moment, expected in ((tx.timestamp, False), (in_office - 1, False), (in_office, True), (in_office + 1, True)):
        if moment > now():
            travel_to(moment)
        assert lab.authority.hasRole(ARBITER, people.stranger)[0] == expected, f"{moment - in_office} from office"


def test_arbiter__of_the_deployment__is_in_office(lab, people):
    assert tuple(lab.authority.hasRole(ARBITER, people.arbiter)) == (True, 0)


def test_deployer__renounced__is_not_admin(lab, people):
    assert not lab.authority.hasRole(ADMIN, people.deployer)[0]
    call = lab.authority.grantRole.encode_input(ADMIN, people.deployer, 0)
    with reverts(
        lab.authority.AccessManagerUnauthorizedCall,
        caller=people.deployer.address,
        target=lab.authority.address,
        selector=bytes(call[:4]),
    ):
        lab.authority.schedule(lab.authority, call, 0, sender=people.deployer)


@pytest.mark.parametrize("contract", SOURCES)
def test_set_authority__anybody_but_the_authority__reverts(lab, people, contract):
    for person in ROLES:
        caller = getattr(people, person)
        with reverts(getattr(lab, contract).AccessManagedUnauthorized, caller=caller.address):
            getattr(lab, contract).setAuthority(lab.forwarder, sender=caller)


def test_target_closed__no_user_is_stopped(lab, registry, crowdfunding, people, euro, create_campaign):
    """The strongest lever of an admin stops the roles, and nobody's entry or exit."""
    campaign_id = create_campaign()
    crowdfunding.pledge(campaign_id, 10 * d.EURO, 0, sender=people.backer)
    for contract in (registry, crowdfunding):
        call = lab.authority.setTargetClosed.encode_input(contract, True)
        lab.authority.schedule(lab.authority, call, 0, sender=people.admin)
    ape.chain.mine(deltatime=5 * DAY)
    for contract in (registry, crowdfunding):
        lab.authority.setTargetClosed(contract, True, sender=people.admin)
    with reverts(registry.AccessManagedUnauthorized, caller=people.registrar.address):
        registry.refuse(UNKNOWN, d.REASON, sender=people.registrar)
    balance = euro.balanceOf(people.backer)

    registry.register(d.MEMBER, d.HASH, sender=people.stranger)
    registry.updateProfile(d.HASH, sender=people.stranger)
    crowdfunding.pledge(campaign_id, 10 * d.EURO, 0, sender=people.backer)
    crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)
    tx = crowdfunding.refund(campaign_id, people.backer, sender=people.stranger)

    assert euro.balanceOf(people.backer) == balance + 10 * d.EURO
    emits(
        tx,
        crowdfunding.PledgeRefunded(
            campaignId=campaign_id, backer=people.backer, amount=20 * d.EURO, refunded=20 * d.EURO
        ),
        euro.Transfer(**{"from": crowdfunding.address, "to": people.backer.address, "value": 20 * d.EURO}),
    )
