"""Errors of the documents service.

    DocumentsError
    ├── StartError                 it can't start, or a command can't do its work; the message says what to do
    │   ├── FolderUnusable         files can't be kept where the settings say
    │   ├── FolderTaken            another process takes documents into the same folder
    │   ├── StoreUnusable          the database can't be opened, or was made by a later version
    │   └── NothingToErase         no such document is kept here
    └── Refusal                    an answer that is a problem of `problems.PROBLEM_TYPES`

Messages are one line, carry the values that matter and end with what to do.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from documents.problems import Fault, ProblemType


class DocumentsError(Exception):
    """Base of all errors of this package."""


class StartError(DocumentsError):
    """The service can't start, or a command can't do its work."""


class FolderUnusable(StartError):
    """Files can't be kept where the settings say."""


class FolderTaken(StartError):
    """Another process takes documents into the same folder."""


class StoreUnusable(StartError):
    """The database can't be opened, or was made by a later version."""


class NothingToErase(StartError):
    """No such document is kept here."""


class Refusal(DocumentsError):
    """An answer that is a problem.

    Attributes:
        kind: Which one.
        detail: What is wrong with this request, one sentence for its author.
        faults: Each place in the document that is wrong.
        more: Further members of the problem.
        retry_seconds: When to try again; None if that would not help.
    """

    def __init__(
        self,
        kind: "ProblemType",
        detail: str,
        *,
        faults: "Sequence[Fault]" = (),
        retry_seconds: int | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.faults = faults
        self.retry_seconds = retry_seconds
        self.more = more
