"""An import that is taken back in; the facts that follow from what others have changed since, without it, out.

Each follows from what was there before, which may have been the import's word.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select

from engine.store.accounts import ACCOUNT
from engine.store.among import among
from engine.store.ingest.context import JsonValue
from engine.store.ingest.derived import Follows, Whose, follows, of_attribute, of_roles
from engine.store.ingest.facts import FACT
from engine.store.ingest.hashes import plain_text
from engine.store.people import CONTACT
from engine.store.tables.imports import ChangeRow
from engine.store.taking_back.fields import writings_of
from engine.store.taking_back.records import withdraw
from engine.store.taking_back.whole import IMPORT, TakingBack, Written, restored
from engine.store.writing import append

CHANGE = ChangeRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Change:
    """What an import has changed, of which facts may follow."""

    whose: Whose
    import_id: int
    at: int
    by: str | None


@dataclass(slots=True)
class _Roles:
    """The roles that one import has changed of an account's contacts, with and without the one that is taken back."""

    was: dict[str, str | None] = field(default_factory=dict)
    without: dict[str, str | None] = field(default_factory=dict)
    now: dict[str, str | None] = field(default_factory=dict)


def take_back_what_followed(undo: TakingBack) -> None:
    """Facts that would not have followed are withdrawn; those that would have are stated, of the change's moment."""
    gone: dict[_Change, list[Follows]] = {}
    come: dict[_Change, list[Follows]] = {}
    for change, was, without in (*_of_attributes(undo), *_of_roles(undo)):
        gone.setdefault(change, []).extend(one for one in was if one not in without)
        come.setdefault(change, []).extend(one for one in without if one not in was)
    _withdraw(undo, gone)
    _state(undo, come)


def _of_attributes(undo: TakingBack) -> Iterator[tuple[_Change, list[Follows], list[Follows]]]:
    names = sorted({kind.when_changes for kind in undo.catalog.facts.values() if kind.when_changes is not None})
    mine = select(CHANGE.c.entity).where(
        CHANGE.c.kind == "account", CHANGE.c.import_id == undo.number, among(CHANGE.c.field, names)
    )
    concerned = or_(ACCOUNT.c.id.in_(mine), ACCOUNT.c.made_by == undo.number)
    rows = {row.id: row for row in undo.connection.execute(select(ACCOUNT).where(concerned)).all()} if names else {}
    for id_, fields in writings_of(undo, "account", rows).items():
        row = rows[id_]
        whose = Whose(row.seq, row.id, row.timezone or undo.company_zone)
        made = [] if row.made_by is None else [Written(row.made_by, None)]
        for attribute in filter(fields.__contains__, names):
            for change, was, without, now in _before(undo, whose, [*made, *fields[attribute]]):
                yield (
                    change,
                    list(of_attribute(undo.catalog, attribute, was, now)),
                    list(of_attribute(undo.catalog, attribute, without, now)),
                )


def _of_roles(undo: TakingBack) -> Iterator[tuple[_Change, list[Follows], list[Follows]]]:
    if not any(kind.when_role_changes for kind in undo.catalog.facts.values()):
        return
    mine = CHANGE.c.kind == "contact", CHANGE.c.import_id == undo.number, CHANGE.c.field == "role"
    entity = (ACCOUNT.c.id + "/" + CONTACT.c.email).label("entity")
    people = select(entity, CONTACT.c.email, ACCOUNT.c.seq, ACCOUNT.c.id, ACCOUNT.c.timezone).join(
        ACCOUNT, ACCOUNT.c.seq == CONTACT.c.account_seq
    )
    theirs = people.where(entity.in_(select(CHANGE.c.entity).where(*mine))).subquery()
    rows = {row.entity: row for row in undo.connection.execute(people.where(ACCOUNT.c.seq.in_(select(theirs.c.seq))))}
    found: dict[_Change, _Roles] = defaultdict(_Roles)
    for name, fields in writings_of(undo, "contact", rows).items():
        row = rows[name]
        whose = Whose(row.seq, row.id, row.timezone or undo.company_zone)
        for change, *three in _before(undo, whose, fields.get("role", ())):
            roles = found[change]
            said = (None if role is None else str(role) for role in three)
            roles.was[row.email], roles.without[row.email], roles.now[row.email] = said
    for change, roles in found.items():
        yield (
            change,
            list(of_roles(undo.catalog, roles.was, roles.now)),
            list(of_roles(undo.catalog, roles.without, roles.now)),
        )


def _before(
    undo: TakingBack, whose: Whose, writings: Sequence[Written]
) -> Iterator[tuple[_Change, JsonValue, JsonValue, JsonValue]]:
    """The changes of imports that stay: what was there before each, what would have been without this import, and what
    it wrote."""
    for place, one in enumerate(writings, 1):
        if one.import_id is not None and one.import_id not in undo.undone:
            was, without = (restored(writings[:place], gone) for gone in (undo.undone - {undo.number}, undo.undone))
            change = _Change(whose, one.import_id, one.at, one.by)
            yield change, _number(was), _number(without), _number(one.new)


def _number(kept: JsonValue) -> JsonValue:
    """SQLite gives 5.0 in a column of JSON back as 5."""
    return float(kept) if isinstance(kept, int) and not isinstance(kept, bool) else kept


def _key(seq: int, import_id: int, name: str, said: Any) -> tuple[int, int, str, str]:
    return seq, import_id, name, plain_text([said.get("was"), said.get("now")])


def _withdraw(undo: TakingBack, gone: dict[_Change, list[Follows]]) -> None:
    wanted = {
        _key(change.whose.seq, change.import_id, name, said) for change, facts in gone.items() for name, said in facts
    }
    if not wanted:
        return
    seqs, numbers = sorted({one[0] for one in wanted}), sorted({one[1] for one in wanted})
    of = among(FACT.c.account_seq, seqs), among(FACT.c.import_id, numbers), FACT.c.withdrawn_at.is_(None)
    rows = undo.connection.execute(select(FACT).where(*of)).all()
    mine = [row for row in rows if _key(row.account_seq, row.import_id, row.name, row.properties) in wanted]
    withdraw(undo, [row.id for row in mine])
    undo.touched.update(row.account_seq for row in mine)


def _state(undo: TakingBack, come: dict[_Change, list[Follows]]) -> None:
    numbers = {change.import_id for change, facts in come.items() if facts}
    if not numbers:
        return
    of = select(IMPORT.c.id, IMPORT.c.source).where(among(IMPORT.c.id, sorted(numbers)))
    sources: dict[int, str] = dict(undo.connection.execute(of).all())
    append(
        undo.connection,
        FACT,
        [
            {
                "account_seq": change.whose.seq,
                "name": name,
                "properties": dict(said),
                **follows(undo.catalog, change.whose, name, said, change.at),
                "source": sources[change.import_id],
                "author": change.by,
                "arrived_at": undo.at,
                "yearly": False,
                "import_id": change.import_id,
            }
            for change, facts in come.items()
            for name, said in facts
        ],
    )
    undo.touched.update(change.whose.seq for change, facts in come.items() if facts)
