"""What the relay asks of the chain: the forwarder's nonces, simulations, blocks, receipts, fees and its own balance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from eth_abi.exceptions import DecodingError

from relay.errors import CallReverted, NodeRefused, NodeUnavailable
from relay.forwarding import EIP712_DOMAIN, EXECUTED, Domain, Executed, ForwardRequest, execute, executed_in, nonce_of
from relay.gas import gas_of_request, gas_of_transaction
from relay.node import Node, octets, quantity
from relay.reverts import Revert

TOO_BIG: Final = 1 << 63
"""No honest nonce, time or number of a block comes near."""
FIELDS_ONLY: Final = False
"""Of a block, without its transactions."""
_KNOWN: Final = ("already known", "already imported", "known transaction", "alreadyknown")


@dataclass(frozen=True, slots=True)
class Block:
    """One block.

    Attributes:
        number: Its place.
        hash: Its name.
        time: Unix seconds.
        base_fee: Wei for one gas that are burnt.
    """

    number: int
    hash: str
    time: int
    base_fee: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction.

    Attributes:
        tx_hash: Of the transaction.
        block_number: Where it stands.
        block_hash: The same.
        succeeded: Whether it had an effect.
        gas_used: Paid for.
        fee_wei: Paid.
        executed: What the forwarder executed in it.
    """

    tx_hash: str
    block_number: int
    block_hash: str
    succeeded: bool
    gas_used: int
    fee_wei: int
    executed: tuple[Executed, ...]


