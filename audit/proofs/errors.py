"""What can be wrong with a proof, or with what one is made of.

::

    ProofError
    ├── ProofUnreadable    no proof that this version can check: other format, cut off, an event it does not know
    ├── ProofRefuted       a proof, and it does not hold
    └── BlockInvalid       what a node says of a block contradicts itself or the block's hash
"""


class ProofError(Exception):
    """Base of everything that this package raises; the message is one line."""


class ProofUnreadable(ProofError):
    """It is no proof that this version can check, so nothing can be said about what it claims."""


class ProofRefuted(ProofError):
    """It is a proof, and what it claims does not follow from the block hash."""


class BlockInvalid(ProofError):
    """A node's account of a block does not lead to the block's hash."""
