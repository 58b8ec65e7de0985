"""Answers as of an earlier block: what a mirror that ends at that block answers.

at=
├── a block in which something happened ... every record as a mirror of the chain up to it has it
├── a block in which nothing did .......... as of the last one before it in which something did
├── a label ............................... as of what the node called so
├── before all, or not indexed yet ........ 404, a problem
└── a finalized block by number ........... may be kept for ever
"""

import copy
import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import select

from api.app import create_app
from api.settings import Settings
from indexer.store.models import (
    Attestation,
    Campaign,
    CreditBalance,
    Entity,
    Listing,
    Offer,
    Order,
    Pledge,
    Pool,
    Redemption,
    Reservation,
)
from indexer.store.session import open_engine, reading
from tests.api.client import Answer, Client, serving
from tests.api.conftest import index
from tests.indexer.fake_chain import FakeNode

SEED = 19
BLOCKS = 300
STOPS = 6
"""Blocks drawn at which a second mirror ends."""
EACH = 5
"""Records of a kind that are asked for at each of them."""

RECORDS: Final[dict[str, Any]] = {
    "/v1/campaigns/{}": select(Campaign.campaign_id),
    "/v1/campaigns/{}/pledges/{}": select(Pledge.campaign_id, Pledge.backer),
    "/v1/backers/{}": select(Pledge.backer).distinct(),
    "/v1/pools/{}": select(Pool.pool_id),
    "/v1/pools/{}/campaigns/{}": select(Reservation.pool_id, Reservation.campaign_id),
    "/v1/listings/{}": select(Listing.listing_id),
    "/v1/orders/{}": select(Order.order_id),
    "/v1/offers/{}": select(Offer.offer_id),
    "/v1/redemptions/{}": select(Redemption.redemption_id),
    "/v1/attestations/{}": select(Attestation.redemption_id),
    "/v1/entities/{}": select(Entity.entity_id),
    "/v1/credits/holders/{}": select(CreditBalance.account),
}
"""Path -> what to put into it."""


@dataclass
class Past:
    """A mirror of a whole chain, and mirrors of its beginnings."""

    node: FakeNode
    folder: Path
    empty: Path
    stack: ExitStack
    asked: dict[int, Client] = field(default_factory=dict)

    def ending_at(self, block: int) -> Client:
        """Return a client of a mirror that ends at a block."""
        if block not in self.asked:
            path, node = self.folder / f"{block}.db", copy.copy(self.node)
            node.blocks = self.node.blocks[: block + 1]
            index(node, path, self.empty)
            app = create_app(Settings(database_url=f"sqlite:///{path}", requests_per_minute=0))
            self.asked[block] = self.stack.enter_context(serving(app))
        return self.asked[block]

    @property
    def head(self) -> int:
        """Return the last block."""
        return len(self.node.blocks) - 1

    @property
    def finalized(self) -> int:
        """Return the last final block."""
        return self.head - self.node.finality

    @property
    def whole(self) -> Client:
        """Return a client of the mirror of all blocks."""
        return self.ending_at(self.head)

    def paths(self) -> dict[str, list[str]]:
        """Return the path of every record that there ever was, kind by kind."""
        self.ending_at(self.head)
        engine = open_engine(f"sqlite:///{self.folder / f'{self.head}.db'}")
        with reading(engine) as connection:
            found = {path: [path.format(*key) for key in connection.execute(keys)] for path, keys in RECORDS.items()}
        engine.dispose()
        return found | {"/v1/credits": ["/v1/credits"]}

    def busy(self) -> list[int]:
        """Return the blocks in which something happened."""
        return [number for number, block in enumerate(self.node.blocks) if block.logs]


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory, blank: Path) -> Iterator[Past]:
    """Return a chain in which everything happens."""
    node = FakeNode(SEED)
    node.grow(BLOCKS, acts=8)
    with ExitStack() as stack:
        yield Past(node, tmp_path_factory.mktemp("past"), blank, stack)


def told(answer: Answer) -> Any:
    """Return what an answer says, without what is different between two mirrors of the same block."""
    document = answer.json()
    if document.get("as_of"):
        del document["as_of"]["label"]
    if "links" in document:
        del document["links"]
    return document


def test_records__as_of_any_block__are_what_a_mirror_that_ends_there_has(past: Past) -> None:
    paths, chance = past.paths(), random.Random(SEED)
    answered = dict.fromkeys(paths, 0)

    for block in chance.sample(past.busy(), STOPS):
        then = past.ending_at(block)
        for kind, all_of_kind in paths.items():
            for path in chance.sample(all_of_kind, min(EACH, len(all_of_kind))):
                old, expected = past.whole.get(f"{path}?at={block}"), then.get(path)

                assert (old.status, told(old)) == (expected.status, told(expected)), f"{path}?at={block}"
                answered[kind] += old.status == 200

    assert all(answered.values()), answered


