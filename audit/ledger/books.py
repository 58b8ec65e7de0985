"""All books of a lab, kept in one pass over its events, with the journals replayed beside."""

from collections.abc import Mapping
from typing import Final

from audit.errors import NodeUntrue
from audit.ledger.campaigns import CampaignBook
from audit.ledger.credits import CreditBook
from audit.ledger.findings import Book, Findings
from audit.ledger.orders import OrderBook
from audit.ledger.pools import PoolBook
from audit.ledger.redemptions import RedemptionBook
from audit.ledger.words import Layout, layouts
from audit.node import Log

CONTRACTS: Final = ("InnovationCredit", "Crowdfunding", "MatchFunding", "Marketplace", "ProBono")
"""Those that hold or count money, credits or hours."""


class Books:
    """The books of all contracts."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """Args: names: contract by lower-case address, of those in `CONTRACTS`."""
        self.findings = Findings()
        self.credits = CreditBook(self.findings)
        self.campaigns = CampaignBook(self.findings)
        self.pools = PoolBook(self.findings, self.campaigns)
        self.orders = OrderBook(self.findings)
        self.redemptions = RedemptionBook(self.findings)
        books = (self.credits, self.campaigns, self.pools, self.orders, self.redemptions)
        by_contract = dict(zip(CONTRACTS, books, strict=True))
        self._kept: dict[tuple[str, str], tuple[Book, Layout]] = {
            (address, topic): (by_contract[name], layout)
            for address, name in names.items()
            for topic, layout in layouts(name).items()
            if layout.name in by_contract[name].handlers
        }

    def take(self, log: Log) -> None:
        """Enter one event.

        Raises:
            NodeUntrue: It is about something that no earlier event began.
        """
        kept = self._kept.get((log.address, log.topics[0])) if log.topics else None
        if kept is None:
            return
        book, layout = kept
        book.source = f"{layout.name} in block {int(log.block_number, 16)}, log {int(log.log_index, 16)}"
        try:
            book.handlers[layout.name](layout.read(log))
        except (LookupError, StopIteration, ValueError) as error:
            raise NodeUntrue(f"{book.source} is about something that no earlier event began: {error!r}") from error
