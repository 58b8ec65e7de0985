"""Pages of lists: opaque cursors on the packed event key, bound to the query they came from.

A list is ordered by a value (perhaps the event key itself) and then by the event key, which no two records share. A
cursor holds both of the last record shown, and a digest of the query: its path, filters and order.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated, Any, Final, Generic, NamedTuple, TypeVar
from urllib.parse import quote, urlencode

from fastapi import Depends, Query, Request
from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError
from sqlalchemy import ColumnElement, Select, and_, or_

from api import fields
from api.database import Answer, Mirror, Reader
from api.problems import FOREIGN_CURSOR, INVALID_CURSOR, INVALID_PARAMETER, UNKNOWN_PARAMETER
from indexer.store.columns import Uint256
from serving.problems import Problem

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 100

NO_PLACE: Final = "The cursor points to where no record can be"

_DIGEST_BYTES: Final = 8
_VALUE_BYTES: Final = 16
"""Room for sums of amounts, each of which is below 2^96."""
_KEY_BYTES: Final = 8
_CURSOR: Final = re.compile(r"[A-Za-z0-9_-]{43}")

T = TypeVar("T")
R = TypeVar("R")
P = TypeVar("P", bound="Page[Any]")
S = TypeVar("S", bound=Select[*tuple[Any, ...]])


class Position(NamedTuple):
    """Where a record stands in a list: the value it is ordered by, and its event key."""

    value: int
    key: int


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list is asked for."""

    limit: int
    after: Position | None
    path: str
    query: tuple[tuple[str, str], ...]
    """Parameters as the caller wrote them, without limit and cursor, sorted."""

    def link(self, cursor: str | None) -> str:
        """Return the address of this query's page that begins after `cursor`."""
        extra = [("limit", str(self.limit))] + ([("cursor", cursor)] if cursor else [])
        return f"{quote(self.path)}?{urlencode([*self.query, *extra])}"


class Links(BaseModel):
    """Where to go on."""

    self: fields.Path
    next: fields.Path | None = Field(description="The next page; null on the last one.")


class Page(Answer, Generic[T]):
    """A part of a list."""

    items: list[T]
    next_cursor: str | None = Field(description="`cursor` of the next page; null on the last one.")
    links: Links


@dataclass(frozen=True, slots=True)
class Rows(Generic[R, T]):
    """How a list is read: for its pages, and for its export.

    Attributes:
        find: Returns the rows of a page, and one more if there are more, as `seek` does.
        position: Where a row stands in the list.
        shown: What answers say about some rows.
    """

    find: Callable[[Mirror, PageRequest], Sequence[R]]
    position: Callable[[R], Position]
    shown: Callable[[Mirror, Sequence[R]], list[T]]


def _limit(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    if not re.fullmatch(r"[1-9][0-9]{0,2}", text) or int(text) > MAX_LIMIT:
        raise PydanticCustomError("invalid_limit", "Write a number from 1 to 100")
    return int(text)


Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT), BeforeValidator(_limit), Query(description="Records of a page.")]
Cursor = Annotated[
    str | None, Query(max_length=100, description="`next_cursor` of the page before, with all else unchanged.")
]


