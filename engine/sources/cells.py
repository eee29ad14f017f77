"""Texts of a column in; numbers, moments and typed values, and which cells are none, out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.batches import Coded, When
from engine.clock import FIRST_DAY, LAST_DAY, MICROSECONDS, YEARS, day_number, is_meant, moment
from engine.domain import Value
from engine.language.base import LARGEST, NO, YES, written
from engine.language.catalog import FieldType
from engine.language.times import read_time

NUMBER = r"^-?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"
EXACT = r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-5][0-9]Z$"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?$")
"""What spreadsheets and data frames put behind a date."""
OUTSIDE = f"is outside of the years {YEARS}, as systems write that there is no date: correct it"
_DAY = 86_400 * MICROSECONDS
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")
LONGEST_ID = 200
MOST_MONEY = 9e14


@dataclass(frozen=True, slots=True)
class Moments:
    """A column of moments. `bad`: cells that are none; `naive`: how many had no offset."""

    when: When
    bad: NDArray[np.bool_]
    naive: int
    outside: NDArray[np.bool_]
    """Cells that are outside of the years that can be meant; `bad` too."""


def numbers(cells: pl.Series) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(values with NaN for blank, which cells are no number in plain digits)."""
    plain = cells.str.contains(NUMBER).fill_null(value=False)
    values = cells.set(~plain, None).cast(pl.Float64, strict=False).to_numpy().astype(np.float64)
    there = cells.is_not_null().to_numpy()
    with np.errstate(invalid="ignore"):
        good = ~np.isnan(values) & (np.abs(values) < LARGEST)
    return np.where(good, values + 0.0, np.nan), there & ~good


