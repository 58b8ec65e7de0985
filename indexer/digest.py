"""One hash over everything the mirror says, so that two mirrors of the same chain can be compared at a glance."""

import json
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from indexer.store import rows as store
from indexer.store.checkpoint import Checkpoint
from indexer.store.models import EVENTS, READ_MODELS

MIRROR_TABLES: Final = (*(event.table for event in EVENTS.values()), *(store.table_of(m) for m in READ_MODELS))
"""Event tables, then read models. Checkpoint, blocks, undo, quarantine and ``ops_*`` are no part of the mirror."""


def digest(connection: Connection, checkpoint: Checkpoint) -> str:
    """Return SHA-256 over every row of the mirror, in the order of primary keys, as 0x text.

    The block of the checkpoint is left out on purpose: blocks without an event of ours change nothing.
    """
    total = sha256(json.dumps([checkpoint.chain_id, checkpoint.genesis_hash, checkpoint.config_digest]).encode())
    for table in MIRROR_TABLES:
        total.update(json.dumps([table.name, table.columns.keys()]).encode())
        for row in store.scan(connection, table):
            total.update(json.dumps(list(row.values()), ensure_ascii=True).encode())
    return "0x" + total.hexdigest()
