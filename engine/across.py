"""Events of accounts, added up by group, in; where a rule across accounts stands for each group, and its findings, out.

A group is all accounts with the same value of an attribute. To the moves of a rule it is what else an account is: a row
of a snapshot, with an episode of its own.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from engine.arithmetic import windows
from engine.arithmetic.event_measures import codes
from engine.calendar import CompanyTime
from engine.clock import day_number, day_of, microseconds
from engine.columns import Columns, answer, attribute
from engine.conditions import columns as of
from engine.conditions.sentence import sentence
from engine.conditions.tree import Column, known, tests
from engine.domain import Episode, Move, State
from engine.judged import Counted, Finding, FindingKind, GroupTally
from engine.measures import Measures
from engine.plan import Plan
from engine.resolving import resolvers
from engine.rules import RuleTrees, Standing
from engine.signals import AskedRound, ask, masked
from engine.snapshot import Snapshot
from engine.templating import TemplateFailed, plain, render


def count_across(plan: Plan, snapshot: Snapshot) -> Counted:
    """What each rule across accounts counts among those of a snapshot."""
    return Counted({name: tally(rule, snapshot) for name, rule in plan.across.items()})


def tally(rule: RuleTrees, snapshot: Snapshot) -> GroupTally:
    """The events of the accounts of a snapshot, each counted up to its own today, by the value of the attribute."""
    column, by = _counted(rule)
    groups = attribute(snapshot, by)
    numbers = windows.count(snapshot, column.event, column.window, column.where).astype(np.int64)
    code, there = codes(groups), known(groups)
    sums = np.bincount(code[there], weights=numbers[there])
    first = {int(place): str(groups[row]) for place, row in zip(*np.unique(code, return_index=True), strict=True)}
    counts = Counter({group: int(sums[place]) for place, group in first.items() if place >= 0})
    accounts: dict[str, dict[str, str]] = {}
    for row in np.flatnonzero(there & (numbers > 0)).tolist():
        name = snapshot.attributes["name"][row] or snapshot.accounts[row]
        accounts.setdefault(str(groups[row]), {})[snapshot.accounts[row]] = str(name)
    return GroupTally(counts, accounts, snapshot.covered_from.get(column.event))


def _counted(rule: RuleTrees) -> tuple[of.EventReached, str]:
    """The events that a rule counts, and the attribute by which it groups accounts."""
    [test], form = tests(rule.when), rule.rule.across
    if form is None or not isinstance(test.column, of.EventReached):
        raise TypeError(f"rule {rule.name} counts no events across accounts")
    return test.column, form.across


@dataclass(frozen=True, slots=True)
class Sweep:
    """What all groups share: the moment, the company's time, and the last day that is seen of feeds that are held."""

    at: datetime
    company: CompanyTime
    held: Mapping[str, int]

    @property
    def today(self) -> int:
        return day_number(self.company.day(self.at))


@dataclass(frozen=True, slots=True)
class Grouped:
    """What came of one rule: the episodes that changed, the findings that it makes, and the keys of all that go on."""

    episodes: tuple[Episode, ...]
    findings: tuple[Finding, ...]
    going_on: frozenset[str]


def judge_groups(
    plan: Plan,
    rule: RuleTrees,
    rounds: Iterable[AskedRound],
    counted: GroupTally,
    before: Mapping[str, Episode],
    since: datetime | None,
    sweep: Sweep,
) -> Grouped:
    """The moves of a rule, once for each group. `since`: the first sweep by this version; None: this is it."""
    gone = {group for group, episode in before.items() if episode.state is not State.INACTIVE}
    snapshot = _snapshot(rule, sorted(gone | set(counted.counts)), counted, before, since, sweep)
    standing = Standing(rule, snapshot)
    numbers = np.array([counted.counts[group] for group in snapshot.accounts], dtype=np.float64)

    def reached(column: of.EventReached) -> Column:
        enough = numbers >= column.count
        return answer(enough, enough | windows.covered(snapshot, column.event, column.window))

    standings = {rule.name: standing}
    measures = Measures(snapshot, {}, plan.catalog)
    columns = Columns(snapshot, {**resolvers(snapshot, measures, {}, {}, standings), of.EventReached: reached})
    for asked in rounds:
        ask(asked, columns, standings, ~snapshot.ended, masked)
    telling = sorted(row for row, move in standing.moved.items() if move in (Move.FIRES, Move.REMINDS))
    return Grouped(
        episodes=standing.changed(),
        findings=tuple(_finding(plan, standing.now[row], rule, counted, sweep) for row in telling),
        going_on=frozenset(_key(one) for one in standing.now.values() if one.state is State.ACTIVE),
    )


def _key(episode: Episode) -> str:
    """An episode has one finding, however often it reminds."""
    return f"{FindingKind.ACROSS}/{episode.rule}/{episode.account}/{episode.since.isoformat()}"


def _finding(plan: Plan, episode: Episode, rule: RuleTrees, counted: GroupTally, sweep: Sweep) -> Finding:
    return Finding(
        key=_key(episode),
        kind=FindingKind.ACROSS,
        name=rule.name,
        text=_text(plan, rule, episode.account, counted, sweep),
        at=sweep.at,
        day=sweep.today,
        group=episode.account,
        accounts=tuple(counted.having(episode.account)),
    )


def _text(plan: Plan, rule: RuleTrees, group: str, counted: GroupTally, sweep: Sweep) -> str:
    """The rule's `finding` filled in. One that fails says so and stops nothing."""
    values = {
        "group": group,
        "count": counted.counts[group],
        "rule": {"name": rule.name, "severity": rule.rule.severity},
        "accounts": list(counted.having(group).values()),
        "today": day_of(sweep.today),
    }
    known_values = {name: plain(value, name, for_slack=True) for name, value in values.items()}
    try:
        return render(f"finding of {rule.name}", rule.rule.finding or "", known_values)
    except TemplateFailed as error:
        return f"{sentence(rule.rule.when, plan.titles)}: {group} ({error})"


def _snapshot(
    rule: RuleTrees,
    groups: list[str],
    counted: GroupTally,
    before: Mapping[str, Episode],
    since: datetime | None,
    sweep: Sweep,
) -> Snapshot:
    """Groups as the moves of a rule see accounts: on the company's day, and all of them there since the version was."""
    count, event = len(groups), _counted(rule)[0].event
    today = np.full(count, sweep.today, dtype=np.int64)
    looked = np.full(count, -1 if since is None else microseconds(since), dtype=np.int64)
    held = sweep.held.get(event, sweep.today)
    return Snapshot(
        at=sweep.at,
        accounts=tuple(groups),
        today=today,
        zones=np.full(count, sweep.company.zone, dtype=np.object_),
        attributes={},
        first_day=np.full(count, np.nan),
        ended=np.zeros(count, dtype=np.bool_),
        series={},
        covered_from={} if counted.covered_from is None else {event: counted.covered_from},
        events={},
        facts={},
        teammates={},
        stays={},
        history={},
        overrides={},
        version_codes={},
        episodes={rule.name: {row: before[group] for row, group in enumerate(groups) if group in before}},
        rule_since={} if since is None else {(rule.name, rule.fingerprint): since},
        first_look=looked,
        last_look=looked,
        seed_next=np.zeros(count, dtype=np.bool_),
        runs={},
        last_start={},
        lags={event: np.maximum(0, today - held)},
    )
