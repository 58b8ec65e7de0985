"""What a test expects of a transaction: one refusal with every argument, or the whole list of events.

Both are recorded, so that `test_abi_coverage.py` can tell which errors and events no test has seen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ape
from ape.api import ReceiptAPI

#: (contract name, error or event name) seen with all their arguments.
SEEN_ERRORS: set[tuple[str, str]] = set()
SEEN_EVENTS: set[tuple[str, str]] = set()


@contextmanager
def reverts(error: Any, **arguments: Any) -> Iterator[None]:
    """Expects a custom error with all its arguments.

    Args:
        error: The error as an attribute of a contract instance, such as `registry.EntityRegistry_NoEntity`.
        arguments: Every argument of the error by name.
    """
    names = {argument.name for argument in error.abi.inputs}
    assert set(arguments) == names, f"{error.abi.name} has arguments {sorted(names)}"
    with ape.reverts(error, **arguments):
        yield
    SEEN_ERRORS.add((error.contract.contract_type.name, error.abi.name))


def emits(tx: ReceiptAPI, *expected: Any) -> None:
    """Expects exactly these events in this order; an event too many fails as well.

    Args:
        tx: The receipt.
        expected: Events as calls of a contract's event with every argument, such as
            `registry.ProfileUpdated(entityId=1, profileHash=HASH)`.
    """
    for event in expected:
        missing = {argument.name for argument in event.abi.inputs} - set(event.event_arguments)
        assert not missing, f"{event.abi.name} is expected without {sorted(missing)}"
    assert tx.events == list(expected)
    for log in tx.events:
        SEEN_EVENTS.add((ape.chain.contracts.get(log.contract_address).name, log.event_name))
