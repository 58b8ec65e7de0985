"""An auditor checks the story's chain through nodes that lie.

given the story was played, and a node that
├── tells the truth .................................. every journal is complete, no value of the ledger differs
├── leaves out, doubles or changes any one event ..... that journal differs
├── changes any one field of any one answer .......... that value differs, and no other
├── changes any leaf of any of its answers ........... an exit code and a line, never an error of Python
├── changes any byte of a proof of the state ......... NodeUntrue
├── changes any field of the header .................. NodeUntrue
├── sends logs out of order, of others, or removed ... NodeUntrue
├── has forgotten the state .......................... NodeUnavailable
└── is of another chain than the block ............... NodeUnavailable
and the indexer has proofs of all final events that hold
and each unit of each campaign's money is told apart, to the contract's own sums
and a bundle holds offline; one that lacks, doubles, moves or changes an event does not
and the deployed code is that of the source, or the byte that differs is named
"""

import random
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from copy import deepcopy
from pathlib import Path
from typing import Any, ClassVar, Final

import msgspec
import pytest
from click.testing import CliRunner, Result

from audit import bundle as bundles
from audit import campaign as campaigns
from audit import cli, code, journals, state
from audit.errors import NodeUnavailable, NodeUntrue, UnknownSubject
from audit.lab import Lab
from audit.ledger import check as ledger
from audit.ledger.books import CONTRACTS, Books
from audit.ledger.questions import escrows, questions
from audit.ledger.words import layouts
from audit.node import Call, Log, Node
from audit.progress import Progress
from audit.proofs import proof as proofs
from audit.proofs.errors import ProofError, ProofRefuted, ProofUnreadable
from audit.proofs.headers import FIELDS
from audit.proofs.hex_text import bytes_of
from audit.report import Report
from indexer.store.event_tables import CONTRACTS as WATCHED
from tests.e2e.conftest import Played, run_eranos

QUIET = Progress(shown=False)
LIES: Final = 300
"""Tried on each command."""
ROOT = Path(__file__).resolve().parents[2]


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

        ledger.ask(books, lab, QUIET)

        found = {(difference.subject, difference.field) for difference in books.findings.differences}
        twice = {"hours given", "credits"}  # both ask the credit what was redeemed
        assert found == {(question.subject, name)} or {subject for subject, _ in found} == twice


def test_ledger__through_a_node_that_answers_with_the_largest_numbers__finds_every_value(lab: Lab, liar: Liar) -> None:
    books = ledger.check(lab, QUIET).books
    asked = list(questions(books, lab))
    liar.change_call = {each.call: b"\xff" * 32 * len(each.view.fields) for each in asked}

    ledger.ask(books, lab, QUIET)

    found = {(each.subject, each.field) for each in books.findings.differences}
    assert found >= {(each.subject, name) for each in asked for name in each.computed}


class FieldLiar(Node):
    """Remembers what a node said, and tells it with one leaf of one answer changed."""

    known: ClassVar[dict[bytes, bytes]] = {}
    lie: ClassVar[tuple[int, random.Random] | None] = None
    """Which answer, and how it changes."""
    told: ClassVar[int] = 0
    changed: ClassVar[str] = ""
    """Name of the field."""

    def _post(self, body: Any) -> bytes:
        key = msgspec.json.encode(body)
        if key not in self.known:
            self.known[key] = super()._post(body)
        FieldLiar.told += 1
        if self.lie is None or self.lie[0] != self.told:
            return self.known[key]
        answer = msgspec.json.decode(self.known[key])
        FieldLiar.changed = _change_a_leaf(answer, self.lie[1])
        return msgspec.json.encode(answer)


WRONG = (None, "", "0x", "0x0", "0x" + "f" * 64, "0x" + "f" * 600, "0x-5", "-5", "é", 7, -1, 1.5, True, [], {}, [[[]]])


def _change_a_leaf(answer: Any, chance: random.Random) -> str:
    """Change one leaf of an answer and return the name of the field that it is, or is in."""
    leaves = [(holder, key) for holder in _holders(answer) for key in _keys(holder) if not _keys(holder[key])]
    holder, key = chance.choice(leaves)
    said = holder[key]
    if isinstance(said, str) and len(said) > 2 and chance.random() < 0.5:
        place = chance.randrange(2, len(said))
        holder[key] = said[:place] + ("1" if said[place] != "1" else "2") + said[place + 1 :]
    else:
        holder[key] = chance.choice([each for each in WRONG if each != said])
    return key if isinstance(key, str) else "item"