@pytest.mark.parametrize("path", ["/v1/campaigns/1", "/v1/credits"])
def test_answer__at_a_block_in_which_nothing_happened__is_of_the_last_one_in_which_something_did(
    past: Past, path: str
) -> None:
    busy = past.busy()
    quiet = next(n for n in range(past.finalized - 1, 0, -1) if n not in busy)
    last = max(number for number in busy if number < quiet)

    answer, expected = past.whole.get(f"{path}?at={quiet}"), past.whole.get(f"{path}?at={last}")

    assert answer.json()["as_of"]["block_number"] == last
    assert told(answer) == told(expected)


@pytest.mark.parametrize("label", ["safe", "finalized"])
def test_answer__at_a_label__is_of_what_the_node_called_so(past: Past, label: str) -> None:
    answer = past.whole.get(f"/v1/campaigns/1?at={label}")

    assert answer.json()["as_of"]["label"] in {"safe", "finalized"}
    assert answer.json()["as_of"]["block_number"] <= past.head
    assert answer.headers["cache-control"] == "no-cache"
    if label == "finalized":
        assert told(answer) == told(past.whole.get(f"/v1/campaigns/1?at={past.finalized}"))


def test_answer__at_the_head__is_the_present_one(past: Past) -> None:
    now = past.whole.get("/v1/campaigns/1")

    for at in ("head", past.head):
        assert past.whole.get(f"/v1/campaigns/1?at={at}").body == now.body


def test_answer__at_a_block_above_the_finalized_one__may_change(past: Past) -> None:
    last_block = past.head - 1

    answer = past.whole.get(f"/v1/campaigns/1?at={last_block}")

    assert answer.json()["as_of"]["block_number"] == last_block, "it is known, whether or not something happened"
    assert answer.headers["cache-control"] == "no-cache"


def test_answer__at_a_finalized_block__may_be_kept_for_ever(past: Past) -> None:
    path = f"/v1/campaigns/1?at={past.finalized}"

    answer = past.whole.get(path)
    again = past.whole.get(path, {"If-None-Match": answer.headers["etag"]})

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.json()["as_of"]["label"] == "finalized"
    assert (again.status, again.headers["cache-control"]) == (304, answer.headers["cache-control"])


@pytest.mark.parametrize(
    "at, detail",
    [(0, "Nothing happened up to block 0"), (10**6, f"Block 1000000 is not indexed yet; the last one is {BLOCKS}")],
)
@pytest.mark.parametrize("path", ["/v1/campaigns/1", "/v1/credits", "/v1/entities/1"])
def test_answer__without_a_state__is_a_problem(past: Past, path: str, at: int, detail: str) -> None:
    answer = past.whole.get(f"{path}?at={at}")

    assert (answer.status, answer.problem, answer.json()["detail"]) == (404, "unknown-block", detail)


@pytest.mark.parametrize("at", ["", "latest", "HEAD", "-1", "1.5", "007", "0x10", str(2**43), str(2**256), "1e3"])
def test_block__written_wrongly__is_refused(past: Past, at: str) -> None:
    assert past.whole.get(f"/v1/campaigns/1?at={at}").problem == "invalid-parameter"


def test_record__before_it_was_made__is_unknown_as_of_then(past: Past) -> None:
    made = past.whole.get("/v1/campaigns/2").json()["campaign"]["submitted_at"]
    block = next(number for number in past.busy() if past.node.blocks[number].logs)

    answer = past.whole.get(f"/v1/campaigns/2?at={block}")

    assert (answer.status, answer.problem, bool(made)) == (404, "unknown-campaign", True)
    assert answer.json()["as_of"]["block_number"] == block


def test_lists__take_no_block(past: Past) -> None:
    assert past.whole.get("/v1/campaigns?at=5").problem == "unknown-parameter"


def test_contract__before_its_first_record__has_no_name_yet(tmp_path: Path, blank: Path) -> None:
    node = FakeNode(SEED)
    node.grow(4, acts=0)
    node.add([("Marketplace", "EntryPaused", {"until": 10**10})])  # no journal counts it
    paused = len(node.blocks) - 1
    node.grow(80, acts=8)
    with ExitStack() as stack:
        own = Past(node, tmp_path, blank, stack)
        now, old, expected = (
            asked.get(f"/v1/credits{at}").json()
            for asked, at in ((own.whole, ""), (own.whole, f"?at={paused}"), (own.ending_at(paused), ""))
        )

    assert [one["address"] for one in old["credits"]["escrows"]] == [None, None]
    assert old["credits"] == expected["credits"]
    assert None not in [one["address"] for one in now["credits"]["escrows"]]
