"""Runs contract tests against mutants, inside one `ape test` that never ends by itself.

The lab is deployed once. A mutant's code is then put at the addresses of the contracts it changes, tests run against it
until one fails, and the chain goes back to where it was: that takes milliseconds instead of a new deployment. Only
mutants of constructors have the lab deployed anew.

What the node is asked goes over one open connection, as Ape and web3 spend ten times as long on each request. What is
asked and answered can be listened to: that is how the map of tests is learned.
"""

import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Final

import ape
import hypothesis
import pytest
from _pytest.runner import runtestprotocol
from ape.exceptions import ApeException
from ape_ethereum.ecosystem import Ethereum
from ape_foundry.provider import FoundryProvider
from eth_pydantic_types import HexBytes
from web3.providers.rpc import HTTPProvider
from web3.types import RPCEndpoint

from scripts._deployment.lab import CONTRACTS, libraries_of
from scripts._deployment.sources import container
from tests.contracts import short_way
from tests.mutation.sources import Compiler, Outputs

#: Number of the open file that leads to the one who gives the work.
WORK: Final = "MUTATION_WORK"
#: A test that takes longer is one whose end a mutant has taken away.
SECONDS_A_TEST: Final = 300
#: Of a test whose transaction the node did not mine.
TRIES: Final = 3
#: Stands for a test where a mutant of a constructor can't even be deployed.
DEPLOYMENT: Final = "the deployment of the lab"


#: Contract -> creation and runtime code in hex.
Codes = dict[str, dict[str, str]]


class TestTakesTooLong(BaseException):
    """Not an Exception, so that no test takes it for a refusal."""

    __test__ = False


@dataclass
class Wire(short_way.Wire):
    """A wire that remembers what was said on it."""

    marks: Iterable[str] = ()
    heard: set[str] = field(default_factory=set)

    def post(self, provider: HTTPProvider, method: str, body: bytes) -> bytes:
        answer = super().post(provider, method, body)
        # Code names every selector there is.
        if self.marks and method != "eth_getCode":
            said = (body + answer).decode()
            self.heard.update(mark for mark in self.marks if mark in said)
        return answer


def batched(provider: HTTPProvider, requests: list[tuple[RPCEndpoint, Any]]) -> list[Any]:
    """Stands in for a method of web3, so that what tests ask in one batch is heard as well."""
    answers: Any = provider.decode_rpc_response(
        short_way.WIRE.post(provider, "batch", provider.encode_batch_rpc_request(requests))
    )
    return sorted(answers, key=lambda answer: int(answer["id"]))


@dataclass
class Top:
    """Stands for the next test, so that everything below the session is taken down after each."""

    session: pytest.Session

    def listchain(self) -> list[pytest.Session]:
        return [self.session]


