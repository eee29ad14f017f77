"""256 × 32 values in, one small blob out, and back, exactly; pure.

A blob is a byte that names the number type and a zstd frame of the narrowest array that holds every value.
"""

import threading
from functools import lru_cache
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray

from engine.store.tables.accounts import BLOCK
from engine.store.tables.series import SPAN

Matrix = NDArray[np.float64]
Times = NDArray[np.int32]
Cells = NDArray[np.void]

SHAPE = (BLOCK, SPAN)
NO_TIME = -1
KEPT_UNPACKED = 512
"""So many chunks, of 64 KiB each: a worker looks at the same accounts again and again."""
WHOLE: dict[bytes, type[np.signedinteger[Any]]] = {b"b": np.int8, b"h": np.int16, b"i": np.int32}
"""The lowest number of each type stands for NaN."""
FLOATS = {b"f": np.float32, b"d": np.float64}
UNITS = {b"m": (60_000, np.int16), b"s": (1_000, np.int32), b"t": (1, np.int32)}
"""Milliseconds in a unit of time, and the type that holds a day of it: minutes, seconds, thousandths."""
CELL = np.dtype(
    [
        ("row", np.uint8),
        ("column", np.uint8),
        ("old", np.float64),
        ("new", np.float64),
        ("old_time", np.int32),
        ("new_time", np.int32),
    ]
)
"""A cell that changed: account in the block, day in the span; NaN and −1 are nothing."""

_own = threading.local()


def compress(raw: bytes) -> bytes:
    # A compressor must not be used by two threads at once, and is dear to make.
    if not hasattr(_own, "compressor"):
        _own.compressor = zstandard.ZstdCompressor(level=1)
    compressed: bytes = _own.compressor.compress(raw)
    return compressed


def decompress(blob: bytes) -> bytes:
    if not hasattr(_own, "decompressor"):
        _own.decompressor = zstandard.ZstdDecompressor()
    raw: bytes = _own.decompressor.decompress(blob)
    return raw


def empty() -> Matrix:
    """A chunk in which nothing was said."""
    return np.full(SHAPE, np.nan)


def pack(values: Matrix) -> bytes:
    unknown = np.isnan(values)
    known = np.where(unknown, 0.0, values)
    code = _narrowest(known)
    if code in FLOATS:
        return code + compress(values.astype(FLOATS[code]).tobytes())
    kind = WHOLE[code]
    whole = known.astype(kind)
    whole[unknown] = np.iinfo(kind).min
    return code + compress(whole.tobytes())


def _narrowest(known: Matrix) -> bytes:
    low, high = known.min(), known.max()
    if low > np.iinfo(np.int32).min and high <= np.iinfo(np.int32).max and (np.rint(known) == known).all():
        return next(code for code, kind in WHOLE.items() if low > np.iinfo(kind).min and high <= np.iinfo(kind).max)
    with np.errstate(over="ignore"):
        narrow = known.astype(np.float32)
    return b"f" if np.array_equal(_widened(narrow), known) else b"d"


def _widened(narrow: NDArray[np.float32]) -> Matrix:
    return np.asarray(np.round(narrow.astype(np.float64), 4))


@lru_cache(KEPT_UNPACKED)
def unpack(blob: bytes) -> Matrix:
    """256 × 32, NaN where nothing was said. Who unpacks the same is given the same array, so it can't be written."""
    values = _unpacked(blob[:1], decompress(blob[1:])).reshape(SHAPE)
    values.flags.writeable = False
    return values


def _unpacked(code: bytes, raw: bytes) -> Matrix:
    if code == b"d":
        return np.frombuffer(raw, np.float64)
    if code == b"f":
        return _widened(np.frombuffer(raw, np.float32))
    whole = np.frombuffer(raw, WHOLE[code])
    values = whole.astype(np.float64)
    values[whole == np.iinfo(whole.dtype).min] = np.nan
    return values


def pack_times(times: Times) -> bytes | None:
    """Milliseconds of the day, −1 where nothing was said; None where all are 0: records of whole days."""
    if (times <= 0).all():
        return None
    said = times != NO_TIME
    code, (unit, kind) = next(
        (code, (unit, kind)) for code, (unit, kind) in UNITS.items() if not (times[said] % unit).any()
    )
    return code + compress(np.where(said, times // unit, NO_TIME).astype(kind).tobytes())


def unpack_times(blob: bytes | None, values: Matrix) -> Times:
    """A new array; `values` says where there is a record at all."""
    if blob is None:
        return np.where(np.isnan(values), NO_TIME, 0).astype(np.int32)
    unit, kind = UNITS[blob[:1]]
    counts = np.frombuffer(decompress(blob[1:]), kind).reshape(SHAPE).astype(np.int32)
    return np.where(counts == NO_TIME, NO_TIME, counts * unit).astype(np.int32)


def pack_mask(which: NDArray[np.bool_]) -> bytes:
    """Which of the 256 × 32 cells of a chunk."""
    return compress(np.packbits(which).tobytes())


def unpack_mask(blob: bytes) -> NDArray[np.bool_]:
    return np.unpackbits(np.frombuffer(decompress(blob), np.uint8)).astype(np.bool_).reshape(SHAPE)


def pack_cells(cells: Cells) -> bytes:
    """Cells of `CELL`, as a correction keeps them."""
    return compress(cells.astype(CELL).tobytes())


def unpack_cells(blob: bytes) -> Cells:
    return np.frombuffer(decompress(blob), CELL)
