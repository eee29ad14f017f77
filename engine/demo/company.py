"""A seed in, a sample company's files for `pulsebook import` out: accounts, their people, and what was recorded."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import repeat
from operator import itemgetter
from pathlib import Path

import numpy as np

from engine.demo import names
from engine.demo.activity import Calendar, EventRow, details_on, events, levels, shared_uptime
from engine.demo.course import Course, Curve, Rng
from engine.demo.customers import TEAM, Customer, make_customer
from engine.demo.stories import SHARES, cast

Row = Sequence[object]

TEAM_COLUMNS = ("email", "name", "manager", "slack_id", "timezone", "pools", "away_from", "away_until", "backup")
ACCOUNT_COLUMNS = (
    *("id", "name", "parent", "owner", "segment", "plan", "seats", "industry", "country", "timezone"),
    *("currency", "value", "since", "renewal_date", "payment_date", "onboarding"),
)
CONTACT_COLUMNS = ("account", "email", "name", "role", "consent", "timezone")
OBSERVATION_COLUMNS = ("account", "at", *names.METRICS)
EVENT_COLUMNS = ("account", "at", "event", "contact", *names.EVENT_PROPERTIES)
FACT_COLUMNS = ("account", "at", "fact", "until", "source", "author", "reason", "repeats", *names.FACT_PROPERTIES)
OUTCOME_COLUMNS = ("account", "at", "outcome")


@dataclass(frozen=True, slots=True)
class Company:
    """What was written. `files`: by kind of import, in the order in which they are best imported; a kind without rows
    has none. `rows`: by kind, the header not counted. `stories`: account id to the name of its story."""

    folder: Path
    files: Mapping[str, Path]
    rows: Mapping[str, int]
    stories: Mapping[str, str]

    def counts(self) -> dict[str, int]:
        """Accounts per story."""
        return dict(Counter(self.stories.values()))


@dataclass(frozen=True, slots=True)
class _Life:
    customer: Customer
    course: Course
    events: list[EventRow]
    observations: list[Row]


def write_company(folder: Path, *, accounts: int = 200, days: int = 180, until: date, seed: int) -> Company:
    """Write the files into `folder`, which is made if it is not there. The same arguments give the same files.

    `until` is the newest day; nothing is dated later than 22:00 UTC on it. Scores are not among what is written: they
    come from looks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    calendar = Calendar(days, until)
    told = cast(accounts, np.random.default_rng([seed, 0]))
    uptime = shared_uptime(np.random.default_rng([seed, 1]), days)
    taken: tuple[set[str], set[str]] = (set(), set())
    lives = [
        _live(np.random.default_rng([seed, 2, number]), number, story, calendar, uptime, taken)
        for number, story in enumerate(told)
    ]
    tables: dict[str, tuple[Sequence[str], list[Row]]] = {
        "teammates": (TEAM_COLUMNS, _teammates(until)),
        "accounts": (ACCOUNT_COLUMNS, [_account(life.customer) for life in lives]),
        "contacts": (CONTACT_COLUMNS, [row for life in lives for row in _contacts(life.customer)]),
        "observations": (OBSERVATION_COLUMNS, _sorted(row for life in lives for row in life.observations)),
        "events": (EVENT_COLUMNS, _sorted(_event(row) for life in lives for row in life.events)),
        "facts": (FACT_COLUMNS, _sorted(row for life in lives for row in _facts(life, calendar))),
        "outcomes": (OUTCOME_COLUMNS, _sorted(row for life in lives for row in _outcomes(life, calendar))),
    }
    files = {kind: _write(folder / f"{kind}.csv", columns, rows) for kind, (columns, rows) in tables.items() if rows}
    stories = {life.customer.id: story for life, story in zip(lives, told, strict=True)}
    return Company(folder, files, {kind: len(tables[kind][1]) for kind in files}, stories)


def _live(
    rng: Rng,
    number: int,
    story: str,
    calendar: Calendar,
    uptime: Curve,
    taken: tuple[set[str], set[str]],
) -> _Life:
    course = SHARES[story][0](rng, calendar.days)
    customer = make_customer(rng, number, course, calendar.until, taken)
    happened, users = events(rng, calendar, customer, course)
    observed: list[Row] = [
        (customer.id, day, people, up, "" if nps is None else nps)
        for day, people, up, nps in levels(rng, calendar, course, users, uptime)
    ]
    return _Life(customer, course, happened, observed)


def _teammates(until: date) -> list[Row]:
    return [
        (
            *(mate.email, mate.name, mate.manager, mate.slack_id, mate.timezone, ";".join(mate.pools)),
            *((until + timedelta(days=day) for day in mate.away) if mate.away else ("", "")),
            mate.backup,
        )
        for mate in TEAM
    ]


def _account(customer: Customer) -> Row:
    return [getattr(customer, column) for column in ACCOUNT_COLUMNS]


def _contacts(customer: Customer) -> Iterable[Row]:
    for one in customer.contacts:
        yield customer.id, one.email, one.name, one.role, one.consent, one.timezone


def _event(row: EventRow) -> Row:
    account, at, event, contact, details = row
    return (account, at, event, contact, *map(details.get, names.EVENT_PROPERTIES, repeat("")))


def _facts(life: _Life, calendar: Calendar) -> Iterable[Row]:
    for one in life.course.statements:
        details = details_on(dict(one.details), calendar.until)
        until = "" if one.until is None else calendar.dates[0] + timedelta(days=one.until)
        source = "CRM" if one.reason else "account owner"
        author = "" if one.reason else life.customer.owner
        yield (
            *(life.customer.id, calendar.dates[one.day], one.fact, until, source, author, one.reason),
            "yearly" if one.yearly else "",
            *(details.get(name, "") for name in names.FACT_PROPERTIES),
        )


def _outcomes(life: _Life, calendar: Calendar) -> Iterable[Row]:
    """The churn of its story, and the renewals of those who stayed."""
    lost = life.course.lost_on
    if lost is not None:
        yield life.customer.id, calendar.dates[lost], names.CHURNED
        return
    renewed = life.customer.renewal_date - timedelta(days=365)
    if calendar.dates[0] <= renewed <= calendar.until and life.customer.since < renewed:
        yield life.customer.id, renewed, names.RENEWED


def _sorted(rows: Iterable[Row]) -> list[Row]:
    """As an export has them: by time, then by account."""
    return sorted(rows, key=itemgetter(1, 0, 2))


def _write(file: Path, columns: Sequence[str], rows: list[Row]) -> Path:
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return file
