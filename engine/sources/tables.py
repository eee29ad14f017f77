"""A CSV, JSON Lines or Parquet file in; its records as columns of text, each with its line, piece by piece, out."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.batches import Refusal
from engine.sources.formulas import MARKED, REFUSED
from engine.sources.lines import LARGEST_PORTION, FileUnreadable, Lines
from engine.sources.queries import QUERY, is_query

PIECE = 800_000
"""Cells that are in memory together: 200,000 observations in long form."""
LONGEST_FIELD = 1_000_000
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
OF_REFUSAL = ("line", "reason")
"""What stands before the cells of a refused row."""
FILES = (".csv", ".jsonl", ".ndjson", ".parquet")
"""The answer to a query lies under its name, as JSON Lines."""


@dataclass(frozen=True, slots=True)
class Table:
    """Records of a file that follow each other: its columns as text (None is blank), and the line on which each begins.

    All tables of a file have the same columns.
    """

    file: str
    columns: dict[str, pl.Series]
    lines: NDArray[np.int64]
    refused: tuple[Refusal, ...] = ()
    named: Mapping[str, int] = field(default_factory=dict)
    """The line on which a column is named first, where that is not the first one."""

    def __len__(self) -> int:
        return len(self.lines)


def read_tables(path: Path, piece: int = PIECE) -> Iterator[Table]:
    """Reads a file by its ending, so many cells at a time; `.gz` is unpacked. At least one table comes.

    Raises FileUnreadable with what to do.
    """
    if not path.name:
        raise FileUnreadable("The name of a file is blank. Say which file to import, like data/accounts.csv.")
    if path.is_dir():
        raise FileUnreadable(f"{path} is a folder. Name the files in it.")
    if not path.is_file():
        raise FileUnreadable(f"There is no file {path}. Check its name.")
    kind = next((ending for ending in FILES if path.name.removesuffix(".gz").lower().endswith(ending)), None)
    kind = QUERY if is_query(path) else kind
    if kind is None:
        kinds = f"{', '.join(FILES)}, these with .gz, or a query in a {QUERY}"
        raise FileUnreadable(f"{path.name} is of no kind that can be read. Use {kinds}.")
    if kind == ".parquet":
        yield from _parquet(path, piece)
        return
    with Lines(path) as lines:
        if not lines.peek(LARGEST_PORTION).strip():
            raise FileUnreadable(f"{path.name} is empty. Export it again.")
        if kind == ".csv":
            yield from _csv(path.name, lines, piece)
        else:
            yield from _json_lines(path.name, _keys(path), lines, piece)


def _csv(name: str, lines: Lines, piece: int) -> Iterator[Table]:
    csv.field_size_limit(LONGEST_FIELD)
    header = _header(name, lines)
    if not lines.peek(LARGEST_PORTION).strip():
        raise FileUnreadable(f"{name} has a header and no rows. Export it again.")
    rows = max(1, piece // len(header))
    while portion := lines.peek(rows):
        table = _plain(name, header, portion, lines.number)
        if table is None:
            table = _careful(name, header, lines, rows)
        else:
            lines.skip(portion)
        yield _mended(table) if header[0] == _aside(OF_REFUSAL[0]) else table


def _mended(table: Table) -> Table:
    """Rows that were refused, as they would stand in their own file: without line and reason, and without the marks."""
    own = {column: cells for column, cells in table.columns.items() if column not in map(_aside, OF_REFUSAL)}
    return replace(table, columns={column: cells.str.replace(MARKED, "${1}") for column, cells in own.items()})


def _aside(column: str) -> str:
    """A name that no column of the file itself can have, for cells are cut."""
    return f" {column}"


def _header(name: str, lines: Lines) -> list[str]:
    try:
        first = next(csv.reader(lines), [])
    except csv.Error as error:
        raise FileUnreadable(f"{name}:1: the header can't be read ({error}). Mend its quotes.") from None
    header = [cell.strip() for cell in first]
    if name.endswith(REFUSED) and tuple(header[: len(OF_REFUSAL)]) == OF_REFUSAL:
        header[: len(OF_REFUSAL)] = map(_aside, OF_REFUSAL)
    if len(header) == 1 and any(sign in header[0] for sign in ";\t|"):
        sign = next(sign for sign in ";\t|" if sign in header[0])
        said = "tabs" if sign == "\t" else sign
        raise FileUnreadable(f"{name}:1: the file looks separated by {said}. Save it with commas between the columns.")
    if "" in header:
        raise FileUnreadable(f"{name}:1: column {header.index('') + 1} has no name. Name it, or delete it.")
    twice = next((cell for cell in header if header.count(cell) > 1), None)
    if twice is not None:
        raise FileUnreadable(f"{name}:1: two columns are called {twice!r}. Rename one.")
    return header


def _plain(name: str, header: list[str], portion: bytes, first: int) -> Table | None:
    """The fast way for lines without quotes, each of which has as many commas as the header; None: they haven't."""
    if len(header) == 1 or b'"' in portion or b"\r" in portion:
        return None
    data = np.frombuffer(portion, dtype=np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    commas = np.searchsorted(np.flatnonzero(data == ord(",")), ends)
    if (np.diff(commas, prepend=0) != len(header) - 1).any():
        return None
    frame = pl.read_csv(
        io.BytesIO(portion),
        has_header=False,
        new_columns=header,
        infer_schema=False,
        quote_char=None,
    )
    numbers = np.arange(first, first + frame.height, dtype=np.int64)
    return Table(name, {column: _cut(frame[column]) for column in header}, numbers)


def _careful(name: str, header: list[str], lines: Lines, most: int) -> Table:
    """Record by record: quotes, line breaks inside of them, and rows of another width, each with its line."""
    reader = csv.reader(lines, strict=True)
    rows: list[list[str]] = []
    numbers: list[int] = []
    refused: list[Refusal] = []
    while len(rows) + len(refused) < most:
        line = lines.number
        try:
            row = next(reader, None)
        except csv.Error as error:
            refused.append(Refusal(name, line, f"the row can't be read ({error}): mend its quotes"))
            continue
        if row is None:
            break
        if not row:
            continue
        if len(row) != len(header):
            reason = f"{len(row)} cells where the header has {len(header)} columns: mend the row"
            refused.append(Refusal(name, line, reason))
            continue
        rows.append(row)
        numbers.append(line)
    columns = zip(*rows, strict=True) if rows else ([] for _ in header)
    return Table(
        name,
        {column: _cut(pl.Series(list(cells), dtype=pl.String)) for column, cells in zip(header, columns, strict=True)},
        np.array(numbers, dtype=np.int64),
        tuple(refused),
    )


def _cut(cells: pl.Series) -> pl.Series:
    """Spaces around are cut; blank is no value."""
    stripped = cells.str.strip_chars()
    return stripped.set(stripped == "", None) if len(stripped) else stripped


class _Odd(ValueError):
    """A JSON line that is no flat record."""


def _keys(path: Path) -> dict[str, int]:
    """The keys of all records that can be read, with their first lines: a piece has to know those of the others."""
    found: dict[str, int] = {}
    with Lines(path) as lines:
        for number, row in _rows(lines):
            if isinstance(row, dict):
                found |= {key: number for key in row if key not in found}
    return found


def _json_lines(name: str, header: Mapping[str, int], lines: Lines, piece: int) -> Iterator[Table]:
    most = max(1, piece // max(1, len(header)))
    said = _rows(lines)
    is_empty = not header
    while some := list(islice(said, most)):
        good = [(number, row) for number, row in some if isinstance(row, dict)]
        refused = tuple(Refusal(name, number, row) for number, row in some if isinstance(row, str))
        columns = {key: _cut(pl.Series([row.get(key) for _, row in good], dtype=pl.String)) for key in header}
        is_empty = is_empty and not refused
        yield Table(name, columns, np.array([number for number, _ in good], dtype=np.int64), refused, header)
    if is_empty:
        raise FileUnreadable(f"{name} has no records. Export it again.")


def _rows(lines: Lines) -> Iterator[tuple[int, dict[str, str | None] | str]]:
    """Each line with its number, as a record, or as the reason why it is none."""
    for line in lines:
        if not line.strip():
            continue
        try:
            yield lines.number - 1, _record(line)
        except (ValueError, RecursionError) as error:
            yield lines.number - 1, str(error) if isinstance(error, _Odd) else "the line is no JSON: mend it"


def _record(line: str) -> dict[str, str | None]:
    said = _DECODER.decode(line)
    if SURROGATE.search(line) and not _is_text(said):
        raise _Odd("a text has half of a character (a lone surrogate): write it anew")
    if not isinstance(said, dict):
        raise _Odd("the line is no JSON object: write one object a line")
    return {key: value if isinstance(value, str) else _flat(key, value) for key, value in said.items()}


def _is_text(said: object) -> bool:
    """Halves of a character that stand alone can't be written, neither into a database nor into a file."""
    try:
        json.dumps(said, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _pairs(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Odd(f"the key {key!r} stands twice: delete one")
        found[key] = value
    return found


def _no_number(said: str) -> Any:
    raise _Odd(f"{said} is no number: leave the value out")


def _flat(key: str, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    raise _Odd(f"{key!r} holds a list or an object: write one value")


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_float=str, parse_int=str, parse_constant=_no_number)


def _parquet(path: Path, piece: int) -> Iterator[Table]:
    try:
        file = pl.scan_parquet(path)
        rows = max(1, piece // max(1, len(file.collect_schema())))
        first = 1
        for frame in file.collect_batches(chunk_size=rows, maintain_order=True):
            if frame.height:
                columns = {name.strip(): _cut(_as_text(path.name, frame[name])) for name in frame.columns}
                yield Table(path.name, columns, np.arange(first, first + frame.height, dtype=np.int64))
            first += frame.height
    except (pl.exceptions.PolarsError, OSError) as error:
        raise FileUnreadable(
            f"{path.name} can't be read as Parquet ({str(error).splitlines()[0].rstrip('.')}). Write it again."
        ) from None
    if first == 1:
        raise FileUnreadable(f"{path.name} has no records. Export it again.")


def _as_text(file: str, cells: pl.Series) -> pl.Series:
    kind = cells.dtype
    if kind == pl.String:
        return cells
    if isinstance(kind, pl.Datetime):
        suffix = "Z" if kind.time_zone else ""
        zoned = cells.dt.convert_time_zone("UTC") if kind.time_zone else cells
        return zoned.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f") + suffix
    if kind.is_nested() or kind == pl.Binary:
        raise FileUnreadable(f"{file}: column {cells.name!r} holds lists or bytes. Write one plain value a cell.")
    if kind in (pl.Duration, pl.Object):
        said = f"{file}: column {cells.name!r} holds values of the type {kind}, which have no one text."
        raise FileUnreadable(f"{said} Write numbers or texts.")
    return cells.cast(pl.String)
