"""A delivery address stays between two people: the chain has its salted hash, a link carries it, the server neither."""

import hashlib
import json
from typing import Any

import pytest

from indexer.store.models import OrderState
from tests.api import case_rows as c
from tests.api.rows import DAY, NOW
from tests.web.conftest import Show
from tests.web.reading import Element
from tests.web.running import run
from tests.web.test_market_desks import market
from web.acts.baskets import item

TEXT = "Calle Feria 1\n41003 Sevilla – شارع"
SEALING = """
import { contextOf, fillIn } from "./web/wallet/arguments.js";
import { readFileSync } from "node:fs";
const { template, text } = JSON.parse(readFileSync(0, "utf8"));
const context = contextOf({ account: "0x", now: 0, values: { address: text } });
const [one, again] = [await fillIn(template, context), await fillIn(template, context)];
const other = await fillIn(template, contextOf({ account: "0x", now: 0, values: { address: text } }));
console.log(JSON.stringify({ one, again, other, kept: Object.fromEntries(context.sealed) }));
"""
OPENING = """
import { isSealed, textOf } from "./web/wallet/address.js";
import { behind, packed, unpacked } from "./web/wallet/handover.js";
import { readFileSync } from "node:fs";
const { text, hash } = JSON.parse(readFileSync(0, "utf8"));
const found = unpacked(behind(`#address=${packed(text)}`, "address"));
console.log(JSON.stringify({
  same: found === text, is: await isSealed(found, hash), changed: await isSealed(found + " ", hash),
  said: textOf(found),
  broken: [unpacked("%"), unpacked("_w"), behind("#", "address"), textOf("no JSON"), textOf("{}")],
}));
"""


def test_sealed__address__is_kept_with_a_salt_of_its_own_below_its_hash() -> None:
    template = item(1, 1, 2, "0x", 0)["addressHash"]
    done = run(SEALING, {"template": template, "text": TEXT})

    (kept,) = done["kept"].items()
    assert kept[0] == done["one"] == done["again"] != done["other"]
    assert kept[0] == "0x" + hashlib.sha256(kept[1].encode()).hexdigest()
    content = json.loads(kept[1])
    assert content["text"] == TEXT
    assert len(content["salt"]) == len("6b1c2f0e-0000-4000-8000-000000000000")


def test_link__carries_the_address_and_another_one_is_told_from_it() -> None:
    text = json.dumps({"salt": "s", "text": TEXT, "type": "delivery-address"}, ensure_ascii=False)
    done = run(OPENING, {"text": text, "hash": "0x" + hashlib.sha256(text.encode()).hexdigest()})

    assert done == {
        "same": True,
        "is": True,
        "changed": False,
        "said": TEXT,
        "broken": [None, None, None, "", ""],
    }


def sections(page: Element) -> list[Element]:
    return [one for one in page.all("section") if "data-address" in one.attributes]


@pytest.mark.parametrize(
    ("changes", "linked"),
    [
        ({}, False),
        ({"state": OrderState.ACCEPTED, "accepted_at": NOW - DAY}, True),
        ({"state": OrderState.DECLINED, "window_ends_at": None, "ended_at": NOW, "seller_bps": 0}, False),
    ],
)
def test_order__link_for_the_seller__is_offered_once_it_is_accepted(
    show: Show, changes: dict[str, Any], linked: bool
) -> None:
    (section,) = sections(show("/en/orders/1/desk", market(c.listing(1), c.order(1, **changes))))

    assert any("data-address-link" in one.attributes for one in section.all("input")) == linked
    assert section.attributes["data-path"] == "/orders/1/desk"
    hidden = {one.attributes["data-say"] for one in section.all() if "hidden" in one.attributes}
    assert hidden == {"known", "wrong"}


def test_order__to_no_address__asks_for_none(show: Show) -> None:
    page = show("/en/orders/1/desk", market(c.listing(1), c.order(1, address_hash=None)))

    assert sections(page) == []
