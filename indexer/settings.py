"""Settings of the indexer, from the environment (prefix ``ERANOS_INDEX_``) and overridden by command options."""

from pydantic import Field, PositiveInt
from pydantic_settings import SettingsConfigDict

from serving.logs import LogFormat
from serving.settings import ProcessSettings


class Settings(ProcessSettings):
    """Every knob of the indexer."""

    model_config = SettingsConfigDict(env_prefix="ERANOS_INDEX_", extra="ignore")

    rpc_url: str = Field(
        "http://127.0.0.1:8545",
        description="HTTP address of the node's JSON-RPC; several, separated by commas: when one fails, the next.",
    )
    ws_url: str | None = Field(None, description="WebSocket address that tells of new heads; unset: the timer alone.")
    rpc_timeout: float = Field(30, gt=0, description="Seconds to wait for one answer of the node.")
    chain_id: PositiveInt | None = Field(None, description="Chain to index; unset: ask the node.")
    database_url: str | None = Field(None, description="SQLAlchemy URL; unset: the file eranos-<chain id>.db here.")
    target_logs: PositiveInt = Field(
        2000, description="Logs to aim at in one answer; ranges grow and shrink to meet it."
    )
    max_range: PositiveInt = Field(100_000, description="Most blocks asked for at once.")
    poll_seconds: float = Field(1.0, gt=0, description="Seconds between two looks for a new head.")
    recheck_seconds: float = Field(
        60.0, ge=0, description="Seconds between two looks at a sample of final blocks; 0: never."
    )
    listen_host: str = Field("127.0.0.1", description="Address of /health, /ready and /metrics.")
    listen_port: int = Field(0, ge=0, le=65_535, description="Port of /health, /ready and /metrics; 0: none.")
    log_format: LogFormat = Field(LogFormat.TEXT, description="text or json.")
    reconcile_seconds: float = Field(300.0, ge=0, description="Seconds between two checks against the chain; 0: never.")

    def database_url_of(self, chain_id: int) -> str:
        """Return the database to use for a chain."""
        return self.database_url or f"sqlite:///eranos-{chain_id}.db"
