"""What can go wrong when a deployment record is read.

::

    DeploymentError
    ├── DeploymentNotFound    no record for that chain: deploy, or point at the right folder
    ├── DeploymentInvalid     a record that this version cannot read
    └── AbiNotFound           no exported ABI of that name
"""


class DeploymentError(Exception):
    """Base of everything that this package raises; the message says what to do."""


class DeploymentNotFound(DeploymentError):
    """There is no record for the chain that was asked for."""


class DeploymentInvalid(DeploymentError):
    """A record exists but is not one: not JSON, a field missing, or a field of the wrong form."""


class AbiNotFound(DeploymentError):
    """There is no exported ABI of that name."""
