"""What had to leave, the store, journals and files in; how much of it was lost or came twice, out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from engine.channels.email_message import message_id
from engine.domain import DECIDED, Move
from engine.loops.delivering import effect_id
from engine.store.database import Database
from engine.store.tables.accounts import AccountRow
from engine.store.tables.looks import DecisionRow
from engine.store.tables.runs import RunRow, TaskRow
from tests.killing.company import DELIVERY, SENDER, Company, Effect
from tests.servers.running import RunningServer

DECISION = DecisionRow.__table__  # type: ignore[attr-defined]
ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]
RUN = RunRow.__table__  # type: ignore[attr-defined]
TASK = TaskRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Count:
    """Of the messages of one way out, or of all. Only the first and the last two may be anything but 0."""

    planned: int = 0
    lost: int = 0
    """They had to leave, and the far side has none of them, though none is said to be in doubt."""
    dup: int = 0
    """The far side has them more than once, each time more than the first counted."""
    ghost: int = 0
    """The far side has them, and the store knows nothing of it."""
    false_sent: int = 0
    """Said to be sent, and the far side has none."""
    false_failed: int = 0
    """Said to be anything but sent or in doubt, and the far side has one."""
    unknown: int = 0
    """In doubt for good."""
    unknown_there: int = 0
    """Of these, how many the far side has."""

    def __add__(self, other: "Count") -> "Count":
        return Count(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    @property
    def wrong(self) -> tuple[int, ...]:
        return self.lost, self.dup, self.ghost, self.false_sent, self.false_failed


def count(
    planned: Counter[Effect], rows: Mapping[Effect, Any], names: Mapping[Effect, str], far: Counter[str]
) -> Count:
    """`rows` are the deliveries; `far` is what the far side has, by the name that `names` says of each delivery."""
    there = {effect: far[names[effect]] for effect in rows}
    states = {effect: rows[effect].state for effect in rows}
    doubtful = [effect for effect in rows if states[effect] == "unknown"]
    return Count(
        planned=planned.total(),
        lost=sum(not there.get(effect, 0) for effect in planned if states.get(effect) != "unknown"),
        dup=sum(times - 1 for times in far.values()),
        ghost=len(set(far) - set(names.values())) + len(set(rows) - set(planned)),
        false_sent=sum(state == "sent" and not there[effect] for effect, state in states.items()),
        false_failed=sum(state not in ("sent", "unknown") and there[effect] > 0 for effect, state in states.items()),
        unknown=len(doubtful),
        unknown_there=sum(there[effect] for effect in doubtful),
    )


def count_all(
    company: Company, database: Database, slack: RunningServer, smtps: Iterable[RunningServer], outbox: Path
) -> dict[str, Count]:
    """By way out."""
    kept = deliveries(database)
    taken = [line for line in slack.whole_journal() if line["accepted"] and line["method"] == "chat.postMessage"]
    mails = [line for smtp in smtps for line in smtp.whole_journal() if line["accepted"]]
    files = [path.name for path in outbox.iterdir() if not path.name.startswith(".")]
    far = {
        "slack": Counter(str(line["effect_id"]) for line in taken),
        "email": Counter(str(line["message_id"]) for line in mails),
        "outbox": Counter(files),
    }
    counts = {}
    for way, has in far.items():
        rows = {effect: row for effect, row in kept.items() if _way(row) == way}
        names = {effect: _name(row, way) for effect, row in rows.items()}
        counts[way] = count(company.effects(way), rows, names, has)
    return counts


def deliveries(database: Database) -> dict[Effect, Any]:
    """Every delivery; there is one for each effect."""
    query = select(DELIVERY, ACCOUNT.c.id.label("account")).join(ACCOUNT, ACCOUNT.c.seq == DELIVERY.c.account_seq)
    with database.reading() as connection:
        rows = connection.execute(query).all()
    found = {(row.account, row.playbook, row.step): row for row in rows}
    assert len(found) == len(rows)
    return found


def _way(row: Any) -> str:
    return "outbox" if row.outbox_only else str(row.channel)


def _name(row: Any, way: str) -> str:
    """Under which the far side has it."""
    effect = effect_id(row.key)
    return {"slack": effect, "email": message_id(effect, SENDER), "outbox": str(row.reference)}[way]


def runs(database: Database) -> Counter[tuple[str, ...]]:
    """Each run: account, playbook."""
    return _of_accounts(database, RUN, "playbook")


def firings(database: Database) -> Counter[tuple[str, ...]]:
    """Each time that a rule fired: account, and the playbook that it plays."""
    return _of_accounts(database, DECISION, "playbook", where=DECISION.c.move == DECIDED[Move.FIRES])


def tasks(database: Database) -> Counter[tuple[str, ...]]:
    """Each task: account, playbook, step."""
    return _of_accounts(database, TASK, "playbook", "step")


def _of_accounts(database: Database, table: Table, *columns: str, where: Any = None) -> Counter[tuple[str, ...]]:
    query = select(ACCOUNT.c.id, *(table.c[column] for column in columns))
    query = query.join(ACCOUNT, ACCOUNT.c.seq == table.c.account_seq)
    with database.reading() as connection:
        rows = connection.execute(query if where is None else query.where(where)).all()
    return Counter(tuple(map(str, row)) for row in rows)
