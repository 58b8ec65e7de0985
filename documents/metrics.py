"""What a machine asks of the running service: counters for Prometheus."""

import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from documents.store import Totals
from serving.metrics import as_text, labelled


@dataclass
class Meter:
    """Counts what the service does."""

    accepted: Counter[str] = field(default_factory=Counter)
    """By kind."""
    refusals: Counter[str] = field(default_factory=Counter)
    """By problem type."""
    repeated: int = 0
    erased: int = 0
    searches: int = 0
    _lock: Lock = field(default_factory=Lock)

    def took(self, kind: str, *, new: bool) -> None:
        """Take note of a document that came."""
        with self._lock:
            self.accepted[kind] += new
            self.repeated += not new

    def refused(self, problem: str) -> None:
        """Take note of a refusal."""
        with self._lock:
            self.refusals[problem] += 1

    def removed(self, files: int) -> None:
        """Take note of an erasure."""
        with self._lock:
            self.erased += files

    def searched(self) -> None:
        """Take note of a search."""
        with self._lock:
            self.searches += 1

    def as_text(self, totals: Totals, folder: Path) -> str:
        """Return everything in Prometheus' text format."""
        metrics = (
            ("documents", "gauge", "Documents that are kept.", totals.documents),
            ("pictures", "gauge", "Pictures that are kept.", totals.pictures),
            ("bytes", "gauge", "Bytes of all files.", totals.bytes),
            ("free_bytes", "gauge", "Room on the disk of the files.", shutil.disk_usage(folder).free),
            ("erasures", "gauge", "Documents and pictures that were erased ever.", totals.erased),
            ("accepted_total", "counter", "New files by kind, since the start.", labelled("kind", self.accepted)),
            ("repeated_total", "counter", "Files that were here already.", self.repeated),
            ("refused_total", "counter", "Refusals by problem.", labelled("problem", self.refusals)),
            ("erased_total", "counter", "Files erased over HTTP, since the start.", self.erased),
            ("searches_total", "counter", "Searches.", self.searches),
        )
        return as_text("eranos_documents", metrics)
