"""Copies of a small company whose records come in an order each of its own in; what looks left of each copy, out."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from engine.batches import Batch
from engine.clock import SetClock
from engine.loops.book import Book
from engine.loops.looking import Guard, Order, look
from engine.store import listing
from engine.store.database import Database
from engine.store.listing import Asked, Offices
from engine.store.score_lists import scores
from tests.store import records
from tests.test_looks import FILES, book_of, put

STEPS = 12
"""So many imports of each kind bring all that comes between the first two looks."""
FIRST = datetime(2026, 3, 2, 12, tzinfo=UTC)
ARRIVING = datetime(2026, 3, 3, 18, tzinfo=UTC)
WORKSPACE: Mapping[str, str] = {
    "pulsebook.toml": FILES["pulsebook.toml"],
    "rules/catalog.yaml": """
attributes: {plan: {}}
metrics:
  users: {min: 0}
  nps: {of: contact}
events:
  login: {from: 2026-01-01}
  ticket: {properties: {urgent: boolean, hours: number}}
facts:
  leadership_change: {properties: {role: text}}
  office_move: {properties: {city: text}, lasts: 30d}
  trouble: {properties: {hours: number}, when_event: ticket, where: {urgent: true}}
""",
    "rules/measures.yaml": """
users: {mean: users, over: 7d}
more_users: {change: users}
nps: {latest: nps}
people: {distinct: login, by: contact, over: 14d}
champions: {count: login, over: 14d, where: {contact_role: champion}}
hours: {sum: ticket.hours, over: 14d}
silence: {days_since: login}
""",
    "rules/scores/health.yaml": """
score: health
goal: Show what follows
measures:
  - {measure: more_users, curve: [[-10, 0], [10, 100]]}
  - {measure: users, weight: 3, curve: [[0, 0], [40, 100]]}
  - {measure: nps, curve: [[-50, 0], [50, 100]]}
  - {measure: people, curve: [[0, 0], [3, 100]]}
  - {measure: hours, curve: [[0, 100], [20, 0]]}
bands: [{band: red, from: 0}, {band: green, from: 50}]
""",
    "rules/all.yaml": """
- {rule: fell, when: {score: health, falls_to: red}, play: save, because: "{{ account.name }} is at {{ score.value }}"}
- {rule: dropped, when: {score: health, drops: 5, over: 7d}, for: 1d}
- {rule: fewer, when: {measure: more_users, below: 0}}
- {rule: leader, when: {fact: leadership_change, within: 30d}, adjust: {score: health, by: -10, fades: 30d}}
- {rule: moving, when: {fact: office_move, active: true}, soften: {score: health, measures: [users], by: 50%}}
- {rule: trouble, when: {fact: trouble, within: 14d}, play: tell, because: "{{ fact.hours }} hours"}
- {rule: champion, when: {measure: champions, at_least: 1}}
""",
    "playbooks/save.yaml": """
playbook: save
steps:
  - {step: call, task: call, due: 2 business days}
  - {step: note, slack: fell, to: owner}
  - wait: 1d
  - {step: again, slack: fell, to: "#success"}
