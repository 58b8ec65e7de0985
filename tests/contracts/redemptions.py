"""Redemptions in every state, and the numbers that states have on chain."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import ape
from ape.api import AccountAPI, ReceiptAPI
from ape.contracts import ContractInstance

from scripts.deploy import DAY
from tests.contracts import defaults as d


class State(IntEnum):
    """`IProBono.State`."""

    None_ = 0
    Requested = 1
    Accepted = 2
    Underway = 3
    Delivered = 4
    NoShow = 5
    Contested = 6
    Confirmed = 7
    Declined = 8
    Withdrawn = 9
    Lapsed = 10
    Canceled = 11
    Expired = 12
    Missed = 13
    Settled = 14
    Ruled = 15
    Unruled = 16


#: States into which time alone leads; somebody has to carry them out.
BY_TIME = (State.Confirmed, State.Lapsed, State.Expired, State.Missed, State.Unruled)

REQUESTED, DELIVERED = 5, 3
"""Hours of a redemption unless a test says otherwise: asked for, and given."""
START, LENGTH = 5 * DAY, 20 * DAY
"""From the request to the start, and from there to `deliverBy`."""


@dataclass(frozen=True)
class Redemptions:
    """Brings new redemptions into any state by real acts and the passing of time.

    Attributes:
        pro_bono: The contract.
        people: `organizer` asks for help, `provider` gives it.
        offer_id: Of whose hours.
    """

    pro_bono: ContractInstance
    people: Any
    offer_id: int

    def request(self, hours: int = REQUESTED, **changes: Any) -> ReceiptAPI:
        """Asks for help that starts in five days; pass what differs by the names of the arguments, or `sender`."""
        sender = changes.pop("sender", self.people.organizer)
        start = changes.get("start", int(ape.chain.blocks.head.timestamp) + START)
        terms = {
            "offerId": self.offer_id,
            "credits": hours * d.CREDIT,
            "start": start,
            "deliverBy": start + LENGTH,
            "needHash": d.HASH,
        } | changes
        receipt: ReceiptAPI = self.pro_bono.requestHelp(*terms.values(), sender=sender)
        return receipt

    def deliver(self, redemption_id: int, hours: int = DELIVERED) -> ReceiptAPI:
        """The provider says that help was given."""
        receipt: ReceiptAPI = self.pro_bono.deliverHelp(
            redemption_id, hours, d.HASH, d.OTHER_HASH, sender=self.people.provider
        )
        return receipt

    def reach(self, state: State, *, by: AccountAPI | None = None, hours: int = REQUESTED) -> int:
        """Returns the id of a new redemption that has just come into `state`.

        Args:
            state: Those of `BY_TIME` are not carried out.
            by: Who reported the no-show before NoShow, Missed and Contested; in Contested None means that a delivery
                is contested.
            hours: Asked for.
        """
        self.request(hours)
        redemption_id = int(self.pro_bono.redemptionCount())
        self._advance(redemption_id, state, by)
        return redemption_id

    def reach_end(self, state: State) -> int:
        """The same, and what time has decided is carried out."""
        redemption_id = self.reach(state)
        if state in BY_TIME:
            self.carry_out(redemption_id, sender=self.people.stranger)
        return redemption_id

    def carry_out(self, redemption_id: int, sender: AccountAPI) -> ReceiptAPI:
        """Carries out what time has decided."""
        confirmed = self.pro_bono.redemption(redemption_id).state == State.Confirmed
        act = self.pro_bono.confirmHelp if confirmed else self.pro_bono.expire
        receipt: ReceiptAPI = act(redemption_id, sender=sender)
        return receipt

    def edge(self, redemption_id: int) -> int:
        """The instant at which time ends the present state."""
        r = self.pro_bono.redemption(redemption_id)
        edges = {State.Requested: r.start, State.Accepted: r.start, State.Underway: r.deliverBy}
        return int(edges.get(State(r.state), r.windowEndsAt))

    def _advance(self, redemption_id: int, state: State, by: AccountAPI | None) -> None:
        pro_bono, people = self.pro_bono, self.people
        if state == State.Declined:
            pro_bono.declineHelp(redemption_id, sender=people.provider)
        elif state == State.Withdrawn:
            pro_bono.withdrawHelp(redemption_id, sender=people.organizer)
        elif state == State.Lapsed:
            self._travel(redemption_id)
        elif state != State.Requested:
            pro_bono.acceptHelp(redemption_id, sender=people.provider)
            self._advance_accepted(redemption_id, state, by)

    def _advance_accepted(self, redemption_id: int, state: State, by: AccountAPI | None) -> None:
        pro_bono, people = self.pro_bono, self.people
        if state == State.Canceled:
            pro_bono.cancelHelp(redemption_id, sender=people.organizer)
        elif state != State.Accepted:
            self._travel(redemption_id)
        if state == State.Expired:
            self._travel(redemption_id)
        elif state in (State.NoShow, State.Missed) or by is not None:
            pro_bono.reportNoShow(redemption_id, d.REASON, sender=by or people.provider)
        elif state not in (State.Canceled, State.Accepted, State.Underway):
            self.deliver(redemption_id)
        if state in (State.Confirmed, State.Missed):
            self._travel(redemption_id)
        elif state >= State.Contested and state not in (State.Canceled, State.Expired):
            contester = people.provider if by == people.organizer else people.organizer
            pro_bono.contest(redemption_id, d.REASON, sender=contester)
        if state == State.Ruled:
            pro_bono.rule(redemption_id, DELIVERED, d.REASON, sender=people.arbiter)
        elif state == State.Unruled:
            self._travel(redemption_id)

    def _travel(self, redemption_id: int) -> None:
        ape.chain.mine(timestamp=self.edge(redemption_id))
