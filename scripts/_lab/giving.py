"""Gives what the story wrote to the documents service, as its people would once their hashes are on chain."""

from http import HTTPStatus
from pathlib import Path

from scripts._lab.errors import DocumentsDiffer
from scripts._lab.http import Api


def give_all(service: Api, written: Path) -> int:
    """Gives every document, and then every picture, and compares what the service keeps with them.

    Args:
        service: The documents service; it keeps nothing yet.
        written: Folder of documents and pictures, each named by its SHA-256.

    Returns:
        How many there are.

    Raises:
        DocumentsDiffer: One was refused, or the service keeps another number of them.
    """
    # A picture is taken in after the document that names it.
    paths = sorted(written.iterdir(), key=lambda path: (not path.read_bytes().startswith(b"{"), path.name))
    for path in paths:
        status, body = service.read(f"/documents?sha256={path.name}", path.read_bytes())
        if status != HTTPStatus.CREATED:
            message = f"the document {path} was not taken in: {status} {body.decode(errors='replace')[:300]}"
            raise DocumentsDiffer(message)
    kept = service.get("/status")["kept"]
    if (kept["documents"] + kept["pictures"], kept["erased"]) != (len(paths), 0):
        message = f"the documents service keeps {kept}, but the story wrote {len(paths)} documents and pictures"
        raise DocumentsDiffer(message)
    return len(paths)
