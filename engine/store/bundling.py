"""Deliveries of runs that a release started in; which of them leave in one message, and what it tells of, out.

What a release decides waits until all of it is saved. When the first of it leaves, all is sorted by whom it reaches
then: many for one place become one message, with a name of its own; few leave each by itself. What has a name is
claimed, tried, looked for and settled together.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, or_, select, update

from engine.bundles import MOST_ALONE, Bundle, Mention
from engine.clock import microseconds
from engine.domain import DeliveryState, Teammate
from engine.store.among import among
from engine.store.assigning import OPEN as OPEN_TASK
from engine.store.database import Database
from engine.store.delivery_rows import OPEN, is_doubtful
from engine.store.kept import kept
from engine.store.sweeps import RELEASE
from engine.store.tables.accounts import AccountRow
from engine.store.tables.holds import HoldRow
from engine.store.tables.runs import DeliveryRow, RunRow, TaskRow
from engine.store.writing import alter

ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]
DELIVERY = DeliveryRow.__table__  # type: ignore[attr-defined]
HOLD = HoldRow.__table__  # type: ignore[attr-defined]
RUN = RunRow.__table__  # type: ignore[attr-defined]
TASK = TaskRow.__table__  # type: ignore[attr-defined]

GATHERING = timedelta(minutes=10)
"""So long what is to be told of many waits at most for the others: whoever saves them may be dead."""
BEGINNING = 500
"""Characters that are read of each message: of its first line no more is told."""
READ = ("id", "bundle", "run_id", "day", "channel", "to", "address", "state", "outbox_only")
"""Of deliveries no more columns: there may be very many."""
MENTIONED = ("name", "value", "currency", "owner")
"""Of their accounts, too."""


@dataclass(frozen=True, slots=True)
class Together:
    """A row that is locked, and those that leave with it in one message, itself among them, as `_open_with` has them.

    `name`: of that message; None: the row leaves by itself.
    """

    lead: Any
    rows: Sequence[Any]
    name: str | None = None

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(row.id for row in self.rows)


def releases_of(connection: Connection, runs: Collection[str]) -> Mapping[str, str]:
    """Of runs those that a release has started, with its cause."""
    if not runs:
        return {}
    return {row.id: row.cause for row in connection.execute(*_released(runs=runs))}


@kept
def _released(runs: Any) -> Select[Any]:
    return select(RUN.c.id, RUN.c.cause).where(among(RUN.c.id, runs), RUN.c.cause.startswith(RELEASE))


def let_go(database: Database, cause: str, now: datetime) -> None:
    """All that a look tells of many is saved, so it need not wait any longer."""
    gathered = (DELIVERY.c.try_at > microseconds(now), DELIVERY.c.bundle.is_not(None), DELIVERY.c.cause == cause)
    untried = (DELIVERY.c.state == str(DeliveryState.WAITING), DELIVERY.c.attempts == 0)
    with database.writing() as connection:
        connection.execute(update(DELIVERY).where(*gathered, *untried).values(try_at=microseconds(now)))


def is_lead() -> ColumnElement[bool]:
    """Whether a row may be claimed: of a bundle only the open one of the least number. Whoever has locked that one
    has all of them, so two workers can't share a bundle between them."""
    other = DELIVERY.alias()
    same = (other.c[name] == DELIVERY.c[name] for name in ("bundle", "playbook", "step"))
    earlier = exists().where(*same, other.c.id < DELIVERY.c.id, other.c.try_at.is_not(None), other.c.state.in_(OPEN))
    return or_(DELIVERY.c.bundle.is_(None), ~earlier)


def together_with(connection: Connection, lead: Any, meant: Callable[[Any, str | None], str | None]) -> Together:
    """What leaves with a row that is locked. `meant`: whom a row of an account with that owner reaches today.

    What may have arrived already stays as it is. All else is sorted anew, for owners change and people leave.
    """
    alone = Together(lead, (lead,))
    if lead.bundle is None:
        return alone
    rows = _open_with(connection, lead)
    if is_doubtful(lead):
        return Together(lead, rows, lead.bundle)
    places: dict[tuple[str | None, bool], list[Any]] = {}
    for row in rows:
        places.setdefault((meant(row, row.owner), row.outbox_only), []).append(row)
    named = [(_name_of(these), these) for these in places.values()]
    renamed = [{"id": row.id, "bundle": name} for name, these in named for row in these if row.bundle != name]
    alter(connection, DELIVERY, "id", renamed)
    name, mine = next(one for one in named if any(row.id == lead.id for row in one[1]))
    return alone if name is None else Together(lead, mine, name)


def _open_with(connection: Connection, lead: Any) -> Sequence[Any]:
    """What has come as far as the lead, each with its account's owner. One that is just being withdrawn is left out."""
    read = (DELIVERY.c[name] for name in READ)
    same = (DELIVERY.c[name] == getattr(lead, name) for name in ("bundle", "playbook", "step", "state", "attempts"))
    rows = select(*read, ACCOUNT.c.owner).join(ACCOUNT, ACCOUNT.c.seq == DELIVERY.c.account_seq)
    rows = rows.where(*same, DELIVERY.c.try_at.is_not(None)).order_by(DELIVERY.c.id)
    return connection.execute(rows.with_for_update(skip_locked=True, of=DELIVERY)).all()


def _name_of(rows: Sequence[Any]) -> str | None:
    return f"{_release(rows[0].bundle)}/{rows[0].id}" if len(rows) > MOST_ALONE else None


def _release(bundle: str) -> str:
    return bundle.partition("/")[0]


def bundle_of(connection: Connection, one: Together, people: Mapping[str, Teammate]) -> Bundle | None:
    """What a bundle tells of, the accounts of the highest value first; None: it is a single message."""
    if one.name is None:
        return None
    runs = [row.run_id for row in one.rows]
    beginning = func.substr(DELIVERY.c.text, 1, BEGINNING).label("text")
    mine = select(beginning, RUN.c.rule, ACCOUNT.c.id, *(ACCOUNT.c[name] for name in MENTIONED))
    mine = mine.join(RUN, RUN.c.id == DELIVERY.c.run_id).join(ACCOUNT, ACCOUNT.c.seq == DELIVERY.c.account_seq)
    largest = (func.coalesce(ACCOUNT.c.value, 0).desc(), DELIVERY.c.id)
    told = connection.execute(mine.where(among(DELIVERY.c.id, one.ids)).order_by(*largest)).all()
    tasks = select(func.count()).where(among(TASK.c.run_id, runs), TASK.c.state == OPEN_TASK)
    return Bundle(
        release=_release(one.name),
        mentions=tuple(_mention(row, people) for row in told),
        tasks=connection.execute(tasks).scalar_one(),
        day=min(row.day for row in one.rows),
        usual=_usual(connection, one.lead),
    )


def _usual(connection: Connection, lead: Any) -> float | None:
    """As the hold has it, where it is the release itself that tells."""
    release = _release(lead.bundle)
    if lead.cause != release:
        return None
    held = select(HOLD.c.usual).where(HOLD.c.id == int(release.removeprefix(RELEASE)))
    return connection.execute(held).scalar()


def _mention(row: Any, people: Mapping[str, Teammate]) -> Mention:
    owner = people.get(row.owner)
    return Mention(
        name=row.name or row.id,
        text=row.text,
        rule=row.rule,
        value=row.value,
        currency=row.currency,
        owner=(owner.name if owner else None) or row.owner,
    )
