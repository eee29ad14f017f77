"""A CSV, JSON Lines or Parquet file, or a query's answer, in; its records, piece by piece, out."""

from collections.abc import Iterator
from pathlib import Path

from engine.sources.csv_tables import csv_tables
from engine.sources.json_tables import json_tables
from engine.sources.lines import LARGEST_PORTION, FileUnreadable, Lines
from engine.sources.parquet_tables import parquet_tables
from engine.sources.queries import QUERY, is_query
from engine.sources.table import Meant, Table

PIECE = 800_000
"""Cells that are in memory together: 200,000 observations in long form."""
FILES = (".csv", ".jsonl", ".ndjson", ".parquet")
"""The answer to a query lies under its name, as JSON Lines."""


def read_tables(path: Path, piece: int = PIECE, meant: Meant = lambda _: True) -> Iterator[Table]:
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
        yield from parquet_tables(path, piece, meant)
        return
    with Lines(path) as lines:
        if not lines.peek(LARGEST_PORTION).strip():
            raise FileUnreadable(f"{path.name} is empty. Export it again.")
        if kind == ".csv":
            yield from csv_tables(path.name, lines, piece, meant)
        else:
            yield from json_tables(path, lines, piece, meant)
