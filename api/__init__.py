"""Read-only HTTP window on the mirror: reads what the indexer wrote, writes nothing, knows no node and no key."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("eranos")
except PackageNotFoundError:  # run from a folder that was not installed
    VERSION = "0"
