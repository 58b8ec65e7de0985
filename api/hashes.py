"""Which records name a document by its SHA-256, and which account put that hash on chain.

Whoever keeps documents asks here before taking one in. Read from the events themselves, so that a hash which a later
act replaced, such as that of an older profile, is still found.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from sqlalchemy import literal, select, union_all

from api import fields
from api.database import Mirror, ReaderDep
from api.events import EVENTS, Found, events_at, position_of
from api.paging import Page, PageDep, PageRequest, cut, links, seek
from api.problems import UNKNOWN_HASH, list_failures
from api.records import EventLink, document_path, event_path, proof_path
from indexer.store import models
from indexer.store.event_tables import DOCUMENTS
from serving.problems import Problem

# ---------------------------------------------------------------------------------------------------------- schemas


class DocumentKind(StrEnum):
    """What a document is to the record that names it."""

    CAMPAIGN = "campaign"
    MILESTONE = "milestone"
    EVIDENCE = "evidence"
    UPDATE = "update"
    PROFILE = "profile"
    LISTING = "listing"
    OFFER = "offer"
    NEED = "need"
    REASON = "reason"
    PROGRAMME = "programme"
    AGREEMENT = "agreement"


class Naming(BaseModel):
    """One record that names the document."""

    kind: DocumentKind
    account: fields.Address | None = Field(
        description="Put the hash on chain: it acted for the record's entity then. Null where the event names none."
    )
    entity_id: int | None = Field(description="The entity it acted for, where the event tells.", examples=[3])
    contract: str = Field(examples=["Crowdfunding"])
    event: str = Field(description="Name of the event that holds the hash.", examples=["CampaignSubmitted"])
    record: fields.Path = Field(description="The record itself.")
    named_at: EventLink = Field(description="Where the event stands on chain.")


class NamingPage(Page[Naming]):
    """Records that name a document, the first one in front."""

    sha256: fields.Hash
    document: fields.Path = Field(description="Where the document is served, if somebody gave it.")


# ---------------------------------------------------------------------------------------------------------- queries


class Source(NamedTuple):
    """How the event that holds a hash is read."""

    kind: DocumentKind
    record: str
    """Path of the record; the column in braces is its number."""
    account: str | None = None
    """Column of the account that put it there."""
    entity: str | None = None
    """Column of its entity; of a campaign, the organizer."""


_ENTITY: Final = "/v1/entities/{entity_id}"
_CAMPAIGN: Final = "/v1/campaigns/{campaign_id}"
_ORDER: Final = "/v1/orders/{order_id}"
_HELP: Final = "/v1/redemptions/{redemption_id}"
_CREDITS: Final = "/v1/credits/programmes"

SOURCES: Final = {
    ("EntityRegistry", "EntityRegistered"): Source(DocumentKind.PROFILE, _ENTITY, "account", "entity_id"),
    ("EntityRegistry", "ProfileUpdated"): Source(DocumentKind.PROFILE, _ENTITY, None, "entity_id"),
    # A registrar did this, whom the events do not name; the entity is only their subject.
    ("EntityRegistry", "EntityRefused"): Source(DocumentKind.REASON, _ENTITY),
    ("EntityRegistry", "EntitySuspended"): Source(DocumentKind.REASON, _ENTITY),
    ("EntityRegistry", "EntityRevoked"): Source(DocumentKind.REASON, _ENTITY),
    ("InnovationCredit", "ProgrammeOpened"): Source(DocumentKind.PROGRAMME, _CREDITS, None, "issuer"),
    ("InnovationCredit", "CreditIssued"): Source(DocumentKind.EVIDENCE, _CREDITS, None, "issuer"),
    ("Crowdfunding", "CampaignSubmitted"): Source(DocumentKind.CAMPAIGN, _CAMPAIGN, "account", "organizer"),
    ("Crowdfunding", "MilestonePlanned"): Source(DocumentKind.MILESTONE, _CAMPAIGN, None, "campaign_id"),
    ("Crowdfunding", "CampaignRejected"): Source(DocumentKind.REASON, _CAMPAIGN, "reviewer"),
    ("Crowdfunding", "MilestoneClaimed"): Source(DocumentKind.EVIDENCE, _CAMPAIGN, None, "campaign_id"),
    ("Crowdfunding", "MilestoneRuled"): Source(DocumentKind.REASON, _CAMPAIGN, "arbiter"),
    ("Crowdfunding", "UpdatePosted"): Source(DocumentKind.UPDATE, _CAMPAIGN, None, "campaign_id"),
    ("MatchFunding", "PoolOpened"): Source(DocumentKind.AGREEMENT, "/v1/pools/{pool_id}", "account", "manager"),
    ("Marketplace", "Listed"): Source(DocumentKind.LISTING, "/v1/listings/{listing_id}", "account", "seller"),
    ("Marketplace", "OrderHandedOver"): Source(DocumentKind.EVIDENCE, _ORDER, "account"),
    ("Marketplace", "OrderDisputed"): Source(DocumentKind.REASON, _ORDER, "account"),
    ("Marketplace", "OrderRuled"): Source(DocumentKind.REASON, _ORDER, "arbiter"),
    ("ProBono", "HoursOffered"): Source(DocumentKind.OFFER, "/v1/offers/{offer_id}", "account", "provider"),
    ("ProBono", "HelpRequested"): Source(DocumentKind.NEED, _HELP, "payer", "beneficiary"),
    ("ProBono", "HelpDelivered"): Source(DocumentKind.EVIDENCE, _HELP, "account"),
    ("ProBono", "NoShowReported"): Source(DocumentKind.REASON, _HELP, "account", "reporter"),
    ("ProBono", "HelpContested"): Source(DocumentKind.REASON, _HELP, "account"),
    ("ProBono", "HelpRuled"): Source(DocumentKind.REASON, _HELP, "arbiter"),
}
"""(contract, event) -> how it is read; of every event that holds the hash of a document."""

_NUMBERED: Final = tuple(
    (number, event.table, DOCUMENTS[event.contract, event.name])
    for number, event in enumerate(EVENTS)
    if (event.contract, event.name) in DOCUMENTS
)


def find_namings(mirror: Mirror, digest: str, page: PageRequest) -> Sequence[Found]:
    """Return the events of a page that hold a hash, the first one in front, and one more if there is one.

    Each part of the query is found by an index of its own.
    """
    parts = [
        select(table.c.event_key, literal(number).label("number")).where(table.c[column] == digest)
        for number, table, column in _NUMBERED
    ]
    keys = union_all(*parts).subquery()
    statement = seek(select(keys), page, keys.c.event_key, keys.c.event_key, descending=False)
    return events_at(mirror, [(row.event_key, row.number) for row in mirror.session.execute(statement)])


def naming_of(mirror: Mirror, found: Found) -> Naming:
    """Return what an event says of the document whose hash it holds."""
    source = SOURCES[found.type.contract, found.type.name]
    values: dict[str, Any] = dict(found.row._mapping)  # noqa: SLF001 - how SQLAlchemy gives a row as a mapping
    entity_id = _entity_of(mirror, source, values)
    account = values[source.account] if source.account else None
    if account is None and entity_id is not None:
        account = _account_of(mirror, entity_id, found.row.event_key)
    return Naming(
        kind=source.kind,
        account=account,
        entity_id=entity_id,
        contract=found.type.contract,
        event=found.type.name,
        record=source.record.format_map(values),
        named_at=_link(found.row),
    )


def _link(row: Any) -> EventLink:
    return EventLink(
        event_key=row.event_key,
        block_number=row.block_number,
        tx_hash=row.tx_hash,
        log_index=row.log_index,
        block_time=row.block_time,
        href=event_path(row.event_key),
        proof=proof_path(row.tx_hash, row.log_index),
    )


def _entity_of(mirror: Mirror, source: Source, values: dict[str, Any]) -> int | None:
    if source.entity == "campaign_id":
        campaign = models.Campaign.campaign_id == values["campaign_id"]
        return mirror.session.scalar(select(models.Campaign.organizer).where(campaign))
    return values[source.entity] if source.entity else None


def _account_of(mirror: Mirror, entity_id: int, event_key: int) -> str | None:
    """Return the account that acted for an entity at an event."""
    tenure = models.EntityAccount
    statement = select(tenure.account).where(tenure.entity_id == entity_id, tenure.since_event_key <= event_key)
    return mirror.session.scalar(statement.order_by(tenure.since_event_key.desc()).limit(1))


# ----------------------------------------------------------------------------------------------------------- routes

router = APIRouter(prefix="/hashes", tags=["documents"])


@router.get("/{sha256}", summary="List the records that name a document", responses=list_failures(UNKNOWN_HASH))
def list_namings(
    reader: ReaderDep,
    page: PageDep,
    digest: Annotated[
        str,
        Path(
            alias="sha256",
            pattern="^[0-9a-f]{64}$",
            description="SHA-256 of the document: 64 hexadecimal digits in lower case.",
            examples=[fields.HASH_EXAMPLE.removeprefix("0x")],
        ),
    ],
) -> NamingPage:
    """Return every record that names the document with this hash, whether or not anybody has the document."""
    with reader.open() as mirror:
        found = find_namings(mirror, f"0x{digest}", page)
        if not found and page.after is None:
            message = f"No record up to block {mirror.as_of.block_number} names a document with the SHA-256 {digest}"
            raise Problem(UNKNOWN_HASH, message)
        shown, cursor = cut(page, found, position_of)
        return NamingPage(
            as_of=mirror.as_of,
            sha256=f"0x{digest}",
            document=document_path(digest) or "",
            items=[naming_of(mirror, one) for one in shown],
            next_cursor=cursor,
            links=links(reader.request, page, cursor),
        )
