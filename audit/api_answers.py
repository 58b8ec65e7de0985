"""Does an API say what the books say? Reads its lists and compares every record that did not change since the block."""

import http.client
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlsplit

import msgspec

from audit.errors import ApiUnusable
from audit.ledger.books import Books
from audit.ledger.findings import Difference, address_of

TIMEOUT: Final = 60
"""Seconds for one answer."""
PAGE: Final = 100
Fields = dict[str, Any]
"""Fields of a record as the API writes them: amounts as text."""


class Listing(NamedTuple):
    """One list of the API, and what must be in it."""

    path: str
    key: str
    """Field that tells records apart."""
    expected: Mapping[Any, Fields]
    ignored: Callable[[Fields], bool] = lambda record: False
    """Whether a record says what the books do not keep."""


@dataclass
class Compared:
    """What a comparison found."""

    block_number: int
    """Of the first answer."""
    values: int = 0
    changed: int = 0
    """Records that changed since the block, which were left out."""


class Api:
    """A read-only API of a lab; a context manager."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ApiUnusable(f"{url} is no HTTP address of an API")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.name = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self._connection = kind(parts.hostname, parts.port, timeout=TIMEOUT)
        self._prefix = parts.path.rstrip("/")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    def get(self, path: str) -> Fields:
        """Return an answer.

        Raises:
            ApiUnusable: There is none, or not of the form of one.
        """
        try:
            self._connection.request("GET", self._prefix + path)
            answer = self._connection.getresponse()
            body = answer.read()
            if answer.status != HTTPStatus.OK:
                raise ApiUnusable(f"the API at {self.name} answers {path} with HTTP status {answer.status}")
            return msgspec.json.decode(body, type=dict[str, Any])
        except (http.client.HTTPException, OSError, msgspec.DecodeError) as error:
            raise ApiUnusable(f"the API at {self.name} does not answer {path}: {error}") from error

    def pages(self, path: str) -> Iterator[Fields]:
        """Yield every record of a list."""
        following: Any = f"{path}?limit={PAGE}"
        while following:
            answer = self.get(str(following))
            yield from answer["items"]
            following = answer["links"]["next"]


def compare(api: Api, books: Books, block_number: int) -> Compared:
    """Compare an API with the books as of a block; differences go to the findings of the books.

    Raises:
        ApiUnusable: It does not answer as one, or has not come to the block yet.
    """
    try:
        compared = Compared(api.get("/v1/status")["as_of"]["block_number"])
        if compared.block_number < block_number:
            raise ApiUnusable(f"the API at {api.name} is at block {compared.block_number}, before block {block_number}")
        for listing in listings(books):
            _compare_list(api, books, listing, block_number, compared)
    except (KeyError, TypeError) as error:
        raise ApiUnusable(f"the API at {api.name} has answers of another form: {error!r}") from error
    return compared


def listings(books: Books) -> Iterator[Listing]:
    """Yield the lists to compare."""
    sums = ("raised", "released", "collected", "refunded")
    campaigns = {
        number: {name: str(getattr(c, name)) for name in sums} | {"members": c.members}
        for number, c in books.campaigns.campaigns.items()
    }
    yield Listing("/v1/campaigns", "campaign_id", campaigns)
    for number, campaign in books.campaigns.campaigns.items():
        pledges = {address_of(backer): {"amount": str(pledge)} for backer, pledge in campaign.pledges.items()}
        path = f"/v1/campaigns/{number}/pledges"
        yield Listing(path, "backer", pledges, lambda r: r["refunded"] or r["withdrawn_at"] is not None)
    pools = {
        number: {"funded": str(p.total), "reserved": str(p.total - p.unreserved), "paid": str(p.paid)}
        for number, p in books.pools.pools.items()
    }
    yield Listing("/v1/pools", "pool_id", pools)
    for number, pool in books.pools.pools.items():
        owed = {i: {"reserved": str(r.reserved), "paid": str(r.paid)} for i, r in pool.reservations.items()}
        yield Listing(f"/v1/pools/{number}/campaigns", "campaign_id", owed, lambda r: r["enrolled_at"] is None)
    balances = {address_of(account): {"balance": str(b)} for account, b in books.credits.balances.items() if b}
    yield Listing("/v1/credits/holders", "account", balances)
    issued = {i: {"issued": str(each), "cap": str(books.credits.caps[i])} for i, each in books.credits.issued.items()}
    yield Listing("/v1/credits/programmes", "programme_id", issued)
    orders = {
        number: {"money": str(o.money), "credits": str(o.credits), "seller_bps": o.seller_bps, "quantity": o.quantity}
        for number, o in books.orders.orders.items()
    }
    yield Listing("/v1/orders", "order_id", orders)
    redemptions = {
        number: {"hours_requested": r.requested, "hours_given": r.delivered if r.ended else 0, "ended": r.ended}
        for number, r in books.redemptions.redemptions.items()
    }
    yield Listing("/v1/redemptions", "redemption_id", redemptions)


def _compare_list(api: Api, books: Books, listing: Listing, block_number: int, compared: Compared) -> None:
    source = f"the API at {api.name}"
    missing, seen = dict(listing.expected), set()
    for record in api.pages(listing.path):
        if record[listing.key] in seen:
            raise ApiUnusable(f"the API at {api.name} lists {record[listing.key]} twice in {listing.path}")
        seen.add(record[listing.key])
        expected = missing.pop(record[listing.key], None)
        if record["last_event"]["block_number"] > block_number:
            compared.changed += 1
        elif expected is not None:
            for name, value in expected.items():
                compared.values += 1
                if record[name] != value:
                    subject = f"{listing.path}, {record[listing.key]}"
                    found = Difference(subject, name, str(value), str(record[name]), source)
                    books.findings.differences.append(found)
        elif not listing.ignored(record):
            found = Difference(f"{listing.path}, {record[listing.key]}", "record", "missing", "there", source)
            books.findings.differences.append(found)
    books.findings.differences += [
        Difference(f"{listing.path}, {key}", "record", "there", "missing", source) for key in missing
    ]
