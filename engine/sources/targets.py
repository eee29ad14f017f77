"""A table of a file and how its columns are meant in; the columns of records under our own names, out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.language.catalog import Catalog
from engine.sources.lines import FileUnreadable
from engine.sources.table import Meant, Table

KINDS = ("accounts", "contacts", "teammates", "observations", "events", "facts", "outcomes", "aliases")
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "accounts": ("id",),
    "contacts": ("account", "email"),
    "teammates": ("email",),
    "observations": ("account", "at"),
    "events": ("account", "at", "event"),
    "facts": ("account", "at", "fact"),
    "outcomes": ("account", "at", "outcome"),
    "aliases": ("account", "alias"),
}
OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "contacts": ("name", "role", "consent", "timezone"),
    "teammates": ("name", "manager", "slack_id", "timezone", "pools", "away_from", "away_until", "backup"),
    "observations": ("contact", "metric", "value"),
    "events": ("id", "contact"),
    "facts": ("id", "until", "source", "author", "reason", "repeats"),
}


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How the columns of a file are meant: TARGET=COLUMN, TARGET=VALUE, COLUMN=VALUE."""

    kind: str
    maps: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, str] = field(default_factory=dict)
    wheres: Mapping[str, str] = field(default_factory=dict)
    only_mapped: bool = False
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns by target; `lines` of the records that `where` keeps."""

    file: str
    cells: Mapping[str, pl.Series]
    lines: NDArray[np.int64]
    aside: frozenset[str] = frozenset()
    """Targets that only bear a name of ours, where no more than what is mapped is meant: a cell of theirs that its
    record has no place for says nothing."""
    unsaid: Mapping[str, pl.Series] = field(default_factory=dict)
    """Of targets that some records do not have at all: which these are."""

    def __len__(self) -> int:
        return len(self.lines)

    def has(self, target: str) -> bool:
        return target in self.cells

    def of(self, target: str) -> pl.Series:
        """The column of a target; blank where the file has none."""
        return self.cells.get(target, pl.Series([None] * len(self), dtype=pl.String))


def targets(kind: str, catalog: Catalog) -> tuple[str, ...]:
    """The names that a column of that kind may have."""
    named = (*REQUIRED[kind], *OPTIONAL.get(kind, ()))
    match kind:
        case "accounts":
            return (*named, *(name for name in catalog.attribute_names() if name != "id"))
        case "observations":
            return (*named, *catalog.metrics)
        case "events":
            return (*named, *dict.fromkeys(prop for one in catalog.events.values() for prop in one.properties))
        case "facts":
            return (*named, *dict.fromkeys(prop for one in catalog.facts.values() for prop in one.properties))
        case _:
            return named


def looked_at(options: ImportOptions, catalog: Catalog) -> Meant:
    """All columns of a file; where only mapped ones are meant, these and those that bear a name of ours."""
    if not options.only_mapped:
        return lambda _: True
    return frozenset((*options.maps.values(), *options.wheres, *targets(options.kind, catalog))).__contains__


def columns_of(table: Table, options: ImportOptions, catalog: Catalog) -> Columns:
    """The columns that are meant. Raises FileUnreadable for one that is missing, unknown or meant twice."""
    known = targets(options.kind, catalog)
    _check_names(table, options, known)
    kept = _kept(table, options)
    fixed = {
        target: pl.Series([value.strip() or None] * int(kept.sum()), dtype=pl.String)
        for target, value in options.sets.items()
    }
    meant = {*options.maps, *options.maps.values(), *fixed}
    named = [column for column in table.columns if column in known and column not in meant]
    column_of = {**options.maps, **{column: column for column in named}}
    cells = {target: table.columns[column].filter(kept) for target, column in column_of.items()} | fixed
    _check_required(table, options, cells, catalog)
    aside = frozenset(named if options.only_mapped else ())
    unsaid = {
        target: table.unsaid[column].filter(kept) for target, column in column_of.items() if column in table.unsaid
    }
    return Columns(table.file, cells, table.lines[kept.to_numpy()], aside, unsaid)


def _check_names(table: Table, options: ImportOptions, known: Sequence[str]) -> None:
    for target in (*options.maps, *options.sets):
        if target not in known:
            raise FileUnreadable(f"There is no target {target!r} for {options.kind}. {_near(target, known)}")
    for column in (*options.maps.values(), *options.wheres):
        if column not in table.columns:
            raise FileUnreadable(f"{table.file} has no column {column!r}. {_near(column, tuple(table.columns))}")
    twice = next((target for target in options.maps if target in options.sets), None)
    if twice is not None:
        raise FileUnreadable(f"{twice!r} is both mapped and set. Leave one of them out.")
    if options.only_mapped:
        return
    used = {*options.maps.values(), *options.wheres, *known}
    unknown = [column for column in table.columns if column not in used]
    if unknown:
        raise FileUnreadable("\n".join(_unknown(table, options.kind, column, known) for column in unknown))


def _unknown(table: Table, kind: str, column: str, known: Sequence[str]) -> str:
    near = get_close_matches(column, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return (
        f"{table.file}:{table.named.get(column, 1)}: column {column!r} is nothing that {kind} have.{hint} "
        f"Map it with --map TARGET={column}, or leave such columns alone with --only-mapped."
    )


def _near(name: str, names: Sequence[str]) -> str:
    near = get_close_matches(name, names, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(names)}."


def _kept(table: Table, options: ImportOptions) -> pl.Series:
    kept = pl.Series([True] * len(table), dtype=pl.Boolean)
    for column, value in options.wheres.items():
        kept = kept & (table.columns[column] == value).fill_null(value=False)
    return kept


def _check_required(table: Table, options: ImportOptions, cells: Mapping[str, pl.Series], catalog: Catalog) -> None:
    for target in REQUIRED[options.kind]:
        if target not in cells:
            raise FileUnreadable(
                f"{table.file}:{table.header}: {options.kind} need a column {target!r}. "
                f"Name it in the file, or say --map {target}=COLUMN or --set {target}=VALUE."
            )
    if options.kind != "observations":
        return
    wide = [metric for metric in catalog.metrics if metric in cells]
    if not wide and not ("metric" in cells and "value" in cells):
        raise FileUnreadable(
            f"{table.file}:{table.header}: observations need the columns 'metric' and 'value', "
            "or one column per metric. Say --map METRIC=COLUMN."
        )
