"""The mirror of the story is whole, however often the indexer was killed.

given the story was played and indexed
├── by an indexer that was killed ten times: the same digest as by one left in peace
├── and the mirror is thrown away and rebuilt: the same digest
├── and verified against its events and against the contracts: no difference
└── then each contract's journal, recomputed here from the stored events, is the contract's own
"""

import sqlite3
from contextlib import closing

from eth_abi import encode
from eth_utils import keccak
from eth_utils.abi import collapse_if_tuple

import deployments
from indexer.store.models import EVENTS
from scripts._lab.local import Place
from tests.e2e.conftest import KILLS, Played, run_eranos

JOURNALED = ("EntityRegistry", "InnovationCredit", "Crowdfunding", "MatchFunding", "Marketplace", "ProBono")
#: Events of these contracts that no journal holds (docs/protocol.md, "Journal").
NOT_JOURNALED = {"Approval", "EIP712DomainChanged", "AuthorityUpdated", "EntryPaused", "EntryResumed"}


def digest_of(place: Place) -> str:
    done = run_eranos(place, "index", "digest")
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[0]


def test_digest__after_ten_kills__equals_that_of_an_undisturbed_run(played: Played) -> None:
    assert len(played.saboteur.killed_at) == KILLS, f"seed {played.saboteur.seed}"
    assert digest_of(played.disturbed) == digest_of(played.calm), f"seed {played.saboteur.seed}"


def test_digest__after_rebuild__is_the_same(played: Played) -> None:
    place = Place(
        played.calm.folder.parent / "rebuilt", played.calm.rpc_port, played.calm.api_port, played.calm.chain_id
    )
    place.folder.mkdir()
    for command in ("once", "rebuild"):
        done = run_eranos(place, "index", command)
        assert done.returncode == 0, done.stderr
        assert digest_of(place) == digest_of(played.calm), command


def test_verify__of_the_story__finds_no_difference(played: Played) -> None:
    done = run_eranos(played.calm, "index", "verify")
    assert done.returncode == 0, done.stdout + done.stderr


def test_journal__recomputed_from_stored_events__equals_that_of_the_contract(played: Played) -> None:
    path = played.disturbed.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as mirror:
        mirror.row_factory = sqlite3.Row
        for name in JOURNALED:
            sequence, digest = 0, bytes(32)
            for event_hash in hashes_of_events(mirror, name):
                sequence, digest = sequence + 1, keccak(digest + event_hash)[:26].ljust(32, b"\0")
            assert sequence > 0, name
            assert played.contracts[name].ask(played.rpc, "journal") == (sequence, digest[:26]), name


def hashes_of_events(mirror: sqlite3.Connection, contract: str) -> list[bytes]:
    """Returns keccak256(abi.encode(topic0, arguments ...)) of each journaled event, in the order of the chain.

    Written from the formula in IJournal.sol and the ABI alone: none of the indexer's own arithmetic is used.
    """
    hashes = {}
    for item in deployments.abi(contract):
        if item["type"] != "event" or item["name"] in NOT_JOURNALED:
            continue
        types = [collapse_if_tuple(argument) for argument in item["inputs"]]
        topic = keccak(text=f"{item['name']}({','.join(types)})")
        flat = flattened(item["inputs"])
        for row in mirror.execute(f'select * from "{EVENTS[contract, item["name"]].table.name}"'):
            values = [value_of(kind, row[column]) for column, kind in zip(row.keys()[7:], flat, strict=True)]
            # Static structs are encoded in place, so that the flat list encodes to the same bytes.
            hashes[row["event_key"]] = keccak(encode(["bytes32", *flat], [topic, *values]))
    return [hashes[key] for key in sorted(hashes)]


def flattened(inputs: list[dict]) -> list[str]:  # type: ignore[type-arg]
    kinds: list[str] = []
    for item in inputs:
        kinds += flattened(item["components"]) if item["type"] == "tuple" else [item["type"]]
    return kinds


def value_of(kind: str, stored: object) -> object:
    if kind.startswith("bytes"):
        return bytes.fromhex(str(stored)[2:])
    if kind.startswith("uint"):
        return int(str(stored))
    return bool(stored) if kind == "bool" else stored
