"""What keeps an audit from being made; exit code 2. A difference that was found is no error of this tree.

::

    AuditError
    ├── NodeUnavailable      no answer, an error, or a state that the node has forgotten
    ├── NodeUntrue           an answer that contradicts itself, the question, or the block hash
    ├── ApiUnusable          the API that was to be compared does not answer as one
    ├── FileUnusable         a file that can't be read or written
    ├── SourceUnusable       contracts that do not compile, or no compiler
    └── UnknownSubject       no such contract or campaign
"""


class AuditError(Exception):
    """Base of everything that keeps an audit from being made; the message is one line and says what to do."""


class NodeUnavailable(AuditError):
    """The node gave no answer, refused, or has forgotten the state asked for."""


class NodeUntrue(AuditError):
    """What the node says contradicts itself, the question, or the block hash that is believed."""


class ApiUnusable(AuditError):
    """The API that was to be compared does not answer, or not as one."""


class FileUnusable(AuditError):
    """A file can't be read or written."""


class SourceUnusable(AuditError):
    """The contracts' sources do not compile, or there is no compiler."""


class UnknownSubject(AuditError):
    """The lab has no such contract or campaign."""
