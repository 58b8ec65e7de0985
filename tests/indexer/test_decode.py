"""Decoding.

decode
├── given a log that is no event of ours
│   ├── no topics, an unknown topic ................ quarantined
│   ├── too few or too many topics ................. quarantined
│   ├── data cut, too long, not hex ................ quarantined
│   ├── upper bits of a number or address dirty .... quarantined
│   └── a dynamic argument that points elsewhere ... quarantined
├── given any change of any byte
│   └── the row equals eth_abi's reading, or the log is quarantined
└── given what the compiler emits
    ├── the row equals the arguments, for every event
    └── the encoder gives back the arguments, for every event without dynamic ones
"""

from typing import Any

import msgspec
import pytest
from eth_abi.abi import decode as oracle
from eth_abi.abi import encode
from eth_abi.exceptions import DecodingError
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.chain import Log, keccak
from indexer.decode import ENCODERS, MalformedLog, build, decode
from indexer.events import BY_TOPIC, is_journaled, topic_of
from indexer.store.columns import event_key
from indexer.store.event_tables import EVENTS, META_COLUMNS, Argument, Event
from tests.indexer.fake_chain import ADDRESSES, EVENT_ABIS, encode_log, kind, value

NAMES = {address: name for name, address in ADDRESSES.items()}
ALL_EVENTS = sorted(EVENTS)
PLEDGE, LABEL = EVENTS["Crowdfunding", "PledgeMade"], EVENTS["AccessManager", "RoleLabel"]
PLEDGE_ARGUMENTS = {
    "campaignId": 1,
    "backer": "0x" + "ab" * 20,
    "memberId": 2,
    "amount": 3,
    "pledged": 4,
    "raised": 5,
}


def values(abi_type: str) -> st.SearchStrategy[Any]:
    """Return any value of an ABI type, in the form of a row."""
    if abi_type.startswith("uint"):
        top = 2 ** int(abi_type.removeprefix("uint")) - 1
        return st.sampled_from([0, 1, top]) | st.integers(0, top)
    if abi_type == "bool":
        return st.booleans()
    if abi_type == "string":
        return st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=80)
    size = (
        {"address": 20, "bytes": None}[abi_type] if not abi_type.removeprefix("bytes").isdigit() else int(abi_type[5:])
    )
    raw = st.binary(max_size=100) if size is None else st.binary(min_size=size, max_size=size)
    return raw.map(lambda b: "0x" + b.hex())


