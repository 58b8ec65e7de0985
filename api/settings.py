"""Settings of the API, from the environment (prefix ``ERANOS_API_``). There is no RPC address and no key among them."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, field_validator
from pydantic_core import from_json
from pydantic_settings import NoDecode, SettingsConfigDict

from api.errors import DatabaseMissing
from serving.settings import ProcessSettings


def _folder(path: Path) -> Path:
    """Return a path where a folder is, or can be made: the documents service may not have begun yet."""
    if path.exists() and not path.is_dir():
        raise ValueError(f"{path} is no folder: name the one of the documents service, or unset it")
    return path


CurrencyCode = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class Settings(ProcessSettings):
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
    publisher: str = Field("Eranos", min_length=1, description="Name of the lab, as publisher of open data.")
    grants_prefix: str = Field(
        "360G-eranos", pattern="^360G-[A-Za-z0-9]+$", description="Prefix that 360Giving gave to the lab."
    )
    currency_codes: Annotated[dict[str, CurrencyCode], NoDecode] = Field(
        {}, description="ISO 4217 code of each currency that stands for money, as JSON: contract -> code."
    )
    documents: Annotated[Path, AfterValidator(_folder)] | None = Field(
        None, description="Folder of the documents to serve; unset: none are served."
    )

    @field_validator("currency_codes", mode="before")
    @classmethod
    def _from_json(cls, value: Any) -> Any:
        try:
            return from_json(value) if isinstance(value, str) and value.strip() else value
        except ValueError:
            raise ValueError('it is no JSON such as {"0x5FbD…": "EUR"}') from None

    def database(self) -> str:
        """Return the URL of the mirror.

        Raises:
            DatabaseMissing: It was not set, and there is no file, or more than one, that it could be.
        """
        return self.database_url or f"sqlite:///{_only_mirror_here(self.model_config['env_prefix'])}"


def _only_mirror_here(prefix: str) -> Path:
    found = sorted(Path().glob("eranos-*.db"))
    if len(found) == 1:
        return found[0]
    names = ", ".join(str(path) for path in found) or "no eranos-<chain id>.db"
    message = (
        f"this folder holds {names}: set {prefix}DATABASE_URL to the mirror to serve, "
        "or make one with `eranos index run`"
    )
    raise DatabaseMissing(message)
