"""Drawn accounts, events and sweeps in; a rule across accounts and a plain reading of its definition tell the same."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from engine.batches import Entries, placed
from engine.store.database import Database
from tests.across import CATALOG, book_with, files, happened, listed, told
from tests.test_looks import on, put

DAYS = 40
SEGMENTS = ("smb", "mid", None)
ZONES = ("UTC", "Pacific/Auckland", "America/Los_Angeles")
COMPLETE = date(2026, 3, 4)
"""Since when the records are complete: the first days' windows are not covered."""


@dataclass
class Drawn:
    """What happens: accounts with their segments and zones, moments of events, and the rule's numbers."""

    segment: dict[str, str | None]
    zone: dict[str, str]
    events: list[tuple[str, datetime]]
    at_least: int
    days: int | None
    hours: int | None
    holds: int | None
    every: int | None

    @property
    def window(self) -> str:
        return f"{self.days}d" if self.days else f"{self.hours}h"


def drawn(chance: Random) -> Drawn:
    ids = [f"a{number}" for number in range(6)]
    events = [
        (chance.choice(ids), _moment(chance, day))
        for day in range(-12, DAYS)
        for _ in range(chance.choice((0, 0, 1, 4)))
    ]
    in_days = chance.random() < 0.6
    return Drawn(
        segment={id_: chance.choice(SEGMENTS) for id_ in ids},
        zone={id_: chance.choice(ZONES) for id_ in ids},
        events=events,
        at_least=chance.randint(2, 5),
        days=chance.randint(1, 7) if in_days else None,
        hours=None if in_days else chance.randint(5, 60),
        holds=chance.choice((None, None, 1, 3)),
        every=chance.choice((None, None, 2, 4)),
    )


def _moment(chance: Random, day: int) -> datetime:
    return on(day) - timedelta(hours=chance.randint(0, 23), minutes=chance.randint(0, 59))


@dataclass
class Plain:
    """The definition, read aloud: one mapping of states, moved once a sweep."""

    said: Drawn
    state: dict[str, str] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    findings: list[tuple[str, int, int | None]] = field(default_factory=list)

    def sweep(self, day: int, *, is_first: bool) -> set[str]:
        """The groups for which something is told."""
        telling = set()
        for group in sorted({one for one in self.said.segment.values() if one} | set(self.state)):
            answer, state = self._answer(group, on(day)), self.state.get(group, "inactive")
            if answer is True and is_first:
                self._becomes(group, "active", day)
                self.told[group] = day
            elif answer is True and state == "inactive" and self.said.holds:
                self._becomes(group, "pending", day)
            elif answer is True and (state == "inactive" or (state == "pending" and self._held(group, day))):
                self._becomes(group, "active", day)
                telling.add(group)
            elif answer is True and state == "active" and self._is_due(group, day):
                telling.add(group)
            elif answer is False and state != "inactive":
                self._becomes(group, "inactive", day)
            if group in telling:
                self.told[group] = day
                if not any(one[0] == group and one[2] is None for one in self.findings):
                    self.findings.append((group, day, None))
        return telling

    def _becomes(self, group: str, state: str, day: int) -> None:
        if state == "inactive":
            self.findings = [(g, d, day if g == group and end is None else end) for g, d, end in self.findings]
        self.state[group], self.since[group] = state, day

    def _held(self, group: str, day: int) -> bool:
        return day - self.since[group] >= (self.said.holds or 0)

    def _is_due(self, group: str, day: int) -> bool:
        return self.said.every is not None and day - self.told[group] >= self.said.every

    def _answer(self, group: str, now: datetime) -> bool | None:
        mine = (one for one in self.said.events if self.said.segment[one[0]] == group)
        if sum(self._counts(account, at, now) for account, at in mine) >= self.said.at_least:
            return True
        back = timedelta(hours=self.said.hours) if self.said.hours else timedelta(days=(self.said.days or 1) - 1)
        return False if (now - back).date() >= COMPLETE else None

    def _counts(self, account: str, at: datetime, now: datetime) -> bool:
        if at > now:
            return False
        if self.said.hours:
            return now - at < timedelta(hours=self.said.hours)
        zone = ZoneInfo(self.said.zone[account])
        return 0 <= (now.astimezone(zone).date() - at.astimezone(zone).date()).days < (self.said.days or 0)


def _as_it_is(database: Database, said: Drawn) -> Iterator[set[str]]:
    """Per day the groups that the engine tells something of."""
    catalog = CATALOG.replace("2026-01-01", COMPLETE.isoformat())
    rule = f"{{event: trouble, at_least: {said.at_least}, in: {said.window}, across: segment}}"
    more = {key: f"{number}d" for key, number in (("for_", said.holds), ("every", said.every)) if number}
    book = book_with(database, files(rule, catalog=catalog, **more), **said.segment)
    columns = {"id": tuple(said.zone), "timezone": tuple(said.zone.values())}
    put(book, Entries("accounts", columns, placed("test", len(said.zone))), on(0))
    for account, at in said.events:
        happened(book, at, account)
    for day in range(DAYS):
        yield {str(finding.group) for finding in told(book, day)}
    yield {f"{group} {day} {end}" for group, day, end in listed(book, "group", "day", "ended_day")}


@pytest.mark.parametrize("seed", range(6))
def test_a_rule_across_accounts_tells_what_a_plain_reading_of_its_definition_tells(
    database: Database, seed: int
) -> None:
    said = drawn(Random(seed))
    plain = Plain(said)

    expected = [plain.sweep(day, is_first=day == 0) for day in range(DAYS)]
    *days, kept = _as_it_is(database, said)

    assert days == expected
    assert kept == {f"{group} {_day(day)} {_day(end)}" for group, day, end in plain.findings}


def _day(number: int | None) -> str | None:
    return None if number is None else on(number).astimezone(UTC).date().isoformat()


def test_the_drawn_rules_tell_things_wait_remind_and_end() -> None:
    read = [Plain(drawn(Random(seed))) for seed in range(6)]
    for plain in read:
        for day in range(DAYS):
            plain.sweep(day, is_first=day == 0)

    assert sum(len(plain.findings) for plain in read) > 10
    assert {bool(plain.said.hours) for plain in read} == {bool(plain.said.every) for plain in read} == {True, False}
    assert any(plain.said.holds for plain in read)
