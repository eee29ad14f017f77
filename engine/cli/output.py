"""Values in; JSON, tables and sparklines for programs and for eyes out."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from rich.console import Console
from rich.table import Table
from rich.text import Text

MOST_SPACED = 10
"""Columns with two blanks between them; more stand closer, to fit 80 characters."""
UNBROKEN = 10_000
"""Characters in a line of what is no terminal's."""
BARS = "▁▂▃▄▅▆▇█"
BAND_STYLES: Mapping[int, tuple[str, ...]] = {
    1: ("white",),
    2: ("red", "green"),
    3: ("red", "yellow", "green"),
    4: ("red", "yellow", "cyan", "green"),
    5: ("red", "dark_orange", "yellow", "cyan", "green"),
}
"""Colours of bands, lowest first; the word stands beside, for colour is never the only sign."""


def console() -> Console:
    """As wide as the terminal, or as COLUMNS says. What goes elsewhere is not cut into lines: it can be searched."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit():
        return Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    return Console(highlight=False, soft_wrap=True, width=UNBROKEN)


def print_json(document: object) -> None:
    """One document on standard output, nothing else."""
    # As one text: `json.dump` writes piece by piece, and long lists take several times as long.
    sys.stdout.write(json.dumps(document, default=_said, ensure_ascii=False, allow_nan=False) + "\n")


def _said(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no JSON")


def band_style(band: str, bands: Sequence[str]) -> str:
    """The colour of a band among all of its score, lowest first; none of one that the files no longer have."""
    if band not in bands:
        return ""
    position, styles = bands.index(band), BAND_STYLES.get(len(bands))
    if styles is None:
        return "red" if position == 0 else "green" if position == len(bands) - 1 else "yellow"
    return styles[position]


def sparkline(values: Sequence[float | None], low: float = 0, high: float = 100) -> str:
    """A score's course in one line; days without a score are blank."""
    if high <= low:
        return ""
    steps = len(BARS) - 1
    return "".join(
        " " if value is None else BARS[round(steps * (min(max(value, low), high) - low) / (high - low))]
        for value in values
    )


def table(title: str | None, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """Rows as a table; numbers stand right, under whole words.

    Customers' texts are shown as they are, never read as markup.
    """
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold dim")
    made.collapse_padding = len(columns) > MOST_SPACED
    for index, name in enumerate(columns):
        right = any(isinstance(row[index], int | float) for row in rows)
        longest = max(map(len, name.split()), default=0) if right else None
        made.add_column(name, justify="right" if right else "left", overflow="fold", min_width=longest)
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else Text(_cell(cell)) for cell in row))
    return made


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.1f}".removesuffix(".0")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_cell(said)}" for key, said in value.items()) or "–"
    return f"{value:,}" if isinstance(value, int) else str(value)
