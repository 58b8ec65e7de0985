"""GET /v1/proofs/{tx_hash}/{log_index}
when the transaction or the index is none: invalid-parameter
when the lab has no such event: unknown-event
when its block is not final, or its proof could not be made: not-final-yet
else the file, for ever the same
"""

import zlib
from collections.abc import Callable, Iterable

import pytest

from indexer.store.columns import Base, block_of
from indexer.store.models import EventProof
from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Client

FILE = b'{"format":"eranos-proof"}\n'
TX = r.digest(310)


def proof(key: int, tx_hash: str, log_index: int, file: bytes | None = FILE) -> EventProof:
    packed = None if file is None else zlib.compress(file)
    block_hash = r.digest(block_of(key))
    return EventProof(event_key=key, block_hash=block_hash, tx_hash=tx_hash, log_index=log_index, proof=packed)


@pytest.mark.parametrize(
    "place",
    ["0x12/0", f"{TX.upper()}/0", f"{TX}/-1", f"{TX}/x", f"{TX}/1.0", f"{TX}/{2**20}", f"{TX}/{2**256}", "x/0"],
)
def test_read__of_no_place__is_refused(client: Client, place: str) -> None:
    assert client.get(f"/v1/proofs/{place}").problem == "invalid-parameter"


def test_read__of_no_event__is_unknown(client: Client) -> None:
    for place in (f"{r.digest(5)}/0", f"{TX}/1000"):
        answer = client.get(f"/v1/proofs/{place}")
        assert (answer.status, answer.problem) == (404, "unknown-event")
        assert answer.json()["as_of"]


def test_read__before_there_is_a_proof__is_not_final_yet(client: Client) -> None:
    for event in client.get("/v1/events").json()["items"]:
        answer = client.get(event["links"]["proof"])
        assert (answer.status, answer.problem) == (404, "not-final-yet")


def test_read__of_an_event_whose_proof_failed__is_not_final_yet(
    client_of: Callable[[Iterable[Base]], Client],
) -> None:
    asking = client_of([*s.rows(), proof(r.key(310), TX, 0, None)])

    assert asking.get(f"/v1/proofs/{TX}/0").problem == "not-final-yet"
    assert asking.get(f"/v1/proofs/{TX}/1").problem == "unknown-event"


def test_read__of_a_proved_event__is_the_file_for_ever(client_of: Callable[[Iterable[Base]], Client]) -> None:
    asking = client_of([*s.rows(), proof(r.key(310), TX, 0), proof(r.key(310) + 1, TX, 1, b"{}\n")])

    answer = asking.get(f"/v1/proofs/{TX}/0")

    assert (answer.status, answer.body) == (200, FILE)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asking.get(f"/v1/proofs/{TX}/1").body == b"{}\n"
    again = asking.get(f"/v1/proofs/{TX}/0", {"If-None-Match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert asking.get(f"/v1/proofs/{TX}/0", {"If-None-Match": '"other"'}).status == 200


def test_links__of_records__lead_to_the_proof_of_their_last_event(client: Client) -> None:
    campaign = client.get(f"/v1/campaigns/{s.LIVE}").json()["campaign"]
    last = campaign["last_event"]

    assert last["proof"] == f"/v1/proofs/{last['tx_hash']}/{last['log_index']}"
    (event,) = client.get("/v1/events?limit=1").json()["items"]
    assert event["links"]["proof"] == f"/v1/proofs/{event['tx_hash']}/{event['log_index']}"
