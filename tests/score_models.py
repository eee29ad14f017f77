"""Score models as they stand in files and accounts' measures in; looks at these scores, out."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.arithmetic.models import ModelTrees, ScoreTrees
from engine.arithmetic.windows import joined
from engine.columns import Columns
from engine.conditions import columns as of
from engine.conditions.compile import compile_condition, where_filter
from engine.conditions.tree import Column
from engine.language.base import Entry
from engine.language.scores import Score
from engine.needs import of_points
from engine.scoring import Effects, look_at_score
from engine.snapshot import Numbers, ScoreLook
from tests.snapshots import make_snapshot
from tests.told import CATALOG, Account, make_account

Written = Mapping[str, Any]
Values = Mapping[str, str | float | None]
"""One account's measures."""


def bands(yellow: str = "40", green: str = "70") -> list[Written]:
    """Red, yellow and green, by their lower edges."""
    return [{"band": "red", "from": "0"}, {"band": "yellow", "from": yellow}, {"band": "green", "from": green}]


class Given:
    """Measures as a test gives them; a name that no account has is unknown. `ages` in days."""

    def __init__(self, accounts: Sequence[Values], ages: Values) -> None:
        self._accounts, self._ages = accounts, ages

    def value(self, name: str) -> Column:
        values = [account.get(name) for account in self._accounts]
        if any(isinstance(value, str) for value in values):
            return np.array([*values, None], dtype=np.object_)[:-1]
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)

    def age(self, name: str) -> Numbers:
        return np.full(len(self._accounts), float(self._ages.get(name) or np.nan))


def model(**written: Any) -> Written:
    """A model of `health`, in which only what a test speaks about is said."""
    return {"score": "health", "goal": "Warn early", "bands": bands(), **written}


def trees(*models: Written) -> ScoreTrees:
    """The models of one score, compiled; the fingerprint is the model's name."""
    return ScoreTrees("health", tuple(_trees(Score.model_validate(written)) for written in models))


def _trees(score: Score) -> ModelTrees:
    def perhaps(form: Entry | None) -> Any:
        return compile_condition(form, CATALOG) if form is not None else None

    return ModelTrees(
        score,
        f"print of {score.model_name}",
        perhaps(score.when),
        tuple(perhaps(entry.unless) for entry in score.measures),
        tuple(perhaps(entry.when) for entry in score.points),
        tuple(where_filter(entry.event or "", entry.where, CATALOG) for entry in score.points),
    )


def look(
    models: Written | Sequence[Written],
    *values: Values,
    accounts: Sequence[Account] = (),
    effects: Effects | None = None,
    before: Mapping[str, ScoreLook] | None = None,
    ages: Values | None = None,
    **more: Any,
) -> ScoreLook:
    """The score of as many accounts as have values (or records). `more`: what `make_snapshot` takes."""
    accounts = accounts or [make_account() for _ in values]
    compiled = trees(*([models] if isinstance(models, Mapping) else models))
    entries = [entry for one in compiled.models for entry in one.model.points]
    snapshot = make_snapshot(*accounts, needs=joined(*(of_points(entry, CATALOG) for entry in entries)), **more)
    given = Given(values or [{} for _ in accounts], ages or {})
    columns = Columns(snapshot, {of.MeasureValue: lambda column: given.value(column.measure)})
    return look_at_score(compiled, snapshot, given, before or {}, effects or Effects(), columns)


def listed(numbers: Column) -> list[Any]:
    """NaN as None."""
    return [None if number is None or number != number else number for number in numbers]
