"""Asks the lab's API what is on chain. This is the only address that the service ever opens."""

from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import orjson
from pydantic import BaseModel, ValidationError

from documents.problems import MIRROR_UNAVAILABLE, UNKNOWN_HASH
from serving.problems import RETRY_SECONDS, Problem

MAX_ANSWER: Final = 2**20
UNKNOWN_HASH_TYPE: Final = "/problems/unknown-hash"
Model = TypeVar("Model", bound=BaseModel)


class Event(BaseModel):
    """Where an event stands on chain."""

    event_key: int
    href: str


class Naming(BaseModel):
    """One record that names a document."""

    kind: str
    account: str | None
    entity_id: int | None
    contract: str
    event: str
    record: str
    named_at: Event


class _Namings(BaseModel):
    items: list[Naming]


class _Checkpoint(BaseModel):
    block_number: int


class _Lag(BaseModel):
    blocks: int


class _Status(BaseModel):
    chain_id: int
    as_of: _Checkpoint
    lag: _Lag


class _Entity(BaseModel):
    account: str


class _EntityAnswer(BaseModel):
    entity: _Entity


@dataclass(frozen=True)
class Lab:
    """The lab's API.

    Attributes:
        url: Its address, without a slash at the end.
        timeout: Seconds to wait for one answer.
    """

    url: str
    timeout: float

    def namings(self, digest: str) -> list[Naming]:
        """Return the records that name a document, the first one in front; up to a hundred.

        Args:
            digest: Its SHA-256, 64 hexadecimal digits.

        Raises:
            Problem: None does as far as the mirror has come, or the API can't tell.
        """
        status, body = self._read(f"/v1/hashes/{digest}?limit=100")
        if status == HTTPStatus.NOT_FOUND and _type_of(body) == UNKNOWN_HASH_TYPE:
            at = self.status()
            where = f"block {at.as_of.block_number}, {at.lag.blocks} blocks behind the head"
            raise Problem(
                UNKNOWN_HASH,
                f"No record names {digest}: put it on chain first; the mirror is at {where}",
                retry_after=RETRY_SECONDS,
                as_of={"block_number": at.as_of.block_number, "blocks_behind": at.lag.blocks},
            )
        return _parsed(_Namings, status, body).items

    def account_of(self, entity_id: int) -> str:
        """Return the account that acts for an entity now, or did last: 0x text in lower case."""
        status, body = self._read(f"/v1/entities/{entity_id}")
        return _parsed(_EntityAnswer, status, body).entity.account.lower()

    def status(self) -> _Status:
        """Return chain, block and lag of the mirror."""
        status, body = self._read("/v1/status")
        return _parsed(_Status, status, body)

    def _read(self, path: str) -> tuple[int, bytes]:
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=self.timeout)
        try:
            # Redirections are not followed: they could lead anywhere.
            connection.request("GET", f"{parts.path}{path}", headers={"Accept": "application/json"})
            response = connection.getresponse()
            body = response.read(MAX_ANSWER + 1)
        except (OSError, HTTPException) as error:
            raise _unavailable(f"the lab's API does not answer ({type(error).__name__})") from error
        finally:
            connection.close()
        if len(body) > MAX_ANSWER:
            raise _unavailable("the lab's API answers too much")
        return response.status, body


def _type_of(body: bytes) -> str | None:
    try:
        problem: Any = orjson.loads(body)
    except ValueError:
        return None
    return str(problem.get("type")) if isinstance(problem, dict) else None


def _parsed(model: type[Model], status: int, body: bytes) -> Model:
    if status != HTTPStatus.OK:
        raise _unavailable(f"the lab's API answered {status} ({_type_of(body)})")
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise _unavailable("the lab's API answered something else than it documents") from error


def _unavailable(why: str) -> Problem:
    return Problem(MIRROR_UNAVAILABLE, f"Whether the hash is on chain can't be told: {why}")
