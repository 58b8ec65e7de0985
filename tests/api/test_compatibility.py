"""A change of the API
that takes something from callers is named: a path, a parameter or a value of one, a field, another type
that only adds is none
and is seen at all: the document in the repository is the API's
"""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from api import compatibility
from api.compatibility import KEPT, breaks, main

OLD: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))
LIST = "/v1/campaigns"


def changed() -> dict[str, Any]:
    return deepcopy(OLD)


def parameter(document: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (one for one in document["paths"][LIST]["get"]["parameters"] if one["name"] == name)
    return found  # type: ignore[no-any-return]


def test_path__gone__breaks() -> None:
    new = changed()
    del new["paths"][LIST]

    assert list(breaks(OLD, new)) == [f"GET {LIST} is gone"]


def test_parameter__gone__breaks() -> None:
    new = changed()
    new["paths"][LIST]["get"]["parameters"].remove(parameter(new, "territory"))

    assert list(breaks(OLD, new)) == [f"GET {LIST}: parameter territory is gone"]


def test_parameter__required_now__breaks() -> None:
    new = changed()
    parameter(new, "territory")["required"] = True

    assert list(breaks(OLD, new)) == [f"GET {LIST}: parameter territory is required now"]


def test_parameter__new__breaks_only_if_required() -> None:
    new = changed()
    one = {"in": "query", "name": "x", "schema": {"type": "string"}}
    new["paths"][LIST]["get"]["parameters"].append(one)
    assert list(breaks(OLD, new)) == []

    one["required"] = True
    assert list(breaks(OLD, new)) == [f"GET {LIST}: parameter x is new and required"]


@pytest.mark.parametrize(("name", "value"), [("CampaignSort", "raised"), ("Phase", "live")])
def test_value_of_a_parameter__gone__breaks(name: str, value: str) -> None:
    new = changed()
    new["components"]["schemas"][name]["enum"].remove(value)

    assert any(f"no longer takes {value}" in line for line in breaks(OLD, new))


def test_field__gone__breaks_every_answer_that_held_it() -> None:
    new = changed()
    del new["components"]["schemas"]["CurrencyUnit"]["properties"]["symbol"]

    found = list(breaks(OLD, new))
    assert f"GET {LIST}: 200.items[].currency.symbol is gone" in found
    assert all(line.endswith("currency.symbol is gone") for line in found)


def test_field__of_another_type__breaks() -> None:
    new = changed()
    new["components"]["schemas"]["Campaign"]["properties"]["backers"] = {"type": "string"}

    assert list(breaks(OLD, new)) == [f"GET {LIST}: 200.items[].backers was integer and is string"]


def test_field__that_may_be_null_now__breaks() -> None:
    new = changed()
    new["components"]["schemas"]["Campaign"]["properties"]["backers"] = {
        "anyOf": [{"type": "integer"}, {"type": "null"}]
    }

    assert list(breaks(OLD, new)) == [f"GET {LIST}: 200.items[].backers was integer and is null or value"]


def test_answer__of_success__gone_breaks_and_a_failure_does_not() -> None:
    new = changed()
    responses = new["paths"][LIST]["get"]["responses"]
    del responses["503"]
    assert list(breaks(OLD, new)) == []

    del responses["304"]
    assert list(breaks(OLD, new)) == [f"GET {LIST}: no longer answers 304"]


def test_addition__of_a_path_a_field_and_a_value__breaks_nobody() -> None:
    new = changed()
    new["paths"]["/v1/new"] = new["paths"][LIST]
    new["components"]["schemas"]["Campaign"]["properties"]["new"] = {"type": "integer"}
    new["components"]["schemas"]["CampaignSort"]["enum"].append("new")

    assert list(breaks(OLD, new)) == []


def test_document__in_the_repository__is_the_apis() -> None:
    assert main(["--check"]) == 0


def test_write__of_a_break__is_refused_unless_it_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "openapi.json"
    old = changed()
    old["paths"]["/v1/old"] = old["paths"][LIST]
    kept.write_text(json.dumps(old))
    monkeypatch.setattr(compatibility, "KEPT", kept)

    assert main(["--check"]) == 1
    assert main(["--write"]) == 1
    assert "GET /v1/old is gone" in capsys.readouterr().out
    assert json.loads(kept.read_text()) == old
    assert main(["--write", "--breaking"]) == 0
    assert main(["--check"]) == 0
