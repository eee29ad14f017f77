"""Random histories of a few accounts: what arrives, late and corrected, withdrawn and changed, between looks."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import numpy as np

from engine.batches import Batch
from engine.clock import microseconds
from engine.snapshot import ALL_DAYS, EventRows, Series, Snapshot
from engine.store.database import Database
from engine.store.due import Due
from engine.store.imports import take_back
from engine.store.ingest.by_hand import NotEnding, NotFound, Override, end_fact, override, withdraw_fact
from engine.store.people import contacts_of
from tests.store.looking import AMOUNT, LOGINS, USERS, keep, reading, snapshot
from tests.store.records import CATALOG, ZONE, accounts, entries, events, facts, observations, outcomes, put, rows_of

FIRST = datetime(2026, 10, 20, 5, tzinfo=UTC)
IDS = ("acme", "zen", "nord", "late")
ZONES = {"acme": "Europe/Berlin", "zen": "Pacific/Auckland", "nord": "America/Los_Angeles", "late": "Europe/Berlin"}
SERIES = {USERS: 9, Series("metric", "nps"): ALL_DAYS, LOGINS: ALL_DAYS, AMOUNT: 12}
ROWS = {
    "login": EventRows(6, frozenset({"contact", "contact_role", "hour"})),
    "order": EventRows(ALL_DAYS, frozenset({"amount", "system"})),
}
PEOPLE = ("ann", "bob", "cy")
STEPS = 40

Document = dict[str, Any]


class History:
    """One history on a database: `kept` has what each look saw, and when and of whom."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database = database
        self.random = Random(seed)
        self.now = FIRST
        self.kept: list[tuple[datetime, Mapping[int, str], Document]] = []
        self._put(accounts(*({"id": id_, "timezone": ZONES[id_]} for id_ in IDS[:2])))

    def go_on(self) -> None:
        """Something arrives, by the minute or days later, or all or some accounts are looked at."""
        self.now += timedelta(minutes=self.random.choice([1, 7, 60, 300, 1_500, 4_000]))
        steps: list[Callable[[], None]] = [self._observe, self._happen, self._assert, self._by_hand, self._change]
        steps += [self._people, self._come, self._end, self._take_back]
        self.random.choice([*steps, self._look, self._look, self._look])()

    def _put(self, *batches: Batch) -> None:
        put(self.database, *batches, at=self.now, series=list(SERIES))

    def _some(self) -> str:
        ids: list[str] = rows_of(self.database, "account", "id")
        return self.random.choice(ids)

    def _when(self) -> str:
        """A moment or a day, up to nine days late, or a few minutes ahead."""
        back = self.random.choice([-4, 0, 3, 90, 900, 3_000, 13_000])
        said = self.now - timedelta(minutes=back)
        is_day = back > 0 and self.random.random() < 0.3
        return str(said.date() - timedelta(days=1)) if is_day else said.strftime("%Y-%m-%dT%H:%M:%S")

    def _observe(self) -> None:
        number = self.random.choice([1.5, 2, 30])
        contact = f"{self.random.choice(PEOPLE)}@x.example"
        of_contact = (self._some(), self._when(), number, "nps", contact)
        self._put(observations((self._some(), self._when(), number), (self._some(), self._when(), 7), of_contact))

    def _happen(self) -> None:
        contact = f"{self.random.choice(PEOPLE)}@x.example"
        order = {"name": "order", "amount": self.random.choice([0.1, 0.2, 10.05]), "system": "crm"}
        plain = {"name": "order", "contact": contact}
        rows: list[dict[str, Any]] = [{"contact": contact}, order, plain]
        self._put(events(*({"account": self._some(), "at": self._when(), **row} for row in rows)))

    def _assert(self) -> None:
        until = str((self.now + timedelta(days=5)).date()) if self.random.random() < 0.4 else None
        said = {"account": self._some(), "at": self._when(), "id": str(self.random.randrange(4)), "until": until}
        self._put(facts({**said, "role": self.random.choice(["CTO", "CFO"])}))

    def _by_hand(self) -> None:
        until = self.now + timedelta(days=self.random.randrange(3))
        said = Override(self._some(), "health", self.random.randrange(100), self.now, until)
        override(self.database, said, "UTC")
        for change, id_ in zip((end_fact, withdraw_fact), rows_of(self.database, "fact", "id")[-2:], strict=False):
            try:
                change(self.database, id_, self.now)
            except (NotEnding, NotFound):
                continue

    def _change(self) -> None:
        columns: dict[str, Any] = {
            "plan": self.random.choice(["pro", "trial", None]),
            "owner": self.random.choice(["ana@us.example", None]),
            "value": self.random.choice([1200.5, 99.0, None]),
            "since": self.random.choice([date(2026, 10, 1), None]),
            "payment_date": self.random.choice([date(2026, 11, 1), date(2026, 12, 1)]),
        }
        name = self.random.choice(list(columns))
        self._put(accounts({"id": self._some(), name: columns[name]}))

    def _people(self) -> None:
        email = f"{self.random.choice(PEOPLE)}@x.example"
        role, consent = self.random.choice(["champion", "buyer", None]), self.random.choice([True, False])
        self._put(entries("contacts", {"account": self._some(), "email": email, "role": role, "consent": consent}))
        away = self.random.choice([self.now.date(), None])
        pools = self.random.choice(["mid", "mid;big", None])
        email = self.random.choice(["ana@us.example", "bo@us.example"])
        self._put(entries("teammates", {"email": email, "pools": pools, "away_from": away}))

    def _come(self) -> None:
        new = [id_ for id_ in IDS if id_ not in rows_of(self.database, "account", "id")]
        if new:
            self._put(observations((new[0], self._when(), 5)))
            self._put(accounts({"id": new[0], "timezone": ZONES[new[0]], "name": "New"}))

    def _end(self) -> None:
        self._put(outcomes((self._some(), self._when(), self.random.choice(["churned", "renewed"]))))

    def _take_back(self) -> None:
        """Not the first import: it brought the accounts that the others are about."""
        _, *others = rows_of(self.database, "import", "id")
        if others:
            self.take_back(self.random.choice(others))

    def take_back(self, number: int) -> None:
        take_back(self.database, number, self.now, CATALOG, ZONE)

    def arrive(self) -> list[int]:
        """Something comes in; the imports by which it did."""
        before = set(rows_of(self.database, "import", "id"))
        self.random.choice(
            [self._observe, self._happen, self._assert, self._change, self._people, self._come, self._end]
        )()
        return [number for number in rows_of(self.database, "import", "id") if number not in before]

    def sees(self) -> Document:
        """What a look at everybody would see of what came in; a fact that returns has another number."""
        seen = came_in(snapshot(self.database, self.now, series=SERIES, rows=ROWS))
        facts = {name: (rows, [replace(one, id=0) for one in some]) for name, (rows, some) in seen["facts"].items()}
        ids = dict(rows_of(self.database, "account", "seq", "id"))
        return seen | {"facts": facts, "contacts": contacts_of(self.database, ids)}

    def _look(self) -> None:
        due = {"due": Due(self.now)} if self.random.random() < 0.5 else {}
        said = reading(self.database, self.now, series=SERIES, rows=ROWS, **due)
        ids = dict(zip(said.seqs.tolist(), said.snapshot.accounts, strict=True))
        self.kept.append((self.now, ids, came_in(said.snapshot) | {"contacts": contacts_of(self.database, ids)}))
        keep(self.database, said)

    def again(self, at: datetime, ids: Mapping[int, str]) -> Document:
        """What a look saw at a moment, as it was known by then, found out now."""
        then = snapshot(self.database, at, series=SERIES, rows=ROWS, accounts=list(ids.values()), known_at=at)
        return came_in(then) | {"contacts": contacts_of(self.database, ids, microseconds(at))}


def came_in(said: Snapshot) -> Document:
    """All of a snapshot that is not what looks left, as plain values; unknown is None."""
    return {
        "accounts": said.accounts,
        "today": said.today.tolist(),
        "zones": said.zones.tolist(),
        "attributes": {name: _plain(column) for name, column in said.attributes.items()},
        "first_day": _plain(said.first_day),
        "ended": said.ended.tolist(),
        "series": {series.key: [_plain(row) for row in matrix] for series, matrix in said.series.items()},
        "covered_from": said.covered_from,
        "events": {
            name: [table.row.tolist(), table.day.tolist(), table.at.tolist(), table.contact.tolist()]
            + [(prop, _plain(column)) for prop, column in sorted(table.properties.items())]
            for name, table in said.events.items()
        },
        "facts": {name: (table.row.tolist(), table.facts) for name, table in said.facts.items()},
        "teammates": said.teammates,
        "overrides": {score: _plain(column) for score, column in said.overrides.items()},
    }


def _plain(column: Any) -> list[Any]:
    return [None if isinstance(value, float) and np.isnan(value) else value for value in column.tolist()]