@dataclass
class Laboratory:
    """The lab on the chain, and the code that stands there.

    Attributes:
        session: Where the tests and their fixtures are.
        compiler: Makes the code.
        addresses: Contract -> where it stands.
        arguments: Contract -> what its constructor was given.
        deployable: Optimized creation code -> contract.
        libraries: Source -> library -> where it stands.
        originals: Contract -> code of the unchanged source.
        present: Contract -> code of the mutant, while there is one.
        failure: Why the mutant can't be deployed, if so.
        empty: The chain before the lab.
        base: The chain with the unchanged lab.
    """

    session: pytest.Session
    compiler: Compiler
    addresses: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, bytes] = field(default_factory=dict)
    deployable: dict[bytes, str] = field(default_factory=dict)
    libraries: dict[str, dict[str, str]] = field(default_factory=dict)
    originals: Codes = field(default_factory=dict)
    present: Codes = field(default_factory=dict)
    failure: str = ""
    empty: Any = None
    base: Any = None

    def open(self, outputs: Outputs) -> None:
        """Deploys the lab with everything that a test may ask for, and puts unoptimized code there."""
        self._fill_fixtures()
        lab = self._fixture("lab")
        at = {"deployer": str(self._fixture("people").deployer.address)}
        at |= {name: str(contract.address) for name, contract in lab.items()}
        for name, (contract, arguments) in CONTRACTS.items():
            code = container(contract, libraries_of(at))
            encode = ape.networks.ethereum.encode_calldata
            self.addresses[contract] = at[name]
            self.arguments[contract] = bytes(encode(code.contract_type.constructor, *arguments(at)))
            self.deployable[bytes(HexBytes(code.contract_type.deployment_bytecode.bytecode))] = contract
        for file, contracts in outputs.items():
            for contract in contracts:
                if contract in libraries_of(at):
                    self.libraries[file] = {contract: self.addresses[contract]}
        answer = self.compiler.compile(outputs, libraries=self.libraries)
        self.originals = codes(answer)
        self.place(self.originals)
        self.base = ape.chain.snapshot()

    def _fill_fixtures(self) -> None:
        """Sets up all that lives as long as the session, in the order in which it is defined."""
        self.session._setupstate.setup(Top(self.session))
        for name, variants in self.session._fixturemanager._arg2fixturedefs.items():
            folder = variants[-1].baseid
            if folder.startswith("tests/contracts") and variants[-1].scope == "session":
                item = next(i for i in self.session.items if i.nodeid.startswith(folder))
                item._initrequest()
                item._request.getfixturevalue(name)

    def _fixture(self, name: str) -> Any:
        (definition,) = self.session._fixturemanager._arg2fixturedefs[name]
        return definition.cached_result[0]

    def place(self, code: Codes) -> None:
        """Puts code at the addresses of deployed contracts."""
        for contract, objects in code.items():
            request("anvil_setCode", self.addresses[contract], self._runtime(contract, objects))

    def _runtime(self, contract: str, objects: dict[str, str]) -> str:
        """What the constructor would leave, immutables filled in."""
        if contract in {library for names in self.libraries.values() for library in names}:
            # A library's code begins by pushing its own address, which creation writes there.
            blank = "73" + "00" * 20 + "30"
            assert objects["runtime"].startswith(blank)
            return f"0x73{self.addresses[contract][2:].lower()}{objects['runtime'][42:]}"
        data = f"0x{objects['creation']}{self.arguments[contract].hex()}"
        return str(request("eth_call", {"data": data, "gas": hex(10**9)}, "latest"))

    def replace(self, encode: Callable[..., Any], ecosystem: Ethereum, code: HexBytes, *arguments: Any) -> Any:
        """Wraps a method of Ape: tests that deploy a contract of ours themselves get the mutant."""
        contract = self.deployable.get(bytes(code))
        if contract in self.present:
            code = HexBytes(self.present[contract]["creation"])
        return encode(ecosystem, code, *arguments)

    @contextmanager
    def mutated(self, code: Codes, *, anew: bool) -> Any:
        """Puts the changed contracts there, and in the end the old ones."""
        self.present = code
        try:
            if anew:
                self._deploy_anew()
            else:
                self.place(code)
        except (ApeException, AssertionError) as error:
            self.failure = f"{type(error).__name__}: {error}"
        try:
            yield
        finally:
            self.present, self.failure = {}, ""
            if anew:
                self._deploy_anew()
                self.place(self.originals)
                self.base = ape.chain.snapshot()
            else:
                self.back()

    def _deploy_anew(self) -> None:
        self.session._setupstate.teardown_exact(None)
        ape.chain.restore(self.empty)
        self.empty = ape.chain.snapshot()
        self._fill_fixtures()

    def back(self) -> None:
        """Takes the chain back to the unchanged lab."""
        ape.chain.restore(self.base)
        self.base = ape.chain.snapshot()

    def run(self, item: pytest.Item) -> str:
        """Runs one test from where the chain is, and takes the chain back there; returns why it failed, or nothing.

        Raises:
            RuntimeError: The node makes no blocks any more.
        """
        for _ in range(TRIES):
            failure = self._run(item)
            if short_way.NeverMined.__name__ not in failure:
                return failure
            request("anvil_dropAllTransactions")
        raise RuntimeError(failure)

    def _run(self, item: pytest.Item) -> str:
        before = ape.chain.snapshot()
        signal.alarm(SECONDS_A_TEST)
        reports = runtestprotocol(item, log=False, nextitem=Top(self.session))
        signal.alarm(0)
        ape.chain.restore(before)
        failed = [report for report in reports if report.failed]
        return why(failed[0]) if failed else ""


def why(report: pytest.TestReport) -> str:
    """Returns the line of a failure that says most."""
    crash = getattr(report.longrepr, "reprcrash", None)
    said = str(crash.message if crash else report.longrepr).strip()
    return said.splitlines()[0] if said else "fails"


