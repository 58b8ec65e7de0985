"""What walking the three formats has in common."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from documents.problems import BROKEN_PICTURE, HIDDEN_DATA
from serving.problems import Problem


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int


Measured = Callable[[Size], None]
"""Called with the size as soon as it is known, before anything is unpacked; may refuse it."""


@dataclass
class Bytes:
    """A file that is read from the front, each byte once."""

    content: bytes
    at: int = 0

    @property
    def rest(self) -> int:
        """Return how many bytes are left."""
        return len(self.content) - self.at

    def take(self, count: int) -> bytes:
        """Return the next bytes.

        Raises:
            Problem: The file ends before.
        """
        if count > self.rest:
            raise broken("it is cut off")
        self.at += count
        return self.content[self.at - count : self.at]

    def number(self, count: int, order: str = "big") -> int:
        """Return the next bytes as an unsigned number.

        Raises:
            Problem: The file ends before.
        """
        return int.from_bytes(self.take(count), "big" if order == "big" else "little")

    def end(self) -> None:
        """Make sure that nothing is left.

        Raises:
            Problem: Something is.
        """
        if self.rest:
            raise Problem(HIDDEN_DATA, f"{self.rest} bytes follow the end of the picture")


def broken(why: str) -> Problem:
    """Return the refusal of a picture that is not built as its format says."""
    return Problem(BROKEN_PICTURE, f"The picture is damaged: {why}")
