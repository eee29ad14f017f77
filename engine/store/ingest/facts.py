"""Facts and outcomes in; their rows out: what replaces a fact withdraws it, and both are kept."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select, update

from engine.batches import Facts, Outcomes
from engine.clock import end_of_day, microseconds, moment
from engine.language.catalog import Catalog
from engine.store.accounts import UNKNOWN, Accounts
from engine.store.among import among
from engine.store.database import portions
from engine.store.held import Waiting, hold
from engine.store.ingest.context import Importing, Known, as_json
from engine.store.ingest.days import Placed, place
from engine.store.ingest.hashes import digest, plain_text
from engine.store.tables.imports import ChangeRow, ImportRow
from engine.store.tables.records import FactRow, OutcomeRow
from engine.store.writing import append

CHANGE = ChangeRow.__table__  # type: ignore[attr-defined]
IMPORT = ImportRow.__table__  # type: ignore[attr-defined]
FACT = FactRow.__table__  # type: ignore[attr-defined]
OUTCOME = OutcomeRow.__table__  # type: ignore[attr-defined]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Said:
    """One fact: which thing it is, and what it says."""

    index: int
    identity: bytes
    content: bytes
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Stored:
    id: int
    content: bytes
    day: int
    is_withdrawn: bool


def apply_facts(importing: Importing, batch: Facts, known: Known) -> None:
    accounts = known.only(batch.account.values)
    placed = place(batch.when, accounts.zones, accounts.zone[batch.account.codes])
    good = importing.refuse_ahead(batch.places, placed.at) & _refuse_over(importing, batch, accounts, placed)
    importing.checked()
    said = _said(batch, accounts, good)
    latest = {one.identity: one for one in said}
    importing.count("unchanged", len(said) - len(latest))
    seq = accounts.seq[batch.account.codes]
    unknown = [one for one in latest.values() if seq[one.index] == UNKNOWN]
    waiting = [Waiting(one.record["account"], one.identity, one.record) for one in unknown]
    hold(importing, "facts", waiting, replaces=True)
    there = [one for one in latest.values() if seq[one.index] != UNKNOWN]
    _write(importing, there, [_row(importing, one, accounts, placed, batch) for one in there])


def _refuse_over(importing: Importing, batch: Facts, accounts: Accounts, placed: Placed) -> Mask:
    """Which facts do not end before they begin; the others are refused. One that comes back every year may turn it."""
    good = np.ones(len(placed.at), dtype=np.bool_)
    for index in np.flatnonzero(batch.until.is_said & ~batch.yearly).tolist():
        zone = accounts.zone_of(int(batch.account.codes[index]))
        until = _until(int(batch.until.at[index]), zone, is_day=bool(batch.until.date_only[index]))
        if until < placed.at[index]:
            good[index] = False
            importing.refuse(batch.places, index, _over(until, int(placed.at[index]), zone))
    return good


def _over(until: int, at: int, zone: str) -> str:
    end, start = (moment(one).astimezone(ZoneInfo(zone)) for one in (until, at))
    return f"until {end:%Y-%m-%d %H:%M} lies before at {start:%Y-%m-%d %H:%M}: mend one of the two"


def _said(batch: Facts, accounts: Accounts, good: Mask) -> list[_Said]:
    """What each record is known by: its name and id, or all that it says and the how-manieth that says it."""
    seen: Counter[bytes] = Counter()
    said = []
    for index in np.flatnonzero(good).tolist():
        record = _record(batch, index)
        meant = accounts.meant[int(batch.account.codes[index])]
        content = digest(plain_text({**record, "account": meant}))
        seen[content] += 1
        if record["id"] is None:
            identity = digest("fact", str(seen[content]), content.hex())
        else:
            identity = digest("fact", record["name"], record["id"])
        said.append(_Said(index, identity, content, record))
    return said


def _record(batch: Facts, index: int) -> dict[str, Any]:
    has_until = batch.until.is_said[index]
    properties = {prop: as_json(value) for prop, value in batch.properties[index].items()}
    return {
        "account": batch.account.text(index),
        "name": batch.name.text(index),
        "id": batch.id.text(index),
        "at": [int(batch.when.at[index]), bool(batch.when.date_only[index])],
        "until": [int(batch.until.at[index]), bool(batch.until.date_only[index])] if has_until else None,
        "source": batch.source.text(index),
        "author": batch.author.text(index),
        "reason": batch.reason.text(index),
        "yearly": bool(batch.yearly[index]),
        "properties": properties,
    }


def _row(importing: Importing, said: _Said, accounts: Accounts, placed: Placed, batch: Facts) -> dict[str, Any]:
    code = int(batch.account.codes[said.index])
    day, zone, record = int(placed.day[said.index]), accounts.zone_of(code), said.record
    return {
        "identity": said.identity,
        "content": said.content,
        "account_seq": int(accounts.seq[code]),
        "name": record["name"],
        "at": int(placed.at[said.index]),
        "day": day,
        "until": ends(importing.catalog, record["name"], day, record["until"], zone),
        "properties": record["properties"],
        "source_id": record["id"],
        "source": record["source"] or importing.arrival.source,
        "author": record["author"] or importing.arrival.author,
        "reason": record["reason"],
        "yearly": record["yearly"],
        "arrived_at": importing.at,
    }


def ends(catalog: Catalog, name: str, day: int, until: list[Any] | None, zone: str) -> int | None:
    """Until when a fact of that day holds, in microseconds: as it says, else as long as its kind lasts."""
    if until is not None:
        number, is_day = until
        return _until(number, zone, is_day=is_day)
    kind = catalog.facts.get(name)
    if kind is None or kind.lasts is None:
        return None
    return _until(day + kind.lasts.count - 1, zone, is_day=True)


def _until(number: int, zone: str, *, is_day: bool) -> int:
    """The last moment, in microseconds: a day's end, or the moment itself."""
    return microseconds(end_of_day(number, zone)) if is_day else int(number)


