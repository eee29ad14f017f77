"""A file of observations, long or wide, in; one batch of values, each with the record that it stood in, out."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.batches import Coded, Observations, When
from engine.language.base import written
from engine.language.catalog import Metric
from engine.sources import cells as cell
from engine.sources.desk import Desk

Bits = NDArray[np.bool_]


def observations(desk: Desk) -> Observations:
    """Long form has a metric and a value in each record, wide form a column per metric; one file may have both."""
    _check_texts(desk)
    moments = desk.moments("at", required=True)
    metrics = [metric for metric in desk.catalog.metrics if desk.columns.has(metric)]
    parts = [_wide(desk, metric) for metric in metrics]
    if desk.columns.has("metric") and desk.columns.has("value"):
        parts += _long(desk)
    good = desk.good()
    spoken = np.zeros(len(desk.columns), dtype=np.bool_)
    for _, rows, _ in parts:
        spoken[rows] = True
    kept = [(metric, rows[good[rows]], values[good[rows]]) for metric, rows, values in parts]
    record = np.concatenate([rows for _, rows, _ in kept]) if kept else np.zeros(0, dtype=np.int64)
    codes = np.repeat(np.arange(len(kept)), [len(rows) for _, rows, _ in kept])
    return Observations(
        account=_of_rows(desk, "account", record),
        contact=_of_rows(desk, "contact", record),
        metric=_named([metric for metric, _, _ in kept], codes),
        when=When(moments.when.at[record], moments.when.date_only[record]),
        value=np.concatenate([values for _, _, values in kept]) if kept else np.zeros(0),
        places=desk.places(record),
        record=record,
        silent=int((good & ~spoken).sum()),
    )


def _check_texts(desk: Desk) -> None:
    """Each different text once: a million rows name a few thousand accounts."""
    for target, check, required in (("account", cell.identity, True), ("contact", cell.email, False)):
        if not desk.columns.has(target):
            continue
        texts = desk.columns.of(target)
        for text in texts.drop_nulls().unique().to_list():
            try:
                check(text)
            except ValueError as error:
                for index in np.flatnonzero((texts == text).fill_null(value=False).to_numpy()):
                    desk.refuse(int(index), target, str(error))
        for index in np.flatnonzero(texts.is_null().to_numpy()) if required else ():
            desk.refuse(int(index), target, "is blank: every row needs one")


Part = tuple[str, NDArray[np.int64], NDArray[np.float64]]
"""A metric, the records that say something of it, and what."""


def _wide(desk: Desk, metric: str) -> Part:
    texts = desk.columns.of(metric)
    values, bad = cell.numbers(texts)
    _refuse(desk, metric, metric, texts, values, bad, np.ones(len(values), dtype=np.bool_))
    rows = np.flatnonzero(~np.isnan(values))
    return metric, rows, values[rows]


def _long(desk: Desk) -> list[Part]:
    names, texts = desk.columns.of("metric"), desk.columns.of("value")
    known = desk.names("metric", desk.catalog.metrics)
    values, bad = cell.numbers(texts)
    for index in np.flatnonzero(texts.is_null().to_numpy() & names.is_not_null().to_numpy()):
        desk.refuse(int(index), "value", "is blank: leave the row out where nothing was said")
    found: list[Part] = []
    for metric in known:
        mine = (names == metric).fill_null(value=False).to_numpy()
        _refuse(desk, metric, "value", texts, values, bad, mine)
        rows = np.flatnonzero(mine & ~np.isnan(values))
        found.append((metric, rows, values[rows]))
    return found


def _refuse(
    desk: Desk, metric: str, column: str, texts: pl.Series, values: NDArray[np.float64], bad: Bits, mine: Bits
) -> None:
    for index in np.flatnonzero(bad & mine):
        desk.refuse(int(index), column, cell.no_number(str(texts[int(index)])))
    declared: Metric = desk.catalog.metrics[metric]
    for edge, lies_beyond, said in (
        (declared.min, np.less, "below the least"),
        (declared.max, np.greater, "above the most"),
    ):
        if edge is None:
            continue
        with np.errstate(invalid="ignore"):
            outside = mine & lies_beyond(values, edge)
        for index in np.flatnonzero(outside):
            why = f"{written(values[index])} is {said} of {metric}, {written(edge)}: correct it, or widen the catalog"
            desk.refuse(int(index), column, why)


def _of_rows(desk: Desk, target: str, rows: NDArray[np.int64]) -> Coded:
    coded = cell.coded(desk.columns.of(target))
    return Coded(coded.values, coded.codes[rows])


def _named(metrics: list[str], codes: NDArray[np.int64]) -> Coded:
    """The metrics, each once."""
    names = tuple(dict.fromkeys(metrics))
    place = np.array([names.index(metric) for metric in metrics], dtype=np.int64)
    return Coded(names, place[codes] if len(place) else codes)
