"""What the arguments of custom errors are, so that a page can show each as people read it.

Most are known by their names, which mean the same in every contract; the others are named one by one.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from web.words import N_


class Kind(StrEnum):
    """How to show an argument."""

    MONEY = "money"
    """Base units of the currency that the page or another argument names."""
    CREDITS = "credits"
    """Base units of the innovation credit: 10^18 are one hour."""
    HOURS = "hours"
    COUNT = "count"
    SHARE = "share"
    """Basis points."""
    TIME = "time"
    """Unix time."""
    DURATION = "duration"
    """Seconds."""
    ACCOUNT = "account"
    CURRENCY = "currency"
    """Address of a currency; shown by its symbol where the page knows it."""
    ENTITY = "entity"
    NUMBER = "number"
    """Of a campaign, pool, listing, order, offer, redemption or programme."""
    MILESTONE = "milestone"
    """Counted from 0 on chain and from 1 for people."""
    ROLE = "role"
    TERM = "term"
    """Name of a term in ASCII, filled with zero bytes; its words are in `terms`."""
    OF_TERM = "of_term"
    """A value whose own kind is the term's, in `terms`."""
    PHASE = "phase"
    STATE = "state"
    """Number of a state; its words are in the table that `states` names for the error."""
    HEX = "hex"


_BY_NAME: Final[Mapping[Kind, str]] = {
    Kind.MONEY: "amount raised goal minMatch available minPledge rest expected received lost minRaised needed balance "
    "allowance price",
    Kind.CREDITS: "supply capacity credits creditPrice",
    Kind.HOURS: "hoursOffered hoursRequested hoursDelivered",
    Kind.COUNT: "milestoneCount attempt attempts decimals quantity length bits currentNonce kinds deliveryMode",
    Kind.SHARE: "shareBps maxBps",
    Kind.TIME: "until notBefore claimBy closedAt suspendedUntil expiresAt earliest barredUntil finishableAt startsAt "
    "endsAt opensAt deadline start deliverBy",
    Kind.DURATION: "delay suspendedSeconds maxSeconds",
    Kind.ACCOUNT: "account caller target authority initialAdmin msgsender signer owner from sender receiver approver "
    "spender backer reviewer arbiter registrar buyer forwarder to",
    Kind.CURRENCY: "currency poolCurrency token",
    Kind.ENTITY: "entityId organizer provider seller",
    Kind.NUMBER: "campaignId poolId listingId orderId offerId redemptionId programmeId id",
    Kind.MILESTONE: "milestone",
    Kind.ROLE: "roleId",
    Kind.TERM: "term",
    Kind.PHASE: "phase",
    Kind.STATE: "state",
    Kind.HEX: "operationId selector s termsHash needHash requestedValue msgValue str",
}
_KIND_OF: Final = {name: kind for kind, names in _BY_NAME.items() for name in names.split()}

_ELSE: Final[Mapping[tuple[str, str], Kind]] = {
    ("Crowdfunding_TermOutOfBounds", "value"): Kind.OF_TERM,
    ("Crowdfunding_TermOutOfBounds", "min"): Kind.OF_TERM,
    ("Crowdfunding_TermOutOfBounds", "max"): Kind.OF_TERM,
    ("MatchFunding_TermOutOfBounds", "value"): Kind.OF_TERM,
    ("MatchFunding_TermOutOfBounds", "min"): Kind.OF_TERM,
    ("MatchFunding_TermOutOfBounds", "max"): Kind.OF_TERM,
    ("Marketplace_TermOutOfBounds", "value"): Kind.OF_TERM,
    ("Marketplace_TermOutOfBounds", "min"): Kind.OF_TERM,
    ("Marketplace_TermOutOfBounds", "max"): Kind.OF_TERM,
    ("SafeCastOverflowedUintDowncast", "value"): Kind.COUNT,
    ("MatchFunding_TooManyPools", "max"): Kind.COUNT,
    ("MatchFunding_PoolFull", "left"): Kind.MONEY,
    ("Marketplace_NotEnoughStock", "left"): Kind.COUNT,
    ("Marketplace_TooManyOrders", "max"): Kind.COUNT,
    ("ProBono_HoursOutOfBounds", "left"): Kind.HOURS,
    ("ProBono_NotEnoughHours", "left"): Kind.HOURS,
    ("ProBono_TooManyOffers", "max"): Kind.COUNT,
    ("ProBono_TooManyRequests", "max"): Kind.COUNT,
    ("ProBono_InvalidUntil", "max"): Kind.TIME,
    ("Escrow_ShareTooLarge", "share"): Kind.COUNT,
    ("Escrow_ShareTooLarge", "max"): Kind.COUNT,
    ("InnovationCredit_AboveCap", "amount"): Kind.CREDITS,
    ("InnovationCredit_AboveCap", "left"): Kind.CREDITS,
    ("InnovationCredit_AboveCapacity", "amount"): Kind.CREDITS,
}

TERMS: Final[Mapping[str, tuple[str, Kind]]] = {
    "goal": (N_("Goal"), Kind.MONEY),
    "stretchGoal": (N_("Stretch goal"), Kind.MONEY),
    "minPledge": (N_("Smallest pledge"), Kind.MONEY),
    "opensAt": (N_("Opening"), Kind.TIME),
    "deadline": (N_("Deadline"), Kind.TIME),
    "extension": (N_("Extension"), Kind.DURATION),
    "withdrawalCutoff": (N_("Time before the deadline without withdrawals"), Kind.DURATION),
    "objectionWindow": (N_("Time for objections"), Kind.DURATION),
    "rulingWindow": (N_("Time for a ruling"), Kind.DURATION),
    "milestones": (N_("Number of milestones"), Kind.COUNT),
    "dueDate": (N_("Due date of a milestone"), Kind.TIME),
    "shareBps": (N_("Share of a milestone"), Kind.SHARE),
    "shareBpsTotal": (N_("Sum of all shares"), Kind.SHARE),
    "endsAt": (N_("End of the pool"), Kind.TIME),
    "maxFirstTrancheBps": (N_("Largest first share"), Kind.SHARE),
    "campaignCap": (N_("Most for one campaign"), Kind.MONEY),
    "ratioBps": (N_("Match for each pledge"), Kind.SHARE),
    "memberCap": (N_("Most for one member"), Kind.MONEY),
    "membersOnly": (N_("Members only"), Kind.COUNT),
    "minRaised": (N_("Amount to be raised"), Kind.MONEY),
    "minMembers": (N_("Members needed"), Kind.COUNT),
    "minMemberPledge": (N_("Pledge needed of each member"), Kind.MONEY),
    "stock": (N_("Stock"), Kind.COUNT),
    "deliveryModes": (N_("Ways of delivery"), Kind.COUNT),
    "acceptWindow": (N_("Time to accept"), Kind.DURATION),
    "deliverWindow": (N_("Time to deliver"), Kind.DURATION),
    "confirmWindow": (N_("Time to confirm"), Kind.DURATION),
}
"""Name of a term that a contract bounds -> its words, and the kind of its value."""


def kind_of(error: str, argument: str) -> Kind:
    """Return how to show an argument of an error.

    Raises:
        KeyError: Nobody has said what it is.
    """
    return _ELSE.get((error, argument)) or _KIND_OF[argument]
