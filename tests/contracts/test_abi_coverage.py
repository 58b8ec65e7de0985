"""Every custom error and every event that our interfaces declare was seen, with all its arguments, by some test.

Runs last, and only together with all other tests of this folder: see `pytest_collection_modifyitems` in conftest.py.
"""

from pathlib import Path

import ape

from tests.contracts import expect

INTERFACES = sorted(path.stem for path in (Path(__file__).parents[2] / "contracts" / "interfaces").glob("I*.sol"))


def declared(kind: str) -> set[str]:
    """Names of all `kind`, "errors" or "events", of all interfaces."""
    return {
        abi.name for interface in INTERFACES for abi in getattr(ape.project.contracts[interface].contract_type, kind)
    }


def test_errors__declared__are_all_seen():
    assert declared("errors") - {name for _, name in expect.SEEN_ERRORS} == set()


def test_events__declared__are_all_seen():
    assert declared("events") - {name for _, name in expect.SEEN_EVENTS} == set()
