"""`eranos index ...`: everything a person asks of the indexer.

Every command ends 0, or says in one line what is wrong and what to do and ends with 1.
"""

import asyncio
import json
import logging
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any, Final

import click
from pydantic import ValidationError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

import deployments
from indexer import audit, checks, heads
from indexer.chain import HttpNode
from indexer.digest import digest as digest_of
from indexer.endpoints import Endpoints, open_nodes
from indexer.errors import AnotherWriter, DatabaseUnusable, IndexerError, SchemaMismatch
from indexer.events import Watched, watched
from indexer.fetch import Fetcher
from indexer.loop import Loop
from indexer.metrics import Meter, serving
from indexer.progress import Progress
from indexer.proofs import Prover
from indexer.schedule import CURRENCY_SECONDS, HEARTBEAT_SECONDS, PROOF_SECONDS, TOTAL_SECONDS, Jobs
from indexer.settings import Settings
from indexer.status import Activity, StatusBoard, status_of
from indexer.store import checkpoint as checkpoints
from indexer.store import schema
from indexer.store.session import DatabaseTaken, Lead, holding, open_engine, reading
from indexer.sync import Indexer, Step, check_chain
from indexer.verify import Difference, compare_with_events
from serving.listening import AddressTaken
from serving.logs import set_up

TALKATIVE: Final = ("apscheduler", "alembic")
"""Loggers of others that tell each step."""

log = logging.getLogger(__name__)

FOLLOWER_SECONDS: Final = 1.0
"""Between two looks whether the leader is gone; it takes a server up to four seconds to notice that."""


class Group(click.Group):
    """A group whose commands end with one line instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; every error of ours becomes a message and exit code 1."""
        try:
            return super().invoke(ctx)
        except (IndexerError, AddressTaken, deployments.DeploymentError) as error:
            raise click.ClickException(str(error)) from error
        except ValidationError as error:
            first = error.errors()[0]
            name = "ERANOS_INDEX_" + "_".join(map(str, first["loc"])).upper()
            message = first["msg"].removeprefix("Value error, ")
            raise click.ClickException(f"{name}: {message}, found {first['input']!r}") from error


@dataclass(slots=True)
class Session:
    """What a command works with."""

    settings: Settings
    node: HttpNode | Endpoints
    watched: Watched
    engine: Engine


@click.group(cls=Group)
@click.option("--rpc-url", help="HTTP address of the node [ERANOS_INDEX_RPC_URL, http://127.0.0.1:8545].")
@click.option("--database-url", help="SQLAlchemy URL [ERANOS_INDEX_DATABASE_URL, sqlite:///eranos-<chain id>.db].")
@click.option("--chain-id", type=int, help="Chain to index [ERANOS_INDEX_CHAIN_ID, asked of the node].")
@click.pass_context
def index(ctx: click.Context, /, **options: Any) -> None:
    """Mirror the chain into SQL."""
    ctx.obj = Settings(**{name: value for name, value in options.items() if value is not None})
    set_up(ctx.obj.log_format, TALKATIVE)


@index.command()
@click.pass_obj
def run(settings: Settings) -> None:
    """Catch up with the chain and follow it until stopped."""
    _with_node(settings, _run)


@index.command()
@click.pass_obj
def once(settings: Settings) -> None:
    """Index up to the present head and end."""
    _with_node(settings, _once, writes=True)


@index.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.pass_obj
def status(settings: Settings, *, as_json: bool) -> None:
    """Show how far the mirror is and what it is doing. Exit code 1 if logs are quarantined."""
    with _mirror(settings) as connection:
        found = dict(status_of(connection))
    lines = [f"{name.replace('_', ' ')}: {'-' if value is None else value}" for name, value in found.items()]
    click.echo(json.dumps(found) if as_json else "\n".join(lines))
    if found["quarantined"]:
        raise click.ClickException(
            f"{found['quarantined']} logs are quarantined: the ABI does not explain them, see the table `quarantine`"
        )


@index.command()
@click.option("--to", "number", type=click.IntRange(min=0), required=True, help="Last block to keep.")
@click.pass_obj
def rewind(settings: Settings, number: int) -> None:
    """Forget everything above a block; the next run fetches it again."""

    async def job(session: Session) -> None:
        indexer, _ = await _start(session)
        step = await indexer.rewind(number)
        click.echo(f"back at block {step.checkpoint.number} {step.checkpoint.hash}")

    _with_node(settings, job, writes=True)