def _keys(value: Any) -> list[Any]:
    return list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []


def _holders(value: Any) -> Iterator[Any]:
    if _keys(value):
        yield value
        for key in _keys(value):
            yield from _holders(value[key])


@pytest.mark.parametrize("command", [("contract",), ("ledger",), ("campaign", "1")], ids=" ".join)
def test_command__through_a_node_that_lies_in_any_one_field__ends_with_a_code_and_a_line(
    played: Played, head: str, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "Node", FieldLiar)
    for name, value in played.calm.environment.items():
        monkeypatch.setenv(name, value)
    chance = random.Random(11)

    def run() -> Result:
        FieldLiar.told = 0
        where = ("--rpc-url", played.rpc.url, "--block-hash", head)
        return CliRunner(mix_stderr=False).invoke(cli.audit, [*command, *where])

    FieldLiar.lie = None
    honest = run()
    assert honest.exit_code == 0
    codes = set()
    for _ in range(LIES):
        FieldLiar.lie = (chance.randint(1, FieldLiar.told), chance)
        done = run()
        codes.add(done.exit_code)
        assert done.exit_code in {0, 1, 2}
        assert isinstance(done.exception, SystemExit | None), FieldLiar.changed
        assert "a mistake of this tool" not in done.stderr, done.stderr
        if done.exit_code == 0:  # nobody believes that field, or it means the same
            assert done.stdout == honest.stdout, FieldLiar.changed

    assert codes == {0, 1, 2} or command == ("campaign", "1")


def test_ledger__of_an_escrow_that_lacks_one_unit__finds_it(lab: Lab, liar: Liar) -> None:
    books = ledger.check(lab, QUIET).books
    owed = [question for question in escrows(books, lab) if question.computed["value"]]
    assert len(owed) >= 2
    for question in owed:
        liar.change_call = {question.call: (question.computed["value"] - 1).to_bytes(32)}
        books.findings.differences.clear()

        ledger.ask(books, lab, QUIET)

        missing = [d for d in books.findings.differences if d.field == "missing"]
        assert [(d.subject, d.found) for d in missing] == [(question.subject, "1")]
        # What a contract holds of the credit is asked twice: as what it owes, and as a balance.
        assert {d.field for d in books.findings.differences} <= {"missing", "value"}


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


# Campaigns


def test_campaign__each_one__tells_every_unit_to_the_contracts_own_sums(lab: Lab) -> None:
    count = len(ledger.check(lab, QUIET).books.campaigns.campaigns)
    spent = back = public = 0
    for number in range(1, count + 1):
        life = campaigns.tell(lab, number, QUIET)
        assert life.checked.holds
        facts = life.campaign
        assert sum(money.given for money in life.citizens) == facts.raised
        assert sum(sum(money.by_milestone) for money in life.citizens) == facts.released
        assert sum(money.back for money in life.citizens) == facts.refunded
        assert all(money.waiting >= 0 and min([0, *money.by_milestone]) == 0 for money in life.citizens)
        for pool, some in life.public.items():
            reservation = life.checked.books.pools.pools[pool].reservations[number]
            kept = sum(money.given - money.back for money in some)
            assert kept == reservation.reserved
            assert sum(sum(money.by_milestone) for money in some) >= reservation.paid
            public += reservation.paid
        told = msgspec.json.decode(campaigns.as_json(life, []))
        assert len(told["events"]) == len(life.proofs) > 1
        assert len(list(campaigns.lines(life, []))) > len(life.proofs)
        spent, back = spent + facts.released, back + facts.refunded

    assert min(spent, back, public) > 0


def test_campaign__with_a_folder__leaves_a_proof_for_each_line(played: Played, head: str, tmp_path: Path) -> None:
    node = ("--rpc-url", played.rpc.url, "--block-hash", head)
    done = run_eranos(played.calm, "audit", "campaign", "1", "--proofs", str(tmp_path), *node)

    assert done.returncode == 0, done.stderr
    files = sorted(tmp_path.iterdir())
    assert len(files) > 10
    assert all(f"[proof {file.name}]" in done.stdout for file in files)
    for file in files:
        text = file.read_bytes()
        assert proofs.check(proofs.parse(text), bytes_of(proofs.parse(text).record.block_hash))


def test_campaign__that_is_not_there__could_not_be_told(lab: Lab) -> None:
    with pytest.raises(UnknownSubject, match="none is 999"):
        campaigns.tell(lab, 999, QUIET)


