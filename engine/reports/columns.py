"""One score's present and its past, account by account: the columns that every report is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.conditions.tree import known
from engine.snapshot import Days, Numbers, Texts

Bits = NDArray[np.bool_]
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """N accounts by their number, with one score as the last look at each left it; unknown is NaN or None."""

    seqs: Days
    ids: Texts
    names: Texts
    owners: Texts
    models: Texts
    """The model that scored the account."""
    bands: Texts
    values: Numbers
    """A person's word included."""
    gained: Numbers
    """Points gained or lost in the time that was asked for; a person's word left aside."""
    revenue: Texts
    """A year's, as exact decimals, in the currency beside it."""
    currencies: Texts
    """The account's own, else the company's."""
    left: Bits
    """The newest outcome is `churned`."""
    attributes: Mapping[str, Texts]
    """Those that were asked for."""

    def __len__(self) -> int:
        return len(self.seqs)

    def only(self, rows: Bits) -> "Standing":
        """Some of them."""
        columns = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "attributes"}
        attributes = {name: column[rows] for name, column in self.attributes.items()}
        return Standing(**{name: column[rows] for name, column in columns.items()}, attributes=attributes)


@dataclass(frozen=True, slots=True)
class MeasureColumn:
    """What N accounts have of one measure of a score, as of their last scored look."""

    values: Numbers
    points: Numbers
    texts: Texts
    """Of a measure that is a text; None everywhere for others."""

    @property
    def known(self) -> Bits:
        return known(self.values) | known(self.texts)


@dataclass(frozen=True, slots=True)
class Happened:
    """An outcome of an account, on the account's own day; its revenue as it is now."""

    account: str
    outcome: str
    day: date
    revenue: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Dated:
    """What happened to accounts, oldest first: outcomes, or rules that fired."""

    rows: Days
    """Which account of N it happened to."""
    days: Days
    """Day numbers."""
    names: Texts

    def only(self, which: Bits) -> "Dated":
        """Some of it."""
        return Dated(self.rows[which], self.days[which], self.names[which])


@dataclass(frozen=True, slots=True)
class Course:
    """What one score said of N accounts on each of D days, the same for all; NaN where it said nothing."""

    first: int
    """The number of the first day."""
    values: Numbers
    """As each day's last look left it, a person's word included."""
    versions: Numbers
    """The code of the score version that made it."""
    looked: Bits
    """Whether the account was scored on that day, known or not."""
    filled: Bits
    """Whether that was filled in afterwards: nothing could fire then."""
    outcomes: Dated
    firings: Dated
    """Of the rules that were asked for."""

    def __len__(self) -> int:
        return len(self.values)

    @property
    def last(self) -> int:
        return self.first + int(self.values.shape[1]) - 1


def listed(numbers: Numbers) -> list[float | None]:
    """Plain numbers, None where they are unknown."""
    return [None if value != value else value for value in numbers.tolist()]


def told(number: float) -> float | None:
    """One of them."""
    return None if number != number else float(number)
