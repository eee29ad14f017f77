"""How scores came about, account by account, in; one blob per score and block, and back, out.

A blob holds sheets: per score model the lanes (places in the block) that it scored, and per lane a row of each number.
"""

import json
import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from engine.conditions.tree import Column
from engine.snapshot import Breakdown, Rows
from engine.store.chunks import compress, decompress

ROWS = ("values", "points", "contribution", "age")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One model's parts for some accounts of a block."""

    measures: list[str]
    weights: list[float]
    lanes: list[int]
    values: list[list[Any]]
    points: list[list[float]]
    contribution: list[list[float]]
    age: list[list[float]]

    def without(self, lanes: Collection[int]) -> "Sheet":
        kept = [place for place, lane in enumerate(self.lanes) if lane not in lanes]
        rows = {name: [getattr(self, name)[place] for place in kept] for name in ROWS}
        return Sheet(self.measures, self.weights, [self.lanes[place] for place in kept], **rows)


def sheet_of(breakdown: Breakdown, places: Rows, lanes: Iterable[int]) -> Sheet:
    """The parts of those of a breakdown's accounts that lie in one block. `places`: where they stand in it."""
    columns = [_listed(column, places) for column in breakdown.values]
    return Sheet(
        measures=list(breakdown.measures),
        weights=list(breakdown.weights),
        lanes=[int(lane) for lane in lanes],
        values=[list(row) for row in zip(*columns, strict=True)],
        points=breakdown.points[places].tolist(),
        contribution=breakdown.contribution[places].tolist(),
        age=breakdown.age[places].tolist(),
    )


def _listed(column: Column, places: Rows) -> list[Any]:
    listed: list[Any] = column[places].tolist()
    return listed


def pack_sheets(sheets: Iterable[Sheet]) -> bytes:
    said = [{name: getattr(sheet, name) for name in Sheet.__slots__} for sheet in sheets if sheet.lanes]
    return compress(json.dumps(said, separators=(",", ":")).encode())


def unpack_sheets(blob: bytes) -> list[Sheet]:
    return [Sheet(**said) for said in json.loads(decompress(blob))]


def parts(sheets: Iterable[Sheet], lane: int) -> list[dict[str, Any]]:
    """What `list scores` tells of the measures of one account; unknown is None."""
    for sheet in sheets:
        if lane in sheet.lanes:
            place = sheet.lanes.index(lane)
            return [
                {
                    "measure": measure,
                    "value": _known(sheet.values[place][entry]),
                    "points": _known(sheet.points[place][entry]),
                    "weight": sheet.weights[entry],
                    "contribution": _known(sheet.contribution[place][entry]),
                    "age": _known(sheet.age[place][entry]),
                }
                for entry, measure in enumerate(sheet.measures)
            ]
    return []


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
