"""Every act of `web.acts.ALL` fits the contracts it calls."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pytest
from eth_abi.abi import encode
from eth_utils.abi import collapse_if_tuple

import deployments
import relay.acts
from tests.api.client import Client
from tests.web.reading import read
from web.acts import ALL
from web.acts.forms import function_of, selector_of
from web.acts.model import Act, Field, Kind, filled, given, leaves, typed

each_act = pytest.mark.parametrize("act", ALL, ids=lambda act: f"{act.function}-{act.title}".replace(" ", "_"))


def names_of(fields: Sequence[Field]) -> set[str]:
    return {field.name for field in fields} | {one.name for field in fields for one in field.fields}


def check_shape(inputs: Sequence[Mapping[str, Any]], args: Any, where: str) -> None:
    """Compare a template with the arguments of a function, structs by the names of their members."""
    assert len(inputs) == len(args), where
    for one, arg in zip(inputs, args, strict=True):
        repeated = isinstance(arg, dict) and arg.get("$") == "each"
        templates = [arg["of"]] if repeated else arg if isinstance(arg, list) else [arg]
        for template in templates:
            if one["type"].startswith("tuple") and not (isinstance(template, dict) and "$" in template):
                assert {part["name"] for part in one["components"]} == set(template), where
                assert one["type"].endswith("[]") == (template is not arg), where


@each_act
def test_act__calls__fit_the_abi(act: Act) -> None:
    for contract, function, args in act.calls():
        check_shape(function_of(contract, function)["inputs"], args, f"{contract}.{function}")


@each_act
def test_act__names__are_of_its_own_fields_permits_and_lookups(act: Act) -> None:
    templates = [*(args for _, _, args in act.calls()), *(p.amount for p in act.permits)]
    for leaf in (leaf for template in templates for leaf in leaves(template)):
        match leaf["$"]:
            case "field" | "when" | "file" | "digest" | "each" | "worded" | "signed":
                assert leaf["name"] in names_of(act.fields), leaf
            case "read":
                assert leaf["name"] in {lookup.name for lookup in act.lookups}, leaf
            case "permit":
                assert leaf["index"] < len(act.permits), leaf
                assert leaf["part"] in {"deadline", "v", "r", "s"}, leaf
            case kind:
                assert kind in {"account", "now", "given", "document", "salt", "sealed", "contract", "call"}, leaf


@each_act
def test_act__with_permits__may_take_exactly_what_it_pledges(act: Act) -> None:
    for permit in act.permits:
        called = leaves([act.args, act.permit_args])
        assert any(leaf == permit.amount for leaf in called), "the amount of a permit is one of the call's"


@each_act
def test_act__choices__have_words_and_no_field_twice(act: Act) -> None:
    names = [field.name for field in act.fields]
    assert len(names) == len(set(names))
    for field in act.fields:
        assert bool(field.fields) == (field.kind is Kind.ROWS)
        assert act.title
        assert act.button
        assert act.then


NOT_OFFERED: Final = {
    ("MatchFunding", "fundPool"),  # allowed by an approval, which needs gas anyway
}
"""What the relay carries, and no page asks it to."""


def calls_of(acts: Iterable[Act], *, gasless: bool) -> set[tuple[str, str]]:
    """Return contract and function of what acts send, by whether they may go through the relay."""
    return {
        (act.contract, function)
        for act in acts
        if act.gasless is gasless
        for function in (act.function, act.permit_function)
        if function
    }


CARRIED: Final = {(contract, function) for contract, functions in relay.acts.ACTS.items() for function in functions}


def test_gasless__of_an_act_that_the_relay_refuses__is_found() -> None:
    invented = replace(next(iter(ALL)), function="pause", permit_function="", gasless=True)

    assert calls_of([*ALL, invented], gasless=True) - CARRIED == {("Crowdfunding", "pause")}


def test_gasless__is_said_of_exactly_what_the_relay_carries() -> None:
    assert calls_of(ALL, gasless=True) == CARRIED - NOT_OFFERED
    assert calls_of(ALL, gasless=False) & CARRIED <= NOT_OFFERED


def test_selector__of_structs__is_that_of_the_compiler() -> None:
    entry = function_of("Crowdfunding", "submitCampaign")
    types = ",".join(collapse_if_tuple(dict(one)) for one in entry["inputs"])
    assert types.endswith(",(uint16,uint40,bytes32)[]")
    assert selector_of(entry) == "0xd0e2e68a"
    assert len(encode(["bytes4"], [bytes.fromhex(selector_of(entry)[2:])])) == 32


def test_function_of__unknown__is_refused() -> None:
    with pytest.raises(KeyError, match="no function steal"):
        function_of("Crowdfunding", "steal")


def test_filled__what_the_page_does_not_know__is_refused() -> None:
    assert filled([given("campaign"), typed("amount")], {"campaign": 7}) == [7, {"$": "field", "name": "amount"}]
    with pytest.raises(KeyError, match="campaign"):
        filled([given("campaign")], {})


def test_form__without_a_deployment__says_so(pages: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(deployments.FOLDER_VARIABLE, "/nowhere")
    page = read(pages.get("/en/campaigns/3/pledge?again").body)
    assert "does not know where the lab's contracts are" in page.text
    assert not list(page.all("form"))


def test_wallet_box__at_an_address_too_long_for_a_picture__has_the_address_alone(pages: Client) -> None:
    path = f"/en/campaigns/3/pledge?x={'y' * 3_000}"
    answer = pages.get(path)
    box = next(one for one in read(answer.body).all("section") if one.attributes.get("id") == "wallet")
    assert answer.status == 200
    assert [one.attributes["href"].endswith(path) for one in box.all("a") if "href" in one.attributes] == [True]
    assert not list(box.all("svg"))
    assert list(read(pages.get("/en/campaigns/3/pledge").body).all("svg"))
