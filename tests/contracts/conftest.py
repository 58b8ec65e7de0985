"""The lab as every contract test finds it: deployed by the deployment script, its people named by role."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ape
import pytest
from ape.api import AccountAPI, ReceiptAPI
from ape.contracts import ContractInstance

from scripts.deploy import EXECUTION_DELAYS, TREASURER, Lab, RoleHolders, deploy_lab
from tests.contracts import defaults as d
from tests.contracts import short_way
from tests.contracts.campaign_phases import CampaignPhases
from tests.contracts.forward import Relay
from tests.contracts.match_pools import MatchPools
from tests.contracts.orders import Orders
from tests.contracts.redemptions import Redemptions
from tests.contracts.schedule import revoke


@dataclass(frozen=True)
class People:
    """Accounts by role. `organizer` acts for a verified SSE entity, `member` and `second_member` for members,
    `town` and `region` for public bodies; `backer`, `second_backer` and `stranger` are in no registry."""

    deployer: AccountAPI
    admin: AccountAPI
    registrar: AccountAPI
    reviewer: AccountAPI
    treasurer: AccountAPI
    arbiter: AccountAPI
    guardian: AccountAPI
    organizer: AccountAPI
    payout: AccountAPI
    backer: AccountAPI
    second_backer: AccountAPI
    member: AccountAPI
    second_member: AccountAPI
    town: AccountAPI
    provider: AccountAPI
    stranger: AccountAPI
    attacker: AccountAPI
    relayer: AccountAPI
    region: AccountAPI


@pytest.fixture(scope="session", autouse=True)
def on_a_short_way() -> Iterator[None]:
    """Ape's own way to the node is five times as long."""
    with pytest.MonkeyPatch.context() as patch:
        short_way.install(patch)
        yield


@pytest.fixture(scope="session")
def people(accounts: Any) -> People:
    return People(*accounts[: len(People.__dataclass_fields__)])


@pytest.fixture(scope="session")
def lab(people: People) -> Lab:
    return deploy_lab(
        people.deployer,
        RoleHolders(
            admin=people.admin.address,
            registrar=people.registrar.address,
            reviewer=people.reviewer.address,
            treasurer=people.treasurer.address,
            arbiter=people.arbiter.address,
            guardian=people.guardian.address,
        ),
    )


@pytest.fixture(scope="session")
def registry(lab: Lab) -> ContractInstance:
    return lab.registry


@pytest.fixture(scope="session")
def credit(lab: Lab) -> ContractInstance:
    return lab.credit


@pytest.fixture(scope="session")
def crowdfunding(lab: Lab) -> ContractInstance:
    return lab.crowdfunding


@pytest.fixture(scope="session")
def match_funding(lab: Lab) -> ContractInstance:
    return lab.match_funding


@pytest.fixture(scope="session")
def pro_bono(lab: Lab) -> ContractInstance:
    return lab.pro_bono


@pytest.fixture(scope="session")
def marketplace(lab: Lab) -> ContractInstance:
    return lab.marketplace


@pytest.fixture(scope="session")
def relay(lab: Lab, people: People) -> Relay:
    """Carries signed requests."""
    return Relay(lab.forwarder, people.relayer)


@pytest.fixture(scope="session")
def as_treasurer(lab: Lab, people: People) -> Callable[..., ReceiptAPI]:
    """Calls a treasurer's function the way the treasurer must: schedule, wait two days, call."""

    def call(method: Any, *arguments: Any) -> ReceiptAPI:
        calldata = method.encode_input(*arguments)
        lab.authority.schedule(method.contract, calldata, 0, sender=people.treasurer)
        ape.chain.mine(deltatime=EXECUTION_DELAYS[TREASURER])
        return method(*arguments, sender=people.treasurer)

    return call


@pytest.fixture(scope="session")
def euro(people: People, crowdfunding: ContractInstance, as_treasurer: Callable[..., ReceiptAPI]) -> ContractInstance:
    """A listed currency; every account of `people` holds 10,000 of it and allows the crowdfunding contract all."""
    currency = people.deployer.deploy(ape.project.TestEuro)
    as_treasurer(crowdfunding.listCurrency, currency)
    for person in vars(people).values():
        currency.faucet(person, 10_000 * d.EURO, sender=people.deployer)
        currency.approve(crowdfunding, 2**256 - 1, sender=person)
    return currency


@pytest.fixture(scope="session")
def hostile(
    people: People, crowdfunding: ContractInstance, as_treasurer: Callable[..., ReceiptAPI]
) -> ContractInstance:
    """A listed currency without permit that can be told to misbehave; both backers hold 10,000 of it and allow all."""
    currency = people.deployer.deploy(ape.project.HostileToken, 6)
    as_treasurer(crowdfunding.listCurrency, currency)
    for person in (people.backer, people.second_backer):
        currency.faucet(person, 10_000 * d.EURO, sender=people.deployer)
        currency.approve(crowdfunding, 2**256 - 1, sender=person)
    return currency


