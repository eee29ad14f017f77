"""Records for an unknown account in; kept until it comes, and then out again as batches, in the order they came."""

from collections import defaultdict
from collections.abc import Collection, Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, insert, select, update

from engine.batches import Batch, Coded, Entries, Events, Facts, Ints, Observations, Outcomes, Places, When
from engine.store.among import among
from engine.store.database import portions
from engine.store.ingest.context import Importing
from engine.store.tables.imports import HeldRow, ImportRow
from engine.store.writing import upsert

HELD = HeldRow.__table__  # type: ignore[attr-defined]
IMPORT = ImportRow.__table__  # type: ignore[attr-defined]
NOWHERE = "held"
"""The file of records that were held, for their own is gone; their lines are their numbers among those that wait."""
COLUMNS = ("account", "record", "import_id", "earlier")
Said = tuple[int | None, dict[str, Any]]
"""An import's number and what it said."""
ORDER = ("aliases", "contacts", "facts", "outcomes", "events", "observations")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One record as it is kept: `account` is the id as it came, `identity` says which thing it is."""

    account: str
    identity: bytes
    record: dict[str, Any]


def hold(importing: Importing, kind: str, waiting: Sequence[Waiting], *, replaces: bool) -> None:
    """Keeps and counts them. One that waits already stays as it is; with `replaces`, what it says now is laid over, and
    what another import had said is kept beside it."""
    if not waiting:
        return
    importing.count("held", len(waiting))
    known = _known(importing.connection, [one.identity for one in waiting])
    records: dict[bytes, dict[str, Any]] = {}
    for one in waiting:
        before = known.get(one.identity)
        old = records.get(one.identity) or (before and before.record)
        records[one.identity] = {**old, **one.record} if old and replaces else old or one.record
    rows = [
        {"kind": kind, "identity": identity, "at": importing.at, **_row(_said_too(before, importing.import_id, record))}
        for identity, record in records.items()
        if (before := known.get(identity)) is None or record != before.record
    ]
    if rows:
        upsert(importing.connection, HELD, ["identity"], rows, COLUMNS if replaces else [])


def _said_too(before: Any, number: int, record: dict[str, Any]) -> list[Said]:
    """What each import said of a record, now that this one says something new. An import that comes back to what was
    said before it has said nothing, in however many pieces it is read."""
    earlier = [one for one in _said(before) if one[0] != number] if before else []
    return earlier if earlier and earlier[-1][1] == record else [*earlier, (number, record)]


def _known(connection: Connection, identities: Collection[bytes]) -> dict[bytes, Any]:
    found: dict[bytes, Any] = {}
    for some in portions(identities):
        rows = connection.execute(select(HELD).where(HELD.c.identity.in_(some)))
        found.update((row.identity, row) for row in rows)
    return found


def contents(connection: Connection, identities: Collection[bytes]) -> dict[bytes, bytes]:
    """The hash of the content of each event among them that waits."""
    if connection.execute(select(HELD.c.id).limit(1)).first() is None:
        return {}
    return {identity: bytes.fromhex(row.record["content"]) for identity, row in _known(connection, identities).items()}


def of_history(connection: Connection, ids: Collection[str]) -> set[str]:
    """Those of the ids for which something waits that an import of history brought."""
    rows = connection.execute(select(HELD).where(among(HELD.c.account, ids))).all()
    numbers = {number for row in rows for number, _ in _said(row) if number is not None}
    history = select(IMPORT.c.id).where(among(IMPORT.c.id, sorted(numbers)), IMPORT.c.history)
    of_past = set(connection.execute(history).scalars())
    return {row.account for row in rows if any(number in of_past for number, _ in _said(row))}


def _said(row: Any) -> list[Said]:
    """What each import said of a record that waits, in their order."""
    return [*((number, record) for number, record in row.earlier or ()), (row.import_id, row.record)]


def _row(said: Sequence[Said]) -> dict[str, Any]:
    """The columns that keep what each import said; the record waits for the account that the last one named."""
    *earlier, (number, record) = said
    kept = [list(one) for one in earlier] or None
    return {"account": record["account"], "record": record, "import_id": number, "earlier": kept}


def waited_for(connection: Connection, ids: Collection[str]) -> tuple[str, ...]:
    """Those of the ids for which something waits."""
    return tuple(connection.execute(select(HELD.c.account).distinct().where(among(HELD.c.account, ids))).scalars())


def release(connection: Connection, ids: Collection[str], stuck: Container[int]) -> Iterator[tuple[int | None, Batch]]:
    """The records that waited for those ids, each batch with the import that had brought it, in the order in which
    they build on each other. Those whose numbers have become `stuck` in the end wait on, all others no more."""
    rows = connection.execute(select(HELD).where(among(HELD.c.account, ids)).order_by(HELD.c.id)).all()
    waited: dict[tuple[str, int | None], list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for row in rows:
        for import_id, record in _said(row):
            waited[row.kind, import_id].append((row.id, record))
    if rows:
        connection.execute(delete(HELD).where(among(HELD.c.id, [row.id for row in rows])))
    for kind in ORDER:
        for of, import_id in sorted(waited, key=lambda key: key[1] or 0):
            some = waited[of, import_id]
            if of == kind:
                yield from ((import_id, batch) for batch in _batches(kind, some))
    left = [row._asdict() for row in rows if row.id in stuck]
    if left:
        connection.execute(insert(HELD), left)


def forget(connection: Connection, import_id: int) -> None:
    """What waits because of an import waits no more; what earlier ones had said of the same does."""
    rows = connection.execute(select(HELD).where((HELD.c.import_id == import_id) | HELD.c.earlier.is_not(None))).all()
    for row in rows:
        said = _said(row)
        left = _without(row.kind, said, import_id)
        if not left:
            connection.execute(delete(HELD).where(HELD.c.id == row.id))
        elif len(left) < len(said):
            connection.execute(update(HELD).where(HELD.c.id == row.id).values(**_row(left)))


def _without(kind: str, said: Sequence[Said], import_id: int) -> list[Said]:
    """What the other imports said. Of a contact each says some columns, laid over what was said before."""
    if kind != "contacts":
        return [one for one in said if one[0] != import_id]
    left: list[Said] = []
    before: dict[str, Any] = {}
    record = {column: said[0][1][column] for column in ("account", "email")}
    for number, whole in said:
        own = {column: value for column, value in whole.items() if column not in before or before[column] != value}
        before = whole
        if number != import_id:
            record = {**record, **own}
            left.append((number, record))
    return left


def _batches(kind: str, rows: list[tuple[int, dict[str, Any]]]) -> Iterator[Batch]:
    records = [record for _, record in rows]
    numbers = np.array([number for number, _ in rows], dtype=np.int64)
    places = Places((NOWHERE,), np.zeros(len(rows), dtype=np.int64), numbers)
    account, when = _coded(records, "account"), _when(records, "at")
    properties = tuple(record.get("properties", {}) for record in records)
    if kind == "observations":
        value = np.array([record["value"] for record in records], dtype=np.float64)
        yield Observations(account, _coded(records, "contact"), _coded(records, "metric"), when, value, places)
    elif kind == "events":
        name, id_, contact = (_coded(records, column) for column in ("name", "id", "contact"))
        yield Events(account, name, id_, contact, when, properties, places)
    elif kind == "facts":
        name, id_, source, author, reason = (
            _coded(records, column) for column in ("name", "id", "source", "author", "reason")
        )
        yearly = np.array([record["yearly"] for record in records], dtype=np.bool_)
        until = _when(records, "until")
        yield Facts(account, name, id_, when, until, source, author, reason, yearly, properties, places)
    elif kind == "outcomes":
        yield Outcomes(account, _coded(records, "outcome"), when, places)
    else:
        # Each file had columns of its own, and a column that it lacked must not clear anything.
        for place, record in enumerate(records):
            columns = {column: (value,) for column, value in record.items()}
            yield Entries(kind, columns, Places((NOWHERE,), places.file[:1], places.line[place : place + 1]))


def _coded(records: list[dict[str, Any]], column: str) -> Coded:
    texts = [record.get(column) for record in records]
    values = tuple(dict.fromkeys(text for text in texts if text is not None))
    number = {value: code for code, value in enumerate(values)}
    return Coded(values, np.array([-1 if text is None else number[text] for text in texts], dtype=np.int64))


def _when(records: list[dict[str, Any]], column: str) -> When:
    """A moment is kept as [number, whether it is a day]."""
    kept = [record.get(column) or [-1, False] for record in records]
    at: Ints = np.array([number for number, _ in kept], dtype=np.int64)
    return When(at, np.array([is_day for _, is_day in kept], dtype=np.bool_))
