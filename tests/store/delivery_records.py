"""Builders of people and deliveries, claims of them, and a reader of what a delivery's row says."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import insert, select

from engine.clock import day_number, microseconds
from engine.loops.delivering import Delivered
from engine.store.database import Database
from engine.store.deliveries import Terms, claim
from engine.store.delivery_rows import Claimed
from engine.store.tables.imports import ChangeRow
from engine.store.tables.runs import DeliveryRow, RunRow
from tests.store.records import accounts, entries, put

DELIVERY = DeliveryRow.__table__  # type: ignore[attr-defined]
RUN = RunRow.__table__  # type: ignore[attr-defined]
CHANGE = ChangeRow.__table__  # type: ignore[attr-defined]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FALLBACK = "desk@northwind.example"
LEASE = timedelta(minutes=15)
_numbers = count(1)


def people(database: Database) -> None:
    """Acme, owned by Jonas, whose manager is Lena; Marta agreed to mails, Paul did not, Nina was never imported."""
    put(database, accounts({"id": "acme", "owner": "jonas@northwind.example"}))
    put(
        database,
        entries(
            "teammates",
            {"email": "jonas@northwind.example", "manager": "lena@northwind.example", "slack_id": "U0JONAS01"},
            {"email": "lena@northwind.example"},
            {"email": FALLBACK},
        ),
    )
    put(
        database,
        entries(
            "contacts",
            {"account": "acme", "email": "marta@acme.example", "consent": True},
            {"account": "acme", "email": "paul@acme.example", "consent": False},
        ),
    )


def slack(database: Database, to: str = "#alerts", **more: Any) -> int:
    """A Slack message that is due at noon; its id."""
    return _delivery(database, {"channel": "slack", "to": to, "text": "*Acme* fell into At risk: 31"} | more)


def released(database: Database, count: int, *owners: str, to: str = "#cs") -> None:
    """Slack messages about so many accounts, owned by turns, that one release tells of; all due at noon."""
    names = [f"firm{number:02}" for number in range(count)]
    owned = owners or ("lena@northwind.example",)
    put(database, accounts(*({"id": name, "owner": owned[at % len(owned)]} for at, name in enumerate(names))))
    run = {"version": "v1", "started_at": microseconds(NOON), "started_day": 0, "firing": {}, "cause": "release 1"}
    for seq, name in enumerate(names, start=1):
        mine = {"id": name, "account_seq": seq, "playbook": "save", "rule": "fell-into-red"}
        with database.writing() as connection:
            connection.execute(insert(RUN).values(**(run | mine)))
        told = {"account_seq": seq, "run_id": name, "bundle": "release 1", "text": f"*{name}* fell to 10"}
        slack(database, to, **told)


def mail(database: Database, to: str = "marta@acme.example", **more: Any) -> int:
    """A mail that is due at noon; its id."""
    words = {"subject": "Your first 1,000 inspections", "text": "Hi Marta,\n\nthank you.\nJonas"}
    return _delivery(database, {"channel": "email", "to": to, "marketing": True} | words | more)


def _delivery(database: Database, values: dict[str, Any]) -> int:
    run = f"run-{next(_numbers)}"
    usual = {
        "key": f"{run}/tell/1",
        "account_seq": 0,
        "run_id": run,
        "playbook": "save",
        "step": "tell",
        "template": "at-risk",
        "state": "waiting",
        "decided_at": microseconds(NOON),
        "day": day_number(NOON.date()),
        "try_at": microseconds(NOON),
        "version": "v1",
        "cause": "test",
    }
    with database.writing() as connection:
        done = connection.execute(insert(DELIVERY).values(**(usual | values)))
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])


def row(database: Database, id_: int) -> Any:
    with database.reading() as connection:
        return connection.execute(select(DELIVERY).where(DELIVERY.c.id == id_)).one()


def state(database: Database, id_: int) -> tuple[str, str | None]:
    """State and reason."""
    found = row(database, id_)
    return found.state, found.reason


def waits(database: Database, id_: int, since: datetime = NOON) -> timedelta | None:
    """How long from `since` until it is due; None: it is not, by itself."""
    found = row(database, id_).try_at
    return None if found is None else timedelta(microseconds=found - microseconds(since))


def changes(database: Database) -> list[tuple[str, str, str, Any, Any]]:
    with database.reading() as connection:
        wanted = select(CHANGE.c.kind, CHANGE.c.entity, CHANGE.c.field, CHANGE.c.old, CHANGE.c.new)
        return [
            tuple(one) for one in connection.execute(wanted.where(CHANGE.c.kind == "delivery").order_by(CHANGE.c.id))
        ]


def counts(delivered: Delivered) -> tuple[int, int, int, int]:
    """Sent, not sent, unknown, left."""
    return delivered.sent, delivered.not_sent, delivered.unknown, delivered.left


def terms(now: datetime = NOON, *, is_paced: bool = False) -> Terms:
    return Terms(now, now, {"slack": LEASE, "email": LEASE}, now.date(), FALLBACK, is_paced)


def claimed(database: Database, now: datetime = NOON, *, is_paced: bool = False) -> Claimed:
    """The one that a worker takes now."""
    found = claim(database, terms(now, is_paced=is_paced))
    assert found is not None
    return found


def later(**more: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(**more)
