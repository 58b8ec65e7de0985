"""A client in Python, generated from the OpenAPI document
is generated without a loss, but for what is no JSON
and reads from every route what the route answers

The document's examples
of parameters are answered as declared
of answers fit what they are examples of
"""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from urllib.parse import quote

import jsonschema
import pytest
from openapi_python_client.strings import PythonIdentifier

from api.compatibility import KEPT
from tests.api.client import Client
from tests.api.test_fuzz import GOOD, check

DOC: Final = json.loads(KEPT.read_text())
OPERATIONS: Final = {path: methods["get"] for path, methods in DOC["paths"].items()}
PACKAGE: Final = "eranos_client"
JSON: Final = "application/json"
UNKNOWN: Final = "0x" + "11" * 32


def answers_json(operation: Any) -> bool:
    """Return whether a route's success is JSON."""
    return list(operation["responses"]["200"].get("content", {})) == [JSON]


READABLE: Final = sorted(path for path, operation in OPERATIONS.items() if answers_json(operation))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return what the generator said; the package can be imported then."""
    folder = tmp_path_factory.mktemp("client")
    generator = Path(sys.executable).with_name("openapi-python-client")
    command: list[str | Path] = [
        generator,
        "generate",
        "--path",
        KEPT,
        "--meta",
        "none",
        "--output-path",
        folder / PACKAGE,
    ]
    # Not made pretty: whoever reads it would run a formatter of their own.
    config = folder / "config.yml"
    config.write_text("post_hooks: []\n")
    made = subprocess.run([*command, "--config", config], capture_output=True, text=True, check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield made.stdout + made.stderr
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def utc(answer: Any) -> Any:
    """Return an answer with times as the API writes them: Python writes another sign for UTC."""
    return json.loads(json.dumps(answer).replace('+00:00"', 'Z"'))


def module_of(operation: Any) -> ModuleType:
    """Return the generated module of a route."""
    tag, name = (PythonIdentifier(text, "") for text in (operation["tags"][0], operation["operationId"]))
    return importlib.import_module(f"{PACKAGE}.api.{tag}.{name}")


def test_client__of_the_document__is_generated_without_a_loss(package: str) -> None:
    lost = [line for line in package.splitlines() if line.startswith("WARNING parsing")]

    assert "Unable to process schema" not in package
    assert {line.split(" ")[3] for line in lost} <= {p for p in OPERATIONS if p not in READABLE}, package


def test_schemas__of_the_document__have_names_of_their_own() -> None:
    assert [name for name in DOC["components"]["schemas"] if "__" in name] == []


@pytest.mark.parametrize("path", READABLE)
def test_client__of_each_route__reads_what_it_answers(package: str, client: Client, path: str) -> None:
    assert package
    operation, opened = OPERATIONS[path], importlib.import_module(f"{PACKAGE}.client")
    good = {one["name"]: GOOD[one["name"]] for one in operation.get("parameters", []) if one["in"] == "path"}
    base, asked = f"http://127.0.0.1:{client.connection.port}", []
    hooks = {"event_hooks": {"request": [lambda request: asked.append(request.url.raw_path.decode())]}}

    with opened.Client(base_url=base, raise_on_unexpected_status=True, httpx_args=hooks) as session:
        answer = module_of(operation).sync_detailed(client=session, **good)

    raw = client.get(asked[0])
    assert asked[0].partition("?")[0] == quote(path.format(**good))
    assert (answer.status_code, utc(answer.parsed.to_dict())) == (raw.status, raw.json())


# Examples


def examples() -> Iterator[tuple[str, str, Any]]:
    """Yield (path, parameter, example) of each example of a parameter."""
    for path, operation in OPERATIONS.items():
        for parameter in operation.get("parameters", []):
            schema = parameter["schema"]
            found = [parameter["example"]] if "example" in parameter else []
            found += [one["value"] if isinstance(one, dict) else one for one in _listed(parameter.get("examples", []))]
            found += schema.get("examples", []) + [e for s in schema.get("anyOf", []) for e in s.get("examples", [])]
            yield from ((path, parameter["name"], example) for example in found)


def _listed(found: Any) -> list[Any]:
    return list(found.values()) if isinstance(found, dict) else found


@pytest.mark.parametrize("path, name, example", examples())
def test_example__of_a_parameter__is_answered_as_declared(
    client: Client, indexed_client: Client, path: str, name: str, example: Any
) -> None:
    operation = OPERATIONS[path]
    where = next(one["in"] for one in operation["parameters"] if one["name"] == name)
    good = GOOD | ({name: quote(str(example), safe="")} if where == "path" else {})
    query = "" if where == "path" else f"?{name}={quote(str(example), safe='')}"

    asked = indexed_client if name == "at" else client  # earlier blocks need a mirror made of events
    answer = asked.get(path.format(**good) + query)

    check(answer, operation, path)
    assert answer.status in {200, 404}, "it is written as it should be"


def test_examples__there_are__many() -> None:
    assert len(list(examples())) > len(OPERATIONS)


def schemas(node: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (place, schema) of everything in the document that has examples."""
    if isinstance(node, dict):
        if isinstance(node.get("examples"), list):
            yield place, node
        for key, value in node.items():
            yield from schemas(value, f"{place}/{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from schemas(value, f"{place}/{number}")


@pytest.mark.parametrize("part", ["components", "paths"])
def test_examples__of_every_schema__fit_it(part: str) -> None:
    found = list(schemas(DOC[part]))
    for place, schema in found:
        for example in schema["examples"]:
            validator = jsonschema.Draft202012Validator({**schema, "components": DOC["components"]})
            assert [error.message for error in validator.iter_errors(example)] == [], (place, example)
    assert len(found) > 20
