"""News of the lab as Atom feeds, one for each language, for readers and for the lab's own news pages."""

from collections.abc import Iterator
from typing import Annotated, Final
from xml.sax.saxutils import escape, quoteattr

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import literal, select, union_all

from api import fields
from api.database import Mirror, ReaderDep, base_of
from api.events import EVENTS
from api.problems import read_failures
from api.records import event_path
from api.settings import Settings
from api.titles import title_of
from api.words import CAMPAIGN, HAPPENINGS, NEWS, POOL, Language
from indexer.store.models import Campaign, Pool

ENTRIES: Final = 50
MEDIA_TYPE: Final = "application/atom+xml"
TOLD: Final = tuple(event for event in EVENTS if event.name in HAPPENINGS)

router = APIRouter(tags=["events"])


@router.get(
    "/feeds/{lang}.atom",
    summary="Follow news as a feed",
    response_class=Response,
    responses=read_failures() | {200: {"description": "An Atom feed.", "content": {MEDIA_TYPE: {}}}},
)
def read_feed(
    request: Request,
    reader: ReaderDep,
    lang: Annotated[Language, Path(description="Language of the entries.")],
    campaign: Annotated[fields.Id | None, Query(description="Only what concerns this campaign.")] = None,
) -> Response:
    """Return the newest 50 events that people want to hear of: approvals, milestones, updates, ends."""
    base = base_of(request)
    with reader.open(variant=lambda _mirror: base) as mirror:
        feed = "".join(_feed(mirror, request.app.state.settings, base, str(request.url), lang, campaign))
    return Response(feed, media_type=MEDIA_TYPE, headers=dict(reader.response.headers))


def _feed(
    mirror: Mirror, settings: Settings, base: str, address: str, lang: Language, campaign: int | None
) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{lang}">'
    yield f"<title>{escape(settings.publisher)}: {escape(NEWS[lang])}</title>"
    yield f"<id>{base}/v1/feeds/{lang}.atom</id><updated>{fields.rfc3339(mirror.now)}</updated>"
    yield f'<link rel="self" href={quoteattr(address)}/><author><name>{escape(settings.publisher)}</name></author>'
    for key, name, time, subject in _newest(mirror, campaign):
        kind, number = ("pools", subject) if name == "PoolOpened" else ("campaigns", subject)
        about = _title(mirror, settings, lang, kind, number)
        link = base + event_path(key)
        yield f"<entry><id>{link}</id><updated>{fields.rfc3339(time)}</updated>"
        yield f"<title>{escape(about)}: {escape(HAPPENINGS[name][lang])}</title>"
        yield f'<link href="{base}/v1/{kind}/{number}"/><link rel="via" href="{link}"/></entry>'
    yield "</feed>\n"


def _newest(mirror: Mirror, campaign: int | None) -> list[tuple[int, str, int, int]]:
    """Return (event key, name, block time, campaign or pool) of the newest events that are told, newest first."""
    parts = []
    for event in TOLD:
        columns = event.table.c
        subject = columns.campaign_id if "campaign_id" in columns else columns.pool_id
        if campaign is not None and "campaign_id" not in columns:
            continue
        part = select(
            columns.event_key, literal(event.name).label("name"), columns.block_time, subject.label("subject")
        )
        if campaign is not None:
            part = part.where(columns.campaign_id == campaign)
        # Each table gives its own newest, so that none is read to its end.
        parts.append(select(part.order_by(columns.event_key.desc()).limit(ENTRIES).subquery()))
    found = union_all(*parts).subquery()
    rows = mirror.session.execute(select(found).order_by(found.c.event_key.desc()).limit(ENTRIES))
    return [(key, name, time, subject) for key, name, time, subject in rows]


def _title(mirror: Mirror, settings: Settings, lang: Language, kind: str, number: int) -> str:
    if kind == "pools":
        digest = mirror.session.scalar(select(Pool.agreement_hash).where(Pool.pool_id == number))
        return title_of(settings.documents, digest, lang) or POOL[lang].format(number)
    digest = mirror.session.scalar(select(Campaign.description_hash).where(Campaign.campaign_id == number))
    return title_of(settings.documents, digest, lang) or CAMPAIGN[lang].format(number)
