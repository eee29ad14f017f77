"""What a look concluded in; the store changed by it, block by block, and what was left out, out.

A save locks the block and then the counters of its accounts, leaves out those that somebody else has looked at
meanwhile, and leaves due those for which something arrived meanwhile.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, Update, func, select, update

from engine.arithmetic.each_once import each_once
from engine.clock import microseconds
from engine.domain import Move, Reason
from engine.holds import Hold
from engine.judged import Counted, Judged
from engine.snapshot import Days
from engine.store.accounts import lock_blocks
from engine.store.among import among
from engine.store.database import Database
from engine.store.family import call_parents, parents_of_changed
from engine.store.kept import kept
from engine.store.reading import Reading
from engine.store.saving.deliveries import save_actions, save_tasks, withdraw
from engine.store.saving.retractions import save_retractions
from engine.store.saving.scores import save_scores, score_codes, score_versions
from engine.store.saving.signals import save_decisions, save_episodes, save_rule_versions, save_runs
from engine.store.tables.accounts import BLOCK, AccountRow
from engine.store.tables.housekeeping import InUseRow

ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]
IN_USE = InUseRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Office:
    """What a save has to know of the company: the fallback teammate, its day, and its clock's now.

    `outbox_only`: what the look decides must not leave (a look at the distant past).
    """

    fallback: str
    company_day: int
    now: datetime
    outbox_only: bool = False
    rolled_up: frozenset[str] = frozenset()
    """The scores on whose values parents rest."""
    held: Collection[str] = ()
    """Accounts whose looks are held: they are left out."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of a save. `late`: accounts whose last look was after T; `beaten`: somebody else was faster."""

    looked: int = 0
    seeded: int = 0
    fired: int = 0
    started: int = 0
    deliveries: int = 0
    gathered: int = 0
    """Deliveries that wait until all of the look is saved."""
    tasks: int = 0
    late: tuple[str, ...] = ()
    beaten: tuple[str, ...] = ()
    is_stale: bool = False
    """The version is no longer in use: nothing was saved."""
    hold: Hold | None = None
    """Far more would have fired than usual: nothing was saved but this."""
    counted: Counted | None = None
    """What rules across accounts count, where the look was asked to."""

    def __add__(self, other: "Saved") -> "Saved":
        return Saved(
            looked=self.looked + other.looked,
            seeded=self.seeded + other.seeded,
            fired=self.fired + other.fired,
            started=self.started + other.started,
            deliveries=self.deliveries + other.deliveries,
            gathered=self.gathered + other.gathered,
            tasks=self.tasks + other.tasks,
            late=self.late + other.late,
            beaten=self.beaten + other.beaten,
            is_stale=self.is_stale or other.is_stale,
            hold=self.hold or other.hold,
            counted=other.counted if self.counted is None else self.counted,
        )


@dataclass(slots=True)
class Saving:
    """One block's share of a look, while it is saved. `rows`: of the snapshot; `seqs`: the accounts' numbers."""

    connection: Connection
    judged: Judged
    reading: Reading
    office: Office
    rows: np.ndarray[Any, np.dtype[np.intp]]
    codes: Mapping[str, int]
    series: dict[str, int]
    """Numbers of the scores' series by key: read for the first block, kept for the others."""
    seq_of: Mapping[str, int]
    """The ids that are saved, and their numbers."""
    owner_of: Mapping[str, str | None]
    """Whose accounts they are now."""


def save(database: Database, judged: Judged, reading: Reading, office: Office) -> Saved:
    """Saves a look, one transaction per block."""
    codes = judged.snapshot.version_codes
    if judged.rule_since or not score_versions(judged).keys() <= codes.keys():
        with database.writing() as connection:
            if not is_in_use(connection, judged.version):
                return Saved(is_stale=True)
            save_rule_versions(connection, judged.rule_since)
            codes = score_codes(connection, score_versions(judged))
    total, series = Saved(), dict[str, int]()
    blocks = reading.seqs // BLOCK
    for block in each_once(blocks):
        rows = np.flatnonzero(blocks == block)
        with database.writing() as connection:
            if not is_in_use(connection, judged.version):
                return total + Saved(is_stale=True)
            saved, parents = _save_block(connection, judged, reading, office, int(block), rows, codes, series)
        # Apart from the save, which holds locks of its block that a save of the parents' block may wait for.
        call_parents(database, parents, judged.snapshot.at)
        total += saved
    return total


def is_in_use(connection: Connection, version: str) -> bool:
    # Held until the end of the transaction, so that no other version comes into use before this look is saved.
    stored = connection.execute(*_in_use()).scalar()
    return stored is None or stored == version


@kept
def _in_use() -> Select[Any]:
    return select(IN_USE.c.version).with_for_update(read=True)


