"""Chance and an account in; its observations, events and facts, as rows that arrive (late, twice, corrected), out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.year.arriving import Arriving, written
from tests.year.catalog import CITIES, DEVICES, TOPICS
from tests.year.draw import Draw
from tests.year.draw_accounts import FIRST, HISTORY, Profile
from tests.year.draw_measures import RATES

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Break:
    """A feed that is broken for a while; what it should have brought comes when it is mended, or never."""

    name: str
    since: datetime
    until: datetime
    lost: bool


def breaks(draw: Draw, days: int) -> list[Break]:
    found = []
    for name in draw.some(["login", "active_users", "ticket", "nps", "uptime", "newsletter"], 2, 4):
        since = FIRST + timedelta(days=draw.randint(5, days))
        found.append(Break(name, since, since + timedelta(days=draw.randint(4, 25)), draw.chance(0.4)))
    return found


def arrivals(draw: Draw, who: Profile, days: int, broken: Sequence[Break]) -> Iterator[Arriving]:
    """What was before `FIRST` (or before it came) came with it, as history."""
    for day in range(-HISTORY, days):
        midnight = FIRST.replace(hour=0) + timedelta(days=day)
        for name, at, kind, row in _day(draw, who, midnight, day):
            yield from _as_they_come(draw, who, name, at, Arriving(at, kind, row), broken)
    for _ in range(draw.randint(0, 3)):
        yield from _fact(draw, who, days)
    if draw.chance(0.1):
        yield _yearly(draw, who)


Record = tuple[str, datetime, str, Mapping[str, str]]


def _day(draw: Draw, who: Profile, midnight: datetime, day: int) -> Iterator[Record]:
    busy = who.busy(day) * (0.3 if midnight.weekday() > 4 else 1.0)
    for event, rate in RATES.items():
        for _ in range(3 if event == "login" else 1):
            if draw.chance(min(1.0, rate * (busy / 2 if event == "login" else 1))):
                at = midnight + timedelta(seconds=draw.randint(0, 86399))
                yield event, at, "events", _event(draw, who, event, at)
    if draw.chance(0.3):
        yield from _observations(draw, who, midnight, busy)


def _event(draw: Draw, who: Profile, event: str, at: datetime) -> Mapping[str, str]:
    properties: Mapping[str, Mapping[str, str]] = {
        "login": {
            "minutes": draw.one([str(draw.randint(1, 40)), str(draw.measured(1, 4)), ""]),
            "device": draw.one([*DEVICES, ""]),
        },
        "ticket": {"urgent": draw.one(["yes", "no", ""]), "topic": draw.one(TOPICS)},
        "payment": {
            "amount": str(draw.randint(10, 120)),
            "due_on": draw.one([(at.date() + timedelta(days=9)).isoformat(), ""]),
            "booked_at": draw.one([written(draw, at + timedelta(hours=draw.randint(1, 90))), ""]),
        },
        "newsletter": {},
    }
    number = f"{event}-{draw.getrandbits(60)}" if draw.chance(0.3) else ""
    contact = draw.one([*who.contacts, ""]) if event != "payment" else ""
    row = {"account": who.id, "at": written(draw, at), "event": event, "id": number, "contact": contact}
    return {**row, **properties[event]}


def _observations(draw: Draw, who: Profile, midnight: datetime, busy: float) -> Iterator[Record]:
    at = midnight + timedelta(hours=draw.randint(0, 23))
    said = written(draw, at)
    if draw.chance(0.5):
        row = {"account": who.id, "at": said, "active_users": str(int(busy * draw.randint(5, 40))), "uptime": ""}
        if draw.chance(0.5):
            row["uptime"] = str(draw.measured(95, 100))
        yield "active_users", at, "observations", row
    if draw.chance(0.2):
        value = {"metric": "nps", "value": str(draw.randint(-100, 100))}
        yield "nps", at, "observations", {"account": who.id, "at": said, "contact": draw.one(who.contacts), **value}
    if draw.chance(0.1):
        # A date alone is read where the account is, so it must be over everywhere when it comes.
        day = {"account": who.id, "at": (midnight - 2 * ONE_DAY).date().isoformat()}
        yield "uptime", at, "observations", {**day, "metric": "uptime", "value": str(draw.measured(95, 100))}


def _as_they_come(
    draw: Draw, who: Profile, name: str, at: datetime, said: Arriving, broken: Sequence[Break]
) -> Iterator[Arriving]:
    """Soon after it happened, or late; some twice, some corrected."""
    comes = at + draw.one([timedelta(minutes=draw.randint(1, 300))] * 8 + [timedelta(days=draw.uniform(1, 20))])
    for one in broken:
        if one.name == name and one.since <= at < one.until:
            if one.lost:
                return
            comes = max(comes, one.until)
    if comes < who.joins and at < who.joins - ONE_DAY:
        is_old = at < FIRST - ONE_DAY
        comes, said = (who.joins if is_old else comes), replace(said, history=is_old)
    if who.alias and draw.chance(0.5):
        said = replace(said, row={**said.row, "account": who.alias})
    yield replace(said, at=comes)
    if draw.chance(0.04):
        yield replace(said, at=comes + timedelta(days=draw.uniform(0, 10)), history=False)
    if said.kind == "observations" and draw.chance(0.06):
        yield replace(
            said, at=comes + timedelta(days=draw.uniform(0, 10)), history=False, row=_corrected(draw, said.row)
        )


def _corrected(draw: Draw, row: Mapping[str, str]) -> Mapping[str, str]:
    return {**row, **{name: str(draw.randint(96, 100)) for name in ("value", "active_users") if row.get(name)}}


def _fact(draw: Draw, who: Profile, days: int) -> Iterator[Arriving]:
    at = FIRST + timedelta(days=draw.uniform(-60, days))
    comes = max(at, who.joins) + timedelta(days=draw.one([0, 0, 2, 12]), minutes=5)
    name, properties = draw.one(
        [
            (
                "leadership_change",
                {"role": draw.one(["CEO", "CFO", ""]), "signed_at": draw.one([written(draw, at), ""])},
            ),
            ("office_move", {"city": draw.one(CITIES)}),
        ]
    )
    row = {
        "account": who.id,
        "at": written(draw, at),
        "fact": name,
        "id": f"f-{draw.getrandbits(50)}" if draw.chance(0.5) else "",
        "until": (at.date() + timedelta(days=draw.randint(1, 90))).isoformat() if draw.chance(0.5) else "",
        "reason": draw.one(["told me", ""]),
        **properties,
    }
    yield Arriving(comes, "facts", row)
    if row["id"] and draw.chance(0.4):
        other = {**row, "until": (at.date() + timedelta(days=draw.randint(1, 20))).isoformat()}
        yield Arriving(comes + timedelta(days=draw.uniform(0.5, 30)), "facts", other)


def _yearly(draw: Draw, who: Profile) -> Arriving:
    month = draw.randint(1, 12)
    row = {"account": who.id, "at": f"2023-{month:02}-{draw.randint(1, 28):02}", "fact": "holiday", "repeats": "yearly"}
    return Arriving(who.joins, "facts", row)
