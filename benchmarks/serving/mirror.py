"""Fills a mirror: a million events, a thousand campaigns, a hundred thousand pledges."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, insert, update
from sqlalchemy.orm import Session

from indexer.store import schema
from indexer.store.models import EVENTS, Checkpoint, Pledge
from indexer.store.session import open_engine
from tests.api import rows

EVENT_COUNT: Final = 1_000_000
CAMPAIGNS: Final = 1_000
PLEDGES: Final = 100_000
EVENTS_A_BLOCK: Final = 500
BATCH: Final = 10_000
MADE: Final = EVENTS["Crowdfunding", "PledgeMade"].table
HEAD: Final = EVENT_COUNT // EVENTS_A_BLOCK


def fill(path: Path, events: int = EVENT_COUNT) -> None:
    """Make a mirror in a file that is not there yet."""
    engine = open_engine(f"sqlite:///{path}")
    schema.upgrade(engine)
    with Session(engine) as session:
        session.add_all(
            [rows.checkpoint(number=HEAD, head_number=HEAD), rows.entity(1), rows.currency(), rows.metadata()]
        )
        for campaign_id in range(1, CAMPAIGNS + 1):
            session.add(rows.campaign(campaign_id, raised=700 + campaign_id % 500, backers=PLEDGES // CAMPAIGNS))
            session.add_all(rows.milestones(campaign_id, {}, {}, {}))
        session.flush()
        pledges = (values_of(rows.pledge(1 + n % CAMPAIGNS, backer(n), 7), n) for n in range(PLEDGES))
        for some in _batches(pledges):
            session.execute(insert(Pledge), some)
        for some in _batches(event(number) for number in range(events)):
            session.execute(insert(MADE), some)
        session.commit()
    engine.dispose()


def write_block(engine: Engine, number: int) -> None:
    """Write one block of events as the indexer does: rows and checkpoint in one transaction."""
    with Session(engine) as session:
        first = number * EVENTS_A_BLOCK
        session.execute(insert(MADE), [event(first + index) for index in range(EVENTS_A_BLOCK)])
        moved = {"number": number, "hash": rows.digest(number), "block_time": rows.NOW + number, "head_number": number}
        session.execute(update(Checkpoint).values(**moved))
        session.commit()


def event(number: int) -> dict[str, Any]:
    """Return the row of one pledge."""
    block, index = divmod(number, EVENTS_A_BLOCK)
    return {
        "event_key": rows.key(block, index),
        "block_number": block,
        "log_index": index,
        "block_time": rows.NOW + block,
        "block_hash": rows.digest(block),
        "tx_hash": rows.digest(number),
        "contract": rows.CROWDFUNDING,
        "campaign_id": 1 + number % CAMPAIGNS,
        "backer": backer(number),
        "member_id": 0,
        "amount": 7,
        "pledged": 7,
        "raised": 7 * number,
    }


def backer(number: int) -> str:
    """Return an account."""
    return f"0x{number + 1:040x}"


def values_of(pledge: Pledge, number: int) -> dict[str, Any]:
    """Return a pledge's columns, with an event of its own."""
    values = {name: value for name, value in vars(pledge).items() if not name.startswith("_")}
    return values | {"first_event_key": rows.key(number // EVENTS_A_BLOCK, number % EVENTS_A_BLOCK)}


def _batches(values: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while some := list(islice(values, BATCH)):
        yield some
