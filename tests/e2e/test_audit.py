"""An auditor checks the story's chain through nodes that lie.

given the story was played, and a node that
├── tells the truth .................................. every journal is complete, no value of the ledger differs
├── leaves out, doubles or changes any one event ..... that journal differs
├── changes any one field of any one answer .......... that value differs, and no other
├── changes any byte of a proof of the state ......... NodeUntrue
├── changes any field of the header .................. NodeUntrue
├── sends logs out of order, of others, or removed ... NodeUntrue
├── has forgotten the state .......................... NodeUnavailable
└── is of another chain than the block ............... NodeUnavailable
and the indexer has proofs of all final events that hold
"""

import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from copy import deepcopy
from typing import Any

import msgspec
import pytest

from audit import journals, state
from audit.errors import NodeUnavailable, NodeUntrue
from audit.lab import Lab
from audit.ledger import check as ledger
from audit.ledger.books import CONTRACTS, Books
from audit.ledger.questions import escrows, questions
from audit.ledger.words import layouts
from audit.node import Call, Log, Node
from audit.progress import Progress
from audit.proofs import proof as proofs
from audit.proofs.headers import FIELDS
from audit.proofs.hex_text import bytes_of
from indexer.store.event_tables import CONTRACTS as WATCHED
from tests.e2e.conftest import Played, run_eranos

QUIET = Progress(shown=False)


