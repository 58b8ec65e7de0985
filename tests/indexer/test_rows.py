"""Reading and writing rows, and the column types under them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from indexer.store import rows as store
from indexer.store.columns import block_of, event_key, last_key_of
from indexer.store.models import EVENTS, Milestone, RoleMember
from indexer.store.session import open_engine, reading

TRANSFERS = EVENTS["InnovationCredit", "Transfer"].table
MEMBERS = store.table_of(RoleMember)
EVERYBODY = 2**64 - 1


@pytest.fixture
def engine(new_database: Callable[[str], str]) -> Iterator[Engine]:
    """Return a database with the schema."""
    opened = open_engine(new_database("a"))
    yield opened
    opened.dispose()


def member(role_id: int, account: int) -> store.Row:
    """Return a row of `role_members`."""
    numbers = ("granted_at", "since", "delay", "delay_since", "previous_delay", "last_log_index", "last_block_time")
    stamps = {"last_event_key": 1, "last_tx_hash": "0x", "revoked_at": None}
    return {"role_id": role_id, "account": f"0x{account:040x}", **dict.fromkeys(numbers, 0), **stamps}


def transfer(key: int, value: int) -> tuple[object, ...]:
    """Return a row of the credit's transfers."""
    return (key, block_of(key), 0, 0, "0x", "0x", "0x", "0x01", "0x02", value)


@pytest.mark.parametrize("value", [-1, 2**256])
def test_uint256__out_of_range__refused(engine: Engine, value: int) -> None:
    with engine.begin() as connection, pytest.raises(OverflowError, match="is not a uint256"):
        store.insert(connection, MEMBERS, [member(value, 1)])


def test_read_only__write__refused(engine: Engine) -> None:
    reader = open_engine(str(engine.url), read_only=True)
    with reader.connect() as connection, pytest.raises(DBAPIError, match=r"read-?only"):
        connection.execute(text("DELETE FROM roles"))
    reader.dispose()


def test_read_only__missing_file__refused_and_not_made(tmp_path: Path) -> None:
    missing = open_engine(f"sqlite:///{tmp_path}/missing.db", read_only=True)
    with pytest.raises(OperationalError, match="unable to open"):
        missing.connect()
    assert not (tmp_path / "missing.db").exists()


def test_open_engine__no_url__refused() -> None:
    with pytest.raises(ValueError, match=r"'eranos\.db' is not a database URL"):
        open_engine("eranos.db")


def test_uint256__stored__sorts_as_numbers_and_comes_back(engine: Engine) -> None:
    values = [0, 9, 10, 2**64, 2**256 - 1]
    with engine.begin() as connection:
        store.append(connection, TRANSFERS, [transfer(i, v) for i, v in enumerate(reversed(values))])
        found = list(connection.scalars(select(TRANSFERS.c.value).order_by(TRANSFERS.c.value)))
        assert found == values
        if engine.dialect.name == "sqlite":
            assert connection.scalar(text("SELECT length(value) FROM innovation_credit_transfer LIMIT 1")) == 78
        assert connection.scalar(select(TRANSFERS.c.event_key).where(TRANSFERS.c.value == 2**64)) == 1


def test_replace__present_and_new__updated_and_inserted(engine: Engine) -> None:
    old, new = member(EVERYBODY, 1), member(0, 1)
    with engine.begin() as connection:
        store.insert(connection, MEMBERS, [old])
        changed = old | {"since": 7}
        store.replace(connection, MEMBERS, [changed, new])
        assert list(store.scan(connection, MEMBERS)) == [new, changed]


def test_load__composite_keys_over_many_queries__found_or_left_out(engine: Engine) -> None:
    rows = [member(i % 3, i) for i in range(1, 1000)]
    with engine.begin() as connection:
        store.insert(connection, MEMBERS, rows)
        wanted = {store.key_of(MEMBERS, row): row for row in rows[::2]}
        assert store.load(connection, MEMBERS, [*wanted, (9, "0x")]) == wanted
        store.remove(connection, MEMBERS, list(wanted))
        assert list(store.scan(connection, MEMBERS)) == sorted(rows[1::2], key=lambda r: (r["role_id"], r["account"]))


def test_scan_and_remove__by_block(engine: Engine) -> None:
    keys = [event_key(5, 2**20 - 1), event_key(6, 0), event_key(6, 1), event_key(7, 0)]
    with engine.begin() as connection:
        store.append(connection, TRANSFERS, [transfer(key, 1) for key in keys])
        assert [r["event_key"] for r in store.scan(connection, TRANSFERS, last_block=6)] == keys[:3]
        store.remove_events_above(connection, [TRANSFERS], 5)
        assert [r["event_key"] for r in store.scan(connection, TRANSFERS)] == keys[:1]


def test_event_key__packs_block_and_log() -> None:
    assert event_key(3, 5) == 3 * 2**20 + 5
    assert block_of(event_key(3, 2**20 - 1)) == 3
    assert last_key_of(3) == event_key(4, 0) - 1


def test_reading__while_another_writes__sees_the_state_of_its_first_statement(engine: Engine) -> None:
    with reading(engine) as reader:
        assert list(store.scan(reader, MEMBERS)) == []
        with engine.begin() as writer:
            store.insert(writer, MEMBERS, [member(1, 1)])
        assert list(store.scan(reader, MEMBERS)) == []
    assert store.key_of(store.table_of(Milestone), {"campaign_id": 1, "milestone": 2}) == (1, 2)
