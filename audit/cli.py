"""`eranos audit ...`: what an auditor asks. Exit codes: 0 all holds, 1 a difference, 2 could not check."""

import re
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from audit import bundle, campaign, code, journals, report
from audit.api_answers import Api, compare
from audit.errors import AuditError, FileUnusable, UnknownSubject
from audit.lab import Lab
from audit.ledger import check as ledger
from audit.ledger.books import CONTRACTS
from audit.ledger.check import Checked
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


def say(text: str, *, err: bool = False) -> None:
    """Print a line that may hold words of a file, a node or an API: what would steer the terminal, as its code."""
    click.echo("".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text), err=err)


def checks(command: Command) -> Callable[..., None]:
    """Make a function that returns an exit code into what click runs: errors become one line and a code."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            outcome = command(*arguments, **options)
        except ProofRefuted as error:
            outcome = _ended(DIFFERS, "does not hold", str(error))
        except (AuditError, ProofError, DeploymentError) as error:
            outcome = _ended(UNCHECKED, "could not check", str(error))
        except KeyboardInterrupt:
            outcome = _ended(UNCHECKED, "could not check", "interrupted")
        except Exception as error:  # noqa: BLE001 - Python would end with 1, which says that a difference was found
            outcome = _ended(UNCHECKED, "could not check", f"a mistake of this tool, please report it: {error!r}")
        sys.exit(outcome)

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
                word = "the node's word, compare it elsewhere"
                say(f"as of block {lab.header.number}, {lab.block_hash}: {word}", err=True)
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
    """Check the proof of one event, or a bundle, offline."""
    try:
        with file.open("rb") as opened:
            text = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise FileUnusable(f"{file} can't be read: {error.strerror or error}") from error
    return _check_bundle(file, block_hash) if text.startswith(bundle.BEGINNING) else _check_proof(text, block_hash)


def _check_proof(text: bytes, block_hash: str) -> int:
    record = proofs.check(proofs.parse(text), bytes_of(block_hash))
    chain = "names no chain" if record.chain_id is None else f"was signed for chain {record.chain_id}"
    say(f"holds: {record.event} of {record.address} in block {record.block_number}, {record.block_time}")
    say(f"transaction {record.tx_hash} {chain}")
    for name, value in record.arguments.items():
        say(f"  {name}: {_spoken(value)}")
    return HOLDS


def _check_bundle(file: Path, block_hash: str) -> int:
    opened = bundle.check(file, block_hash, Progress())
    for each in opened.journals:
        say(each.line())
    others = [f"{name} at {opened.head.contracts[name]}" for name in opened.without_journal]
    say(f"without a journal: {', '.join(others) or 'none'}")
    say(f"{opened.events} events, each proved against the hash of its own block, of {len(opened.blocks)} blocks")
    return HOLDS if opened.holds else DIFFERS


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
        say(each.line())
    return HOLDS if all(each.holds for each in replayed) else DIFFERS


@audit.command("ledger")
@click.option("--api", "api_url", help="Address of an API to compare as well, `https://example.org`.")
@checks
@asks_a_node
def check_ledger(lab: Lab, api_url: str | None) -> int:
    """Recompute every balance, match, release, refund, escrow and supply, and compare with the contracts."""
    checked = ledger.check(lab, Progress())
    if api_url:
        with Api(api_url) as api:
            compared = compare(api, checked.books, lab.header.number)
        say(f"the API at {api.name}: {compared.values} values, {compared.changed} records changed since")
    _tell_ledger(checked)
    return HOLDS if checked.holds else DIFFERS


@audit.command("code")
@click.option(
    *("--sources",),
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="Check-out of the commit that the deployment record names.",
)
@click.option(
    "--solc", type=click.Path(path_type=Path), help="Compiler; else the one that `make setup` installs there."
)
@checks
@asks_a_node
def check_code(lab: Lab, sources: Path, solc: Path | None) -> int:
    """Compile the sources again and compare them with the deployed code of every contract."""
    verdicts = list(code.check(lab, code.Sources(sources.resolve(), solc)))
    for verdict in verdicts:
        say(verdict.line())
    return HOLDS if all(verdict.holds for verdict in verdicts) else DIFFERS


@audit.command("bundle")
@click.argument("file", type=click.Path(path_type=Path))
@checks
@asks_a_node
def write_bundle(lab: Lab, file: Path) -> int:
    """Write all events with their proofs into one file, for an audit without a network."""
    count = bundle.write(lab, file, Progress())
    say(f"{count} events up to block {lab.header.number}, {lab.block_hash}")
    return HOLDS


@audit.command("campaign")
@click.argument("number", type=click.IntRange(min=1))
@click.option("--proofs", "folder", type=click.Path(path_type=Path), help="Folder for the proof of each event.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@checks
@asks_a_node
def check_campaign(lab: Lab, number: int, folder: Path | None, *, as_json: bool) -> int:
    """Tell one campaign's life, each event with its proof, and where each unit of money went."""
    life = campaign.tell(lab, number, Progress())
    files = campaign.write_proofs(folder, life.proofs) if folder else []
    if as_json:
        click.echo(campaign.as_json(life, files))
    else:
        for line in campaign.lines(life, files):
            say(line)
    _tell_ledger(life.checked, err=True)
    return HOLDS if life.checked.holds else DIFFERS


@audit.command("report")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    *("--sources",),
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Check-out of the sources, to compare the code with; else the code is not checked, and the report says so.",
)
@checks
@asks_a_node
def write_report(lab: Lab, file: Path, sources: Path | None) -> int:
    """Check journals, ledger and code, and write a page (FILE) and a JSON beside it, to be filed."""
    report.path_beside(file)  # now, not when all the work is done
    checked = ledger.check(lab, Progress())
    others = [name for name in lab.journaled if name not in CONTRACTS]
    replayed = [*checked.journals, *journals.replay(lab, others, Progress())]
    verdicts = list(code.check(lab, code.Sources(sources.resolve(), None))) if sources else None
    made = report.Report.of(lab, checked, replayed, verdicts)
    beside = report.write(made, file)
    say(f"{made.sentence} {file} and {beside}")
    return HOLDS if made.holds else DIFFERS


def _tell_ledger(checked: Checked, *, err: bool = False) -> None:
    for each in checked.journals:
        say(each.line(), err=err)
    for difference in checked.differences:
        say(difference.line(), err=err)
    compared, differing = checked.books.findings.compared, len(checked.differences)
    say(f"{checked.events} events, {compared} values compared, {differing} differences", err=err)


def _ended(code: int, words: str, reason: str) -> int:
    Progress().end()
    say(f"{words}: {' '.join(reason.split())}", err=True)
    return code


def _spoken(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
