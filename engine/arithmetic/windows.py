"""An event's name, window and `where` in; how many, and whether the window is covered, out; and what that needs.

Day windows of counts and sums are read from the daily series; hours, and a `where` that drifts, from the rows.
"""

from collections.abc import Collection
from datetime import date

import numpy as np

from engine.arithmetic.each_once import each_once
from engine.arithmetic.event_measures import Chosen, chosen, counted, in_clock, in_days
from engine.arithmetic.series import total, window
from engine.clock import day_number, local_day, microseconds, moment, start_of_day
from engine.conditions.filters import Filter, drifts
from engine.language.base import Duration
from engine.snapshot import ALL_DAYS, Days, EventRows, EventTable, Needs, Numbers, Series, Snapshot


def reads_rows(over: Duration, where: Filter) -> bool:
    """Must a count be taken from the rows?"""
    return not over.in_days or drifts(where)


def whole_days(over: Duration, end: int = 0) -> int:
    """So many days, today included, hold every record of a window that ends `end` days ago."""
    if over.in_days:
        return over.count + end
    return over.microseconds // (24 * 3600 * 1_000_000) + 2 + end


def rows_needed(event: str, over: Duration, end: int, where: Filter, properties: frozenset[str]) -> Needs:
    """The rows of an event in a window."""
    read = properties | {test.prop for test in where}
    return Needs(rows={event: EventRows(whole_days(over, end), frozenset(read))})


def count_needs(event: str, over: Duration, where: Filter, end: int = 0) -> Needs:
    """What it takes to count an event."""
    if reads_rows(over, where):
        return rows_needed(event, over, end, where, frozenset())
    return Needs(series={Series("count", event, "", where): over.count + end})


def joined(*needs: Needs) -> Needs:
    """All of them in one: the longest of each."""
    series: dict[Series, int] = {}
    rows: dict[str, EventRows] = {}
    score_days: dict[str, int] = {}
    personal: dict[str, int] = {}
    for need in needs:
        for key, days in need.series.items():
            series[key] = longer(series.get(key), days)
        for event, wanted in need.rows.items():
            before = rows.get(event, wanted)
            rows[event] = EventRows(longer(before.days, wanted.days), before.properties | wanted.properties)
        for score, days in need.score_days.items():
            score_days[score] = max(score_days.get(score, 0), days)
        for metric, days in need.personal.items():
            personal[metric] = longer(personal.get(metric), days)
    return Needs(
        series=series,
        rows=rows,
        score_days=score_days,
        cooldowns=frozenset().union(*(need.cooldowns for need in needs)),
        versions=frozenset().union(*(need.versions for need in needs)),
        people=any(need.people for need in needs),
        personal=personal,
        children=frozenset().union(*(need.children for need in needs)),
    )


def longer(one: int | None, other: int) -> int:
    if one is None:
        return other
    return ALL_DAYS if ALL_DAYS in (one, other) else max(one, other)


def kept_rows(snapshot: Snapshot, event: str, over: Duration, where: Filter, end: int = 0) -> tuple[EventTable, Chosen]:
    """The rows of an event, and which of them a window and a `where` keep."""
    table = snapshot.events[event]
    if over.in_days:
        inside = in_days(snapshot.last_day(event), table, over.count, end)
    else:
        inside = in_clock(last_moments(snapshot, event), table, over.microseconds)
    return table, inside & chosen(table, where)


def last_moments(snapshot: Snapshot, name: str) -> Days:
    """Per account, the last moment (microseconds) that is seen of a metric or event: T, unless its feed is held."""
    moments = np.full(len(snapshot), microseconds(snapshot.at))
    if name not in snapshot.lags:
        return moments
    last_day, held = snapshot.last_day(name), snapshot.lags[name] > 0
    for zone, day in set(zip(snapshot.zones[held], last_day[held].tolist(), strict=True)):
        here = held & (snapshot.zones == zone) & (last_day == day)
        moments[here] = microseconds(start_of_day(day + 1, zone)) - 1
    return moments


def count(snapshot: Snapshot, event: str, over: Duration, where: Filter, end: int = 0) -> Numbers:
    """How many events of a window; 0 where there are none, covered or not."""
    if reads_rows(over, where):
        table, kept = kept_rows(snapshot, event, over, where, end)
        return counted(table.row[kept], len(snapshot))
    return total(window(snapshot.series[Series("count", event, "", where)], over.count, end))


def first_days(snapshot: Snapshot, name: str, over: Duration, end: int = 0) -> Numbers:
    """Per account, the day on which a window of a metric or event begins; of hours, the day of its first moment."""
    if over.in_days:
        return snapshot.last_day(name).astype(np.float64) - end - over.count + 1
    begins, found = last_moments(snapshot, name) - over.microseconds, np.zeros(len(snapshot))
    for begin in each_once(begins).tolist():
        here = begins == begin
        days = {zone: local_day(moment(begin), zone) for zone in set(snapshot.zones[here])}
        found[here] = [days[zone] for zone in snapshot.zones[here]]
    return found


def covered(snapshot: Snapshot, name: str, over: Duration, end: int = 0) -> Chosen:
    """Per account: does the window begin no earlier than the records of that name are complete?"""
    if name not in snapshot.covered_from:
        return np.zeros(len(snapshot), dtype=np.bool_)
    return np.asarray(first_days(snapshot, name, over, end) >= snapshot.covered_from[name], dtype=np.bool_)


def redefined(days: Collection[date], today: Days) -> Numbers:
    """Per account, the newest of these days that is not after today; minus infinity where none is."""
    numbers = [float(day_number(day)) for day in days]
    reached = [np.where(today >= number, number, -np.inf) for number in numbers]
    return np.max(reached, axis=0) if reached else np.full(len(today), -np.inf)


def lived(snapshot: Snapshot, name: str, over: Duration, end: int = 0) -> Chosen:
    """Per account: does the window begin no earlier than the account's first day? (Unknown first day: no.)"""
    with np.errstate(invalid="ignore"):
        return np.asarray(first_days(snapshot, name, over, end) >= snapshot.first_day, dtype=np.bool_)
