"""How fast the indexer is beside the raw download of the same logs, on chains made of our own contracts' events."""