async def page_request(request: Request, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> PageRequest:
    """Read which part of a list is asked for.

    Raises:
        Problem: The cursor is malformed or belongs to another query.
    """
    query = tuple(sorted((k, v) for k, v in request.query_params.multi_items() if k not in {"limit", "cursor"}))
    path = request.url.path
    after = None if cursor is None else _decode(cursor, _digest(path, query))
    return PageRequest(limit, after, path, query)


PageDep = Annotated[PageRequest, Depends(page_request)]


def seek(statement: S, page: PageRequest, value: ColumnElement[int], key: ColumnElement[int], *, descending: bool) -> S:
    """Return `statement` ordered by value and key, from the page's position on, with one record more than its limit.

    Args:
        statement: The list's query with its filters.
        page: Which part is asked for.
        value: What the list is ordered by; the key itself if by nothing else.
        key: The records' event key: a column without doubles.
        descending: From high to low, in both.

    Raises:
        Problem: The cursor was not made by this API.
    """
    if page.after is not None:
        v, k = page.after
        if v > fields.INT63_MAX and not isinstance(value.type, Uint256):
            raise Problem(INVALID_CURSOR, NO_PLACE)
        beyond = (value < v, key < k) if descending else (value > v, key > k)
        statement = statement.where(beyond[1] if value is key else or_(beyond[0], and_(value == v, beyond[1])))
    by = (key,) if value is key else (value, key)
    order = [column.desc() if descending else column.asc() for column in by]
    return statement.order_by(*order).limit(page.limit + 1)


def cut(page: PageRequest, rows: Sequence[R], position: Callable[[R], Position]) -> tuple[Sequence[R], str | None]:
    """Return the rows of the page and the cursor of the next one, None if there is none.

    Args:
        page: Which part was asked for.
        rows: What `seek` found.
        position: Where a row stands in the list.
    """
    if len(rows) <= page.limit:
        return rows, None
    shown = rows[: page.limit]
    return shown, _encode(position(shown[-1]), _digest(page.path, page.query))


def page_of(kind: type[P], reader: Reader, page: PageRequest, rows: Rows[Any, Any]) -> P:
    """Return the answer with a part of a list.

    Args:
        kind: Of the answer.
        reader: Of the request.
        page: Which part was asked for.
        rows: How the list is read.

    Raises:
        NotModified: The client holds this page.
        Known: It was made before.
        Problem: Nothing is indexed yet, or there is nothing of which this is a list.
    """
    with reader.open() as mirror:
        found, cursor = cut(page, rows.find(mirror, page), rows.position)
        items, on = rows.shown(mirror, found), links(reader.request, page, cursor)
        return kind(as_of=mirror.as_of, items=items, next_cursor=cursor, links=on)


def links(request: Request, page: PageRequest, next_cursor: str | None) -> Links:
    """Return the links of a page."""
    query = f"?{request.url.query}" if request.url.query else ""
    return Links(self=quote(page.path) + query, next=page.link(next_cursor) if next_cursor else None)


async def refuse_unknown_parameters(request: Request) -> None:
    """Refuse a parameter that the route does not know, and one given twice where it takes one.

    Raises:
        Problem: There is such a one.
    """
    known = _query_parameters(request.scope["route"].dependant)
    given = [name for name, _ in request.query_params.multi_items()]
    for name in given:
        if name not in known:
            raise Problem(UNKNOWN_PARAMETER, f"{name[:40]!a} is none of: {', '.join(sorted(known)) or 'none'}")
        if not known[name] and given.count(name) > 1:
            raise Problem(INVALID_PARAMETER, f"{name} was given {given.count(name)} times")


def _query_parameters(dependant: Any) -> dict[str, bool]:
    """Return the name of each query parameter, and whether it may be repeated."""
    known = {field.alias: "list" in str(field.field_info.annotation) for field in dependant.query_params}
    for part in dependant.dependencies:
        known |= _query_parameters(part)
    return known


def _digest(path: str, query: Sequence[tuple[str, str]]) -> bytes:
    text = urlencode([("", path), *query], errors="replace")
    return blake2b(text.encode(), digest_size=_DIGEST_BYTES).digest()


def _encode(position: Position, digest: bytes) -> str:
    packed = digest + position.value.to_bytes(_VALUE_BYTES) + position.key.to_bytes(_KEY_BYTES)
    return urlsafe_b64encode(packed).decode().rstrip("=")


def _decode(cursor: str, digest: bytes) -> Position:
    if not _CURSOR.fullmatch(cursor):
        raise Problem(INVALID_CURSOR, "A cursor is 43 letters, digits, - or _, as `next_cursor` gave it")
    packed = urlsafe_b64decode(cursor + "=")
    value = int.from_bytes(packed[_DIGEST_BYTES:-_KEY_BYTES])
    key = int.from_bytes(packed[-_KEY_BYTES:])
    if packed[:_DIGEST_BYTES] != digest:
        raise Problem(FOREIGN_CURSOR, "The cursor came from another path, filter or order than this query's")
    if key > fields.INT63_MAX:
        raise Problem(INVALID_CURSOR, NO_PLACE)
    return Position(value, key)
