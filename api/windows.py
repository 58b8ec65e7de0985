"""When an act is legal: from one instant until just before another."""

from collections.abc import Iterable
from typing import TypeVar

A = TypeVar("A", bound="Window")


class Window:
    """What has a window of time."""

    __slots__ = ()

    starts_at: int
    """Unix time; in the past if it is open now."""
    ends_at: int | None
    """Unix time of the first instant after it; None if time alone never ends it."""

    def is_legal_at(self, time: int) -> bool:
        """Return whether the window holds `time`."""
        return self.starts_at <= time and (self.ends_at is None or time < self.ends_at)


def in_order(acts: Iterable[A], now: int) -> list[A]:
    """Return the acts whose window is not over, by its start, those that end first in front."""
    live = [act for act in acts if act.ends_at is None or act.ends_at > max(now, act.starts_at)]
    return sorted(live, key=lambda act: (max(act.starts_at, now), act.ends_at is None, act.ends_at or 0))


def after_pause(starts_at: int, paused_until: int, now: int) -> int:
    """Return `starts_at`, or the end of a pause that is not over; one that is says nothing about the time before."""
    return max(starts_at, paused_until) if paused_until > now else starts_at
