"""A look and what came of it in; when each account falls due by itself, out: at the next sweep, or earlier."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from engine.calendar import CompanyTime
from engine.clock import end_of_day, local_day, microseconds
from engine.domain import Episode, State
from engine.language.base import Duration
from engine.snapshot import Days, Snapshot


@dataclass(frozen=True, slots=True)
class Windows:
    """What a workspace measures by the clock and not by the calendar, in microseconds.

    `events` and `facts`: by name, the lengths of windows in hours or minutes. `lasting`: facts whose end matters.
    """

    events: Mapping[str, frozenset[int]]
    facts: Mapping[str, frozenset[int]]
    lasting: frozenset[str]


def next_looks(
    snapshot: Snapshot,
    windows: Windows,
    episodes: Iterable[tuple[int, Episode, Collection[Duration]]],
    waits: Iterable[tuple[int, int]],
    company: CompanyTime,
) -> Days:
    """Per account, microseconds since the epoch.

    `episodes`: (row, episode, spans by the clock after which its rule may move by itself). `waits`: (row, moment at
    which a run's wait is over).
    """
    now = microseconds(snapshot.at)
    looks = np.full(len(snapshot), microseconds(company.next_sweep(snapshot.at)), dtype=np.int64)

    def due(row: int, at: int) -> None:
        if now < at < looks[row]:
            looks[row] = at

    for name, lengths in windows.events.items():
        if name not in snapshot.events:
            continue
        table = snapshot.events[name]
        for length in lengths:
            leaves = table.at + length
            later = leaves > now
            np.minimum.at(looks, table.row[later], leaves[later])
    for row, at in _fact_ends(snapshot, windows):
        due(row, at)
    for row, episode, spans in episodes:
        began = episode.since if episode.state is State.PENDING else episode.told_at or episode.since
        for span in spans:
            due(row, microseconds(began) + span.microseconds)
    for row, at in waits:
        due(row, at)
    return looks


def _fact_ends(snapshot: Snapshot, windows: Windows) -> Iterable[tuple[int, int]]:
    """When facts leave a window by the clock, or end at a time of day; ends of days are seen by the sweep."""
    for name in {*windows.facts, *windows.lasting}:
        table = snapshot.facts.get(name)
        if table is None:
            continue
        for row, fact in zip(table.row, table.facts, strict=True):
            for length in windows.facts.get(name, ()):
                yield int(row), microseconds(fact.at) + length
            if name in windows.lasting and fact.until is not None:
                zone = str(snapshot.zones[row])
                if fact.until != end_of_day(local_day(fact.until, zone), zone):
                    yield int(row), microseconds(fact.until) + 1
