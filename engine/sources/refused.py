"""Refused rows in; a file of them with line and reason in front, safe to open in a spreadsheet, out."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from engine.batches import Refusal
from engine.sources.tables import Table

_FORMULA = re.compile(r"[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def write_refused(path: Path, refusals: Iterable[Refusal], table: Table) -> None:
    """`line` and `reason`, then the row's own cells where it could be read."""
    places = {int(line): place for place, line in enumerate(table.lines)}
    columns = list(table.columns)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "reason", *columns])
        for refusal in sorted(refusals):
            place = places.get(refusal.line)
            cells = [] if place is None else [table.columns[name][place] or "" for name in columns]
            writer.writerow([refusal.line, safe(refusal.reason), *(safe(cell) for cell in cells)])


def safe(cell: str) -> str:
    """A cell that a spreadsheet would take as a formula is marked as text; plain numbers stay."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell
