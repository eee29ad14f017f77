"""Scores of contacts and of child accounts, rolled up into measures of the account: what a look makes of them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from engine.batches import Entries, Events, Observations, Outcomes, coded, placed, whens
from engine.loops import explaining
from engine.loops.book import Book
from engine.store.database import Database
from engine.store.listing import Asked
from engine.store.score_lists import scores as listed
from engine.store.sweeps import SWEEP
from tests.test_looks import FILES, accounts, book_of, looked, nps, on, put, scores, worked_off

CONTACTS: Mapping[str, str] = {
    "rules/catalog.yaml": """
metrics:
  happiness: {of: contact, min: 0, max: 100}
events:
  login: {from: 2020-01-01}
""",
    "rules/measures.yaml": """
logins: {count: login, over: 7d}
happiness: {latest: happiness}
everybody: {roll_up: involvement, of: contacts, take: mean}
champions: {roll_up: involvement, of: contacts, take: worst, where: {role: champion}}
agreed: {roll_up: involvement, of: contacts, take: mean, where: {consent: true}}
""",
    "rules/scores/involvement.yaml": """
score: involvement
level: contact
goal: Who of them still works with us
measures:
  - {measure: logins, weight: 3, curve: [[0, 0], [10, 100]]}
  - {measure: happiness, curve: [[0, 0], [100, 100]]}
bands: [{band: quiet, from: 0}, {band: busy, from: 50}]
""",
    "rules/scores/health.yaml": """
score: health
goal: Show what follows
measures:
  - {measure: everybody, weight: 1, curve: [[0, 0], [100, 100]]}
  - {measure: champions, weight: 1, curve: [[0, 0], [100, 100]]}
min_coverage: 0%
bands: [{band: red, from: 0}, {band: green, from: 40}]
""",
    "rules/all.yaml": """
- rule: champion-quiet
  when: {measure: champions, below: 20}
  play: save
""",
}


def logins(book: Book, day: date, **counts: int) -> None:
    """So many logins of each contact of acme."""
    who = [f"{name}@acme.example" for name, count in counts.items() for _ in range(count)]
    noon = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12)
    moments = [noon + timedelta(seconds=place) for place in range(len(who))]
    count = len(who)
    nothing, names = coded([None] * count), coded(["login"] * count)
    events = Events(
        coded(["acme"] * count), names, nothing, coded(who), whens(moments), ({},) * count, placed("test", count)
    )
    put(book, events, noon)


def happiness(book: Book, day: date, **values: float) -> None:
    who = [f"{name}@acme.example" for name in values]
    count = len(who)
    said = Observations(
        account=coded(["acme"] * count),
        contact=coded(who),
        metric=coded(["happiness"] * count),
        when=whens([day] * count),
        value=np.array(list(values.values())),
        places=placed("test", count),
    )
    put(book, said, datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12))


def people(book: Book, **roles: str | None) -> None:
    who = tuple(f"{name}@acme.example" for name in roles)
    consent = tuple(name == "kim" for name in roles)
    columns: dict[str, tuple[Any, ...]] = {
        "account": ("acme",) * len(who),
        "email": who,
        "role": tuple(roles.values()),
        "consent": consent,
    }
    put(book, Entries("contacts", columns, placed("test", len(who))), on(0))


def measured(book: Book) -> dict[str, float | None]:
    """The measures of the newest health score of acme."""
    found = [one for one in listed(book.database, Asked(), "UTC") if one["account"] == "acme"]
    return {part["measure"]: part["value"] for part in found[-1]["measures"]}


@pytest.fixture
def book(database: Database) -> Book:
    made = book_of(database, {**FILES, **CONTACTS})
    accounts(made, "acme", "beta")
    people(made, kim="champion", lou=None)
    return made


def test_n13_contacts_are_scored_by_their_own_records_and_rolled_up(book: Book) -> None:
    logins(book, on(0).date(), kim=10, lou=4, max=2)
    happiness(book, on(0).date(), kim=60)

    looked(book, 0)

    # kim: 3/4 × 100 + 1/4 × 60; lou and max, whom no import has named, have logins alone: 40 and 20.
    assert measured(book) == {"everybody": 50.0, "champions": 90.0}
    assert scores(book)["acme"]["health"]["value"] == 70
    assert scores(book)["beta"]["health"]["value"] is None
    assert "involvement" not in scores(book)["acme"]


def test_one_champion_gone_quiet_is_seen_though_the_others_go_on(book: Book) -> None:
    logins(book, on(0).date(), kim=10, lou=10, max=10)
    assert looked(book, 0) == []
    logins(book, on(6).date(), lou=10, max=10)
    assert looked(book, 6) == []

    assert looked(book, 7) == [("acme", "champion-quiet", "fired")]
    assert measured(book)["everybody"] == pytest.approx(66.6667)


def test_a_contact_metric_of_later_the_same_day_is_not_seen(book: Book) -> None:
    logins(book, on(0).date(), kim=10)
    happiness(book, on(1).date(), kim=0)

    looked(book, 0)

    assert measured(book)["champions"] == 100


CHILDREN: Mapping[str, str] = {
    "rules/catalog.yaml": "attributes:\n  region: {}\nmetrics:\n  nps: {min: 0, max: 100}\nevents:\n  trouble:\n",
    "rules/measures.yaml": """
