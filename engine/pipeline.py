"""A snapshot in, everything that follows from it out: the order of the stages, on one page.

measures ▶ scores and rules, round by round ▶ playbooks ▶ actions. No database, no network, no clock.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from engine.asides import Asides
from engine.clock import microseconds
from engine.columns import Columns
from engine.concluding import conclude, ended_rows, removed
from engine.domain import Episode, Run, State
from engine.holds import Tally
from engine.judged import Doubted, Judged
from engine.language.base import Duration
from engine.measures import Measures
from engine.moments import next_looks
from engine.network import Network
from engine.plan import Plan
from engine.playbooks import PlaybookTrees, end_with_account, waits_until
from engine.playing import Players, Plays, play_all
from engine.resolving import resolvers
from engine.roll_ups import RolledUp
from engine.rules import Round, Standing, rounds
from engine.scoring import look_at_score
from engine.signals import AskedRound, MakeDecider, MayMove, ask, effects_on, masked
from engine.snapshot import ScoreLook, Snapshot
from engine.tallying import tally_of
from engine.withdrawing import retract

NO_DOUBT = Doubted()
Plans = Callable[[str], Plan | None]
"""The plan of a version: runs finish on the version that started them."""


@dataclass(frozen=True, slots=True)
class Signals:
    """Scores and rules after all rounds."""

    columns: Columns
    measures: Measures
    scores: Mapping[str, ScoreLook]
    standings: Mapping[str, Standing]


class Judge:
    """One version of a workspace, ready to look: each round has its durable-rules network.

    `network` and `may_move` are exchanged by the tests that hold durable-rules to decide, and the masks not to.
    """

    def __init__(
        self,
        plan: Plan,
        plans: Plans = lambda _version: None,
        *,
        network: MakeDecider = Network,
        may_move: MayMove = masked,
    ) -> None:
        self.plan = plan
        self._plans = plans
        self._may_move = may_move
        self._rounds = tuple(_asked(level.rounds, network) for level in plan.levels)
        self.across = {name: _asked(rounds((rule,)), network) for name, rule in plan.across.items()}
        """Per rule that counts across accounts, what is asked of its groups."""

    def look(self, snapshot: Snapshot, cause: str, asides: Asides, doubted: Doubted = NO_DOUBT) -> Judged:
        """Judge every account of a snapshot. `asides` are asked once, for the few accounts that something is told of:
        their messages name contacts, and compare with a past that no score needs. `doubted`: what of earlier looks was
        never true; of that, what is not true now either is taken back."""
        plan, signals = self.plan, self.signals(snapshot)
        standings = signals.standings
        retracted = retract(snapshot, signals.columns, standings, doubted.wrong)
        snapshot = replace(snapshot, runs=retracted.others)
        concluded = conclude(plan, snapshot, signals.columns, signals.measures, signals.scores, standings, asides)
        plays = play_all(self._players(), concluded.audience, signals.columns, concluded.firings)
        gone = removed(plan, snapshot)
        left = tuple(
            end_with_account(run, snapshot.at) for row in ended_rows(snapshot) for run in snapshot.runs.get(row, ())
        )
        return Judged(
            snapshot=snapshot,
            version=plan.version,
            cause=cause,
            scores=signals.scores,
            decisions=(
                *concluded.decided(plays.reasons),
                *(decision for decision, _episode in gone),
                *retracted.decisions,
            ),
            episodes=(
                *(episode for standing in standings.values() for episode in standing.changed()),
                *(episode for _decision, episode in gone),
                *retracted.episodes,
            ),
            rule_since=_first_looks(plan, snapshot),
            runs=(*plays.runs, *left, *(one.run for one in retracted.retractions)),
            tasks=plays.tasks,
            cancelled=plays.cancelled,
            actions=plays.actions,
            account_ended=tuple(snapshot.accounts[row] for row in ended_rows(snapshot)),
            retracted=retracted.retractions,
            doubts=doubted.looked_into,
            look_at=next_looks(snapshot, plan.windows, _spans(standings), self._waits(snapshot, plays), plan.company),
            tally=tally_of(plan, snapshot, standings),
        )

    def tally(self, snapshot: Snapshot) -> Tally:
        """Whom a look would tell of, and nothing else: at half the cost."""
        return tally_of(self.plan, snapshot, self.signals(snapshot).standings)

    def signals(self, snapshot: Snapshot) -> Signals:
        """Measures; then level by level scores, and the rounds of rules that rest on them."""
        plan = self.plan
        measures = Measures(snapshot, plan.measures, plan.catalog, RolledUp(plan, snapshot))
        standings = {name: Standing(rule, snapshot) for name, rule in plan.rules.items()}
        scores: dict[str, ScoreLook] = {}
        bands = {name: trees.bands for name, trees in plan.scores.items()}
        columns = Columns(snapshot, resolvers(snapshot, measures, scores, bands, standings))
        for level, asked_rounds in zip(plan.levels, self._rounds, strict=True):
            for name in level.scores:
                effects = effects_on(name, plan.rules.values(), standings, columns, plan.catalog)
                scores[name] = look_at_score(plan.scores[name], snapshot, measures, scores, effects, columns)
            for asked in asked_rounds:
                ask(asked, columns, standings, ~snapshot.ended, self._may_move)
        return Signals(columns, measures, scores, standings)

    def _players(self) -> Players:
        return Players(
            company=self.plan.company,
            fallback=self.plan.settings.people.fallback,
            current=self.plan.version,
            plan=lambda version, name: plan.playbooks.get(name) if (plan := self._version(version)) else None,
            templates=lambda version: (self._version(version) or self.plan).templates,
        )

    def _version(self, version: str) -> Plan | None:
        return self.plan if version == self.plan.version else self._plans(version)

    def _waits(self, snapshot: Snapshot, plays: Plays) -> Iterable[tuple[int, int]]:
        """(row, moment) at which the wait of a run that goes on is over."""
        changed = {run.id: run for run in plays.runs}
        rows = {account: row for row, account in enumerate(snapshot.accounts)}
        waiting = {run.id: run for runs in snapshot.runs.values() for run in runs} | changed
        for run in waiting.values():
            over = waits_until(run, self._plan_of(run), self.plan.company)
            if over is not None:
                yield rows[run.account], microseconds(over)

    def _plan_of(self, run: Run) -> PlaybookTrees | None:
        plan = self._version(run.version)
        return plan.playbooks.get(run.playbook) if plan else None


def _asked(several: Iterable[Round], network: MakeDecider) -> tuple[AskedRound, ...]:
    return tuple(AskedRound(one, network({asked.label: asked.tree for asked in one.asked})) for one in several)


def _first_looks(plan: Plan, snapshot: Snapshot) -> Mapping[tuple[str, str], datetime]:
    """Rules with the fingerprint by which nobody was looked at before."""
    versions = [(name, rule.fingerprint) for name, rule in plan.rules.items()]
    return {version: snapshot.at for version in versions if version not in snapshot.rule_since}


def _spans(standings: Mapping[str, Standing]) -> Iterable[tuple[int, Episode, Collection[Duration]]]:
    """Episodes whose rule may move by itself after hours or minutes."""
    for standing in standings.values():
        rule = standing.rule.rule
        for state, span in ((State.PENDING, rule.for_), (State.ACTIVE, rule.every)):
            if span is None or span.in_days:
                continue
            for row, episode in standing.now.items():
                if episode.state is state:
                    yield row, episode, (span,)
