"""Contacts and teammates in; their rows, and what changed in them, out."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.batches import Entries
from engine.clock import day_number, day_of
from engine.store.accounts import UNKNOWN, Accounts
from engine.store.among import among
from engine.store.held import Waiting, hold
from engine.store.ingest.contacts import CONTACT
from engine.store.ingest.context import Importing, JsonValue, as_json
from engine.store.ingest.derived import Whose, follow_roles
from engine.store.ingest.entry import Entry, entries, latest
from engine.store.ingest.hashes import digest
from engine.store.tables.accounts import TeammateRow
from engine.store.writing import upsert

TEAMMATE = TeammateRow.__table__  # type: ignore[attr-defined]
CONTACT_FIELDS = ("name", "role", "consent", "timezone")
DAYS = ("away_from", "away_until")
TEAMMATE_FIELDS = ("name", "manager", "slack_id", "timezone", "pools", *DAYS, "backup")
Row = Mapping[str, Any]


def apply_contacts(importing: Importing, batch: Entries) -> None:
    said = entries(importing, batch)
    importing.checked()
    accounts = importing.find([entry.text("account") for entry in said])
    emails = [entry.text("email") for entry in said]
    each = latest(zip(accounts.meant, accounts.seq.tolist(), emails, strict=True), said)
    importing.count("unchanged", len(said) - len(each))
    unknown = [entry for (_, seq, _), entry in each.items() if seq == UNKNOWN]
    importing.came(entry.text("account") for entry in unknown)
    hold(importing, "contacts", [_waiting(entry) for entry in unknown], replaces=True)
    known = {key: entry for key, entry in each.items() if key[1] != UNKNOWN}
    stored = _stored_contacts(importing, {seq for _, seq, _ in known})
    rows = []
    for (account, seq, email), entry in known.items():
        old = stored.get((seq, email))
        row = {**dict.fromkeys(CONTACT_FIELDS), **(old or {}), **_said(entry, CONTACT_FIELDS)}
        row |= {"account_seq": seq, "email": email, "listed": True}
        is_new = old is None or not old["listed"]
        if _differs(importing, "contact", f"{account}/{email}", old, row, ("listed", *CONTACT_FIELDS), is_new):
            rows.append({name: row[name] for name in ("account_seq", "email", "listed", *CONTACT_FIELDS)})
    upsert(importing.connection, CONTACT, ["account_seq", "email"], rows, ("listed", *CONTACT_FIELDS))
    importing.touch({row["account_seq"] for row in rows})
    _follow(importing, accounts, stored, rows)


def _follow(
    importing: Importing, accounts: Accounts, stored: Mapping[tuple[int, str], Row], rows: Collection[Row]
) -> None:
    """The facts that follow from roles that changed, account by account."""
    after: dict[int, dict[str, str | None]] = {}
    for row in rows:
        after.setdefault(row["account_seq"], {})[row["email"]] = row["role"]
    place = {seq: index for index, seq in enumerate(accounts.seq.tolist())}
    for seq, roles in after.items():
        whose = Whose(seq, accounts.meant[place[seq]], accounts.zone_of(place[seq]))
        before = {email: (stored.get((seq, email)) or {}).get("role") for email in roles}
        follow_roles(importing, whose, before, roles)


def _waiting(entry: Entry) -> Waiting:
    record = {name: as_json(value) for name, value in entry.columns.items()}
    return Waiting(entry.text("account"), digest("contact", entry.text("account"), entry.text("email")), record)


def _stored_contacts(importing: Importing, seqs: Collection[int]) -> dict[tuple[int, str], Row]:
    rows = importing.connection.execute(select(CONTACT).where(among(CONTACT.c.account_seq, seqs)))
    return {(row.account_seq, row.email): row._asdict() for row in rows}


def apply_teammates(importing: Importing, batch: Entries) -> None:
    said = entries(importing, batch, _away_too_short)
    importing.checked()
    each = latest([entry.text("email") for entry in said], said)
    importing.count("unchanged", len(said) - len(each))
    stored = _stored_teammates(importing, each)
    rows = []
    for email, entry in each.items():
        old = stored.get(email)
        row = {**dict.fromkeys(TEAMMATE_FIELDS), "pools": [], **(old or {}), **_said(entry, TEAMMATE_FIELDS)}
        row["email"] = email
        if _differs(importing, "teammate", email, old, row, ("email", *TEAMMATE_FIELDS), old is None):
            rows.append(row)
    upsert(importing.connection, TEAMMATE, ["email"], rows)


def _away_too_short(entry: Entry) -> str | None:
    since, until = (entry.columns.get(name) for name in DAYS)
    if not (isinstance(since, date) and isinstance(until, date) and until < since):
        return None
    return f"away_until {until} lies before away_from {since}: mend one of the two"


def _stored_teammates(importing: Importing, emails: Collection[str]) -> dict[str, Row]:
    rows = importing.connection.execute(select(TEAMMATE).where(among(TEAMMATE.c.email, emails)))
    return {row.email: row._asdict() for row in rows}


def _said(entry: Entry, fields: Collection[str]) -> dict[str, Any]:
    """The entry's columns as the table has them."""
    columns: dict[str, Any] = {name: value for name, value in entry.columns.items() if name in fields}
    for name in DAYS:
        if columns.get(name) is not None:
            columns[name] = day_number(columns[name])
    if "pools" in columns:
        columns["pools"] = [pool.strip() for pool in str(columns["pools"] or "").split(";") if pool.strip()]
    return columns


def _differs(
    importing: Importing, kind: str, entity: str, old: Row | None, new: Row, fields: Collection[str], is_new: bool
) -> bool:
    """Counts the entry, and keeps what changed in it; one that is new changes from nothing."""
    before = old or {}
    differing = [name for name in fields if before.get(name) != new[name]]
    importing.count("unchanged" if not differing else "applied" if is_new else "corrected")
    importing.keep_changes(
        [
            importing.changed(kind, entity, name, shown_value(name, before.get(name)), shown_value(name, new[name]))
            for name in differing
        ]
    )
    return bool(differing)


def shown_value(field: str, value: Any) -> JsonValue:
    """As a file would say it: days as YYYY-MM-DD, pools separated by semicolons."""
    if field in DAYS and value is not None:
        return day_of(value).isoformat()
    return ";".join(value) if isinstance(value, list) else as_json(value)
