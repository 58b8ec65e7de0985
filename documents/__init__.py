"""Keeps the documents behind the hashes on chain: takes them in, serves, finds and erases them."""

from typing import Final

VERSION: Final = "0.1.0"