def test_campaign__of_a_node_that_shows_another_transaction__is_refused(lab: Lab, liar: Liar) -> None:
    liar.change_logs = lambda logs: [msgspec.structs.replace(g, transaction_hash="0x" + "12" * 32) for g in logs]
    with pytest.raises(ProofRefuted, match="another one"):
        campaigns.tell(lab, 1, QUIET)


# Bundles


@pytest.fixture(scope="module")
def bundled(played: Played, head: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("bundle") / "lab.bundle"
    with Node(played.rpc.url) as node:
        assert bundles.write(Lab.open(node, head), file, QUIET) > 300
    return file


def test_bundle__of_the_lab__holds_offline(bundled: Path, head: str, played: Played) -> None:
    opened = bundles.check(bundled, head, QUIET)

    assert opened.holds
    assert {each.contract.partition(" ")[0] for each in opened.journals} == {
        name for name, each in played.deployment.contracts.items() if each.journal_slot is not None
    }
    done = run_eranos(played.calm, "audit", "proof", str(bundled), "--block-hash", head)
    assert (done.returncode, done.stderr) == (0, "")


def holds(lines: list[bytes], file: Path, block_hash: str) -> bool:
    file.write_bytes(b"".join(lines))
    try:
        return bundles.check(file, block_hash, QUIET).holds
    except ProofError:
        return False


def test_bundle__that_lacks_doubles_or_moves_an_event__does_not_hold(bundled: Path, head: str, tmp_path: Path) -> None:
    lines = bundled.read_bytes().splitlines(keepends=True)
    file = tmp_path / "changed.bundle"
    journaled = [i for i, line in enumerate(lines) if b'"event":"PledgeMade"' in line or b'"event":"Listed"' in line]
    for i in journaled[:12]:
        assert not holds(lines[:i] + lines[i + 1 :], file, head)
        assert not holds(lines[:i] + lines[i:][:1] + lines[i:], file, head)
        assert not holds([*lines[:i], lines[i + 1], lines[i], *lines[i + 2 :]], file, head)
    journals_ = [i for i, line in enumerate(lines) if line.startswith(b'{"journal"')]
    assert len(journals_) > 4
    assert not any(holds(lines[:i] + lines[i + 1 :], file, head) for i in journals_)
    assert not holds(lines[:1], file, head)
    assert not holds(lines, file, "0x" + "12" * 32)
    assert holds(lines, file, head)


def test_bundle__with_a_byte_changed_in_any_line__does_not_hold(bundled: Path, head: str, tmp_path: Path) -> None:
    lines = bundled.read_bytes().splitlines(keepends=True)
    chance = random.Random(7)
    # The first line also names contracts without a journal, of which nothing is claimed.
    for i in range(1, len(lines), max(1, len(lines) // 40)):
        place = chance.randrange(len(lines[i]) - 1)
        changed = lines[i][:place] + bytes([lines[i][place] ^ 1 << chance.randrange(8)]) + lines[i][place + 1 :]
        assert not holds([*lines[:i], changed, *lines[i + 1 :]], tmp_path / "changed.bundle", head), (i, place)


def test_bundle__cut_off__is_unreadable(bundled: Path, head: str, tmp_path: Path) -> None:
    text = bundled.read_bytes()
    file = tmp_path / "cut.bundle"
    for length in (0, 10, 500, len(text) // 2, len(text) - 1):
        file.write_bytes(text[:length])
        with pytest.raises(ProofUnreadable):
            bundles.check(file, head, QUIET)


# Code and report


def test_report__with_the_sources__leaves_a_page_of_all_that_holds(played: Played, head: str, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    node = ("--rpc-url", played.rpc.url, "--block-hash", head)
    done = run_eranos(played.calm, "audit", "report", str(file), "--sources", str(ROOT), *node)

    assert (done.returncode, done.stderr) == (0, "")
    found = msgspec.json.decode(file.with_suffix(".json").read_bytes(), type=Report)
    assert found.holds
    assert found.block_hash == head
    assert {each.contract for each in found.code or ()} == set(played.deployment.contracts)
    assert "All that was checked holds." in file.read_text()


def test_code__of_a_node_that_shows_other_code__differs(lab: Lab, liar: Liar) -> None:
    contract = lab.contract("Crowdfunding")
    assert code.deployed_code(lab, contract)
    liar.change = lambda method, answer: answer[:-1] + "0" if method == "eth_getCode" else answer
    assert code.deployed_code(lab, contract) is None
