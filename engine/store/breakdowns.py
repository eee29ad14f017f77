"""How scores came about, account by account, in; one blob per score and block, and back, out.

A blob holds sheets: per score model the lanes (places in the block) that it scored, and per lane a row of each number.
It is a zstd frame of a JSON head (its length, four bytes, comes first) and of the numbers as arrays: ten-thousandths
where that is exact, and then of four bytes each.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.conditions.tree import Column
from engine.snapshot import Breakdown, Days, Numbers, Rows
from engine.store.chunks import compress, decompress

NUMBERS = ("values", "points", "contribution", "age")
SCALE = 10_000
NOTHING = np.iinfo(np.int32).min


@dataclass(frozen=True, slots=True)
class Sheet:
    """One model's parts for M accounts of a block: `values` to `age` are M × measures, NaN where not known.

    `texts`: place of a measure to its M values, where these are texts.
    """

    measures: list[str]
    weights: list[float]
    lanes: Days
    values: Numbers
    points: Numbers
    contribution: Numbers
    age: Numbers
    texts: dict[int, list[str | None]]

    def without(self, lanes: Collection[int]) -> "Sheet":
        kept = np.flatnonzero(~np.isin(self.lanes, list(lanes)))
        numbers = {name: getattr(self, name)[kept] for name in NUMBERS}
        texts = {entry: [said[place] for place in kept] for entry, said in self.texts.items()}
        return Sheet(self.measures, self.weights, self.lanes[kept], texts=texts, **numbers)


def sheet_of(breakdown: Breakdown, places: Rows, lanes: Iterable[int]) -> Sheet:
    """The parts of those of a breakdown's accounts that lie in one block. `places`: of them; `lanes`: in the block."""
    shape = (len(places), len(breakdown.measures))
    values, texts = np.full(shape, np.nan), {}
    for entry, column in enumerate(breakdown.values):
        if column.dtype == np.object_:
            texts[entry] = _texts(column, places)
        else:
            values[:, entry] = column[places]
    return Sheet(
        measures=list(breakdown.measures),
        weights=list(breakdown.weights),
        lanes=np.fromiter(lanes, np.int64),
        values=values,
        points=breakdown.points[places],
        contribution=breakdown.contribution[places],
        age=breakdown.age[places],
        texts=texts,
    )


def _texts(column: Column, places: Rows) -> list[str | None]:
    return [None if value is None else str(value) for value in column[places].tolist()]


def pack_sheets(sheets: Iterable[Sheet]) -> bytes:
    kept = [sheet for sheet in sheets if len(sheet.lanes)]
    arrays = [[_narrowed(getattr(sheet, name)) for name in NUMBERS] for sheet in kept]
    head = [
        {
            "measures": sheet.measures,
            "weights": sheet.weights,
            "lanes": sheet.lanes.tolist(),
            "texts": sheet.texts,
            "types": [array.dtype.str for array in mine],
        }
        for sheet, mine in zip(kept, arrays, strict=True)
    ]
    said = json.dumps(head, separators=(",", ":")).encode()
    numbers = b"".join(array.tobytes() for mine in arrays for array in mine)
    return compress(len(said).to_bytes(4, "little") + said + numbers)


def _narrowed(numbers: Numbers) -> NDArray[Any]:
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.rint(numbers * SCALE)
        unknown = np.isnan(numbers)
        exact = unknown | ((np.abs(scaled) < -NOTHING) & (scaled / SCALE == numbers))
    return np.where(unknown, NOTHING, scaled).astype("<i4") if exact.all() else numbers.astype("<f8")


def unpack_sheets(blob: bytes) -> list[Sheet]:
    raw = decompress(blob)
    start = 4 + int.from_bytes(raw[:4], "little")
    return list(_sheets(json.loads(raw[4:start]), raw, start))


def _sheets(head: list[dict[str, Any]], raw: bytes, offset: int) -> Iterator[Sheet]:
    for said in head:
        shape = (len(said["lanes"]), len(said["measures"]))
        numbers = {}
        for name, kind in zip(NUMBERS, said["types"], strict=True):
            array = np.frombuffer(raw, kind, shape[0] * shape[1], offset)
            offset += array.nbytes
            numbers[name] = _widened(array).reshape(shape)
        texts = {int(entry): values for entry, values in said["texts"].items()}
        lanes = np.array(said["lanes"], dtype=np.int64)
        yield Sheet(said["measures"], said["weights"], lanes, texts=texts, **numbers)


def _widened(array: NDArray[Any]) -> Numbers:
    if array.dtype.kind == "f":
        return np.asarray(array, dtype=np.float64)
    return np.where(array == NOTHING, np.nan, array / SCALE)


def parts(sheets: Iterable[Sheet], lane: int) -> list[dict[str, Any]]:
    """What `list scores` tells of the measures of one account; unknown is None."""
    for sheet in sheets:
        for place in np.flatnonzero(sheet.lanes == lane):
            return [_part(sheet, int(place), entry) for entry in range(len(sheet.measures))]
    return []


def _part(sheet: Sheet, place: int, entry: int) -> dict[str, Any]:
    texts = sheet.texts.get(entry)
    return {
        "measure": sheet.measures[entry],
        "value": _known(sheet.values[place, entry]) if texts is None else texts[place],
        "points": _known(sheet.points[place, entry]),
        "weight": sheet.weights[entry],
        "contribution": _known(sheet.contribution[place, entry]),
        "age": _known(sheet.age[place, entry]),
    }


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
