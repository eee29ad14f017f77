"""Firings that were never true in; their runs and episodes ended, with a decision each, out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.columns import Columns
from engine.conditions.tree import columns_of, holds
from engine.domain import Decision, End, Episode, Move, Reason, Run, State
from engine.judged import Retraction
from engine.rules import Standing
from engine.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Retracted:
    """What is taken back. `others`: the runs under way that go on."""

    others: Mapping[int, tuple[Run, ...]]
    retractions: tuple[Retraction, ...] = ()
    decisions: tuple[Decision, ...] = ()
    episodes: tuple[Episode, ...] = ()


def retract(
    snapshot: Snapshot, columns: Columns, standings: Mapping[str, Standing], wrong: Sequence[Retraction]
) -> Retracted:
    """Takes back those whose condition is not true now either: what is, is told already, and its work to be done."""
    if not wrong:
        return Retracted(snapshot.runs)
    rows = {account: row for row, account in enumerate(snapshot.accounts)}
    found = []
    for one in wrong:
        row, standing = rows[one.run.account], standings[one.run.rule]
        when = standing.rule.when
        if not snapshot.ended[row] and not holds(when, columns.row(row, columns_of(when))):
            found.append((row, standing, replace(one, run=_ended(one.run, snapshot, one.because))))
    gone = {one.run.id for _row, _standing, one in found}
    ended = [_episode(standing, row, snapshot, one.run) for row, standing, one in found]
    return Retracted(
        others={row: tuple(run for run in runs if run.id not in gone) for row, runs in snapshot.runs.items()},
        retractions=tuple(one for _row, _standing, one in found),
        decisions=tuple(_decision(snapshot, row, one) for row, _standing, one in found),
        episodes=tuple(episode for episode in ended if episode is not None),
    )


def _ended(run: Run, snapshot: Snapshot, because: str) -> Run:
    """One that has ended keeps when it did."""
    ended_at = run.ended_at or snapshot.at
    return replace(run, ended_at=ended_at, end=End.SOURCE_CORRECTED, end_reason=because, waiting_since=None)


def _episode(standing: Standing, row: int, snapshot: Snapshot, run: Run) -> Episode | None:
    """The episode that began with the firing ends, where it does not by itself: a true one is to fire again."""
    episode = standing.now.get(row)
    if episode is None or row in standing.moved or episode.state is not State.ACTIVE or episode.since != run.started_at:
        return None
    return replace(episode, state=State.INACTIVE, since=snapshot.at, since_day=int(snapshot.today[row]))


def _decision(snapshot: Snapshot, row: int, one: Retraction) -> Decision:
    return Decision(
        account=one.run.account,
        rule=one.run.rule,
        move=Move.RETRACTS,
        at=snapshot.at,
        day=int(snapshot.today[row]),
        evidence=one.evidence,
        because=one.because,
        fingerprint=one.fingerprint,
        playbook=one.run.playbook,
        run=one.run.id,
        reason=Reason.SOURCE_CORRECTED,
    )
