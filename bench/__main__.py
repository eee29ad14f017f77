"""`python -m bench [--only ROW …] [--million] [--fresh]`: measures, and writes bench/results.md."""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bench import commands, importing, latency, rules, sweep
from bench.databases import KINDS
from bench.running import Bench
from bench.table import Line, keep, write

FOLDER = Path(tempfile.gettempdir()) / "pulsebook-bench"
Row = Callable[[Bench], Iterator[Line]]
ROWS: Mapping[str, Row] = {
    "sweep-10k": sweep.ten_thousand,
    "sweep-100k": sweep.hundred_thousand,
    "rules": rules.rows,
    "import": importing.rows,
    "fact": latency.rows,
    "commands": commands.rows,
}
BY_HAND: Mapping[str, Row] = {"million": sweep.million}


def main(words: list[str]) -> int:
    asked = _parser().parse_args(words)
    rows = {**ROWS, **BY_HAND}
    chosen = asked.only or (list(BY_HAND) if asked.million else list(ROWS))
    if asked.fresh:
        shutil.rmtree(FOLDER, ignore_errors=True)
    # As if by Ctrl-C: the server is stopped too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    FOLDER.mkdir(exist_ok=True)
    with Bench(FOLDER) as bench:
        for row in chosen:
            _measure(row, rows[row], bench)
    return 0


def _measure(row: str, lines_of: Row, bench: Bench) -> None:
    """A row's lines, shown as they come; then the table is written anew."""
    _say(f"{row} …")
    began, lines = time.monotonic(), []
    for line in lines_of(bench):
        _say(f"  {line.in_words}")
        lines.append(line)
    keep(row, lines)
    write(ROWS, BY_HAND, [bench.on(kind).version() for kind in KINDS])
    _say(f"{row}: {time.monotonic() - began:.0f} s")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures, and writes bench/results.md.")
    parser.add_argument("--only", nargs="+", choices=[*ROWS, *BY_HAND], help="these rows; all others stay as they are")
    parser.add_argument("--million", action="store_true", help="a million accounts, which takes its time")
    parser.add_argument("--fresh", action="store_true", help="make the databases anew")
    return parser


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
