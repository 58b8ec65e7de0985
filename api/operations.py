"""Acts of administration that were announced: what, by whom, from when on they can be carried out, what became of them.

Whoever watches the lab reads here what its roles are about to do, days before they can.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from api.coverage import contract_names
from api.database import Mirror
from api.paging import PageRequest, seek
from api.roles import signatures
from indexer.store.models import Operation, OperationState

SELECTOR_LETTERS = len("0x12345678")


class Announced(NamedTuple):
    """An act that was scheduled with the AccessManager."""

    operation: Operation
    contract: str | None
    """Name of the contract it calls; None if it is none of the lab's."""
    signature: str | None
    """Of the function it calls; None if no known ABI has it."""

    def calls(self, contract: str, function: str) -> bool:
        """Return whether it calls a function of one of the lab's contracts."""
        return self.contract == contract and (self.signature or "").startswith(f"{function}(")


def list_operations(mirror: Mirror, page: PageRequest) -> Sequence[Announced]:
    """Return the announced acts of a page, the one that can be carried out last in front, and one more if any."""
    value, key = Operation.executable_at.expression, Operation.last_event_key.expression
    rows = mirror.session.scalars(seek(select(Operation), page, value, key, descending=True))
    names = contract_names(mirror)
    return [_announced(row, names.get(row.target)) for row in rows]


def waiting(mirror: Mirror) -> Sequence[Announced]:
    """Return the announced acts that were neither carried out nor canceled, the next one in front."""
    rows = mirror.session.scalars(
        select(Operation)
        .where(Operation.state == OperationState.SCHEDULED.value)
        .order_by(Operation.executable_at, Operation.last_event_key)
    )
    names = contract_names(mirror)
    return [_announced(row, names.get(row.target)) for row in rows]


def _announced(row: Operation, contract: str | None) -> Announced:
    return Announced(row, contract, signatures().get((contract or "", row.data[:SELECTOR_LETTERS])))