def codes(answer: dict[str, Any]) -> Codes:
    """Returns creation and runtime code by contract."""
    return {
        contract: {
            "creation": output["evm"]["bytecode"]["object"],
            "runtime": output["evm"]["deployedBytecode"]["object"],
        }
        for contracts in answer["contracts"].values()
        for contract, output in contracts.items()
        if "evm" in output
    }


def request(method: str, *parameters: Any) -> Any:
    """Asks the node."""
    return ape.networks.provider.make_request(method, list(parameters))


class Worker:
    """Does what it is told, one message after the other."""

    def __init__(self, session: pytest.Session, wire: Wire, work: Connection) -> None:
        self.wire = wire
        self.work = work
        self.items = {item.nodeid: item for item in session.items}
        self.lab = Laboratory(session, Compiler())

    def serve(self) -> None:
        """Works until there is nothing left."""
        self.work.send(list(self.items))
        order = self.work.recv()
        marks = order["marks"]
        self.lab.empty = ape.chain.snapshot()
        self.lab.open(order["outputs"])
        while order := self._next():
            if "learn" in order:
                self.wire.marks = marks
                self.work.send(self.learn(order["learn"]))
                self.wire.marks = ()
            else:
                self.work.send(self.kill(**order))

    def _next(self) -> Any:
        """The next order; none when the one who gives them is gone."""
        try:
            return self.work.recv()
        except EOFError:
            return None

    def learn(self, nodeid: str) -> dict[str, Any]:
        """Runs a test against the unchanged contracts, and listens."""
        self.wire.heard.clear()
        started = time.monotonic()
        failure = self.lab.run(self.items[nodeid])
        seconds = round(time.monotonic() - started, 3)
        return {"failure": failure, "seconds": seconds, "heard": sorted(self.wire.heard)}

    def kill(self, outputs: Outputs, edit: dict[str, Any], tests: list[str], anew: bool) -> Any:
        """Runs tests against a mutant until one fails."""
        answer = self.lab.compiler.compile(outputs, edit=edit, libraries=self.lab.libraries)
        if "error" in answer:
            return {"outcome": "invalid", "why": answer["error"].splitlines()[0]}
        changed = {name: code for name, code in codes(answer).items() if code != self.lab.originals[name]}
        if not changed:
            return {"outcome": "equivalent", "why": "same code"}
        with self.lab.mutated(changed, anew=anew):
            if self.lab.failure:
                return {"outcome": "killed", "by": DEPLOYMENT, "why": self.lab.failure, "tried": 0}
            for tried, nodeid in enumerate(tests, start=1):
                failure = self.lab.run(self.items[nodeid])
                if failure:
                    return {"outcome": "killed", "by": nodeid, "why": failure[:200], "tried": tried}
        if self._is_optimized_away(outputs, edit):
            return {"outcome": "equivalent", "why": "same optimized code"}
        return {"outcome": "survived", "tried": len(tests)}

    def _is_optimized_away(self, outputs: Outputs, edit: dict[str, Any]) -> bool:
        """Whether the optimizer makes the same code of the mutant."""
        options = {"libraries": self.lab.libraries, "optimize": True}
        return codes(self.lab.compiler.compile(outputs, **options)) == codes(
            self.lab.compiler.compile(outputs, edit=edit, **options)
        )


WIRE: Final = pytest.StashKey[Wire]()


def pytest_configure(config: pytest.Config) -> None:
    """Hears what the tests say to the chain, makes them repeatable, and lets the chain take larger code."""
    short_way.WIRE = config.stash[WIRE] = Wire()
    HTTPProvider.make_batch_request = batched
    hypothesis.settings.register_profile(
        "mutation",
        database=None,
        deadline=None,
        derandomize=True,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
    )
    hypothesis.settings.load_profile("mutation")
    build = FoundryProvider.build_command
    # Code that is not optimized is too large for a public chain.
    FoundryProvider.build_command = lambda self: [*build(self), "--disable-code-size-limit"]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Instead of running each test once."""

    def too_long(*_: Any) -> None:
        raise TestTakesTooLong

    signal.signal(signal.SIGALRM, too_long)
    worker = Worker(session, session.config.stash[WIRE], Connection(int(os.environ[WORK])))
    encode = Ethereum.encode_deployment
    Ethereum.encode_deployment = lambda self, code, *arguments, **options: worker.lab.replace(
        encode, self, code, *arguments, **options
    )
    worker.serve()
    return True
