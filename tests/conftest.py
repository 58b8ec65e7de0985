"""Which command runs which tests: `ape test` those that need a chain, `pytest` all others.

Ape's plug-in loads itself into every run of pytest, where it would start a chain, take a snapshot around each test and
add two seconds. Here it goes unless `ape test` asked for it.
"""

from pathlib import Path

import pytest

ON_CHAIN = frozenset({"contracts", "e2e", "invariants"})
"""Folders of tests that `ape test` runs."""

TESTS = Path(__file__).resolve().parent


def under_ape(config: pytest.Config) -> bool:
    """Tell whether `ape test` started this run: it names its plug-in, a plain `pytest` does not."""
    return "ape_test" in (config.invocation_params.plugins or ())


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Take Ape's runner out again; our own hooks come after those of installed plug-ins."""
    if not under_ape(config):
        for name in ("ape-test", "ape-fixtures"):
            if config.pluginmanager.has_plugin(name):
                config.pluginmanager.unregister(name=name)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave each folder to its own command."""
    if collection_path.parent != TESTS:
        return None
    if collection_path.is_dir():
        return True if (collection_path.name in ON_CHAIN) != under_ape(config) else None
    return True if under_ape(config) and collection_path.name.startswith("test_") else None
