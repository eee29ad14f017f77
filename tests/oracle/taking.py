"""One row about an account that is there in; its records with what the row says out, and whether that is new."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tests.oracle.files import Written
from tests.oracle.moments import day_in, duration, end_of, is_date, moment, start_of, zone
from tests.oracle.records import Account, Company, Event, Fact, Observation, Row, Value
from tests.oracle.values import properties_of, read_value
from tests.oracle.wanted import compared, fits

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Arrival:
    """How a file (or a command) is read, and when it came. `zone`: of times without an offset."""

    catalog: Written
    company_zone: str
    at: datetime
    zone: str
    history: bool = False

    def moment(self, account: Account, written: str) -> datetime:
        """A date is the start of that day where the account is."""
        said = written.strip()
        if is_date(said):
            return start_of(date.fromisoformat(said), account.zone(self.company_zone))
        return moment(said, self.zone)

    def day(self, account: Account, at: datetime) -> date:
        return day_in(at, account.zone(self.company_zone))


def _text(row: Row, column: str) -> str | None:
    return row.get(column, "").strip() or None


def _observations(company: Company, account: Account, arrival: Arrival, row: Row, seen: Counter[object]) -> bool:
    """Long (`metric`, `value`) or wide (a column per metric)."""
    said = {row["metric"].strip(): row["value"]} if "metric" in row else row
    metrics = [name for name in arrival.catalog.get("metrics", {}) if said.get(name, "").strip()]
    contact, at = _text(row, "contact"), arrival.moment(account, row["at"])
    taken = [_observation(company, account, arrival, (name, contact), at, float(said[name])) for name in metrics]
    return any(taken)


def _observation(
    company: Company, account: Account, arrival: Arrival, of: tuple[str, str | None], at: datetime, value: float
) -> bool:
    """Of a day the later time of day holds; at the same time another value is a correction."""
    day = arrival.day(account, at)
    new = Observation(at, day, at - start_of(day, account.zone(arrival.company_zone)), value)
    known = account.observations[of].get(day)
    if known is not None and (known.time > new.time or known == new):
        return False
    account.observations[of][day] = new
    company.recorded(of[0], day)
    return True


def _event(company: Company, account: Account, arrival: Arrival, row: Row, seen: Counter[object]) -> bool:
    """By its name and `id`, without one by all its content."""
    name, number, contact = row["event"].strip(), _text(row, "id"), _text(row, "contact")
    at = arrival.moment(account, row["at"])
    day, local = arrival.day(account, at), at.astimezone(zone(account.zone(arrival.company_zone)))
    declared = (arrival.catalog["events"][name] or {}).get("properties", {})
    properties = properties_of(declared, row, arrival.zone)
    content = ("event", account.id, name, at, contact, tuple(sorted(properties.items())))
    if not _is_new(company, ("event", name, number) if number else content, number, seen):
        return False
    built_in: dict[str, Value] = {"day": day, "weekday": WEEKDAYS[day.weekday()], "hour": float(local.hour)}
    if contact:
        built_in["contact"] = contact
    event = Event(name, at, day, contact, {**properties, **built_in})
    account.events[name][day].append(event)
    company.recorded(name, day)
    _assert_facts_of(account, arrival, event)
    return True


def _assert_facts_of(account: Account, arrival: Arrival, event: Event) -> None:
    """`when_event`: a fact of the event's time, with the properties that both declare."""
    for name, kind in arrival.catalog.get("facts", {}).items():
        said: Written = kind or {}
        if said.get("when_event") == event.name and _is_so(account, event, said, account.zone(arrival.company_zone)):
            properties = {prop: value for prop, value in event.properties.items() if prop in said.get("properties", {})}
            until = end_of_fact(account, arrival, name, event.day, "")
            account.facts.append(Fact(name, event.at, event.day, until, False, properties))


def _is_so(account: Account, event: Event, said: Written, where: str) -> bool:
    """A blank property is unknown, and then nothing follows."""
    wanted = said.get("where", {})
    role = account.contacts.get(event.contact or "", {}).get("role")
    properties = {**event.properties, "contact_role": role}
    return all(fits(wanted[prop], compared(properties.get(prop), where)) is True for prop in wanted)


def _is_new(company: Company, thing: object, number: str | None, seen: Counter[object]) -> bool:
    """Whether there are fewer such things than this file says; with an id there is one at most."""
    seen[thing] = 1 if number else seen[thing] + 1
    if seen[thing] <= company.known[thing]:
        return False
    company.known[thing] += 1
    return True


def _fact(company: Company, account: Account, arrival: Arrival, row: Row, seen: Counter[object]) -> bool:
    """Other content under the same `id` replaces what it said."""
    name, number = row["fact"].strip(), _text(row, "id")
    at = arrival.moment(account, row["at"])
    day = arrival.day(account, at)
    until = end_of_fact(account, arrival, name, day, row.get("until", ""))
    properties = properties_of((arrival.catalog["facts"][name] or {}).get("properties", {}), row, arrival.zone)
    fact = Fact(name, at, day, until, _text(row, "repeats") == "yearly", properties)
    said = tuple(_text(row, column) for column in ("source", "author", "reason"))
    content = ("fact", account.id, name, at, until, fact.yearly, said, tuple(sorted(properties.items())))
    if number is None:
        if _is_new(company, content, None, seen):
            account.facts.append(fact)
            return True
        return False
    known = company.facts_by_id.get((name, number))
    company.facts_by_id[name, number] = (account, fact, content)
    if known is not None and known[2] == content:
        return False
    if known is not None:
        known[0].facts.remove(known[1])
    account.facts.append(fact)
    return True


def end_of_fact(account: Account, arrival: Arrival, name: str, day: date, written: str) -> datetime | None:
    """Its `until`, of a date the end; else day + lasts − 1; else it holds until it is ended."""
    said, where = written.strip(), account.zone(arrival.company_zone)
    if said:
        return end_of(date.fromisoformat(said), where) if is_date(said) else moment(said, arrival.zone)
    lasts = (arrival.catalog["facts"][name] or {}).get("lasts")
    return end_of(day + timedelta(days=duration(lasts).amount - 1), where) if lasts else None


def _outcome(company: Company, account: Account, arrival: Arrival, row: Row, seen: Counter[object]) -> bool:
    outcome = (arrival.moment(account, row["at"]), row["outcome"].strip())
    if outcome in account.outcomes:
        return False
    account.outcomes.append(outcome)
    return True


def _contact(company: Company, account: Account, arrival: Arrival, row: Row, seen: Counter[object]) -> bool:
    known = account.contacts.setdefault(row["email"].strip(), {})
    before = dict(known)
    for column, text in row.items():
        if column not in ("account", "email"):
            known[column] = read_value(text, "boolean" if column == "consent" else "text", arrival.zone)
    return known != before


Take = Callable[[Company, Account, Arrival, Mapping[str, Any], Counter[object]], bool]
TAKES: Mapping[str, Take] = {
    "observations": _observations,
    "events": _event,
    "facts": _fact,
    "outcomes": _outcome,
    "contacts": _contact,
}
