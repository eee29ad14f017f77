"""The few accounts that a look tells something of in; what only their messages need, read when first asked for, out.

Most looks tell nobody anything, so contacts, and the past that a usual rests on, are not in their snapshot.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.conditions.tree import Column
from engine.domain import Contact
from engine.measures import Measures
from engine.plan import Plan
from engine.snapshot import Numbers, Snapshot
from engine.telling import MeasureValues


@dataclass(frozen=True, slots=True)
class Asides:
    """What is read of a few accounts (ids) once something is told of them: most looks tell nobody anything."""

    deeper: Callable[[Sequence[str]], Snapshot]
    """A snapshot that reaches back further: as far as `Plan.deep_needs` says."""
    contacts: Callable[[Sequence[str]], Mapping[str, Sequence[Contact]]]
    """By account, by email."""


class ToldContacts:
    """The contacts of the accounts that something may be told of, read when the first of them is asked for."""

    def __init__(self, snapshot: Snapshot, rows: set[int], asides: Asides) -> None:
        self._ids = snapshot.accounts
        self._rows = rows
        self._asides = asides

    def __call__(self, row: int) -> Sequence[Contact]:
        return self._by_account.get(self._ids[row], ())

    @cached_property
    def _by_account(self) -> Mapping[str, Sequence[Contact]]:
        return self._asides.contacts([self._ids[row] for row in sorted(self._rows)])


class ToldMeasures:
    """The measures of a look, and the usuals of the few accounts that something may be told of.

    The deeper snapshot is asked for when the first usual is.
    """

    def __init__(self, plan: Plan, snapshot: Snapshot, measures: Measures, rows: set[int], asides: Asides) -> None:
        self._plan = plan
        self._measures = measures
        self._rows = {snapshot.accounts[row]: row for row in sorted(rows)}
        self._asides = asides
        self._usuals: dict[str, Numbers | None] = {}

    def value(self, name: str) -> Column:
        return self._measures.value(name)

    def usual(self, name: str) -> Numbers | None:
        if name not in self._usuals:
            self._usuals[name] = self._usual(name)
        return self._usuals[name]

    def _usual(self, name: str) -> Numbers | None:
        deep, rows = self._deep
        found = deep.usual(name)
        if found is None:
            return None
        usual = np.full(len(self._measures.value(name)), np.nan)
        usual[rows] = found
        return usual

    @cached_property
    def _deep(self) -> tuple[Measures, NDArray[np.intp]]:
        """Their measures, and the rows of the look in the order of these."""
        snapshot = self._asides.deeper(tuple(self._rows))
        rows = np.array([self._rows[account] for account in snapshot.accounts], dtype=np.intp)
        return Measures(snapshot, self._plan.measures, self._plan.catalog), rows


def told_measures_of(
    plan: Plan, snapshot: Snapshot, measures: Measures, rows: set[int], asides: Asides
) -> MeasureValues:
    if not rows or not plan.tells_usuals:
        return measures
    return ToldMeasures(plan, snapshot, measures, rows, asides)
