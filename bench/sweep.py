"""The daily look at everybody: what it costs, phase by phase, beside the cost of reading the same data alone."""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import asdict, dataclass
from math import inf
from typing import Any, TypeVar
from unittest.mock import patch

import numpy as np
from sqlalchemy import Connection, text

from bench import company
from bench.databases import TITLES, Databases
from bench.measuring import Cost, in_own_process, measured
from bench.running import Bench
from bench.table import Line, times
from engine.clock import day_number
from engine.loops import findings, looking
from engine.snapshot import ALL_DAYS, Needs
from engine.store import reading
from engine.store.chunks import unpack
from engine.store.database import Database
from engine.store.saving import save as saving
from engine.store.strips import unpack as unpack_strip
from engine.store.tables.series import SPAN

Result = TypeVar("Result")
Begin = Callable[[Databases, str], None]
"""Makes the database `sweeping` of a sort."""
CAUSE = "the measured sweep"
MOST_GROWN = 1.5
BOTH = (company.FIRST, company.ORDINARY)


def ten_thousand(bench: Bench) -> Iterator[Line]:
    def begin(databases: Databases, sort: str) -> None:
        databases.copy(company.ready(databases, sort), "sweeping")

    _write_worlds(bench)
    for databases in bench.each(lambda one: [company.ready(one, sort) for sort in BOTH]):
        yield from _both(databases, begin, Most(cpu=3), sweeps=3)


def hundred_thousand(bench: Bench) -> Iterator[Line]:
    def begin(databases: Databases, sort: str) -> None:
        _make(databases, company.HUNDRED_THOUSAND, sort)

    _write_worlds(bench)
    for databases in bench.each(lambda one: [company.past(one, sort) for sort in BOTH]):
        yield from _both(databases, begin, Most(cpu=30, memory=2000))


def _write_worlds(bench: Bench) -> None:
    """Before databases of several kinds are filled from the same files, side by side."""
    for sort in BOTH:
        company.world_of(bench.folder, sort)


def million(bench: Bench) -> Iterator[Line]:
    """Ten metrics, 90 days, no events; on SQLite."""
    databases = bench.on("sqlite")
    yield from _lines(databases, "levels", "", lambda one, sort: _make(one, company.MILLION, sort), Most())


def _make(databases: Databases, times: int, sort: str) -> None:
    url, folder = databases.copy(company.past(databases, sort), "sweeping"), str(databases.folder)
    in_own_process(company.get_ready, url=url, folder=folder, times=times, sort=sort)


@dataclass(frozen=True, slots=True)
class Most:
    """What a sweep may take: CPU seconds, MB, and so many times the CPU seconds of another (`before`)."""

    cpu: float | None = None
    memory: int | None = None
    before: float | None = None

    def wanted(self) -> str:
        said = [f"≤ {self.cpu} CPU s"] if self.cpu else []
        said += [f"≤ {self.memory:,} MB"] if self.memory else []
        said += [f"≤ {MOST_GROWN} × without what came after the main job"] if self.before else []
        return ", ".join(said)

    def is_met(self, cpu: float, memory: float) -> bool | None:
        if not self.wanted():
            return None
        return cpu <= min(self.cpu or inf, MOST_GROWN * (self.before or inf)) and memory <= (self.memory or inf)


def _both(databases: Databases, begin: Begin, most: Most, sweeps: int = 1) -> Iterator[Line]:
    """The sweep of the main job, and the one with all that came after it beside that."""
    main_job, later = ", the rules of the main job", ", with all that came after"
    before = yield from _lines(databases, company.FIRST, main_job, begin, most, sweeps)
    yield from _lines(databases, company.ORDINARY, later, begin, Most(before=before), sweeps)


