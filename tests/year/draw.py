"""A seed in; choices out, the same each time."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Thing = TypeVar("Thing")


class Draw(Random):
    """Chance, with the words in which a year is told."""

    def chance(self, share: float) -> bool:
        return self.random() < share

    def one(self, things: Sequence[Thing]) -> Thing:
        return self.choice(things)

    def some(self, things: Sequence[Thing], least: int, most: int) -> list[Thing]:
        """So many different ones, in their order."""
        count = min(len(things), self.randint(least, most))
        return [things[index] for index in sorted(self.sample(range(len(things)), count))]

    def number(self, low: float, high: float) -> float:
        """A number that people would write: with few digits."""
        return round(self.uniform(low, high), 0 if high - low > 5 else 2)

    def measured(self, low: float, high: float) -> float:
        """A number that machines write: with more digits than measures have."""
        return round(self.uniform(low, high), 7)
