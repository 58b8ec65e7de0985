"""Looks again at history that is final: do the logs of some blocks still give the rows that are stored?

The journals prove that no event of theirs is missing. Approvals, roles and forwarded requests are in no journal, so a
sample of blocks is fetched once more, now and then, and compared row by row.
"""

import logging
import random
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, select

from indexer.apply import EVENT_TABLES, QUARANTINE
from indexer.chain import Node
from indexer.decode import decode
from indexer.errors import NodeAnswerInvalid
from indexer.events import Watched
from indexer.store import checkpoint as checkpoints
from indexer.store.columns import block_of, event_key, last_key_of
from indexer.store.session import reading

log = logging.getLogger(__name__)

SAMPLE_BLOCKS: Final = 50
"""Blocks of one look; few enough for any node."""

LOOKS: Final = 3
"""How often the node is asked before a difference is believed."""

Keyed = dict[int, tuple[Any, ...]]
"""Rows by event key."""


class Look(NamedTuple):
    """What one look found."""

    first: int
    last: int
    gaps: list[int]
    """Blocks whose stored events are not those that the node shows, again and again."""


async def look_again(engine: Engine, node: Node, watched: Watched, chance: random.Random) -> Look | None:
    """Compare a sample of final blocks with the node, and report what differs.

    Returns:
        What was found; None if nothing is final yet.

    Raises:
        RetryableError: The node gave no answer, or none to believe.
    """
    node = node.pinned()
    with reading(engine) as connection:
        checkpoint = checkpoints.read(connection)
        final = min(checkpoint.number, checkpoint.finalized_number) if checkpoint else 0
        if final < watched.first_block:
            return None
        first = chance.randint(watched.first_block, final)
        last = min(final, first + SAMPLE_BLOCKS - 1)
        stored = _stored(connection, first, last)
    gaps: list[int] = []
    for _ in range(LOOKS):
        gaps = _differing(stored, await _shown(node, watched, first, last))
        if not gaps:
            break
    for block in gaps:
        log.error(
            "the events stored of block %d are not those that the node shows: "
            "run `eranos index rewind --to %d`, then `eranos index run`",
            block,
            block - 1,
        )
    return Look(first, last, gaps)


def _stored(connection: Connection, first: int, last: int) -> Keyed:
    """Return the rows of some blocks, and what is quarantined of them, without what the mirror adds."""
    found: Keyed = {}
    for table in EVENT_TABLES:
        columns = list(table.columns)
        within = columns[0].between(event_key(first, 0), last_key_of(last))
        found.update((row[0], tuple(row)) for row in connection.execute(select(table).where(within)))
    within = QUARANTINE.c.event_key.between(event_key(first, 0), last_key_of(last))
    found.update((key, ()) for key in connection.scalars(select(QUARANTINE.c.event_key).where(within)))
    return found


async def _shown(node: Node, watched: Watched, first: int, last: int) -> Keyed:
    logs = await node.logs(watched.addresses, first, last)
    headers = await node.headers(sorted({int(text, 16) for text in {each.block_number for each in logs}}))
    if None in headers:
        raise NodeAnswerInvalid("the node lacks the header of a block whose logs it sent")
    decoded = decode(logs, watched.names, {header.number: header.time for header in headers if header is not None})
    return {row.key: row.values for row in decoded.rows} | {row["event_key"]: () for row in decoded.quarantined}


def _differing(stored: Keyed, shown: Keyed) -> list[int]:
    keys = (key for key in stored.keys() | shown.keys() if stored.get(key) != shown.get(key))
    return sorted({block_of(key) for key in keys})
