"""Errors of the documents service.

    DocumentsError
    └── StartError                 it can't start, or a command can't do its work; the message says what to do
        ├── FolderUnusable         files can't be kept where the settings say
        ├── FolderTaken            another process takes documents into the same folder
        ├── StoreUnusable          the database can't be opened, or was made by a later version
        └── NothingToErase         no such document is kept here

Messages are one line, carry the values that matter and end with what to do.
"""


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
