"""What api/pro_bono/acts.py says of the next legal acts is what the contract accepts

for each state of a redemption or an offer, as the indexer derives it from the logs
    at every edge of every window, a second before, at it and a second after
        for each act and actor
            in a window that was announced  -> accepted
            in none                         -> refused with a typed error
        every view of the contract says what the rows say
as many hours as announced can be asked for or delivered, and no more
"""

from dataclasses import dataclass
from typing import Any

import pytest

from api.case_acts import CaseAct, CaseActName
from api.pro_bono.acts import Parties, of_offer, of_redemption
from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.announced import Calls, Reconciled, empty_mirror, prove
from tests.contracts.conftest import now, travel_to
from tests.contracts.expect import reverts
from tests.contracts.mirrored_rows import MirroredRows
from tests.contracts.redemptions import BY_TIME, REQUESTED, State
from tests.contracts.schedule import administer
from tests.contracts.settlements import settlement, signed_by


@dataclass
class Stage:
    """What the states below are made with."""

    redemptions: Any
    pro_bono: Any
    registry: Any
    lab: Any
    people: Any
    entities: dict[str, int]
    offer_hours: Any
    revoke_entity: Any
    move_entity: Any


@pytest.fixture
def stage(redemptions, pro_bono, registry, lab, people, entities, offer_hours, revoke_entity, move_entity):
    return Stage(redemptions, pro_bono, registry, lab, people, entities, offer_hours, revoke_entity, move_entity)


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    return empty_mirror(tmp_path_factory.mktemp("empty"))


def reached(state, by=None):
    return lambda stage: stage.redemptions.reach(state, by=by and getattr(stage.people, by))


def carried_out(state):
    return lambda stage: stage.redemptions.reach_end(state)


def then(reach, *acts):
    def reach_and_act(stage):
        subject = reach(stage)
        for act in acts:
            act(stage, subject)
        return subject

    return reach_and_act


def after(days):
    return lambda *_: travel_to(now() + days * DAY)


def suspended(who, days):
    def suspend(stage, _):
        until = now() + days * DAY
        stage.registry.suspend(stage.entities[who], until, d.REASON, sender=stage.people.registrar)

    return suspend


def verified_for_days(days, kinds=d.PROVIDER):
    def verify(stage, _):
        until = now() + days * DAY
        stage.registry.verify(stage.entities["provider"], kinds, until, sender=stage.people.registrar)

    return verify


def revoked(who):
    return lambda stage, _: stage.revoke_entity(stage.entities[who])


def account_changed(stage, _):
    stage.move_entity(stage.entities["organizer"], stage.people.attacker)


def voided(stage, redemption_id):
    stage.pro_bono.voidSettlements(redemption_id, sender=stage.people.provider)


def paused(stage, _):
    stage.pro_bono.pauseEntry(sender=stage.people.guardian)


def closed(stage, _):
    authority = stage.lab.authority
    administer(authority, authority.setTargetClosed, stage.pro_bono, True, sender=stage.people.admin)


def its_offer_closed(stage, redemption_id):
    stage.pro_bono.closeOffer(stage.pro_bono.redemption(redemption_id).offerId, sender=stage.people.provider)


def small_offer(stage):
    """An offer of just as many hours as are asked for twice, of which a first request takes half."""
    redemptions = stage.redemptions
    stage.pro_bono.closeOffer(redemptions.offer_id, sender=stage.people.provider)
    offer_id = stage.offer_hours(2 * REQUESTED - 1)
    for _ in range(2):
        redemptions.request(offerId=offer_id)
    first = stage.pro_bono.redemptionCount() - 1
    stage.pro_bono.acceptHelp(first, sender=stage.people.provider)
    return first + 1