def _lines(
    databases: Databases, sort: str, which: str, begin: Begin, most: Most, sweeps: int = 1
) -> Generator[Line, None, float]:
    """Returns the CPU seconds: of several sweeps the least, which other work on the machine has slowed down least."""
    arguments = {"url": databases.url("sweeping"), "postmaster": databases.postmaster, "sort": sort}
    floors, every = [], []
    for _ in range(sweeps):
        begin(databases, sort)
        # The floor is read first, so that the sweep is not what warms the disk's cache.
        floors.append(in_own_process(floor, **arguments))
        every.append(in_own_process(sweep, **arguments))
    databases.drop("sweeping")
    alone, taken = min(floors, key=_cpu), min(every, key=lambda one: _cpu(one["total"]))
    total, on = taken["total"], TITLES[databases.kind]
    cpu, alone_cpu = _cpu(total), _cpu(alone)
    beside = [f"{times(cpu, alone_cpu)} reading alone"]
    beside += [f"{cpu / most.before:.2f} × without what came after the main job"] if most.before else []
    yield Line.of(
        f"sweep of {taken['accounts']:,} accounts{which}",
        on,
        {**total, "memory": taken["memory"]},
        figure=f"{cpu:.2f} CPU s{f', the least of {sweeps}' if sweeps > 1 else ''}; "
        f"{taken['moved'] / taken['accounts']:.1%} of the accounts moved, "
        f"{taken['deliveries']:,} deliveries, {taken['tasks']:,} tasks, {taken['findings']} findings",
        wanted=most.wanted(),
        met=most.is_met(cpu, taken["memory"]),
        beside="; ".join(beside),
    )
    for phase in ("read", "judge", "save"):
        yield Line.of(f"· {phase}", on, taken[phase])
    said = f"{alone['cells']:,} cells unpacked, {alone['rows']:,} events, summed up"
    yield Line.of("· floor: reading the same alone", on, alone, figure=said)
    return cpu


def _cpu(cost: Mapping[str, Any]) -> float:
    return float(cost["client"] + cost["server"])


def sweep(url: str, postmaster: int | None, sort: str) -> dict[str, Any]:
    """The main job once, on the evening of the measured day, whose records are there."""
    at = company.evening(company.measured_day())
    book = company.open_book(url, at, sort)
    book.judge()
    read, save = Cost(), Cost()
    with (
        patch.object(looking, "read", _added_to(read, reading.read, postmaster)),
        patch.object(looking, "save", _added_to(save, saving.save, postmaster)),
        measured(postmaster) as total,
    ):
        saved, found = findings.sweep(book, looking.Order(at, CAUSE))
    judge = Cost(
        total.client - read.client - save.client,
        total.server - read.server - save.server,
        total.wall - read.wall - save.wall,
    )
    moved = _moved(book.database)
    book.database.close()
    phases = {"total": total, "read": read, "judge": judge, "save": save}
    return {
        **{name: asdict(cost) for name, cost in phases.items()},
        "accounts": saved.looked,
        "moved": moved,
        "deliveries": saved.deliveries,
        "tasks": saved.tasks,
        "findings": len(found),
    }


def _added_to(cost: Cost, call: Callable[..., Result], postmaster: int | None) -> Callable[..., Result]:
    def timed(*arguments: Any) -> Result:
        with measured(postmaster) as this:
            result = call(*arguments)
        cost.client += this.client
        cost.server += this.server
        cost.wall += this.wall
        return result

    return timed


def _moved(database: Database) -> int:
    """Accounts of which the measured sweep decided anything."""
    query = text("select count(distinct account_seq) from decision where cause = :cause")
    with database.reading() as connection:
        return int(connection.execute(query, {"cause": CAUSE}).scalar_one())


def floor(url: str, postmaster: int | None, sort: str) -> dict[str, Any]:
    """Reads what that look reads of series and events, unpacks it and sums it up; nothing else."""
    day = company.measured_day()
    today = day_number(day)
    book = company.open_book(url, company.evening(day), sort)
    needs = book.judge().plan.needs
    with measured(postmaster) as cost, book.database.reading() as connection:
        cells = _sum_chunks(connection, needs, today)
        rows = _sum_events(connection, needs, today)
    book.database.close()
    return {**asdict(cost), "cells": cells, "rows": rows}


def _sum_chunks(connection: Connection, needs: Needs, today: int) -> int:
    query = text(
        'select chunk."values" from chunk join series on series.id = series_id '
        "where key = :key and span between :a and :b"
    )
    cells = 0
    for series, days in needs.series.items():
        first = 0 if days == ALL_DAYS else (today - days + 1) // SPAN
        said = {"key": series.key, "a": first, "b": today // SPAN}
        for (values,) in connection.execute(query, said):
            chunk = unpack(values)
            cells += chunk.size
            np.nansum(chunk)
    return cells


def _sum_events(connection: Connection, needs: Needs, today: int) -> int:
    query = text("select events from strip where name = :name and span >= :first")
    found = 0
    for name, wanted in needs.rows.items():
        first = 0 if wanted.days == ALL_DAYS else (today - wanted.days + 1) // SPAN
        for (events,) in connection.execute(query, {"name": name, "first": first}):
            strip = unpack_strip(events)
            found += len(strip)
            for column in (strip.lane, strip.day, strip.at, strip.contact):
                column.sum()
    return found
