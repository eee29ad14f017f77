"""What a test tells of accounts: their records, days and contacts, as short as they can be said.

A builder fills in what the test does not speak about: it is Monday noon in UTC.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from engine.clock import day_number, day_of
from engine.domain import Contact, Fact, Value
from engine.language.catalog import Catalog

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday, noon in London."""
TODAY = day_number(AT.date())
CATALOG = Catalog.model_validate(
    {
        "attributes": {
            "plan": {},
            "seats": {"type": "number"},
            "trial": {"type": "boolean"},
            "renewal_date": {"type": "date"},
        },
        "metrics": {"users": {}, "nps": {}},
        "events": {
            "login": {"properties": {"device": "text"}},
            "order": {"properties": {"amount": "number", "item": "text", "gift": "boolean", "due": "date"}},
        },
        "facts": {"office_move": {"properties": {"city": "text", "rooms": "number", "on": "date"}}},
    }
)


@dataclass(frozen=True, slots=True)
class Observed:
    """A metric's value of one day."""

    name: str
    ago: int
    value: float
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Occurred:
    """An event."""

    name: str
    at: datetime
    contact: str | None = None
    properties: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Account:
    """One account with its records; `attributes` as values, None or absent is blank."""

    records: tuple[Observed | Occurred | Fact, ...] = ()
    zone: str = "UTC"
    since: date | None = None
    ended: bool = False
    contacts: tuple[Contact, ...] = ()
    attributes: Mapping[str, Value | None] = field(default_factory=dict)

    def observed(self, name: str) -> list[Observed]:
        return [one for one in self.records if isinstance(one, Observed) and one.name == name]

    @property
    def occurred(self) -> list[Occurred]:
        return sorted((one for one in self.records if isinstance(one, Occurred)), key=lambda one: one.at)


def ago(days: float = 0, *, hours: float = 0) -> datetime:
    """That long before the look."""
    return AT - timedelta(days=days, hours=hours)


def day(days_ago: int) -> date:
    """The date so many days before the look's."""
    return day_of(TODAY - days_ago)


def observed(name: str, days_ago: int, value: float) -> Observed:
    return Observed(name, days_ago, value)


def occurred(
    name: str, days_ago: float = 0, *, hours: float = 0, contact: str | None = None, **properties: Value
) -> Occurred:
    """An event so long before the look; at noon, if in whole days."""
    return Occurred(name, ago(days_ago, hours=hours), contact, properties)


def stated(name: str, days_ago: int = 0, *, until: datetime | None = None, **properties: Value) -> Fact:
    return Fact(0, "", name, ago(days_ago), TODAY - days_ago, until, properties)


def make_account(
    *records: Observed | Occurred | Fact,
    zone: str = "UTC",
    since: date | None = None,
    ended: bool = False,
    contacts: Iterable[Contact] = (),
    **attributes: Value | None,
) -> Account:
    return Account(records, zone, since, ended, tuple(contacts), attributes)


def make_contact(email: str, role: str | None = None, **more: Any) -> Contact:
    return Contact(account="", email=email, role=role, **more)
