"""Rows with the moment of their arrival in; imports of CSV files out."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.oracle.journal import Import
from tests.year.catalog import COMPANY_ZONES
from tests.year.draw import Draw

BERLIN = ZoneInfo(COMPANY_ZONES[0])
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


def imports(arriving: Iterable[Arriving], as_of: str, company_zone: str) -> list[Import]:
    """What came by then, kind by kind, in the order in which it came."""
    timezone = None if company_zone == COMPANY_ZONES[0] else COMPANY_ZONES[0]
    came: dict[tuple[int, bool], list[Mapping[str, str]]] = {}
    for one in arriving:
        came.setdefault((KINDS.index(one.kind), one.history), []).append(one.row)
    return [
        Import(as_of, KINDS[kind], tuple(_files(KINDS[kind], rows)), history, timezone)
        for (kind, history), rows in sorted(came.items())
    ]


def _files(kind: str, rows: list[Mapping[str, str]]) -> Iterator[str]:
    """A blank cell of an account clears, so that its file has no column too many; what happened stands in one file."""
    if kind in ("events", "facts"):
        yield _csv(sorted({column for row in rows for column in row}), rows)
        return
    for columns in sorted({tuple(sorted(row)) for row in rows}):
        yield _csv(columns, [row for row in rows if tuple(sorted(row)) == columns])


def _csv(columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