OPEN = (State.Requested, State.Accepted, State.Underway, State.Delivered, State.Contested)
ENDED = [state for state in State if state >= State.Confirmed]
REDEMPTIONS = {state.name: reached(state) for state in OPEN}
REDEMPTIONS |= {f"{state.name}, to carry out": reached(state) for state in BY_TIME}
REDEMPTIONS |= {f"{state.name}, ended": carried_out(state) for state in ENDED}
REDEMPTIONS |= {
    "NoShow, said by the provider": reached(State.NoShow, by="provider"),
    "NoShow, said by the beneficiary": reached(State.NoShow, by="organizer"),
    "Contested, a no-show": reached(State.Contested, by="organizer"),
    "Requested, provider suspended": then(reached(State.Requested), suspended("provider", 2)),
    "Requested, provider suspended until the start": then(reached(State.Requested), suspended("provider", 9)),
    "Requested, provider's verification ends": then(reached(State.Requested), verified_for_days(2)),
    "Requested, no provider any more": then(reached(State.Requested), verified_for_days(90, d.SSE)),
    "Requested, provider revoked": then(reached(State.Requested), revoked("provider")),
    "Requested, beneficiary suspended": then(reached(State.Requested), suspended("organizer", 9)),
    "Requested, offer closed": then(reached(State.Requested), its_offer_closed),
    "Requested, too few hours left": small_offer,
    "Requested, entry paused": then(reached(State.Requested), paused),
    "Accepted, offer closed": then(reached(State.Accepted), its_offer_closed),
    "Accepted, beneficiary revoked": then(reached(State.Accepted), revoked("organizer")),
    "Delivered, beneficiary's account changed": then(reached(State.Delivered), account_changed),
    "Contested, beneficiary's account changed": then(reached(State.Contested), account_changed),
    "Contested, provider revoked": then(reached(State.Contested), revoked("provider")),
    "Contested, settlements voided": then(reached(State.Contested), voided),
    "Contested, contract closed": then(reached(State.Contested), closed),
}


def acting_for(stage, rows: MirroredRows, who: str):
    account = rows.row("entities", stage.entities[who]).account
    return next(person for person in vars(stage.people).values() if person.address.lower() == account)


def redemption_calls(stage, redemption_id: int, rows: MirroredRows):
    deadline = now() + 600 * DAY
    message = settlement(stage.pro_bono, redemption_id, 2, deadline)
    signatures = signed_by(tuple(acting_for(stage, rows, who) for who in ("provider", "organizer")), message)
    names = ("acceptHelp", "declineHelp", "withdrawHelp", "cancelHelp", "confirmHelp", "expire", "voidSettlements")
    acts = {(name, None): (redemption_id,) for name in names}
    acts |= {(name, None): (redemption_id, d.REASON) for name in ("reportNoShow", "contest")}
    acts |= {("deliverHelp", None): (redemption_id, REQUESTED, d.HASH, d.OTHER_HASH)}
    acts |= {("rule", None): (redemption_id, 2, d.REASON)}
    return acts | {("settle", None): (redemption_id, 2, deadline, *signatures)}


def redemption_acts(rows: MirroredRows, redemption_id: int, time: int) -> list[CaseAct]:
    redemption = rows.row("redemptions", redemption_id)
    provider, beneficiary = (rows.row("entities", i) for i in (redemption.provider, redemption.beneficiary))
    offer, gates = rows.row("offers", redemption.offer_id), rows.escrow_gates("ProBono")
    return of_redemption(redemption, offer, Parties(provider, beneficiary), gates, time)


def people_of(stage):
    return {name: getattr(stage.people, name) for name in ("organizer", "provider", "arbiter", "stranger", "attacker")}


@pytest.mark.parametrize("state", REDEMPTIONS)
def test_next_acts__on_a_redemption_at_every_edge__are_what_the_contract_accepts(stage, lab, state, template, tmp_path):
    redemption_id = REDEMPTIONS[state](stage)
    rows = MirroredRows(lab)
    acts = redemption_acts(rows, redemption_id, now())
    calls = Calls(stage.pro_bono, redemption_calls(stage, redemption_id, rows), people_of(stage))
    mirror = Reconciled(template, tmp_path, rows)
    for time in prove(acts, calls, people_of(stage), rows):
        mirror.check(time)


