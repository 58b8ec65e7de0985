"""`python -m benchmarks.serving.writer FILE`: writes new blocks into a mirror, as the indexer does, until it is ended.

A line for each block is written to standard output.
"""

import sys
import time
from itertools import count
from typing import Final

import click

from benchmarks.serving.mirror import HEAD, write_block
from indexer.store.session import open_engine

BLOCKS_A_SECOND: Final = 2


def main(path: str) -> None:
    """Write blocks."""
    engine = open_engine(f"sqlite:///{path}")
    for number in count(HEAD + 1):
        write_block(engine, number)
        click.echo(number)
        time.sleep(1 / BLOCKS_A_SECOND)


if __name__ == "__main__":
    main(sys.argv[1])