def arguments_of(item: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return any arguments of an event by ABI name."""
    return st.fixed_dictionaries(
        {
            i["name"]: st.tuples(*(values(c["type"]) for c in i["components"]))
            if i["type"] == "tuple"
            else values(i["type"])
            for i in item["inputs"]
        }
    )


def log_of(topics: list[str], data: str, **changes: Any) -> Log:
    """Return a log of Crowdfunding in block 5 at index 7."""
    fields = {
        "address": ADDRESSES["Crowdfunding"],
        "topics": topics,
        "data": data,
        "block_number": "0x5",
        "block_hash": "0x" + "11" * 32,
        "transaction_hash": "0x" + "22" * 32,
        "log_index": "0x7",
        "block_timestamp": "0x64",
    }
    return Log(**fields | changes)


def pledge_log() -> Log:
    """Return a log of a pledge."""
    return log_of(*encode_log(("Crowdfunding", "PledgeMade", PLEDGE_ARGUMENTS)))


def label_data(label: str = "jury") -> tuple[list[str], str]:
    """Return topics and data of a role's label."""
    return encode_log(("AccessManager", "RoleLabel", {"roleId": 1, "label": label}))


def with_word(data: str, index: int, word: int) -> str:
    """Return data with another word of 32 bytes."""
    at = 2 + 64 * index
    return f"{data[:at]}{word:064x}{data[at + 64 :]}"


BAD_PLEDGES = {
    "no topics": {"topics": []},
    "unknown topic": {"topics": ["0x" + "99" * 32]},
    "one topic less": {"topics": pledge_log().topics[:-1]},
    "one topic more": {"topics": [*pledge_log().topics, "0x" + "00" * 32]},
    "short topic": {"topics": [pledge_log().topics[0], "0x01", *pledge_log().topics[2:]]},
    "no data": {"data": "0x"},
    "data cut": {"data": pledge_log().data[:-2]},
    "data too long": {"data": pledge_log().data + "00"},
    "not hex": {"data": pledge_log().data[:-1] + "g"},
    "underscore": {"data": pledge_log().data[:-3] + "1_0"},
    "blanks": {"data": pledge_log().data[:-4] + "   1"},
    "dirty amount": {"data": with_word(pledge_log().data, 0, 1 << 96)},
    "dirty member": {"topics": [*pledge_log().topics[:3], f"0x{1 << 32:064x}"]},
    "dirty backer": {"topics": [*pledge_log().topics[:2], f"0x{1 << 160:064x}", pledge_log().topics[3]]},
}


@pytest.mark.parametrize("changes", BAD_PLEDGES.values(), ids=BAD_PLEDGES.keys())
def test_decode__no_event_of_ours__quarantined(changes: dict[str, Any]) -> None:
    log = msgspec.structs.replace(pledge_log(), **changes)
    decoded = decode([log], NAMES, {})
    assert decoded.rows == []
    (row,) = decoded.quarantined
    assert row["reason"]
    assert (row["event_key"], row["contract"], row["data"]) == (event_key(5, 7), log.address, log.data)
    assert msgspec.json.decode(row["topics"]) == log.topics


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(with_word(label_data()[1], 0, 0), id="offset into the head"),
        pytest.param(with_word(label_data()[1], 0, 64), id="offset behind the text"),
        pytest.param(with_word(label_data()[1], 0, 2**255), id="offset far away"),
        pytest.param(with_word(label_data()[1], 1, 33), id="longer than the data"),
        pytest.param(with_word(label_data()[1], 1, 2**255), id="longer than anything"),
        pytest.param(with_word(label_data()[1], 1, 3), id="dirty padding"),
        pytest.param(label_data()[1] + "00" * 32, id="goes on after the end"),
        pytest.param(label_data()[1][:-64], id="cut"),
        pytest.param(label_data()[1][:66], id="no tail"),
        pytest.param(with_word(label_data()[1], 2, 0xFF << 248), id="no UTF-8"),
        pytest.param(with_word(label_data()[1], 2, 0), id="NUL"),
    ],
)
def test_decode__malformed_tail__quarantined(data: str) -> None:
    log = log_of(label_data()[0], data, address=ADDRESSES["AccessManager"])
    decoded = decode([log], NAMES, {})
    assert decoded.rows == []
    assert len(decoded.quarantined) == 1


def test_decode__event_of_another_contract__quarantined() -> None:
    log = pledge_log()
    log.address = ADDRESSES["EntityRegistry"]
    assert decode([log], NAMES, {}).quarantined[0]["reason"] == "no event of EntityRegistry has this topic"


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([PLEDGE, LABEL]), st.data())
def test_decode__any_byte_changed__equals_oracle_or_quarantined(event: Event, data: st.DataObject) -> None:
    good = pledge_log() if event is PLEDGE else log_of(*label_data())
    raw = bytearray.fromhex(good.data[2:])
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    length = data.draw(st.sampled_from([len(raw), len(raw) - 1, 32, 0]))
    log = log_of(good.topics, "0x" + bytes(raw[:length]).hex())
    try:
        row = build(event)(log, (0, 0, 0, 0, log.block_hash))
    except (MalformedLog, UnicodeDecodeError):
        return
    plain = [(a, v) for a, v in zip(event.arguments, row[len(META_COLUMNS) :], strict=True) if not a.indexed]
    try:
        expected = oracle([a.type for a, _ in plain], bytes(raw[:length]))
    except DecodingError as error:
        raise AssertionError("accepted what eth_abi refuses") from error
    assert [v for _, v in plain] == [in_row(a.type, v) for (a, _), v in zip(plain, expected, strict=True)]


