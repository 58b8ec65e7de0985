"""Handlers: pure, complete, and indifferent to how events are cut into batches."""

import copy
from collections.abc import Sequence

import pytest

from indexer.decode import EventRow, decode
from indexer.errors import EventsInconsistent
from indexer.handlers import HANDLERS, TABLES, Place, Rows, fold, linked_places, places
from indexer.handlers.crowdfunding import territory
from indexer.handlers.folding import Touch, handles
from indexer.store.event_tables import EVENTS
from indexer.store.rows import Row
from tests.indexer.fake_chain import FakeNode
from tests.indexer.fake_lab import FakeLab
from tests.indexer.fake_pools import Emitted

ONLY_STORED = {"AuthorityUpdated", "Approval", "EIP712DomainChanged", "ExecutedForwardRequest"}


@pytest.fixture
def events(node: FakeNode) -> list[EventRow]:
    """Return every event of the chain, decoded."""
    decoded = decode([log for block in node.blocks for log in block.logs], node.watched().names, {})
    assert decoded.quarantined == []
    return decoded.rows


def test_handles__event_that_does_not_exist__refused() -> None:
    with pytest.raises(LookupError, match="Crowdfunding has no event PledgeLost"):
        handles("Crowdfunding", "PledgeLost", Touch("pledges", ("campaign_id",)))(lambda e: ())


def test_fold__first_event_of_a_subject_is_missing__refused(events: list[EventRow]) -> None:
    without = [row for row in events if row.event.name != "EntityRegistered"]
    with pytest.raises(EventsInconsistent, match="speaks of entities"):
        fold(without, {})


def test_handlers__of_every_event__but_those_only_stored() -> None:
    assert {name for _, name in EVENTS.keys() - HANDLERS.keys()} == ONLY_STORED


def test_fold__rows__have_every_column_and_are_where_they_were_announced(events: list[EventRow]) -> None:
    rows = fold(events, {})
    assert rows.keys() <= places(events)
    for (table, key), row in rows.items():
        assert row is not None
        assert set(row) == set(TABLES[table].columns.keys())
        assert tuple(row[column.name] for column in TABLES[table].primary_key) == key


def there(rows: Rows, wanted: set[Place]) -> dict[Place, Row]:
    """Return the rows that exist at some places."""
    return {place: row for place in wanted if (row := rows.get(place)) is not None}


@pytest.mark.parametrize("size", [1, 7, 100])
def test_fold__in_batches__same_rows_and_nothing_changed_in_place(events: list[EventRow], size: int) -> None:
    rows: Rows = {}
    for start in range(0, len(events), size):
        some = events[start : start + size]
        present = there(rows, places(some))
        present |= there(rows, linked_places(some, present))
        before = copy.deepcopy(present)
        rows |= fold(some, present)
        assert present == before
    assert rows == fold(events, {})


def rows_of(*emitted: Emitted, before: Sequence[Emitted] = ()) -> tuple[Rows, set[Place]]:
    """Fold events after others that are stored; return the rows they change, and where links led."""
    node = FakeNode()
    node.grow(3)
    node.add([*before, *emitted])
    decoded = decode(node.blocks[-1].logs, node.watched().names, {}).rows
    earlier, later = decoded[: len(before)], decoded[len(before) :]
    rows = fold(earlier, {})
    present = there(rows, places(later))
    linked = linked_places(later, present)
    return fold(later, present | there(rows, linked)), linked


EURO = "0x" + "0" * 38 + "e1"


def basket(currency: str) -> tuple[list[Emitted], list[Emitted]]:
    """Return the events of a listing and of an order for two of its ten units; and those of the order's end."""
    none, somebody = "0x" + "0" * 64, "0x" + "0" * 38 + "b1"
    price = 3 if currency == EURO else 0
    terms = (currency, price, 5, 10, 1, 100, 100, 100, somebody, none)
    listed = {"listingId": 1, "seller": 4, "account": somebody, "terms": terms, "termsHash": none}
    placed = {"orderId": 7, "listingId": 1, "buyer": somebody, "quantity": 2, "money": 2 * price, "credits": 10}
    placed |= {"deliveryMode": 1, "addressHash": none}
    ended = {"orderId": 7, "account": somebody, "sellerBps": 0, "stock": 10, "oldState": 1, "newState": 6}
    paid = {"orderId": 7, "receiver": somebody, "part": 0, "amount": 2 * price}
    first = [("Marketplace", "Listed", listed), ("Marketplace", "OrderPlaced", placed)]
    money: list[Emitted] = [("Marketplace", "PartPaid", paid)] if price else []
    return first, [("Marketplace", "OrderEnded", ended), *money]


