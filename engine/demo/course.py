"""A few numbers in, the course of an account's days out: the shapes that stories are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

Rng = np.random.Generator
Curve = NDArray[np.float64]
"""One number per day, oldest first; the last one is the newest day."""
Detail = str | float | timedelta
"""What a property is; a timedelta is a date, counted from the newest day."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event on a day (0 is the oldest), by a contact if `by_contact`."""

    day: int
    event: str
    details: Mapping[str, Detail] = field(default_factory=dict)
    by_contact: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A fact from a day on. `until`: its last day, which may lie after the newest day."""

    day: int
    fact: str
    details: Mapping[str, Detail] = field(default_factory=dict)
    until: int | None = None
    reason: str = ""
    yearly: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """What an account does and goes through. Days count from 0, the oldest."""

    share: Curve
    """Of the seats, the share whose people use the product at all."""
    pull: Curve
    """How likely one of them comes in on a working day."""
    breadth: Curve
    """How many features are in use."""
    joined: int | None = None
    """The day on which it became a customer; None: before the oldest day."""
    onboarding: str = ""
    """How a new customer is set up; blank once they are live."""
    noise: float = 0.1
    minutes: float = 18.0
    """Of a usual session."""
    nps: tuple[float, float] = (35.0, 35.0)
    """At the beginning and in the end."""
    meeting_every: float = 42.0
    tickets_a_month: float = 1.5
    readers: float = 0.8
    """People who open an issue of the newsletter, on average."""
    readers_until: int | None = None
    plans: tuple[str, ...] = ("starter", "pro", "scale")
    renews_in: tuple[int, int] = (10, 360)
    """Between so many days after the newest day."""
    happenings: tuple[Happening, ...] = ()
    statements: tuple[Statement, ...] = ()
    lost_on: int | None = None
    """The day of its churn."""


def flat(days: int, level: float) -> Curve:
    return np.full(days, level)


def ramp(days: int, begin: float, end: float, start: int, span: int) -> Curve:
    """`begin` up to day `start`, then in a straight line to `end` within `span` days, and so on from there."""
    return np.interp(np.arange(days), [start, start + max(span, 1)], [begin, end])


def wave(days: int, level: float, depth: float, period: float, shift: float) -> Curve:
    """Around `level`, by at most `depth` of it up and down."""
    turns = 2 * np.pi * (np.arange(days) + shift) / period
    return np.asarray(level * (1 + depth * np.sin(turns)))


def dip(days: int, start: int, span: int, left: float) -> Curve:
    """1, but `left` in the `span` days from `start` on."""
    curve = np.ones(days)
    curve[max(start, 0) : max(start + span, 0)] = left
    return curve


def ago(rng: Rng, days: int, least: int, most: int) -> int:
    """A day between so many days before the newest, within the days there are."""
    return max(days - 1 - int(rng.integers(least, most + 1)), 0)


def pick(rng: Rng, texts: tuple[str, ...]) -> str:
    return texts[int(rng.integers(len(texts)))]
