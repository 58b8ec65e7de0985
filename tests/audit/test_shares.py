"""Units of money told apart: whoever gave, whatever was released, both sums are exact."""

from hypothesis import given
from hypothesis import strategies as st

from audit.shares import shares

GIVEN = st.dictionaries(st.integers(0, 2**160), st.integers(0, 2**96), min_size=1, max_size=12)


@given(given_=GIVEN, parts=st.lists(st.integers(0, 10_000), max_size=12))
def test_shares__of_any_money__sum_to_each_tranche_and_to_no_more_than_was_given(
    given_: dict[int, int], parts: list[int]
) -> None:
    total = sum(given_.values())
    released = [total * part // 10_000 for part in sorted(parts)]

    found = shares(given_, released)

    tranches = [after - before for before, after in zip([0, *released], released, strict=False)]
    assert [sum(each[i] for each in found.values()) for i in range(len(released))] == tranches
    assert all(0 <= sum(each) <= given_[payer] for payer, each in found.items())
    assert all(amount >= 0 for each in found.values() for amount in each)


@given(given_=GIVEN)
def test_shares__of_all_released__are_all_that_was_given(given_: dict[int, int]) -> None:
    total = sum(given_.values())
    found = shares(given_, [total // 3, total // 2, total])
    assert {payer: sum(each) for payer, each in found.items()} == given_


def test_shares__of_an_example__are_cut_where_a_part_ends() -> None:
    assert shares({7: 3, 8: 4}, [2, 7]) == {7: [0, 3], 8: [2, 2]}
    assert shares({7: 0}, [0]) == {7: [0]}
    assert shares({}, [0]) == {}
