"""Style sheet, scripts and pictures of ours, at addresses that hold the hash of their content and so never change."""

from dataclasses import dataclass
from gzip import compress
from hashlib import sha256
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

HERE: Final = Path(__file__).parent
STYLE_SHEET: Final = "eranos.css"
MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
IMMUTABLE: Final = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
_DIGEST_LENGTH: Final = 12


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    path: str
    media_type: str
    body: bytes
    packed: bytes
    """The same by gzip."""


class Assets:
    """All files by name (`eranos.css`, `built/reading.js`), read once."""

    def __init__(self, folder: Path = HERE) -> None:
        files = {file.relative_to(folder / "static").as_posix(): file.read_bytes() for file in _files(folder)}
        files[STYLE_SHEET] = b"\n".join(file.read_bytes() for file in sorted((folder / "styles").glob("*.css")))
        self._by_name = {name: _asset(name, body) for name, body in files.items()}
        self._by_path = {asset.path: asset for asset in self._by_name.values()}

    def path(self, name: str) -> str:
        """Return the address of a file.

        Raises:
            KeyError: There is no such file.
        """
        return self._by_name[name].path

    def size(self, name: str) -> int:
        """Return how many bytes a browser loads for a file."""
        return len(self._by_name[name].packed)

    def at(self, path: str) -> Asset | None:
        """Return the file at an address, None if there is none."""
        return self._by_path.get(path)

    @property
    def edition(self) -> str:
        """Return what changes with any of the files."""
        return sha256(" ".join(sorted(self._by_path)).encode()).hexdigest()


def _files(folder: Path) -> list[Path]:
    return [file for file in (folder / "static").rglob("*") if file.suffix in MEDIA_TYPES]


def _asset(name: str, body: bytes) -> Asset:
    stem, dot, suffix = name.rpartition(".")
    digest = sha256(body).hexdigest()[:_DIGEST_LENGTH]
    return Asset(f"/static/{stem}-{digest}{dot}{suffix}", MEDIA_TYPES[dot + suffix], body, compress(body, mtime=0))


router = APIRouter()


@router.get("/static/{path:path}")
def read_asset(request: Request) -> Response:
    """Return one of our files."""
    asset = request.app.state.assets.at(request.url.path)
    if asset is None:
        raise HTTPException(404)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.packed, headers=IMMUTABLE | {"Content-Encoding": "gzip"}, media_type=asset.media_type)
    return Response(asset.body, headers=IMMUTABLE, media_type=asset.media_type)