class Liar(Node):
    """Asks a real node, remembers what it said, and tells it with changes."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.known: dict[bytes, Any] = {}
        self.change: Callable[[str, Any], Any] = lambda method, answer: answer
        self.change_logs: Callable[[list[Log]], list[Log]] = lambda logs: logs
        self.change_call: dict[Call, bytes] = {}

    def ask_many(self, asked: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        unknown = [each for each in asked if msgspec.json.encode(each) not in self.known]
        answers = super().ask_many(unknown)
        self.known |= {msgspec.json.encode(each): answer for each, answer in zip(unknown, answers, strict=True)}
        return [self.change(each[0], deepcopy(self.known[msgspec.json.encode(each)])) for each in asked]

    def logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
        key = msgspec.json.encode([addresses, first, last])
        if key not in self.known:
            self.known[key] = super().logs(addresses, first, last)
        told = self.change_logs([*self.known[key]])
        self._check(told, set(addresses), first, last)
        return told

    def calls(self, calls: Sequence[Call], block_hash: str) -> list[bytes]:
        truth = super().calls(calls, block_hash)
        return [self.change_call.get(call, answer) for call, answer in zip(calls, truth, strict=True)]


@pytest.fixture(scope="module")
def head(played: Played) -> str:
    """The hash of the last block, which an auditor would bring along."""
    return str(played.rpc.call("eth_getBlockByNumber", "latest", False)["hash"])


@pytest.fixture
def liar(played: Played) -> Iterator[Liar]:
    with Liar(played.rpc.url) as node:
        yield node


@pytest.fixture
def lab(liar: Liar, head: str) -> Lab:
    return Lab.open(liar, head)


@pytest.mark.parametrize("command", [("contract",), ("contract", "Crowdfunding", "MatchFunding"), ("ledger",)])
def test_command__through_an_honest_node__ends_with_0(played: Played, head: str, command: tuple[str, ...]) -> None:
    done = run_eranos(played.calm, "audit", *command, "--rpc-url", played.rpc.url, "--block-hash", head)

    assert (done.returncode, done.stderr) == (0, "")


def test_ledger__through_an_honest_node__compares_everything_and_finds_nothing(lab: Lab, liar: Liar) -> None:
    checked = ledger.check(lab, QUIET)

    assert checked.holds
    assert checked.differences == []
    assert all(replayed.chain.sequence for replayed in checked.journals)
    assert checked.books.findings.compared > 400
    books = checked.books
    assert any(campaign.refunded for campaign in books.campaigns.campaigns.values())
    assert any(pool.paid for pool in books.pools.pools.values())


def test_journal__of_which_any_one_event_is_left_out_doubled_or_changed__differs(lab: Lab, liar: Liar) -> None:
    honest = journals.replay(lab, CONTRACTS, QUIET)
    assert all(each.holds for each in honest)
    count = sum(each.chain.sequence for each in honest)
    seen = 0
    for lie in (left_out, data_changed, topic_changed):
        for place in range(count):
            liar.change_logs = lie(place)
            broken = [each.contract for each in journals.replay(lab, CONTRACTS, QUIET) if not each.holds]
            assert len(broken) == 1, f"{lie.__name__} {place}"
            seen += 1

    assert seen == 3 * count > 500


def is_journaled(log: Log) -> bool:
    return log.topics[0] not in journals.not_journaled()


def one_changed(place: int, change: Callable[[Log], list[Log]]) -> Callable[[list[Log]], list[Log]]:
    """Return a lie about one journaled event, counted over all that is told from here on."""
    left = [place]

    def lie(logs: list[Log]) -> list[Log]:
        told = []
        for log in logs:
            hit = is_journaled(log) and left[0] == 0
            left[0] -= is_journaled(log)
            told += change(log) if hit else [log]
        return told

    return lie


def left_out(place: int) -> Callable[[list[Log]], list[Log]]:
    return one_changed(place, lambda log: [])


def data_changed(place: int) -> Callable[[list[Log]], list[Log]]:
    def change(log: Log) -> list[Log]:
        if len(log.data) == 2:
            return [msgspec.structs.replace(log, data="0x" + "00" * 32)]
        return [msgspec.structs.replace(log, data=log.data[:-1] + ("1" if log.data[-1] != "1" else "2"))]

    return one_changed(place, change)


def topic_changed(place: int) -> Callable[[list[Log]], list[Log]]:
    def change(log: Log) -> list[Log]:
        last = log.topics[-1]
        return [msgspec.structs.replace(log, topics=[*log.topics[:-1], last[:-1] + ("1" if last[-1] != "1" else "2")])]

    return one_changed(place, change)


def test_ledger__through_a_node_that_changes_any_one_value__finds_just_that(lab: Lab, liar: Liar) -> None:
    books = ledger.check(lab, QUIET).books
    asked = [(question, name) for question in questions(books, lab) for name in question.computed]
    assert len(asked) > 200
    for question, name in asked:
        (truth,) = Node.calls(liar, [question.call], lab.block_hash)
        end = 32 * (question.view.fields.index(name) + 1)
        liar.change_call = {question.call: truth[: end - 1] + bytes([truth[end - 1] ^ 1]) + truth[end:]}
        books.findings.differences.clear()

        ledger.ask(books, lab)

        found = {(difference.subject, difference.field) for difference in books.findings.differences}
        twice = {"hours given", "credits"}  # both ask the credit what was redeemed
        assert found == {(question.subject, name)} or {subject for subject, _ in found} == twice


def test_ledger__of_an_escrow_that_lacks_one_unit__finds_it(lab: Lab, liar: Liar) -> None:
    books = ledger.check(lab, QUIET).books
    owed = [question for question in escrows(books, lab) if question.computed["value"]]
    assert len(owed) >= 2
    for question in owed:
        liar.change_call = {question.call: (question.computed["value"] - 1).to_bytes(32)}
        books.findings.differences.clear()

        ledger.ask(books, lab)

        assert [(d.subject, d.field, d.found) for d in books.findings.differences] == [
            (question.subject, "missing", "1")
        ]


def test_ledger__of_events_whose_totals_do_not_fit__finds_them(lab: Lab) -> None:
    logs = [log for some in lab.logs(CONTRACTS, QUIET) for log in some]
    names = {lab.contract(name).address.lower(): name for name in CONTRACTS}
    known = layouts("Crowdfunding")
    pledges = [i for i, g in enumerate(logs) if g.topics[0] in known and known[g.topics[0]].name == "PledgeMade"]
    changed = [*logs]
    where = pledges[0]
    # The amount grows by one unit, the totals beside it do not.
    amount = int(logs[where].data[2:66], 16) + 1
    changed[where] = msgspec.structs.replace(logs[where], data=f"0x{amount:064x}{logs[where].data[66:]}")
    books = Books(names)
    for log in changed:
        books.take(log)

    assert {d.field for d in books.findings.differences} >= {"pledged", "raised"}


def test_ledger__of_events_without_their_beginning__is_refused(lab: Lab) -> None:
    logs = [log for some in lab.logs(CONTRACTS, QUIET) for log in some]
    books = Books({lab.contract(name).address.lower(): name for name in CONTRACTS})

    with pytest.raises(NodeUntrue, match="no earlier event"):
        list(map(books.take, logs[len(logs) // 2 :]))


def test_state__of_which_any_byte_of_the_proof_is_changed__is_refused(lab: Lab, liar: Liar) -> None:
    address = lab.contract("Crowdfunding").address
    honest = state.proved(liar, address, 0, lab.header)
    for part in ("account_proof", "slot_proof"):
        nodes = list(getattr(honest, part))
        for i, node in enumerate(nodes):
            for place in range(2, len(node), 7):
                digit = "0" if node[place] != "0" else "1"
                told = [*nodes[:i], node[:place] + digit + node[place + 1 :], *nodes[i + 1 :]]
                liar.change = lie_about_state(part, told)
                with pytest.raises(NodeUntrue):
                    state.proved(liar, address, 0, lab.header)
        for told in (nodes[:-1], [*nodes, nodes[-1]], [], [*nodes, 7]):
            liar.change = lie_about_state(part, told)
            with pytest.raises(NodeUntrue):
                state.proved(liar, address, 0, lab.header)
    liar.change = lambda method, answer: {} if method == "eth_getProof" else answer
    with pytest.raises(NodeUntrue):
        state.proved(liar, address, 0, lab.header)


def lie_about_state(part: str, nodes: list[Any]) -> Callable[[str, Any], Any]:
    def change(method: str, answer: Any) -> Any:
        if method == "eth_getProof" and part == "account_proof":
            answer["accountProof"] = nodes
        elif method == "eth_getProof":
            answer["storageProof"][0]["proof"] = nodes
        return answer

    return change


def test_state__of_an_account_that_is_not_there__is_refused(lab: Lab, liar: Liar) -> None:
    with pytest.raises(NodeUntrue, match="no account"):
        state.proved(liar, "0x" + "de" * 20, 0, lab.header)


@pytest.mark.parametrize("name", [name for name, _ in FIELDS if name != "number"])
def test_lab__of_a_header_with_a_field_changed__is_refused(liar: Liar, head: str, name: str) -> None:
    def change(method: str, answer: Any) -> Any:
        if method == "eth_getBlockByHash":
            answer[name] = (
                answer[name][:-1] + ("1" if answer[name][-1] != "1" else "2") if answer[name] != "0x" else "0x11"
            )
        return answer

    liar.change = change
    with pytest.raises(NodeUntrue, match="does not tell"):
        Lab.open(liar, head)


def test_lab__of_a_block_that_is_not_on_the_chain__is_refused(liar: Liar, head: str, played: Played) -> None:
    other = played.rpc.call("eth_getBlockByNumber", "0x5", False)

    def change(method: str, answer: Any) -> Any:
        return other if method == "eth_getBlockByNumber" else answer

    liar.change = change
    with pytest.raises(NodeUntrue, match="not on the chain"):
        Lab.open(liar, head)


def test_lab__of_a_block_that_the_node_has_not__is_refused(liar: Liar) -> None:
    with pytest.raises(NodeUnavailable, match="has no block"):
        Lab.open(liar, "0x" + "12" * 32)


def test_logs__out_of_order_of_others_or_removed__are_refused(lab: Lab, liar: Liar) -> None:
    def strange(log: Log) -> list[Log]:
        return [msgspec.structs.replace(log, address="0x" + "de" * 20)]

    lies = [
        lambda logs: logs[::-1],
        lambda logs: [*logs, logs[-1]],
        one_changed(3, strange),
        one_changed(3, lambda log: [msgspec.structs.replace(log, removed=True)]),
        one_changed(3, lambda log: [msgspec.structs.replace(log, block_number="0xffffff")]),
        one_changed(3, lambda log: [msgspec.structs.replace(log, log_index="first")]),
    ]
    for lie in lies:
        liar.change_logs = lie
        with pytest.raises(NodeUntrue):
            journals.replay(lab, CONTRACTS, QUIET)


def test_ledger__of_a_state_that_the_node_has_forgotten__could_not_be_checked(lab: Lab, liar: Liar) -> None:
    def forget(method: str, answer: Any) -> Any:
        if method == "eth_getProof":
            raise NodeUnavailable("missing trie node")
        return answer

    liar.change = forget
    with pytest.raises(NodeUnavailable, match="missing trie node"):
        ledger.check(lab, QUIET)


def test_command__with_a_block_of_nowhere__ends_with_2_and_one_line(played: Played) -> None:
    done = run_eranos(played.calm, "audit", "ledger", "--rpc-url", played.rpc.url, "--block-hash", "0x" + "12" * 32)

    assert done.returncode == 2
    assert done.stderr.startswith("could not check: ")
    assert done.stderr.count("\n") == 1


def proofs_of(played: Played) -> list[tuple[str, str, bytes]]:
    """Return (block hash, transaction hash, file) of every proof that the indexer stored."""
    path = played.calm.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as connection:
        return list(connection.execute("select block_hash, tx_hash, proof from ops_proofs order by event_key"))


def test_proofs__made_by_the_indexer__are_of_every_final_event_and_hold(played: Played) -> None:
    final = int(played.rpc.call("eth_getBlockByNumber", "finalized", False)["number"], 16)
    addresses = [each.address for each in played.deployment.contracts.values() if each.abi in WATCHED]
    logs = played.rpc.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": hex(final), "address": addresses})
    until = time.monotonic() + 60
    while len(found := proofs_of(played)) < len(logs) and time.monotonic() < until:
        time.sleep(0.5)

    assert len(found) == len(logs) > 300
    for (block_hash, tx_hash, file), log in zip(found, logs, strict=True):
        record = proofs.check(proofs.parse(zlib.decompress(file)), bytes_of(block_hash))
        assert record.tx_hash == tx_hash == log["transactionHash"]
        assert (record.address.lower(), record.block_hash) == (log["address"], log["blockHash"])