def test_next_acts__deliver__as_many_hours_as_announced_and_no_more(stage, lab, pro_bono, people):
    redemption_id = stage.redemptions.reach(State.Underway)
    acts = redemption_acts(MirroredRows(lab), redemption_id, now())
    (act,) = [act for act in acts if act.name is CaseActName.DELIVER_HELP]
    assert act.max_quantity == REQUESTED
    with reverts(
        pro_bono.ProBono_HoursNotInEscrow,
        redemptionId=redemption_id,
        hoursDelivered=REQUESTED + 1,
        hoursRequested=REQUESTED,
    ):
        stage.redemptions.deliver(redemption_id, REQUESTED + 1)
    stage.redemptions.deliver(redemption_id, act.max_quantity)


# ----------------------------------------------------------------------------------------------------------- offers


def offered(stage):
    stage.pro_bono.closeOffer(stage.redemptions.offer_id, sender=stage.people.provider)
    return stage.offer_hours(9, weeks=3)


def offer_closed(stage, offer_id):
    stage.pro_bono.closeOffer(offer_id, sender=stage.people.provider)


def accepted(hours):
    def accept(stage, offer_id):
        stage.redemptions.request(hours, offerId=offer_id, deliverBy=stage.pro_bono.offer(offer_id).until)
        stage.pro_bono.acceptHelp(stage.pro_bono.redemptionCount(), sender=stage.people.provider)

    return accept


OFFERS = {
    "open": offered,
    "some hours reserved": then(offered, accepted(4)),
    "all hours reserved": then(offered, accepted(9)),
    "closed": then(offered, offer_closed),
    "closed with hours reserved": then(offered, accepted(4), offer_closed),
    "provider suspended": then(offered, suspended("provider", 2)),
    "provider suspended longer than verified": then(offered, verified_for_days(2), suspended("provider", 5)),
    "a suspension is over": then(offered, suspended("provider", 2), after(3)),
    "provider's verification ends": then(offered, verified_for_days(2)),
    "no provider any more": then(offered, verified_for_days(90, d.SSE)),
    "provider revoked": then(offered, revoked("provider")),
    "entry paused": then(offered, paused),
    "a pause is over": then(offered, paused, after(4)),
}


def offer_acts(rows: MirroredRows, offer_id: int, time: int) -> list[CaseAct]:
    offer = rows.row("offers", offer_id)
    return of_offer(offer, rows.row("entities", offer.provider), rows.escrow_gates("ProBono"), time)


@pytest.mark.parametrize("state", OFFERS)
def test_next_acts__on_an_offer_at_every_edge__are_what_the_contract_accepts(stage, lab, state, template, tmp_path):
    offer_id = OFFERS[state](stage)
    rows = MirroredRows(lab)
    acts, mirror = offer_acts(rows, offer_id, now()), Reconciled(template, tmp_path, rows)
    until, senders = stage.pro_bono.offer(offer_id).until, people_of(stage)

    for time in prove(acts, OfferCalls(stage.pro_bono, offer_id, until, senders), senders, rows):
        mirror.check(time)


class OfferCalls:
    """Calls of the acts on an offer; help is asked for from the next second on, until the offer's end."""

    def __init__(self, pro_bono, offer_id, until, senders):
        self.arguments = (pro_bono, offer_id, until, senders)

    def accepted(self):
        pro_bono, offer_id, until, senders = self.arguments
        requested = (offer_id, d.CREDIT, now() + 1, until, d.HASH)
        acts = {("closeOffer", None): (offer_id,), ("requestHelp", None): requested}
        return Calls(pro_bono, acts, senders).accepted()


def test_next_acts__request_help__for_as_many_hours_as_announced_and_no_more(stage, lab, pro_bono):
    offer_id = then(offered, accepted(4))(stage)
    (act,) = [a for a in offer_acts(MirroredRows(lab), offer_id, now()) if a.name is CaseActName.REQUEST_HELP]
    assert act.max_quantity == 5
    until = pro_bono.offer(offer_id).until
    with reverts(pro_bono.ProBono_NotEnoughHours, offerId=offer_id, hoursRequested=6, left=5):
        stage.redemptions.request(6, offerId=offer_id, deliverBy=until)
    stage.redemptions.request(5, offerId=offer_id, deliverBy=until)