@index.command()
@click.pass_obj
def rebuild(settings: Settings) -> None:
    """Throw the mirror away and index again from nothing."""

    async def job(session: Session) -> None:
        # Look before throwing away: a node of another chain could not bring it back.
        check_chain(session.watched, *await session.node.identity())
        _schema(session.engine, lambda engine: schema.downgrade(engine, "base"))
        await _once(session)

    _with_node(settings, job, writes=True)


@index.command()
@click.option("--offline", is_flag=True, help="Compare with the stored events only, ask no node.")
@click.pass_obj
def verify(settings: Settings, *, offline: bool) -> None:
    """Compare every row with the stored events, and with the contracts. Exit code 1 on any difference."""
    with _mirror(settings) as connection:
        block = checks.checkpoint_of(checkpoints.read(connection)).number
        found = list(compare_with_events(connection))
    click.echo(f"block {block}: {len(found)} differences from the stored events")
    if not offline:

        async def job(session: Session) -> None:
            report = await checks.check(session.engine, session.node, session.watched)
            found.extend(report.differences)
            click.echo(
                f"block {report.block_number}: {len(report.differences)} differences from the chain "
                f"in {report.compared} values"
            )

        _with_node(settings, job)
    for difference in found:
        click.echo(_line(difference))
    if found:
        raise click.ClickException(f"{len(found)} differences: run `eranos index rebuild`, and report what led here")


@index.command()
@click.pass_obj
def digest(settings: Settings) -> None:
    """Print the hash over all mirrored rows and the block it was taken at."""
    with _mirror(settings) as connection:
        checkpoint = checks.checkpoint_of(checkpoints.read(connection))
        click.echo(f"{digest_of(connection, checkpoint)} {checkpoint.number} {checkpoint.hash}")


async def _once(session: Session) -> None:
    indexer, fetcher = await _start(session)
    loop = Loop(indexer, fetcher, StatusBoard(session.engine))
    with Progress(indexer.checkpoint.number) as progress:
        step = await loop.once(progress.watch)
    await fetcher.stop()
    StatusBoard(session.engine).doing(Activity.STOPPED)
    await checks.read_currencies(session.engine, session.node)
    click.echo(f"indexed up to block {step.checkpoint.number} {step.checkpoint.hash}")


async def _run(session: Session) -> None:
    stop, meter, settings = asyncio.Event(), Meter(), session.settings
    _stop_on_signals(stop)
    async with serving(meter, settings.listen_host, settings.listen_port):
        await _run_until(stop, session, meter)


async def _run_until(stop: asyncio.Event, session: Session, meter: Meter) -> None:
    """Lead when nobody else does, and wait otherwise."""
    while not stop.is_set():
        with ExitStack() as held:
            if (lead := await _lead(session.engine, held, stop, meter)) is None:
                return
            try:
                meter.leading = True
                await _lead_until(stop, session, lead, meter)
            except AnotherWriter as error:
                if session.engine.dialect.name == "sqlite":
                    raise
                log.warning("%s; following again", error)
            finally:
                meter.leading = False


async def _lead(engine: Engine, held: ExitStack, stop: asyncio.Event, meter: Meter) -> Lead | None:
    """Wait for the right to write, which enters `held`; on SQLite, where nobody takes over, don't wait.

    Returns:
        The right, or None if asked to stop.

    Raises:
        AnotherWriter: Another process writes to the file.
    """
    told = False
    while not stop.is_set():
        meter.alive()
        try:
            return held.enter_context(_writer(engine))
        except AnotherWriter:
            if engine.dialect.name == "sqlite":
                raise
        if not told:
            log.info("another indexer leads; ready to take over")
            told = True
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), FOLLOWER_SECONDS)
    return None


async def _lead_until(stop: asyncio.Event, session: Session, lead: Lead, meter: Meter) -> None:
    """Be the one that writes, until asked to stop."""
    indexer, fetcher = await _start(session, lead)
    board = StatusBoard(session.engine, meter)
    loop = Loop(indexer, fetcher, board, stop)
    node, settings = session.node, session.settings
    jobs, prover = Jobs(), Prover(session.engine, session.node)
    jobs.every(settings.poll_seconds, loop.wake.set)
    jobs.every(HEARTBEAT_SECONDS, board.alive)
    jobs.every(CURRENCY_SECONDS, lambda: checks.read_currencies(session.engine, node))
    # Not beside a backfill, which needs the processor and the database for itself.
    jobs.every(PROOF_SECONDS, lambda: None if indexer.loading else prover.run())
    jobs.every(
        TOTAL_SECONDS, lambda: None if indexer.loading else asyncio.to_thread(checks.keep_totals, session.engine)
    )
    jobs.every(settings.reconcile_seconds, lambda: checks.check(session.engine, node, session.watched))
    jobs.every(settings.recheck_seconds, lambda: _look_again(session, board))
    if settings.ws_url:
        jobs.always(lambda: heads.follow(settings.ws_url or "", loop.wake.set))
    jobs.start()
    try:
        with Progress(indexer.checkpoint.number) as progress:

            def watch(step: Step) -> None:
                progress.watch(step)
                meter.loading = indexer.loading
                meter.watch(step)

            await loop.run(watch)
    finally:
        await jobs.stop()
        await fetcher.stop()


