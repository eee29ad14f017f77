"""Planned tasks in; the teammates whose they become, out. Pools are locked, for two saves may choose at once."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select, update

from engine.domain import PlannedTask, Teammate
from engine.people import assignee_of
from engine.store.among import among
from engine.store.tables.runs import PaceRow, TaskRow
from engine.store.writing import upsert

PACE = PaceRow.__table__  # type: ignore[attr-defined]
TASK = TaskRow.__table__  # type: ignore[attr-defined]
OPEN = "open"


@dataclass(slots=True)
class Pools:
    """Pools that nobody else chooses from. `turns`: who of each had the last turn; `open_tasks`: by assignee."""

    turns: dict[str, str | None]
    open_tasks: Counter[str]

    @classmethod
    def locked(cls, connection: Connection, pools: Collection[str]) -> "Pools":
        """Locks the pools, in the order of their names, until the transaction ends."""
        if not pools:
            return cls({}, Counter())
        lanes = {f"pool {pool}": pool for pool in sorted(pools)}
        upsert(connection, PACE, ["lane"], [{"lane": lane, "next": 0} for lane in lanes], [])
        rows = select(PACE.c.lane, PACE.c.last).where(among(PACE.c.lane, lanes)).order_by(PACE.c.lane)
        turns = {lanes[lane]: last for lane, last in connection.execute(rows.with_for_update())}
        counted = select(TASK.c.assignee, func.count()).where(TASK.c.state == OPEN).group_by(TASK.c.assignee)
        return cls(turns, Counter(dict(connection.execute(counted).all())))

    def in_turn(self, pool: str, there: list[str]) -> str:
        """The next by email after who had the last turn, though that one may not be there."""
        last = self.turns[pool] or ""
        self.turns[pool] = chosen = next((email for email in there if email > last), there[0])
        return chosen

    def least_loaded(self, there: list[str]) -> str:
        return min(there, key=lambda email: (self.open_tasks[email], email))

    def keep_turns(self, connection: Connection) -> None:
        for pool, last in self.turns.items():
            connection.execute(update(PACE).where(PACE.c.lane == f"pool {pool}").values(last=last))


@dataclass(frozen=True, slots=True)
class Assignees:
    """Who is there on a day of the company's, and the teammate for whom nobody is."""

    day: date
    fallback: str
    people: Mapping[str, Teammate]
    pools: Pools

    def of(self, task: PlannedTask, owner: str | None) -> str:
        """Whose a task becomes; it counts as theirs for those that follow. `owner`: of its account."""
        assignee = self._chosen(task.assign, owner)
        self.pools.open_tasks[assignee] += 1
        return assignee

    def _chosen(self, assign: str | tuple[str, str], owner: str | None) -> str:
        if isinstance(assign, tuple):
            return self._of_pool(*assign)
        return assignee_of(assign, owner, self.people, self.day, self.fallback)

    def _of_pool(self, how: str, pool: str) -> str:
        there = sorted(email for email, one in self.people.items() if pool in one.pools and not one.is_away(self.day))
        if not there:
            return self.fallback
        return self.pools.in_turn(pool, there) if how == "round_robin" else self.pools.least_loaded(there)
