"""A company with a past in; its days filled in, or looked at one by one in another store, out.

What a fill says is held against looks that were really taken, each at the end of its day, with all known beforehand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from engine.batches import Batch
from engine.clock import SetClock, day_number, end_of_day
from engine.loops.book import Book
from engine.loops.filling import Filled, Wish, fill
from engine.loops.looking import Order, look
from engine.store.database import Database
from engine.store.saving.scores import KEPT
from tests.store.records import cells, entries, events, facts, observations, outcomes, rows_of
from tests.test_looks import FILES, FIRST, book_of, put

PLAIN: Mapping[str, str] = {
    **FILES,
    "rules/catalog.yaml": """
metrics: {nps: {min: 0, max: 100}, users: {redefined: [2026-02-01]}}
events: {trouble: {}}
facts: {office_move: {lasts: 20d}, new_leader: {}}
""",
    "rules/measures.yaml": """
nps: {latest: nps, max_age: 20d}
users: {mean: users, over: 14d}
users_before: {change: users}
trouble: {count: trouble, over: 30h}
""",
    "rules/scores/health.yaml": """
score: health
primary: true
goal: Show what follows
measures:
  - {measure: nps, weight: 3, curve: [[0, 0], [100, 100]]}
  - {measure: users, weight: 2, curve: [[0, 0], [50, 100]]}
  - {measure: users_before, curve: [[-20, 0], [20, 100]]}
bands: [{band: red, from: 0}, {band: green, from: 50}]
""",
    "rules/scores/index.yaml": """
score: index
goal: Rest on another score
measures:
  - {score: health, weight: 2}
  - {measure: trouble, curve: [[0, 100], [3, 0]]}
bands: [{band: low, from: 0}, {band: high, from: 50}]
""",
    "rules/all.yaml": "- rule: fell\n  when: {score: health, falls_to: red}\n  play: save\n",
}
CONTEXT: Mapping[str, str] = {
    **PLAIN,
    "rules/context.yaml": """
- rule: troubled
  when: {event: trouble, at_least: 2, in: 7d}
  adjust: {score: health, by: -20, fades: 14d}
- rule: moving
  when: {fact: office_move, active: true}
  soften: {score: health, measures: [users], by: 50%}
- rule: unloved
  when: {measure: nps, below: 40}
  for: 3d
  clear_at: {measure: nps, above: 70}
  adjust: {score: health, by: -15, fades: 30d}
- rule: fell-to-red
  when: {score: health, falls_to: red}
  adjust: {score: index, by: -5}
- rule: falling
  when: {score: health, drops: 12, over: 14d}
- rule: fallen-lately
  when: {any: [{rule: falling, active: true}, {rule: unloved, in_last: 10d}]}
  cap: {score: index, at_most: 45}
- rule: led-anew
  when: {fact: new_leader, within: 30d}
  for: 2d
  adjust: {score: index, by: 5}
""",
}
ZONES = ("UTC", "America/New_York")
TODAY = FIRST.date()


@dataclass(frozen=True, slots=True)
class Company:
    """Accounts and what came in of them, up to yesterday."""

    zone_of: Mapping[str, str]
    days: int
    batches: Sequence[Batch]
    begins: Mapping[str, date]
    """The first day of each account."""

    @property
    def first(self) -> date:
        return TODAY - timedelta(days=self.days)


def company(
    accounts: int,
    days: int,
    zones: Sequence[str] = ("UTC",),
    *,
    parents: Mapping[str, str] | None = None,
    seed: int = 1,
) -> Company:
    """Most come with the first day; of some since when they are customers is known, and some leave and return."""
    random = Random(seed)
    zone_of = {f"a{number:03}": zones[number % len(zones)] for number in range(accounts)}
    begins = {
        name: TODAY - timedelta(days=random.choice([days, days, days - days // 4, days // 2])) for name in zone_of
    }
    since = {name: begins[name] if random.random() < 0.5 else None for name in zone_of}
    said, happened = list[tuple[str, str, float, str]](), list[dict[str, str]]()
    stated, ended = list[dict[str, str]](), list[tuple[str, str, str]]()
    for name, begin in begins.items():
        nps, own = 60, [str(begin + timedelta(days=one)) for one in range((TODAY - begin).days)]
        said.append((name, own[0], 30, "users"))
        for day in own:
            nps = min(100, max(0, nps + random.randint(-12, 12)))
            said += [(name, day, nps, "nps")] if random.random() < 0.5 else []
            said += [(name, day, random.randint(0, 50), "users")] if random.random() < 0.8 else []
            happened += [{"account": name, "at": f"{day}T{random.randint(0, 23):02}:30", "name": "trouble"}] * (
                random.random() < 0.15
            )
        stated += [
            {"account": name, "at": day, "name": random.choice(["office_move", "new_leader"])}
            for day in random.sample(own, 3)
        ]
        gone, back = sorted(random.sample(range(1, len(own)), 2))
        ended += [(name, own[gone], "churned"), (name, own[back], "renewed")] if name[-1] in "147" else []
    people = [
        {"id": name, "timezone": zone_of[name], "since": since[name], "parent": (parents or {}).get(name)}
        for name in zone_of
    ]
    batches = (entries("accounts", *people), observations(*said), events(*happened), facts(*stated), outcomes(*ended))
    return Company(zone_of, days, batches, begins)


def known(database: Database, files: Mapping[str, str], of: Company) -> Book:
    """A store in which all of it has come in, and nobody has looked."""
    book = book_of(database, files)
    for batch in of.batches:
        put(book, batch, FIRST)
    return book


def filled(book: Book, of: Company, *, again: bool = False, first: int = 0) -> Filled:
    """All days up to yesterday, from the first or a later one on."""
    assert isinstance(book.clock, SetClock)
    book.clock.at = FIRST
    return fill(book, Wish(day_number(of.first) + first, day_number(TODAY) - 1, again))


def looked_day_by_day(files: Mapping[str, str], of: Company, days: Sequence[int]) -> Database:
    """Another store, in which all were looked at at the end of each of these of their days, counted from the first."""
    database = Database.open("sqlite://")
    database.migrate()
    look_day_by_day(known(database, files, of), of, days)
    return database


def look_day_by_day(book: Book, of: Company, days: Sequence[int]) -> None:
    first = day_number(of.first)
    for day in days:
        # The latest first, for an account whose first look comes after that of a rule is new to it.
        zones = sorted(set(of.zone_of.values()), key=lambda one: end_of_day(0, one), reverse=True)
        for zone in zones:
            mine = [name for name, own in of.zone_of.items() if own == zone] if len(zones) > 1 else None
            look(book, Order(end_of_day(first + day, zone), f"day {day}", accounts=mine))


Told = Mapping[tuple[str, str, str, str], float | str]


def told(database: Database) -> Told:
    """By score, part, account and day all that is kept of days on which the score is known; versions by fingerprint."""
    versions = dict(rows_of(database, "score_version", "code", "fingerprint"))
    found: dict[tuple[str, str, str, str], float | str] = {}
    for score in sorted({key.split()[1] for key in rows_of(database, "series", "key") if key.startswith("score ")}):
        values = cells(database, f"score {score} value")
        for part in KEPT:
            for (name, day), number in cells(database, f"score {score} {part}").items():
                if (name, day) in values:
                    found[score, part, name, day] = versions[int(number)] if part == "version" else number
    return found


def lived(of: Company, said: Told) -> Told:
    """Only days from the first one of each account on."""
    return {key: number for key, number in said.items() if key[3] >= str(of.begins[key[2]])}
