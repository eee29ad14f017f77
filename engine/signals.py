"""Rounds of rules over the accounts of a snapshot: what moves, and what active rules do to scores.

A round's masks say for which accounts a move could take place; each of these is asserted to durable-rules as one flat
fact, and only what durable-rules concludes happens. Conclusions are put back, so that the rounds after see them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.arithmetic import windows
from engine.clock import day_of, moment
from engine.columns import Columns, matches
from engine.conditions import columns as of
from engine.conditions import forms
from engine.conditions.compile import compile_condition
from engine.conditions.condition import NotThat, parts
from engine.conditions.constants import Constant
from engine.conditions.tree import Columns as ColumnsOf
from engine.conditions.tree import Test, Tree, holds
from engine.domain import Fact, Happening, Move, State, Value
from engine.language.base import Entry
from engine.language.catalog import Catalog
from engine.language.rules import Adjust, Cap, Soften
from engine.rules import Round, RuleTrees, Standing
from engine.scoring import Adjusted, Capped, Effects, Softened
from engine.snapshot import EventTable, Numbers, Series, Snapshot

Mask = NDArray[np.bool_]


class Decides(Protocol):
    """What concludes: durable-rules; in tests, its oracle."""

    def decide(self, fact: Mapping[str, str | float]) -> frozenset[str]:
        """The labels of the moves that follow from an account's fact."""


MakeDecider = Callable[[Mapping[str, Tree]], Decides]
MayMove = Callable[[Round, ColumnsOf], Mask]


def masked(asked: Round, columns: ColumnsOf) -> Mask:
    """The accounts for which the columns say that a move of this round could take place."""
    return asked.may_move(columns)


@dataclass(frozen=True, slots=True)
class AskedRound:
    """A round, and who decides it."""

    round: Round
    decider: Decides


def ask(
    asked: AskedRound,
    columns: Columns,
    standings: Mapping[str, Standing],
    alive: Mask,
    may_move: MayMove,
) -> None:
    """Ask one round about everybody whom a move of it could concern, and put the conclusions back."""
    by_label = asked.round.by_label()
    moved: set[str] = set()
    concerned = np.flatnonzero(may_move(asked.round, columns) & alive)
    if not len(concerned):
        return
    for row, fact in columns.rows(concerned, asked.round.columns):
        for label in asked.decider.decide(fact):
            move = by_label[label]
            standings[move.rule].conclude(row, move.move)
            moved.add(move.rule)
    columns.forget(lambda column: getattr(column, "rule", None) in moved)


@dataclass(frozen=True, slots=True)
class Matched:
    """The newest fact and the newest event that a rule's condition matched for one account."""

    fact: Fact | None = None
    event: Happening | None = None
    day: int | None = None
    """The newer one's day, from which ages are taken: of an event of a held feed so many days later."""


def telling_leaves(form: Entry) -> tuple[Entry, ...]:
    """The fact and event conditions of a rule that are not under a `not`."""
    if isinstance(form, NotThat):
        return ()
    if isinstance(form, forms.FactWithin | forms.EventCount) or (isinstance(form, forms.FactActive) and form.active):
        return (form,)
    return tuple(leaf for part in parts(form) for leaf in telling_leaves(part))


def matched(form: Entry, catalog: Catalog, snapshot: Snapshot, columns: Columns, row: int) -> Matched:
    """What made the true fact and event conditions of a rule true for one account."""
    facts: list[Fact] = []
    events: list[Happening] = []
    days: list[int] = []
    for leaf in telling_leaves(form):
        tree = compile_condition(leaf, catalog)
        if not isinstance(tree, Test) or not holds(tree, columns.row(row, frozenset({tree.column}))):
            continue
        if isinstance(tree.column, of.FactCount):
            facts += _facts(snapshot, tree.column, row)
        elif isinstance(tree.column, of.EventReached):
            found = _events(catalog, snapshot, tree.column, row)
            events += found
            days += [*_event_days(snapshot, tree.column, row), *_seen_days(snapshot, found, row)]
    fact = max(facts, key=lambda fact: (fact.at, fact.id), default=None)
    event = max(events, key=lambda event: event.at, default=None)
    days += [fact.day] if fact else []
    return Matched(fact, event, max(days, default=None))


def _facts(snapshot: Snapshot, column: of.FactCount, row: int) -> list[Fact]:
    table = snapshot.facts.get(column.fact)
    if table is None:
        return []
    first, last = np.searchsorted(table.row, [row, row + 1])
    return [fact for fact in table.facts[first:last] if matches(fact, column, snapshot, row)]


