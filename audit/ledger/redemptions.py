"""The books of ProBono: hours promised, credits in escrow, hours given."""

from dataclasses import dataclass
from typing import Final

from audit.ledger.findings import Book, Findings
from audit.ledger.words import Values

HOUR: Final = 10**18
"""Base units of credit for one hour."""
REQUESTED: Final = 1
"""Number of the state of a redemption that nobody has answered."""


@dataclass(slots=True)
class Offer:
    """Hours that a provider promises."""

    offered: int
    until: int
    reserved: int = 0
    confirmed: int = 0
    closed: bool = False

    @property
    def open_hours(self) -> int:
        """Return the hours that are promised and neither given nor taken back."""
        return self.reserved if self.closed else self.offered - self.confirmed


@dataclass(slots=True)
class Redemption:
    """Credits for help."""

    offer: int
    requested: int
    """Hours, and so credits in escrow."""
    delivered: int = 0
    ended: bool = False


class RedemptionBook(Book):
    """All offers and redemptions."""

    def __init__(self, findings: Findings) -> None:
        super().__init__(findings)
        self.offers: dict[int, Offer] = {}
        self.redemptions: dict[int, Redemption] = {}
        self.handlers = {
            "HoursOffered": self._offered,
            "OfferClosed": self._closed,
            "HelpRequested": self._requested,
            "HelpAccepted": self._accepted,
            "HelpDelivered": self._delivered,
            "HelpAttested": self._attested,
            "CreditsReturned": self._returned,
        }

    @property
    def escrowed(self) -> int:
        """Return the credits that the contract holds for open redemptions, in base units."""
        return HOUR * sum(each.requested for each in self.redemptions.values() if not each.ended)

    @property
    def burned(self) -> int:
        """Return the credits burned for hours given, in base units."""
        return HOUR * sum(each.delivered for each in self.redemptions.values() if each.ended)

    def capacity(self, time: int) -> int:
        """Return what promised hours can back at a time, in base units."""
        return HOUR * sum(each.open_hours for each in self.offers.values() if time < each.until)

    def _offered(self, e: Values) -> None:
        self.offers[e["offerId"]] = Offer(e["hoursOffered"], e["until"])

    def _closed(self, e: Values) -> None:
        offer = self.offers[e["offerId"]]
        removed = offer.offered - offer.reserved - offer.confirmed
        self.said(f"offer {e['offerId']}", e, hoursRemoved=removed, hoursReserved=offer.reserved)
        offer.closed = True

    def _requested(self, e: Values) -> None:
        self.redemptions[e["redemptionId"]] = Redemption(e["offerId"], e["hoursRequested"])

    def _accepted(self, e: Values) -> None:
        redemption, offer = self.redemptions[e["redemptionId"]], self.offers[e["offerId"]]
        offer.reserved += redemption.requested
        self.said(f"offer {e['offerId']}", e, hoursReserved=offer.reserved)

    def _delivered(self, e: Values) -> None:
        self.redemptions[e["redemptionId"]].delivered = e["hoursDelivered"]

    def _attested(self, e: Values) -> None:
        redemption = self.redemptions[e["redemptionId"]]
        self._end(redemption, e, burned=e["hoursDelivered"])
        self.said(_name(e), e, hoursReturned=redemption.requested - redemption.delivered)

    def _returned(self, e: Values) -> None:
        redemption = self.redemptions[e["redemptionId"]]
        self._end(redemption, e, burned=0)
        self.said(_name(e), e, hoursReturned=redemption.requested)

    def _end(self, redemption: Redemption, e: Values, *, burned: int) -> None:
        self.findings.compare(_name(e), "ended before", 0, int(redemption.ended), self.source)
        redemption.delivered, redemption.ended = burned, True
        if e["oldState"] != REQUESTED:
            offer = self.offers[redemption.offer]
            offer.reserved -= redemption.requested
            offer.confirmed += burned


def _name(e: Values) -> str:
    return f"redemption {e['redemptionId']}"
