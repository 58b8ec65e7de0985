"""Announced acts of administration: the last to come into force in front, named by what they call."""

from pathlib import Path

from eth_utils.crypto import keccak
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.database import AsOf, Mirror
from api.operations import list_operations
from api.paging import PageRequest
from indexer.store.models import Checkpoint, Operation, OperationState
from indexer.store.session import open_engine
from tests.api import rows as r
from tests.api.conftest import make_mirror
from tests.api.rows import DAY, NOW

ANY_PAGE = PageRequest(20, None, "", ())
NO_FUNCTION = "0x" + "11" * 4


def operation(number: int, target: str, data: str, executable_at: int) -> Operation:
    """Return an announced act."""
    return Operation(
        operation_id=r.digest(number),
        nonce=1,
        caller=r.PAYOUT,
        target=target,
        data=data,
        scheduled_at=NOW - DAY,
        executable_at=executable_at,
        state=OperationState.SCHEDULED,
        finished_at=None,
        **r.mirrored(number),
    )


def test_list_operations__known_and_unknown_calls__latest_in_front_and_named_where_known(
    tmp_path: Path, blank: Path
) -> None:
    known = "0x" + keccak(text="listCurrency(address)")[:4].hex()
    rows = [
        r.checkpoint(),
        r.journal("Crowdfunding", r.CROWDFUNDING),
        operation(1, r.CROWDFUNDING, known + "00" * 32, NOW + DAY),
        operation(2, "0x" + "77" * 20, NO_FUNCTION, NOW + 2 * DAY),
    ]
    path = tmp_path / "own.db"
    make_mirror(path, rows, blank)
    engine = open_engine(f"sqlite:///{path}", read_only=True)
    with Session(engine) as session:
        checkpoint = session.scalars(select(Checkpoint)).one()
        as_of = AsOf(block_number=1, block_hash=r.digest(1), block_time=NOW, label="head")
        found = list_operations(Mirror(session, checkpoint, as_of), ANY_PAGE)
    engine.dispose()
    assert [(one.contract, one.signature) for one in found] == [(None, None), ("Crowdfunding", "listCurrency(address)")]
    assert [one.operation.executable_at for one in found] == [NOW + 2 * DAY, NOW + DAY]
