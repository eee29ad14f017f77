"""Scenarios in; played day by day on an empty database with a clock of its own, and what was not as expected, out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.batches import Arrival, Batch
from engine.clock import SetClock, microseconds
from engine.judged import Finding
from engine.language.scenarios import DayEntry, Expected, Never, Sent
from engine.loops.book import Book
from engine.loops.findings import sweep
from engine.loops.looking import Order
from engine.playthrough import Stage, arriving, opening
from engine.store import listing
from engine.store.database import Database
from engine.store.emptying import empty
from engine.store.ingest.by_hand import Override, override
from engine.store.ingest.ingest import Ingest
from engine.store.tasks import TaskError, close_step
from engine.workspace import Loaded, PlacedScenario

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that was not as expected on a day."""

    day: int
    expected: object
    got: object


@dataclass(frozen=True, slots=True)
class Result:
    placed: PlacedScenario
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> bool:
        return not self.failures


@dataclass(frozen=True, slots=True)
class Happened:
    """What followed on one day."""

    fires: list[str]
    starts: list[str]
    stops: list[str]
    tasks: list[str]
    sends: list[Told]
    scores: Mapping[str, Told]


class Theatre:
    """Plays the scenarios of one workspace, one after the other; nothing is sent, and no feed is ever quiet or thin."""

    def __init__(self, loaded: Loaded, sources: Mapping[str, str]) -> None:
        workspace = loaded.checked()
        self._clock = SetClock(datetime(2000, 1, 1, tzinfo=UTC))
        self._workspace = replace(workspace, catalog=workspace.catalog.never_held())
        played = replace(loaded, workspace=self._workspace)
        self._book = Book(Path(), played, sources, Database.open("sqlite://"), self._clock)
        self._book.database.migrate()

    def play(self, placed: PlacedScenario) -> Result:
        """One scenario; a look at the end of each day from 0 to the last one listed."""
        stage = Stage(placed.scenario, self._workspace.catalog, self._workspace.settings.company.timezone)
        empty(self._book.database)
        self._clock.at = stage.end_of(0)
        self._book.put_in_use()
        self._ingest(opening(stage), stage.end_of(0))
        failures: list[Failure] = []
        for day in stage.days:
            entry = stage.scenario.days.get(day, DayEntry())
            self._clock.at = stage.end_of(day)
            self._ingest(arriving(stage, day, entry), self._clock.at)
            failures += self._close_tasks(stage, day, entry)
            found = self._look(stage, day, entry)
            if entry.expect is not None or placed.scenario.never != Never():
                happened = self._happened(stage, self._clock.at, found)
                failures += _compared(day, entry.expect or Expected(), happened)
                failures += _never(day, placed, happened)
        return Result(placed, tuple(failures))

    def _ingest(self, batches: Iterable[Batch], at: datetime) -> None:
        plan = self._book.plan(self._workspace.version)
        company = self._workspace.settings.company
        for batch in batches:
            series = plan.kept_series if plan else ()
            Ingest(self._book.database).apply(
                batch, self._workspace.catalog, Arrival(at, "scenario"), company.timezone, series
            )

    def _close_tasks(self, stage: Stage, day: int, entry: DayEntry) -> Iterator[Failure]:
        """A task that is not there to be done is something that was expected."""
        for done in entry.do:
            try:
                close_step(self._book.database, stage.account, done.task, done.state, stage.end_of(day))
            except TaskError as error:
                yield Failure(day, {"do": {"task": done.task, "state": done.state}}, str(error))

    def _look(self, stage: Stage, day: int, entry: DayEntry) -> tuple[Finding, ...]:
        at = stage.end_of(day)
        if entry.override is not None:
            said = entry.override
            until = stage.end_of(said.until)
            given = Override(stage.account, said.score, said.value, at, until, said.reason, None)
            override(self._book.database, given, self._workspace.settings.company.timezone)
        _saved, found = sweep(self._book, Order(at, f"scenario day {day}", send=True))
        return found

    def _happened(self, stage: Stage, at: datetime, found: Iterable[Finding]) -> Happened:
        """What rules across accounts found counts as their firing; what the operator is told of it, as no message."""
        database, when = self._book.database, listing.iso(microseconds(at))
        company = self._workspace.settings.company
        decisions = [one for one in listing.decisions(database, listing.Asked()) if one["at"] == when]
        runs = listing.runs(database, listing.Asked(), company.timezone)
        tasks = [one for one in listing.tasks(database, listing.Asked()) if one["created_at"] == when]
        offices = listing.Offices(self._workspace.settings.people.fallback, stage.date(0))
        sent = [one for one in listing.deliveries(database, listing.Asked(), offices) if one["decided_at"] == when]
        [account] = listing.accounts(database, listing.Asked(account=stage.account), self._workspace.scores)
        return Happened(
            fires=[
                *(one["rule"] for one in decisions if one["state"] in ("fired", "reminded")),
                *(one.name for one in found),
            ],
            starts=[one["playbook"] for one in decisions if one["reason"] == "started"],
            stops=[one["playbook"] for one in runs if one["ended_at"] == when and one["end"] != "finished"],
            tasks=[one["step"] for one in tasks],
            sends=[one for one in sent if one["state"] != "not_sent" and one["run"] is not None],
            scores=account["scores"],
        )


