"""The story's documents. Only their SHA-256 goes on chain; the files are for the API to serve."""

import json
import shutil
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parent / "documents"
#: Each named by its SHA-256; drawn for this lab.
PICTURES = SOURCES / "pictures"


@dataclass(frozen=True)
class Library:
    """Files named by the SHA-256 of their bytes, in one folder."""

    folder: Path

    def add(self, document: dict[str, Any]) -> bytes:
        """Stores a document, with the pictures that it names, and returns its hash, 32 bytes."""
        content = (json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
        digest = sha256(content)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / digest.hexdigest()).write_bytes(content)
        for picture in document.get("pictures", []):
            shutil.copy(PICTURES / f"{picture['sha256']}.webp", self.folder / picture["sha256"])
        return digest.digest()

    def profile(self, name: str) -> bytes:
        """Stores an entity's profile; returns its hash."""
        return self.add(_source("lab")["profiles"][name])

    def reason(self, name: str) -> bytes:
        """Stores why something was refused, stopped, disputed or ended; returns its hash."""
        return self.add(_source("lab")["reasons"][name])

    def purpose(self, name: str) -> bytes:
        """Stores the purpose of a programme of credits; returns its hash."""
        return self.add(_source("lab")["programmes"][name])

    def agreement(self, pool: str) -> bytes:
        """Stores the agreement behind a pool of public money; returns its hash."""
        return self.add(_source("lab")["agreements"][pool])

    def listing(self, name: str) -> bytes:
        """Stores what is for sale; returns its hash."""
        return self.add(_source("lab")["listings"][name])

    def offer(self, name: str) -> bytes:
        """Stores what help a provider offers; returns its hash."""
        return self.add(_source("lab")["offers"][name])

    def need(self, name: str) -> bytes:
        """Stores what help is asked for; returns its hash."""
        return self.add(_source("lab")["needs"][name])

    def evidence(self, name: str) -> bytes:
        """Stores why credits were issued, or how an order or help was delivered; returns its hash."""
        return self.add(_source("lab")["evidence"][name])

    def description(self, campaign: str) -> bytes:
        """Stores a campaign's description; returns its hash."""
        return self.add(_source(campaign)["description"])

    def plan(self, campaign: str) -> list[bytes]:
        """Stores what each milestone promises; returns the hashes in order."""
        return [self.add(document) for document in _source(campaign)["milestones"]]

    def proof(self, campaign: str, milestone: int) -> bytes:
        """Stores a document of evidence for a milestone, counted from 0; returns its hash."""
        return self.add(_source(campaign)["evidence"][milestone])

    def update(self, campaign: str, number: int) -> bytes:
        """Stores news for a campaign's backers, counted from 0; returns its hash."""
        return self.add(_source(campaign)["updates"][number])


def salted_profile(account: str) -> bytes:
    """Returns the profile hash of a natural person, of which nothing is stored and nothing can be guessed."""
    return _salted("member-profile", account)


def salted_address(account: str) -> bytes:
    """Returns the hash of where an account wants its orders, which only buyer and seller know."""
    return _salted("delivery-address", account)


def _salted(kind: str, account: str) -> bytes:
    """The salt is derived here so that every run gives the same hash; a real one is random and kept by that person."""
    salt = sha256(f"salt of a local test wallet {account}".encode()).hexdigest()
    return sha256(json.dumps({"salt": salt, "type": kind}, sort_keys=True).encode()).digest()


@cache
def _source(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((SOURCES / f"{name}.json").read_text(encoding="utf-8"))
    return content
