"""Rows of teammates and contacts in; the people, as they are or as they were known by a moment, out."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select

from engine.clock import day_of
from engine.domain import Contact, Teammate
from engine.store.database import Database, fetched
from engine.store.kept import kept
from engine.store.matrices import those
from engine.store.tables.accounts import ContactRow, TeammateRow
from engine.store.undoing import before, undone

TEAMMATE = TeammateRow.__table__  # type: ignore[attr-defined]
CONTACT = ContactRow.__table__  # type: ignore[attr-defined]
HERE = "email"
"""The field of a teammate that changes from nothing when they come."""
NOBODY: Mapping[str, Any] = {**dict.fromkeys(column.name for column in TEAMMATE.columns), "pools": []}


def teammates(connection: Connection, known_at: int | None = None) -> dict[str, Teammate]:
    """All of us, by email."""
    rows: list[Any] = list(connection.execute(*_teammates()).all())
    if known_at is not None:
        fields = before(connection, "teammate", None, known_at)
        # Some may be there no more: they were taken back with the import that had brought them.
        known = {**{email: {**NOBODY, HERE: email} for email in fields}, **{row.email: row._asdict() for row in rows}}
        then = [undone(row, fields.get(email, {})) for email, row in known.items()]
        rows = [row for row in then if row.email is not None]
    return {row.email: _teammate(row) for row in rows}


@kept
def _teammates() -> Select[Any]:
    return select(TEAMMATE)


def _teammate(row: Any) -> Teammate:
    return Teammate(
        email=row.email,
        name=row.name,
        manager=row.manager,
        slack_id=row.slack_id,
        timezone=row.timezone,
        pools=tuple(row.pools),
        away_from=None if row.away_from is None else day_of(row.away_from),
        away_until=None if row.away_until is None else day_of(row.away_until),
        backup=row.backup,
    )


def contacts_of(
    database: Database, ids: Mapping[int, str], known_at: int | None = None
) -> dict[str, tuple[Contact, ...]]:
    """The contacts that an import brought, by account and sorted by email. `ids`: of accounts, by number; `known_at`:
    microseconds; None: now.
    """
    with database.asking() if known_at is None else database.reading() as connection:
        return listed_of(contact_rows(connection, {"seqs": ids}, ids, known_at), ids)


def listed_of(rows: Iterable["ContactTuple"], ids: Mapping[int, str]) -> dict[str, tuple[Contact, ...]]:
    """The same of rows that are read already; of other accounts nothing."""
    found: dict[str, list[Contact]] = {}
    for row in rows:
        if row.listed and row.account_seq in ids:
            account = ids[row.account_seq]
            consent = None if row.consent is None else bool(row.consent)
            found.setdefault(account, []).append(Contact(account, row.email, row.name, row.role, consent))
    return {account: tuple(sorted(people, key=lambda one: one.email)) for account, people in found.items()}


class ContactTuple(NamedTuple):
    """What a look sees of a contact, as the driver has it; tuples, for there are very many."""

    id: int
    email: str
    role: str | None
    account_seq: int
    name: str | None
    consent: bool | None
    listed: bool
    timezone: str | None


CONTACT_COLUMNS = ContactTuple._fields


def contact_rows(
    connection: Connection, whom: Mapping[str, Any], ids: Mapping[int, str], known_at: int | None
) -> Sequence[ContactTuple]:
    """Every contact that is known by now, listed or not. `whom`: as `Lanes` has it; `ids`: of accounts, by number."""
    rows = [*map(ContactTuple._make, fetched(connection.execute(*_contacts(**whom))))]
    if known_at is None:
        return rows
    there = [(row, f"{ids[row.account_seq]}/{row.email}") for row in rows if row.account_seq in ids]
    fields = before(connection, "contact", [entity for _, entity in there], known_at)
    then = (undone(row._asdict(), fields.get(entity, {})) for row, entity in there)
    return [ContactTuple(*(getattr(row, name) for name in CONTACT_COLUMNS)) for row in then]


@kept
def _contacts(**whom: Any) -> Select[Any]:
    return select(*(CONTACT.c[name] for name in CONTACT_COLUMNS)).where(those(CONTACT.c.account_seq, **whom))