""",
    "playbooks/tell.yaml": "playbook: tell\nsteps:\n  - {step: note, slack: fell, to: owner}\n",
    "templates/task/call.j2": "Call {{ account.name }}\n{{ because }}\n",
    "templates/slack/fell.j2": "{{ account.name }} ({{ account.plan }}): {{ score.value }}, {{ because }}\n",
}

Row = Any
Chain = Sequence[tuple[str, Row]]
"""Rows of a kind, the later of which says the same thing again or corrects the earlier: they come in this order."""
BATCHES: Mapping[str, Callable[..., Batch]] = {
    "accounts": records.accounts,
    "aliases": lambda *rows: records.entries("aliases", *rows),
    "contacts": lambda *rows: records.entries("contacts", *rows),
    "observations": records.observations,
    "events": records.events,
    "facts": records.facts,
    "outcomes": records.outcomes,
}


@dataclass(frozen=True, slots=True)
class Copy:
    """One company of three accounts: two that are known, and one that comes among its records."""

    number: int

    def named(self, id_: str) -> str:
        return f"{id_}-{self.number}"

    def known(self) -> Iterator[Row]:
        for id_ in ("acme", "zen"):
            yield {"id": self.named(id_), "name": id_.title(), "plan": "pro", "since": date(2026, 1, 1)}

    def before(self) -> Iterator[Row]:
        """Observations from before the first look, in which all is well."""
        for id_ in ("acme", "zen"):
            yield from ((self.named(id_), f"2026-02-{day}", 40.0, "users", None) for day in range(19, 29))
            yield self.named(id_), "2026-02-10", 40.0, "nps", "c9@x.example"

    def chains(self) -> Iterator[Chain]:
        """All that comes between the first two looks."""
        yield [("accounts", {"id": self.named("late"), "name": "Late", "plan": "trial", "since": date(2026, 2, 1)})]
        yield [("aliases", {"account": self.named("late"), "alias": self.named("old")})]
        for minute, id_ in enumerate(("acme", "zen", "late", "old")):
            yield from self._observations(self.named(id_), minute)
            yield from self._events(self.named(id_), minute)
            yield from self._facts(self.named(id_), minute)
        yield [("outcomes", (self.named("zen"), "2026-02-20", "churned"))]
        yield [("outcomes", (self.named("zen"), "2026-02-25", "renewed"))]

    def _observations(self, id_: str, minute: int) -> Iterator[Chain]:
        for day in range(20, 29):
            yield [("observations", (id_, f"2026-02-{day}T0{day % 4}:{minute:02}", float(day)))]
        # A later time of the day holds in whatever order it comes; at the same time what comes later does.
        for hour, users in ((9, 8.0), (17, 2.0), (12, 30.0)):
            yield [("observations", (id_, f"2026-03-03T{hour:02}:{minute:02}", users + minute))]
        yield [("observations", (id_, f"2026-03-01T10:{minute:02}", users)) for users in (35.0, 3.0)]
        yield [("observations", (id_, "2026-03-02", 4.0))] * 2
        for number, nps in enumerate((-40.0, 10.0, 35.0)):
            at = f"2026-02-2{number // 2}T08:{minute:02}"
            yield [("observations", (id_, at, nps + minute, "nps", f"c{number}@x.example"))]

    def _events(self, id_: str, minute: int) -> Iterator[Chain]:
        ticket = {"account": id_, "name": "ticket", "at": f"2026-02-27T15:{minute:02}", "id": f"ticket of {id_}"}
        yield [("events", {**ticket, "urgent": minute != 1, "hours": 6.0})] * 2
        for day, contact in ((24, "c0"), (25, "c1"), (26, "c0"), (27, "c0")):
            row = {"account": id_, "at": f"2026-02-{day}T09:{minute:02}", "contact": f"{contact}@x.example"}
            yield [("events", row)] * (2 if day == 26 else 1)
        yield [("contacts", {"account": id_, "email": "c1@x.example", "role": "champion"})]

    def _facts(self, id_: str, minute: int) -> Iterator[Chain]:
        yield [("facts", {"account": id_, "at": f"2026-03-01T09:{minute:02}", "role": "CTO"})] * 2
        move = {"account": id_, "name": "office_move", "at": f"2026-03-02T00:{minute:02}", "id": f"move of {id_}"}
        yield [("facts", {**move, "city": city, "until": until}) for city, until in MOVES]


MOVES = (("Rome", "2026-04-01"), ("Bonn", "2026-03-10"))


def played(database: Database, copies: int, seed: int) -> list[str]:
    """What is left of each copy after three looks, as text."""
    random, book = Random(seed), book_of(database, WORKSPACE)
    every = [Copy(number) for number in range(copies)]
    put(book, records.accounts(*(row for one in every for row in one.known())), FIRST)
    put(book, records.observations(*(row for one in every for row in one.before())), FIRST)
    _look(book, FIRST)
    for at, batch in _shuffled(random, every):
        put(book, batch, at)
    for days_later in (1, 3):
        _look(book, ARRIVING + timedelta(days=days_later))
    return _left(database, copies)


def _shuffled(random: Random, every: Sequence[Copy]) -> Iterator[tuple[datetime, Batch]]:
    """The records of all copies in imports, each copy's in an order of its own, within the file too."""
    steps: list[dict[str, list[Row]]] = [{} for _ in range(STEPS)]
    for copy in every:
        for chain in copy.chains():
            for step, (kind, row) in zip(sorted(random.sample(range(STEPS), len(chain))), chain, strict=True):
                steps[step].setdefault(kind, []).append(row)
    for number, files in enumerate(steps):
        for kind in random.sample(sorted(files), len(files)):
            rows = files[kind]
            random.shuffle(rows)
            yield ARRIVING + timedelta(minutes=number), BATCHES[kind](*rows)


def _look(book: Book, at: datetime) -> None:
    assert isinstance(book.clock, SetClock)
    book.clock.at = at
    look(book, Order(at, "look", guard=Guard.NONE))


def _left(database: Database, copies: int) -> list[str]:
    """What the lists tell of each copy, without what is its own: its number, and numbers that are given one by one."""
    offices = Offices("lead@northwind.example", ARRIVING.date())
    lists: Mapping[str, list[dict[str, Any]]] = {
        "scores": scores(database, Asked(), "UTC"),
        "decisions": listing.decisions(database, Asked()),
        "runs": listing.runs(database, Asked(), "UTC"),
        "tasks": listing.tasks(database, Asked()),
        "deliveries": listing.deliveries(database, Asked(), offices),
    }
    left: list[list[str]] = [[] for _ in range(copies)]
    for kind, documents in lists.items():
        for one in documents:
            said = {key: value for key, value in one.items() if not (key == "id" and isinstance(value, int))}
            text = re.sub(r"\b(acme|zen|late|run)-\w+", r"\1", json.dumps(said, sort_keys=True))
            left[int(one["account"].partition("-")[2])].append(f"{kind} {text}")
    return ["\n".join(sorted(some)) for some in left]
