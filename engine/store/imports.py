"""The number of an import in; the store as if it had never come, and what can't be taken back, out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, or_, select, update

from engine.clock import microseconds
from engine.errors import PulsebookError
from engine.language.catalog import Catalog
from engine.store.accounts import ACCOUNT, ALIAS, all_blocks, lock_blocks, lock_entries, mark_due
from engine.store.among import among
from engine.store.database import Database
from engine.store.doubts import FIRST_DAY, doubt_runs
from engine.store.ingest.entries import BUILT_IN
from engine.store.ingest.facts import FACT, OUTCOME
from engine.store.people import CONTACT
from engine.store.records import OVERRIDE
from engine.store.saving.filling import first_filled
from engine.store.tables.accounts import BLOCK
from engine.store.taking_back.cells import take_back_cells, take_back_contact_values
from engine.store.taking_back.fields import (
    take_back_accounts,
    take_back_aliases,
    take_back_contacts,
    take_back_teammates,
)
from engine.store.taking_back.firsts import take_back_first_records, take_back_recorded
from engine.store.taking_back.followed import take_back_what_followed
from engine.store.taking_back.records import (
    take_back_events,
    take_back_facts,
    take_back_outcomes,
    take_back_waiting,
)
from engine.store.taking_back.whole import IMPORT, TakingBack

STEPS = (
    take_back_waiting,
    take_back_cells,
    take_back_contact_values,
    take_back_events,
    take_back_facts,
    take_back_outcomes,
    take_back_what_followed,
    take_back_accounts,
    take_back_contacts,
    take_back_teammates,
    take_back_aliases,
    take_back_recorded,
    take_back_first_records,
)


class CantTakeBack(PulsebookError):
    """There is no such import, or what it wrote over was not kept; the message says what to do."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of it. `accounts`: those that are due again; `staying`: those that it had brought and that stay,
    for they were looked at or something else was said of them; their attributes are blank again."""

    number: int
    kind: str
    source: str
    accounts: int = 0
    staying: tuple[str, ...] = ()
    was_undone: bool = False
    """It had been taken back before, so nothing was changed."""
    filled: int | None = None
    """The first day of which scores were filled in, perhaps by what it had brought."""
    blocks: frozenset[int] = frozenset()


def take_back(database: Database, number: int, at: datetime, catalog: Catalog, company_zone: str) -> TakenBack:
    """In one transaction; the accounts that it concerns are due at that moment. Raises CantTakeBack."""
    with database.writing() as connection:
        lock_entries(connection)
        lock_blocks(connection, all_blocks(connection))
        row = connection.execute(select(IMPORT).where(IMPORT.c.id == number)).first()
        if row is None:
            raise CantTakeBack(f"There is no import {number}. `pulsebook list imports` shows them all.")
        if row.undone_at is not None:
            return TakenBack(number, row.kind, row.source, was_undone=True)
        if not row.undoable:
            raise CantTakeBack(
                f"The import {number} came in by an earlier Pulsebook, which did not keep what it wrote over. "
                "Import the right data again instead."
            )
        return _taken_back(connection, row, TakingBack.of(connection, number, microseconds(at), catalog, company_zone))


def _taken_back(connection: Connection, row: Any, undo: TakingBack) -> TakenBack:
    for step in STEPS:
        step(undo)
    staying = _forget_accounts(undo)
    mark_due(connection, undo.touched, undo.at)
    source = f"the import {undo.number} ({row.source}) was taken back"
    doubt_runs(connection, dict.fromkeys(undo.touched, FIRST_DAY), undo.at, source)
    connection.execute(update(IMPORT).where(IMPORT.c.id == undo.number).values(undone_at=undo.at))
    return TakenBack(
        undo.number,
        row.kind,
        row.source,
        accounts=len(undo.touched),
        staying=staying,
        filled=first_filled(connection) if undo.touched else None,
        blocks=frozenset(seq // BLOCK for seq in undo.touched),
    )


def _forget_accounts(undo: TakingBack) -> tuple[str, ...]:
    """Accounts of imports that are taken back go again, where nobody has looked at them and nothing else speaks of
    them. The ids of those of this import that stay."""
    mine = select(ACCOUNT).where(among(ACCOUNT.c.made_by, undo.undone)).order_by(ACCOUNT.c.seq)
    rows = undo.connection.execute(mine).all()
    spoken_of = _spoken_of(undo)
    gone = {row.seq for row in rows if row.seq not in spoken_of}
    undo.connection.execute(delete(CONTACT).where(among(CONTACT.c.account_seq, gone)))
    undo.connection.execute(delete(ACCOUNT).where(among(ACCOUNT.c.seq, gone)))
    undo.touched -= gone
    return tuple(row.id for row in rows if row.made_by == undo.number and row.seq in spoken_of)


def _spoken_of(undo: TakingBack) -> set[int]:
    """Of the accounts of imports that are taken back."""
    this = ACCOUNT.c.seq
    known = [ACCOUNT.c[name].is_not(None) for name in (*BUILT_IN, "first_look", "first_record")]
    facts = exists().where(FACT.c.account_seq == this, FACT.c.withdrawn_at.is_(None))
    outcomes, overrides = (exists().where(table.c.account_seq == this) for table in (OUTCOME, OVERRIDE))
    contacts = exists().where(CONTACT.c.account_seq == this, CONTACT.c.listed)
    aliases = exists().where(ALIAS.c.account == ACCOUNT.c.id)
    said = (*known, facts, outcomes, overrides, contacts, aliases)
    query = select(ACCOUNT.c.seq, ACCOUNT.c.attributes).where(among(ACCOUNT.c.made_by, undo.undone))
    found = set(undo.connection.execute(query.where(or_(*said)).with_only_columns(ACCOUNT.c.seq)).scalars())
    return found | {seq for seq, declared in undo.connection.execute(query) if declared}
