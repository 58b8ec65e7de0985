"""Settings of the API, from the environment (prefix ``ERANOS_API_``). There is no RPC address and no key among them."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.errors import DatabaseMissing


class Settings(BaseSettings):
    """Every knob of the API."""

    model_config = SettingsConfigDict(env_prefix="ERANOS_API_", extra="ignore")

    host: str = Field("127.0.0.1", description="Address to listen at.")
    port: int = Field(8000, ge=1, le=65_535, description="Port to listen at.")
    database_url: str | None = Field(
        None, description="SQLAlchemy URL of the mirror; unset: the only file eranos-<chain id>.db here."
    )
    requests_per_minute: int = Field(
        1_200, ge=0, le=1_000_000, description="Of one caller; more are refused with 429. 0: as many as they like."
    )
    documents: Path | None = Field(None, description="Folder of the documents to serve; unset: none are served.")

    def database(self) -> str:
        """Return the URL of the mirror.

        Raises:
            DatabaseMissing: It was not set, and there is no file, or more than one, that it could be.
        """
        return self.database_url or f"sqlite:///{_only_mirror_here()}"


def _only_mirror_here() -> Path:
    found = sorted(Path().glob("eranos-*.db"))
    if len(found) == 1:
        return found[0]
    names = ", ".join(str(path) for path in found) or "no eranos-<chain id>.db"
    message = (
        f"this folder holds {names}: set ERANOS_API_DATABASE_URL to the mirror to serve, "
        "or make one with `eranos index run`"
    )
    raise DatabaseMissing(message)
