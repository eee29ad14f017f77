"""Chance in; who the accounts are, and what changes about them in the year, as rows that arrive, out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.year.arriving import Arriving, written
from tests.year.catalog import PLANS, POOLS, ROLES, SEGMENTS, TEAM, ZONES
from tests.year.draw import Draw

FIRST = datetime(2025, 1, 7, 4, tzinfo=UTC)
"""When the first things arrive."""
DAYS = 355
HISTORY = 150
"""So many days before `FIRST` there are records of."""


@dataclass(frozen=True)
class Profile:
    """An account as records are drawn for it. `phases`: from which day on it is how busy."""

    id: str
    alias: str | None
    joins: datetime
    zone: str
    parents: tuple[str, ...]
    """Of whom one may be its parent; nobody is above those who are above them."""
    contacts: tuple[str, ...]
    phases: tuple[tuple[int, float], ...]

    def busy(self, day: int) -> float:
        return [factor for since, factor in self.phases if since <= day][-1]


def profile(draw: Draw, number: int, days: int) -> Profile:
    name = f"a{number:03}"
    late = draw.chance(0.2)
    phases = [(-HISTORY, draw.uniform(0.1, 1.2))]
    phases += [(day, draw.one([0.0, 0.2, 0.6, 1.0, 1.5])) for day in sorted(draw.sample(range(-40, days), 4))]
    return Profile(
        id=name,
        alias=f"crm-{number}" if draw.chance(0.2) else None,
        joins=FIRST + timedelta(days=draw.randint(2, int(days * 0.7)), hours=draw.randint(0, 23)) if late else FIRST,
        zone=draw.one(ZONES),
        parents=tuple(f"a{other:03}" for other in range(4) if (other % 3, other) < (number % 3, number)),
        contacts=tuple(f"{person}@{name}.example" for person in draw.some(["ada", "ben", "cleo", "dov"], 1, 4)),
        phases=tuple(phases),
    )


def arrivals(draw: Draw, who: Profile, days: int) -> Iterator[Arriving]:
    """The account, its contacts, and what changes about it."""
    yield Arriving(who.joins, "accounts", {"id": who.id, **_attributes(draw, who)})
    for email in who.contacts:
        if draw.chance(0.85):
            consent = draw.one(["yes", "no", "yes", ""])
            row = {"account": who.id, "email": email, "role": draw.one([*ROLES, ""]), "consent": consent}
            yield Arriving(who.joins, "contacts", row)
    if who.alias:
        yield Arriving(
            who.joins + timedelta(days=draw.randint(0, 20)), "aliases", {"account": who.id, "alias": who.alias}
        )
    for _ in range(draw.randint(1, 5)):
        at = FIRST + timedelta(days=draw.uniform(1, days))
        if at > who.joins + timedelta(days=1):
            yield Arriving(at, "accounts", {"id": who.id, **_change(draw, who, at)})
    for _ in range(draw.choices([0, 1, 2], [5, 3, 2])[0]):
        yield from _roles(draw, who, who.joins + timedelta(days=draw.uniform(5, days)))
    yield from _outcomes(draw, who, days)


def _attributes(draw: Draw, who: Profile) -> dict[str, str]:
    first = FIRST.date()
    return {
        "name": f"Firm {who.id}",
        "owner": draw.one([*TEAM, "", "nobody@us.example"]),
        "segment": draw.one([*SEGMENTS, ""]),
        "plan": draw.one([*PLANS, ""]),
        "seats": draw.one([str(draw.randint(1, 60)), str(draw.randint(1, 12)), ""]),
        "vip": draw.one(["yes", "no", ""]),
        "timezone": who.zone if draw.chance(0.8) else "",
        "since": _near(draw, first, -500, -30) if draw.chance(0.6) else "",
        "renewal_date": _near(draw, first, -20, 300) if draw.chance(0.8) else "",
        "payment_date": _near(draw, first, 0, 100) if draw.chance(0.8) else "",
        "last_call": _call(draw, FIRST) if draw.chance(0.7) else "",
        "value": draw.one([str(draw.randint(100, 90000)), str(draw.randint(100, 90000)), "0", ""]),
        "parent": draw.one(who.parents) if who.parents and draw.chance(0.5) else "",
    }


def _roles(draw: Draw, who: Profile, at: datetime) -> Iterator[Arriving]:
    """Some of its contacts have other roles, at the same time."""
    for email in draw.some(who.contacts, 1, 2):
        row = {"account": who.id, "email": email, "role": draw.one([*ROLES, ""]), "consent": "yes"}
        yield Arriving(at, "contacts", row)


def _near(draw: Draw, day: date, low: int, high: int) -> str:
    return (day + timedelta(days=draw.randint(low, high))).isoformat()


def _call(draw: Draw, at: datetime) -> str:
    return written(draw, at + timedelta(days=draw.uniform(-100, 100)))


def _change(draw: Draw, who: Profile, at: datetime) -> dict[str, str]:
    today = at.date()
    changes: list[dict[str, str]] = [
        {"plan": draw.one([*PLANS, ""])},
        {"seats": str(draw.randint(1, 60))},
        {"owner": draw.one(TEAM)},
        {"renewal_date": _near(draw, today, -10, 300)},
        {"payment_date": draw.one([_near(draw, today, 0, 60), ""])},
        {"segment": draw.one(SEGMENTS), "vip": draw.one(["yes", "no"])},
        {"parent": draw.one([*who.parents, ""])},
        {"value": draw.one([str(draw.randint(100, 90000)), "0", ""])},
        {"last_call": draw.one([_call(draw, at), ""])},
        {"timezone": draw.one([*ZONES, ""])},
    ]
    return draw.one(changes)


def _outcomes(draw: Draw, who: Profile, days: int) -> Iterator[Arriving]:
    at = who.joins + timedelta(days=draw.randint(10, days))
    if draw.chance(0.12):
        yield _outcome(draw, who, at, "churned")
        if draw.chance(0.6):
            yield _outcome(draw, who, at + timedelta(days=draw.randint(3, 60)), "renewed")
    elif draw.chance(0.2):
        yield _outcome(draw, who, at, draw.one(["expanded", "contracted", "renewed", "paused"]))


def _outcome(draw: Draw, who: Profile, at: datetime, outcome: str) -> Arriving:
    late = timedelta(days=draw.one([0, 0, 1, 9]))
    return Arriving(at + late, "outcomes", {"account": who.id, "at": written(draw, at), "outcome": outcome})


def teammates(draw: Draw, days: int) -> Iterator[Arriving]:
    """All but one of those who own accounts, some away for a while."""
    for number, email in enumerate(TEAM):
        away = FIRST.date() + timedelta(days=draw.randint(5, days - 20))
        is_away = draw.chance(0.5)
        row: dict[str, Any] = {
            "email": email,
            "name": email.split("@")[0].title(),
            "manager": draw.one([TEAM[-1], TEAM[0], ""]),
            "pools": ";".join(draw.some(POOLS, 0, 2) if number > 1 else POOLS),
            "away_from": away.isoformat() if is_away else "",
            "away_until": (away + timedelta(days=draw.randint(3, 60))).isoformat() if is_away else "",
            "backup": draw.one([TEAM[1], TEAM[3], ""]),
        }
        yield Arriving(FIRST, "teammates", row)
