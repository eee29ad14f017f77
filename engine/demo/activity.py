"""A customer and its course in; what its product and our own systems recorded of it out, as rows."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from engine.demo import names
from engine.demo.course import Course, Curve, Detail, Happening, Rng
from engine.demo.customers import Customer

EventRow = tuple[str, str, str, str, dict[str, object]]
"""Account, moment, event, contact, properties."""
Moments = NDArray[np.int64]

DAY = 86_400
WEEK = np.array([1.0, 1.02, 1.0, 0.97, 0.82, 0.06, 0.04])
OPEN_AT_WEEKENDS = {"hospitality": 0.6, "retail": 0.4, "health": 0.25}
YEAR_END, YEAR_END_LEFT = ((12, 23), (1, 3)), 0.25
OFFICE_HOURS = (9 * 3600, 16 * 3600)
"""In which the rest happens, in seconds of the day."""
KEENNESS = 0.35
"""How much the people of one customer differ in how often they come."""
NEWSLETTER_EVERY = 14
LATEST = 22 * 3600
"""Seconds of the newest day (UTC) after which nothing is recorded."""


class Calendar:
    """The days up to and with the newest one, and when they begin where a customer is."""

    def __init__(self, days: int, until: date) -> None:
        self.days = days
        self.until = until
        self.dates = [until - timedelta(days=days - 1 - day) for day in range(days)]
        self.weekdays = np.array([day.weekday() for day in self.dates])
        self.end = (until - date(1970, 1, 1)).days * DAY + LATEST
        self.year_end = np.array([_in_year_end(day) for day in self.dates])
        self._midnights: dict[str, Moments] = {}

    def midnights(self, zone: str) -> Moments:
        """When each day begins in the zone, in seconds since the epoch."""
        if zone not in self._midnights:
            info = ZoneInfo(zone)
            starts = [_midnight(day, info) for day in self.dates]
            self._midnights[zone] = np.array(starts, dtype=np.int64)
        return self._midnights[zone]


def events(rng: Rng, calendar: Calendar, customer: Customer, course: Course) -> tuple[list[EventRow], Curve]:
    """(What happened, how many different people were in the product on each day)."""
    present = _presence(rng, calendar, customer, course)
    rows = [
        *_logins(rng, calendar, customer, course, present),
        *_features(rng, calendar, customer, course, present),
        *_relationship(rng, calendar, customer, course),
    ]
    return rows, present.sum(axis=1).astype(float)


def levels(
    rng: Rng, calendar: Calendar, course: Course, users: Curve, uptime: Curve
) -> Iterator[tuple[date, int, float, int | None]]:
    """Day, active users, uptime, NPS where it was asked, for each day as a customer."""
    first, last = course.joined or 0, _last(calendar, course)
    asked = set(range(first + int(rng.integers(10, 60)), last + 1, int(rng.integers(55, 95))))
    own = np.where(rng.random(calendar.days) < 0.01, rng.uniform(0.3, 4, calendar.days), 0)
    up = np.maximum(uptime - own, 80).tolist()
    middle = np.interp(np.arange(calendar.days), [0, calendar.days - 1], course.nps).tolist()
    for day in range(first, last + 1):
        nps = min(max(round(middle[day] + rng.normal(0, 5)), -100), 100) if day in asked else None
        yield calendar.dates[day], int(users[day]), round(up[day], 2), nps


def shared_uptime(rng: Rng, days: int) -> Curve:
    """What our own product was like: nearly always there, with a bad day once in a while."""
    usual = 100 - np.abs(rng.normal(0, 0.03, days))
    return np.where(rng.random(days) < 0.015, usual - rng.uniform(0.4, 2.5, days), usual)


def _when(rng: Rng, calendar: Calendar, customer: Customer, day: int) -> int | None:
    """A moment in working hours of that day; None if it lies after the end."""
    moment = int(calendar.midnights(customer.timezone)[day]) + int(rng.integers(*OFFICE_HOURS))
    return moment if moment <= calendar.end else None


def spelled(moments: Moments) -> list[str]:
    return [f"{text}Z" for text in np.datetime_as_string(moments.astype("datetime64[s]"), unit="s").tolist()]


def details_on(details: dict[str, Detail], until: date) -> dict[str, object]:
    """Properties as they stand in a file."""
    return {key: until + value if isinstance(value, timedelta) else value for key, value in details.items()}


def _presence(rng: Rng, calendar: Calendar, customer: Customer, course: Course) -> NDArray[np.bool_]:
    """Days × people: who was in the product on which day."""
    days, people = calendar.days, len(customer.contacts)
    week = WEEK * rng.uniform(0.88, 1.1, 7)
    week[5:] = np.maximum(week[5:], OPEN_AT_WEEKENDS.get(customer.industry, 0))
    swing = np.exp(rng.normal(0, course.noise, days))
    pull = course.pull * week[calendar.weekdays] * swing
    pull = np.where(calendar.year_end, pull * YEAR_END_LEFT, pull)
    keen = rng.uniform(1 - KEENNESS, 1 + KEENNESS, people)
    begun = np.arange(people)[None, :] < np.round(course.share * customer.seats)[:, None]
    chance = np.clip(pull[:, None] * keen[None, :], 0, 0.97)
    here: NDArray[np.bool_] = (rng.random((days, people)) < chance) & begun
    here[: course.joined or 0] = False
    here[_last(calendar, course) + 1 :] = False
    return here


def _logins(
    rng: Rng, calendar: Calendar, customer: Customer, course: Course, present: NDArray[np.bool_]
) -> Iterator[EventRow]:
    days, people = np.nonzero(present)
    moments = calendar.midnights(customer.timezone)[days] + (7.5 * 3600 + rng.beta(2, 3, len(days)) * 39_600).astype(
        int
    )
    minutes = np.clip(np.round(rng.lognormal(np.log(course.minutes), 0.45, len(days))), 1, 240).astype(int)
    early = moments <= calendar.end
    rows = zip(spelled(moments[early]), people[early].tolist(), minutes[early].tolist(), strict=True)
    for moment, person, minute in rows:
        yield customer.id, moment, names.LOGIN, customer.contacts[person].email, {"minutes": minute}


def _features(
    rng: Rng, calendar: Calendar, customer: Customer, course: Course, present: NDArray[np.bool_]
) -> Iterator[EventRow]:
    """One feature that somebody used, on each day with somebody in the product; the first in the list most often."""
    busy = np.nonzero(present.any(axis=1))[0]
    known = np.clip(np.round(course.breadth[busy]), 1, len(names.FEATURES))
    features = (known * rng.random(len(busy)) ** 1.2).astype(np.int64).tolist()
    people = np.where(present[busy], rng.random((len(busy), present.shape[1])), -1).argmax(axis=1).tolist()
    moments = calendar.midnights(customer.timezone)[busy] + rng.integers(*OFFICE_HOURS, len(busy))
    for moment, text, feature, person in zip(moments.tolist(), spelled(moments), features, people, strict=True):
        if moment <= calendar.end:
            contact = customer.contacts[person].email
            yield customer.id, text, names.FEATURE_USED, contact, {"feature": names.FEATURES[feature]}


def _relationship(rng: Rng, calendar: Calendar, customer: Customer, course: Course) -> Iterator[EventRow]:
    for one in (*course.happenings, *_meetings(rng, calendar, course), *_routine(rng, calendar, course)):
        moment = _when(rng, calendar, customer, one.day)
        if moment is None:
            continue
        person = int(rng.integers(len(customer.contacts))) if one.by_contact else -1
        contact = customer.contacts[person].email if one.by_contact else ""
        yield customer.id, _text(moment), one.event, contact, details_on(dict(one.details), calendar.until)


def _meetings(rng: Rng, calendar: Calendar, course: Course) -> Iterator[Happening]:
    day = (course.joined or 0) + rng.uniform(0, course.meeting_every)
    while day <= _last(calendar, course):
        kind = "review" if rng.random() < 0.25 else "call"
        yield Happening(_workday(calendar, int(day)), names.MEETING_HELD, {"kind": kind})
        day += course.meeting_every * rng.uniform(0.7, 1.3)


def _routine(rng: Rng, calendar: Calendar, course: Course) -> Iterator[Happening]:
    """Tickets, newsletters read, and the odd invoice that is late with anybody."""
    first, last = course.joined or 0, _last(calendar, course)
    for _ in range(int(rng.poisson(course.tickets_a_month * (last - first + 1) / 30))):
        priority = str(rng.choice(["low", "normal", "urgent"], p=[0.35, 0.55, 0.1]))
        day = _workday(calendar, int(rng.integers(first, last + 1)))
        yield Happening(day, names.TICKET_OPENED, {"priority": priority}, by_contact=True)
    issues = range(first + (-first) % NEWSLETTER_EVERY, last + 1, NEWSLETTER_EVERY)
    for day in issues:
        if course.readers_until is None or day <= course.readers_until:
            for _ in range(int(rng.poisson(course.readers))):
                yield Happening(_workday(calendar, day), names.NEWSLETTER_OPENED, by_contact=True)
    if rng.random() < 0.15:
        late = {"days": float(rng.integers(2, 12)), "amount": round(float(rng.uniform(300, 8000)), 2)}
        yield Happening(_workday(calendar, int(rng.integers(first, last + 1))), names.INVOICE_OVERDUE, late)
    if rng.random() < 0.1:
        day = _workday(calendar, int(rng.integers(first, last + 1)))
        yield Happening(day, names.INTEGRATION_ERROR, {"system": str(rng.choice(names.SYSTEMS))})


def _workday(calendar: Calendar, day: int) -> int:
    """That day, or the Friday before."""
    return max(day - max(int(calendar.weekdays[day]) - 4, 0), 0)


def _last(calendar: Calendar, course: Course) -> int:
    """The last day as a customer."""
    return calendar.days - 1 if course.lost_on is None else min(course.lost_on, calendar.days - 1)


def _text(moment: int) -> str:
    return spelled(np.array([moment]))[0]


def _in_year_end(day: date) -> bool:
    (month, first), (next_month, last) = YEAR_END
    return (day.month == month and day.day >= first) or (day.month == next_month and day.day < last)


def _midnight(day: date, zone: ZoneInfo) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
