"""Addresses of contacts in, as records name them; the numbers of their rows out."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from engine.store.among import among
from engine.store.ingest.context import Importing
from engine.store.tables.accounts import ContactRow
from engine.store.writing import upsert

CONTACT = ContactRow.__table__  # type: ignore[attr-defined]


def contact_ids(importing: Importing, wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """By account and address. An address that no import of contacts has named gets a row that is not listed."""
    pairs = set(wanted)
    known = _known(importing.connection, pairs)
    missing = sorted(pairs - known.keys())
    if missing:
        rows = [{"account_seq": seq, "email": email, "listed": False} for seq, email in missing]
        upsert(importing.connection, CONTACT, ["account_seq", "email"], rows, [])
        known |= _known(importing.connection, set(missing))
    return known


def _known(connection: Connection, pairs: set[tuple[int, str]]) -> dict[tuple[int, str], int]:
    mine = among(CONTACT.c.account_seq, {seq for seq, _ in pairs})
    rows = connection.execute(select(CONTACT.c.account_seq, CONTACT.c.email, CONTACT.c.id).where(mine))
    return {(seq, email): int(id_) for seq, email, id_ in rows if (seq, email) in pairs}
