"""The story as of an earlier block, for blocks drawn from it
every record is what an index stopped at that block answers, and so are the totals
"""

import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select, union

from api.app import create_app
from api.settings import Settings
from indexer.store.models import EVENTS
from indexer.store.session import open_engine, reading
from scripts._lab.local import Place
from tests.api.client import Client, serving
from tests.api.test_past import RECORDS, told
from tests.e2e.conftest import Played, run_eranos

STOPS = 4
EACH = 4
SEED = 6


def stopped_at(played: Played, block: int, folder: Path) -> Place:
    """Returns a copy of the calm mirror, taken back to a block."""
    place = replace(played.calm, folder=folder / str(block))
    place.folder.mkdir()
    paths = [where.database_url.removeprefix("sqlite:///") for where in (played.calm, place)]
    with closing(sqlite3.connect(paths[0])) as original, closing(sqlite3.connect(paths[1])) as copy:
        original.backup(copy)
    done = run_eranos(place, "index", "rewind", "--to", str(block))
    assert done.returncode == 0, done.stderr
    return place


def settings(place: Place) -> Settings:
    return Settings(database_url=place.database_url, requests_per_minute=0)


def compare(whole: Client, then: Client, path: str, block: int) -> bool:
    """Fails if two answers differ; returns whether the record was there."""
    old, expected = whole.get(f"{path}?at={block}"), then.get(path)
    assert (old.status, told(old)) == (expected.status, told(expected)), f"{path}?at={block}"
    return old.status == 200


def test_records__of_the_story_at_drawn_blocks__are_those_of_an_index_stopped_there(
    played: Played, tmp_path: Path
) -> None:
    engine = open_engine(played.calm.database_url, read_only=True)
    with reading(engine) as connection:
        keys = {path: [tuple(key) for key in connection.execute(statement)] for path, statement in RECORDS.items()}
        numbers = union(*(select(event.table.c.block_number) for event in EVENTS.values()))
        busy = sorted(connection.scalars(numbers))
    engine.dispose()
    chance, there = random.Random(SEED), dict.fromkeys(RECORDS, 0)

    with serving(create_app(settings(played.calm))) as whole:
        for block in chance.sample(busy, STOPS):
            with serving(create_app(settings(stopped_at(played, block, tmp_path)))) as then:
                for path, known in keys.items():
                    for key in chance.sample(known, min(EACH, len(known))):
                        there[path] += compare(whole, then, path.format(*key), block)
                for path in ("/v1/credits", "/v1/totals"):
                    assert compare(whole, then, path, block)

    assert sum(there.values()) > STOPS * len(RECORDS), there
