"""What is written down about a deployment, while it runs and when it is done.

`<chain_id>.unfinished.json` lies beside the records of `deployments` while a deployment runs. It holds what is
deployed, and the intent of what is being deployed: the deployer's nonce, from which the address follows. So nothing is
lost when the run is cut between sending a transaction and hearing of it.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import deployments
from deployments import CompilerSettings, DeployedContract, Deployment, Role
from scripts._deployment.errors import OtherGenesis
from scripts._deployment.lab import ADMIN, ARBITER, ARBITER_GRANT_DELAY, EXECUTION_DELAYS, ROLE_LABELS, role_name


@dataclass(frozen=True)
class Intent:
    """A contract about to be deployed."""

    name: str
    nonce: int
    """Of the deployer, for the transaction."""
    block_number: int
    """Head of the chain just before: the transaction is in a later block."""


@dataclass
class Records:
    """The record of one chain, finished or not."""

    chain_id: int
    genesis_hash: str
    contracts: dict[str, DeployedContract] = field(default_factory=dict)
    """By name of the contract."""
    intent: Intent | None = None

    @classmethod
    def open(cls, chain_id: int, genesis_hash: str, *, local: bool) -> "Records":
        """Reads what is written down about the chain we are connected to.

        Args:
            chain_id: As the node reports it.
            genesis_hash: Hash of block 0, with `0x`.
            local: Whether a record of another genesis is void (a local chain restarted) or an error.

        Raises:
            OtherGenesis: A public chain's record has another genesis.
            deployments.DeploymentInvalid: The record cannot be read.
        """
        records = cls._read(chain_id, genesis_hash)
        if records.genesis_hash == genesis_hash:
            return records
        if not local:
            message = (
                f"the record of chain {chain_id} is about a chain with genesis {records.genesis_hash}, "
                f"this one has {genesis_hash}: connect to the right node, or move {deployments.path_of(chain_id)} away."
            )
            raise OtherGenesis(message)
        return cls(chain_id, genesis_hash)

    @classmethod
    def _read(cls, chain_id: int, genesis_hash: str) -> "Records":
        draft = _path_of_unfinished(chain_id)
        if draft.is_file():
            return cls._of_draft(chain_id, json.loads(draft.read_text(encoding="utf-8")))
        try:
            deployment = deployments.load(chain_id)
        except deployments.DeploymentNotFound:
            return cls(chain_id, genesis_hash)
        return cls(chain_id, deployment.genesis_hash, dict(deployment.contracts))

    @classmethod
    def _of_draft(cls, chain_id: int, draft: dict[str, dict[str, dict[str, object]]]) -> "Records":
        contracts = {}
        for name, item in draft["contracts"].items():
            compiler = CompilerSettings(**item.pop("compiler"))  # type: ignore[arg-type]
            contracts[name] = DeployedContract(compiler=compiler, **item)  # type: ignore[arg-type]
        intent = Intent(**draft["intent"]) if draft["intent"] else None  # type: ignore[arg-type]
        return cls(chain_id, str(draft["genesis_hash"]), contracts, intent)

    def intend(self, intent: Intent) -> None:
        """Writes down what is about to be deployed."""
        self.intent = intent
        self._write()

    def add(self, name: str, contract: DeployedContract) -> None:
        """Writes down what is deployed."""
        self.contracts[name] = contract
        self.intent = None
        self._write()

    def finish(self) -> Path:
        """Writes the record that everybody reads, and returns its path."""
        path = deployments.save(Deployment(self.chain_id, self.genesis_hash, self.contracts, planned_roles()))
        _path_of_unfinished(self.chain_id).unlink(missing_ok=True)
        return path

    def _write(self) -> None:
        path = _path_of_unfinished(self.chain_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".tmp")
        content = {
            "contracts": {name: asdict(contract) for name, contract in self.contracts.items()},
            "genesis_hash": self.genesis_hash,
            "intent": asdict(self.intent) if self.intent else None,
        }
        draft.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        draft.replace(path)


def planned_roles() -> dict[str, Role]:
    """Returns the roles as every lab has them, by name."""
    return {
        role_name(role): Role(role, EXECUTION_DELAYS.get(role, 0), ARBITER_GRANT_DELAY if role == ARBITER else 0)
        for role in (ADMIN, *ROLE_LABELS)
    }


def _path_of_unfinished(chain_id: int) -> Path:
    return deployments.folder() / f"{chain_id}.unfinished.json"
