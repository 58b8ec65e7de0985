"""The catalogues of words: gathers the messages of templates and views, and finds what is missing or malformed.

`python -m web.messages --write` gathers, `--check` only looks.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from web.languages import DOMAIN, FOLDER, Language, catalogue_path

SOURCES: Final = Path(__file__).parent
TEMPLATE: Final = FOLDER / f"{DOMAIN}.pot"
METHODS: Final = [("templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS: Final = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
KEYWORDS: Final = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
UNREVIEWED: Final = "unreviewed"
"""Comment beside each translation that no speaker has looked at."""
HEADER: Final = f"""\
# Messages of the pages. Those marked "{UNREVIEWED}" wait for a speaker of the language: take the mark away when you
# have looked at one. `make messages` brings the file in line with the pages."""
NOT_NEEDED: Final = tuple(
    f'"{name}'
    for name in ("Project-Id", "Report-Msgid", "POT-Creation", "PO-Revision", "Last-Tr", "Language-Team", "Generated")
)
"""Lines of a header that would name a person, a date or a program."""


def gather() -> Catalog:
    """Return all messages of the pages, in order, without line numbers: they would change with every edit."""
    catalog = Catalog(project="eranos", fuzzy=False)
    found = extract_from_dir(SOURCES, METHODS, OPTIONS, keywords=KEYWORDS)
    for file, _line, message, _comments, _context in sorted(found, key=lambda one: str(one[2])):
        catalog.add(message, locations=[(file, 0)])
    return catalog


def written(catalog: Catalog) -> bytes:
    """Return a catalogue as a file that is the same for the same messages."""
    file = BytesIO()
    write_po(file, catalog, width=120, omit_header=True, include_lineno=False, sort_output=True, include_previous=False)
    return file.getvalue()


def mistakes(*, complete: bool = True) -> Iterator[str]:
    """Yield what is wrong with the catalogues, one line each; if `complete`, also what is not translated."""
    catalog = gather()
    if not TEMPLATE.exists() or TEMPLATE.read_bytes() != written(catalog):
        yield f"{TEMPLATE.name} is not what the pages say: run `make messages`"
    for language in Language:
        if language is not Language.ENGLISH:
            yield from _mistakes_of(language, catalog, complete=complete)


def write() -> None:
    """Write the template, and bring every catalogue that is there in line with it."""
    catalog = gather()
    FOLDER.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(written(catalog))
    for language in Language:
        path = catalogue_path(language)
        if path.exists():
            translated = _read(path, language)
            translated.update(catalog, no_fuzzy_matching=True)
            translated.obsolete.clear()
            path.write_bytes(_with_header(translated))


def _mistakes_of(language: Language, catalog: Catalog, *, complete: bool) -> Iterator[str]:
    path = catalogue_path(language)
    if not path.exists():
        if complete:
            yield f"{language}: no catalogue"
        return
    translated = _read(path, language)
    known = {message.id for message in catalog if message.id}
    for message in translated:
        if not message.id:
            continue
        if message.id not in known:
            yield f"{language}: unused: {message.id}"
        if message.fuzzy or (complete and not all(_forms(message.string))):
            yield f"{language}: not translated: {message.id}"
        for error in message.check(translated) if any(_forms(message.string)) else ():
            yield f"{language}: {error}: {message.id}"
    yield from (f"{language}: missing: {one}" for one in sorted(map(str, known - {m.id for m in translated})))


def _forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str) or text is None else tuple(text)


def _read(path: Path, language: Language) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=str(language), domain=DOMAIN)


def _with_header(catalog: Catalog) -> bytes:
    """Return a translated catalogue as a file; of the header only what programs need."""
    file = BytesIO()
    catalog.header_comment = HEADER
    write_po(file, catalog, width=120, include_lineno=False, sort_output=True, ignore_obsolete=True)
    lines = file.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(NOT_NEEDED)).encode()


def main(arguments: list[str]) -> int:
    """Write or check the catalogues; return the exit status."""
    if arguments == ["--write"]:
        write()
        return 0
    found = list(mistakes())
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
