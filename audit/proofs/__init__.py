"""What a proof is, how it is made of a block and how it is checked; no network, no database, no clock.

The indexer makes the proofs that the API serves with this package, so that there is one definition of them. It is
checked by everybody else.
"""
