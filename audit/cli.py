"""`eranos audit ...`: what an auditor asks. Exit codes: 0 all holds, 1 a difference, 2 could not check."""

import re
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from audit import journals
from audit.errors import AuditError, FileUnusable, UnknownSubject
from audit.lab import Lab
from audit.ledger import check as ledger
from audit.node import Node
from audit.progress import Progress
from audit.proofs import proof as proofs
from audit.proofs.errors import ProofError, ProofRefuted
from audit.proofs.hex_text import bytes_of
from audit.proofs.proof import LARGEST_FILE
from deployments import DeploymentError

HOLDS: Final = 0
DIFFERS: Final = 1
UNCHECKED: Final = 2

HASH: Final = re.compile("0x[0-9a-fA-F]{64}")

Command = Callable[..., int]


class BlockHash(click.ParamType):
    """A block hash as 0x text, in any case of letters."""

    name = "hash"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return it in lower case."""
        if not HASH.fullmatch(str(value)):
            self.fail(f"{str(value)[:80]!r} is no block hash: 0x and 64 hex digits", param, ctx)
        return str(value).lower()


def checks(command: Command) -> Callable[..., None]:
    """Make a function that returns an exit code into what click runs: errors become one line and a code."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            code = command(*arguments, **options)
        except ProofRefuted as error:
            click.echo(f"does not hold: {_one_line(error)}", err=True)
            code = DIFFERS
        except (AuditError, ProofError, DeploymentError) as error:
            click.echo(f"could not check: {_one_line(error)}", err=True)
            code = UNCHECKED
        sys.exit(code)

    return run


def asks_a_node(command: Command) -> Command:
    """Give a command the options of those that ask a node, and open the lab for it."""

    @click.option(
        *("--rpc-url",),
        envvar="ERANOS_AUDIT_RPC_URL",
        default="http://127.0.0.1:8545",
        show_default=True,
        help="Node to ask; it is not trusted.",
    )
    @click.option("--block-hash", type=BlockHash(), help="Block as of which to check; else the node's finalized one.")
    @wraps(command)
    def run(*arguments: Any, rpc_url: str, block_hash: str | None, **options: Any) -> int:
        with Node(rpc_url) as node:
            lab = Lab.open(node, block_hash)
            if block_hash is None:
                click.echo(f"as of block {lab.header.number}, {lab.block_hash}: the node's word, compare it elsewhere")
            return command(lab, *arguments, **options)

    return run


@click.group()
def audit() -> None:
    """Check a lab's records against the chain. Exit code 0: all holds, 1: a difference, 2: could not check."""


@audit.command("proof")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--block-hash", type=BlockHash(), required=True, help="Hash of the event's block, from who you trust.")
@checks
def check_proof(file: Path, block_hash: str) -> int:
    """Check the proof of one event, offline."""
    try:
        with file.open("rb") as opened:
            text = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise FileUnusable(f"{file} can't be read: {error.strerror or error}") from error
    record = proofs.check(proofs.parse(text), bytes_of(block_hash))
    chain = "names no chain" if record.chain_id is None else f"was signed for chain {record.chain_id}"
    click.echo(f"holds: {record.event} of {record.address} in block {record.block_number}, {record.block_time}")
    click.echo(f"transaction {record.tx_hash} {chain}")
    for name, value in record.arguments.items():
        click.echo(f"  {name}: {_spoken(value)}")
    return HOLDS


@audit.command("contract")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@checks
@asks_a_node
def check_contracts(lab: Lab, names: tuple[str, ...]) -> int:
    """Prove that no event of a contract is missing; of all that keep a journal, if none is named."""
    for name in names:
        if lab.contract(name).journal_slot is None:
            raise UnknownSubject(f"{name} keeps no journal; {', '.join(sorted(lab.journaled))} do")
    replayed = journals.replay(lab, names or lab.journaled, Progress())
    for each in replayed:
        click.echo(each.line())
    return HOLDS if all(each.holds for each in replayed) else DIFFERS


@audit.command("ledger")
@checks
@asks_a_node
def check_ledger(lab: Lab) -> int:
    """Recompute every balance, match, release, refund, escrow and supply, and compare with the contracts."""
    checked = ledger.check(lab, Progress())
    for each in checked.journals:
        click.echo(each.line())
    for difference in checked.differences:
        click.echo(difference.line())
    compared = checked.books.findings.compared
    click.echo(f"{checked.events} events, {compared} values compared, {len(checked.differences)} differences")
    return HOLDS if checked.holds else DIFFERS


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _spoken(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
