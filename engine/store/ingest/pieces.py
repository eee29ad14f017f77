"""A file's batches in, one after the other; the same batches out as often as they are wanted, few in memory at once."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from itertools import chain
from typing import Any

import numpy as np

from engine.batches import Batch, Coded, Entries, Events, Ints, Observations, Places, When
from engine.store.spool import Spool


class Pieces(Spool):
    """The records of one file, all of one kind, in its order."""

    def __init__(self, *batches: Batch) -> None:
        super().__init__()
        self.accounts: dict[str, None] = {}
        """The ids of accounts that they name, as they came."""
        self.names: dict[str, None] = {}
        """The metrics or events that they name."""
        self.kind: str | None = None
        """None: there is no record."""
        self.count = 0
        for batch in batches:
            self.add(batch)

    def add(self, batch: Batch) -> None:
        self.kind = batch.kind if isinstance(batch, Entries) else type(batch).__name__.lower()
        if not isinstance(batch, Entries):
            self.accounts.update(dict.fromkeys(batch.account.values))
        if isinstance(batch, Observations | Events):
            named = batch.metric if isinstance(batch, Observations) else batch.name
            self.names.update(dict.fromkeys(named.values))
        self.put(0, batch)
        self.count += 1

    def __iter__(self) -> Iterator[Any]:
        return self.of(0)


def joined(batches: Sequence[Any]) -> Any:
    """Batches of one file as one."""
    first = batches[0]
    if len(batches) == 1:
        return first
    if isinstance(first, Entries):
        columns = {name: _joined([batch.columns[name] for batch in batches]) for name in first.columns}
        return Entries(first.kind, columns, _joined([batch.places for batch in batches]))
    said = {one.name: [getattr(batch, one.name) for batch in batches] for one in fields(first)}
    return type(first)(**{name: _joined(parts) for name, parts in said.items()})


def _joined(parts: Sequence[Any]) -> Any:
    first = parts[0]
    if isinstance(first, Coded):
        return _joined_texts(parts)
    if isinstance(first, When):
        return When(_joined([one.at for one in parts]), _joined([one.date_only for one in parts]))
    if isinstance(first, Places):
        files = Coded(first.files, _joined([one.file for one in parts]))
        return Places(files.values, files.codes, _joined([one.line for one in parts]))
    if isinstance(first, np.ndarray):
        return np.concatenate(parts)
    return sum(parts) if isinstance(first, int) else tuple(chain.from_iterable(parts))


def _joined_texts(parts: Sequence[Coded]) -> Coded:
    known: dict[str, int] = {}
    codes = []
    for part in parts:
        # The last place is that of code −1, which stays −1.
        number = [*(known.setdefault(value, len(known)) for value in part.values), -1]
        codes.append(np.array(number, dtype=np.int64)[part.codes])
    return Coded(tuple(known), np.concatenate(codes))


def picked(batch: Observations, rows: Ints) -> Observations:
    """Some of the values; each column of texts has no more texts than they use."""
    places = Places(batch.places.files, batch.places.file[rows], batch.places.line[rows])
    return replace(
        batch,
        account=_used(batch.account, rows),
        contact=_used(batch.contact, rows),
        metric=_used(batch.metric, rows),
        when=When(batch.when.at[rows], batch.when.date_only[rows]),
        value=batch.value[rows],
        places=places,
        record=None if batch.record is None else batch.record[rows],
        silent=0,
    )


def _used(texts: Coded, rows: Ints) -> Coded:
    used, codes = np.unique(texts.codes[rows], return_inverse=True)
    has_blank = int(len(used) > 0 and used[0] < 0)
    return Coded(tuple(texts.values[code] for code in used[has_blank:].tolist()), codes.astype(np.int64) - has_blank)
