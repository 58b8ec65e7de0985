"""The account that a desk is about, and the entity that it acts for."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Query
from pydantic_core import PydanticCustomError

from api.database import Mirror
from api.entities import EntityDetail, detail_of, live_of
from api.fields import parse_address

LONGEST: Final = 100
"""Letters of what was typed as an account."""

Typed = Annotated[str, Query(alias="account", max_length=LONGEST)]


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a desk is about.

    Attributes:
        typed: As it stands in the address of the page.
        account: As the mirror has it; None if none was typed, or something else.
        entity: That it acts for; None if it acts for none.
    """

    typed: str
    account: str | None
    entity: EntityDetail | None


def holder_of(mirror: Mirror, typed: str) -> Holder:
    """Return whom a desk is about."""
    try:
        account = parse_address(typed.strip()) if typed.strip() else None
    except PydanticCustomError:
        account = None
    number = live_of(mirror, account) if account is not None else None
    return Holder(typed.strip(), account, detail_of(mirror, number) if number is not None else None)
