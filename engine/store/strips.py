"""Events of one name, block and span in; one small blob in columns out, and back; pure.

A row of `event` is an event as it came. Looks read strips: the same events by columns, thousands in one go. A blob is a
zstd frame of a JSON head (its length, four bytes, comes first) and of the arrays.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.store.chunks import compress, decompress

Scalar = str | float | bool
Numbers = NDArray[np.float64]
COLUMNS = ("lane", "day", "at", "contact", "arrived")
TYPES = ("|u1", "|u1", "<i8", "<i8", "<i8")
NOTHING = -1


@dataclass(frozen=True, slots=True)
class Coded:
    """A property of E events: `values` are what any says of it, each once; `codes` which of them, −1 for nothing."""

    values: tuple[Scalar, ...]
    codes: NDArray[np.int64]

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
    codes = [NOTHING if value is None else numbered.setdefault((type(value), value), len(numbered)) for value in values]
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
        again = [numbered.setdefault((type(value), value), len(numbered)) for value in part.values]
        codes.append(np.array([*again, NOTHING], dtype=np.int64)[part.codes])
    return Coded(tuple(value for _, value in numbered), np.concatenate(codes))


def coded(part: Property) -> Coded:
    """Numbers as what is said and where."""
    if isinstance(part, Coded):
        return part
    known = ~np.isnan(part)
    values, codes = np.unique(part[known], return_inverse=True)
    placed = np.full(len(part), NOTHING, dtype=np.int64)
    placed[known] = codes
    return Coded(tuple(values.tolist()), placed)


def pack(strip: Strip) -> bytes:
    arrays = [getattr(strip, name).astype(kind) for name, kind in zip(COLUMNS, TYPES, strict=True)]
    head: list[dict[str, Any]] = []
    for name, column in strip.properties.items():
        if isinstance(column, Coded):
            codes = (column.codes + 1).astype(np.min_scalar_type(len(column.values)))
            head.append({"name": name, "type": codes.dtype.str, "values": column.values})
            arrays.append(codes)
        else:
            head.append({"name": name, "type": "<f8"})
            arrays.append(column.astype("<f8"))
    told = json.dumps({"count": len(strip), "properties": head}, separators=(",", ":")).encode()
    return compress(len(told).to_bytes(4, "little") + told + b"".join(array.tobytes() for array in arrays))


def unpack(blob: bytes) -> Strip:
    raw = decompress(blob)
    start = 4 + int.from_bytes(raw[:4], "little")
    head = json.loads(raw[4:start])
    kinds = [*TYPES, *(one["type"] for one in head["properties"])]
    arrays = list(_arrays(raw, start, kinds, head["count"]))
    properties = dict(_properties(head["properties"], arrays[len(COLUMNS) :]))
    return Strip(properties=properties, **dict(zip(COLUMNS, arrays, strict=False)))


def _arrays(raw: bytes, offset: int, kinds: Iterable[str], count: int) -> Iterator[NDArray[Any]]:
    for kind in kinds:
        array: NDArray[Any] = np.frombuffer(raw, kind, count, offset)
        offset += array.nbytes
        yield array


def _properties(head: Sequence[Mapping[str, Any]], arrays: Sequence[NDArray[Any]]) -> Iterator[tuple[str, Property]]:
    for one, array in zip(head, arrays, strict=True):
        iscoded = "values" in one
        yield one["name"], Coded(tuple(one["values"]), array.astype(np.int64) - 1) if iscoded else array
