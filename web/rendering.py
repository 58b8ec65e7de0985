"""Jinja, set up once for each language: every name is escaped, an unknown one is an error."""

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from web import navigation, words
from web.assets import Assets
from web.format import KEPT, Formats
from web.languages import NAMES, Catalogue, Language, catalogue_of

TEMPLATES: Final = Path(__file__).parent / "templates"
_NOT_KEPT: Final = {"money", "plain_money", "whole_money", "prose"}
"""A unit is no key, and amounts are kept by themselves; texts of strangers are too long."""
_UNSAFE: Final = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def environment_of(language: Language, assets: Assets) -> Environment:
    """Return the templates in a language."""
    catalogue = catalogue_of(language)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(catalogue.translations, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(_functions(catalogue, assets))
    return environment


def script_json(value: Any) -> Markup:
    """Return JSON for a `<script type="application/json">`, which nothing in it can end."""
    return Markup(json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_UNSAFE))  # noqa: S704


def _functions(catalogue: Catalogue, assets: Assets) -> dict[str, Any]:
    formats = Formats(catalogue)
    public = [name for name in dir(formats) if not name.startswith("_") and name != "words"]
    functions: dict[str, Callable[..., Any]] = {
        name: getattr(formats, name) if name in _NOT_KEPT else lru_cache(maxsize=KEPT)(getattr(formats, name))
        for name in public
    }
    return functions | {
        "language": catalogue.language.value,
        "direction": catalogue.direction,
        "languages": [(one.value, NAMES[one]) for one in Language],
        "navigation": navigation,
        "signs": words.PHASE_SIGNS,
        "milestone_signs": words.MILESTONE_SIGNS,
        "asset": assets.path,
        "link": lambda path: f"/{catalogue.language}{path}",
        "script_json": script_json,
    }
