"""Accounts and aliases in; their rows, what changed in them, and the facts that follow from a change, out."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from sqlalchemy import bindparam, insert, select, update

from engine.batches import Entries
from engine.clock import day_number, day_of
from engine.language.catalog import BUILT_IN_ATTRIBUTES, Catalog
from engine.store.accounts import ACCOUNT, ALIAS, UNKNOWN, make_blocks, next_seq
from engine.store.among import among
from engine.store.held import Waiting, hold, waited_for
from engine.store.ingest.context import Importing, JsonValue, as_json
from engine.store.ingest.derived import Whose, follow_attribute
from engine.store.ingest.entry import Entry, entries, latest
from engine.store.ingest.hashes import digest
from engine.store.ingest.oddities import Beside
from engine.store.ingest.parents import circles_by_aliases, without_circles
from engine.store.values import typed
from engine.store.writing import upsert

BUILT_IN = tuple(name for name in BUILT_IN_ATTRIBUTES if name != "id")
ROW = dict.fromkeys(BUILT_IN)
COUNTERS = {"changed": 0, "looked": 0, "newest": None, "seed_next": False, "due_for": None}


def apply_accounts(importing: Importing, batch: Entries) -> tuple[str, ...]:
    """Makes and updates accounts; the ids under which data may have waited for them."""
    said = without_circles(importing, batch, entries(importing, batch))
    importing.checked()
    accounts = importing.find([entry.text("id") for entry in said])
    each = latest(accounts.meant, said)
    importing.count("unchanged", len(said) - len(each))
    seqs = {meant: int(seq) for meant, seq in zip(accounts.meant, accounts.seq.tolist(), strict=True)}
    new = {meant: entry for meant, entry in each.items() if seqs[meant] == UNKNOWN}
    _make(importing, new)
    zones = {meant: accounts.zone_of(index) for index, meant in enumerate(accounts.meant)}
    _update(importing, {seqs[meant]: entry for meant, entry in each.items() if meant not in new}, zones)
    return tuple(new) + waited_for(importing.connection, each.keys() - new.keys())


def _make(importing: Importing, new: Mapping[str, Entry]) -> None:
    if not new:
        return
    first = next_seq(importing.connection)
    blank: dict[str, Any] = {**ROW, **COUNTERS, "made_by": importing.import_id, "attributes": {}}
    rows: list[dict[str, Any]] = [
        {"seq": first + number, "id": id_, **blank} | _columns({}, entry)
        for number, (id_, entry) in enumerate(new.items())
    ]
    make_blocks(importing.connection, [row["seq"] for row in rows])
    importing.came(new)
    importing.connection.execute(insert(ACCOUNT), rows)
    importing.count("applied", len(rows))
    importing.touch({row["seq"] for row in rows})


def _columns(attributes: Mapping[str, JsonValue], entry: Entry) -> dict[str, Any]:
    """What the entry's columns are in the table, declared attributes laid over those that there were."""
    columns: dict[str, Any] = {}
    declared = dict(attributes)
    for name, value in entry.columns.items():
        if name == "id":
            continue
        if name not in BUILT_IN:
            declared[name] = as_json(value)
        elif isinstance(value, date):
            columns[name] = day_number(value)
        elif name == "value" and value is not None:
            columns[name] = round(Decimal(str(value)), 4)
        else:
            columns[name] = value
    return {**columns, "attributes": {name: value for name, value in declared.items() if value is not None}}


def _update(importing: Importing, known: Mapping[int, Entry], zones: Mapping[str, str]) -> None:
    updates, changes, numbers = [], [], _Numbers(importing.catalog)
    query = select(ACCOUNT).where(among(ACCOUNT.c.seq, known)).order_by(ACCOUNT.c.seq)
    for row in importing.connection.execute(query).all() if known else ():
        old = row._asdict()
        new = old | _columns(old["attributes"], known[row.seq])
        fields = _changed_fields(importing.catalog, old, new)
        importing.count("corrected" if fields else "unchanged")
        numbers.add(row.seq, known[row.seq].columns, old, new)
        for name, (was, now) in fields.items():
            changes.append(importing.changed("account", row.id, name, was, now))
            whose = Whose(row.seq, row.id, zones[row.id])
            follow_attribute(importing, whose, name, _meant(importing.catalog, name, was), now)
        if fields:
            updates.append({"of": row.seq, **{name: new[name] for name in (*BUILT_IN, "attributes")}})
    if not importing.arrival.history:
        for name, one in numbers.beside():
            importing.set_beside(f"account {name}", one)
    if updates:
        importing.keep_changes(changes)
        importing.connection.execute(update(ACCOUNT).where(ACCOUNT.c.seq == bindparam("of")), updates)
        importing.touch({row["of"] for row in updates})


