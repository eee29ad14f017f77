"""Ids that came in for the first time in; which of them look like another id, kept and out. Nothing is merged."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, select

from engine.batches import Batch, Entries, LookAlike
from engine.clock import microseconds
from engine.look_alikes import looks
from engine.store.accounts import Meant
from engine.store.among import among
from engine.store.held import HELD
from engine.store.ingest.context import IMPORT, Importing
from engine.store.ingest.pieces import Pieces
from engine.store.kept import kept
from engine.store.tables.imports import IdLookRow, LookAlikeRow
from engine.store.writing import upsert

ID_LOOK = IdLookRow.__table__  # type: ignore[attr-defined]
LOOK_ALIKE = LookAlikeRow.__table__  # type: ignore[attr-defined]
ID_COLUMNS = ("id", "alias", "account")
"""The columns of accounts, aliases and contacts in which ids stand."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Ids by what they mean: the account after aliases, or themselves where they only wait for one."""

    meant: Mapping[str, str]

    @classmethod
    def of(cls, connection: Connection, ids: Collection[str]) -> "Standing":
        """Of these ids those that still are an account's, or an alias, or waited for."""
        said = Meant.by(connection, ids)
        waiting = set(connection.execute(select(HELD.c.account).where(among(HELD.c.account, said.unknown))).scalars())
        pairs = zip(said.ids, said.meant, strict=True)
        return cls({id_: meant for id_, meant in pairs if meant in said.seqs or id_ in waiting})

    def are_two(self, one: str, other: str) -> bool:
        """Whether both are there, and neither is known to be the other."""
        return one in self.meant and other in self.meant and self.meant[one] != self.meant[other]


def note_look_alikes(importing: Importing, files: Sequence[Pieces]) -> tuple[LookAlike, ...]:
    """Of each new id one that it looks like and that is not the same account; of two in the files the later is told."""
    if not importing.new_ids:
        return ()
    connection = importing.connection
    alike = _alike(connection, importing.new_ids)
    found = tuple(LookAlike(id_, alike[id_], file, line) for id_, file, line in _placed(files, alike))
    if found and importing.written is not None:
        _keep(connection, found, importing.written)
    return found


def _alike(connection: Connection, new: Collection[str]) -> dict[str, str]:
    """By id, the one that it looks like: such that were there before come first, then those of earlier records."""
    looks_of = {id_: looks(id_) for id_ in new}
    place = {id_: number for number, id_ in enumerate(new)}

    def order(id_: str) -> tuple[int, str]:
        return place.get(id_, -1), id_

    groups = {look: sorted(ids, key=order) for look, ids in _groups(connection, looks_of).items()}
    standing = Standing.of(connection, {id_ for ids in groups.values() for id_ in ids})
    alike: dict[str, str] = {}
    for id_ in new if groups else ():
        first = (_before(id_, groups.get(look, ()), standing) for look in looks_of[id_])
        found = [other for other in first if other is not None]
        if found:
            alike[id_] = min(found, key=order)
    return alike


def _before(id_: str, group: Sequence[str], standing: Standing) -> str | None:
    """The first of a group before an id that is not the same account."""
    for other in group:
        if other == id_:
            return None
        if standing.are_two(id_, other):
            return other
    return None


def _groups(connection: Connection, looks_of: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Keeps what these ids look like; by what several ids look like, these ids, in no order."""
    kept = sorted((look, id_) for id_, some in looks_of.items() for look in some)
    # In one order, so that two imports at once don't wait for each other.
    upsert(connection, ID_LOOK, ["look", "id"], [{"look": look, "id": id_} for look, id_ in kept], [])
    groups: dict[str, list[str]] = defaultdict(list)
    stored = select(ID_LOOK.c.look, ID_LOOK.c.id).where(among(ID_LOOK.c.look, {look for look, _ in kept}))
    for look, id_ in connection.execute(stored):
        groups[look].append(id_)
    return {look: ids for look, ids in groups.items() if len(ids) > 1}


def _placed(files: Sequence[Pieces], ids: Collection[str]) -> Iterator[tuple[str, str, int]]:
    """Each id with the file and line on which it first stands."""
    missing = set(ids)
    for batch in (batch for pieces in files for batch in pieces if missing):
        for id_, index in _named(batch):
            if id_ in missing:
                missing.discard(id_)
                yield id_, batch.places.files[int(batch.places.file[index])], int(batch.places.line[index])


def _named(batch: Batch) -> Iterator[tuple[str, int]]:
    """The ids that a batch names, with a record that does; the first of each comes first."""
    if isinstance(batch, Entries):
        columns = [batch.columns[name] for name in ID_COLUMNS if name in batch.columns]
        yield from ((str(id_), index) for index, ids in enumerate(zip(*columns, strict=True)) for id_ in ids)
    else:
        codes, first = np.unique(batch.account.codes, return_index=True)
        for index, code in sorted(zip(first.tolist(), codes.tolist(), strict=True)):
            yield batch.account.values[code], index


def _keep(connection: Connection, found: Collection[LookAlike], import_id: int) -> None:
    """One that is known by an import that stands is not told of again."""
    mine = among(LOOK_ALIKE.c.id, [one.id for one in found])
    standing = select(LOOK_ALIKE.c.id).join(IMPORT, IMPORT.c.id == LOOK_ALIKE.c.import_id)
    known = set(connection.execute(standing.where(mine, IMPORT.c.undone_at.is_(None))).scalars())
    rows = [
        {"id": one.id, "like": one.like, "file": one.file, "line": one.line, "import_id": import_id}
        for one in found
        if one.id not in known
    ]
    upsert(connection, LOOK_ALIKE, ["id"], rows)


def standing_look_alikes(connection: Connection, at: datetime) -> dict[int, list[LookAlike]]:
    """By the import that brought them by then, the ids that still look like another: both are there, as two."""
    rows = connection.execute(*_brought(by=microseconds(at))).all()
    standing = Standing.of(connection, {id_ for row in rows for id_ in (row.id, row.like)}) if rows else Standing({})
    found: dict[int, list[LookAlike]] = {}
    for row in rows:
        if standing.are_two(row.id, row.like):
            found.setdefault(row.import_id, []).append(LookAlike(row.id, row.like, row.file, row.line))
    return found


@kept
def _brought(by: Any) -> Select[Any]:
    brought = select(LOOK_ALIKE).join(IMPORT, IMPORT.c.id == LOOK_ALIKE.c.import_id)
    mine = brought.where(IMPORT.c.undone_at.is_(None), IMPORT.c.at <= by)
    return mine.order_by(LOOK_ALIKE.c.import_id, LOOK_ALIKE.c.file, LOOK_ALIKE.c.line)
