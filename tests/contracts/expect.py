"""What a test expects of a transaction: one refusal with every argument, or the whole list of events.

Both are recorded, so that `test_abi_coverage.py` can tell which errors and events no test has seen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ape
import pytest
from ape.api import ReceiptAPI
from ape.exceptions import ContractLogicError
from eth_utils import keccak, to_hex

#: (contract name, error or event name) seen with all their arguments.
SEEN_ERRORS: set[tuple[str, str]] = set()
SEEN_EVENTS: set[tuple[str, str]] = set()


@contextmanager
def reverts(error: Any, **arguments: Any) -> Iterator[None]:
    """Expects a custom error with all its arguments.

    Compares the bytes that came back, because `ape.reverts` is content with any refusal that it can't decode.

    Args:
        error: The error as an attribute of a contract instance, such as `registry.EntityRegistry_NoEntity`. It may
            be an error of another contract than the one called, if that passes it on.
        arguments: Every argument of the error by name.
    """
    names = [argument.name for argument in error.abi.inputs]
    assert set(arguments) == set(names), f"{error.abi.name} has arguments {names}"
    values = ape.networks.provider.network.ecosystem.encode_calldata(error.abi, *(arguments[name] for name in names))
    expected = to_hex(keccak(text=error.abi.selector)[:4] + values)
    with pytest.raises(ContractLogicError) as refused:
        yield
    found = getattr(refused.value, "returned", None)
    assert found == expected, f"{error.abi.name} with {arguments} is expected, but it is {refused.value!r} {found}"
    SEEN_ERRORS.add((error.contract.contract_type.name, error.abi.name))


def emits(tx: ReceiptAPI, *expected: Any) -> None:
    """Expects exactly these events in this order; an event too many fails as well.

    Args:
        tx: The receipt.
        expected: Events as calls of a contract's event with every argument, such as
            `registry.ProfileUpdated(entityId=1, profileHash=HASH)`.
    """
    for event in expected:
        contract_type = ape.chain.contracts.get(event.contract_address)
        (abi,) = (abi for abi in contract_type.events if abi.name == event.event_name)
        missing = {argument.name for argument in abi.inputs} - set(event.event_arguments)
        assert not missing, f"{event.event_name} is expected without {sorted(missing)}"
    assert tx.events == list(expected)
    for log in tx.events:
        SEEN_EVENTS.add((ape.chain.contracts.get(log.contract_address).name, log.event_name))
