"""The pages that explain the API: `/docs` from the OpenAPI document, `/problems` from the problem types.

They are plain HTML made here: nothing is loaded from anywhere else, and nothing needs JavaScript.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from typing import Annotated, Any, Final

from fastapi import APIRouter, FastAPI, Path, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel

from api import fields
from api.problems import INVALID_PARAMETER, PROBLEM_TYPES, UNKNOWN_PARAMETER, UNKNOWN_PROBLEM, failures
from serving.problems import Problem, ProblemType

STYLE: Final = """
body { font: 1rem/1.5 system-ui, sans-serif; color: #1b1b1b; background: #fff }
body { max-width: 60rem; margin: auto; padding: 1rem }
h2 { border-bottom: 2px solid #1b1b1b } h3 code { font-size: 1.1rem } code { background: #f0f0f0; padding: 0 .2em }
table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid #767676; padding: .3em .5em; text-align: left; vertical-align: top }
a { color: #00449e } :focus-visible { outline: 3px solid #00449e }
"""
CSP: Final = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
CACHED: Final = {"Content-Security-Policy": CSP, "Cache-Control": "public, max-age=300"}

router = APIRouter(include_in_schema=False)
problems_router = APIRouter(prefix="/problems", tags=["problems"])


class ProblemExplanation(BaseModel):
    """What a kind of problem means."""

    type: fields.Path
    title: str
    status: int
    meaning: str
    remedy: str


class ProblemList(BaseModel):
    """Every kind of problem."""

    problems: list[ProblemExplanation]


@router.get("/")
async def home() -> Response:
    """Lead to the reference."""
    return Response(status_code=307, headers={"Location": "/docs"})


@router.get("/docs")
async def reference(request: Request) -> HTMLResponse:
    """Show every route of the API."""
    app: FastAPI = request.app
    return _html(f"{app.title}: reference", "".join(_reference(app.openapi())))


@problems_router.get(
    "", summary="List kinds of problems", response_model=ProblemList, responses=failures(UNKNOWN_PARAMETER)
)
async def list_problems(request: Request) -> Response:
    """Return every kind of problem that an answer can be; as a page where HTML is preferred."""
    if _prefers_html(request):
        return _html("Problems", "".join(_problem_html(kind) for kind in PROBLEM_TYPES.values()))
    return JSONResponse({"problems": [_problem(kind).model_dump() for kind in PROBLEM_TYPES.values()]})


@problems_router.get(
    "/{name}",
    summary="Explain a kind of problem",
    response_model=ProblemExplanation,
    responses=failures(INVALID_PARAMETER, UNKNOWN_PARAMETER, UNKNOWN_PROBLEM),
)
async def explain_problem(
    request: Request, name: Annotated[str, Path(max_length=60, examples=["invalid-address"])]
) -> Response:
    """Return what a kind of problem means and what to do; as a page where HTML is preferred."""
    kind = PROBLEM_TYPES.get(name)
    if kind is None:
        raise Problem(UNKNOWN_PROBLEM, UNKNOWN_PROBLEM.meaning)
    if _prefers_html(request):
        return _html(kind.title, _problem_html(kind))
    return JSONResponse(_problem(kind).model_dump())


def _prefers_html(request: Request) -> bool:
    accepted = [part.split(";")[0].strip() for part in request.headers.get("accept", "").lower().split(",")]
    return next((kind for kind in accepted if kind in {"text/html", "application/json"}), "") == "text/html"


def _problem(kind: ProblemType) -> ProblemExplanation:
    return ProblemExplanation(**kind.explanation())


def _problem_html(kind: ProblemType) -> str:
    return (
        f'<h2 id="{kind.name}">{escape(kind.title)}</h2><p><code>{kind.name}</code>, status {kind.status}.</p>'
        f"<p>{escape(kind.meaning)}</p><p><strong>What to do:</strong> {escape(kind.remedy)}</p>"
    )


def _html(title: str, body: str) -> HTMLResponse:
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    return HTMLResponse(page, headers={**CACHED, "Vary": "Accept"})


def _reference(document: Mapping[str, Any]) -> Iterator[str]:
    yield f"<p>{escape(document['info'].get('description', ''))}</p>"
    yield '<p>The same for machines: <a href="/openapi.json">/openapi.json</a>. Every kind of error: '
    yield '<a href="/problems">/problems</a>.</p><h2>Routes</h2>'
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield from _operation(path, method, operation)
    yield "<h2>Records</h2>"
    for name, schema in document["components"]["schemas"].items():
        yield from _schema(name, schema)


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[str]:
    shown = f'<a href="{path}">{escape(path)}</a>' if "{" not in path else escape(path)
    yield f"<h3><code>{method.upper()} {shown}</code></h3><p>{escape(operation.get('description', ''))}</p>"
    if parameters := operation.get("parameters"):
        yield "<table><thead><tr><th>parameter</th><th>in</th><th>form</th><th>meaning</th></tr></thead><tbody>"
        for one in parameters:
            name = escape(one["name"]) + (" *" if one.get("required") else "")
            yield f"<tr><td><code>{name}</code></td><td>{one['in']}</td><td>{_form(one['schema'])}</td>"
            yield f"<td>{escape(one.get('description', ''))}</td></tr>"
        yield "</tbody></table>"
    yield "<ul>"
    for status, response in operation["responses"].items():
        forms = [_form(content["schema"]) for content in response.get("content", {}).values() if "schema" in content]
        yield f"<li>{status}: {escape(response['description'])} {', '.join(forms)}</li>"
    yield "</ul>"


def _schema(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f'<h3 id="{escape(name)}">{escape(name)}</h3><p>{escape(schema.get("description", ""))}</p>'
    if "enum" in schema:
        yield f"<p>{_form(schema)}</p>"
    if properties := schema.get("properties"):
        yield "<table><thead><tr><th>field</th><th>form</th><th>meaning</th></tr></thead><tbody>"
        for field, form in properties.items():
            yield f"<tr><td><code>{escape(field)}</code></td><td>{_form(form)}</td>"
            yield f"<td>{escape(form.get('description', ''))}</td></tr>"
        yield "</tbody></table>"


def _form(schema: Mapping[str, Any]) -> str:
    """Return what values a schema allows, as HTML."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[1])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_form(part) for part in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_form(schema['items'])}"
    form = escape(str(schema.get("type", "any value")))
    for key, word in (("format", ""), ("pattern", "matching"), ("minimum", "from"), ("maximum", "to")):
        if key in schema:
            form += f" {word} <code>{escape(str(schema[key]))}</code>"
    return form
