"""Findings in; each opened once with a notice, ended once, and listed, out."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, select, update

from engine.clock import day_number, microseconds
from engine.judged import Finding
from engine.store.among import among
from engine.store.database import Database
from engine.store.kept import kept
from engine.store.listing import Asked, Document, day_text, iso
from engine.store.notices import save_notice
from engine.store.tables.looks import FindingRow
from engine.store.writing import inserting

if TYPE_CHECKING:
    from engine.store.saving.save import Office

FINDING = FindingRow.__table__  # type: ignore[attr-defined]


def open_finding(connection: Connection, finding: Finding, office: "Office", *, version: str, cause: str) -> bool:
    """Keeps a finding and tells the operator; says whether it is new. One that was opened before stays as it is."""
    row = {
        "key": finding.key,
        "kind": str(finding.kind),
        "name": finding.name,
        "group": finding.group,
        "text": finding.text,
        "accounts": list(finding.accounts),
        "at": microseconds(finding.at),
        "day": finding.day,
    }
    opening = inserting(connection, FINDING).values(row).on_conflict_do_nothing(index_elements=["key"])
    if connection.execute(opening.returning(FINDING.c.id)).first() is None:
        return False
    save_notice(connection, finding.key, finding.text, finding.at, office, version=version, cause=cause)
    return True


def remind(connection: Connection, finding: Finding, office: "Office", *, version: str, cause: str) -> None:
    """Tells the operator once more of a finding that goes on."""
    key = f"{finding.key} {finding.at.isoformat()}"
    save_notice(connection, key, finding.text, finding.at, office, version=version, cause=cause)


def open_keys(connection: Connection, at: datetime) -> frozenset[str]:
    """The findings that had begun by a moment and have not ended."""
    return frozenset(connection.execute(*_open(begun_by=microseconds(at))).scalars())


@kept
def _open(begun_by: Any) -> Select[Any]:
    return select(FINDING.c.key).where(FINDING.c.ended_at.is_(None), FINDING.c.at <= begun_by)


def end_findings(connection: Connection, keys: Collection[str], at: datetime, day: int) -> None:
    """What they tell of is over since a moment; one that has ended stays as it is."""
    if keys:
        mine = (among(FINDING.c.key, keys), FINDING.c.ended_at.is_(None))
        connection.execute(update(FINDING).where(*mine).values(ended_at=microseconds(at), ended_day=day))


def findings(database: Database, asked: Asked) -> list[Document]:
    """Every finding, as `list findings --json` tells it; days are the company's."""
    query = select(FINDING)
    if asked.first is not None:
        query = query.where(FINDING.c.day >= day_number(asked.first))
    if asked.last is not None:
        query = query.where(FINDING.c.day <= day_number(asked.last))
    with database.asking() as connection:
        rows = connection.execute(query.order_by(FINDING.c.at, FINDING.c.id)).all()
    return [_document(row) for row in rows if asked.account is None or asked.account in row.accounts]


def _document(row: Any) -> Document:
    return {
        "id": row.id,
        "kind": row.kind,
        "name": row.name,
        "group": row.group,
        "text": row.text,
        "accounts": row.accounts,
        "at": iso(row.at),
        "day": day_text(row.day),
        "ended_at": iso(row.ended_at),
        "ended_day": day_text(row.ended_day),
    }
