"""A snapshot with contacts and children in; what their scores come to for each account, out."""

from collections.abc import Mapping, Sequence

import numpy as np

from engine.arithmetic.event_measures import Chosen, passes
from engine.arithmetic.personal import of_contacts
from engine.arithmetic.series import digits, of_digits
from engine.columns import Columns
from engine.conditions.filters import filter_tests
from engine.conditions.tree import Column
from engine.conditions.wants import Want
from engine.language.catalog import CONTACT_FIELDS, Type
from engine.language.measures import RollUp
from engine.measures import Measures
from engine.plan import Plan
from engine.resolving import resolvers
from engine.scoring import Effects, look_at_score
from engine.snapshot import Numbers, People, Rows, ScoreLook, Snapshot

AT_ONCE = 20_000
"""Contacts that are scored together: matrices of theirs are many times as high as those of accounts."""


class RolledUp:
    """The roll-ups of one look. Only those contacts are scored that one of them asks for."""

    def __init__(self, plan: Plan, snapshot: Snapshot) -> None:
        self._plan = plan
        self._snapshot = snapshot

    def __call__(self, definition: RollUp) -> Numbers:
        if definition.of == "contacts":
            return self._of_contacts(definition)
        return self._of_children(definition)

    def _of_contacts(self, definition: RollUp) -> Numbers:
        people, score = self._snapshot.people, definition.roll_up
        if people is None or score not in self._plan.contact_scores:
            return np.full(len(self._snapshot), np.nan)
        kept = np.flatnonzero(_kept(people.fields, definition.where, CONTACT_FIELDS, len(people.row)))
        values = _values(self._plan, self._snapshot, only(people, kept), score)
        return taken(definition.take, people.row[kept], values, len(self._snapshot))

    def _of_children(self, definition: RollUp) -> Numbers:
        children, score = self._snapshot.children, definition.roll_up
        if children is None or score not in children.scores:
            return np.full(len(self._snapshot), np.nan)
        catalog = self._plan.catalog
        types = {name: catalog.attribute_type(name) or "text" for name in definition.where or ()}
        kept = _kept(children.attributes, definition.where, types, len(children.row))
        values = np.where(kept, children.scores[score], np.nan)
        weight = None if definition.weight is None else children.attributes[definition.weight].astype(np.float64)
        return taken(definition.take, children.row, values, len(self._snapshot), weight)


def _kept(
    columns: Mapping[str, Column], where: Mapping[str, Want] | None, types: Mapping[str, Type], count: int
) -> Chosen:
    """Which of so many contacts or children a `where` keeps."""
    kept = np.ones(count, dtype=np.bool_)
    for name, want in (where or {}).items():
        for test in filter_tests(name, want, types[name]):
            kept &= passes(columns[name], test)
    return kept


def taken(take: str, row: Rows, values: Numbers, accounts: int, weight: Numbers | None = None) -> Numbers:
    """The mean, the worst, or the weighted mean Σ w·v / Σ w of each account's known scores; NaN where there is none.

    A score whose weight is not known, or not above 0, is left out.
    """
    known = ~np.isnan(values)
    if take == "worst":
        lowest = np.full(accounts, np.inf)
        np.minimum.at(lowest, row[known], values[known])
        return np.where(np.isinf(lowest), np.nan, lowest)
    weights = np.ones(len(values)) if weight is None else weight
    with np.errstate(invalid="ignore"):
        known &= weights > 0
    # Whole up to the one division: sums of fractions would end a hair beside what is exactly half a digit.
    total = np.bincount(row[known], weights=(weights * digits(values))[known], minlength=accounts)
    over = np.bincount(row[known], weights=weights[known], minlength=accounts)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(over > 0, of_digits(total / over), np.nan)


def score_contacts(plan: Plan, snapshot: Snapshot, people: People, scores: Sequence[str]) -> Mapping[str, ScoreLook]:
    """Scores of contacts, one entry for each of `people`."""
    mine = of_contacts(snapshot, people, plan.contact_needs)
    measures = Measures(mine, plan.measures, plan.catalog)
    columns = Columns(mine, resolvers(mine, measures, {}, {}, {}))
    return {name: look_at_score(plan.contact_scores[name], mine, measures, {}, Effects(), columns) for name in scores}


def _values(plan: Plan, snapshot: Snapshot, people: People, score: str) -> Numbers:
    found = [np.empty(0)]
    for start in range(0, len(people.row), AT_ONCE):
        part = only(people, np.arange(start, min(start + AT_ONCE, len(people.row))))
        found.append(score_contacts(plan, snapshot, part, (score,))[score].value)
    return np.concatenate(found)


def only(people: People, chosen: Rows) -> People:
    """These of them."""
    fields = {name: column[chosen] for name, column in people.fields.items()}
    return People(people.row[chosen], people.contact[chosen], fields)
