"""A file of JSON Lines in; its records piece by piece, out."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from engine.batches import Refusal
from engine.sources.lines import FileUnreadable, Lines
from engine.sources.table import Meant, Table, cut

SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class _Odd(ValueError):
    """A JSON line that is no flat record."""


def _keys(path: Path, meant: Meant) -> dict[str, int]:
    """The keys of all records that can be read, with their first lines: a piece has to know those of the others."""
    found: dict[str, int] = {}
    with Lines(path) as lines:
        for number, row in _rows(lines, meant):
            if isinstance(row, dict):
                found |= {key: number for key in row if key not in found}
    return found


def json_tables(path: Path, lines: Lines, piece: int, meant: Meant) -> Iterator[Table]:
    """Raises FileUnreadable where there is no record."""
    name, header = path.name, _keys(path, meant)
    most = max(1, piece // max(1, len(header)))
    said = _rows(lines, meant)
    is_empty = not header
    while some := list(islice(said, most)):
        good = [(number, row) for number, row in some if isinstance(row, dict)]
        refused = tuple(Refusal(name, number, row) for number, row in some if isinstance(row, str))
        columns = {key: cut(pl.Series([row.get(key) for _, row in good], dtype=pl.String)) for key in header}
        is_empty = is_empty and not refused
        numbers = np.array([number for number, _ in good], dtype=np.int64)
        yield Table(name, columns, numbers, refused, header, _unsaid(header, [row for _, row in good]))
    if is_empty:
        raise FileUnreadable(f"{name} has no records. Export it again.")


def _unsaid(header: Iterable[str], rows: Sequence[Mapping[str, str | None]]) -> dict[str, pl.Series]:
    found = {key: [key not in row for row in rows] for key in header}
    return {key: pl.Series(lacks, dtype=pl.Boolean) for key, lacks in found.items() if any(lacks)}


def _rows(lines: Lines, meant: Meant) -> Iterator[tuple[int, dict[str, str | None] | str]]:
    """Each line with its number, as a record, or as the reason why it is none."""
    for line in lines:
        if not line.strip():
            continue
        try:
            yield lines.number - 1, _record(line, meant)
        except (ValueError, RecursionError) as error:
            yield lines.number - 1, str(error) if isinstance(error, _Odd) else "the line is no JSON: mend it"


def _record(line: str, meant: Meant) -> dict[str, str | None]:
    said = _DECODER.decode(line)
    if SURROGATE.search(line) and not _is_text(said):
        raise _Odd("a text has half of a character (a lone surrogate): write it anew")
    if isinstance(said, _Odd):
        raise said
    if not isinstance(said, dict):
        raise _Odd("the line is no JSON object: write one object a line")
    return {
        key: value if isinstance(value, str) else _flat(key, value)
        for key, value in said.items()
        if meant(key) or not isinstance(value, list | dict | _Odd)
    }


def _is_text(said: object) -> bool:
    """Halves of a character that stand alone can't be written, neither into a database nor into a file."""
    try:
        json.dumps(said, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return False
    return True


def _pairs(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any] | _Odd:
    """What is odd inside of a value that nobody asks for is no mistake, so it is raised where it is asked for."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            return _Odd(f"the key {key!r} stands twice: delete one")
        found[key] = value
    return found


def _no_number(said: str) -> _Odd:
    return _Odd(f"{said} is no number: leave the value out")


def _flat(key: str, value: object) -> str | None:
    if isinstance(value, _Odd):
        raise value
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    raise _Odd(f"{key!r} holds a list or an object: write one value")


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_float=str, parse_int=str, parse_constant=_no_number)
