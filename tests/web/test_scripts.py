"""What a page loads by scripts is small, and encodes calls as the auditors' library does."""

import random
import re
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.abi import collapse_if_tuple

from tests.api.client import Client
from tests.web.reading import read
from tests.web.running import run
from tests.web.site import PAGES
from web.acts.forms import function_of, selector_of
from web.assets import Assets

READING, ACTING = 5 * 1024, 25 * 1024
FOR_ACTS = re.compile(
    r"/(my|desks?|register|recover(y|ies)|start|sell|basket|settle|pledge|withdraw|refund|object|collect|ask|close|transfer)\b"
)
"""Pages that are there for acts; all others are for reading."""


@pytest.fixture(scope="module")
def assets() -> Assets:
    return Assets()


@pytest.mark.parametrize("path", PAGES)
def test_page__loads_few_scripts(pages: Client, assets: Assets, path: str) -> None:
    page = read(pages.get(f"/en{path}").body)
    names = [one.attributes["src"] for one in page.all("script") if "src" in one.attributes]
    loaded = [assets.at(name) for name in names]
    limit = ACTING if FOR_ACTS.search(path) else READING
    assert sum(len(one.packed) for one in loaded if one) <= limit


SCRIPT = """
import { encodeCall } from "./web/wallet/abi.js";
import { typed } from "./web/wallet/arguments.js";
import { readFileSync } from "node:fs";
const cases = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map(({ item, args }) => encodeCall(item, typed(item.inputs, args)))));
"""


def sample(one: dict[str, Any], chance: random.Random) -> tuple[Any, Any]:
    """Return a value as a form gives it, and as eth_abi takes it."""
    kind = one["type"]
    if kind.endswith("[]"):
        items = [sample({**one, "type": kind[:-2]}, chance) for _ in range(chance.randrange(4))]
        return [left for left, _ in items], [right for _, right in items]
    if kind == "tuple":
        parts = {part["name"]: sample(part, chance) for part in one["components"]}
        return {name: left for name, (left, _) in parts.items()}, tuple(right for _, right in parts.values())
    if kind.startswith("uint"):
        value = chance.choice([0, 1, 2 ** int(kind[4:]) - 1, chance.randrange(2 ** int(kind[4:]))])
        return str(value), value
    if kind == "bool":
        flag = chance.random() < 0.5
        return flag, flag
    length = 20 if kind == "address" else int(kind[5:]) if kind != "bytes" else chance.randrange(80)
    raw = chance.randbytes(length)
    return f"0x{raw.hex()}", f"0x{raw.hex()}" if kind == "address" else raw


def test_encode_call__of_every_kind_of_argument__is_that_of_eth_abi() -> None:
    chance = random.Random(11)
    functions = [
        *(("Crowdfunding", name) for name in ("pledge", "pledgeWithPermit", "submitCampaign", "rule")),
        *(("Marketplace", name) for name in ("list", "placeOrders", "placeOrdersWithPermits", "settle")),
        ("MatchFunding", "openPool"),
    ]
    cases, expected = [], []
    for contract, name in functions:
        entry = function_of(contract, name)
        for _ in range(10):
            values = [sample(dict(one), chance) for one in entry["inputs"]]
            item = {"selector": selector_of(entry), "inputs": entry["inputs"]}
            cases.append({"item": item, "args": [left for left, _ in values]})
            types = [collapse_if_tuple(dict(one)) for one in entry["inputs"]]
            expected.append(selector_of(entry) + encode(types, [right for _, right in values]).hex())
    assert run(SCRIPT, cases) == expected
