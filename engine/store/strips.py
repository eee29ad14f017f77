"""Events of one name, block and span in; one small blob in columns out, and back; pure.

A row of `event` is an event as it came. Looks read strips: the same events by columns, thousands in one go.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.store.chunks import compress, decompress
from engine.store.tables.accounts import BLOCK

Scalar = str | float | bool
Numbers = NDArray[np.float64]
COLUMNS = ("lane", "day", "at", "contact", "arrived")
NOTHING = 0
SECOND = 1_000_000
EVERYBODY = np.ones(BLOCK, dtype=np.bool_)
KEPT_OPEN = 256
"""So many strips, some 100 KiB each: a worker looks at the same accounts again and again."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A property of E events: `values` are what any says of it, each once; `codes` which of them, from 1 on, or 0."""

    values: tuple[Scalar, ...]
    codes: NDArray[Any]

    def __len__(self) -> int:
        return len(self.codes)


Property = Numbers | Coded
"""Numbers with NaN for nothing where all that is said are numbers, else coded."""


@dataclass(frozen=True, slots=True)
class Strip:
    """E events, by account and then by moment. `lane`: the account's place in the block; `day`: in the span.

    `at` and `arrived` are microseconds since the epoch, `contact` is a number, −1 for none.
    """

    lane: NDArray[Any]
    day: NDArray[Any]
    at: NDArray[Any]
    contact: NDArray[Any]
    arrived: NDArray[Any]
    properties: Mapping[str, Property]

    def __len__(self) -> int:
        return len(self.lane)

    def only(self, rows: NDArray[Any]) -> "Strip":
        """Those events; `rows`: their places, or which."""
        columns = {name: getattr(self, name)[rows] for name in COLUMNS}
        return Strip(properties={name: taken(column, rows) for name, column in self.properties.items()}, **columns)


def taken(column: Property, rows: NDArray[Any]) -> Property:
    return Coded(column.values, column.codes[rows]) if isinstance(column, Coded) else column[rows]


def said(values: Sequence[Scalar | None]) -> Property:
    """A property as a column."""
    if all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values):
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    numbered: dict[tuple[type, Scalar], int] = {}
    codes = [
        NOTHING if value is None else numbered.setdefault((type(value), value), len(numbered) + 1) for value in values
    ]
    return Coded(tuple(value for _, value in numbered), np.array(codes, dtype=np.int64))


def joined(strips: Sequence[Strip]) -> Strip:
    """All of their events, sorted."""
    columns = {name: np.concatenate([getattr(strip, name) for strip in strips]) for name in COLUMNS}
    names = dict.fromkeys(name for strip in strips for name in strip.properties)
    properties = {name: _one(name, strips) for name in names}
    together = Strip(properties=properties, **columns)
    return together.only(np.lexsort((together.at, together.lane)))


def _one(name: str, strips: Sequence[Strip]) -> Property:
    parts = [strip.properties.get(name, np.full(len(strip), np.nan)) for strip in strips]
    if not any(isinstance(part, Coded) for part in parts):
        return np.concatenate([part for part in parts if not isinstance(part, Coded)])
    numbered: dict[tuple[type, Scalar], int] = {}
    codes = []
    for part in map(coded, parts):
        again = [numbered.setdefault((type(value), value), len(numbered) + 1) for value in part.values]
        codes.append(np.array([NOTHING, *again], dtype=np.int64)[part.codes])
    return Coded(tuple(value for _, value in numbered), np.concatenate(codes))


def coded(part: Property) -> Coded:
    """Numbers as what is said and where."""
    if isinstance(part, Coded):
        return part
    known = ~np.isnan(part)
    values, codes = np.unique(part[known], return_inverse=True)
    placed = np.full(len(part), NOTHING, dtype=np.int64)
    placed[known] = codes + 1
    return Coded(tuple(values.tolist()), placed)


def pack(strip: Strip) -> bytes:
    """A zstd frame of a JSON head (its length, four bytes, comes first) and of the columns, as narrow as can be."""
    columns, arrays = [], []
    for name in COLUMNS:
        said, array = _narrowed(getattr(strip, name))
        columns.append(said)
        arrays.append(array)
    properties: list[dict[str, Any]] = []
    for name, column in strip.properties.items():
        if isinstance(column, Coded):
            codes = column.codes.astype(np.min_scalar_type(len(column.values)))
            properties.append({"name": name, "type": codes.dtype.str, "values": column.values})
            arrays.append(codes)
        else:
            properties.append({"name": name, "type": "<f8"})
            arrays.append(column.astype("<f8"))
    head = {"count": len(strip), "columns": columns, "properties": properties}
    told = json.dumps(head, separators=(",", ":")).encode()
    return compress(len(told).to_bytes(4, "little") + told + b"".join(array.tobytes() for array in arrays))


def _narrowed(numbers: NDArray[Any]) -> tuple[dict[str, Any], NDArray[Any]]:
    """Whole numbers as so many units above the lowest: moments are most often of whole seconds."""
    low = int(numbers.min(initial=int(numbers.max(initial=0))))
    above = numbers.astype(np.int64) - low
    unit = 1 if (above % SECOND).any() else SECOND
    counts = above // unit
    counts = counts.astype(np.min_scalar_type(int(counts.max(initial=0))))
    return {"low": low, "unit": unit, "type": counts.dtype.str}, counts


def unpack(blob: bytes, wanted: NDArray[np.bool_] = EVERYBODY) -> Strip:
    """The events of the wanted lanes; of few that is next to nothing."""
    head, arrays = _opened(blob)
    lane = _widened(head["columns"][0], arrays[0])
    here = wanted[lane]
    mine: Any = slice(None) if here.all() else np.flatnonzero(here)
    columns = {
        name: _widened(said, array[mine]) for name, said, array in zip(COLUMNS, head["columns"], arrays, strict=False)
    }
    properties = {
        one["name"]: Coded(tuple(one["values"]), array[mine]) if "values" in one else array[mine]
        for one, array in zip(head["properties"], arrays[len(COLUMNS) :], strict=True)
    }
    return Strip(properties=properties, **columns)


@lru_cache(KEPT_OPEN)
def _opened(blob: bytes) -> tuple[Mapping[str, Any], tuple[NDArray[Any], ...]]:
    """The head, and the columns as narrow as they lie there."""
    raw = decompress(blob)
    start = 4 + int.from_bytes(raw[:4], "little")
    head = json.loads(raw[4:start])
    kinds = [one["type"] for one in (*head["columns"], *head["properties"])]
    return head, tuple(_arrays(raw, start, kinds, head["count"]))


def _arrays(raw: bytes, offset: int, kinds: Iterable[str], count: int) -> Iterator[NDArray[Any]]:
    for kind in kinds:
        array: NDArray[Any] = np.frombuffer(raw, kind, count, offset)
        offset += array.nbytes
        yield array


def _widened(said: Mapping[str, Any], counts: NDArray[Any]) -> NDArray[Any]:
    whole: NDArray[np.int64] = counts.astype(np.int64) * said["unit"] + said["low"]
    return whole