@pytest.fixture(scope="session")
def verify(registry: ContractInstance, people: People) -> Callable[[AccountAPI, int], int]:
    """Registers an account as a new entity and verifies it; returns the entity id."""

    def verify(account: AccountAPI, kinds: int) -> int:
        registry.register(kinds, d.HASH, sender=account)
        entity_id = registry.entityCount()
        registry.verify(entity_id, kinds, now() + d.VERIFICATION, sender=people.registrar)
        return int(entity_id)

    return verify


@pytest.fixture(scope="session")
def revoke_entity(lab: Lab, registry: ContractInstance, people: People) -> Callable[[int], ReceiptAPI]:
    """Revokes an entity the way the registrar must: schedule, wait three days, call."""

    def revoke_entity(entity_id: int) -> ReceiptAPI:
        receipt: ReceiptAPI = revoke(lab.authority, registry, entity_id, d.REASON, sender=people.registrar)
        return receipt

    return revoke_entity


@pytest.fixture(scope="session")
def move_entity(registry: ContractInstance, people: People) -> Callable[[int, AccountAPI], None]:
    """Lets another account act for an entity, as both accounts agree."""

    def move_entity(entity_id: int, account: AccountAPI) -> None:
        present = registry.entity(entity_id).account
        old_account = next(person for person in vars(people).values() if person.address == present)
        registry.proposeAccount(account, sender=old_account)
        registry.acceptAccount(entity_id, sender=account)

    return move_entity


@pytest.fixture(scope="session")
def entities(verify: Callable[[AccountAPI, int], int], people: People) -> dict[str, int]:
    """Entity ids of the people who act for a verified entity, by role."""
    return {
        "organizer": verify(people.organizer, d.SSE),
        "member": verify(people.member, d.MEMBER),
        "second_member": verify(people.second_member, d.MEMBER),
        "town": verify(people.town, d.PUBLIC_BODY),
        "provider": verify(people.provider, d.PROVIDER),
        "region": verify(people.region, d.PUBLIC_BODY),
    }


