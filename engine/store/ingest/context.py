"""One batch on its way into the store: its transaction, what became of its records, and whom it concerns."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Update, insert, select, update

from engine.batches import Arrival, Ingested, Ints, LookAlike, Places, Refusal
from engine.clock import microseconds, moment
from engine.language.catalog import Catalog
from engine.snapshot import Series
from engine.store.accounts import Accounts, Meant, locked, mark_due, mark_first
from engine.store.changes import keep_changes
from engine.store.doubts import doubt_runs
from engine.store.fates import Fates
from engine.store.ingest.oddities import Beside, odd
from engine.store.kept import kept
from engine.store.recorded import recorded, widen
from engine.store.tables.accounts import BLOCK
from engine.store.tables.imports import ImportRow

AHEAD = timedelta(minutes=5)
"""How far ahead of its arrival a record may be dated."""
IMPORT = ImportRow.__table__  # type: ignore[attr-defined]

JsonValue = str | float | bool | None
Progress = Callable[[int], None]


class Undone(Exception):
    """The transaction is to be rolled back: a dry run, or a refusal where all or nothing is wanted."""


def as_json(value: object) -> JsonValue:
    """A typed value as the store keeps it: dates as YYYY-MM-DD, times as ISO 8601 in UTC, money as a number."""
    if type(value) is str or type(value) is float:
        return value
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, str | float | bool | int):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} is no value of an attribute or a property")


@dataclass(frozen=True, slots=True)
class Known:
    """All accounts that the files name, whose blocks are locked; a piece asks for those that it names itself."""

    accounts: Accounts
    place: Mapping[str, int]

    @classmethod
    def of(cls, accounts: Accounts) -> "Known":
        return cls(accounts, {id_: place for place, id_ in enumerate(accounts.ids)})

    def only(self, ids: Collection[str]) -> Accounts:
        return self.accounts.only(np.array([self.place[id_] for id_ in ids], dtype=np.int64))


@dataclass(slots=True)
class Importing:
    connection: Connection
    catalog: Catalog
    arrival: Arrival
    company_zone: str
    series: Collection[Series]
    kind: str
    progress: Progress = lambda _done: None
    counts: Counter[str] = field(default_factory=Counter)
    refused: list[Refusal] = field(default_factory=list)
    refused_places: set[tuple[str, int]] = field(default_factory=set)
    due: set[int] = field(default_factory=set)
    seeded: set[int] = field(default_factory=set)
    """For whom history waited that came now."""
    newest: int = 0
    """The latest moment (microseconds) that a record has: it may lie a little ahead."""
    first_days: dict[int, int] = field(default_factory=dict)
    reached: dict[int, int] = field(default_factory=dict)
    """The oldest day of each account of which something was not known before."""
    spans: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """First day, last day and last moment of the records of a name."""
    changes: list[dict[str, object]] = field(default_factory=list)
    new_ids: dict[str, None] = field(default_factory=dict)
    """Ids of accounts, known or not, that nothing is stored of; in their order."""
    look_alikes: tuple[LookAlike, ...] = ()
    values: dict[str, Beside] = field(default_factory=dict)
    """What came of each metric, number of an event or attribute, beside what was there before."""
    releasing: bool = False
    """What is applied was held, and was counted and checked when it came."""
    stuck: dict[int, str] = field(default_factory=dict)
    """Records that were held and can't be taken, for the files have changed since: their numbers, and why."""
    _import_id: int | None = None

    @property
    def written(self) -> int | None:
        """The number of the import's row; None: nothing was written so far."""
        return self._import_id

    @property
    def at(self) -> int:
        """The moment of arrival, in microseconds."""
        return microseconds(self.arrival.at)

    @property
    def import_id(self) -> int:
        """The number of the import's row, which is made by the first thing that is written."""
        if self._import_id is None:
            row = {
                "kind": self.kind,
                "source": self.arrival.source,
                "at": self.at,
                "history": self.arrival.history,
                "counts": {},
            }
            made = self.connection.execute(insert(IMPORT).returning(IMPORT.c.id), [row])
            self._import_id = int(made.scalar_one())
        return self._import_id

    def find(self, ids: Collection[str]) -> Accounts:
        return self.lock(Meant.by(self.connection, ids))

    def lock(self, said: Meant) -> Accounts:
        return locked(self.connection, said, self.company_zone)

    def count(self, outcome: str, number: int = 1) -> None:
        self.counts[outcome] += number

    def refuse(self, places: Places, index: int, reason: str) -> None:
        """The first reason of a record is told, however many of its values are wrong."""
        if self.releasing:
            self.stuck.setdefault(int(places.line[index]), reason)
            return
        place = (places.files[int(places.file[index])], int(places.line[index]))
        if place not in self.refused_places:
            self.refused_places.add(place)
            self.refused.append(Refusal(*place, reason))

    def refuse_ahead(self, places: Places, at: Ints) -> NDArray[np.bool_]:
        """Which records are not dated ahead of their arrival; the others are refused."""
        if self.releasing:
            return np.ones(len(at), dtype=np.bool_)
        ahead = at > microseconds(self.arrival.at + AHEAD)
        for index in np.flatnonzero(ahead).tolist():
            self.refuse(places, index, _ahead(moment(int(at[index])), self.arrival.at))
        self.newest = max(self.newest, int(at[~ahead].max(initial=0)))
        return ~ahead

    def checked(self) -> None:
        """All checks are done; raises Undone where nothing is to be written, or to stay."""
        if self.refused and not self.arrival.keep_good:
            raise Undone

    def touch(self, seqs: Collection[int]) -> None:
        self.due.update(seqs)

    def begins(self, seq: Ints, day: Ints) -> None:
        """Accounts have records of those days, perhaps their first."""
        accounts, index = np.unique(seq, return_inverse=True)
        first = np.full(len(accounts), np.iinfo(np.int64).max)
        np.minimum.at(first, index, day)
        for account, oldest in zip(accounts.tolist(), first.tolist(), strict=True):
            self.first_days[account] = min(oldest, self.first_days.get(account, oldest))
            self.reaches(account, oldest)

    def reaches(self, seq: int, day: int) -> None:
        """Something of that day of an account was not known before."""
        self.reached[seq] = min(day, self.reached.get(seq, day))

    def changed(self, kind: str, entity: str, field: str, old: object, new: object) -> dict[str, object]:
        """A row of `change`."""
        return {
            "kind": kind,
            "entity": entity,
            "field": field,
            "old": old,
            "new": new,
            "at": self.at,
            "by": self.arrival.author,
            "import_id": self.import_id,
        }

    def keep_changes(self, rows: list[dict[str, object]]) -> None:
        """They are written together, in the end."""
        self.changes += rows

    def came(self, ids: Iterable[str]) -> None:
        """Ids that nothing is stored of; what they look like is asked in the end."""
        if not self.releasing:
            self.new_ids.update(dict.fromkeys(ids))

    def recorded(self, name: str, day: Ints, last_at: int) -> None:
        """There are records of that name on those days, up to that moment."""
        first, last, at = self.spans.get(name, (int(day[0]), int(day[0]), last_at))
        self.spans[name] = (min(first, int(day.min())), max(last, int(day.max())), max(at, last_at))

    def set_beside(self, name: str, said: Beside) -> None:
        """Kept for the end of the import to find it odd."""
        before = self.values.get(name)
        self.values[name] = said if before is None else before + said

    def _keep_recorded(self) -> None:
        names = sorted(self.spans)
        if not names:
            return
        known = recorded(self.connection, names)
        rows, begun = [], []
        for name in names:
            first, last, at = self.spans[name]
            row = known.get(name)
            if row is None or first < row.first_day or last > row.last_day or at > row.last_at:
                rows.append({"name": name, "first_day": first, "last_day": last, "last_at": at})
            if row is None or first < row.first_day:
                begun.append(self.changed("recorded", name, "first_day", row.first_day if row else None, first))
        if rows:
            self.keep_changes(begun)
            widen(self.connection, rows)

    @contextmanager
    def counted_by(self, fates: Fates) -> Iterator[Fates]:
        """What is done inside is counted by records, as the fates of their values say in the end."""
        before = self.counts.copy()
        yield fates
        self.counts = before + fates.counts()

    @contextmanager
    def aside(self, import_id: int | None) -> Iterator[None]:
        """What is done inside is no record of this batch but of an earlier import: neither counted nor refused."""
        counts, own, arrival = self.counts, self._import_id, self.arrival
        source = self.connection.execute(select(IMPORT.c.source).where(IMPORT.c.id == import_id)).scalar()
        self.counts, self.releasing, self._import_id = Counter(), True, import_id
        self.arrival = replace(arrival, source=arrival.source if source is None else source)
        yield
        self.counts, self.releasing, self._import_id, self.arrival = counts, False, own, arrival

    def finish(self) -> None:
        """Marks whom it concerns, and keeps the counts."""
        self._keep_recorded()
        earlier = mark_first(self.connection, self.first_days)
        self.keep_changes([self.changed("account", id_, "first_record", old, new) for id_, old, new in earlier])
        keep_changes(self.connection, self.changes)
        doubt_runs(self.connection, self.reached, self.at, self.arrival.source)
        due_for = f"import {self.import_id}" if len(self.due) > 1 else None
        seeded = self.due if self.arrival.history else self.due & self.seeded
        mark_due(self.connection, self.due - seeded, self.at, newest=self.newest, due_for=due_for)
        mark_due(self.connection, seeded, self.at, newest=self.newest, due_for=due_for, seed_next=True)
        number = self.import_id if self.counts["applied"] or self.counts["corrected"] else self._import_id
        if number is not None:
            counts = dict(sorted({**self.counts, "refused": len(self.refused) + self.arrival.refused}.items()))
            self.connection.execute(*_counted(number=number, fates=counts, oddities="\n".join(self.odd)))

    @property
    def odd(self) -> tuple[str, ...]:
        """What is odd about the values. Of the past nothing is: it fires nothing."""
        found = (odd(metric, said) for metric, said in sorted(self.values.items()) if not self.arrival.history)
        return tuple(one for one in found if one is not None)

    def ingested(self, *, is_undone: bool) -> Ingested:
        refused = tuple(self.refused)
        if is_undone and not self.arrival.dry_run:
            return Ingested(refused=refused)
        return Ingested(
            applied=self.counts["applied"],
            unchanged=self.counts["unchanged"],
            corrected=self.counts["corrected"],
            held=self.counts["held"],
            refused=refused,
            look_alikes=self.look_alikes,
            odd=self.odd,
            stuck=tuple(sorted(Counter(self.stuck.values()).items())),
            import_id=None if is_undone else self._import_id,
            blocks=frozenset() if is_undone else frozenset(seq // BLOCK for seq in self.due),
        )


@kept
def _counted(number: Any, fates: Any, oddities: Any) -> Update:
    return update(IMPORT).values(counts=fates, odd=oddities).where(IMPORT.c.id == number)


def _ahead(at: datetime, now: datetime) -> str:
    return f"at {at:%Y-%m-%d %H:%M} UTC lies ahead of {now:%Y-%m-%d %H:%M} UTC: correct the time, or import it later"
