"""Commands as whole processes, from their start to their end, beside a Python that does nothing."""

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from bench.company import URL, WORKSPACE, swept
from bench.databases import TITLES
from bench.measuring import ROOT, in_own_process
from bench.repeating import repeated
from bench.running import Bench
from bench.table import Line, times

PULSEBOOK = str(Path(sys.executable).with_name("pulsebook"))
ACCOUNT = "a0000700"


def rows(bench: Bench) -> Iterator[Line]:
    floor = in_own_process(repeated, command=[sys.executable, "-c", "pass"])
    yield _line("python -c pass", "", floor)
    for said, wanted in (("--help", 0.3), ("check", 0.7)):
        found = in_own_process(repeated, command=[PULSEBOOK, "-C", str(ROOT), said])
        yield _line(f"pulsebook {said}{' (the starter)' if said == 'check' else ''}", "", found, wanted, floor)
    for databases in bench.each(swept):
        at = {"env": {URL: databases.url(swept(databases))}, "postmaster": databases.postmaster}
        for words in (["why", ACCOUNT], ["why", ACCOUNT, "silence"], ["account", "show", ACCOUNT]):
            found = in_own_process(repeated, command=[PULSEBOOK, "-C", str(WORKSPACE), *words], **at)
            yield _line(f"pulsebook {' '.join(words)}", TITLES[databases.kind], found, 1.0, floor)


def _line(
    what: str, on: str, found: dict[str, Any], wanted: float | None = None, floor: dict[str, Any] | None = None
) -> Line:
    middle = median(found["walls"])
    return Line.of(
        what,
        on,
        {**found, "wall": middle},
        figure=f"median {middle:.2f} s, least {min(found['walls']):.2f} s of {len(found['walls'])} runs",
        wanted=f"≤ {wanted} s" if wanted else "",
        met=middle <= wanted if wanted else None,
        beside=f"{times(middle, median(floor['walls']))} python -c pass" if floor else "",
    )
