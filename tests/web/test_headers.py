"""Headers that keep browsers safe, on pages, problems and files alike."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.api.client import Client, serving
from tests.web.conftest import settings_of
from web.app import create_app
from web.headers import headers_of


@pytest.mark.parametrize(
    "path", ["/en", "/en/campaigns/1", "/en/nothing", "/", "/en/campaigns?limit=0", "/static/none.css"]
)
def test_headers__of_every_answer__keep_browsers_safe(pages: Client, path: str) -> None:
    headers = pages.get(path).headers

    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["connect-src"] == "'self' https://relay.example.org"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


def test_headers__let_scripts_speak_to_the_services_that_are_set(mirror: Path) -> None:
    services = {
        "relay_url": "https://relay.example",
        "documents_url": "https://documents.example:8443",
        "rpc_url": "wss://node.example/key",
    }
    policy = headers_of(settings_of(mirror).model_copy(update=services))["Content-Security-Policy"]

    assert "connect-src 'self' https://relay.example https://documents.example:8443 wss://node.example;" in policy


@pytest.mark.parametrize("name", ["relay_url", "documents_url", "rpc_url", "url"])
@pytest.mark.parametrize(
    "value", ["https://x.example; script-src *", "javascript:alert(1)", "x.example", "https://a b"]
)
def test_settings__that_would_widen_the_policy__are_refused(mirror: Path, name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        type(settings_of(mirror))(**{name: value})


def test_api__beside_the_pages__answers_as_it_does_alone(pages: Client) -> None:
    assert pages.get("/v1/campaigns/1").json()["campaign"]["campaign_id"] == 1
    assert pages.get("/v1/nothing").problem == "not-found"
    assert pages.get("/problems").status == pages.get("/docs").status == pages.get("/health").status == 200


def test_page__is_packed_for_who_understands_that(mirror: Path) -> None:
    with serving(create_app(settings_of(mirror))) as pages:
        packed = pages.get("/en/campaigns", {"Accept-Encoding": "gzip"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["vary"]
