"""What a source hands to the store: one file's worth of checked, typed records, as columns.

A source knows the catalog but neither accounts nor their zones: the store says which account an id is, and on which day
of the account's a moment lies.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from engine.clock import day_number, microseconds
from engine.domain import Value

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of texts by code: `values[codes[i]]`; code −1 is blank."""

    values: tuple[str, ...]
    codes: Ints

    def text(self, index: int) -> str | None:
        code = int(self.codes[index])
        return self.values[code] if code >= 0 else None

    def texts(self) -> list[str | None]:
        # The last place is that of code −1.
        values = (*self.values, None)
        return [values[code] for code in self.codes.tolist()]


@dataclass(frozen=True, slots=True)
class When:
    """Moments as they stood in the file. `date_only`: `at` is a day number, meant in the account's zone;
    otherwise `at` is microseconds since the epoch."""

    at: Ints
    date_only: NDArray[np.bool_]

    @property
    def is_said(self) -> NDArray[np.bool_]:
        """Which are there at all: of a column that may be blank, a blank one is the moment −1."""
        return np.asarray(self.date_only | (self.at != -1), dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class Places:
    """Where each record stood: `files[file[i]]`, line `line[i]` (the header is line 1)."""

    files: tuple[str, ...]
    file: Ints
    line: Ints


@dataclass(frozen=True, slots=True)
class Observations:
    account: Coded
    contact: Coded
    metric: Coded
    when: When
    value: NDArray[np.float64]
    places: Places
    record: Ints | None = None
    """Which record of the file each value stood in, where a record may hold several (None: one each)."""
    silent: int = 0
    """Records of the file that say nothing at all."""


@dataclass(frozen=True, slots=True)
class Events:
    account: Coded
    name: Coded
    id: Coded
    contact: Coded
    when: When
    properties: tuple[Mapping[str, Value], ...]
    """Typed values by name, blanks left out; dates and times as date and datetime."""
    places: Places


@dataclass(frozen=True, slots=True)
class Facts:
    account: Coded
    name: Coded
    id: Coded
    when: When
    until: When
    """`at` is −1 and `date_only` false where there is none."""
    source: Coded
    author: Coded
    reason: Coded
    yearly: NDArray[np.bool_]
    properties: tuple[Mapping[str, Value], ...]
    places: Places


@dataclass(frozen=True, slots=True)
class Outcomes:
    account: Coded
    outcome: Coded
    when: When
    places: Places


class Unsaid(Enum):
    """In the place of a value: the record does not have that column at all, as a line of JSON may not."""

    UNSAID = auto()


@dataclass(frozen=True, slots=True)
class Entries:
    """Accounts, contacts, teammates or aliases. `columns` has, per column that the file has, one value per record
    (None: blank). The key columns (`id`; `account` and `email`; `email`; `alias`) are among them."""

    kind: str
    columns: Mapping[str, tuple[Value | Unsaid | None, ...]]
    places: Places

    def __len__(self) -> int:
        return len(self.places.line)


Batch = Observations | Events | Facts | Outcomes | Entries


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """A record that was not taken, and why. `line` 0: the file as a whole."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class LookAlike:
    """An id that came in for the first time and looks like one that is another; where it first stood."""

    id: str
    like: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of a batch: read = applied + unchanged + corrected + held + refused."""

    applied: int = 0
    unchanged: int = 0
    corrected: int = 0
    held: int = 0
    refused: tuple[Refusal, ...] = ()
    look_alikes: tuple[LookAlike, ...] = ()
    odd: tuple[str, ...] = ()
    """What is odd about the values of all accounts together, in words."""
    stuck: tuple[tuple[str, int], ...] = ()
    """Why records that waited for their account wait on now that it is there, and how many."""
    import_id: int | None = None
    blocks: frozenset[int] = frozenset()
    """Blocks in which something became due."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a batch comes in. `at` is when it happens; nothing dated more than 5 minutes later is taken."""

    at: datetime
    source: str
    author: str | None = None
    history: bool = False
    dry_run: bool = False
    keep_good: bool = False
    again: bool = False
    """A fact that was withdrawn holds again if it is said once more: a person says it, not a file that has it still."""
    refused: int = 0
    """Records that were refused before, for they could not be read."""


def coded(texts: Iterable[str | None]) -> Coded:
    """A column of texts by code."""
    known: dict[str, int] = {}
    codes = [-1 if text is None else known.setdefault(text, len(known)) for text in texts]
    return Coded(tuple(known), np.array(codes, dtype=np.int64))


def whens(moments: Iterable[datetime | date | None]) -> When:
    """Moments, and days in the accounts' own zones; None is none."""
    listed = list(moments)
    days = [isinstance(one, date) and not isinstance(one, datetime) for one in listed]
    at = [_whole(one) for one in listed]
    return When(np.array(at, dtype=np.int64), np.array(days, dtype=np.bool_))


def _whole(when: datetime | date | None) -> int:
    if when is None:
        return -1
    return microseconds(when) if isinstance(when, datetime) else day_number(when)


def placed(source: str, count: int, first: int = 1) -> Places:
    """Records of one source, one after the other."""
    return Places((source,), np.zeros(count, dtype=np.int64), np.arange(first, first + count, dtype=np.int64))
