"""Brings a lab into being: says what is left to do and what it costs, does it, writes it down, checks it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ape
import click
from ape.api import AccountAPI, ProviderAPI
from ape.contracts import ContractInstance
from ape.exceptions import ApeException
from eth_utils import from_wei
from hexbytes import HexBytes

import deployments
from scripts._deployment import chains, reality
from scripts._deployment.chains import Chain
from scripts._deployment.creation import Creator
from scripts._deployment.errors import DeployerNotAdmin, NotEnoughFunds
from scripts._deployment.lab import (
    ADMIN,
    CONTRACTS,
    JOURNALED,
    PERMISSIONS,
    ROLE_LABELS,
    Lab,
    RoleHolders,
    addresses,
    create_contracts,
    grants,
    libraries_of,
    role_name,
    role_steps,
)
from scripts._deployment.records import Records
from scripts._deployment.sources import compiler_settings, container, source_commit

TEST_CURRENCY = "TestEuro"
#: Its ABI is that of any currency.
CURRENCY_ABI = "Currency"
#: A generous bound for one call that sets up a role, in gas: labels and grants take 40,000 to 110,000.
GAS_OF_STEP = 110_000


@dataclass(frozen=True)
class Deployed:
    """What `deploy` leaves: the contracts, and the test currency on a local chain."""

    lab: Lab
    currency: ContractInstance | None


@dataclass(frozen=True)
class Outlook:
    """What is left to do and what it will cost."""

    lines: list[str]
    transactions: int
    gas: int
    wei: int


def deploy(
    deployer: AccountAPI,
    holders: RoleHolders,
    *,
    allow_unknown: bool = False,
    confirm: Callable[[], bool] = lambda: True,
    tell: Callable[[str], None] = lambda line: None,
) -> Deployed:
    """Brings the lab on the connected chain into being, or finds it, writes its record and checks it.

    Args:
        deployer: Pays, and is admin until the last step.
        holders: Who gets which role.
        allow_unknown: Whether a chain that we do not know is accepted.
        confirm: Asked once, before the first transaction; nothing is sent unless it returns True.
        tell: Called with lines about what will be done and is done.

    Raises:
        DeployError: With what stopped it.
        click.Abort: `confirm` returned False.
    """
    provider = ape.networks.provider
    chain = chains.identify(provider.chain_id, provider.network.name, allow_unknown=allow_unknown)
    records = open_records(provider, chain)
    _announce(deployer, holders, chain, records, tell)
    if not confirm():
        raise click.Abort
    creator = Creator(deployer, records, source_commit(), compiler_settings(), tell)
    lab = create_contracts(
        deployer,
        lambda field, code, arguments: creator.create(
            code, arguments, creator.template(str(code.contract_type.name), 0 if field in JOURNALED else None)
        ),
    )
    currency = None
    if chain.local:
        currency = creator.create(container(TEST_CURRENCY, {}), [], creator.template(CURRENCY_ABI, None))
    since_block = records.contracts[CONTRACTS["authority"][0]].block_number
    hand_out_roles(deployer, lab, holders, since_block, tell)
    reality.check(lab, deployer, holders, since_block)
    path = records.finish()
    tell(f"The chain agrees with the plan: roles, links, code sizes, journal slots. Record: {path.name}")
    return Deployed(lab, currency)


def open_records(provider: ProviderAPI, chain: Chain) -> Records:
    """Reads the records of the connected chain; forgets those of a local chain that is no more."""
    web3: Any = provider.web3
    genesis_hash = HexBytes(web3.eth.get_block(0)["hash"]).to_0x_hex()
    records = Records.open(provider.chain_id, genesis_hash, local=chain.local)
    if chain.local and any(not provider.get_code(known.address) for known in records.contracts.values()):
        return Records(provider.chain_id, genesis_hash)
    return records


def hand_out_roles(
    deployer: AccountAPI, lab: Lab, holders: RoleHolders, since_block: int, tell: Callable[[str], None]
) -> None:
    """Does the steps that the chain does not show as done."""
    steps = [s for s in role_steps(deployer, lab, holders, since_block=since_block) if not s.is_done()]
    if steps and tuple(lab.authority.hasRole(ADMIN, deployer)) != (True, 0):
        message = f"{deployer.address} is not the admin any more, but this is left: {'; '.join(s.title for s in steps)}"
        raise DeployerNotAdmin(message)
    for step in steps:
        step.act()
        tell(f"done     {step.title}")


def outlook(deployer: AccountAPI, holders: RoleHolders, chain: Chain, records: Records) -> Outlook:
    """Computes what is left to do. The gas of deployments is the node's estimate, that of roles a bound."""
    provider = ape.networks.provider
    known = {f: records.contracts[name].address for f, (name, _) in CONTRACTS.items() if name in records.contracts}
    at = addresses(deployer, {"deployer": str(deployer.address), **known})
    transactions, gas, lines = 0, 0, []
    plan: Mapping[str, tuple[str, Callable[[Mapping[str, str]], list[object]]]] = CONTRACTS
    if chain.local:
        plan = {**CONTRACTS, "currency": (TEST_CURRENCY, lambda _: [])}
    for name, arguments in plan.values():
        if name in records.contracts:
            lines.append(f"have     {name} at {records.contracts[name].address}")
            continue
        code = container(name, libraries_of(at))
        estimate = provider.estimate_gas_cost(code(*arguments(at), sender=deployer.address, nonce=deployer.nonce))
        lines.append(f"deploy   {name}, about {estimate:,} gas")
        gas, transactions = gas + estimate, transactions + 1
    if CONTRACTS["authority"][0] not in records.contracts or records.intent or _is_unfinished(records):
        steps = 2 * len(ROLE_LABELS) + sum(map(len, PERMISSIONS.values())) + 3
        transactions, gas = transactions + steps, gas + steps * GAS_OF_STEP
    lines += [f"role     {role_name(role)}: {account}" for role, account in grants(holders)]
    return Outlook(lines, transactions, gas, gas * _price_of_gas(provider))


def _is_unfinished(records: Records) -> bool:
    try:
        deployments.load(records.chain_id)
    except deployments.DeploymentNotFound:
        return True
    return False


def _price_of_gas(provider: ProviderAPI) -> int:
    """Wei for one unit of gas, with room for a base fee that rises."""
    try:
        return 2 * provider.base_fee + provider.priority_fee
    except (NotImplementedError, ApeException):
        return provider.gas_price


def _announce(
    deployer: AccountAPI, holders: RoleHolders, chain: Chain, records: Records, tell: Callable[[str], None]
) -> None:
    """Prints what will be done and what it costs; refuses what the deployer could not pay."""
    ahead = outlook(deployer, holders, chain, records)
    tell(f"Chain {records.chain_id} ({chain.name}), deployer {deployer.address}")
    for line in ahead.lines:
        tell(line)
    cost = f"{from_wei(ahead.wei, 'ether'):f} {chain.symbol}"
    tell(f"At most about {ahead.transactions} transactions, {ahead.gas:,} gas, {cost}.")
    if deployer.balance < ahead.wei:
        balance = f"{from_wei(int(deployer.balance), 'ether'):f} {chain.symbol}"
        message = f"{deployer.address} has {balance}, the deployment may cost {cost}."
        raise NotEnoughFunds(message)
