"""Fields and documents that many acts share: a text in one language or several, and reasons."""

from typing import Any, Final

from web.acts.model import Field, Kind, Leaf, Template, digest, document, each, typed, worded
from web.words import N_

LANGUAGE: Final = Field(name="language", label=N_("Language in which you write"), kind=Kind.LIST)
"""Choices and the language of the page are given by the page."""
LINE: Final = 140
"""Letters of a line, as the schemas of documents have it."""


def translations(*fields: Field) -> Field:
    """Return rows for the same texts in other languages."""
    return Field(
        name="translations",
        label=N_("The same in other languages"),
        kind=Kind.ROWS,
        least=0,
        most=12,
        more=N_("Add a language"),
        fields=(LANGUAGE, *fields),
    )


SUMMARY_LETTERS: Final = 600
"""Most letters of a few sentences, as the schemas of documents have it."""
MOST_PICTURES: Final = 12

PICTURES: Final = Field(
    name="pictures",
    label=N_("Pictures"),
    kind=Kind.ROWS,
    hint=N_(
        "PNG, JPEG or WebP. What a file holds beside the picture, such as where and when it was taken, is cut out "
        "before it leaves this browser."
    ),
    least=0,
    most=MOST_PICTURES,
    more=N_("Add a picture"),
    fields=(
        Field(name="picture", label=N_("Picture"), kind=Kind.PICTURE, accept="image/png,image/jpeg,image/webp"),
        Field(name="alt", label=N_("What it shows, for those who can't see it"), most=SUMMARY_LETTERS),
    ),
)
PICTURED: Final = each("pictures", {"sha256": digest("picture", "picture"), "alt": worded("alt", "")})
"""Member `pictures` of a document."""

LINK_LETTERS: Final = 500
"""Most letters of an address, as the schemas of documents have it."""
LINKS: Final = Field(
    name="links",
    label=N_("Links to more about it"),
    kind=Kind.ROWS,
    least=0,
    most=12,
    more=N_("Add a link"),
    fields=(
        Field(
            name="url",
            label=N_("Address of the page"),
            kind=Kind.LINK,
            most=LINK_LETTERS,
            hint=N_("It begins with https://."),
            autocomplete="url",
        ),
        Field(name="name", label=N_("What is there"), required=False, most=LINE),
    ),
)
LINKED: Final = each("links", {"url": typed("url"), "title": worded("name", "")})
"""Member `links` of a document."""


def written(kind: str, *, lines: tuple[str, ...] = (), **more: Template) -> Leaf:
    """Return a document of a kind.

    Args:
        kind: Name of its schema.
        lines: Fields whose texts stand in it by language.
        more: Its other members.
    """
    content: dict[str, Any] = {"type": kind, "language": typed("language"), **{name: worded(name) for name in lines}}
    return document(kind, content | more)


REASON_FIELDS: Final = (
    LANGUAGE,
    Field(
        name="text",
        label=N_("Reasons"),
        kind=Kind.PROSE,
        hint=N_("Everybody can read them. Name no natural person."),
    ),
)
REASON: Final = written("reason", lines=("text",))
