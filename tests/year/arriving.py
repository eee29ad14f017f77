"""Rows with the moment of their arrival in; CSV files, one per kind and set of columns, out."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.oracle.journal import Import
from tests.year.draw import Draw

BERLIN = ZoneInfo("Europe/Berlin")
KINDS = "teammates accounts aliases contacts observations events facts outcomes".split()
"""In this order, so that most rows find their account."""


@dataclass(frozen=True)
class Arriving:
    """A row, and when it comes."""

    at: datetime
    kind: str
    row: Mapping[str, str]
    history: bool = False


def written(draw: Draw, at: datetime) -> str:
    """A moment, in one of the ways in which it may stand in a file."""
    local = at.astimezone(BERLIN)
    if local.hour >= 4 and draw.chance(0.3):
        return local.replace(tzinfo=None).isoformat(sep=draw.one(["T", " "]))
    if draw.chance(0.3):
        return local.isoformat()
    return at.isoformat().replace("+00:00", "Z")


def imports(arriving: Iterable[Arriving], as_of: str) -> list[Import]:
    """What came by then: files of rows with the same columns, in the order in which they came."""
    files: dict[tuple[int, bool, tuple[str, ...]], list[Mapping[str, str]]] = {}
    for one in arriving:
        files.setdefault((KINDS.index(one.kind), one.history, tuple(sorted(one.row))), []).append(one.row)
    return [
        Import(as_of, KINDS[kind], _csv(columns, rows), history)
        for (kind, history, columns), rows in sorted(files.items(), key=lambda file: file[0])
    ]


def _csv(columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
