"""The innovation credit: how many there are, who issued them, who holds them."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import or_, select

from api import facts, fields
from api.case_schemas import CREDIT_UNIT, CreditUnit
from api.coverage import Coverage, Escrow, contract_names, coverage_of, escrows_of, in_escrow
from api.database import Answer, Mirror, ReaderDep
from api.exports import FormatPath, export, export_responses
from api.paging import MAX_LIMIT, Page, PageDep, PageRequest, Position, Rows, page_of, seek
from api.past import At
from api.problems import INVALID_ADDRESS, UNKNOWN_BLOCK, UNKNOWN_HOLDER, list_failures, read_failures
from api.records import EventLink, document_path, event_path, last_event, values_of
from indexer.store import models
from indexer.store.models import CreditBalance, CreditTotals
from serving.problems import Problem

# ---------------------------------------------------------------------------------------------------------- schemas


class ProgrammeLinks(BaseModel):
    """Where to read more about a programme."""

    purpose: fields.Path
    issuer: fields.Path
    opening: fields.Path = Field(description="The event of its opening.")


class Programme(BaseModel):
    """A source of credits: one entity may issue up to `cap` in [starts_at, ends_at)."""

    programme_id: int = Field(examples=[1])
    issuer: int = Field(description="Entity id.")
    unit: CreditUnit
    cap: fields.Amount
    issued: fields.Amount
    starts_at: fields.Time
    ends_at: fields.Time
    open: bool = Field(
        description="Whether it may issue at the time of `as_of`, as far as window, cap and closing say."
    )
    opened_at: fields.Time
    closed_at: fields.Time | None
    purpose_hash: fields.Hash = Field(description="SHA-256 of the purpose document.")
    last_event: EventLink
    links: ProgrammeLinks


class ProgrammePage(Page[Programme]):
    """A page of programmes."""


class Holder(BaseModel):
    """Credits of one account; the contracts that hold credits for others are holders, too."""

    account: fields.Address
    contract: str | None = Field(
        description="Name of the contract of the lab at this address, once it emitted an event; else null."
    )
    unit: CreditUnit
    balance: fields.Amount
    in_escrow: fields.Amount = Field(
        description="That the account paid into orders and redemptions that have not ended; beside its balance."
    )
    received: fields.Amount = Field(description="Ever, new credits included.")
    sent: fields.Amount = Field(description="Ever, redeemed credits included.")
    last_event: EventLink


class HolderPage(Page[Holder]):
    """A page of holders."""


class HolderAnswer(Answer):
    """What one account holds."""

    holder: Holder


class Credits(BaseModel):
    """Totals of the credit. Always: issued = supply + redeemed."""

    unit: CreditUnit
    supply: fields.Amount
    issued: fields.Amount
    redeemed: fields.Amount
    holders: int = Field(description="Accounts with a balance above zero.")
    transfers: int = Field(description="Between accounts: neither issue nor redemption.")
    coverage: Coverage
    escrows: list[Escrow]
    programmes: list[Programme] = Field(description="The newest 100; all of them at `/v1/credits/programmes`.")
    last_event: EventLink | None


class CreditsAnswer(Answer):
    """The credit as a whole."""

    credits: Credits


class ProgrammeSort(StrEnum):
    """Order of a list of programmes, by opening."""

    NEWEST = "newest"
    OLDEST = "oldest"


class HolderSort(StrEnum):
    """Order of a list of holders."""

    BALANCE = "balance"  # highest in front
    NEWEST = "newest"  # by the first credit received
    OLDEST = "oldest"


# ---------------------------------------------------------------------------------------------------------- queries


def list_programmes(mirror: Mirror, page: PageRequest, sort: ProgrammeSort) -> Sequence[models.Programme]:
    """Return the programmes of a page, and one more if there is one."""
    key = models.Programme.opened_event_key.expression
    statement = seek(select(models.Programme), page, key, key, descending=sort is ProgrammeSort.NEWEST)
    return mirror.session.scalars(statement).all()


def programmes_of(mirror: Mirror, issuer: int) -> list[Programme]:
    """Return the programmes out of which an entity issues, or did, the newest in front."""
    newest = models.Programme.opened_event_key.desc()
    statement = select(models.Programme).where(models.Programme.issuer == issuer).order_by(newest).limit(MAX_LIMIT)
    return [_programme(row, mirror.now) for row in mirror.session.scalars(statement)]


def list_holders(mirror: Mirror, page: PageRequest, sort: HolderSort, account: str | None) -> Sequence[CreditBalance]:
    """Return the holders of a page, and one more if there is one."""
    statement = select(CreditBalance).where(CreditBalance.balance > 0)
    if account is not None:
        statement = statement.where(CreditBalance.account == account)
    key = CreditBalance.first_event_key.expression
    value = CreditBalance.balance.expression if sort is HolderSort.BALANCE else key
    return mirror.session.scalars(seek(statement, page, value, key, descending=sort is not HolderSort.OLDEST)).all()


def list_transfers(mirror: Mirror, page: PageRequest, account: str) -> Sequence[Any]:
    """Return the transfers from and to an account, the newest one in front, and one more than the page if there is."""
    table = models.EVENTS["InnovationCredit", "Transfer"].table
    key = table.c.event_key
    statement = select(table).where(or_(table.c["from"] == account, table.c.to == account))
    return mirror.session.execute(seek(statement, page, key, key, descending=True)).all()


def issues_in(mirror: Mirror, transactions: Iterable[str]) -> Sequence[Any]:
    """Return the issues of credits in some transactions."""
    table = models.EVENTS["InnovationCredit", "CreditIssued"].table
    return mirror.session.execute(select(table).where(table.c.tx_hash.in_(set(transactions)))).all()


def _programme(row: models.Programme, now: int) -> Programme:
    computed = {
        "unit": CREDIT_UNIT,
        "open": row.closed_at is None and row.starts_at <= now < row.ends_at and row.issued < row.cap,
        "last_event": last_event(row),
        "links": ProgrammeLinks(
            purpose=document_path(row.purpose_hash),
            issuer=f"/v1/entities/{row.issuer}",
            opening=event_path(row.opened_event_key),
        ),
    }
    return Programme.model_validate(values_of(row) | computed)


def _totals(mirror: Mirror) -> dict[str, Any]:
    row = mirror.session.scalars(select(CreditTotals)).first()
    if row is None:  # no credit was ever issued
        return dict.fromkeys(("supply", "issued", "redeemed", "holders", "transfers"), 0) | {"last_event": None}
    return values_of(row) | {"last_event": last_event(row)}


# ----------------------------------------------------------------------------------------------------------- routes

router = APIRouter(prefix="/credits", tags=["credits"])


@router.get("", summary="Read the credit's totals", responses=read_failures(UNKNOWN_BLOCK))
def read_credits(reader: ReaderDep, at: At = None) -> CreditsAnswer:
    """Return how many credits there are, what stands behind them, and the programmes that issue them."""
    with reader.open(at, facts.CREDITS) as mirror:
        return CreditsAnswer(as_of=mirror.as_of, credits=credits_of(mirror))


def credits_of(mirror: Mirror) -> Credits:
    """Return the credit as a whole."""
    newest = list_programmes(mirror, PageRequest(MAX_LIMIT, None, "", ()), ProgrammeSort.NEWEST)[:MAX_LIMIT]
    programmes = [_programme(row, mirror.now) for row in newest]
    totals = _totals(mirror) | {"unit": CREDIT_UNIT, "programmes": programmes}
    totals |= {"coverage": coverage_of(mirror, totals["supply"]), "escrows": escrows_of(mirror)}
    return Credits.model_validate(totals)


@router.get("/programmes", summary="List programmes", responses=list_failures())
def list_all_programmes(
    reader: ReaderDep,
    page: PageDep,
    sort: Annotated[ProgrammeSort, Query(description="Order of the list.")] = ProgrammeSort.NEWEST,
) -> ProgrammePage:
    """Return the programmes from which credits are issued."""
    rows: Rows[models.Programme, Programme] = Rows(
        find=lambda mirror, page: list_programmes(mirror, page, sort),
        position=lambda row: Position(row.opened_event_key, row.opened_event_key),
        shown=lambda mirror, found: [_programme(row, mirror.now) for row in found],
    )
    return page_of(ProgrammePage, reader, page, rows)


@router.get("/holders", summary="List holders", responses=list_failures(INVALID_ADDRESS))
def list_all_holders(
    reader: ReaderDep,
    page: PageDep,
    account: Annotated[fields.AddressText | None, Query(description="Only this account.")] = None,
    sort: Annotated[HolderSort, Query(description="Order of the list.")] = HolderSort.BALANCE,
) -> HolderPage:
    """Return every account that holds credits."""
    return page_of(HolderPage, reader, page, _holders(account, sort))


@router.get(
    "/holders.{form}",
    summary="Export holders",
    response_class=StreamingResponse,
    responses=export_responses(INVALID_ADDRESS),
)
def export_holders(
    reader: ReaderDep,
    form: FormatPath,
    account: Annotated[fields.AddressText | None, Query(description="Only this account.")] = None,
    sort: Annotated[HolderSort, Query(description="Order of the list.")] = HolderSort.BALANCE,
) -> StreamingResponse:
    """Return every account that holds credits, as a file."""
    return export(reader, form, "holders", Holder, _holders(account, sort))


def _holders(account: str | None, sort: HolderSort) -> Rows[CreditBalance, Holder]:
    return Rows(
        find=lambda mirror, page: list_holders(mirror, page, sort, account),
        position=lambda row: _position(row, sort),
        shown=holders_of,
    )


@router.get(
    "/holders/{account}",
    summary="Read what an account holds",
    responses=read_failures(INVALID_ADDRESS, UNKNOWN_HOLDER, UNKNOWN_BLOCK),
)
def read_holder(
    reader: ReaderDep,
    account: Annotated[fields.AddressText, Path(description="Account that holds or held credits.")],
    at: At = None,
) -> HolderAnswer:
    """Return the credits of one account, also of one that passed all of them on."""
    with reader.open(at, facts.of_holder(account)) as mirror:
        row = mirror.session.get(CreditBalance, account)
        if row is None:
            raise Problem(UNKNOWN_HOLDER, f"{fields.checksummed(account)} never held credits")
        (holder,) = holders_of(mirror, [row])
        return HolderAnswer(as_of=mirror.as_of, holder=holder)


def holders_of(mirror: Mirror, rows: Sequence[CreditBalance]) -> list[Holder]:
    """Return what answers say about some holders."""
    names, escrowed = contract_names(mirror), in_escrow(mirror, [row.account for row in rows])
    return [_holder(row, names, escrowed) for row in rows]


def _holder(row: CreditBalance, names: Mapping[str, str], escrowed: Mapping[str, int]) -> Holder:
    computed = {
        "contract": names.get(row.account),
        "unit": CREDIT_UNIT,
        "in_escrow": escrowed.get(row.account, 0),
        "last_event": last_event(row),
    }
    return Holder.model_validate(values_of(row) | computed)


def _position(row: CreditBalance, sort: HolderSort) -> Position:
    return Position(row.balance if sort is HolderSort.BALANCE else row.first_event_key, row.first_event_key)
