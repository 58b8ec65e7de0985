"""Ape scripts that a person runs: deploy, export_abi, story, up, check."""
