"""The relay over a real socket: the form of requests and answers, and what callers may send."""

import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from eth_account.signers.local import LocalAccount

from relay.app import MAX_BODY
from relay.metrics import STUCK_SECONDS, Meter
from relay.problems import PROBLEM_TYPES
from serving.edge import HEADERS
from tests.relay.lab import Lab, call, register
from tests.relay.process import Relay, relaying


@pytest.fixture(scope="module")
def relay(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    with relaying(lab, database=tmp_path_factory.mktemp("relay") / "relay.db", log_format="json") as started:
        yield started


def problem(answer: tuple[int, Any]) -> str:
    """Return the name of the problem that an answer must be."""
    status, document = answer
    kind = PROBLEM_TYPES[document["type"].removeprefix("/problems/")]
    assert (document["status"], document["title"]) == (status, kind.title)
    assert status == kind.status
    return kind.name


def test_post__of_a_signed_request__is_mined_once(lab: Lab, relay: Relay, somebody: LocalAccount) -> None:
    status, answer = relay.post(lab.signed(somebody, register()))

    assert (status, answer["state"], answer["nonce"], answer["final"]) == (202, "accepted", "0", False)
    ended = relay.ended(answer["id"])
    assert (ended["state"], ended["reason"], ended["account"]) == ("mined", None, somebody.address)
    assert lab.rpc.call("eth_getTransactionReceipt", ended["tx_hash"])["blockNumber"] == hex(ended["block_number"])
    assert lab.executed().count((somebody.address, 0, True)) == 1


def test_post__of_the_same_request_again__has_the_same_id(lab: Lab, relay: Relay, somebody: LocalAccount) -> None:
    request = lab.signed(somebody, register())
    first = relay.post(request)[1]
    relay.ended(first["id"])

    status, again = relay.post(request)

    assert (status, again["id"], again["state"]) == (202, first["id"], "mined")
    assert lab.executed().count((somebody.address, 0, True)) == 1


def test_post__of_a_call_that_reverts__says_why(lab: Lab, relay: Relay, somebody: LocalAccount) -> None:
    status, document = relay.post(lab.signed(somebody, call("vetoRecovery(uint32)", 99)))

    assert problem((status, document)) == "call-would-fail"
    assert document["error"] == {
        "name": "EntityRegistry_UnknownEntity",
        "arguments": {"entityId": "99"},
        "text": "EntityRegistry_UnknownEntity(entityId: 99)",
    }


MALFORMED: list[tuple[str, Any]] = [
    ("from", "0x12"),
    ("from", 7),
    ("from", None),
    ("from", "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA9604F"),  # checksum
    ("to", "vitalik.eth"),
    ("value", 0),
    ("value", "-1"),
    ("value", "1e3"),
    ("value", "0x0"),
    ("value", str(2**256)),
    ("value", "9" * 79),
    ("gas", "00"),
    ("gas", " 1"),
    ("gas", "１"),
    ("gas", 1.5),
    ("gas", True),
    ("deadline", str(2**48)),
    ("deadline", "NaN"),
    ("data", "0x"),
    ("data", "0x1234567"),
    ("data", "0x123456zz"),
    ("data", "0x" + "00" * 16_385),
    ("signature", "0x" + "00" * 64),
    ("signature", "0x" + "00" * 66),
    ("signature", None),
    ("nonce", "0"),
    ("__proto__", {}),
]


@pytest.mark.parametrize("name,value", MALFORMED, ids=[f"{n}-{str(v)[:12]}" for n, v in MALFORMED])
def test_post__of_a_field_of_the_wrong_form__malformed(
    lab: Lab, relay: Relay, somebody: LocalAccount, name: str, value: Any
) -> None:
    status, document = relay.post(lab.signed(somebody, register()) | {name: value})

    assert problem((status, document)) == "malformed-request"
    assert document["errors"][0]["name"].startswith("request")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"NaN",
        b'{"request": NaN}',
        b'{"request": {"gas": Infinity}}',
        b'{"request": {}, "more": 1}',
        b"\xff\xfe",
        b"{" * 10_000,
        b"[" * 60_000,
        b'{"request": "' + b"\\ud800" * 10 + b'"}',
        b"request=1",
    ],
    ids=range(13),
)
def test_post__of_another_body__malformed(relay: Relay, body: bytes) -> None:
    assert problem(relay.ask("POST", "/relay", body)) == "malformed-request"


def test_post__of_a_missing_field__malformed(lab: Lab, relay: Relay, somebody: LocalAccount) -> None:
    request = lab.signed(somebody, register())
    for name in request:
        assert problem(relay.post({k: v for k, v in request.items() if k != name})) == "malformed-request"


def everything(connection: socket.socket) -> bytes:
    """Return what comes until the other side closes: head and body may come apart."""
    return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_post__of_ten_megabytes__is_not_read(relay: Relay) -> None:
    with socket.create_connection(("127.0.0.1", relay.port), timeout=20) as connection:
        head = b"POST /relay HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10000000\r\n\r\n"
        connection.sendall(head + b"x" * 1_000)
        answer = everything(connection)

    assert b" 413 " in answer.splitlines()[0]
    assert b"/problems/request-too-large" in answer


