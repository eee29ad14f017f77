"""The files of a workspace in; the version in use, for everybody who works from the store, out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Delete, Select, delete, not_, select

from engine.clock import microseconds
from engine.store.among import among
from engine.store.database import Database
from engine.store.kept import kept
from engine.store.tables.housekeeping import InUseRow, VersionRow
from engine.store.tables.looks import RuleVersionRow
from engine.store.writing import upsert

VERSION = VersionRow.__table__  # type: ignore[attr-defined]
IN_USE = InUseRow.__table__  # type: ignore[attr-defined]
RULE_VERSION = RuleVersionRow.__table__  # type: ignore[attr-defined]
THE_ROW = 1


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A workspace's files by path, under their hash."""

    version: str
    files: Mapping[str, str]


def put_in_use(database: Database, stored: StoredVersion, at: datetime, rules: Collection[str]) -> bool:
    """Keeps the files and makes them the version in use; says whether that is a change. `rules`: all that they have.

    A rule that they lack is new where it comes back, even as it was: what is true by then is seeded, and fires nothing.
    """
    with database.writing() as connection:
        before = connection.execute(*_in_use()).scalar()
        if before == stored.version:
            return False
        moment = microseconds(at)
        row = {"hash": stored.version, "files": dict(stored.files), "at": moment}
        upsert(connection, VERSION, ["hash"], [row], [])
        in_use = {"id": THE_ROW, "version": stored.version, "at": moment}
        upsert(connection, IN_USE, ["id"], [in_use])
        connection.execute(*_forgetting(rules=rules))
        return True


@kept
def _forgetting(rules: Any) -> Delete:
    return delete(RULE_VERSION).where(not_(among(RULE_VERSION.c.rule, rules)))


def in_use(database: Database) -> StoredVersion | None:
    """The version in use; None: nothing was ever run here."""
    with database.asking() as connection:
        query = select(VERSION.c.hash, VERSION.c.files).join(IN_USE, IN_USE.c.version == VERSION.c.hash)
        row = connection.execute(query).first()
    return None if row is None else StoredVersion(row.hash, row.files)


def version_in_use(database: Database) -> str | None:
    """Its hash alone: what a worker asks before each look."""
    with database.asking() as connection:
        return connection.execute(*_in_use()).scalar()


@kept
def _in_use() -> Select[Any]:
    return select(IN_USE.c.version)


def files_of(database: Database, version: str) -> StoredVersion | None:
    """An earlier version, on which runs may still be under way."""
    with database.asking() as connection:
        row = connection.execute(select(VERSION.c.hash, VERSION.c.files).where(VERSION.c.hash == version)).first()
    return None if row is None else StoredVersion(row.hash, row.files)
