"""Errors of the indexer.

    IndexerError
    ├── RetryableError             the same step may succeed later; the loop backs off and tries again
    │   ├── NodeUnavailable        no answer, a broken one, or an error answer
    │   ├── NodeAnswerInvalid      an answer that contradicts itself or the question
    │   └── LogsMissing            the journal on chain counts other events than the node has shown us
    └── FatalError                 a person has to act; the message says what
        ├── DeploymentInvalid      no deployment file for the chain, or an unusable one
        ├── DatabaseUnusable       unreadable, locked, or not a mirror
        ├── SchemaMismatch         made by newer code, or not up to date
        ├── MirrorOfAnotherChain   other chain id or genesis block
        ├── ConfigurationChanged   other contracts or other event ABIs than the mirror was made with
        ├── ReorgBelowFinality     the chain replaced blocks it had called final
        ├── AnotherWriter          somebody else moved the checkpoint
        ├── EventsInconsistent     an event about something no earlier event created
        ├── GapInHistory           events that were stored while the node told no journals are not all there
        └── MirrorEmpty            nothing was indexed yet

Messages are one line, carry the values that matter and end with what to do.
"""


class IndexerError(Exception):
    """Base of all errors of this package."""


class RetryableError(IndexerError):
    """The same step may succeed later."""


class NodeUnavailable(RetryableError):
    """The node gave no answer, a broken one, or an error.

    Attributes:
        retry_after: Seconds the node asked us to wait, 0 if it did not say.
    """

    def __init__(self, message: str, retry_after: float = 0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NodeAnswerInvalid(RetryableError):
    """The node's answer contradicts itself or the question."""


class LogsMissing(RetryableError):
    """The events received up to a block are not those that the contract's journal counts."""


class FatalError(IndexerError):
    """A person has to act."""


class DeploymentInvalid(FatalError):
    """There is no usable deployment file for the chain."""


class DatabaseUnusable(FatalError):
    """The database can't be opened, read or written."""


class SchemaMismatch(FatalError):
    """The database's schema is not the one of this code."""


class MirrorOfAnotherChain(FatalError):
    """The mirror was made from another chain, or from an earlier life of a local one."""


class ConfigurationChanged(FatalError):
    """The mirror was made for other contracts or other event ABIs."""


class ReorgBelowFinality(FatalError):
    """A block that the node had called final is no longer on its chain."""


class AnotherWriter(FatalError):
    """Another process moved the checkpoint."""


class EventsInconsistent(FatalError):
    """An event speaks of something that no earlier event created."""


class GapInHistory(FatalError):
    """The mirror lacks events of blocks whose journals the node did not tell when they were stored."""


class MirrorEmpty(FatalError):
    """Nothing was indexed yet."""
