"""Rows in; a CSV file that a spreadsheet opens without running any of it, out.

A text that begins like a formula is kept from being one by an apostrophe before it, and every text stands in quotes
(OWASP, "CSV Injection"). Numbers are numbers, whatever their sign.
"""

import csv
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from engine.cli.words import WrongWords
from engine.sources.formulas import FORMULA

STANDARD_OUTPUT = Path("-")


def cell(value: object) -> object:
    """A value as it may stand in the file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal):
        return value
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def write_csv(file: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Writes the file anew; `-` is standard output. Raises WrongWords where it can't be written."""
    lines = [list(map(cell, row)) for row in (columns, *rows)]
    if file == STANDARD_OUTPUT:
        csv.writer(sys.stdout, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n").writerows(lines)
        return
    try:
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, quoting=csv.QUOTE_NONNUMERIC).writerows(lines)
    except OSError as error:
        raise WrongWords(f"{file} can't be written: {error.strerror}. Name another file after --csv.") from None