def moments(cells: pl.Series, zone: str) -> Moments:
    """Dates and times of a column; a time without an offset is read in `zone`."""
    days = cells.str.contains(DAY).fill_null(value=False)
    parsed = cells.set(~days, None).str.to_date("%Y-%m-%d", strict=False)
    numbers_ = parsed.to_physical().fill_null(-1).cast(pl.Int64).to_numpy().copy()
    date_only = parsed.is_not_null().to_numpy()
    bad = (days.to_numpy() & ~date_only) | cells.is_null().to_numpy()
    naive = 0
    exact, said = _exact(cells)
    numbers_[said] = exact[said]
    for index in np.flatnonzero(~days.to_numpy() & ~bad & ~said):
        found = read_time(str(cells[int(index)]), zone)
        if found is None:
            bad[index] = True
        else:
            numbers_[index], without_offset = found
            naive += without_offset
    day = np.where(date_only, numbers_, numbers_ // _DAY)
    outside = ~bad & ((day < day_number(FIRST_DAY)) | (day > day_number(LAST_DAY)))
    return Moments(When(numbers_, date_only), np.asarray(bad | outside, dtype=np.bool_), naive, outside)


def _exact(cells: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Times in UTC to the second, all at once: microseconds, and which cells are written so."""
    plain = cells.set(~cells.str.contains(EXACT).fill_null(value=False), None).str.slice(0, 19).str.replace(" ", "T")
    parsed = plain.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
    found = parsed.to_physical().fill_null(-1).cast(pl.Int64).to_numpy()
    return found, parsed.is_not_null().to_numpy()


def coded(cells: pl.Series) -> Coded:
    """A column of texts by code."""
    values = cells.drop_nulls().unique().sort()
    codes = cells.rank("dense").cast(pl.Int64).fill_null(0).to_numpy() - 1
    return Coded(tuple(values.to_list()), np.asarray(codes, dtype=np.int64))


def nothing(count: int) -> Coded:
    return Coded((), np.full(count, -1, dtype=np.int64))


def no_moments(count: int) -> When:
    return When(np.full(count, -1, dtype=np.int64), np.zeros(count, dtype=np.bool_))


def number(text: str) -> float:
    if not re.fullmatch(NUMBER, text) or not abs(float(text)) < LARGEST:
        raise ValueError(no_number(text))
    return float(text) + 0.0


def as_money(read: Callable[[str], Value]) -> Callable[[str], Value]:
    """The same, for what is kept in ten-thousandths, in 64 bits."""

    def reading(text: str) -> Value:
        value = read(text)
        if isinstance(value, float) and not abs(value) < MOST_MONEY:
            raise ValueError(f"{text!r} is too large: write a value smaller than {MOST_MONEY:.0e}")
        return value

    return reading


def no_number(text: str) -> str:
    """Why a cell is none that can be kept."""
    if re.fullmatch(NUMBER, text):
        return f"{text!r} is too large: write a number smaller than {LARGEST:.0e}"
    return f"{text!r} is no number: write digits, like 12 or 0.5"


def boolean(text: str) -> bool:
    if text.lower() not in YES | NO:
        raise ValueError(f"{text!r} is not true or false: write true, false, yes, no, 1 or 0")
    return text.lower() in YES


def day(text: str) -> date:
    bare = _MIDNIGHT.sub("", text)
    try:
        said = date.fromisoformat(bare) if re.fullmatch(DAY, bare) else None
    except ValueError:  # the 30th of February is written like a date, and is none
        said = None
    if said is None:
        raise ValueError(f"{text!r} is no date: write it like 2026-03-01")
    if not is_meant(said):
        raise ValueError(f"{text!r} {OUTSIDE}")
    return said


def time(text: str, zone: str) -> datetime:
    if re.fullmatch(DAY, text):
        return datetime.combine(day(text), datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
    found = read_time(text, zone)
    if found is None:
        raise ValueError(f"{text!r} is no time: write it like 2026-03-01T09:30+01:00")
    said = moment(found[0])
    if not is_meant(said):
        raise ValueError(f"{text!r} {OUTSIDE}")
    return said


LONGEST_TEXT = 10_000
"""Characters; durable-rules can't compare longer ones (it keeps lengths in 16 bits)."""


def plain_text(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"the text has {len(text):,} characters, at most {LONGEST_TEXT:,} are kept: shorten it")
    if _CONTROL.search(text.replace("\n", " ").replace("\t", " ")):
        raise ValueError("the text holds control characters: take them out")
    return text


def identity(text: str) -> str:
    """An id: one line, not long."""
    if _CONTROL.search(text):
        raise ValueError("an id has no line breaks or control characters: take them out")
    if len(text) > LONGEST_ID:
        raise ValueError(f"an id has at most {LONGEST_ID} characters, not {len(text)}: shorten it")
    return text


def person_or_company(text: str) -> str:
    """A name: one line."""
    if _CONTROL.search(text):
        raise ValueError("a name has no line breaks or control characters: take them out")
    return plain_text(text)


def email(text: str) -> str:
    name, at, domain = text.partition("@")
    odd = any(sign in text for sign in " ,;<>()\"'\\") or _CONTROL.search(text) or "@" in domain
    if not name or not at or not domain or odd:
        raise ValueError(f"{text!r} is no email address: write one like kim@acme.example")
    return text


def of_field(field: FieldType, zone: str) -> Callable[[str], Value]:
    """How a cell of an attribute or property is read; raises ValueError with the reason."""

    def read(text: str) -> Value:
        match field.type:
            case "number":
                return _bounded(number(text), field)
            case "boolean":
                return boolean(text)
            case "date":
                return day(text)
            case "time":
                return time(text, zone)
            case _:
                return _one_of(plain_text(text), field)

    return read


def _bounded(value: float, field: FieldType) -> float:
    if field.min is not None and value < field.min:
        raise ValueError(f"{written(value)} is below the least, {written(field.min)}: correct it, or widen the catalog")
    if field.max is not None and value > field.max:
        raise ValueError(f"{written(value)} is above the most, {written(field.max)}: correct it, or widen the catalog")
    return value


def _one_of(text: str, field: FieldType) -> str:
    if field.values and text not in field.values:
        raise ValueError(f"{text!r} is none of {', '.join(field.values)}: correct it, or add it to the catalog")
    return text
