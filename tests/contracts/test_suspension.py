"""EntityRegistry.suspend: at least a day, at most 60 of any 180 days, ends by itself.

suspend
├── given no such entity → reverts
├── given the registrar acts for the entity → reverts
├── given another state than verified → reverts
├── when it would last less than one day from now → reverts
├── given a suspension that runs on for more than a day
│   ├── when the new end is before its end → reverts
│   └── otherwise → made longer (or confirmed), counted from its own start
├── when the 180 days before its end would hold more than 60 days of suspension → reverts, nothing stored
└── otherwise → suspended until then
and for any sequence of acts: accepted exactly if a model that looks at every window of 180 days agrees
"""

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts
from tests.contracts.isolation import isolated
from tests.contracts.schedule import revoke

REGISTERED, VERIFIED, REFUSED, REVOKED = 1, 2, 3, 4
UNKNOWN = 1_000

MINIMUM, MAXIMUM, PERIOD = DAY, 60 * DAY, 180 * DAY


@pytest.fixture
def entity_id(registry, entities, people) -> int:
    """A verified entity whose verification outlives every suspension of this file."""
    registry.verify(entities["organizer"], d.SSE, now() + 10 * 365 * DAY, sender=people.registrar)
    return entities["organizer"]


# --------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("unknown_id", [0, UNKNOWN])
def test_suspend__unknown_entity__reverts(registry, people, entities, unknown_id):
    with reverts(registry.EntityRegistry_UnknownEntity, entityId=unknown_id):
        registry.suspend(unknown_id, now() + 2 * DAY, d.REASON, sender=people.registrar)


def test_suspend__own_entity__reverts(registry, people, verify):
    registry.register(d.SSE, d.HASH, sender=people.registrar)
    own_id = registry.entityCount()
    with reverts(
        registry.EntityRegistry_OwnEntity,
        entityId=own_id,
        registrar=people.registrar.address,
    ):
        registry.suspend(own_id, now() + 2 * DAY, d.REASON, sender=people.registrar)


def test_suspend__registered__reverts(registry, people):
    registry.register(d.SSE, d.HASH, sender=people.stranger)
    entity_id = registry.entityCount()
    with reverts(registry.EntityRegistry_WrongState, entityId=entity_id, state=REGISTERED):
        registry.suspend(entity_id, now() + 2 * DAY, d.REASON, sender=people.registrar)


def test_suspend__refused__reverts(registry, people):
    registry.register(d.SSE, d.HASH, sender=people.stranger)
    entity_id = registry.entityCount()
    registry.refuse(entity_id, d.REASON, sender=people.registrar)
    with reverts(registry.EntityRegistry_WrongState, entityId=entity_id, state=REFUSED):
        registry.suspend(entity_id, now() + 2 * DAY, d.REASON, sender=people.registrar)


def test_suspend__revoked__reverts(lab, registry, people, entity_id):
    revoke(lab.authority, registry, entity_id, d.REASON, people.registrar)
    with reverts(registry.EntityRegistry_WrongState, entityId=entity_id, state=REVOKED):
        registry.suspend(entity_id, now() + 2 * DAY, d.REASON, sender=people.registrar)


@pytest.mark.parametrize("duration", [MINIMUM - 1, 0, -DAY])
def test_suspend__less_than_a_day__reverts(registry, people, entity_id, duration):
    start = now() + 10
    act_at(start)
    with reverts(
        registry.EntityRegistry_SuspensionTooShort,
        entityId=entity_id,
        until=start + duration,
        earliest=start + MINIMUM,
    ):
        registry.suspend(entity_id, start + duration, d.REASON, sender=people.registrar)


def test_suspend__before_the_end_of_a_running_one__reverts(registry, people, entity_id):
    until = now() + 30 * DAY
    registry.suspend(entity_id, until, d.REASON, sender=people.registrar)
    with reverts(
        registry.EntityRegistry_SuspensionTooShort,
        entityId=entity_id,
        until=until - 1,
        earliest=until,
    ):
        registry.suspend(entity_id, until - 1, d.REASON, sender=people.registrar)


@pytest.mark.parametrize("duration", [MAXIMUM + 1, PERIOD, 400 * DAY])
def test_suspend__more_than_60_days__reverts(registry, people, entity_id, duration):
    start = now() + 10
    act_at(start)
    with reverts(
        registry.EntityRegistry_SuspensionTooLong,
        entityId=entity_id,
        suspendedSeconds=min(duration, PERIOD),
        maxSeconds=MAXIMUM,
    ):
        registry.suspend(entity_id, start + duration, d.REASON, sender=people.registrar)
    assert registry.entity(entity_id).suspendedUntil == 0


