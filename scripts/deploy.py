"""Deploys the lab's contracts and hands out its roles: `ape run deploy --network ecosystem:network:provider`.

May be run again at any time: it finds what is there, goes on where a cut run stopped, and compares the chain with the
plan. `deploy_lab` is the same without records, for tests.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields

import click
from ape.api import AccountAPI, ProviderAPI
from ape.cli import ConnectedProviderCommand, account_option, network_option
from ape.exceptions import ApeException
from eth_utils import is_checksum_address

import deployments
from scripts._deployment import chains
from scripts._deployment.deployment import deploy
from scripts._deployment.errors import DeployError, HolderMissing, InvalidHolder, TransactionFailed
from scripts._deployment.lab import (
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
    Lab,
    RoleHolders,
    deploy_lab,
)

__all__ = [
    "ADMIN",
    "ARBITER",
    "ARBITER_GRANT_DELAY",
    "DAY",
    "EXECUTION_DELAYS",
    "GUARDIAN",
    "PERMISSIONS",
    "REGISTRAR",
    "REVIEWER",
    "REVOKER",
    "ROLE_LABELS",
    "TREASURER",
    "Lab",
    "RoleHolders",
    "cli",
    "deploy",
    "deploy_lab",
]


def role_holders(given: Mapping[str, str | None], deployer: str, *, local: bool) -> RoleHolders:
    """Returns who holds which role; on a local chain the deployer holds those that nobody was named for.

    Raises:
        HolderMissing: Off a local chain, and nobody was named for some role.
        InvalidHolder: Not a checksummed address.
    """
    missing = [name for name, account in given.items() if not account]
    if missing and not local:
        message = f"who is to be {missing[0]}? Pass {' '.join(f'--{name} ADDRESS' for name in missing)}."
        raise HolderMissing(message)
    holders = {name: account or deployer for name, account in given.items()}
    for name, account in holders.items():
        if not is_checksum_address(account):
            message = f"--{name} {account} is not an address in checksum form (EIP-55)."
            raise InvalidHolder(message)
    return RoleHolders(**holders)


def _holder_options(command: Callable[..., None]) -> Callable[..., None]:
    for item in reversed(fields(RoleHolders)):
        command = click.option(f"--{item.name}", metavar="ADDRESS", help=f"Who becomes {item.name}.")(command)
    return command


@click.command(cls=ConnectedProviderCommand, short_help="Deploy the lab, or find and check it")
@network_option()
@account_option()
@_holder_options
@click.option("--unknown-chain", is_flag=True, help="Deploy to a chain that is in no table of ours.")
@click.option("--yes", is_flag=True, help="Do not ask before the first transaction.")
def cli(provider: ProviderAPI, account: AccountAPI, unknown_chain: bool, yes: bool, **given: str | None) -> None:
    """Deploys the lab on any network that Ape knows, and writes deployments/<chain id>.json.

    Off a local chain every role needs a holder. Run it again to go on after a cut, or to check what is there.
    """
    chain = chains.identify(provider.chain_id, provider.network.name, allow_unknown=unknown_chain)
    holders = role_holders(given, str(account.address), local=chain.local)
    if yes and hasattr(account, "set_autosign"):
        account.set_autosign(True)
    try:
        deploy(
            account,
            holders,
            allow_unknown=unknown_chain,
            confirm=lambda: yes or click.confirm("Go on?"),
            tell=click.echo,
        )
    except deployments.DeploymentError as error:
        raise DeployError(str(error)) from error
    except ApeException as error:
        message = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise TransactionFailed(message) from error
