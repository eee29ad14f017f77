"""Accounts as a test tells of them in; the columns that reports are made of out."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from engine.language.scores import Score
from engine.reports.columns import MeasureColumn, Standing
from engine.reports.scale import Scale
from engine.snapshot import Numbers, Texts

BANDS = [{"band": "red", "from": 0, "label": "At risk"}, {"band": "yellow", "from": 40}, {"band": "green", "from": 70}]
OWN = ("id", "name", "owner", "model", "band", "value", "gained", "revenue", "currency", "left")


def score_of(**more: Any) -> Score:
    measure = {"measure": "nps", "curve": [[0, 0], [100, 100]]}
    return Score.model_validate({"score": "health", "goal": "Sort", "measures": [measure], "bands": BANDS, **more})


SCALE = Scale((score_of(),))


def make_standing(*rows: Mapping[str, Any]) -> Standing:
    """Columns; a row says what its test speaks of. The band follows from the value, the rest are attributes."""
    told = [{"id": f"a{place}", "model": "health", "currency": "EUR", **row} for place, row in enumerate(rows)]
    attributes = dict.fromkeys(name for row in told for name in row if name not in OWN)
    return Standing(
        seqs=np.arange(len(told)),
        ids=_texts(row["id"] for row in told),
        names=_texts(row.get("name") for row in told),
        owners=_texts(row.get("owner") for row in told),
        models=_texts(row["model"] for row in told),
        bands=_texts(row.get("band", _band(row.get("value"))) for row in told),
        values=numbers(*(row.get("value") for row in told)),
        gained=numbers(*(row.get("gained") for row in told)),
        revenue=_texts(None if row.get("revenue") is None else Decimal(row["revenue"]) for row in told),
        currencies=_texts(row["currency"] for row in told),
        left=np.array([row.get("left", False) for row in told], dtype=np.bool_),
        attributes={name: _texts(row.get(name) for row in told) for name in attributes},
    )


def numbers(*values: float | None) -> Numbers:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def measured(*values: float | str | None, points: Iterable[float | None] | None = None) -> MeasureColumn:
    """What accounts have of a measure."""
    texts = _texts(value if isinstance(value, str) else None for value in values)
    plain = numbers(*(None if isinstance(value, str) else value for value in values))
    return MeasureColumn(plain, numbers(*(points or [None] * len(values))), texts)


def _band(value: float | None) -> str | None:
    return None if value is None else "red" if value < 40 else "yellow" if value < 70 else "green"


def _texts(values: Iterable[Any]) -> Texts:
    return np.array([*values, None], dtype=np.object_)[:-1]
