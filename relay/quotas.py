"""How much the relay pays for: of each account and of all together in a UTC day. The numbers are published."""

import time
from dataclasses import dataclass

from relay.problems import LAB_QUOTA_USED, QUOTA_USED
from relay.records import DAY, today
from relay.settings import Settings
from relay.store import Store
from serving.problems import Problem


@dataclass(frozen=True, slots=True)
class Quotas:
    """The quotas of a relay, and what is left of them."""

    store: Store
    settings: Settings

    def check(self, account: str, gas: int) -> None:
        """Raise a problem if a request that may take so much gas is more than is left.

        Raises:
            Problem: Quota of the account, or of all.
        """
        settings, day = self.settings, today()
        own, total = self.store.used(day, account), self.store.used(day)
        if own.requests >= settings.account_requests_per_day:
            detail = f"{own.requests} requests of this account were accepted today, as many as are paid for"
            raise Problem(QUOTA_USED, detail, retry_after=seconds_left())
        if own.gas + gas > settings.account_gas_per_day:
            detail = f"{settings.account_gas_per_day - own.gas} gas is left for this account today, this may take {gas}"
            raise Problem(QUOTA_USED, detail, retry_after=seconds_left())
        if total.gas + gas > settings.gas_per_day:
            detail = f"{settings.gas_per_day - total.gas} gas is left for today, this may take {gas}"
            raise Problem(LAB_QUOTA_USED, detail, retry_after=seconds_left())


def seconds_left() -> int:
    """Return the seconds until the day is over."""
    now = int(time.time())
    return DAY - now % DAY
