"""The schema of the mirror, shared by the indexer (which writes) and the API (which only reads)."""