def _write(importing: Importing, said: list[_Said], rows: list[dict[str, Any]]) -> None:
    """The same again is unchanged, even where a person has ended it meanwhile, or withdrawn it (but see `again`)."""
    stored = _stored(importing, [one.identity for one in said])
    new, replaced, replaced_days = [], [], dict[bytes, int]()
    for one, row in zip(said, rows, strict=True):
        old = stored.get(one.identity)
        is_back = old is not None and old.is_withdrawn and importing.arrival.again
        if old is not None and old.content == one.content and not is_back:
            importing.count("unchanged")
            continue
        importing.count("applied" if old is None or is_back else "corrected")
        new.append(row)
        if old is not None and not old.is_withdrawn:
            replaced.append(old.id)
            replaced_days[one.identity] = old.day
    if replaced:
        importing.connection.execute(update(FACT).where(among(FACT.c.id, replaced)).values(withdrawn_at=importing.at))
        importing.keep_changes(
            [importing.changed("fact", str(id_), "withdrawn_at", None, importing.at) for id_ in replaced]
        )
    if new:
        number = importing.import_id
        append(importing.connection, FACT, [{**row, "import_id": number} for row in new])
        importing.touch({row["account_seq"] for row in new})
        for row in new:
            importing.reaches(row["account_seq"], min(row["day"], replaced_days.get(row["identity"], row["day"])))


def _stored(importing: Importing, identities: Collection[bytes]) -> dict[bytes, _Stored]:
    """The newest fact of each identity; one that went with its import is as if it had never come."""
    found: dict[bytes, _Stored] = {}
    for some in portions(identities):
        wanted = select(FACT.c.identity, FACT.c.id, FACT.c.content, FACT.c.day, FACT.c.withdrawn_at, FACT.c.import_id)
        rows = importing.connection.execute(wanted.where(FACT.c.identity.in_(some)).order_by(FACT.c.id)).all()
        undone = _undone(importing, [row for row in rows if row.withdrawn_at is not None])
        for row in rows:
            if row.id not in undone:
                found[row.identity] = _Stored(int(row.id), row.content, row.day, row.withdrawn_at is not None)
    return found


def _undone(importing: Importing, withdrawn: Collection[Any]) -> set[int]:
    """Those that an import had brought which was taken back; what a person has withdrawn stays so."""
    numbers = sorted({row.import_id for row in withdrawn if row.import_id is not None})
    gone = select(IMPORT.c.id).where(among(IMPORT.c.id, numbers), IMPORT.c.undone_at.is_not(None))
    undone = set(importing.connection.execute(gone).scalars()) if numbers else set()
    ids = [row.id for row in withdrawn if row.import_id in undone]
    by_hand = select(CHANGE.c.entity).where(
        CHANGE.c.kind == "fact",
        CHANGE.c.field == "withdrawn_at",
        CHANGE.c.import_id.is_(None),
        among(CHANGE.c.entity, [str(id_) for id_ in ids]),
    )
    kept = set(map(int, importing.connection.execute(by_hand).scalars())) if ids else set()
    return set(ids) - kept


def apply_outcomes(importing: Importing, batch: Outcomes, known: Known) -> None:
    accounts = known.only(batch.account.values)
    placed = place(batch.when, accounts.zones, accounts.zone[batch.account.codes])
    good = importing.refuse_ahead(batch.places, placed.at)
    importing.checked()
    seq = accounts.seq[batch.account.codes]
    _hold_outcomes(importing, batch, np.flatnonzero(good & (seq == UNKNOWN)).tolist())
    there = np.flatnonzero(good & (seq != UNKNOWN)).tolist()
    said = {
        (int(seq[index]), str(batch.outcome.text(index)), int(placed.at[index])): int(placed.day[index])
        for index in there
    }
    stored = _stored_outcomes(importing, {seq for seq, _, _ in said})
    new = [(key, day) for key, day in said.items() if key not in stored]
    importing.count("unchanged", len(there) - len(new))
    importing.count("applied", len(new))
    if new:
        arrived = {"arrived_at": importing.at, "import_id": importing.import_id}
        rows = [
            {"account_seq": seq, "outcome": outcome, "at": at, "day": day, **arrived} for (seq, outcome, at), day in new
        ]
        append(importing.connection, OUTCOME, rows)
        importing.touch({seq for (seq, _, _), _ in new})


def _stored_outcomes(importing: Importing, seqs: Collection[int]) -> set[tuple[int, str, int]]:
    wanted = select(OUTCOME.c.account_seq, OUTCOME.c.outcome, OUTCOME.c.at).where(among(OUTCOME.c.account_seq, seqs))
    return {(seq, outcome, at) for seq, outcome, at in importing.connection.execute(wanted)}


def _hold_outcomes(importing: Importing, batch: Outcomes, which: list[int]) -> None:
    waiting = []
    for index in which:
        at = [int(batch.when.at[index]), bool(batch.when.date_only[index])]
        record = {"account": batch.account.text(index), "outcome": batch.outcome.text(index), "at": at}
        waiting.append(Waiting(str(record["account"]), digest("outcome", plain_text(record)), record))
    hold(importing, "outcomes", waiting, replaces=False)
