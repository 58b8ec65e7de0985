"""The books of InnovationCredit: balances, supply, programmes."""

from collections import defaultdict
from typing import Final

from audit.ledger.findings import Book, Findings, written
from audit.ledger.words import Values

ZERO: Final = 0


class CreditBook(Book):
    """Who holds how many credits, and what programmes issued."""

    def __init__(self, findings: Findings) -> None:
        super().__init__(findings)
        self.balances: dict[int, int] = defaultdict(int)
        self.supply = self.redeemed = 0
        self.caps: dict[int, int] = {}
        """By programme."""
        self.issued: dict[int, int] = {}
        self.closed: set[int] = set()
        self.handlers = {
            "Transfer": self._transferred,
            "ProgrammeOpened": self._opened,
            "ProgrammeClosed": self._closed,
            "CreditIssued": self._issued,
        }

    def _transferred(self, e: Values) -> None:
        sender, receiver, amount = e["from"], e["to"], e["value"]
        if sender == ZERO:
            self.supply += amount
        else:
            self.balances[sender] -= amount
            overdrawn = max(0, -self.balances[sender])
            self.findings.compare(f"credits of {written(sender)}", "overdrawn", 0, overdrawn, self.source)
        if receiver == ZERO:
            self.supply -= amount
            self.redeemed += amount
        else:
            self.balances[receiver] += amount

    def _opened(self, e: Values) -> None:
        self.caps[e["programmeId"]], self.issued[e["programmeId"]] = e["cap"], 0

    def _closed(self, e: Values) -> None:
        programme = e["programmeId"]
        self.said(f"programme {programme}", e, issued=self.issued[programme])
        self.closed.add(programme)

    def _issued(self, e: Values) -> None:
        programme = e["programmeId"]
        self.issued[programme] += e["amount"]
        self.said(f"programme {programme}", e, issued=self.issued[programme])
        over = max(0, self.issued[programme] - self.caps[programme])
        self.findings.compare(f"programme {programme}", "issued above its cap", 0, over, self.source)
