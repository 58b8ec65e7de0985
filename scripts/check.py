"""Compares a running API with the contracts: `ape run check`. Exits with 1 on any difference. Needs no database."""

import click

import deployments
from scripts._lab.check import compare
from scripts._lab.errors import LabError
from scripts._lab.http import Api
from scripts._lab.rpc import Rpc
from scripts._lab.wallets import Cast


@click.command(short_help="Compare every campaign, pool, order, redemption and balance of the API with the contracts")
@click.option("--api-url", default="http://127.0.0.1:8000", show_default=True, help="The API.")
@click.option("--rpc-url", default="http://127.0.0.1:8545", show_default=True, help="The chain that it mirrors.")
def cli(api_url: str, rpc_url: str) -> None:
    """Compares each value of the API with a contract's view at the block that the answer is as of."""
    api, rpc = Api(api_url), Rpc(rpc_url)
    try:
        deployment = deployments.load(int(rpc.call("eth_chainId"), 16))
        checked = compare(api, rpc, deployment, [wallet.address for wallet in Cast().everyone()])
    except deployments.DeploymentError as error:
        raise LabError(str(error)) from error
    finally:
        api.close()
        rpc.close()
    click.echo(f"{checked.compared} values of the API equal those of the contracts")
