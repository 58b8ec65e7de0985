"""Settings of the pages, from the environment (prefix ``ERANOS_WEB_``): those of the API beside them, and their own."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, TypeAdapter, ValidationError
from pydantic_settings import SettingsConfigDict

from api.settings import Settings as ApiSettings

Origin = "^https?://[A-Za-z0-9.:\\[\\]-]+$"


class TestWallet(BaseModel):
    """A wallet whose key everybody knows."""

    __test__ = False

    name: str = Field(min_length=1)
    role: str
    address: str = Field(pattern="^0x[0-9a-fA-F]{40}$")
    key: str = Field(pattern="^0x[0-9a-f]{64}$")


def wallets_in(file: Path) -> list[TestWallet]:
    """Return the wallets of a file.

    Raises:
        ValueError: It is not there, or no file of wallets.
    """
    try:
        return TypeAdapter(list[TestWallet]).validate_json(file.read_bytes())
    except (OSError, ValidationError):
        message = f"{file} is no file of wallets such as `make up` writes: name that one, or unset it"
        raise ValueError(message) from None


def _file_of_wallets(file: Path) -> Path:
    wallets_in(file)
    return file


class Settings(ApiSettings):
    """Every knob of the pages."""

    model_config = SettingsConfigDict(env_prefix="ERANOS_WEB_", extra="ignore")

    port: int = Field(8080, ge=1, le=65_535, description="Port to listen at.")
    url: str | None = Field(
        None, pattern=Origin, description="Address at which people open the pages; unset: previews have no picture."
    )
    contact: str | None = Field(
        None, pattern="^[^\\s@<>\"']+@[^\\s@<>\"']+$", description="Mail address of the lab; unset: none is shown."
    )
    documents_url: str | None = Field(
        None, pattern=Origin, description="Public address of the documents service; unset: nothing can be uploaded."
    )
    relay_url: str | None = Field(
        None, pattern=Origin, description="Public address of the relay; unset: acts without gas are not offered."
    )
    rpc_url: str | None = Field(
        None, pattern="^(https?|wss?)://[^\\s'\";,]+$", description="Node that a wallet may be offered; unset: none."
    )
    chain_name: str = Field("Local chain", min_length=1, description="What people call the chain.")
    test_wallets: Annotated[Path, AfterValidator(_file_of_wallets)] | None = Field(
        None, description="File of the local lab's wallets, for the local chain only; unset: none are offered."
    )