def test_suspend__until_the_end_of_time__reverts(registry, people, entity_id):
    with reverts(
        registry.EntityRegistry_SuspensionTooLong,
        entityId=entity_id,
        suspendedSeconds=PERIOD,
        maxSeconds=MAXIMUM,
    ):
        registry.suspend(entity_id, 2**40 - 1, d.REASON, sender=people.registrar)


def test_suspend__made_longer_than_60_days_in_all__reverts(registry, people, entity_id):
    start = now() + 10
    act_at(start)
    registry.suspend(entity_id, start + 50 * DAY, d.REASON, sender=people.registrar)
    travel_to(start + 49 * DAY)
    with reverts(
        registry.EntityRegistry_SuspensionTooLong,
        entityId=entity_id,
        suspendedSeconds=MAXIMUM + 1,
        maxSeconds=MAXIMUM,
    ):
        registry.suspend(entity_id, start + MAXIMUM + 1, d.REASON, sender=people.registrar)
    assert registry.entity(entity_id).suspendedUntil == start + 50 * DAY, "the running one stays as it was"


def test_suspend__second_one_too_soon__reverts(registry, people, entity_id):
    """After 60 days of suspension, the next day of it may end when 180 days lie between the two ends."""
    start = now() + 10
    act_at(start)
    registry.suspend(entity_id, start + MAXIMUM, d.REASON, sender=people.registrar)
    # A day ends here that leaves one second too few outside the window.
    until = start + PERIOD + MINIMUM - 1
    act_at(until - MINIMUM)
    with reverts(
        registry.EntityRegistry_SuspensionTooLong,
        entityId=entity_id,
        suspendedSeconds=MAXIMUM + 1,
        maxSeconds=MAXIMUM,
    ):
        registry.suspend(entity_id, until, d.REASON, sender=people.registrar)


# ---------------------------------------------------------------------------------------------------------- success


@pytest.mark.parametrize("duration", [MINIMUM, MAXIMUM])
def test_suspend__from_a_day_to_60_days__is_suspended(registry, people, entity_id, duration):
    start = now() + 10
    act_at(start)

    tx = registry.suspend(entity_id, start + duration, d.REASON, sender=people.registrar)

    assert registry.entity(entity_id).suspendedUntil == start + duration
    assert registry.entity(entity_id).state == VERIFIED, "a suspension is no state"
    assert not registry.isVerified(people.organizer, d.SSE)
    emits(
        tx,
        registry.EntitySuspended(
            entityId=entity_id,
            oldSuspendedUntil=0,
            suspendedUntil=start + duration,
            reason=d.REASON,
        ),
    )


@pytest.mark.parametrize("until_day", [30, 60], ids=["confirmed", "longer"])
def test_suspend__running__goes_on(registry, people, entity_id, until_day):
    start = now() + 10
    act_at(start)
    registry.suspend(entity_id, start + 30 * DAY, d.REASON, sender=people.registrar)
    travel_to(start + 20 * DAY)

    tx = registry.suspend(entity_id, start + until_day * DAY, d.HASH, sender=people.registrar)

    assert registry.entity(entity_id).suspendedUntil == start + until_day * DAY
    emits(
        tx,
        registry.EntitySuspended(
            entityId=entity_id,
            oldSuspendedUntil=start + 30 * DAY,
            suspendedUntil=start + until_day * DAY,
            reason=d.HASH,
        ),
    )


@pytest.mark.parametrize("offset", [0, 1])
def test_suspend__over__begins_a_new_one(registry, people, entity_id, offset):
    start = now() + 10
    act_at(start)
    registry.suspend(entity_id, start + 30 * DAY, d.REASON, sender=people.registrar)
    second = start + 30 * DAY + offset
    act_at(second)

    tx = registry.suspend(entity_id, second + 30 * DAY, d.REASON, sender=people.registrar)

    assert registry.entity(entity_id).suspendedUntil == second + 30 * DAY
    emits(
        tx,
        registry.EntitySuspended(
            entityId=entity_id,
            oldSuspendedUntil=start + 30 * DAY,
            suspendedUntil=second + 30 * DAY,
            reason=d.REASON,
        ),
    )


