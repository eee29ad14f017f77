"""What came in, and what it changed, in; the facts that follow from it by themselves, as the catalog says, out."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select

from engine.clock import moment, weekday
from engine.conditions.compile import where_filter
from engine.conditions.constants import Constant
from engine.conditions.filters import Filter
from engine.language.catalog import WEEKDAYS, Catalog
from engine.store.accounts import Accounts
from engine.store.among import among
from engine.store.ingest.contacts import CONTACT
from engine.store.ingest.context import Importing, JsonValue
from engine.store.ingest.days import local_days
from engine.store.ingest.facts import FACT, ends
from engine.store.ingest.hashes import digest, plain_text
from engine.store.values import compared
from engine.store.writing import append

MOVED_BY = "by"
"""A number property of a fact that follows an attribute, where it is declared: days, or the difference."""


Follows = tuple[str, Mapping[str, JsonValue]]
"""A fact that follows: its name and properties."""
Roles = Mapping[str, str | None]
"""By email."""


@dataclass(frozen=True, slots=True)
class Whose:
    """The account that a fact is stated of."""

    seq: int
    id: str
    zone: str


def follow_attribute(importing: Importing, whose: Whose, attribute: str, was: JsonValue, now: JsonValue) -> None:
    _state(importing, whose, of_attribute(importing.catalog, attribute, was, now))


def of_attribute(catalog: Catalog, attribute: str, was: JsonValue, now: JsonValue) -> Iterator[Follows]:
    """It went from one known value to another."""
    for name, kind in catalog.facts.items() if was is not None and now is not None and was != now else ():
        if kind.when_changes == attribute:
            moved = _moved(was, now) if MOVED_BY in kind.properties else None
            properties: dict[str, JsonValue] = {"was": was, "now": now}
            yield name, properties if moved is None else properties | {MOVED_BY: moved}


def _moved(was: JsonValue, now: JsonValue) -> float | None:
    """How far: days between dates, the difference of numbers; of anything else nothing."""
    if isinstance(was, str) and isinstance(now, str):
        try:
            return float((date.fromisoformat(now[:10]) - date.fromisoformat(was[:10])).days)
        except ValueError:
            return None
    is_number = isinstance(was, int | float) and isinstance(now, int | float) and not isinstance(was, bool)
    return float(Decimal(str(now)) - Decimal(str(was))) if is_number else None


def follow_roles(importing: Importing, whose: Whose, before: Roles, after: Roles) -> None:
    _state(importing, whose, of_roles(importing.catalog, before, after))


def of_roles(catalog: Catalog, before: Roles, after: Roles) -> Iterator[Follows]:
    """Of the contacts that changed. Whoever had the role and has it no longer is `was`; the first who has it now and
    had not, if there is one, is `now`."""
    for name, kind in catalog.facts.items():
        role = kind.when_role_changes
        if role is None:
            continue
        gained = sorted(email for email, has in after.items() if has == role and before.get(email) != role)
        for email in sorted(email for email, had in before.items() if had == role and after[email] != role):
            yield name, {"was": email, **({"now": gained[0]} if gained else {})}


def _following(catalog: Catalog) -> dict[str, list[tuple[str, Filter, frozenset[str]]]]:
    """By event, the facts that follow from each one of it: name, `where`, the properties that both have."""
    found: dict[str, list[tuple[str, Filter, frozenset[str]]]] = {}
    for name, kind in catalog.facts.items():
        if kind.when_event is not None and kind.when_event in catalog.events:
            where = where_filter(kind.when_event, kind.where, catalog)
            shared = frozenset(kind.properties) & catalog.events[kind.when_event].properties.keys()
            found.setdefault(kind.when_event, []).append((name, where, shared))
    return found


def follow_events(importing: Importing, rows: Iterable[Mapping[str, Any]], accounts: Accounts) -> None:
    """New events, as rows of their table."""
    following = _following(importing.catalog)
    if not following:
        return
    zones = {seq: accounts.zone_of(place) for place, seq in enumerate(accounts.seq.tolist())}
    of_interest = [row for row in rows if row["name"] in following]
    people = _people(importing, [row["contact_id"] for row in of_interest])
    facts = []
    for row in of_interest:
        seq, day, said = row["account_seq"], row["day"], json.loads(row["properties"])
        values = _values(importing.catalog, row, said, zones[seq], people.get(row["contact_id"], {}))
        for name, where, shared in following[row["name"]]:
            if not all(test.holds(values.get(test.prop)) for test in where):
                continue
            facts.append(
                {
                    **_stated(importing, seq, name, {prop: said[prop] for prop in shared & said.keys()}),
                    "identity": digest("fact of an event", name, row["identity"].hex()),
                    "content": row["content"],
                    "at": row["at"],
                    "day": day,
                    "until": ends(importing.catalog, name, day, None, zones[seq]),
                }
            )
    if facts:
        append(importing.connection, FACT, facts)


def _people(importing: Importing, ids: Iterable[int | None]) -> dict[int | None, Mapping[str, Constant]]:
    """What a contact adds to its events, by number."""
    wanted = sorted({number for number in ids if number is not None})
    query = select(CONTACT.c.id, CONTACT.c.email, CONTACT.c.role).where(among(CONTACT.c.id, wanted))
    return {
        number: {"contact": email, **({"contact_role": role} if role else {})}
        for number, email, role in (importing.connection.execute(query) if wanted else ())
    }


def _values(
    catalog: Catalog, row: Mapping[str, Any], said: Mapping[str, JsonValue], zone: str, person: Mapping[str, Constant]
) -> dict[str, Constant | None]:
    """The properties of a new event as conditions see them, the built-in ones too."""
    types = {prop: catalog.property_type(row["name"], prop) for prop in said}
    declared = {prop: compared(said[prop], type_, zone) for prop, type_ in types.items() if type_ is not None}
    day, hour = row["day"], moment(row["at"]).astimezone(ZoneInfo(zone)).hour
    return {**declared, "day": float(day), "weekday": WEEKDAYS[weekday(day)], "hour": float(hour), **person}


def _state(importing: Importing, whose: Whose, facts: Iterable[Follows]) -> None:
    """Facts of this moment."""
    catalog, at = importing.catalog, importing.at
    rows = [
        {**_stated(importing, whose.seq, name, said), **follows(catalog, whose, name, said, at)} for name, said in facts
    ]
    if rows:
        append(importing.connection, FACT, rows)


def follows(catalog: Catalog, whose: Whose, name: str, properties: Mapping[str, JsonValue], at: int) -> dict[str, Any]:
    """What is kept of a fact that follows from a change at a moment, in microseconds."""
    day = int(local_days(np.array([at]), whose.zone)[0])
    content = digest(whose.id, name, str(at), plain_text([properties.get("was"), properties.get("now")]))
    until = ends(catalog, name, day, None, whose.zone)
    identity = digest("changed", content.hex())
    return {"identity": identity, "content": content, "at": at, "day": day, "until": until}


def _stated(importing: Importing, seq: int, name: str, properties: Mapping[str, JsonValue]) -> dict[str, Any]:
    """What all facts that follow by themselves have in common."""
    return {
        "account_seq": seq,
        "name": name,
        "properties": dict(properties),
        "source": importing.arrival.source,
        "author": importing.arrival.author,
        "arrived_at": importing.at,
        "yearly": False,
        "import_id": importing.import_id,
    }