async def _look_again(session: Session, board: StatusBoard) -> None:
    look = await audit.look_again(session.engine, session.node, session.watched, random.Random())  # noqa: S311 - a sample, no secret
    if look is not None:
        board.count("gaps", len(look.gaps))


def _stop_on_signals(stop: asyncio.Event) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)


@contextmanager
def _writer(engine: Engine) -> Iterator[Lead]:
    """Keep other indexers out of the database."""
    with ExitStack() as stack:
        try:
            lead = stack.enter_context(holding(engine))
        except DatabaseTaken as error:
            raise AnotherWriter(f"{error}: stop it first") from error
        except DatabaseError as error:
            raise _unusable(engine, error) from error
        except OSError as error:
            reason = error.strerror or error
            raise DatabaseUnusable(f"{engine.url} can't be locked: {reason}: set ERANOS_INDEX_DATABASE_URL") from error
        yield lead


async def _start(session: Session, lead: Lead | None = None) -> tuple[Indexer, Fetcher]:
    _schema(session.engine, schema.upgrade)
    settings = session.settings
    fetcher = Fetcher(session.node, session.watched, target_logs=settings.target_logs, max_range=settings.max_range)
    indexer = Indexer(session.node, session.engine, session.watched, fetcher, lead)
    await indexer.start()
    return indexer, fetcher


def _with_node(settings: Settings, job: Callable[[Session], Awaitable[None]], *, writes: bool = False) -> None:
    """Do a job with a node and a database; one that `writes` the mirror keeps others from doing so."""

    async def main() -> None:
        async with _session(settings) as session:
            with _writer(session.engine) if writes else nullcontext():
                await job(session)

    asyncio.run(main())


@asynccontextmanager
async def _session(settings: Settings) -> AsyncIterator[Session]:
    node = open_nodes(settings.rpc_url, settings.rpc_timeout)
    try:
        chain_id = settings.chain_id or (await node.identity())[0]
        lab = watched(deployments.load(chain_id))
        engine = _open(settings.database_url_of(chain_id))
        try:
            yield Session(settings, node, lab, engine)
        finally:
            engine.dispose()
    finally:
        await node.close()


def _open(url: str, *, read_only: bool = False) -> Engine:
    try:
        return open_engine(url, read_only=read_only)
    except (ValueError, ImportError) as error:
        raise DatabaseUnusable(f"{error}: set ERANOS_INDEX_DATABASE_URL") from error


def _schema(engine: Engine, change: Callable[[Engine], None]) -> None:
    try:
        change(engine)
    except schema.UnknownSchema as error:
        raise SchemaMismatch(f"{engine.url}: {error}: update eranos, or use another database") from error
    except DatabaseError as error:
        raise _unusable(engine, error) from error


def _unusable(engine: Engine, error: DatabaseError) -> DatabaseUnusable:
    reason = str(error.orig).partition("\n")[0]
    return DatabaseUnusable(f"{engine.url} can't be used: {reason}: move it away, or set ERANOS_INDEX_DATABASE_URL")


@contextmanager
def _mirror(settings: Settings) -> Iterator[Connection]:
    """Open an existing mirror for reading."""
    url = settings.database_url_of(settings.chain_id or asyncio.run(_chain_of_node(settings)))
    engine = _open(url, read_only=True)
    try:
        with reading(engine) as connection:
            schema.check(connection)
            yield connection
    except schema.UnknownSchema as error:
        raise SchemaMismatch(f"{url}: {error}: run `eranos index once`, or update eranos") from error
    except DatabaseError as error:
        raise _unusable(engine, error) from error
    finally:
        engine.dispose()


async def _chain_of_node(settings: Settings) -> int:
    """Return the chain id that names the database file, when neither was given."""
    if settings.database_url:
        return 0
    node = open_nodes(settings.rpc_url, settings.rpc_timeout)
    try:
        return (await node.identity())[0]
    finally:
        await node.close()


def _line(difference: Difference) -> str:
    d = difference
    return f"{d.subject} [{d.key}] {d.field}: mirror {d.mirror}, expected {d.expected}"
