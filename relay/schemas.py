"""What goes over HTTP: numbers are decimal strings, bytes are hex with 0x, accounts carry their checksum."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, Self

from eth_utils.address import is_checksum_address, to_checksum_address
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from relay.forwarding import SIGNATURE_BYTES, ForwardRequest
from relay.records import Entry, State
from relay.settings import MAX_DATA_BYTES

MAX_UINT48: Final = (1 << 48) - 1
MAX_UINT256: Final = (1 << 256) - 1


def _checked_address(text: str) -> str:
    digits = text[2:]
    if digits not in {digits.lower(), digits.upper()} and not is_checksum_address(text):
        raise ValueError("its EIP-55 checksum is wrong")
    return str(to_checksum_address(text.lower()))


def _below(most: int) -> AfterValidator:
    def check(text: str) -> str:
        if int(text) > most:
            raise ValueError(f"it is more than {most}")
        return text

    return AfterValidator(check)


Address = Annotated[str, StringConstraints(pattern="^0x[0-9a-fA-F]{40}$"), AfterValidator(_checked_address)]
Id = Annotated[str, StringConstraints(pattern="^0x[0-9a-f]{64}$")]
Number = Annotated[str, StringConstraints(pattern="^(0|[1-9][0-9]{0,77})$")]
Uint256 = Annotated[Number, _below(MAX_UINT256)]
Uint48 = Annotated[Number, _below(MAX_UINT48)]
Calldata = Annotated[
    str, StringConstraints(pattern="^0x([0-9a-fA-F]{2})*$", min_length=10, max_length=2 + 2 * MAX_DATA_BYTES)
]
Signature = Annotated[str, StringConstraints(pattern=f"^0x[0-9a-fA-F]{{{2 * SIGNATURE_BYTES}}}$")]


class PostedRequest(BaseModel):
    """An ERC-2771 forward request with its EIP-712 signature."""

    model_config = ConfigDict(extra="forbid", strict=True)

    from_: Address = Field(alias="from", description="Whose act it is.")
    to: Address = Field(description="The contract.")
    value: Uint256 = Field(description="Ether to send, in wei: 0.", examples=["0"])
    gas: Uint256 = Field(description="Gas that the call may use.", examples=["250000"])
    deadline: Uint48 = Field(description="Last Unix second in which it may be executed.", examples=["1790000000"])
    data: Calldata = Field(description="The call.")
    signature: Signature = Field(description="65 bytes: r, s, v.")

    def request(self) -> ForwardRequest:
        """Return it as the forwarder knows it."""
        return ForwardRequest(
            account=self.from_,
            target=self.to,
            value=int(self.value),
            gas=int(self.gas),
            deadline=int(self.deadline),
            data=bytes.fromhex(self.data[2:]),
            signature=bytes.fromhex(self.signature[2:]),
        )


class Posted(BaseModel):
    """A request to carry."""

    model_config = ConfigDict(extra="forbid", strict=True)

    request: PostedRequest


class RequestStatus(BaseModel):
    """How far an accepted request is."""

    id: str = Field(description="The EIP-712 hash that the account signed.")
    state: State = Field(description="accepted, sent, mined or refused.")
    final: bool = Field(
        description="Whether the relay does no more about it; until then a reorg can take a block back. What the relay "
        "has refused somebody else can still carry until its deadline: `state` is then `mined`, once that is final."
    )
    account: str
    nonce: str = Field(description="The forwarder's, with which it was signed.")
    tx_hash: str | None = Field(description="The transaction that carries it; another one if it was sent again.")
    block_number: int | None
    reason: str | None = Field(description="Why it was refused.")
    accepted_at: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return what the log says."""
        return cls(
            id=entry.id,
            state=entry.state,
            final=entry.final,
            account=entry.request.account,
            nonce=str(entry.nonce),
            tx_hash=entry.tx_hash,
            block_number=entry.block_number,
            reason=entry.reason,
            accepted_at=datetime.fromtimestamp(entry.accepted_at, UTC).isoformat().replace("+00:00", "Z"),
        )


class Quota(BaseModel):
    """What the relay still pays for today."""

    account: str
    requests_per_day: int
    requests_left: int
    gas_per_day: int
    gas_left: int
    lab_gas_left: int = Field(description="Of all accounts together.")
    resets_in_seconds: int


class Domain(BaseModel):
    """EIP-712 domain in which requests are signed."""

    name: str
    version: str
    chain_id: int
    verifying_contract: str


class Contract(BaseModel):
    """A contract that requests may go to."""

    address: str
    functions: list[str]


class Limits(BaseModel):
    """What a request has to keep within."""

    max_gas: int
    max_data_bytes: int
    min_deadline_seconds: int
    max_deadline_seconds: int


class QuotasPublished(BaseModel):
    """What the relay pays for in a UTC day."""

    account_requests_per_day: int
    account_gas_per_day: int
    gas_per_day: int
    gas_left: int


class Status(BaseModel):
    """The relay, as those who use it and those who run it see it."""

    address: str = Field(description="The account that pays gas.")
    balance_wei: str | None
    balance_is_low: bool
    ready: bool
    reason: str | None = Field(description="Why requests are not carried now.")
    chain_id: int
    head_block: int
    forwarder: str
    domain: Domain
    contracts: Mapping[str, Contract]
    limits: Limits
    quotas: QuotasPublished
    requests: Mapping[State, int] = Field(description="By state, since the log began.")
    oldest_waiting_seconds: int


class Verdict(BaseModel):
    """Whether something is well."""

    status: str = Field(examples=["ok"])
    reason: str | None = None


class ProblemExplanation(BaseModel):
    """What a kind of problem means."""

    type: str
    title: str
    status: int
    meaning: str
    remedy: str
