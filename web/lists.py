"""What pages of records have in common: where a list goes on, and what strangers call and say of what is in it."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from api.case_acts import CaseActName
from api.case_schemas import NextCaseAct
from api.database import Mirror
from api.entities import profiles_of
from api.paging import PageRequest
from api.titles import name_of, title_of
from web.descriptions import LONGEST, Document, Text, document_of
from web.visits import Visit
from web.words import N_

HEADINGS: Final = {
    "campaign": N_("Campaign %(number)s"),
    "listing": N_("Listing %(number)s"),
    "offer": N_("Offer %(number)s"),
}
"""What something without a title here is called."""
POOL: Final = N_("Pool %(number)s")
TITLED_POOL: Final = N_("%(title)s (pool %(number)s)")


def paging(page: PageRequest, cursor: str | None) -> dict[str, Any]:
    """Return what the macro of pagination takes.

    Args:
        page: What was asked for.
        cursor: Of the next page; None on the last one.
    """
    return {
        "next_page": page.link(cursor) if cursor else None,
        "is_first": page.after is None,
        "first_page": page.link(None),
    }


def names_of(visit: Visit, mirror: Mirror, entity_ids: Iterable[int]) -> dict[int, str]:
    """Return what some entities call themselves in their profiles; one without a profile here has its number."""
    folder = visit.request.app.state.settings.documents
    return {
        number: name_of(folder, digest) or visit.words.gettext("Entity %(number)s", number=number)
        for number, digest in profiles_of(mirror, entity_ids).items()
    }


def heading_of(visit: Visit, digest: str, kind: str, number: int) -> str:
    """Return the title in a document; kind and number where it has none here."""
    title = title_of(visit.request.app.state.settings.documents, digest, visit.language)
    return title or visit.words.gettext(HEADINGS[kind], number=number)


def pool_name(visit: Visit, digest: str, number: int) -> str:
    """Return the title of a pool's agreement with the pool's number; the number alone where it has none here."""
    title, say = title_of(visit.request.app.state.settings.documents, digest, visit.language), visit.words.gettext
    return say(TITLED_POOL, title=title, number=number) if title else say(POOL, number=number)


def pool_names(visit: Visit, agreements: Iterable[tuple[int, str]]) -> dict[int, str]:
    """Return what some pools are called.

    Args:
        visit: Of the person.
        agreements: Number of each pool, and the SHA-256 of its agreement.
    """
    return {number: pool_name(visit, digest, number) for number, digest in agreements}


def text_of(visit: Visit, digest: str, field: str) -> Text | None:
    """Return a text in a document; None if there is none here."""
    return document_at(visit, digest).text(field, LONGEST)


def document_at(visit: Visit, digest: str) -> Document:
    """Return a document in the reader's language; an empty one if there is none here."""
    return document_of(visit.request.app.state.settings.documents, digest, visit.language)


def worth_naming(acts: Sequence[NextCaseAct]) -> list[NextCaseAct]:
    """Return the acts on a case that a reader may wait for: taking settlements back only where one can be brought."""
    can_settle = any(act.act is CaseActName.SETTLE for act in acts)
    return [act for act in acts if can_settle or act.act is not CaseActName.VOID_SETTLEMENTS]
