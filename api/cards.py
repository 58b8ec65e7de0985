"""A campaign as a card that any page can show in an `iframe`: a title, a bar, some figures, and no script."""

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select

from api import fields
from api.campaigns.queries import Found, find_campaign
from api.campaigns.routes import CampaignId
from api.database import Mirror, ReaderDep
from api.money import in_units
from api.problems import UNKNOWN_CAMPAIGN, read_failures
from api.sums import exact_sum
from api.titles import title_of
from api.words import AS_OF, BACKERS, CAMPAIGN, ENDS, GOAL, MATCHED, PHASES, PLEDGED, RIGHT_TO_LEFT, Language
from indexer.store import phases
from indexer.store.models import Match

STYLE: Final = (
    ":root{color-scheme:light dark;--ink:#1d2b36;--paper:#fffdf8;--line:#c9c2b2;--sea:#0b6477;--sun:#c2571a}"
    "@media(prefers-color-scheme:dark){:root{--ink:#eef3f5;--paper:#14202a;--line:#43525e;--sea:#5cc3d6;--sun:#f0a35e}}"
    "*{box-sizing:border-box}body{margin:0;padding:.75rem;font:16px/1.45 system-ui,sans-serif;color:var(--ink);"
    "background:var(--paper)}h1{font-size:1.1rem;margin:0 0 .5rem}a{color:inherit}p{margin:.4rem 0}"
    "svg{display:block;width:100%;height:1rem;border:1px solid var(--line);border-radius:.5rem}"
    "dl{display:grid;grid-template-columns:auto 1fr;gap:.1rem .75rem;margin:.5rem 0 0}dt{color:inherit;opacity:.85}"
    "dd{margin:0;font-variant-numeric:tabular-nums}.pledged{fill:var(--sea)}.matched{fill:var(--sun)}"
)
"""The only style of a card; its hash is in the policy that lets it through."""
_STYLE_HASH: Final = b64encode(sha256(STYLE.encode()).digest()).decode()
POLICY: Final = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors *; base-uri 'none'"
"""Shown in any frame, and nothing runs or loads in it."""
BAR: Final = 1_000
"""Units of the bar's whole length."""


router = APIRouter(tags=["campaigns"])


@router.get(
    "/campaigns/{campaign_id}/card",
    summary="Show a campaign as a card",
    response_class=HTMLResponse,
    responses=read_failures(UNKNOWN_CAMPAIGN),
)
def read_card(
    request: Request,
    reader: ReaderDep,
    campaign_id: CampaignId,
    lang: Annotated[Language, Query(description="Language of the words around it.")] = Language.ENGLISH,
) -> HTMLResponse:
    """Return a small page to embed in an `iframe`; it needs no script and sets no cookie."""
    with reader.open() as mirror:
        found = find_campaign(mirror, campaign_id)
        folder = request.app.state.settings.documents
        title = title_of(folder, found.campaign.description_hash, lang) or CAMPAIGN[lang].format(campaign_id)
        page = _page(mirror, found, title, lang, matched_of(mirror, campaign_id))
        return HTMLResponse(page, headers=dict(reader.response.headers) | {"Content-Security-Policy": POLICY})


def matched_of(mirror: Mirror, campaign_id: int) -> int:
    """Return the public money that a campaign's pledges called, in base units."""
    return mirror.session.scalar(select(exact_sum(Match.amount)).where(Match.campaign_id == campaign_id)) or 0


def _page(mirror: Mirror, found: Found, title: str, lang: Language, matched: int) -> str:
    campaign, metadata = found.campaign, found.metadata
    phase = phases.phase_at(campaign, found.organizer.revoked_at, mirror.now)
    symbol = metadata.symbol if metadata else ""

    def money(amount: int) -> str:
        # Numbers and symbols keep their order inside of text that runs from right to left.
        return f"<bdi>{escape(in_units(amount, found.currency.decimals))} {escape(symbol)}</bdi>"

    figures = {
        PLEDGED[lang]: money(campaign.raised),
        MATCHED[lang]: money(matched),
        GOAL[lang]: money(campaign.goal),
        BACKERS[lang]: f"<bdi>{campaign.backers}</bdi>",
        ENDS[lang]: _time(campaign.deadline),
    }
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in figures.items())
    direction = "rtl" if lang in RIGHT_TO_LEFT else "ltr"
    return (
        f'<!doctype html><html lang="{lang}" dir="{direction}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f'<style>{STYLE}</style></head><body><main><h1 dir="auto">{escape(title)}</h1>'
        f"<p>{escape(PHASES[phase.value][lang])}</p>"
        f"{_bar(campaign.raised, matched, campaign.goal, lang)}<dl>{rows}</dl>"
        f"<p><small>{escape(AS_OF[lang].format(mirror.as_of.block_number))} · {_time(mirror.now)}</small></p>"
        "</main></body></html>"
    )


def _bar(raised: int, matched: int, goal: int, lang: Language) -> str:
    """Return how pledges and public money stand to the goal, as a picture with its words."""
    whole = max(goal, raised + matched)
    pledged_length, matched_length = BAR * raised // whole, BAR * matched // whole
    words = f"{PLEDGED[lang]}: {100 * raised // goal} %. {MATCHED[lang]}: {100 * matched // goal} %."
    first, second = (
        (0, pledged_length)
        if lang not in RIGHT_TO_LEFT
        else (
            BAR - pledged_length,
            BAR - pledged_length - matched_length,
        )
    )
    return (
        f'<svg viewBox="0 0 {BAR} 10" preserveAspectRatio="none" role="img" aria-label="{escape(words)}">'
        f'<rect class="pledged" x="{first}" width="{pledged_length}" height="10"/>'
        f'<rect class="matched" x="{second}" width="{matched_length}" height="10"/></svg>'
    )


def _time(time: int) -> str:
    text = fields.rfc3339(time)
    return f'<time datetime="{text}"><bdi>{text[:10]} {text[11:16]} UTC</bdi></time>'
