"""A relay as people meet it: a real process, a real node, requests signed by wallets without ether."""

from collections.abc import Iterator

import pytest
from eth_account.signers.local import LocalAccount

from tests.relay.lab import Lab, register
from tests.relay.process import Relay, relaying


@pytest.fixture(scope="module")
def relay(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    with relaying(lab, database=tmp_path_factory.mktemp("relay") / "relay.db") as started:
        yield started


def test_post__of_a_signed_request__is_mined_once(lab: Lab, relay: Relay, somebody: LocalAccount) -> None:
    request = lab.signed(somebody, register())

    status, answer = relay.post(request)

    assert (status, answer["state"], answer["nonce"]) == (202, "accepted", "0")
    assert relay.ended(answer["id"])["state"] == "mined"
    assert lab.executed().count((somebody.address, 0, True)) == 1


def test_post__of_the_same_request_again__has_the_same_id(lab: Lab, relay: Relay, somebody: LocalAccount) -> None:
    request = lab.signed(somebody, register())
    first = relay.post(request)[1]
    relay.ended(first["id"])

    status, again = relay.post(request)

    assert (status, again["id"], again["state"]) == (202, first["id"], "mined")
    assert lab.executed().count((somebody.address, 0, True)) == 1
