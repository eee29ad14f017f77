"""A seed in; a year of a made-up company out: what happens to its workspace, in order, as both sides are told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.oracle.journal import Edit, Entry, Look, Override, State
from tests.year import draw_accounts, draw_records
from tests.year.arriving import Arriving, imports
from tests.year.catalog import CITIES
from tests.year.draw import Draw
from tests.year.draw_accounts import FIRST, Profile, profile
from tests.year.draw_edits import edited
from tests.year.draw_scores import BANDS
from tests.year.files import draw_workspace


@dataclass(frozen=True)
class Size:
    accounts: int
    days: int
    longest_gap: int = 5
    """Between two looks, in days."""


@dataclass(frozen=True)
class Chores:
    """People pass on or do some of their open tasks, and settle some messages: which, only the other side knows."""

    as_of: str
    seed: int


def year(seed: int, size: Size) -> Iterator[Entry | Chores]:
    draw = Draw(seed)
    drawing = draw_workspace(draw, size.accounts, size.days)
    profiles = [profile(draw, number, size.days) for number in range(size.accounts)]
    coming = sorted(_arriving(draw, profiles, size), key=lambda one: one.at)
    files = drawing.files()
    yield Edit(dict(files))
    for look in _looks(draw, size):
        before = look - timedelta(minutes=draw.randint(1, 20))
        if draw.chance(0.1):
            drawing = edited(draw, drawing)
            after = drawing.files()
            gone = dict.fromkeys(files.keys() - after.keys())
            yield Edit({**{path: text for path, text in after.items() if files.get(path) != text}, **gone})
            files = after
        yield from imports([one for one in coming if one.at <= before], before.isoformat(), drawing.zone)
        coming = [one for one in coming if one.at > before]
        yield from _by_hand(draw, [who for who in profiles if who.joins <= before], before)
        yield Look(_said(draw, look, drawing.zone))


def _arriving(draw: Draw, profiles: list[Profile], size: Size) -> Iterator[Arriving]:
    broken = draw_records.breaks(draw, size.days)
    yield from draw_accounts.teammates(draw, size.days)
    for who in profiles:
        yield from draw_accounts.arrivals(draw, who, size.days)
        yield from draw_records.arrivals(draw, who, size.days, broken)


def _looks(draw: Draw, size: Size) -> Iterator[datetime]:
    """Every few days, at whatever time; now and then twice on a day."""
    at = FIRST + timedelta(hours=3)
    last = FIRST + timedelta(days=size.days)
    while at < last:
        yield at
        days = draw.choices(range(size.longest_gap + 1), [1, *[3] * size.longest_gap])[0]
        at = (
            at.replace(hour=draw.randint(4, 22), minute=draw.randint(0, 59)) + timedelta(days=days)
            if days
            else at + timedelta(hours=draw.randint(1, 9))
        )


def _said(draw: Draw, at: datetime, company_zone: str) -> str:
    """A time with an offset, or one of the company's zone."""
    return draw.one([at.isoformat(), at.astimezone(ZoneInfo(company_zone)).replace(tzinfo=None).isoformat()])


def _by_hand(draw: Draw, profiles: list[Profile], at: datetime) -> Iterator[Entry | Chores]:
    if draw.chance(0.2):
        yield Chores(at.isoformat(), draw.getrandbits(30))
    day = at.date()
    if draw.chance(0.2):
        until = (day + timedelta(days=draw.randint(1, 40))).isoformat()
        since = (day - timedelta(days=draw.randint(1, 30))).isoformat() if draw.chance(0.5) else None
        properties = {"city": draw.one(CITIES)}
        yield State(at.isoformat(), draw.one(profiles).id, "office_move", properties, since, draw.one([until, None]))
    for _ in range(draw.choices([0, 1, 2], [8, 2, 1])[0]):
        until = (day + timedelta(days=draw.randint(0, 30))).isoformat()
        of = draw.one([None, *BANDS])
        yield Override(at.isoformat(), draw.one(profiles).id, draw.randint(0, 100), until, of)