class Chain:
    """The chain, seen by one relay."""

    def __init__(self, node: Node, domain: Domain, sender: str) -> None:
        """Args: the forwarder's domain, and the relay's account."""
        self.node = node
        self.domain = domain
        self.sender = sender

    @property
    def forwarder(self) -> str:
        """Return the forwarder's address."""
        return self.domain.forwarder

    async def nonce_of(self, account: str) -> int:
        """Return the forwarder's present nonce of an account."""
        call = {"to": self.forwarder, "data": nonce_of(account)}
        try:
            answer = await self.node.ask("eth_call", call, "latest")
        except CallReverted as error:
            raise NodeUnavailable(f"the forwarder does not tell nonces: {error}") from error
        return _small(answer)

    async def simulate(self, request: ForwardRequest) -> None:
        """Execute a request without paying.

        Raises:
            CallReverted: The forwarder or the target refuses it; with the target's own reason.
        """
        limit = gas_of_transaction([gas_of_request(request.gas, len(request.data))])
        carried = {"from": self.sender, "to": self.forwarder, "data": execute(request), "gas": hex(limit)}
        try:
            await self.node.ask("eth_call", carried, "latest")
        except CallReverted as outer:
            if outer.revert.name not in {"FailedCall", ""}:
                raise
            reason = await self.reason_of(request, "latest")
            if reason is None:
                raise
            raise CallReverted(reason) from outer

    async def reason_of(self, request: ForwardRequest, block: str) -> Revert | None:
        """Call the target as the forwarder would, which keeps the target's reason to itself; None if it agrees.

        Args:
            request: What would be called.
            block: After which one: a number in hex, or a tag.
        """
        data = "0x" + (request.data + bytes.fromhex(request.account[2:])).hex()
        limit = hex(request.gas + 21_000 + 40 * len(data))
        inner = {"from": self.forwarder, "to": request.target, "data": data, "gas": limit}
        try:
            await self.node.ask("eth_call", inner, block)
        except CallReverted as error:
            return error.revert
        return None

    async def block(self, which: str | int) -> Block | None:
        """Return a block by number or tag, or None if the chain has none."""
        found = await self.node.ask(
            "eth_getBlockByNumber", which if isinstance(which, str) else hex(which), FIELDS_ONLY
        )
        if found is None:
            return None
        fields = _mapping(found)
        hash_ = _text(fields, "hash")
        return Block(
            _small(fields.get("number")), hash_, _small(fields.get("timestamp")), quantity(fields.get("baseFeePerGas"))
        )

    async def head(self) -> Block:
        """Return the last block."""
        head = await self.block("latest")
        if head is None:
            raise NodeUnavailable("the node knows no latest block")
        return head

    async def finalized(self) -> Block | None:
        """Return the last final block, None if the node knows none yet."""
        try:
            return await self.block("finalized")
        except NodeRefused:  # some say so where others answer null
            return None

    async def balance(self) -> int:
        """Return the relay's balance, in wei."""
        return quantity(await self.node.ask("eth_getBalance", self.sender, "latest"))

    async def count(self, account: str, up_to: str = "latest") -> int:
        """Return how many transactions of an account are in blocks, up to a tag."""
        return _small(await self.node.ask("eth_getTransactionCount", account, up_to))

    async def tip(self) -> int:
        """Return what the node proposes to pay a block's producer for one gas, in wei."""
        return quantity(await self.node.ask("eth_maxPriorityFeePerGas"))

    async def send(self, raw: bytes) -> None:
        """Hand a signed transaction to the node; that it knows it already is no failure."""
        try:
            await self.node.ask("eth_sendRawTransaction", "0x" + raw.hex())
        except NodeRefused as error:
            if not any(sign in str(error).lower() for sign in _KNOWN):
                raise

    async def receipt(self, tx_hash: str) -> Receipt | None:
        """Return what became of a transaction, None while it is in no block."""
        found = await self.node.ask("eth_getTransactionReceipt", tx_hash)
        if found is None:
            return None
        fields = _mapping(found)
        if _text(fields, "transactionHash") != tx_hash:
            raise NodeUnavailable(f"the node answered with the receipt of another transaction than {tx_hash}")
        gas_used = _small(fields.get("gasUsed"))
        return Receipt(
            tx_hash,
            _small(fields.get("blockNumber")),
            _text(fields, "blockHash"),
            quantity(fields.get("status")) == 1,
            gas_used,
            gas_used * quantity(fields.get("effectiveGasPrice")),
            tuple(self._executed(fields.get("logs"))),
        )

    async def executed_elsewhere(self, account: str, nonce: int, since: int) -> Executed | None:
        """Return where a request of an account with this nonce was executed, whoever carried it."""
        topics = [EXECUTED, "0x" + account[2:].lower().rjust(64, "0")]
        asked = {"address": self.forwarder, "topics": topics, "fromBlock": hex(since), "toBlock": "latest"}
        logs = await self.node.ask("eth_getLogs", asked)
        return next((each for each in self._executed(logs) if (each.account, each.nonce) == (account, nonce)), None)

    async def carries(self, tx_hash: str, request: ForwardRequest) -> bool:
        """Tell whether a transaction carries this very request: its signature is in the call."""
        found = await self.node.ask("eth_getTransactionByHash", tx_hash)
        return request.signature in octets(_mapping(found).get("input"))

    def _executed(self, logs: Any) -> Sequence[Executed]:
        try:
            return list(executed_in(logs, self.forwarder))
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, DecodingError) as error:
            raise NodeUnavailable("the node answered logs that can't be read") from error


async def domain_of(node: Node, forwarder: str, chain_id: int) -> Domain:
    """Return the domain in which requests to a forwarder are signed, by its own word.

    Raises:
        NodeFailure: It tells none, or that of another chain or contract.
    """
    call = {"to": forwarder, "data": "0x" + EIP712_DOMAIN.hex()}
    try:
        domain = Domain.of(octets(await node.ask("eth_call", call, "latest")))
    except (CallReverted, DecodingError) as error:
        raise NodeUnavailable(f"there is no forwarder at {forwarder}") from error
    if (domain.chain_id, domain.forwarder.lower()) != (chain_id, forwarder.lower()):
        raise NodeUnavailable(f"the forwarder at {forwarder} signs for {domain.forwarder} on chain {domain.chain_id}")
    return domain


def _small(value: Any) -> int:
    number = quantity(value)
    if number >= TOO_BIG:
        raise NodeUnavailable("the node answered a number out of bounds")
    return number


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NodeUnavailable("the node answered something else than a record")
    return value


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise NodeUnavailable(f"the node answered a record without {name}")
    return value