@pytest.fixture(scope="session")
def offer_hours(pro_bono: ContractInstance, people: People, entities: dict[str, int]) -> Callable[..., int]:
    """The provider promises hours until the beginning of some week; returns the offer's id."""

    def offer_hours(hours: int = d.HOURS, *, weeks: int = 30) -> int:
        pro_bono.offerHours(hours, (now() // d.WEEK + weeks) * d.WEEK, d.HASH, sender=people.provider)
        return int(pro_bono.offerCount())

    return offer_hours


@pytest.fixture
def promised_hours(pro_bono: ContractInstance, entities: dict[str, int], offer_hours: Callable[..., int]) -> int:
    """As many hours as one provider may promise, so that credits can be issued; the offer's id."""
    return offer_hours(2_000 - pro_bono.openHoursOf(entities["provider"]))


@pytest.fixture
def give_credits(
    credit: ContractInstance,
    people: People,
    entities: dict[str, int],
    promised_hours: int,
    as_treasurer: Callable[..., ReceiptAPI],
) -> Callable[..., None]:
    """Issues credits to verified accounts, of a programme of the town."""
    window = (now(), now() + d.VERIFICATION)
    as_treasurer(credit.openProgramme, entities["town"], 2_000 * d.CREDIT, *window, d.HASH)
    programme_id = credit.programmeCount()

    def give_credits(amount: int, *accounts: AccountAPI) -> None:
        for account in accounts:
            credit.issue(programme_id, account, amount, d.HASH, sender=people.town)

    return give_credits


@pytest.fixture
def redemptions(
    pro_bono: ContractInstance, people: People, promised_hours: int, give_credits: Callable[..., None]
) -> Redemptions:
    """Brings new redemptions into any state; the organizer holds 100 credits."""
    give_credits(100 * d.CREDIT, people.organizer)
    return Redemptions(pro_bono, people, promised_hours)


@pytest.fixture
def orders(
    marketplace: ContractInstance, people: People, euro: ContractInstance, give_credits: Callable[..., None]
) -> Orders:
    """Brings new orders into any state; the organizer sells, the member has 100 credits and allows all its money."""
    give_credits(100 * d.CREDIT, people.member)
    euro.approve(marketplace, 2**256 - 1, sender=people.member)
    return Orders(marketplace, people, euro)


@pytest.fixture
def many_members(
    verify: Callable[[AccountAPI, int], int], people: People, entities: dict[str, int]
) -> list[AccountAPI]:
    """Eleven accounts that hold money, each of which acts for a verified member."""
    others = ("deployer", "admin", "reviewer", "treasurer", "guardian", "payout", "stranger", "attacker", "relayer")
    for role in others:
        verify(getattr(people, role), d.MEMBER)
    return [people.member, people.second_member, *(getattr(people, role) for role in others)]


@pytest.fixture
def public_organizer(registry: ContractInstance, people: People, entities: dict[str, int]) -> int:
    """Id of the organizer's entity, which is a public body as well now."""
    kinds = d.SSE | d.PUBLIC_BODY
    registry.verify(entities["organizer"], kinds, now() + d.VERIFICATION, sender=people.registrar)
    return entities["organizer"]


@pytest.fixture(scope="session")
def campaign_terms(people: People, euro: ContractInstance, entities: dict[str, int]) -> Callable[..., dict[str, Any]]:
    """Terms relative to now, by name; pass what differs from the defaults."""

    def terms(**changes: Any) -> dict[str, Any]:
        opens_at = changes.pop("opensAt", now() + d.OPENING_DELAY)
        return {
            "payoutAccount": people.payout.address,
            "currency": euro.address,
            "goal": d.GOAL,
            "stretchGoal": d.STRETCH_GOAL,
            "minPledge": d.MIN_PLEDGE,
            "opensAt": opens_at,
            "deadline": opens_at + d.LIVE,
            "extension": d.EXTENSION,
            "withdrawalCutoff": d.WITHDRAWAL_CUTOFF,
            "objectionWindow": d.OBJECTION_WINDOW,
            "rulingWindow": d.RULING_WINDOW,
            "territory": d.TERRITORY,
            "themes": 1,
            "descriptionHash": d.HASH,
        } | changes

    return terms


@pytest.fixture(scope="session")
def create_campaign(
    campaign_terms: Callable[..., dict[str, Any]], crowdfunding: ContractInstance, people: People
) -> Callable[..., int]:
    """Submits a campaign and brings it to `phase` ("Submitted", "Approved" or "Live"); returns its id.

    What is passed as `approved` is called with the id right after the approval.
    """

    def create(
        *,
        phase: str = "Live",
        milestones: Any = d.MILESTONES,
        approved: Callable[[int], object] = lambda _: None,
        **changes: Any,
    ) -> int:
        terms = campaign_terms(**changes)
        plan = [(share, terms["deadline"] + due, d.HASH) for share, due in milestones]
        crowdfunding.submitCampaign(terms, plan, sender=people.organizer)
        campaign_id = int(crowdfunding.campaignCount())
        if phase in ("Approved", "Live"):
            crowdfunding.approveCampaign(campaign_id, sender=people.reviewer)
            approved(campaign_id)
        if phase == "Live":
            travel_to(terms["opensAt"])
        return campaign_id

    return create


@pytest.fixture(scope="session")
def campaigns(crowdfunding: ContractInstance, people: People, create_campaign: Callable[..., int]) -> CampaignPhases:
    """Brings new campaigns into any phase."""
    return CampaignPhases(crowdfunding, people, create_campaign)


@pytest.fixture(scope="session")
def pools(
    match_funding: ContractInstance, euro: ContractInstance, people: People, entities: dict[str, int]
) -> MatchPools:
    """Opens and funds pools in euro, and enrols campaigns; both public bodies allow the contract all."""
    for funder in (people.town, people.region):
        euro.approve(match_funding, 2**256 - 1, sender=funder)
    return MatchPools(match_funding, people, euro)


def now() -> int:
    """Time of the last block."""
    return int(ape.chain.blocks.head.timestamp)


def travel_to(timestamp: int) -> None:
    """Mines a block at `timestamp`."""
    ape.chain.mine(timestamp=timestamp)


def act_at(timestamp: int) -> None:
    """Makes the next transaction's block be at `timestamp`."""
    ape.chain.pending_timestamp = timestamp


#: Tests that an option such as -k left out.
LEFT_OUT: list[pytest.Item] = []


def pytest_deselected(items: list[pytest.Item]) -> None:
    LEFT_OUT.extend(items)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Puts `test_abi_coverage.py` last, and leaves it out unless every test of this folder runs.

    What it looks for is there only after all of them. `test_journal.py` comes first: it asks for states of past blocks,
    and the node forgets those of the deployment in a long run.
    """
    yield
    items.sort(key=lambda item: item.path.name != "test_journal.py")
    last = [item for item in items if item.path.name == "test_abi_coverage.py"]
    others = [item for item in items if item not in last]
    files = set(Path(__file__).parent.glob("test_*.py")) - {item.path for item in last}
    whole = files <= {item.path for item in others} and not LEFT_OUT and not any("::" in arg for arg in config.args)
    items[:] = others + last if whole else others
    if last and not whole:
        config.hook.pytest_deselected(items=last)
