"""What can stop a deployment. Each prints as one line and ends the command with code 1.

::

    DeployError
    ├── UnknownChain           no such chain in `chains.KNOWN`: pass --unknown-chain if it is meant
    ├── ForkedNetwork          a fork has the id of the chain it copies, its record would pass for the real one's
    ├── HolderMissing          off a local chain every role needs a holder
    ├── InvalidHolder          not an address, or not in its checksum form
    ├── OtherGenesis           the record is about another chain with the same id
    ├── ContractMissing        the record names a contract, the chain has no code there
    ├── CodeDiffers            the code there is not what this source compiles to
    ├── NotEnoughFunds         the deployer cannot pay the estimated cost
    ├── DeployerNotAdmin       roles are missing that the deployer may no longer grant
    ├── TransactionFailed      the node refused a transaction, or it reverted
    └── RealityDiffers         after all steps the chain is not as planned
"""

import click


class DeployError(click.ClickException):
    """Base of everything that stops a deployment; the message says what to do."""


class UnknownChain(DeployError):
    """The chain is in no table of ours."""


class ForkedNetwork(DeployError):
    """The network is a local copy of a public one."""


class HolderMissing(DeployError):
    """A role has no holder."""


class InvalidHolder(DeployError):
    """A role's holder is not a checksummed address."""


class OtherGenesis(DeployError):
    """The record's chain is not the one we are connected to."""


class ContractMissing(DeployError):
    """A recorded address holds no code."""


class CodeDiffers(DeployError):
    """A recorded address holds other code than ours."""


class NotEnoughFunds(DeployError):
    """The deployer's balance is below the estimated cost."""


class DeployerNotAdmin(DeployError):
    """Steps are left that only an admin can do, and the deployer is none."""


class TransactionFailed(DeployError):
    """A transaction was refused or reverted."""


class RealityDiffers(DeployError):
    """The finished lab is not the planned one."""
