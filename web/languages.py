"""The six languages: which one a person is served, and the catalogue of its words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from api.words import RIGHT_TO_LEFT, Language

__all__ = ["NAMES", "Catalogue", "Language", "catalogue_of", "language_of", "negotiate"]

LOCALES: Final = {
    # English as it is written on the continent: day before month.
    Language.ENGLISH: "en_150",
    Language.SPANISH: "es_ES",
    Language.FRENCH: "fr_FR",
    Language.PORTUGUESE: "pt_PT",
    Language.GREEK: "el_GR",
    Language.ARABIC: "ar",
}
NAMES: Final = {
    Language.ENGLISH: "English",
    Language.SPANISH: "Español",
    Language.FRENCH: "Français",
    Language.PORTUGUESE: "Português",
    Language.GREEK: "Ελληνικά",
    Language.ARABIC: "العربية",
}
"""What speakers call their language."""
FOLDER: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "messages"
_MOST_PREFERENCES: Final = 50
_QUALITY: Final = re.compile(r"(?:q\s*=\s*([01](?:\.\d{0,3})?))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A language, its words, and how it writes numbers and dates."""

    language: Language
    locale: Locale
    translations: NullTranslations

    @property
    def direction(self) -> str:
        """Return `ltr` or `rtl`."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    def gettext(self, message: str, /, **values: object) -> str:
        """Return a message in this language, with its named values."""
        text = str(self.translations.gettext(message))
        return text % values if values else text

    def ngettext(self, one: str, many: str, number: int, /, **values: object) -> str:
        """Return a message in the plural form that this language has for `number`, which is the value `num` in it."""
        return str(self.translations.ngettext(one, many, number)) % (values or {"num": number})


def catalogue_path(language: Language) -> Path:
    """Return where the translations of a language are."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def catalogue_of(language: Language) -> Catalogue:
    """Return the catalogue of a language; one without translations speaks English."""
    locale = Locale.parse(LOCALES[language])
    path = catalogue_path(language)
    if not path.exists():
        return Catalogue(language, locale, NullTranslations())
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=str(language)))
    compiled.seek(0)
    return Catalogue(language, locale, Translations(compiled, domain=DOMAIN))


def language_of(text: str) -> Language | None:
    """Return the language that a code stands for, such as `pt` or `pt-BR`; None if it is none of ours."""
    primary = text.partition("-")[0].lower()
    return Language(primary) if primary in set(Language) else None


def negotiate(accepted: str) -> Language:
    """Return the language that a browser likes best of ours, by its header `Accept-Language`; English if none."""
    wanted = sorted(_preferences(accepted), key=lambda preference: -preference[1])
    return next((language for language, weight in wanted if weight > 0), Language.ENGLISH)


def _preferences(accepted: str) -> Sequence[tuple[Language, float]]:
    found = []
    for part in accepted.split(",")[:_MOST_PREFERENCES]:
        code, _, parameters = part.partition(";")
        language = language_of(code.strip())
        if language is not None:
            found.append((language, _weight(parameters)))
    return found


def _weight(parameters: str) -> float:
    """Return the weight of a preference: 1 if it has none, 0 if what it has is none."""
    match = _QUALITY.fullmatch(parameters.strip())
    return float(match[1] or 1) if match else 0.0