def _event_days(snapshot: Snapshot, column: of.EventReached, row: int) -> list[int]:
    """The newest day with an event of the window, from the daily counts."""
    counts = snapshot.series.get(Series("count", column.event, "", column.where))
    if counts is None or not column.window.in_days:
        return []
    window = counts[row, max(0, counts.shape[1] - column.window.count) :]
    present = np.flatnonzero(np.nan_to_num(window) > 0)
    return [int(snapshot.today[row]) - (len(window) - 1 - int(present[-1]))] if len(present) else []


def _seen_days(snapshot: Snapshot, events: Iterable[Happening], row: int) -> list[int]:
    """Their days; while a feed is held so many days later, so that an age stays as of the feed's last day."""
    return [event.day + int(snapshot.today[row] - snapshot.last_day(event.name)[row]) for event in events]


def _events(catalog: Catalog, snapshot: Snapshot, column: of.EventReached, row: int) -> list[Happening]:
    """The newest event of the window, where its rows were read."""
    table = snapshot.events.get(column.event)
    if table is None:
        return []
    first, last = np.searchsorted(table.row, [row, row + 1])
    for index in range(int(last) - 1, int(first) - 1, -1):
        properties = {name: values[index] for name, values in table.properties.items() if values[index] is not None}
        fits = all(test.holds(_constant(properties.get(test.prop))) for test in column.where)
        if fits and _in_window(snapshot, column, row, int(table.day[index]), int(table.at[index])):
            contact = properties.get("contact")
            said = {name: _said(catalog, table, column.event, name, index) for name in properties}
            return [
                Happening(
                    snapshot.accounts[row],
                    column.event,
                    moment(int(table.at[index])),
                    int(table.day[index]),
                    str(contact) if contact else None,
                    {name: value for name, value in said.items() if value is not None and value == value},
                )
            ]
    return []


def _said(catalog: Catalog, table: EventTable, event: str, name: str, index: int) -> Value | None:
    """A property as it was said: conditions see dates, times and booleans as numbers."""
    if name in table.times:
        time: Value | None = table.times[name][index]
        return time
    value: str | float = table.properties[name][index]
    if not isinstance(value, float) or value != value:
        return value
    match catalog.property_type(event, name):
        case "boolean":
            return bool(value == 1)
        case "date":
            return day_of(int(value))
        case _:
            return value


def _constant(value: object) -> Constant | None:
    return value if isinstance(value, str | float) else None


def _in_window(snapshot: Snapshot, column: of.EventReached, row: int, day: int, at: int) -> bool:
    if column.window.in_days:
        return 0 <= int(snapshot.last_day(column.event)[row]) - day < column.window.count
    return 0 <= int(windows.last_moments(snapshot, column.event)[row]) - at < column.window.microseconds


def effects_on(
    score: str,
    rules: Iterable[RuleTrees],
    standings: Mapping[str, Standing],
    columns: Columns,
    catalog: Catalog,
) -> Effects:
    """What the active rules do to a score, account by account."""
    adjusts: list[Adjusted] = []
    softens: list[Softened] = []
    caps: list[Capped] = []
    for rule in rules:
        effect = rule.rule.effect
        if effect is None or effect.score != score:
            continue
        standing = standings[rule.name]
        active = standing.states() == str(State.ACTIVE)
        if not active.any():
            continue
        match effect:
            case Adjust():
                adjusts.append(Adjusted(rule.name, _amounts(effect, rule, standing, columns, catalog, active)))
            case Soften():
                softens.append(Softened(rule.name, effect.group, effect.measures, effect.by, active))
            case Cap():
                caps.append(Capped(rule.name, effect.at_most, active))
    return Effects(tuple(adjusts), tuple(softens), tuple(caps))


def _amounts(
    effect: Adjust,
    rule: RuleTrees,
    standing: Standing,
    columns: Columns,
    catalog: Catalog,
    active: Mask,
) -> Numbers:
    """by × max(0, 1 − age / fades); age of the newest fact or event matched, else of the day it became active."""
    snapshot = standing.snapshot
    amounts = np.where(active, effect.by, 0.0)
    if effect.fades is None:
        return amounts
    for row in np.flatnonzero(active):
        day = matched(rule.rule.when, catalog, snapshot, columns, int(row)).day
        began = standing.now[int(row)].since_day if day is None else day
        age = int(snapshot.today[row]) - began
        amounts[row] = effect.by * max(0.0, 1 - age / effect.fades.count)
    return amounts


def fired(standings: Iterable[Standing]) -> Sequence[tuple[int, str]]:
    """(row, rule) of everything that fired or reminded in this look."""
    return [
        (row, standing.rule.name)
        for standing in standings
        for row, move in standing.moved.items()
        if move in (Move.FIRES, Move.REMINDS)
    ]
