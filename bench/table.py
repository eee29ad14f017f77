"""Lines of figures in; one table, kept beside the lines of earlier runs, out."""

import json
import platform
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.measuring import ROOT

KEPT = Path(__file__).parent / "results.json"
TABLE = Path(__file__).parent / "results.md"
LIBRARIES = ("numpy", "polars", "SQLAlchemy", "psycopg", "durable-rules", "zstandard", "pydantic", "typer")
HEAD = ("measured", "on", "client CPU s", "server CPU s", "wall s", "memory MB", "figure", "wanted", "so", "beside")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table. Seconds and MB; `met`: None where nothing is wanted. `beside`: the floor or peer."""

    what: str
    on: str = ""
    client: float | None = None
    server: float | None = None
    wall: float | None = None
    memory: float | None = None
    figure: str = ""
    wanted: str = ""
    met: bool | None = None
    beside: str = ""

    @classmethod
    def of(cls, what: str, on: str, cost: Mapping[str, Any], **more: Any) -> "Line":
        """`cost`: a Cost as a mapping, with `memory` where it is known."""
        server = cost["server"] if on == "PostgreSQL" else None
        return cls(what, on, cost["client"], server, cost["wall"], cost.get("memory"), **more)

    @property
    def in_words(self) -> str:
        """As it is shown while more is measured."""
        cpu = "" if self.client is None else f"{self.client + (self.server or 0):.2f} CPU s"
        met = "" if self.met is None else f"{self.wanted}: {'met' if self.met else 'missed'}"
        return " · ".join(filter(None, (self.what, self.on, cpu, self.figure, met, self.beside)))


def times(cost: float, floor: float) -> str:
    return f"{cost / floor:.1f} ×" if floor else "—"


def keep(row: str, lines: Iterable[Line]) -> None:
    """Puts a row's lines in the place of its earlier ones on this machine: figures of two machines are two figures."""
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    said = {"at": f"{datetime.now(UTC):%Y-%m-%d}", "commit": _commit(), "lines": [asdict(line) for line in lines]}
    kept.setdefault(row, {})[_processor()] = said
    KEPT.write_text(json.dumps(kept, indent=1) + "\n")


def write(rows: Iterable[str], aside: Iterable[str], databases: Iterable[str]) -> None:
    """The table of all rows that were kept, in the order of `rows`; those of `aside` in a section of their own."""
    kept = json.loads(KEPT.read_text())
    parts = ["# Figures", "", *_machine(databases), "", *_table(kept, rows)]
    if any(row in kept for row in aside):
        parts += ["", "## Run by hand, once", "", *_table(kept, aside)]
    TABLE.write_text("\n".join(parts) + "\n")


def _table(kept: Mapping[str, Any], rows: Iterable[str]) -> list[str]:
    lines = [f"| {' | '.join((*HEAD, 'run'))} |", f"|{'---|' * (len(HEAD) + 1)}"]
    for row in rows:
        for processor, said in kept.get(row, {}).items():
            run = f"{said['at']} {said['commit']}, {processor}"
            lines += [_cells(Line(**line), run) for line in said["lines"]]
    return lines


def _cells(line: Line, run: str) -> str:
    met = {None: "", True: "met", False: "**missed**"}[line.met]
    numbers = (_number(line.client), _number(line.server), _number(line.wall), _number(line.memory, 0))
    return f"| {' | '.join((line.what, line.on, *numbers, line.figure, line.wanted, met, line.beside, run))} |"


def _number(value: float | None, places: int = 2) -> str:
    return "" if value is None else f"{value:,.{places}f}"


def _machine(databases: Iterable[str]) -> list[str]:
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return [
        "Written by `make bench` (one row: `python -m bench --only ROW`). CPU seconds count; wall time depends on what "
        "else the machine does. Each line is a process of its own, so its peak of resident memory is its own. `server` "
        "is the CPU of all processes of PostgreSQL, which has its default settings. A row that was measured on several "
        "machines has the figures of each.",
        "",
        f"The last run: {_processor()}, {platform.machine()}, {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}; {', '.join(databases)}; {libraries}.",
    ]


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} × {names[0]}" if names else "unknown processor"


def _commit() -> str:
    """The commit, with a plus where the engine was changed since."""
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    changed = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", "engine"], cwd=ROOT, check=False)
    return found.stdout.strip() + ("+" if changed.returncode else "")
