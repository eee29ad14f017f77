"""An import that is taken back in; accounts, contacts, teammates and aliases as they are without it, out.

Where somebody has set a field since, that stays.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update

from engine.store.accounts import ACCOUNT, ALIAS
from engine.store.among import among
from engine.store.changes import keep_changes
from engine.store.ingest.entries import BUILT_IN, shown_fields
from engine.store.ingest.people import CONTACT_FIELDS, TEAMMATE_FIELDS, shown_value
from engine.store.people import CONTACT, HERE, TEAMMATE
from engine.store.tables.imports import ChangeRow
from engine.store.taking_back.whole import TakingBack, Written, restored, stays
from engine.store.undoing import stored_as
from engine.store.writing import upsert

CHANGE = ChangeRow.__table__  # type: ignore[attr-defined]
LISTED = "listed"
Fields = Mapping[str, Any]
"""By name, as a file would say them."""


def take_back_accounts(undo: TakingBack) -> None:
    """What the import said of accounts; of those that it had brought, all that nobody else has said."""
    mine = select(CHANGE.c.entity).where(CHANGE.c.kind == "account", CHANGE.c.import_id == undo.number)
    concerned = or_(ACCOUNT.c.id.in_(mine), ACCOUNT.c.made_by == undo.number)
    rows = {row.id: row for row in undo.connection.execute(select(ACCOUNT).where(concerned).order_by(ACCOUNT.c.seq))}
    writings = writings_of(undo, "account", rows)
    updates, changes = [], []
    for id_, row in rows.items():
        now = shown_fields(row._asdict())
        then = _restored(undo, _of(row, now, writings.get(id_, {})))
        different = {name: value for name, value in then.items() if now.get(name) != value}
        if different:
            changes += [undo.changed("account", id_, name, now.get(name), value) for name, value in different.items()]
            updates.append({"of": row.seq, **_columns(row, different)})
            undo.touched.add(row.seq)
    if updates:
        keep_changes(undo.connection, changes)
        undo.connection.execute(update(ACCOUNT).where(ACCOUNT.c.seq == bindparam("of")), updates)


def _of(row: Any, now: Fields, writings: Mapping[str, list[Written]]) -> dict[str, list[Written]]:
    """The writings of each field of an account; the first is that of the import that had brought it."""
    if row.made_by is None:
        return dict(writings)
    names = {*writings, *(name for name, value in now.items() if value is not None)}
    return {name: [Written(row.made_by, None), *writings.get(name, ())] for name in names}


def _columns(row: Any, fields: Fields) -> dict[str, Any]:
    """An account's columns with these fields, declared attributes laid over those that there are."""
    columns = {name: getattr(row, name) for name in BUILT_IN}
    declared = dict(row.attributes)
    for name, value in fields.items():
        if name in columns:
            columns[name] = stored_as(name, value)
        else:
            declared[name] = value
    return {**columns, "attributes": {name: value for name, value in declared.items() if value is not None}}


def take_back_contacts(undo: TakingBack) -> None:
    """One that the import had listed and that nobody else spoke of is listed no more."""
    writings = writings_of(undo, "contact", _entities(undo, "contact"))
    entity = ACCOUNT.c.id + "/" + CONTACT.c.email
    query = select(CONTACT, entity.label("entity")).join(ACCOUNT, ACCOUNT.c.seq == CONTACT.c.account_seq)
    for row in undo.connection.execute(query.where(among(entity, writings))).all():
        fields = _of_person(undo, writings[row.entity], row, LISTED, CONTACT_FIELDS)
        _keep(undo, "contact", row.entity, row, fields)
        if fields:
            said = {**fields, LISTED: row.listed and LISTED not in fields}
            undo.connection.execute(update(CONTACT).where(CONTACT.c.id == row.id).values(**said))
            undo.touched.add(row.account_seq)


def take_back_teammates(undo: TakingBack) -> None:
    """One that the import had brought and that nobody else spoke of is gone."""
    writings = writings_of(undo, "teammate", _entities(undo, "teammate"))
    for row in undo.connection.execute(select(TEAMMATE).where(among(TEAMMATE.c.email, writings))).all():
        fields = _of_person(undo, writings[row.email], row, HERE, TEAMMATE_FIELDS)
        _keep(undo, "teammate", row.email, row, fields)
        this = TEAMMATE.c.email == row.email
        if HERE in fields:
            undo.connection.execute(delete(TEAMMATE).where(this))
        elif fields:
            said = {name: stored_as(name, value) for name, value in fields.items()}
            undo.connection.execute(update(TEAMMATE).where(this).values(**said))


def _of_person(
    undo: TakingBack, writings: Mapping[str, list[Written]], row: Any, there: str, names: Collection[str]
) -> Fields:
    """What is something else without the import. `there`: the field that says that there is such a person: they stay
    while anybody else has said anything of them."""
    now = {name: shown_value(name, getattr(row, name)) for name in (there, *names)}
    fields = {name: value for name, value in _restored(undo, writings).items() if now[name] != value}
    if there in fields and any({**now, **fields}[name] for name in names):
        del fields[there]
    return fields


def _keep(undo: TakingBack, kind: str, entity: str, row: Any, fields: Fields) -> None:
    changes = [
        undo.changed(kind, entity, name, shown_value(name, getattr(row, name)), value) for name, value in fields.items()
    ]
    keep_changes(undo.connection, changes)


def take_back_aliases(undo: TakingBack) -> None:
    writings = writings_of(undo, "alias", _entities(undo, "alias"))
    stored = select(ALIAS.c.alias, ALIAS.c.account).where(among(ALIAS.c.alias, writings))
    now: dict[str, str] = dict(undo.connection.execute(stored).all())
    then = {alias: fields["account"] for alias, some in writings.items() if (fields := _restored(undo, some))}
    changes = [undo.changed("alias", alias, "account", now.get(alias), account) for alias, account in then.items()]
    keep_changes(undo.connection, changes)
    kept = [{"alias": alias, "account": account} for alias, account in then.items() if account is not None]
    upsert(undo.connection, ALIAS, ["alias"], kept)
    gone = [alias for alias, account in then.items() if account is None]
    undo.connection.execute(delete(ALIAS).where(among(ALIAS.c.alias, gone)))


def _entities(undo: TakingBack, kind: str) -> list[str]:
    mine = select(CHANGE.c.entity).where(CHANGE.c.kind == kind, CHANGE.c.import_id == undo.number)
    return list(undo.connection.execute(mine.distinct()).scalars())


def writings_of(undo: TakingBack, kind: str, entities: Collection[str]) -> dict[str, dict[str, list[Written]]]:
    """By entity and field, who wrote it, oldest first."""
    found: dict[str, dict[str, list[Written]]] = {}
    query = select(CHANGE).where(CHANGE.c.kind == kind, among(CHANGE.c.entity, entities))
    for row in undo.connection.execute(query.order_by(CHANGE.c.id)) if entities else ():
        if row.field != "first_record":
            fields = found.setdefault(row.entity, defaultdict(list))
            fields[row.field].append(Written(row.import_id, row.old, row.new, row.at, row.by))
    return found


def _restored(undo: TakingBack, writings: Mapping[str, list[Written]]) -> dict[str, Any]:
    """The fields of which the import wrote what is there now, and what is there without it."""
    return {name: restored(some, undo.undone) for name, some in writings.items() if not stays(some, undo.undone)}