nps: {latest: nps}
family: {roll_up: health, of: children, take: weighted, weight: value}
worst: {roll_up: health, of: children, take: worst}
north: {roll_up: health, of: children, take: mean, where: {region: north}}
""",
    "rules/scores/health.yaml": """
score: health
goal: Show what follows
measures:
  - {measure: nps, curve: [[0, 0], [100, 100]]}
  - {measure: family, curve: [[0, 0], [100, 100]]}
min_coverage: 0%
bands: [{band: red, from: 0}, {band: green, from: 40}]
""",
    "rules/all.yaml": "- {rule: fell, when: {score: health, falls_to: red}, play: save}\n",
}


@pytest.fixture
def group(database: Database) -> Book:
    """holding ← north (value 3), south (value 1); world ← holding. Parents come in before their children."""
    made = book_of(database, {**FILES, **CHILDREN})
    columns: dict[str, tuple[Any, ...]] = {
        "id": ("world", "holding", "north", "south"),
        "parent": (None, "world", "holding", "holding"),
        "value": (None, 10.0, 3.0, 1.0),
        "region": (None, None, "north", None),
    }
    put(made, Entries("accounts", columns, placed("test", 4)), on(0))
    return made


def said(book: Book, kind: str, **columns: tuple[Any, ...]) -> None:
    put(book, Entries(kind, columns, placed("test", len(next(iter(columns.values()))))), on(0))


def health(book: Book) -> dict[str, float | None]:
    return {account: of["health"]["value"] for account, of in scores(book).items()}


def test_a_run_looks_from_the_children_up(group: Book) -> None:
    nps(group, on(0).date(), north=80, south=40)

    looked(group, 0)

    assert health(group) == {"world": 70, "holding": 70, "north": 80, "south": 40}


def test_a_parent_falls_with_its_children(group: Book) -> None:
    nps(group, on(0).date(), north=80, south=40)
    looked(group, 0)
    nps(group, on(1).date(), north=20)

    assert looked(group, 1) == [(account, "fell", "fired") for account in ("holding", "north", "world")]
    assert health(group) == {"world": 25, "holding": 25, "north": 20, "south": 40}
    with group.database.asking() as connection:
        assert connection.execute(select(SWEEP.c.looked, SWEEP.c.fired)).all() == [(4, 0), (4, 3)]


def test_a_worker_looks_at_the_parents_when_a_child_has_changed(group: Book) -> None:
    nps(group, on(0).date(), north=80, south=40)
    worked_off(group, on(0))
    assert health(group)["world"] == 70

    nps(group, on(1).date(), south=80)
    worked_off(group, on(1))

    assert health(group) == {"world": 80, "holding": 80, "north": 80, "south": 80}


def test_a_child_that_has_left_no_longer_counts(group: Book) -> None:
    nps(group, on(0).date(), north=80, south=40)
    looked(group, 0)
    noon = on(1) - timedelta(hours=8)
    put(group, Outcomes(coded(["south"]), coded(["churned"]), whens([noon]), placed("test", 1)), noon)
    looked(group, 1)

    assert health(group) == {"world": 80, "holding": 80, "north": 80, "south": None}


def test_a_parent_may_be_named_by_an_alias(group: Book) -> None:
    said(group, "accounts", id=("north", "south"), parent=("crm-7", "crm-7"))
    said(group, "aliases", account=("world",), alias=("crm-7",))
    nps(group, on(0).date(), north=80, south=40)
    worked_off(group, on(0))
    assert health(group) == {"world": 70, "holding": None, "north": 80, "south": 40}

    nps(group, on(1).date(), south=80)
    worked_off(group, on(1))

    assert health(group)["world"] == 80


def test_parents_in_a_circle_stop_nothing(group: Book) -> None:
    """An import that would make one is refused; an alias that comes later can."""
    said(group, "accounts", id=("north", "south"), parent=("crm-7", "north"))
    said(group, "aliases", account=("south",), alias=("crm-7",))
    nps(group, on(0).date(), north=80, south=40, holding=50)

    looked(group, 0)

    assert health(group)["world"] == 50


def test_why_tells_how_each_contact_stands(book: Book) -> None:
    logins(book, on(0).date(), kim=10, max=2)
    looked(book, 0)

    told = explaining.contacts(explaining.look_at(book, "acme", on(0)))

    assert [(one["email"], one["role"], one["scores"]["involvement"]) for one in told] == [
        ("kim@acme.example", "champion", {"value": 100.0, "band": "busy"}),
        ("lou@acme.example", None, {"value": 0.0, "band": "quiet"}),
        ("max@acme.example", None, {"value": 20.0, "band": "quiet"}),
    ]
