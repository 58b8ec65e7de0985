"""Whatever a caller sends
no answer is a 5xx, none has a status that its route does not declare
every refusal is a problem

`make test` sends some thousands of malformed requests, `make test-fuzz` a hundred thousand (`ERANOS_FUZZ=full`) with
another seed each time, which `ERANOS_FUZZ_SEED` repeats.
"""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Answer, Client

FULL = os.environ.get("ERANOS_FUZZ") == "full"
MIXED = 100_000 if FULL else 1_000
SEED = int(os.environ.get("ERANOS_FUZZ_SEED") or (time.time_ns() if FULL else 20_260_301))
SHOWN_EVERY = 10_000
LONG = 1_000_000
"""A value of so many characters, now and then; a server may hang up on it."""

CORPUS = [
    *("", " ", "0", "1", "-1", "-0", "+1", "1.0", "1e3", "1_000", "0x1", "00", "NaN", "Infinity", "null", "true", "[]"),
    *(str(2**bits + extra) for bits in (16, 31, 32, 40, 53, 63, 64, 96, 128, 160, 256, 4096) for extra in (-1, 0)),
    *("\x00", "1\x00", "\r\n", "a\nb", "\x7f", "é", "١٢٣", "０", "\u202e", "\ufeff1", "😀", "\ufffe"),
    *("%", "%00", "%zz", "../../etc/passwd", "..;/", "' OR 1=1 --", '";DROP TABLE campaigns;', "<script>", "{{7*7}}"),
    *("live", "newest", "verified", "Crowdfunding", "PledgeMade", "ES-SE", "es", "2026-03-01T00:00:00Z"),
    *("2026-13-01T00:00:00Z", "0000-00-00T00:00:00Z", "9999-12-31T23:59:60Z", "2026-03-01T00:00:00+99:99", "2026-W10"),
    *(r.BACKER, r.BACKER.upper(), r.BACKER[:-1], r.BACKER + "0", "0x70997970C51812dc3A010C7d01b50e0d17dc79c8"),
    *(r.digest(310), "A" * 43, "_" * 43, "A" * 42, "9" * 5_000, "x" * 20_000),
]
"""Values that have broken servers, and good ones in the wrong place."""
RAW = ["%ED%A0%80", "%C0%80", "%FF", "%F5%80%80%80", "%", "%2", "%00%00", "%0d%0aSet-Cookie:%20a=b", "\xff", "\x80\x80"]
"""Parts of paths as they are sent: lone surrogates, overlong forms, broken escapes, bytes beyond ASCII."""
GOOD = {
    "form": "csv",
    "lang": "en",
    "campaign_id": str(s.LIVE),
    "pool_id": str(s.RATIO),
    "listing_id": "1",
    "order_id": "1",
    "offer_id": "1",
    "redemption_id": "7",
    "backer": r.BACKER,
    "address": r.BACKER,
    "account": r.BACKER,
    "entity_id": "3",
    "event_key": str(r.key(150)),
    "log_index": "1",
    "tx_hash": r.digest(310),
    "sha256": "00" * 32,
    "name": "not-found",
}


def check(answer: Answer, operation: Any, path: str) -> None:
    """Fail unless the answer is one that the route declares."""
    if not path.isascii() and answer.body == b"Invalid HTTP request received.":
        assert answer.status == 400  # no HTTP: the server refused it before the API could see it
        return
    shown = f"{path[:200]}: {answer.status} {answer.body[:300]!r}"
    assert answer.status < 500, shown
    declared = {int(status) for status in operation["responses"]}
    # A value may hold what ends the path: then it is another one.
    assert answer.status in declared or (answer.status, answer.problem) == (404, "not-found"), shown
    if answer.status >= 400:
        assert answer.problem, shown


def requests(document: Any) -> Iterator[tuple[Any, str]]:
    """Yield (operation, path) of every value in every parameter."""
    for template, methods in document["paths"].items():
        operation = methods["get"]
        values = [quote(value, safe="") for value in CORPUS] + RAW
        for parameter in operation.get("parameters", []):
            for value in values:
                good = dict(GOOD)
                query = ""
                if parameter["in"] == "path":
                    good[parameter["name"]] = value
                else:
                    query = f"?{parameter['name']}={value}"
                yield operation, template.format(**good) + query
        yield operation, template.format(**GOOD) + "?" + "&".join(f"a{n}=" for n in range(500))


