"""Settings of the documents service, from the environment (prefix ``ERANOS_DOCUMENTS_``); no key is among them."""

from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_settings import SettingsConfigDict

from serving.logs import LogFormat
from serving.settings import ProcessSettings

MEGABYTE: Final = 2**20


def _http_address(text: str) -> str:
    """Return an HTTP address without a slash at its end."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("write an address such as http://127.0.0.1:8000, without credentials or query")
    return text.rstrip("/")


class Settings(ProcessSettings):
    """Every knob of the documents service."""

    model_config = SettingsConfigDict(env_prefix="ERANOS_DOCUMENTS_", extra="ignore")

    host: str = Field("127.0.0.1", description="Address to listen at.")
    port: int = Field(8002, ge=1, le=65_535, description="Port to listen at.")
    folder: Path = Field(Path("eranos-documents"), description="Folder of the files; made if it is not there.")
    database: Path = Field(Path("eranos-documents.db"), description="File of the database; made if it is not there.")
    api_url: Annotated[str, AfterValidator(_http_address)] = Field(
        "http://127.0.0.1:8000", description="The lab's API, which tells what is on chain. Nothing else is asked."
    )
    api_timeout: float = Field(10.0, gt=0, le=300, description="Seconds to wait for one answer of it.")
    max_json_bytes: int = Field(MEGABYTE, ge=1_024, le=16 * MEGABYTE, description="Of one document.")
    max_picture_bytes: int = Field(5 * MEGABYTE, ge=1_024, le=16 * MEGABYTE, description="Of one picture.")
    max_pixels: int = Field(16_000_000, ge=1, le=100_000_000, description="Of one picture: width times height.")
    account_files_per_day: int = Field(200, ge=1, description="Files for hashes of one account, each day (UTC).")
    account_bytes_per_day: int = Field(100 * MEGABYTE, ge=1, description="Bytes of the same.")
    uploads_per_minute: int = Field(60, ge=0, description="Of one caller; more are refused with 429. 0: no limit.")
    searches_per_minute: int = Field(120, ge=0, description="The same of searches.")
    upload_seconds: float = Field(60.0, gt=0, le=3_600, description="Within which one upload must have come.")
    log_format: LogFormat = Field(LogFormat.TEXT, description="text or json.")