def test_post__of_chunks_without_end__is_not_read(relay: Relay) -> None:
    with socket.create_connection(("127.0.0.1", relay.port), timeout=20) as connection:
        connection.sendall(b"POST /relay HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(MAX_BODY // 4_096 + 1):
            connection.sendall(b"1000\r\n" + b"x" * 4_096 + b"\r\n")
        answer = connection.recv(65_536)

    assert b" 413 " in answer.splitlines()[0]


def test_get__of_unknown_things__problems(relay: Relay) -> None:
    assert problem(relay.get("/relay/0x" + "00" * 32)) == "unknown-request"
    assert problem(relay.get("/relay/7")) == "invalid-parameter"
    assert problem(relay.get("/quota/0x12")) == "invalid-parameter"
    assert problem(relay.get("/nothing")) == "not-found"
    assert problem(relay.get("/problems/nothing")) == "unknown-problem"
    assert problem(relay.ask("DELETE", "/status")) == "method-not-allowed"


def test_problems__each__is_explained(relay: Relay) -> None:
    for name, kind in PROBLEM_TYPES.items():
        status, document = relay.get(f"/problems/{name}")
        assert (status, document["type"], document["title"]) == (200, kind.path, kind.title)


def test_quota__of_an_account__falls_with_each_request(lab: Lab, relay: Relay, somebody: LocalAccount) -> None:
    before = relay.get(f"/quota/{somebody.address}")[1]
    id_ = relay.post(lab.signed(somebody, register()))[1]["id"]
    waiting = relay.get(f"/quota/{somebody.address.lower()}")[1]
    relay.ended(id_)
    after = relay.get(f"/quota/{somebody.address}")[1]

    assert (before["requests_left"], before["gas_left"]) == (before["requests_per_day"], before["gas_per_day"])
    assert waiting["account"] == somebody.address
    assert waiting["requests_left"] == after["requests_left"] == before["requests_left"] - 1
    assert waiting["gas_left"] <= after["gas_left"] < before["gas_left"]


def test_status__of_the_relay__says_who_pays_for_what(lab: Lab, relay: Relay) -> None:
    status, found = relay.get("/status")

    assert status == 200
    assert found["address"] == lab.relayer.address
    assert found["forwarder"] == found["domain"]["verifying_contract"] == lab.forwarder
    assert found["domain"]["name"] == "Eranos Forwarder"
    assert set(found["contracts"]) == {"EntityRegistry"}
    assert "register" in found["contracts"]["EntityRegistry"]["functions"]
    assert "verify" not in found["contracts"]["EntityRegistry"]["functions"]
    assert int(found["balance_wei"]) > 0
    assert found["ready"]


def test_health_ready_and_metrics__of_a_working_relay__are_well(relay: Relay) -> None:
    relay.wait_until(lambda: relay.answers("/ready"), "ready")
    relay.ask("POST", "/relay", b"{}")
    text = relay.get("/metrics")[1]

    assert 'eranos_relay_refusals_total{problem="malformed-request"}' in text
    assert relay.get("/health") == (200, {"status": "ok"})
    assert "eranos_relay_ready 1\n" in text
    assert 'eranos_relay_requests{state="mined"}' in text
    names = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(names) == len(set(names)) > 10


@pytest.mark.parametrize("path", ["/status", "/relay/7", "/nothing", "/metrics"])
def test_headers__of_every_answer__keep_browsers_safe(relay: Relay, path: str) -> None:
    connection = HTTPConnection("127.0.0.1", relay.port, timeout=20)
    connection.request("GET", path, headers={"Origin": "https://lab.example"})
    answer = connection.getresponse()
    answer.read()
    connection.close()

    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_cors__of_a_page_of_another_origin__is_let_in(lab: Lab, relay: Relay) -> None:
    connection = HTTPConnection("127.0.0.1", relay.port, timeout=20)
    headers = {"Origin": "https://lab.example", "Access-Control-Request-Method": "POST"}
    connection.request("OPTIONS", "/relay", headers=headers | {"Access-Control-Request-Headers": "content-type"})
    answer = connection.getresponse()
    answer.read()
    connection.close()

    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]


def test_log__as_json__has_the_facts(lab: Lab, relay: Relay, somebody: LocalAccount) -> None:
    id_ = relay.post(lab.signed(somebody, register()))[1]["id"]
    relay.ended(id_)
    relay.post(lab.signed(somebody, register()))

    lines = [json.loads(line) for line in relay.log.read_text("utf-8").splitlines()]

    assert [line["message"] for line in lines if line.get("id") == id_] == ["accepted", "mined"]
    assert lines[-1]["problem"] == "call-would-fail"


def test_rate__of_one_caller__is_limited(lab: Lab, tmp_path: Path, somebody: LocalAccount) -> None:
    with relaying(lab, database=tmp_path / "relay.db", requests_per_minute=5) as relay:
        answers = [relay.get("/health") for _ in range(8)]

        assert problem(answers[-1]) == "too-many-requests"


def test_health__of_a_worker_that_stands_still__is_not_well() -> None:
    meter = Meter(0)
    assert meter.why_not_healthy() is None
    meter.last_sign -= STUCK_SECONDS + 1

    assert "no look at the chain" in (meter.why_not_healthy() or "")


def test_openapi__of_the_relay__names_every_problem_of_a_post(relay: Relay) -> None:
    document = relay.get("/openapi.json")[1]
    text = json.dumps(document["paths"]["/relay"]["post"]["responses"])

    before_acceptance = {"unknown-request", "unknown-problem", "not-found", "method-not-allowed", "invalid-parameter"}
    assert [name for name in PROBLEM_TYPES.keys() - before_acceptance if f"/problems/{name})" not in text] == []
    assert "HTTPValidationError" not in json.dumps(document)
    for operation in (o for methods in document["paths"].values() for o in methods.values()):
        for status, response in operation["responses"].items():
            if int(status) >= 400 and "Verdict" not in json.dumps(response):
                assert list(response["content"]) == ["application/problem+json"], (operation["summary"], status)