def test_values__of_the_corpus_in_every_parameter__are_answered(client: Client) -> None:
    asked = 0
    for operation, path in requests(client.get("/openapi.json").json()):
        check(client.get(path), operation, path)
        asked += 1

    assert asked > 4_000


def mixed(document: dict[str, Any], chance: random.Random) -> tuple[Any, str]:
    """Return (operation, path) with several values that are wrong in their place, names that are none, and doubles."""
    template, methods = chance.choice(list(document["paths"].items()))
    operation = methods["get"]
    parameters = operation.get("parameters", [])
    values = [quote(value, safe="") for value in CORPUS] + RAW
    inside = {one["name"]: chance.choice(values) for one in parameters if one["in"] == "path" and chance.random() < 0.5}
    names = [one["name"] for one in parameters if one["in"] == "query"] + ["limit", "cursor", "x", "", "%00"]
    query = [f"{chance.choice(names)}={chance.choice(values)}" for _ in range(chance.randrange(5))]
    if chance.random() < 1 / 5_000:
        query.append(f"cursor={'9' * LONG}")
    return operation, template.format(**(GOOD | inside)) + ("?" + "&".join(query) if query else "")


def test_requests__with_several_faults_each__are_answered(client: Client) -> None:
    document = client.get("/openapi.json").json()
    chance = random.Random(SEED)
    print(f"ERANOS_FUZZ_SEED={SEED}")  # shown if it fails
    statuses: Counter[int] = Counter()
    started = time.monotonic()
    for number in range(1, MIXED + 1):
        operation, path = mixed(document, chance)
        try:
            answer = client.get(path)
        except (OSError, HTTPException):
            assert len(path) > LONG, path  # the server hung up while we were still talking
            continue
        if len(path) > LONG:  # the server may refuse it before the API can see it
            assert answer.status == 400, path[:200]
            continue
        check(answer, operation, path)
        statuses[answer.status] += 1
        if FULL and number % SHOWN_EVERY == 0:
            rate = number / (time.monotonic() - started)
            sys.stderr.write(f"{number} requests, {rate:.0f} a second, {(MIXED - number) / rate:.0f} s left\n")

    assert statuses[400] > MIXED / 4, statuses
    assert max(statuses) < 500, statuses


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.lists(
        st.tuples(
            st.sampled_from(
                ["phase", "theme", "territory", "currency", "organizer", "opens_from", "sort", "limit", "cursor"]
            )
            | st.text(max_size=5),
            st.sampled_from(CORPUS) | st.text(max_size=20),
        ),
        max_size=6,
    )
)
def test_queries__of_anything__are_answered(client: Client, query: list[tuple[str, str]]) -> None:
    text = "&".join(
        f"{quote(name, safe='', errors='replace')}={quote(value, safe='', errors='replace')}" for name, value in query
    )
    operation = {"responses": {"200": {}, "400": {}}}

    check(client.get(f"/v1/campaigns?{text}"), operation, text)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.binary(max_size=30))
def test_paths__of_any_bytes__are_answered(client: Client, path: bytes) -> None:
    sent = "/v1/" + "".join(chr(byte) for byte in path if byte > 0x20 and byte != 0x7F)
    operation = {"responses": {"200": {}, "400": {}, "404": {}}}

    check(client.get(sent), operation, sent)


@pytest.mark.parametrize("size", [70_000, 10_000_000])
def test_path__longer_than_any__is_refused(client: Client, size: int) -> None:
    try:
        answer = client.get("/v1/campaigns?cursor=" + "x" * size)
    except (OSError, HTTPException):  # the server hung up while we were still talking
        answer = None

    assert answer is None or answer.status == 400
    assert client.get("/health").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": "\xff" * 100},
        {"If-None-Match": ",,,,"},
        {"Accept": "\xff;q=x"},
        {"Origin": "null"},
        {"Host": "'\"<>"},
        {"Range": "bytes=0-0"},
        {"X-Forwarded-For": "x" * 1_000},
    ],
)
@pytest.mark.parametrize("path", ["/v1/campaigns", "/problems/not-found", "/docs"])
def test_headers__of_anything__are_answered(client: Client, path: str, headers: dict[str, str]) -> None:
    assert client.get(path, headers).status == 200
