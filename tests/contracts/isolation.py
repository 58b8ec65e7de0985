"""Acts that leave no trace on the chain, several times in one test."""

from collections.abc import Iterator
from contextlib import contextmanager

import ape


@contextmanager
def isolated() -> Iterator[None]:
    """Takes the chain back to where it was, and lets failures through.

    `ape.chain.isolate()` swallows every exception of its block, a failed assertion too, so that no test can fail in it.
    """
    snapshot = ape.chain.snapshot()
    try:
        yield
    finally:
        ape.chain.restore(snapshot)
