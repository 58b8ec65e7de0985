"""Settings of the relay, from the environment (prefix ``ERANOS_RELAY_``). The passphrase itself is not among them."""

from pathlib import Path
from typing import Self

from pydantic import Field, PositiveInt, model_validator
from pydantic_settings import SettingsConfigDict

from relay.gas import MAX_TRANSACTION_GAS, gas_of_request, gas_of_transaction
from serving.logs import LogFormat
from serving.settings import ProcessSettings

MAX_DATA_BYTES = 16_384
"""Of one call: a basket of twenty orders with its permits takes a third of it."""


class Settings(ProcessSettings):
    """Every knob of the relay."""

    model_config = SettingsConfigDict(env_prefix="ERANOS_RELAY_", extra="ignore")

    host: str = Field("127.0.0.1", description="Address to listen at.")
    port: int = Field(8090, ge=1, le=65_535, description="Port to listen at.")
    rpc_url: str = Field("http://127.0.0.1:8545", description="HTTP address of the node's JSON-RPC.")
    rpc_timeout: float = Field(10, gt=0, le=300, description="Seconds to wait for one answer of the node.")
    chain_id: PositiveInt | None = Field(None, description="Chain to serve; unset: ask the node.")
    keystore: Path = Field(Path("relay-key.json"), description="File with the encrypted gas key.")
    passphrase_file: Path | None = Field(None, description="File with the passphrase; unset: it is asked for.")
    database: Path = Field(Path("relay.db"), description="File of the request log.")
    poll_seconds: float = Field(2.0, gt=0, le=60, description="Seconds between two looks at the chain.")
    replace_seconds: float = Field(
        45.0, gt=0, le=3_600, description="Seconds after which a transaction without a block is sent at a higher fee."
    )
    max_fee_wei: PositiveInt = Field(100 * 10**9, description="Highest fee for one gas, in wei.")
    max_tip_wei: PositiveInt = Field(3 * 10**9, description="Highest part of it for the block's producer, in wei.")
    max_request_gas: PositiveInt = Field(3_500_000, description="Most gas that one request may ask for.")
    max_batch_gas: PositiveInt = Field(
        12_000_000, le=MAX_TRANSACTION_GAS, description="Most gas of one transaction of the relay."
    )
    max_batch: PositiveInt = Field(20, le=100, description="Most requests in one transaction.")
    min_deadline_seconds: PositiveInt = Field(60, description="A request must stay valid for so long at least.")
    max_deadline_seconds: PositiveInt = Field(86_400, description="And for so long at most.")
    account_requests_per_day: PositiveInt = Field(40, description="Requests of one account in a UTC day.")
    account_gas_per_day: PositiveInt = Field(12_000_000, description="Gas of one account in a UTC day.")
    gas_per_day: PositiveInt = Field(400_000_000, description="Gas of all accounts together in a UTC day.")
    alarm_wei: int = Field(5 * 10**16, ge=0, description="A balance below this raises the alarm.")
    requests_per_minute: int = Field(
        120, ge=0, le=1_000_000, description="Of one caller; more are refused with 429. 0: as many as they like."
    )
    log_format: LogFormat = Field(LogFormat.TEXT, description="text or json.")

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        needed = gas_of_transaction([gas_of_request(self.max_request_gas, MAX_DATA_BYTES)])
        if self.max_batch_gas < needed:
            raise ValueError(f"max_batch_gas is {self.max_batch_gas}: one request can take {needed}")
        if self.min_deadline_seconds >= self.max_deadline_seconds:
            raise ValueError(f"min_deadline_seconds is not below max_deadline_seconds, {self.max_deadline_seconds}")
        if self.account_gas_per_day < needed or self.gas_per_day < self.account_gas_per_day:
            raise ValueError(f"account_gas_per_day must be {needed} to gas_per_day, {self.gas_per_day}")
        return self
