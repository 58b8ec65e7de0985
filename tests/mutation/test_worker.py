"""What a worker hears of a test: also what it asks in one batch, which a table of acts does."""

import json

import pytest
from web3.providers.rpc import HTTPProvider

from tests.contracts import short_way
from tests.mutation.worker import Wire, batched

EXPIRE, CONFIRM = "bf83e45b", "0a1b2c3d"


def test_batch__is_heard_and_answered_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    posted = []

    def post(wire: short_way.Wire, provider: HTTPProvider, method: str, body: bytes) -> bytes:
        posted.extend(json.loads(body))
        return json.dumps([{"id": one["id"], "result": one["params"][0]["data"]} for one in reversed(posted)]).encode()

    monkeypatch.setattr(short_way.Wire, "post", post)
    wire = Wire(marks=(EXPIRE, CONFIRM))
    monkeypatch.setattr(short_way, "WIRE", wire)
    answers = batched(HTTPProvider("http://localhost"), [("eth_call", [{"data": f"0x{n}{EXPIRE}"}]) for n in range(3)])

    assert [answer["result"] for answer in answers] == [f"0x{n}{EXPIRE}" for n in range(3)]
    assert [one["method"] for one in posted] == ["eth_call"] * 3
    assert wire.heard == {EXPIRE}
