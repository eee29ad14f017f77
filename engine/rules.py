"""Rules in; the moves of their episodes, each a condition, and the rounds in which they are asked, out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from engine.clock import microseconds
from engine.conditions.columns import ColumnOf, RuleDue, RuleHeld, RuleSeeds, RuleState
from engine.conditions.tree import (
    MOST_COLUMNS,
    MOST_WAYS,
    All,
    Columns,
    Test,
    Tree,
    columns_of,
    mask,
    negated,
    ways,
)
from engine.domain import Episode, Move, State
from engine.language.base import Duration
from engine.language.rules import Rule
from engine.snapshot import Snapshot, Texts


@dataclass(frozen=True, slots=True)
class RuleTrees:
    """A rule with its conditions as trees. `fingerprint`: of all that can change its answer."""

    rule: Rule
    when: Tree
    clear_at: Tree | None
    fingerprint: str

    @property
    def name(self) -> str:
        return self.rule.rule


@dataclass(frozen=True, slots=True)
class Asked:
    """One move of one rule, and the condition on which it takes place."""

    rule: str
    move: Move
    tree: Tree

    @property
    def label(self) -> str:
        return f"{self.rule}/{self.move}"


@dataclass(frozen=True, slots=True)
class Round:
    """Moves that are asked together, within the walls of durable-rules."""

    asked: tuple[Asked, ...]
    columns: frozenset[ColumnOf] = field(default_factory=frozenset)

    def may_move(self, columns: Columns) -> NDArray[np.bool_]:
        """For which accounts a move of this round could take place."""
        return np.asarray(np.any([mask(asked.tree, columns) for asked in self.asked], axis=0), dtype=np.bool_)

    def by_label(self) -> dict[str, Asked]:
        return {asked.label: asked for asked in self.asked}


def moves(rule: RuleTrees) -> tuple[Asked, ...]:
    """The moves of a rule's episode. Of one rule at most one is true of an account."""
    name = rule.name
    state = RuleState(name)
    seeding, judging = Test(RuleSeeds(name), "==", 1.0), Test(RuleSeeds(name), "==", 0.0)
    inactive, pending, active = (Test(state, "==", str(name_)) for name_ in State)
    no_longer = negated(rule.when)
    cleared = (no_longer,) if rule.clear_at is None else (no_longer, rule.clear_at)
    found = [
        Asked(name, Move.SEEDS, All((seeding, inactive, rule.when))),
        Asked(name, Move.CLEARS, All((active, *cleared))),
    ]
    if rule.rule.for_ is None:
        found.append(Asked(name, Move.FIRES, All((judging, inactive, rule.when))))
    else:
        held = Test(RuleHeld(name), "==", 1.0)
        found.append(Asked(name, Move.WAITS, All((judging, inactive, rule.when))))
        found.append(Asked(name, Move.FIRES, All((pending, held, rule.when))))
        found.append(Asked(name, Move.LAPSES, All((pending, no_longer))))
    if rule.rule.every is not None:
        found.append(Asked(name, Move.REMINDS, All((active, Test(RuleDue(name), "==", 1.0), rule.when))))
    return tuple(found)


def rounds(rules: Iterable[RuleTrees]) -> tuple[Round, ...]:
    """Rules that may be asked together, packed in their order; the moves of one rule stay in one round.

    A rule that alone passes the walls is refused by the workspace check, so it never comes here.
    """
    packed: list[Round] = []
    for rule in rules:
        asked = moves(rule)
        joined = (*packed[-1].asked, *asked) if packed else asked
        if packed and fits(joined):
            packed[-1] = _round(joined)
        else:
            packed.append(_round(asked))
    return tuple(packed)


def fits(asked: Sequence[Asked]) -> bool:
    """Can durable-rules be asked all of these at once?"""
    if sum(ways(one.tree) for one in asked) > MOST_WAYS:
        return False
    return len(frozenset[ColumnOf]().union(*(columns_of(one.tree) for one in asked))) <= MOST_COLUMNS


def _round(asked: tuple[Asked, ...]) -> Round:
    return Round(asked, frozenset[ColumnOf]().union(*(columns_of(one.tree) for one in asked)))