@dataclass(slots=True)
class _Numbers:
    """The numbers that a file says of accounts, beside those that they had."""

    catalog: Catalog
    _found: dict[str, list[tuple[int, float, float]]] = field(default_factory=lambda: defaultdict(list))
    """By attribute: account, new and old."""

    def add(self, seq: int, said: Collection[str], old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        for name in said:
            was, now = _number(old, name), _number(new, name)
            if self.catalog.attribute_type(name) == "number" and was is not None and now is not None:
                self._found[name].append((seq, now, was))

    def beside(self) -> Iterator[tuple[str, Beside]]:
        for name, rows in self._found.items():
            seq, new, old = (np.array(column) for column in zip(*rows, strict=True))
            yield name, Beside(seq, np.zeros(len(seq), dtype=np.int64), new, old)


def _number(row: Mapping[str, Any], name: str) -> float | None:
    value = row[name] if name in BUILT_IN else row["attributes"].get(name)
    return float(value) if isinstance(value, int | float | Decimal) else None


def _changed_fields(
    catalog: Catalog, old: Mapping[str, Any], new: Mapping[str, Any]
) -> dict[str, tuple[JsonValue, JsonValue]]:
    """Old and new of each attribute that differs, as JSON values; what was kept under another type and means the same
    does not."""
    before, after = shown_fields(old), shown_fields(new)
    names = dict.fromkeys([*before, *after])
    return {
        name: (was, now)
        for name in names
        if (was := before.get(name)) != (now := after.get(name)) and _meant(catalog, name, was) != now
    }


def _meant(catalog: Catalog, name: str, kept: JsonValue) -> JsonValue:
    """What was kept of an attribute, as its type says now; nothing where it says nothing as that."""
    declared = catalog.attributes.get(name)
    return as_json(typed(kept, declared.type)) if declared is not None and kept is not None else kept


def shown_fields(row: Mapping[str, Any]) -> dict[str, JsonValue]:
    """An account's attributes, built in and declared, as a file would say them."""
    since = None if row["since"] is None else day_of(row["since"]).isoformat()
    return {**{name: as_json(row[name]) for name in BUILT_IN}, "since": since, **row["attributes"]}


def apply_aliases(importing: Importing, batch: Entries) -> tuple[str, ...]:
    """Keeps other ids of accounts; the ids under which data may have waited."""
    said = entries(importing, batch)
    accounts = importing.find([entry.text("account") for entry in said])
    taken = set(_ids_that_are_accounts(importing, [entry.text("alias") for entry in said]))
    good = [(entry, meant, seq) for entry, meant, seq in zip(said, accounts.meant, accounts.seq.tolist(), strict=True)]
    wrong = circles_by_aliases(importing, {entry.text("alias"): meant for entry, meant, seq in good if seq != UNKNOWN})
    wrong |= {
        alias: f"alias {alias!r} is the id of an account: no data would reach that one any more" for alias in taken
    }
    for entry, _, _ in good:
        if entry.text("alias") in wrong:
            importing.refuse(batch.places, entry.index, wrong[entry.text("alias")])
    importing.checked()
    good = [(entry, meant, seq) for entry, meant, seq in good if entry.text("alias") not in wrong]
    waiting = [
        Waiting(entry.text("account"), digest("alias", entry.text("alias")), dict(entry.columns))
        for entry, _, seq in good
        if seq == UNKNOWN
    ]
    hold(importing, "aliases", waiting, replaces=True)
    known = {entry.text("alias"): meant for entry, meant, seq in good if seq != UNKNOWN}
    importing.came(one.account for one in waiting)
    importing.count("unchanged", len(good) - len(waiting) - len(known))
    _keep_aliases(importing, known)
    return tuple(known)


def _ids_that_are_accounts(importing: Importing, ids: list[str]) -> list[str]:
    return list(importing.connection.execute(select(ACCOUNT.c.id).where(among(ACCOUNT.c.id, ids))).scalars())


def _keep_aliases(importing: Importing, latest: Mapping[str, str]) -> None:
    stored = select(ALIAS.c.alias, ALIAS.c.account).where(among(ALIAS.c.alias, latest))
    known: dict[str, str] = dict(importing.connection.execute(stored).all())
    new = [(alias, account) for alias, account in latest.items() if known.get(alias) != account]
    for alias, account in new:
        importing.count("corrected" if alias in known else "applied")
        importing.came([alias])
        importing.keep_changes([importing.changed("alias", alias, "account", known.get(alias), account)])
    importing.count("unchanged", len(latest) - len(new))
    rows = [{"alias": alias, "account": account} for alias, account in new]
    upsert(importing.connection, ALIAS, ["alias"], rows)
