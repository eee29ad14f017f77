"""A CSV, JSON Lines or Parquet file in; its records as columns of text, each with its line, out."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.batches import Refusal
from engine.errors import PulsebookError

MOST_BYTES = 4 * 1024**3
MOST_RATIO = 1000
"""Of unpacked to packed bytes: more is a bomb, not a file."""
LONGEST_FIELD = 1_000_000
ENDINGS = (".csv", ".jsonl", ".ndjson", ".parquet")


class FileUnreadable(PulsebookError):
    """A file that can't be read at all; nothing of it was taken."""


@dataclass(frozen=True, slots=True)
class Table:
    """The records of a file: columns of text (None is blank), and the line on which each begins."""

    file: str
    columns: dict[str, pl.Series]
    lines: NDArray[np.int64]
    refused: tuple[Refusal, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)


def read_table(path: Path) -> Table:
    """Reads a file by its ending; `.gz` is unpacked. Raises FileUnreadable with what to do."""
    if not path.is_file():
        raise FileUnreadable(f"There is no file {path}. Check its name.")
    kind = next((ending for ending in ENDINGS if path.name.removesuffix(".gz").lower().endswith(ending)), None)
    if kind is None:
        raise FileUnreadable(
            f"{path.name} is of no kind that can be read. Use {', '.join(ENDINGS)}, or these with .gz."
        )
    if kind == ".parquet":
        return _parquet(path)
    text = _text(path)
    if not text.strip():
        raise FileUnreadable(f"{path.name} is empty. Export it again.")
    return _csv(path.name, text) if kind == ".csv" else _json_lines(path.name, text)


def _text(path: Path) -> str:
    data = _unpacked(path) if path.name.endswith(".gz") else path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileUnreadable(f"{path.name}:1: the file is UTF-16. Save it as UTF-8.")
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileUnreadable(f"{path.name}:{line}: the file is not UTF-8 from here on. Save it as UTF-8.") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise FileUnreadable(f"{path.name}:{line}: the file holds a zero byte. Export it again as text.")
    return text


def _unpacked(path: Path) -> bytes:
    packed, found = path.stat().st_size, bytearray()
    try:
        with gzip.open(path) as stream:
            while piece := stream.read(1 << 24):
                found += piece
                if len(found) > min(MOST_BYTES, max(1 << 26, packed * MOST_RATIO)):
                    raise FileUnreadable(f"{path.name} unpacks to too much. Unpack it and import it in parts.")
    except (OSError, EOFError, zlib.error) as error:
        raise FileUnreadable(f"{path.name} can't be unpacked ({error}). Copy it again.") from None
    return bytes(found)


def _csv(name: str, text: str) -> Table:
    text = text.replace("\r\n", "\n")
    header = _header(name, text)
    first_line = text.partition("\n")[0]
    rest = text[len(first_line) + 1 :]
    if not rest.strip():
        raise FileUnreadable(f"{name} has a header and no rows. Export it again.")
    if '"' not in text and "\r" not in text and (plain := _plain(name, header, rest)) is not None:
        return plain
    return _careful(name, header, text)


def _header(name: str, text: str) -> list[str]:
    first = next(csv.reader(io.StringIO(text)), [])
    header = [cell.strip() for cell in first]
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


def _plain(name: str, header: list[str], rest: str) -> Table | None:
    """The fast way for a file without quotes, each of whose lines has as many commas as the header; None: it hasn't."""
    body = rest if rest.endswith("\n") else rest + "\n"
    data = np.frombuffer(body.encode(), dtype=np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    commas = np.searchsorted(np.flatnonzero(data == ord(",")), ends)
    if len(header) == 1 or (np.diff(commas, prepend=0) != len(header) - 1).any():
        return None
    frame = pl.read_csv(
        io.BytesIO(body.encode()),
        has_header=False,
        new_columns=header,
        infer_schema=False,
        quote_char=None,
    )
    lines = np.arange(2, 2 + frame.height, dtype=np.int64)
    return Table(name, {column: _cut(frame[column]) for column in header}, lines)


def _careful(name: str, header: list[str], text: str) -> Table:
    """Record by record: quotes, line breaks inside of them, and rows of another width, each with its line."""
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text), strict=True)
    next(reader)
    rows, lines, refused = [], [], []
    while True:
        line = reader.line_num + 1
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
        lines.append(line)
    columns = zip(*rows, strict=True) if rows else ([] for _ in header)
    return Table(
        name,
        {column: _cut(pl.Series(list(cells), dtype=pl.String)) for column, cells in zip(header, columns, strict=True)},
        np.array(lines, dtype=np.int64),
        tuple(refused),
    )


def _cut(cells: pl.Series) -> pl.Series:
    """Spaces around are cut; blank is no value."""
    stripped = cells.str.strip_chars()
    return stripped.set(stripped == "", None) if len(stripped) else stripped


class _Odd(ValueError):
    """A JSON line that is no flat record."""


def _json_lines(name: str, text: str) -> Table:
    rows: list[dict[str, str | None]] = []
    lines, refused = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append(_record(line))
        except (ValueError, RecursionError) as error:
            reason = str(error) if isinstance(error, _Odd) else "the line is no JSON: mend it"
            refused.append(Refusal(name, number, reason))
        else:
            lines.append(number)
    header = list(dict.fromkeys(key for row in rows for key in row))
    if not header and not refused:
        raise FileUnreadable(f"{name} has no records. Export it again.")
    columns = {key: _cut(pl.Series([row.get(key) for row in rows], dtype=pl.String)) for key in header}
    return Table(name, columns, np.array(lines, dtype=np.int64), tuple(refused))


def _record(line: str) -> dict[str, str | None]:
    said = json.loads(line, object_pairs_hook=_pairs, parse_float=str, parse_int=str, parse_constant=_no_number)
    if not isinstance(said, dict):
        raise _Odd("the line is no JSON object: write one object a line")
    return {str(key): _flat(str(key), value) for key, value in said.items()}


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
    if isinstance(value, str):
        return value
    raise _Odd(f"{key!r} holds a list or an object: write one value")


def _parquet(path: Path) -> Table:
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise FileUnreadable(f"{path.name} can't be read as Parquet ({str(error).splitlines()[0]}).") from None
    if not frame.height:
        raise FileUnreadable(f"{path.name} has no records. Export it again.")
    columns = {name.strip(): _cut(_as_text(path.name, frame[name])) for name in frame.columns}
    return Table(path.name, columns, np.arange(1, 1 + frame.height, dtype=np.int64))


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
    return cells.cast(pl.String)