class Standing:
    """Where one rule stands for the accounts of a snapshot, before this look and then as its moves are concluded."""

    def __init__(self, rule: RuleTrees, snapshot: Snapshot) -> None:
        self.rule = rule
        self.snapshot = snapshot
        self.since = snapshot.rule_since.get((rule.name, rule.fingerprint), snapshot.at)
        self.before = {
            row: episode
            for row, episode in snapshot.episodes.get(rule.name, {}).items()
            if episode.fingerprint == rule.fingerprint
        }
        """Episodes of this version; one of another version counts as inactive."""
        self.now: dict[int, Episode] = dict(self.before)
        self.moved: dict[int, Move] = {}

    def states(self) -> Texts:
        states = np.full(len(self.snapshot), str(State.INACTIVE), dtype=np.object_)
        for row, episode in self.now.items():
            states[row] = str(episode.state)
        return states

    def seeds(self) -> NDArray[np.float64]:
        """1 where what is true is taken as seen: the first look by this version at an account that was there before,
        or the first after an import of the past."""
        snapshot = self.snapshot
        past = snapshot.seed_next.astype(np.float64)
        if self.rule.rule.backfill:
            return past
        since, at = microseconds(self.since), microseconds(snapshot.at)
        unseen = (snapshot.last_look < 0) | (snapshot.last_look < since)
        first_look = np.where(snapshot.first_look < 0, at, snapshot.first_look)
        return np.maximum(past, (unseen & (first_look <= since)).astype(np.float64))

    def held(self) -> NDArray[np.float64]:
        """1 where the rule is pending and `for` has passed."""
        return self._passed(self.rule.rule.for_, State.PENDING, lambda e: (e.since, e.since_day))

    def due(self) -> NDArray[np.float64]:
        """1 where the rule is active and `every` has passed since it last fired or was seeded."""
        return self._passed(
            self.rule.rule.every, State.ACTIVE, lambda e: (e.told_at or e.since, e.told_day or e.since_day)
        )

    def _passed(
        self, span: Duration | None, state: State, start: Callable[[Episode], tuple[datetime, int]]
    ) -> NDArray[np.float64]:
        answers = np.zeros(len(self.snapshot))
        if span is None:
            return answers
        for row, episode in self.before.items():
            at, day = start(episode)
            if episode.state == state:
                answers[row] = float(has_passed(span, at, day, self.snapshot.at, int(self.snapshot.today[row])))
        return answers

    def fired_in(self, days: int) -> NDArray[np.float64]:
        """1 where the rule fired within so many days, this look included; firings of earlier versions count."""
        answers = np.zeros(len(self.snapshot))
        every = {**self.snapshot.episodes.get(self.rule.name, {}), **self.now}
        for row, episode in every.items():
            if episode.fired_day is not None:
                answers[row] = float(0 <= self.snapshot.today[row] - episode.fired_day < days)
        return answers

    def conclude(self, row: int, move: Move) -> None:
        """Take one move that durable-rules concluded."""
        self.moved[row] = move
        earlier = self.snapshot.episodes.get(self.rule.name, {}).get(row)
        self.now[row] = moved(
            self.now.get(row) or earlier,
            move,
            account=self.snapshot.accounts[row],
            rule=self.rule,
            at=self.snapshot.at,
            day=int(self.snapshot.today[row]),
        )

    def changed(self) -> tuple[Episode, ...]:
        """Those that moved, and those that an earlier version left behind: they are over, and nothing is told of it."""
        behind = {
            row: replace(episode, state=State.INACTIVE, fingerprint=self.rule.fingerprint, since=self.snapshot.at)
            for row, episode in self.snapshot.episodes.get(self.rule.name, {}).items()
            if episode.fingerprint != self.rule.fingerprint and episode.state is not State.INACTIVE
        }
        moved = {row: self.now[row] for row in self.moved}
        return tuple(episode for _row, episode in sorted({**behind, **moved}.items()))


def has_passed(span: Duration, since: datetime, since_day: int, at: datetime, today: int) -> bool:
    """Days by the calendar, hours and minutes by the clock."""
    if span.in_days:
        return today - since_day >= span.count
    return microseconds(at) - microseconds(since) >= span.microseconds


def moved(episode: Episode | None, move: Move, *, account: str, rule: RuleTrees, at: datetime, day: int) -> Episode:
    """The episode after a move."""
    state = {
        Move.SEEDS: State.ACTIVE,
        Move.WAITS: State.PENDING,
        Move.FIRES: State.ACTIVE,
        Move.REMINDS: State.ACTIVE,
        Move.LAPSES: State.INACTIVE,
        Move.CLEARS: State.INACTIVE,
    }[move]
    fires, tells = move in (Move.FIRES, Move.REMINDS), move in (Move.FIRES, Move.REMINDS, Move.SEEDS)
    stays = move is Move.REMINDS and episode is not None
    return Episode(
        account=account,
        rule=rule.name,
        state=state,
        fingerprint=rule.fingerprint,
        since=episode.since if stays and episode else at,
        since_day=episode.since_day if stays and episode else day,
        fired_at=at if fires else episode.fired_at if episode else None,
        fired_day=day if fires else episode.fired_day if episode else None,
        told_at=at if tells else episode.told_at if episode else None,
        told_day=day if tells else episode.told_day if episode else None,
    )