def in_row(abi_type: str, read: Any) -> Any:
    """Return a value of `eth_abi` in the form of a row."""
    return "0x" + read.hex() if abi_type.startswith("bytes") else read


@pytest.mark.parametrize("place", ALL_EVENTS, ids=".".join)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_decode__what_the_compiler_emits__gives_the_arguments(place: tuple[str, str], data: st.DataObject) -> None:
    event, item = EVENTS[place], EVENT_ABIS[place]
    arguments = data.draw(arguments_of(item))
    topics, body = encode_log((*place, arguments))
    log = log_of(topics, body, address=ADDRESSES[event.contract])
    decoded = decode([log], NAMES, {})
    assert decoded.quarantined == []
    (row,) = decoded.rows
    flat = [
        part
        for i in item["inputs"]
        for part in (arguments[i["name"]] if i["type"] == "tuple" else [arguments[i["name"]]])
    ]
    where = (event_key(5, 7), 5, 7, 100, log.block_hash, log.transaction_hash, log.address)
    assert row[:3] == (event_key(5, 7), event, (*where, *flat))
    if is_journaled(event):
        types, given_values = [kind(i) for i in item["inputs"]], [value(i, arguments) for i in item["inputs"]]
        assert row.hash == keccak(encode(["bytes32", *types], [bytes.fromhex(topic_of(event)[2:]), *given_values]))
    if event.table.name in ENCODERS:
        in_order = encode([kind(i) for i in item["inputs"]], [value(i, arguments) for i in item["inputs"]])
        assert ENCODERS[event.table.name](row.values) == in_order.hex()


def test_decode__upper_case_and_no_timestamp__lower_case_row_with_the_block_time() -> None:
    log = pledge_log()
    upper = msgspec.structs.replace(log, data="0x" + log.data[2:].upper(), block_timestamp=None)
    (row,) = decode([upper], NAMES, {5: 100}).rows
    assert row[:3] == decode([log], NAMES, {}).rows[0][:3]


@pytest.mark.parametrize("changes", BAD_PLEDGES.values(), ids=BAD_PLEDGES.keys())
def test_decode__odd_log_among_good_ones__quarantined_alone(changes: dict[str, Any]) -> None:
    good = [msgspec.structs.replace(pledge_log(), log_index=hex(i)) for i in range(3)]
    odd = msgspec.structs.replace(pledge_log(), log_index="0x9", **changes)
    decoded = decode([*good, odd], NAMES, {})
    assert [row[:3] for row in decoded.rows] == [row[:3] for row in decode(good, NAMES, {}).rows]
    assert [row["log_index"] for row in decoded.quarantined] == [9]


def test_topics__of_every_event__are_hashes_of_canonical_signatures() -> None:
    expected = (
        "CampaignSubmitted(uint32,uint32,address,(address,address,uint96,uint96,uint96,uint40,uint40,uint32,uint32,"
    )
    assert EVENTS["Crowdfunding", "CampaignSubmitted"].signature.startswith(expected)
    transfer = EVENTS["InnovationCredit", "Transfer"]
    assert topic_of(transfer) == "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
    assert len(BY_TOPIC) == len(EVENTS)


def test_build__type_we_have_no_decoder_for__refused() -> None:
    odd = PLEDGE._replace(arguments=(Argument("odd", "int8", indexed=False),))
    with pytest.raises(TypeError, match="int8"):
        build(odd)


def test_kinds__of_all_arguments__are_known() -> None:
    assert {a.type for e in EVENTS.values() for a in e.arguments} <= {
        *("address", "bool", "string", "bytes", "bytes4", "bytes8", "bytes32"),
        *(f"uint{bits}" for bits in (8, 16, 24, 32, 40, 48, 64, 96, 256)),
    }
    assert kind({"type": "tuple", "components": [{"type": "bool"}]}) == "(bool)"
