"""The rules of a sweep: only those asked whom a mask lets through, beside everybody put through durable-rules."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any
from unittest.mock import patch

import numpy as np

from bench import company
from bench.databases import KINDS, Databases
from bench.measuring import Cost, in_own_process, measured
from bench.running import Bench
from bench.table import Line
from engine import pipeline, signals
from engine.conditions.tree import Columns
from engine.loops.looking import wanted_of
from engine.pipeline import Judge
from engine.rules import Round
from engine.signals import Mask, masked
from engine.store.due import block_numbers
from engine.store.reading import read

LEAST = 10


def rows(bench: Bench) -> Iterator[Line]:
    """Of the rules of the main job, then with those that came after it; each the same snapshot, so on one database."""
    databases = bench.on(KINDS[0])
    yield from _lines(databases, company.FIRST, "the rules of the main job", least=LEAST)
    yield from _lines(databases, company.ORDINARY, "with all that came after")


def _lines(databases: Databases, sort: str, which: str, least: int | None = None) -> Iterator[Line]:
    url = databases.url(company.ready(databases, sort))
    by_mask, everybody = (
        in_own_process(rules_phase, url=url, sort=sort, is_masked=is_masked) for is_masked in (True, False)
    )
    ratio = everybody["client"] / by_mask["client"]
    same = by_mask["moves"] == everybody["moves"]
    yield Line.of(
        f"rules phase of {by_mask['accounts']:,} accounts, {which}",
        "",
        by_mask,
        figure=f"{by_mask['asked']:,} facts asserted, {len(by_mask['moves']):,} moves",
        wanted=f"≥ {least} × faster, same moves" if least else "same moves",
        met=ratio >= (least or 0) and same,
        beside=f"1 / {ratio:.0f} of everybody through durable-rules; same moves: {'yes' if same else 'NO'}",
    )
    yield Line.of(
        "· peer: everybody through durable-rules",
        "",
        everybody,
        figure=f"{everybody['asked']:,} facts asserted, {len(everybody['moves']):,} moves",
    )


def rules_phase(url: str, sort: str, is_masked: bool) -> dict[str, Any]:
    """All rounds of rules on the measured day, from their masks to their conclusions; and what moved."""
    at = company.evening(company.measured_day())
    book = company.open_book(url, at, sort)
    plan = book.judge().plan
    snapshot = read(book.database, wanted_of(book, plan, at, blocks=block_numbers(book.database))).snapshot
    book.database.close()
    asked = 0
    cost = Cost()

    def counted(one: Round, columns: Columns) -> Mask:
        nonlocal asked
        may_move = masked(one, columns) if is_masked else np.ones(len(snapshot), dtype=np.bool_)
        asked += int(may_move.sum())
        return may_move

    with patch.object(pipeline, "ask", _added_to(cost, signals.ask)):
        standings = Judge(plan, may_move=counted).signals(snapshot).standings
    episodes = [episode for standing in standings.values() for episode in standing.changed()]
    moves = sorted(f"{episode.account} {episode.rule} {episode.state}" for episode in episodes)
    return {**asdict(cost), "accounts": len(snapshot), "asked": asked, "moves": moves}


def _added_to(cost: Cost, call: Callable[..., None]) -> Callable[..., None]:
    def timed(*arguments: Any) -> None:
        with measured() as this:
            call(*arguments)
        cost.client += this.client
        cost.wall += this.wall

    return timed
