"""What accounts have of each measure of a score in; how groups of them differ in it, out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import numpy as np

from engine.arithmetic import views
from engine.reports.columns import Bits, Document, Happened, MeasureColumn, told
from engine.reports.quarters import Quarter
from engine.snapshot import Numbers, Texts

FEWEST = 10
"""Accounts on either side with which a difference is told."""
TOO_FEW = "too few to say"


def behaviour(
    parts: Mapping[str, MeasureColumn], titles: Mapping[str, str], groups: Texts, order: Sequence[str | None]
) -> list[Document]:
    """Per measure and group: how many are known, their quartiles, and the middle one of their points.

    `groups`: of each account. A measure that is a text has its most frequent text in place of quartiles.
    """
    return [
        {"measure": name, "label": titles.get(name, name), "group": group, **_told(column, groups == group)}
        for name, column in parts.items()
        for group in order
    ]


def _told(column: MeasureColumn, rows: Bits) -> Document:
    low, middle, high = views.quartiles(column.values[rows])
    texts = Counter(text for text in column.texts[rows] if text is not None)
    return {
        "known": int(column.known[rows].sum()),
        "low": told(low),
        "median": told(middle),
        "high": told(high),
        "most": min(texts, key=lambda text: (-texts[text], text)) if texts else None,
        "points": told(views.quartiles(column.points[rows])[1]),
    }


def outcomes(parts: Mapping[str, MeasureColumn], titles: Mapping[str, str], left: Bits) -> list[Document]:
    """Per measure that is a number: the median of those who stayed, of those who left, and how far these lie apart.

    A difference of medians is told only where at least `FEWEST` are known on either side.
    """
    return [
        {"measure": name, "label": titles.get(name, name), **_compared(column.values, left)}
        for name, column in parts.items()
        if not np.isnan(column.values).all()
    ]


def _compared(values: Numbers, left: Bits) -> Document:
    known = ~np.isnan(values)
    stayed, gone = values[known & ~left], values[known & left]
    medians = [views.quartiles(side)[1] for side in (stayed, gone)]
    is_enough = min(len(stayed), len(gone)) >= FEWEST
    return {
        "kept": len(stayed),
        "kept_median": told(medians[0]),
        "lost": len(gone),
        "lost_median": told(medians[1]),
        "difference": round(medians[1] - medians[0], 4) if is_enough else None,
        "says": None if is_enough else TOO_FEW,
    }


def figures(happened: Iterable[Happened]) -> list[Document]:
    """Per quarter and outcome how many accounts it happened to, and their year's revenue as it is now, by currency."""
    together: dict[tuple[Quarter, str], dict[str, Happened]] = {}
    for one in happened:
        together.setdefault((Quarter.of(one.day), one.outcome), {})[one.account] = one
    return [
        {
            "quarter": str(quarter),
            "outcome": outcome,
            "accounts": len(accounts),
            "revenue": _by_currency(accounts.values()),
        }
        for (quarter, outcome), accounts in sorted(together.items())
    ]


def _by_currency(happened: Iterable[Happened]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for one in happened:
        if one.revenue is not None:
            sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.revenue
    return dict(sorted(sums.items()))
