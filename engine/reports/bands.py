"""What a score said of accounts day by day in; how many stood in each band at the end of each period, out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import dropwhile

import numpy as np

from engine.arithmetic import views
from engine.language.views import Ladder
from engine.reports.absences import Absences
from engine.reports.columns import Bits, Course, Document
from engine.reports.periods import Period, periods
from engine.snapshot import Days, Texts

NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Edges:
    """The bands of a score. `order`: their names, lowest first; `ladders`: by the code of a score version."""

    order: Sequence[str]
    ladders: Mapping[int, Ladder]
    usual: Ladder
    """For what a person said where no model scored the account."""


def bands(courses: Iterable[Course], edges: Edges, kind: str) -> list[Document]:
    """Per week, month or quarter, from that of the first look on: the band of each account at its last look in it.

    Whoever had left by the end of it stands in no band; `left`: those of them who left in it. `unknown`: whose score
    was not known then, or lay in a band that the files no longer have. `rose`, `fell`: who stands higher or lower than
    at the end of the period before; None where nobody is known at the end of both.
    """
    totals: dict[Period, Counter[str]] = {}
    for course in courses:
        absences, before = Absences.of(course.outcomes), np.full(len(course), NOWHERE)
        for period in periods(course.first, course.last, kind):
            here = _looked(course, period) & ~absences.on(period.last, len(course))
            places = np.where(here, _places(course, period, edges), NOWHERE)
            totals.setdefault(period, Counter()).update(
                {
                    "accounts": int(here.sum()),
                    "left": int(absences.begun(period.first, period.last, len(course)).sum()),
                    "compared": int(((places != NOWHERE) & (before != NOWHERE)).sum()),
                    "rose": int(((places > before) & (before != NOWHERE)).sum()),
                    "fell": int(((places < before) & (places != NOWHERE)).sum()),
                    **{f"band {place}": int((places == place).sum()) for place in range(len(edges.order))},
                }
            )
            before = places
    told = [_told(period, totals[period], edges.order) for period in sorted(totals, key=lambda one: one.first)]
    return list(dropwhile(lambda one: not one["accounts"], told))


def _told(period: Period, total: Counter[str], order: Sequence[str]) -> Document:
    by_band = {band: total[f"band {place}"] for place, band in enumerate(order)}
    return {
        "period": period.label,
        "accounts": total["accounts"],
        "unknown": total["accounts"] - sum(by_band.values()),
        "bands": by_band,
        "left": total["left"],
        **{key: total[key] if total["compared"] else None for key in ("rose", "fell")},
    }


def _columns(course: Course, period: Period) -> slice:
    return slice(max(0, period.first - course.first), period.last - course.first + 1)


def _looked(course: Course, period: Period) -> Bits:
    return np.asarray(course.looked[:, _columns(course, period)].any(axis=1))


def _places(course: Course, period: Period, edges: Edges) -> Days:
    """The place of the band of each account at its last look within a period, 0 the lowest; NOWHERE."""
    columns = _columns(course, period)
    looked = course.looked[:, columns]
    latest = columns.start + looked.shape[1] - 1 - np.argmax(looked[:, ::-1], axis=1)
    rows = np.arange(len(course))
    values, versions = course.values[rows, latest], course.versions[rows, latest]
    names: Texts = views.names(edges.usual, np.where(np.isnan(versions), values, np.nan))
    for code, ladder in edges.ladders.items():
        names = np.where(versions == code, views.names(ladder, values), names)
    places = {band: place for place, band in enumerate(edges.order)}
    return np.fromiter((places.get(name, NOWHERE) for name in names), np.int64, len(names))
