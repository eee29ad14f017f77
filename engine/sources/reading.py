"""A file and how it is meant in; batches of checked, typed records, and every row that can't be taken, out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.batches import Batch, Coded, Entries, Events, Facts, Observations, Outcomes, Refusal, When
from engine.domain import Value
from engine.language.catalog import BUILT_IN_ATTRIBUTES, Catalog, FieldType
from engine.sources import cells as cell
from engine.sources.desk import Desk, Reader
from engine.sources.observations import observations
from engine.sources.table import Table
from engine.sources.tables import PIECE, read_tables
from engine.sources.targets import ImportOptions, columns_of, looked_at


@dataclass(frozen=True, slots=True)
class Read:
    """What a piece of a file said. `records`: how many it has, those that were refused included."""

    batch: Batch | None
    refused: tuple[Refusal, ...]
    records: int
    naive_times: int = 0

    def of(self, file: str) -> "Read":
        """The same, with the file called so."""
        batch = self.batch and replace(self.batch, places=replace(self.batch.places, files=(file,)))
        return replace(self, batch=batch, refused=tuple(replace(one, file=file) for one in self.refused))


def read_file(
    path: Path, options: ImportOptions, catalog: Catalog, company_zone: str, piece: int = PIECE
) -> Iterator[Read]:
    """Reads a file as records of one kind, so many cells at a time, in the order of the file.

    Raises FileUnreadable where nothing of it can be taken, be it after some pieces.
    """
    for table in read_tables(path, piece, looked_at(options, catalog)):
        yield _read(table, options, catalog, options.timezone or company_zone)


def _read(table: Table, options: ImportOptions, catalog: Catalog, zone: str) -> Read:
    if not table.columns:
        return Read(None, table.refused, len(table.refused))
    columns = columns_of(table, options, catalog)
    desk = Desk(columns, catalog, zone)
    batch = _READERS[options.kind](desk)
    refused = tuple(sorted((*table.refused, *desk.refusals())))
    records = len(columns) + len(table.refused)
    return Read(batch if _size(batch) else None, refused, records, desk.naive)


def _size(batch: Batch) -> int:
    return len(batch.places.line) + (batch.silent if isinstance(batch, Observations) else 0)


def _coded(desk: Desk, target: str, kept: NDArray[np.bool_]) -> Coded:
    return cell.coded(desk.columns.of(target).filter(pl.Series(kept)))


def _properties(
    desk: Desk, names: list[str | None], fields: Mapping[str, Mapping[str, FieldType]], taken: Iterable[str]
) -> list[dict[str, Value]]:
    """The typed properties of each record; a cell that its event or fact has no property for must be blank."""
    found: list[dict[str, Value]] = [{} for _ in names]
    readers: dict[tuple[str, str], Reader] = {}
    read: dict[tuple[str, str, str], Value] = {}
    """What a cell was found to say before."""
    for target in desk.columns.cells:
        if target in taken:
            continue
        for index, text in enumerate(desk.texts(target)):
            name = names[index]
            if text is None or name is None or name not in fields:
                continue
            declared = fields[name].get(target)
            if declared is None:
                if target not in desk.columns.aside:
                    desk.refuse(index, target, f"{name} has no such property: leave the cell blank")
                continue
            value = read.get((name, target, text))
            if value is None:
                reader = readers.setdefault((name, target), desk.reader(declared))
                value = desk.attempt(index, target, reader, text)
                if value is None:
                    continue
                if declared.type != "time":
                    read[name, target, text] = value
            found[index][target] = value
    return found


def _events(desk: Desk) -> Batch:
    desk.checked("account", cell.identity, required=True)
    desk.names("event", desk.catalog.events)
    names = desk.texts("event")
    desk.checked("id", cell.identity)
    desk.checked("contact", cell.email)
    when = desk.moments("at", required=True).when
    fields = {name: one.properties for name, one in desk.catalog.events.items()}
    said = _properties(desk, names, fields, ("account", "at", "event", "id", "contact"))
    kept = desk.good()
    return Events(
        account=_coded(desk, "account", kept),
        name=_coded(desk, "event", kept),
        id=_coded(desk, "id", kept),
        contact=_coded(desk, "contact", kept),
        when=When(when.at[kept], when.date_only[kept]),
        properties=tuple(one for one, keep in zip(said, kept, strict=True) if keep),
        places=desk.places(kept),
    )


def _facts(desk: Desk) -> Batch:
    desk.checked("account", cell.identity, required=True)
    desk.names("fact", desk.catalog.facts)
    names = desk.texts("fact")
    desk.checked("id", cell.identity)
    for target in ("source", "author", "reason"):
        desk.checked(target, cell.plain_text)
    desk.checked("repeats", _yearly)
    when, until = desk.moments("at", required=True).when, desk.moments("until", required=False).when
    fields = {name: one.properties for name, one in desk.catalog.facts.items()}
    taken = ("account", "at", "fact", "id", "until", "source", "author", "reason", "repeats")
    said = _properties(desk, names, fields, taken)
    kept = desk.good()
    source, author, reason = (_coded(desk, target, kept) for target in ("source", "author", "reason"))
    return Facts(
        account=_coded(desk, "account", kept),
        name=_coded(desk, "fact", kept),
        id=_coded(desk, "id", kept),
        when=When(when.at[kept], when.date_only[kept]),
        until=When(until.at[kept], until.date_only[kept]),
        source=source,
        author=author,
        reason=reason,
        yearly=desk.columns.of("repeats").is_not_null().to_numpy()[kept],
        properties=tuple(one for one, keep in zip(said, kept, strict=True) if keep),
        places=desk.places(kept),
    )


def _yearly(text: str) -> str:
    if text != "yearly":
        raise ValueError(f"{text!r} is no way to repeat: write yearly, or leave it blank")
    return text


def _outcomes(desk: Desk) -> Batch:
    desk.checked("account", cell.identity, required=True)
    desk.names("outcome", desk.catalog.all_outcomes())
    when = desk.moments("at", required=True).when
    kept = desk.good()
    return Outcomes(
        account=_coded(desk, "account", kept),
        outcome=_coded(desk, "outcome", kept),
        when=When(when.at[kept], when.date_only[kept]),
        places=desk.places(kept),
    )


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {text!r}: names look like Europe/Berlin") from None


def _currency(text: str) -> str:
    if len(text) != 3 or not text.isascii() or not text.isupper():
        raise ValueError(f"{text!r} is no currency: write three capitals, like EUR")
    return text


_SPECIAL: Mapping[str, Reader] = {
    "id": cell.identity,
    "account": cell.identity,
    "alias": cell.identity,
    "name": cell.person_or_company,
    "email": cell.email,
    "owner": cell.email,
    "manager": cell.email,
    "backup": cell.email,
    "parent": cell.identity,
    "timezone": _zone,
    "currency": _currency,
    "consent": cell.boolean,
    "away_from": cell.day,
    "away_until": cell.day,
}


def _entries(kind: str, keys: tuple[str, ...]) -> Callable[[Desk], Batch]:
    def read(desk: Desk) -> Batch:
        columns = {target: desk.values(target, _reader(desk, kind, target)) for target in desk.columns.cells}
        for key in keys:
            desk.checked(key, lambda _text: None, required=True)
        kept = desk.good()
        picked = {
            target: tuple(one for one, keep in zip(values, kept, strict=True) if keep)
            for target, values in columns.items()
        }
        return Entries(kind, picked, desk.places(kept))

    return read


def _reader(desk: Desk, kind: str, target: str) -> Reader:
    declared = desk.catalog.attributes.get(target) if kind == "accounts" else None
    if declared is None and target in _SPECIAL:
        return _SPECIAL[target]
    if kind != "accounts":
        return cell.plain_text
    if declared is None and target in BUILT_IN_ATTRIBUTES:
        declared = FieldType(type=BUILT_IN_ATTRIBUTES[target])
    read = desk.reader(declared) if declared is not None else cell.plain_text
    return cell.as_money(read) if target == "value" else read


_READERS: Mapping[str, Callable[[Desk], Batch]] = {
    "accounts": _entries("accounts", ("id",)),
    "contacts": _entries("contacts", ("account", "email")),
    "teammates": _entries("teammates", ("email",)),
    "aliases": _entries("aliases", ("account", "alias")),
    "observations": observations,
    "events": _events,
    "facts": _facts,
    "outcomes": _outcomes,
}
