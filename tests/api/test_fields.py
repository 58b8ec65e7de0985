"""What is written comes back: times, addresses and numbers, in every form a caller may use."""

import pytest
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from api.fields import LAST_TIME, checksummed, parse_address, parse_decimal, parse_time, rfc3339

ADDRESSES = st.binary(min_size=20, max_size=20).map(lambda b: "0x" + b.hex())


@given(time=st.integers(0, LAST_TIME))
def test_time__written_and_read__is_the_same(time: int) -> None:
    assert parse_time(rfc3339(time)) == time


@given(time=st.integers(LAST_TIME, 2**64))
def test_time__beyond_the_calendar__is_its_last_second(time: int) -> None:
    assert rfc3339(time) == "9999-12-31T23:59:59Z"


@pytest.mark.parametrize("text, expected", [("1970-01-01T00:00:00Z", 0), ("1970-01-01t02:00:01.999+02:00", 1)])
def test_time__in_another_form__is_read(text: str, expected: int) -> None:
    assert parse_time(text) == expected


@given(text=st.text())
def test_parsers__of_any_text__give_a_value_or_refuse(text: str) -> None:
    for parse in (parse_time, parse_decimal, parse_address):
        try:
            value = parse(text)
        except PydanticCustomError:
            continue
        assert isinstance(value, str) or value >= 0


@given(address=ADDRESSES)
def test_address__in_each_allowed_form__is_stored_the_same(address: str) -> None:
    checked = checksummed(address)

    assert checked == to_checksum_address(address)
    for form in (address, checked, "0x" + address[2:].upper()):
        assert parse_address(form) == address


@given(address=ADDRESSES, data=st.data())
def test_address__with_one_letter_in_the_other_case__is_refused(address: str, data: st.DataObject) -> None:
    checked = checksummed(address)
    letters = [place for place in range(2, 42) if checked[place].isalpha()]
    if len(letters) < 3:
        return
    place = data.draw(st.sampled_from(letters))
    changed = checked[:place] + checked[place].swapcase() + checked[place + 1 :]
    if changed[2:] in {changed[2:].lower(), changed[2:].upper()}:
        return

    with pytest.raises(PydanticCustomError, match="checksum"):
        parse_address(changed)
