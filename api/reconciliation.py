"""Every comparison of the mirror with contract calls, and each value that differed."""

from collections import defaultdict
from collections.abc import Sequence

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import select

from api import fields
from api.database import Mirror, ReaderDep
from api.paging import Page, PageDep, PageRequest, Position, cut, links, seek
from api.problems import list_failures
from api.records import values_of
from indexer.store import models
from indexer.store.operations import ReconciliationDifference

SHOWN_DIFFERENCES = 100


class Difference(BaseModel):
    """One value that the mirror and the chain saw differently."""

    subject: str = Field(description="Table or contract compared.", examples=["campaigns"])
    row_key: str = Field(examples=["1"])
    field: str = Field(examples=["raised"])
    mirror: str
    chain: str


class Reconciliation(BaseModel):
    """One comparison of the mirror with contract calls at a block."""

    checked_at: fields.Time = Field(description="By the clock of the indexer's machine.")
    block_number: int
    block_hash: fields.Hash
    compared: int = Field(description="Values compared.")
    differences: int = Field(description="Values that differed.")
    shown: list[Difference] = Field(description="The first 100 of them.")


class ReconciliationPage(Page[Reconciliation]):
    """A page of comparisons."""


def list_reconciliations(mirror: Mirror, page: PageRequest) -> Sequence[models.Reconciliation]:
    """Return the comparisons of a page, newest first, and one more if there is one."""
    key = models.Reconciliation.id.expression
    return mirror.session.scalars(seek(select(models.Reconciliation), page, key, key, descending=True)).all()


def differences_of(mirror: Mirror, rows: Sequence[models.Reconciliation]) -> dict[int, list[Difference]]:
    """Return the first values that differed in each of some comparisons."""
    found: dict[int, list[Difference]] = defaultdict(list)
    for row in rows:
        if row.differences:
            statement = select(ReconciliationDifference).where(ReconciliationDifference.reconciliation_id == row.id)
            first = statement.order_by(ReconciliationDifference.id).limit(SHOWN_DIFFERENCES)
            found[row.id] = [Difference.model_validate(values_of(one)) for one in mirror.session.scalars(first)]
    return found


router = APIRouter(prefix="/reconciliation", tags=["status"])


@router.get("", summary="List comparisons with the chain", responses=list_failures())
def list_all(reader: ReaderDep, page: PageDep) -> ReconciliationPage:
    """Return every comparison of the mirror with contract calls, newest first, with what differed."""
    with reader.open_now() as mirror:
        shown, cursor = cut(page, list_reconciliations(mirror, page), lambda row: Position(row.id, row.id))
        differing = differences_of(mirror, shown)
        items = [Reconciliation.model_validate(values_of(row) | {"shown": differing[row.id]}) for row in shown]
        return ReconciliationPage(
            as_of=mirror.as_of, items=items, next_cursor=cursor, links=links(reader.request, page, cursor)
        )
