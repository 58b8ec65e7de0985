"""Every answer
    says the block it is as of, and its label by what the node called safe and finalized
    has headers that keep browsers safe, and may be read from any page
    is not sent again to who holds it
Problems
    each kind has a page; a database that can't be read, and one with nothing in it, are 503
Pages
    load nothing from anywhere else
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, update

from api.app import create_app
from api.kept import OVERHEAD, Kept
from api.kept import Answer as KeptAnswer
from api.problems import PROBLEM_TYPES
from api.settings import Settings
from indexer.store import indexes
from indexer.store.columns import Base
from indexer.store.models import Checkpoint
from indexer.store.session import open_engine
from tests.api import case_scenario as cs
from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Client, serving
from tests.api.conftest import make_mirror

READ = [
    "/v1/campaigns",
    f"/v1/campaigns/{s.LIVE}",
    f"/v1/campaigns/{s.LIVE}/pledges",
    f"/v1/campaigns/{s.LIVE}/pledges/{r.BACKER}",
    f"/v1/campaigns/{s.STOPPED}/objections",
    f"/v1/campaigns/{s.DELIVERING}/updates",
    f"/v1/backers/{r.BACKER}",
    "/v1/entities",
    "/v1/entities/1",
    "/v1/credits",
    "/v1/credits/programmes",
    "/v1/credits/holders",
    "/v1/listings",
    f"/v1/listings/{cs.BOTH}",
    "/v1/orders",
    f"/v1/orders/{cs.RULED}",
    "/v1/offers",
    f"/v1/offers/{cs.OPEN}",
    "/v1/redemptions",
    f"/v1/redemptions/{cs.CONFIRMED}",
    "/v1/attestations",
    f"/v1/attestations/{cs.CONFIRMED}",
    "/v1/currencies",
    "/v1/events",
    f"/v1/events/{r.key(150)}",
    f"/v1/hashes/{r.digest(1)[2:]}",
    "/v1/roles",
]
"""A path of each route that reads the mirror, but the status."""


# What goes wrong


@pytest.mark.parametrize(
    "path", ["/nothing", "/v1", "/v1/", "/v1/campaigns/", "/v1/campaigns/1/2", "//v1/status", "/v1/status%00"]
)
def test_path__of_nothing__is_not_found(client: Client, path: str) -> None:
    answer = client.get(path)

    assert (answer.status, answer.problem) == (404, "not-found")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO"])
@pytest.mark.parametrize("path", [READ[0], READ[1], "/documents/" + "00" * 32, "/health"])
def test_method__that_writes__is_refused(client: Client, method: str, path: str) -> None:
    answer = client.get(path, method=method)

    assert (answer.status, answer.problem) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize("path", [*READ, "/v1/status"])
def test_mirror__without_a_block__is_not_ready(blank_client: Client, path: str) -> None:
    answer = blank_client.get(path)

    assert (answer.status, answer.problem) == (503, "mirror-not-ready")
    assert answer.headers["retry-after"] == "5"


@pytest.mark.parametrize("content", [None, b"", b"no database at all" * 1_000], ids=["none", "empty", "other"])
def test_mirror__that_cannot_be_read__is_unavailable(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "none.db"
    if content is not None:
        path.write_bytes(content)
    with serving(create_app(Settings(database_url=f"sqlite:///{path}"))) as asking:
        for route in ("/v1/campaigns", "/health"):
            answer = asking.get(route)

            assert (answer.status, answer.problem) == (503, "database-unavailable"), route
            assert answer.headers["retry-after"] == "5"
            assert str(tmp_path).encode() not in answer.body


def test_failure__of_ours__tells_nothing_of_the_inside(
    client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = client_of([r.checkpoint()])
    monkeypatch.setattr("api.currencies.all_currencies", lambda mirror: 1 // 0)

    answer = asking.get("/v1/currencies")

    assert (answer.status, answer.problem) == (500, "internal-error")
    assert b"division" not in answer.body
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


# What is made once


def test_answer__asked_for_again_at_the_same_block__is_made_once(
    client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = client_of(s.rows())
    first = asking.get("/v1/currencies")
    monkeypatch.setattr("api.currencies.all_currencies", lambda mirror: 1 // 0)

    again = asking.get("/v1/currencies")

    assert again.body == first.body
    assert {**again.headers, "date": ""} == {**first.headers, "date": ""}
    assert asking.get("/v1/currencies", {"If-None-Match": first.headers["etag"]}).status == 304
    assert asking.get("/v1/currencies?x=1").status == 400


def test_answer__at_another_block__is_made_anew(client_of: Callable[..., Client], tmp_path: Path) -> None:
    asking = client_of(s.rows())
    first = asking.get("/v1/campaigns").json()
    engine = create_engine(f"sqlite:///{tmp_path / 'own.db'}")
    with engine.begin() as connection:
        connection.execute(update(Checkpoint).values(number=r.BLOCK + 1, hash=r.digest(r.BLOCK + 1)))
    engine.dispose()

    assert first["as_of"]["block_number"] == r.BLOCK
    assert asking.get("/v1/campaigns").json()["as_of"]["block_number"] == r.BLOCK + 1


def test_answers__that_are_kept__take_so_many_bytes_and_no_more() -> None:
    kept = Kept(max_bytes=100 + 3 * OVERHEAD)
    for number in range(10):
        kept.put(KeptAnswer(b"x" * 30, {"etag": str(number)}))
        kept.put(KeptAnswer(b"y" * 30, {"etag": str(number)}))
    assert kept.get("6") is None
    assert [kept.get(etag) is not None for etag in ("7", "8", "9")] == [True] * 3
    kept.get("7")
    kept.put(KeptAnswer(b"z" * 30, {"etag": "10"}))
    assert (kept.get("7") is not None, kept.get("8")) == (True, None), "what was asked for last stays"


# What every answer has


@pytest.mark.parametrize("path", [*READ, "/v1/status"])
def test_answer__of_each_route__says_its_block(client: Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status == 200
    assert answer.json()["as_of"] == {
        "block_number": r.BLOCK,
        "block_hash": r.digest(r.BLOCK),
        "block_time": "2026-03-01T12:00:00Z",
        "label": "head",
    }


@pytest.mark.parametrize(
    "safe, finalized, label",
    [(999, 998, "head"), (1000, 999, "safe"), (1000, 1000, "finalized"), (1001, 1001, "finalized")],
)
def test_label__by_what_the_node_said__is_right(
    client_of: Callable[..., Client], safe: int, finalized: int, label: str
) -> None:
    asking = client_of([r.checkpoint(safe_number=safe, finalized_number=finalized)])

    assert asking.get("/v1/currencies").json()["as_of"]["label"] == label


@pytest.mark.parametrize("path", READ)
def test_answer__held_by_the_client__is_not_sent_again(client: Client, path: str) -> None:
    tag = client.get(path).headers["etag"]

    again = client.get(path, {"If-None-Match": f'"other", {tag}'})

    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    assert client.get(path, {"If-None-Match": '"other"'}).status == 200


def test_status__held_by_the_client__is_sent_again(client: Client) -> None:
    assert "etag" not in client.get("/v1/status").headers


@pytest.mark.parametrize("path", [READ[0], "/nothing", "/docs", "/problems", "/health"])
def test_headers__of_each_answer__keep_browsers_safe(client: Client, path: str) -> None:
    headers = client.get(path, {"Origin": "https://forum.example"}).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers
    assert "server" not in headers


def test_preflight__for_reading__is_allowed_and_for_writing_not(client: Client) -> None:
    asks = {"Origin": "https://forum.example", "Access-Control-Request-Method": "GET"}

    assert client.get("/v1/campaigns", asks, method="OPTIONS").status == 200
    assert client.get("/v1/campaigns", asks | {"Access-Control-Request-Method": "POST"}, method="OPTIONS").status == 400


def test_head__of_a_route__has_headers_only(client: Client) -> None:
    answer = client.get("/v1/campaigns", method="HEAD")

    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


# Pages


def test_problems__of_each_kind__have_a_page(client: Client) -> None:
    listed = client.get("/problems").json()["problems"]

    assert [item["type"] for item in listed] == [kind.path for kind in PROBLEM_TYPES.values()]
    for item in listed:
        assert client.get(item["type"]).json() == item
        page = client.get(item["type"], {"Accept": "text/html,application/json"})
        assert page.headers["content-type"].startswith("text/html")
        assert item["title"].replace("'", "&#x27;") in page.body.decode()


@pytest.mark.parametrize("name", ["nothing", "%00", "<script>", "x" * 61])
def test_problem__of_no_kind__is_a_problem(client: Client, name: str) -> None:
    assert client.get(f"/problems/{name}").problem in {"unknown-problem", "invalid-parameter"}


def test_docs__without_a_network__are_complete(client: Client) -> None:
    page = client.get("/docs").body.decode()

    document = client.get("/openapi.json").json()
    for path in document["paths"]:
        assert path in page
    for name in document["components"]["schemas"]:
        assert f'id="{name}"' in page
    assert "<script" not in page
    assert set(re.findall(r'(?:src|href)="([^"#]*)', page)) <= {"", "/openapi.json", "/problems", *document["paths"]}


def test_home__leads_to_the_reference(client: Client) -> None:
    answer = client.get("/")

    assert (answer.status, answer.headers["location"]) == (307, "/docs")


def test_ready__before_readers_may_rely_on_the_mirror__says_why(
    blank_client: Client, client_of: Callable[[Iterable[Base]], Client], tmp_path: Path, blank: Path
) -> None:
    assert blank_client.get("/ready").problem == "mirror-not-ready"
    late = client_of([r.checkpoint(head_number=r.BLOCK + 11)]).get("/ready")
    assert (late.status, late.problem, late.json()["detail"]) == (503, "mirror-not-ready", "11 blocks behind the head")
    path = tmp_path / "loading.db"
    make_mirror(path, [r.checkpoint()], blank)
    engine = open_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        indexes.drop(connection)
    engine.dispose()
    with serving(create_app(Settings(database_url=f"sqlite:///{path}"))) as asking:
        loading = asking.get("/ready")
    assert (loading.status, loading.problem) == (503, "mirror-not-ready")
    assert loading.json()["detail"] == f"history is being loaded: block {r.BLOCK} of {r.BLOCK - 64}"


def test_ready__at_the_head__is(client: Client) -> None:
    answer = client.get("/ready")
    assert (answer.status, answer.json()) == (200, {"status": "ok"})


def test_health__of_a_mirror__says_whether_indexed(client: Client, blank_client: Client) -> None:
    assert client.get("/health").json() == {"status": "ok", "indexed": True}
    assert blank_client.get("/health").json() == {"status": "ok", "indexed": False}
