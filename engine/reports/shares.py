"""How often something was seen on each of two sides in; how far the two shares lie apart, out."""

from dataclasses import dataclass
from math import sqrt

WIDTH = 1.96
"""Of the normal distribution, within which 95 % lie."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    seen: int
    of: int

    @property
    def value(self) -> float:
        """0 to 1; of none at least one."""
        return self.seen / self.of

    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share behind it, by E. B. Wilson (1927), Journal of the American Statistical
        Association 22, 209-212.
        """
        square = WIDTH * WIDTH
        middle = self.seen + square / 2
        apart = WIDTH * sqrt(self.seen * (1 - self.value) + square / 4)
        return (middle - apart) / (self.of + square), (middle + apart) / (self.of + square)


def difference(one: Share, other: Share) -> tuple[float, float]:
    """The 95 % interval of one share less another, by R. G. Newcombe (1998), Statistics in Medicine 17, 873-890,
    method 10.
    """
    low, high = one.interval()
    other_low, other_high = other.interval()
    apart = one.value - other.value
    below = sqrt((one.value - low) ** 2 + (other_high - other.value) ** 2)
    above = sqrt((high - one.value) ** 2 + (other.value - other_low) ** 2)
    return apart - below, apart + above
