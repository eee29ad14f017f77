"""A CSV file in; its records piece by piece, out."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl

from engine.batches import Refusal
from engine.sources.formulas import MARKED, REFUSED
from engine.sources.lines import LARGEST_PORTION, FileUnreadable, Lines
from engine.sources.table import Meant, Table, cut

LONGEST_FIELD = 1_000_000
OF_REFUSAL = ("line", "reason")
"""What stands before the cells of a refused row."""
ASIDE = " "
"""Begins the name of a column that is none of the file's own, or that nobody looks at: cells are cut."""


def csv_tables(name: str, lines: Lines, piece: int, meant: Meant) -> Iterator[Table]:
    """Raises FileUnreadable for a header that can't be meant, and where no rows follow it."""
    csv.field_size_limit(LONGEST_FIELD)
    header, line = _header(name, lines, meant)
    named = dict.fromkeys(header, line) if line > 1 else {}
    if not lines.peek(LARGEST_PORTION).strip():
        raise FileUnreadable(f"{name} has a header and no rows. Export it again.")
    rows = max(1, piece // len(header))
    while portion := lines.peek(rows):
        table = _plain(name, header, portion, lines.number)
        if table is None:
            table = _careful(name, header, lines, rows)
        else:
            lines.skip(portion)
        yield replace(_looked_at(table, was_refused=header[0] == f"{ASIDE}{OF_REFUSAL[0]}"), named=named)


def _looked_at(table: Table, *, was_refused: bool) -> Table:
    """Without what stands aside. Rows that were refused, without the marks that they bear in their own file."""
    own = {column: cells for column, cells in table.columns.items() if not column.startswith(ASIDE)}
    if was_refused:
        own = {column: cells.str.replace(MARKED, "${1}") for column, cells in own.items()}
    return replace(table, columns=own)


def _header(name: str, lines: Lines, meant: Meant) -> tuple[list[str], int]:
    """The first line that is not blank, and its number."""
    reader = csv.reader(lines)
    try:
        header = next((found for row in reader if any(found := [cell.strip() for cell in row])), None)
    except csv.Error as error:
        raise FileUnreadable(f"{name}:{lines.number - 1}: {_unread('the header', error)}.") from None
    if header is None:
        raise FileUnreadable(f"{name} has no header. Export it again.")
    line = lines.number - 1
    at = f"{name}:{line}"
    if name.endswith(REFUSED) and tuple(header[: len(OF_REFUSAL)]) == OF_REFUSAL:
        header[: len(OF_REFUSAL)] = (f"{ASIDE}{cell}" for cell in OF_REFUSAL)
    if len(header) == 1 and any(sign in header[0] for sign in ";\t|"):
        sign = next(sign for sign in ";\t|" if sign in header[0])
        said = "tabs" if sign == "\t" else sign
        raise FileUnreadable(f"{at}: the file looks separated by {said}. Save it with commas between the columns.")
    for index, cell in enumerate(header):
        if cell and cell not in header[:index]:
            continue
        if meant(cell):
            nameless = f"column {index + 1} has no name. Name it, or delete it."
            raise FileUnreadable(f"{at}: {f'two columns are called {cell!r}. Rename one.' if cell else nameless}")
        header[index] = f"{ASIDE}{index}"
    return header, line


def _unread(what: str, error: csv.Error) -> str:
    if "new-line character" in str(error):
        return f"{what} holds a bare carriage return: end lines with a line feed, and quote cells that have one inside"
    return f"{what} can't be read ({error}): mend its quotes"


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
    return Table(name, {column: cut(frame[column]) for column in header}, numbers)


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
            refused.append(Refusal(name, line, _unread("the row", error)))
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
        {column: cut(pl.Series(list(cells), dtype=pl.String)) for column, cells in zip(header, columns, strict=True)},
        np.array(numbers, dtype=np.int64),
        tuple(refused),
    )
