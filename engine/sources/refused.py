"""Refused rows in; a file of them with line and reason in front, safe to open in a spreadsheet, out."""

import csv
from collections import deque
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from engine.batches import Refusal
from engine.sources.formulas import safe
from engine.sources.table import Table


def write_refused(path: Path, refusals: Iterable[Refusal], tables: Iterable[Table]) -> None:
    """`line` and `reason`, then the row's own cells where it could be read. `tables`: the file's pieces, in order."""
    waiting = deque(sorted(refusals))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        columns: list[str] | None = None
        for table in tables:
            if columns is None:
                columns = list(table.columns)
                writer.writerow(["line", "reason", *columns])
            last = max((int(table.lines[-1]) if len(table) else 0, *(one.line for one in table.refused)))
            while waiting and waiting[0].line <= last:
                refusal = waiting.popleft()
                place = int(np.searchsorted(table.lines, refusal.line))
                is_there = place < len(table) and int(table.lines[place]) == refusal.line
                cells = [table.columns[name][place] or "" for name in columns] if is_there else []
                writer.writerow([refusal.line, safe(refusal.reason), *(safe(cell) for cell in cells)])