def _save_block(
    connection: Connection,
    judged: Judged,
    reading: Reading,
    office: Office,
    block: int,
    rows: np.ndarray[Any, np.dtype[np.intp]],
    codes: Mapping[str, int],
    series: dict[str, int],
) -> tuple[Saved, frozenset[str]]:
    """What was saved, and the parents of those whose scores it changed."""
    lock_blocks(connection, [block])
    counters = _counters(connection, reading.seqs[rows])
    ids = judged.snapshot.accounts
    at = microseconds(judged.snapshot.at)
    kept, late, beaten = [], [], []
    for row in (row for row in rows if ids[row] not in office.held):
        now = counters.get(int(reading.seqs[row]))
        if now is None or now.looked != reading.looked[row]:
            beaten.append(ids[row])
        elif now.last_look is not None and now.last_look > at:
            late.append(ids[row])
        else:
            kept.append(row)
    chosen = np.array(kept, dtype=np.intp)
    seq_of = {ids[row]: int(reading.seqs[row]) for row in kept}
    owner_of = {id_: counters[seq].owner for id_, seq in seq_of.items()}
    saving = Saving(connection, judged, reading, office, chosen, codes, series, seq_of, owner_of)
    unmoved = np.fromiter(
        (counters[int(reading.seqs[row])].changed == reading.changed[row] for row in kept), np.bool_, len(kept)
    )
    newest = np.fromiter((counters[int(reading.seqs[row])].newest or 0 for row in kept), np.int64, len(kept))
    _save_counters(saving, unmoved, newest)
    parents = parents_of_changed(saving)
    save_scores(saving, block)
    saved = _save_signals(saving)
    return saved + Saved(looked=len(kept), late=tuple(late), beaten=tuple(beaten)), parents


def _counters(connection: Connection, seqs: Days) -> dict[int, Any]:
    """Where the accounts' counters stand now and whose they are, locked in the order of their numbers."""
    return {row.seq: row for row in connection.execute(*_counters_of(seqs=seqs.tolist())).all()}


@kept
def _counters_of(seqs: Any) -> Select[Any]:
    columns = (ACCOUNT.c[name] for name in ("seq", "looked", "changed", "newest", "last_look", "owner"))
    return select(*columns).where(among(ACCOUNT.c.seq, seqs)).order_by(ACCOUNT.c.seq).with_for_update()


def _save_counters(saving: Saving, unmoved: np.ndarray[Any, np.dtype[np.bool_]], newest: Days) -> None:
    """What moved meanwhile stays due at once; the others fall due when the look says, most of them together.

    What had arrived before it was read, but is of a moment after the look's, the look has not seen: it is due then.
    """
    seqs, at = saving.reading.seqs[saving.rows], microseconds(saving.judged.snapshot.at)
    if not unmoved.all():
        saving.connection.execute(*_looked_at(seqs=seqs[~unmoved].tolist(), now=at))
    if not unmoved.any():
        return
    look_at = saving.judged.look_at
    if look_at is None:
        saving.connection.execute(*_settled(seqs=seqs[unmoved].tolist(), now=at, next_look=None))
        return
    due = look_at[saving.rows]
    due = np.where(newest > at, np.minimum(due, newest), due)
    for moment in each_once(due[unmoved]):
        together = seqs[unmoved & (due == moment)].tolist()
        saving.connection.execute(*_settled(seqs=together, now=at, next_look=int(moment)))


@kept
def _looked_at(seqs: Any, now: Any) -> Update:
    return update(ACCOUNT).values(_counters_after(now)).where(among(ACCOUNT.c.seq, seqs))


@kept
def _settled(seqs: Any, now: Any, next_look: Any) -> Update:
    """`next_look`: None leaves it."""
    values = _counters_after(now) | {"seed_next": False, "due_for": None}
    values |= {} if next_look is None else {"look_at": next_look}
    return update(ACCOUNT).values(values).where(among(ACCOUNT.c.seq, seqs))


def _counters_after(now: Any) -> dict[str, Any]:
    """What each look leaves of an account."""
    return {
        "looked": ACCOUNT.c.looked + 1,
        "first_look": func.coalesce(ACCOUNT.c.first_look, now),
        "last_look": now,
    }


def _save_signals(saving: Saving) -> Saved:
    judged, mine = saving.judged, saving.seq_of
    decisions = [decision for decision in judged.decisions if decision.account in mine]
    runs = [run for run in judged.runs if run.account in mine]
    tasks = [task for task in judged.tasks if task.account in mine]
    actions = [action for action in judged.actions if action.account in mine]
    save_episodes(saving, [episode for episode in judged.episodes if episode.account in mine])
    save_decisions(saving, decisions)
    save_runs(saving, runs)
    run_ids = {run.id for run in runs}
    save_tasks(saving, tasks)
    withdraw(saving, [pair for pair in judged.cancelled if pair[0] in run_ids])
    gathered = save_actions(saving, actions)
    answers = save_retractions(saving)
    return Saved(
        seeded=sum(decision.move is Move.SEEDS for decision in decisions),
        fired=sum(decision.move in (Move.FIRES, Move.REMINDS) for decision in decisions),
        started=sum(decision.reason is Reason.STARTED for decision in decisions),
        deliveries=len(actions) + answers,
        gathered=gathered,
        tasks=len(tasks),
    )
