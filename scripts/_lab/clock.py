"""The chain's clock, which the story moves."""

import time
from dataclasses import dataclass

from scripts._lab.errors import WrongClock
from scripts._lab.rpc import Rpc

DAY = 24 * 60 * 60
#: Days before the present on which the chain begins, and the story.
GENESIS = -95
FIRST_DAY = -90
#: Seconds between two transactions of the same scene, as on the main chain.
PACE = 12


@dataclass
class Clock:
    """Sets the time of each block.

    Attributes:
        present: Unix time of the story's last day; its days count backwards from here.
        now: Unix time of the last block.
    """

    rpc: Rpc
    present: int
    now: int

    @classmethod
    def of(cls, rpc: Rpc, present: int) -> "Clock":
        """Reads the time from the chain."""
        return cls(rpc, present, int(rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16))

    def at(self, day: float) -> int:
        """Returns the Unix time `day` days after the present; negative is before it."""
        return self.present + round(day * DAY)

    def begin(self, day: float) -> None:
        """Goes to the story's first day.

        Raises:
            WrongClock: The chain is past that day already.
        """
        if self.now >= self.at(day):
            behind = (self.now - self.at(day)) / DAY
            message = (
                f"the chain's clock is {behind:.1f} days past the story's first day: "
                "start the chain with an earlier --timestamp, or run `make up`, which does"
            )
            raise WrongClock(message)
        self.go_to(day)

    def go_to(self, day: float) -> None:
        """Lets the next transaction be on a day, or right after the last one if that was later."""
        self.now = max(self.now, self.at(day) - PACE)

    def tick(self) -> None:
        """Sets the time of the next block."""
        self.now += PACE
        self.rpc.call("evm_setNextBlockTimestamp", self.now)

    def run(self, seconds_a_block: int) -> None:
        """Sets the clock to the present time and lets it run: from now on a block comes by itself."""
        self.now = max(int(time.time()), self.now + 1)
        self.rpc.call("evm_setNextBlockTimestamp", self.now)
        self.rpc.call("evm_mine")
        self.rpc.call("evm_setIntervalMining", seconds_a_block)
