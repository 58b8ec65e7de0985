"""Does the API still keep what it promised? Compares its OpenAPI document with the one in the repository.

    python -m api.compatibility --check      fails if they differ, and says what of it breaks callers
    python -m api.compatibility --write      writes the new one; breaking changes only with --breaking

A caller may rely on every path, parameter, value of a parameter and field of an answer that was there. New ones break
nobody, unless a new parameter is required.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

from api.app import create_app
from api.settings import Settings

KEPT: Final = Path(__file__).parent / "openapi.json"

FIRST_FAILURE: Final = 400

Document = Mapping[str, Any]


def main(arguments: list[str]) -> int:
    """Check or write the document; return 0 if all is well, else 1."""
    document = create_app(Settings(database_url="sqlite://")).openapi()
    text = json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    kept_text = KEPT.read_text(encoding="utf-8") if KEPT.exists() else ""
    broken = list(breaks(json.loads(kept_text), json.loads(text))) if kept_text else []
    if "--write" in arguments:
        if broken and "--breaking" not in arguments:
            click.echo(
                "\n".join([*broken, "Nothing written: add --breaking if it is meant, and say so in CHANGELOG.md."])
            )
            return 1
        KEPT.write_text(text, encoding="utf-8")
        return 0
    if text != kept_text:
        advice = "The API differs from api/openapi.json: run `make openapi`" + (
            " with ARGS=--breaking, and say so in CHANGELOG.md." if broken else "."
        )
        click.echo("\n".join([*broken, advice]))
        return 1
    return 0


def breaks(old: Document, new: Document) -> Iterator[str]:
    """Yield each way in which `new` breaks a caller of `old`, one line each."""
    for path, methods in old["paths"].items():
        for method, operation in methods.items():
            where = f"{method.upper()} {path}"
            now = new["paths"].get(path, {}).get(method)
            if now is None:
                yield f"{where} is gone"
            else:
                yield from _parameters(where, operation, now, old, new)
                yield from _answers(where, operation, now, old, new)


def _parameters(where: str, was: Document, now: Document, old: Document, new: Document) -> Iterator[str]:
    before = {(one["in"], one["name"]): one for one in was.get("parameters", [])}
    after = {(one["in"], one["name"]): one for one in now.get("parameters", [])}
    for key, parameter in before.items():
        name = f"{where}: parameter {key[1]}"
        if key not in after:
            yield f"{name} is gone"
            continue
        lost = _values(parameter["schema"], old) - _values(after[key]["schema"], new)
        if lost:
            yield f"{name} no longer takes {', '.join(sorted(lost))}"
        if after[key].get("required") and not parameter.get("required"):
            yield f"{name} is required now"
    for key in after.keys() - before.keys():
        if after[key].get("required"):
            yield f"{where}: parameter {key[1]} is new and required"


def _answers(where: str, was: Document, now: Document, old: Document, new: Document) -> Iterator[str]:
    for status, response in was["responses"].items():
        kept = now["responses"].get(status)
        if kept is None:
            if int(status) < FIRST_FAILURE:
                yield f"{where}: no longer answers {status}"
            continue
        for media_type, content in response.get("content", {}).items():
            if media_type not in kept.get("content", {}):
                yield f"{where}: {status} is no longer {media_type}"
            elif "schema" in content:
                schema = kept["content"][media_type].get("schema", {})
                yield from _fields(f"{where}: {status}", content["schema"], schema, old, new, ())


def _fields(
    where: str, was: Document, now: Document, old: Document, new: Document, seen: tuple[str, ...]
) -> Iterator[str]:
    """Yield what an answer held and holds no more, or in another form."""
    name = was.get("$ref", "")
    if name and name in seen:
        return
    was, now = _resolved(was, old), _resolved(now, new)
    if _kind(was) - _kind(now) or (_kind(now) - _kind(was)):
        yield f"{where} was {_said(was)} and is {_said(now)}"
        return
    for field, schema in was.get("properties", {}).items():
        if field not in now.get("properties", {}):
            yield f"{where}.{field} is gone"
        else:
            yield from _fields(f"{where}.{field}", schema, now["properties"][field], old, new, (*seen, name))
    if "items" in was and "items" in now:
        yield from _fields(f"{where}[]", was["items"], now["items"], old, new, (*seen, name))
    for one, other in zip(_choices(was), _choices(now), strict=False):
        yield from _fields(where, one, other, old, new, (*seen, name))


def _choices(schema: Document) -> list[Document]:
    """Return the choices of a schema, but null."""
    return [one for one in schema.get("anyOf", []) if one.get("type") != "null"]


def _kind(schema: Document) -> set[str]:
    """Return the JSON types a value may have; the form of a choice is compared by itself."""
    if "anyOf" in schema:
        return {"null" if one.get("type") == "null" else "value" for one in schema["anyOf"]}
    return {str(schema.get("type", "any"))}


def _said(schema: Document) -> str:
    return " or ".join(sorted(_kind(schema)))


def _values(schema: Document, document: Document) -> set[str]:
    """Return the values a parameter takes if there is a list of them."""
    schema = _resolved(schema, document)
    inner = [schema["items"]] if "items" in schema else schema.get("anyOf", [])
    return {str(value) for value in schema.get("enum", [])}.union(*(_values(one, document) for one in inner))


def _resolved(schema: Document, document: Document) -> Document:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