def test_links__from_stored_rows__lead_to_the_rows_that_a_batch_needs() -> None:
    placed, ended = basket(EURO)
    rows, linked = rows_of(*ended, before=placed)
    assert linked == {("listings", (1,)), ("money_escrows", (EURO,))}
    listing, escrow = rows["listings", (1,)], rows["money_escrows", (EURO,)]
    assert listing is not None
    assert escrow is not None
    assert (listing["stock"], listing["orders"]) == (10, 1)
    assert (escrow["held"], escrow["paid_in"], escrow["paid_out"]) == (0, 6, 6)


def test_links__from_rows_of_the_batch__lead_to_the_same() -> None:
    placed, ended = basket(EURO)
    stored, _ = rows_of(*ended, before=placed)
    whole, linked = rows_of(*placed, *ended)
    assert linked == set()
    assert {place: whole[place] for place in stored if place[0] != "journals"} == {
        place: row for place, row in stored.items() if place[0] != "journals"
    }


def test_links__without_a_key__lead_nowhere() -> None:
    placed, ended = basket("0x" + "0" * 40)
    rows, linked = rows_of(placed[1], *ended, before=placed[:1])
    assert linked == set()
    assert {table for table, _ in rows} == {"orders", "listings", "credit_escrows", "journals"}


TOWN, BACKER = "0x" + "00" * 19 + "0a", "0x" + "00" * 19 + "0b"


def objections_of(*by: tuple[str, int, int, int]) -> dict[str, tuple[int, bool, int]]:
    """Fold objections to one claim, (account, objectors, objected amount, pools) each; return them by account.

    The backer has a counted pledge of 30.
    """
    lab = FakeLab(seed=1)
    lab.currencies = ["0x" + "00" * 19 + "01"]
    ids = {"campaignId": 1, "milestone": 0, "attempt": 1}
    counted = {"backer": BACKER, "memberId": 4, "amount": 30, "pledged": 30, "raised": 30}
    claim = {"evidenceHash": lab.hash(), "windowEndsAt": 9, "oldState": 0, "newState": 1}
    emitted = [
        *lab._submit(),
        ("Crowdfunding", "PledgeMade", {"campaignId": 1, **counted}),
        ("Crowdfunding", "MilestoneClaimed", ids | claim),
    ]
    for account, objectors, amount, pools in by:
        totals = {"objectors": objectors, "objectedAmount": amount, "objectedPools": pools}
        emitted.append(("Crowdfunding", "MilestoneObjected", ids | {"account": account} | totals))
    node = FakeNode()
    node.grow(3)
    node.add(emitted)
    rows = fold(decode(node.blocks[-1].logs, node.watched().names, {}).rows, {})
    found = (row for (table, _), row in rows.items() if table == "objections" and row is not None)
    return {row["account"]: (row["amount"], row["counted"], row["pools"]) for row in found}


def test_objection__of_a_manager_without_a_pledge__carries_its_pools_alone() -> None:
    assert objections_of((TOWN, 0, 0, 0b101)) == {TOWN: (0, False, 0b101)}


def test_objection__of_a_backer_who_manages_a_pool__carries_both() -> None:
    found = objections_of((TOWN, 0, 0, 0b001), (BACKER, 1, 30, 0b011))
    assert found == {TOWN: (0, False, 0b001), BACKER: (30, True, 0b010)}


def test_objection__of_a_backer_who_comes_to_manage_a_pool__is_one_with_the_first() -> None:
    assert objections_of((BACKER, 1, 30, 0), (BACKER, 1, 30, 0b010)) == {BACKER: (30, True, 0b010)}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("0x45532d5345000000", "ES-SE"),
        ("0x0000000000000000", None),
        ("0xff00000000000000", "0xff00000000000000"),
        ("0x0a00000000000000", "0x0a00000000000000"),
    ],
)
def test_territory__of_eight_bytes(code: str, text: str | None) -> None:
    assert territory(code) == text
