"""An API against the books: one that tells the truth, and ones that do not."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from audit.api_answers import Api, compare, listings
from audit.errors import ApiUnusable
from audit.ledger.books import Books
from tests.audit.test_books import Play, funded, matched, ordered, reserve

BLOCK = 100
Answers = dict[str, Any]


@pytest.fixture
def books() -> Books:
    """The books of a lab with something of everything."""
    play = Play()
    matched(play)
    reserve(play, 1, 41, 20, 20)
    funded(Other(play))
    ordered(play)
    play("ProBono", "HoursOffered", offerId=1, hoursOffered=20, until=1_000)
    play("ProBono", "HelpRequested", redemptionId=1, offerId=1, hoursRequested=5)
    play("InnovationCredit", "ProgrammeOpened", programmeId=1, cap=100)
    play("InnovationCredit", "CreditIssued", programmeId=1, to=5, amount=60, issued=60)
    play("InnovationCredit", "Transfer", **{"from": 0, "to": 5, "value": 60})
    assert play.found == []
    return play.books


class Other(Play):
    """Plays the same acts on a second campaign."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.books = play.books

    def __call__(self, contract: str, event: str, **values: Any) -> None:
        self.play(contract, event, **{**values, "campaignId": 2})


def truth(books: Books) -> Answers:
    """Return what an API has to answer, by path; lists in pages of two."""
    found: Answers = {"/v1/status": {"as_of": {"block_number": BLOCK + 5}}}
    for listing in listings(books):
        records = [
            {listing.key: key, "last_event": {"block_number": BLOCK}, **told(listing.path), **fields}
            for key, fields in listing.expected.items()
        ]
        pages = [records[i : i + 2] for i in range(0, len(records), 2)] or [[]]
        for number, page in enumerate(pages):
            path = f"{listing.path}?limit=100" + (f"&cursor={number}" if number else "")
            following = f"{listing.path}?limit=100&cursor={number + 1}" if number + 1 < len(pages) else None
            found[path] = {"items": page, "links": {"next": following}}
    return found


def told(path: str) -> dict[str, Any]:
    if path.endswith("/pledges"):
        return {"refunded": False, "withdrawn_at": None}
    return {"enrolled_at": "2026-01-01T00:00:00Z"} if path.startswith("/v1/pools/") else {}


@contextmanager
def serving(answers: Answers) -> Iterator[Api]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = answers.get(self.path)
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(404 if answer is None else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with Api(f"http://127.0.0.1:{server.server_port}") as api:
            yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def found(books: Books, answers: Answers) -> list[tuple[str, str, str, str]]:
    books.findings.differences.clear()
    with serving(answers) as api:
        compare(api, books, BLOCK)
    return [(d.subject, d.field, d.computed, d.found) for d in books.findings.differences]


def test_compare__with_an_api_that_changes_any_one_value__finds_just_that(books: Books) -> None:
    tried = 0
    for listing in listings(books):
        for key, fields in listing.expected.items():
            for name, value in fields.items():
                answers = truth(books)
                (record,) = [
                    record
                    for path, answer in answers.items()
                    if path.partition("?")[0] == listing.path
                    for record in answer["items"]
                    if record[listing.key] == key
                ]
                record[name] = "7777777"
                assert found(books, answers) == [(f"{listing.path}, {key}", name, str(value), "7777777")]
                tried += 1

    assert tried > 25


def test_compare__with_an_api_that_hides_or_invents_a_record__finds_it(books: Books) -> None:
    answers = truth(books)
    hidden = answers["/v1/orders?limit=100"]["items"].pop()
    assert found(books, answers) == [("/v1/orders, 1", "record", "there", "missing")]

    answers["/v1/orders?limit=100"]["items"] = [hidden, {**hidden, "order_id": 2}]
    assert found(books, answers) == [("/v1/orders, 2", "record", "missing", "there")]


def test_compare__of_records_that_changed_since__leaves_them_out(books: Books) -> None:
    answers = truth(books)
    (order,) = answers["/v1/orders?limit=100"]["items"]
    order |= {"money": "0", "last_event": {"block_number": BLOCK + 1}}
    answers["/v1/orders?limit=100"]["items"].append({**order, "order_id": 2})

    assert found(books, answers) == []


def test_compare__of_what_the_books_do_not_keep__leaves_it_out(books: Books) -> None:
    answers = truth(books)
    pledge = answers["/v1/campaigns/2/pledges?limit=100"]["items"][0]
    for gone in ({"refunded": True}, {"withdrawn_at": "2026-01-01T00:00:00Z"}):
        answers["/v1/campaigns/2/pledges?limit=100"]["items"].append({**pledge, "backer": str(gone), **gone})
    requested = {"campaign_id": 9, "enrolled_at": None, "last_event": {"block_number": BLOCK}}
    answers["/v1/pools/1/campaigns?limit=100"]["items"].append(requested)

    assert found(books, answers) == []


def set_status(answers: Answers, value: Any) -> None:
    answers["/v1/status"] = value


LIES: list[Callable[[Answers], None]] = [
    lambda a: set_status(a, {"as_of": {"block_number": BLOCK - 1}}),
    lambda a: set_status(a, {}),
    lambda a: set_status(a, []),
    lambda a: set_status(a, b"no JSON"),
    lambda a: set_status(a, None),
    lambda a: a["/v1/pools?limit=100"].pop("items"),
    lambda a: a["/v1/pools?limit=100"]["items"][0].pop("funded"),
    lambda a: a["/v1/pools?limit=100"]["items"].append(7),
    lambda a: a["/v1/pools?limit=100"]["links"].update(next="/v1/pools?limit=100"),
]


@pytest.mark.parametrize("lie", LIES, ids=map(str, range(len(LIES))))
def test_compare__with_what_is_no_api__could_not_be_done(books: Books, lie: Callable[[Answers], None]) -> None:
    answers = truth(books)
    lie(answers)
    with pytest.raises(ApiUnusable):
        found(books, answers)


@pytest.mark.parametrize("url", ["ftp://example.org", "example.org", "http://", ""])
def test_api__at_no_address__is_unusable(url: str) -> None:
    with pytest.raises(ApiUnusable, match="no HTTP address"):
        Api(url)


def test_compare__with_an_api_that_tells_the_truth__finds_nothing(books: Books) -> None:
    assert found(books, truth(books)) == []
    with serving(truth(books)) as api:
        assert compare(api, books, BLOCK).values > 25
