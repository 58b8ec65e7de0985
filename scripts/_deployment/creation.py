"""Creates contracts so that a cut run goes on where it was, and none is deployed twice."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import ape
from ape.api import AccountAPI
from ape.contracts import ContractContainer, ContractInstance
from hexbytes import HexBytes

from deployments import CompilerSettings, DeployedContract
from scripts._deployment.errors import CodeDiffers, ContractMissing
from scripts._deployment.nonces import address_created_by
from scripts._deployment.records import Intent, Records


class Found(NamedTuple):
    """What the chain knows about a deployed contract."""

    address: str
    block_number: int
    tx_hash: str


@dataclass(frozen=True)
class Creator:
    """Finds a contract, or deploys it.

    Attributes:
        deployer: Pays.
        records: What is written down; each contract is added.
        source_commit: Where the code is from.
        compiler: Settings it was compiled with.
        tell: Called with one line for each contract.
    """

    deployer: AccountAPI
    records: Records
    source_commit: str
    compiler: CompilerSettings
    tell: Callable[[str], None]

    def create(self, code: ContractContainer, arguments: list[object], template: DeployedContract) -> ContractInstance:
        """Returns the contract that the record names, else the one that a cut run deployed, else a new one.

        Args:
            code: The compiled contract.
            arguments: Of its constructor.
            template: Its record but for what only the chain knows.

        Raises:
            ContractMissing: The record names an address without code.
            CodeDiffers: The code there is not `code`.
        """
        name = str(code.contract_type.name)
        if name in self.records.contracts:
            address = self.records.contracts[name].address
            check_code(name, address, code)
            self.tell(f"found    {name} at {address}")
        else:
            found = self._interrupted(name, code)
            deployed = found or self._deploy(name, code, arguments)
            self.records.add(name, replace(template, **deployed._asdict()))
            address = self.records.contracts[name].address
            self.tell(f"{'adopted ' if found else 'deployed'} {name} at {address}")
        return code.at(address, fetch_from_explorer=False, detect_proxy=False)

    def template(self, abi: str, journal_slot: int | None) -> DeployedContract:
        """Returns a record that lacks only what the chain knows."""
        return DeployedContract(
            address="",
            block_number=0,
            tx_hash="",
            source_commit=self.source_commit,
            compiler=self.compiler,
            abi=abi,
            journal_slot=journal_slot,
        )

    def _deploy(self, name: str, code: ContractContainer, arguments: list[object]) -> Found:
        nonce = self.deployer.nonce
        self.records.intend(Intent(name, nonce, ape.chain.blocks.height))
        receipt = self.deployer.call(code(*arguments, sender=self.deployer.address, nonce=nonce))
        address = address_created_by(self.deployer.address, nonce)
        return Found(address, receipt.block_number, HexBytes(receipt.txn_hash).to_0x_hex())

    def _interrupted(self, name: str, code: ContractContainer) -> Found | None:
        """Finds what a cut run sent but did not write down. Needs no archive node, only the blocks since then."""
        intent = self.records.intent
        if intent is None or intent.name != name or self.deployer.nonce <= intent.nonce:
            return None
        address = address_created_by(self.deployer.address, intent.nonce)
        if not matches(ape.networks.provider.get_code(address), code):
            return None
        web3 = ape.networks.provider.web3
        for number in range(intent.block_number, ape.chain.blocks.height + 1):
            for transaction in web3.eth.get_block(number, full_transactions=True)["transactions"]:
                if (transaction["from"], transaction["nonce"]) == (self.deployer.address, intent.nonce):
                    return Found(address, number, HexBytes(transaction["hash"]).to_0x_hex())
        return None


def check_code(name: str, address: str, code: ContractContainer) -> None:
    """Raises unless the chain has the code of `name` at `address`."""
    deployed = ape.networks.provider.get_code(address)
    if not deployed:
        message = f"the record says that {name} is at {address}, but there is no code: is this the right chain?"
        raise ContractMissing(message)
    if not matches(deployed, code):
        message = f"{name} at {address} is not what this source compiles to: check out the recorded commit."
        raise CodeDiffers(message)


def matches(deployed: bytes, code: ContractContainer) -> bool:
    """Whether deployed code is `code`, immutables left out.

    The compiler leaves zeros where the constructor writes immutables (and a library its own address), so that a byte
    may differ only where the compiled one is zero.
    """
    compiled = HexBytes(code.contract_type.runtime_bytecode.bytecode)
    return len(deployed) == len(compiled) and all(
        there in (here, 0) for here, there in zip(deployed, compiled, strict=True)
    )
