"""Errors of the relay.

    RelayError
    ├── StartError                 the command can't do its work; the message says what to do
    │   ├── KeystoreUnusable       no key where the settings say, or the passphrase does not open it
    │   ├── KeystoreExists         a key would be overwritten
    │   ├── LogUnusable            the request log can't be used, or belongs to another chain or forwarder
    │   ├── LogTaken               another relay writes the log
    │   └── ChainUnusable          no node answers, or its chain is not the one of the deployment record
    ├── NodeFailure                the same question may succeed later
    │   ├── NodeUnavailable        no answer, or a broken one
    │   └── NodeRefused            the node answered with an error
    └── CallReverted               the contract said no

Messages are one line, carry the values that matter and end with what to do.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relay.reverts import Revert


class RelayError(Exception):
    """Base of all errors of this package."""


class StartError(RelayError):
    """The command can't do its work."""


class KeystoreUnusable(StartError):
    """There is no key where the settings say, or the passphrase does not open it."""


class KeystoreExists(StartError):
    """A key would be overwritten."""


class LogUnusable(StartError):
    """The request log can't be used, or belongs to another chain or forwarder."""


class LogTaken(StartError):
    """Another relay writes the log."""


class ChainUnusable(StartError):
    """No node answers, or its chain is not the one of the deployment record."""


class NodeFailure(RelayError):
    """The same question may succeed later."""


class NodeUnavailable(NodeFailure):
    """The node gave no answer, or a broken one."""


class NodeRefused(NodeFailure):
    """The node answered with an error."""


class CallReverted(RelayError):
    """A contract refused a call.

    Attributes:
        revert: What it said.
    """

    def __init__(self, revert: "Revert") -> None:
        super().__init__(str(revert))
        self.revert = revert