@pytest.mark.parametrize("offset", [0, 1])
def test_suspend__second_one_late_enough__is_suspended(registry, people, entity_id, offset):
    start = now() + 10
    act_at(start)
    registry.suspend(entity_id, start + MAXIMUM, d.REASON, sender=people.registrar)
    until = start + PERIOD + MINIMUM + offset
    act_at(until - MINIMUM)

    registry.suspend(entity_id, until, d.REASON, sender=people.registrar)

    assert registry.entity(entity_id).suspendedUntil == until


def test_suspend__expired_verification__is_suspended(registry, people, entity_id):
    travel_to(registry.entity(entity_id).verifiedUntil)
    until = now() + 30 * DAY

    registry.suspend(entity_id, until, d.REASON, sender=people.registrar)

    assert registry.entity(entity_id).suspendedUntil == until


def test_suspend__sixty_single_days__is_the_most(registry, people, entity_id):
    """The longest list that the contract ever has to add up."""
    start = now() + 10
    for day in range(0, 120, 2):
        act_at(start + day * DAY)
        registry.suspend(entity_id, start + (day + 1) * DAY, d.REASON, sender=people.registrar)

    act_at(start + 120 * DAY)
    with reverts(
        registry.EntityRegistry_SuspensionTooLong,
        entityId=entity_id,
        suspendedSeconds=61 * DAY,
        maxSeconds=MAXIMUM,
    ):
        registry.suspend(entity_id, start + 121 * DAY, d.REASON, sender=people.registrar)


# --------------------------------------------------------------------------------------------------------- property


@dataclass
class Suspensions:
    """What PROTOCOL says, without cleverness: no window of 180 days, wherever it lies, holds more than 60 days."""

    spans: list[tuple[int, int]] = field(default_factory=list)

    def refused(self, start: int, until: int) -> str | None:
        """Suspends from `start` until `until`, unless the answer is why not."""
        last = self.spans[-1][1] if self.spans else 0
        if until < max(start + MINIMUM, last):
            return "short"
        after = [*self.spans[:-1], (self.spans[-1][0], until)] if last > start else [*self.spans, (start, until)]
        if max(self.inside(after, window) for window in windows(after)) > MAXIMUM:
            return "long"
        self.spans = after
        return None

    @staticmethod
    def inside(spans: list[tuple[int, int]], window: int) -> int:
        """Seconds of `spans` in the 180 days from `window` on."""
        return sum(max(0, min(until, window + PERIOD) - max(start, window)) for start, until in spans)


def windows(spans: list[tuple[int, int]]) -> set[int]:
    """Starts of windows among which the fullest is: one edge of it is an edge of a span. And some others."""
    edges = {edge for span in spans for edge in span}
    fullest = edges | {edge - PERIOD for edge in edges}
    return fullest | {edge + days * DAY for edge in edges for days in range(-PERIOD // DAY, 1, 15)}


seconds_off = st.sampled_from([-1, 0, 0, 0, 1])
gaps = st.builds(lambda days, off: max(1, days * DAY + off), st.integers(0, 185), seconds_off)
durations = st.builds(
    lambda days, off: days * DAY + off, st.sampled_from([0, 1, 1, 2, 10, 15, 20, 25, 30, 40, 59, 60, 61]), seconds_off
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(st.tuples(gaps, durations), min_size=2, max_size=8))
@example(acts=[(DAY, 45 * DAY), (170 * DAY, 25 * DAY)]).via("the first one lies half in the window")
@example(acts=[(DAY, 30 * DAY), (10 * DAY, 50 * DAY), (39 * DAY, 50 * DAY + 1)]).via("made longer up to the limit")
def test_suspend__any_sequence__agrees_with_the_model(registry, people, entity_id, acts):
    with isolated():
        model = Suspensions()
        for gap, duration in acts:
            start = now() + gap
            until = start + duration
            expected = model.refused(start, until)
            note(f"at {start}, until {until} ({gap / DAY:.5f} days later, for {duration / DAY:.5f}): {expected}")
            act_at(start)
            assert suspend_or_refusal(registry, people, entity_id, until) == expected
            assert registry.entity(entity_id).suspendedUntil == (model.spans[-1][1] if model.spans else 0)


def suspend_or_refusal(registry, people, entity_id, until) -> str | None:
    try:
        registry.suspend(entity_id, until, d.REASON, sender=people.registrar)
    except registry.EntityRegistry_SuspensionTooShort:
        return "short"
    except registry.EntityRegistry_SuspensionTooLong:
        return "long"
    return None
