"""Every balance, match, release, refund, escrow and supply, computed from raw events by arithmetic of its own.

The rules are those of docs/protocol.md, written down a second time on purpose: nothing here is taken from the indexer.
Each event that states an amount or a total is compared with what the events before it give; in the end the contracts
are asked for everything. Addresses and hashes are integers here: what is only compared needs no other form.
"""