def _compared(day: int, expected: Expected, happened: Happened) -> Iterator[Failure]:
    for score, band in (expected.band or {}).items():
        got = happened.scores.get(score, {}).get("band")
        if got != band:
            yield Failure(day, {"band": {score: band}}, {"band": {score: got}})
    yield from _scores(day, expected, happened)
    for kind in ("fires", "starts", "stops", "tasks"):
        wanted, got = getattr(expected, kind), getattr(happened, kind)
        if wanted is not None and sorted(wanted) != sorted(got):
            yield Failure(day, {kind: sorted(wanted)}, {kind: sorted(got)})
    if expected.sends is not None and not _all_sent(expected.sends, happened.sends):
        with_text = any(one.says is not None for one in expected.sends)
        told = _told(happened.sends, with_text=with_text)
        yield Failure(day, {"sends": [_said(one) for one in expected.sends]}, {"sends": told})


def _scores(day: int, expected: Expected, happened: Happened) -> Iterator[Failure]:
    for score, wanted in (expected.score or {}).items():
        got = happened.scores.get(score, {}).get("value")
        if wanted is None:
            fits = got is None
        elif isinstance(wanted, float):
            fits = got == wanted
        else:
            fits = got is not None and all(_holds(got, sign, bound) for sign, bound in wanted.bounds)
        if not fits:
            said = wanted if wanted is None or isinstance(wanted, float) else wanted.model_dump(exclude_none=True)
            yield Failure(day, {"score": {score: said}}, {"score": {score: got}})


def _holds(got: float, sign: str, bound: float) -> bool:
    return {"<": got < bound, "<=": got <= bound, ">": got > bound, ">=": got >= bound}[sign]


def _all_sent(wanted: Sequence[Sent], sent: Sequence[Told]) -> bool:
    """Each expected message is one of those sent, each of those once, and no other was sent; in whatever order.

    (A perfect matching, by augmenting paths.)
    """
    meant: dict[int, int] = {}

    def finds_its_own(number: int, tried: set[int]) -> bool:
        for place, one in enumerate(sent):
            if place not in tried and _fits(wanted[number], one):
                tried.add(place)
                if place not in meant or finds_its_own(meant[place], tried):
                    meant[place] = number
                    return True
        return False

    return len(wanted) == len(sent) and all(finds_its_own(number, set()) for number in range(len(wanted)))


def _fits(wanted: Sent, told: Told) -> bool:
    template = wanted.slack or wanted.email
    channel = "slack" if wanted.slack else "email"
    if (told["channel"], told["template"]) != (channel, template):
        return False
    return (wanted.to is None or wanted.to == told["to"]) and (wanted.says is None or wanted.says in told["text"])


def _never(day: int, placed: PlacedScenario, happened: Happened) -> Iterator[Failure]:
    never = placed.scenario.never
    for kind in ("fires", "starts", "stops", "tasks"):
        for name in getattr(never, kind):
            if name in getattr(happened, kind):
                yield Failure(day, {"never": {kind: name}}, {kind: sorted(getattr(happened, kind))})
    for sent in never.sends:
        if any(_fits(sent, told) for told in happened.sends):
            told = _told(happened.sends, with_text=sent.says is not None)
            yield Failure(day, {"never": {"sends": _said(sent)}}, {"sends": told})


def _said(sent: Sent) -> Told:
    return sent.model_dump(exclude_none=True)


def _told(sends: Iterable[Told], *, with_text: bool) -> list[Told]:
    keys = ("to", "text") if with_text else ("to",)
    return [{one["channel"]: one["template"], **{key: one[key] for key in keys}} for one in sends]
