"""A random generator and a number of days in; the course of an account in good times out."""

from dataclasses import replace

import numpy as np

from engine.demo import names
from engine.demo.course import Course, Happening, Rng, Statement, ago, dip, flat, pick, ramp, wave

CITIES = ("Leipzig", "Leeds", "Lyon", "Utrecht", "Malmö", "Porto", "Denver", "Gdańsk")


def steady(rng: Rng, days: int) -> Course:
    """Neither up nor down: the course that all others begin from."""
    drift = rng.normal(0, 0.04)
    return Course(
        share=ramp(days, rng.uniform(0.44, 0.74), rng.uniform(0.44, 0.76), 0, days),
        pull=ramp(days, rng.uniform(0.38, 0.68), rng.uniform(0.38, 0.68) * (1 + drift), 0, days),
        breadth=flat(days, rng.uniform(3, 6.5)),
        noise=rng.uniform(0.06, 0.14),
        minutes=rng.uniform(11, 26),
        nps=(level := rng.uniform(5, 48), level + rng.normal(0, 6)),
        meeting_every=rng.uniform(34, 75),
        tickets_a_month=rng.uniform(0.6, 2.8),
        readers=rng.uniform(1.8, 3) if rng.random() < 0.3 else rng.uniform(0, 0.25),
    )


def growing(rng: Rng, days: int) -> Course:
    """More people every month, until the seats run out."""
    full = ago(rng, days, 4, 60)
    rise = int(rng.integers(60, 130))
    return replace(
        steady(rng, days),
        share=ramp(days, rng.uniform(0.4, 0.6), rng.uniform(0.9, 1.0), full - rise, rise),
        pull=ramp(days, rng.uniform(0.45, 0.6), rng.uniform(0.6, 0.78), 0, days),
        breadth=ramp(days, rng.uniform(2.5, 4), rng.uniform(4, 5.5), 0, days),
        nps=(rng.uniform(0, 30), rng.uniform(10, 45)),
        meeting_every=rng.uniform(40, 70),
        plans=(names.STARTER, names.PRO),
    )


def seasonal(rng: Rng, days: int) -> Course:
    """Busy weeks and slack weeks take turns, as in a trade with a season."""
    calm = steady(rng, days)
    return replace(
        calm,
        share=wave(days, rng.uniform(0.5, 0.65), rng.uniform(0.05, 0.15), rng.uniform(70, 150), rng.uniform(0, 150)),
        pull=wave(days, rng.uniform(0.4, 0.55), rng.uniform(0.12, 0.28), rng.uniform(70, 150), rng.uniform(0, 150)),
    )


def champion(rng: Rng, days: int) -> Course:
    """Everybody uses everything, and says so to others."""
    ripe = ago(rng, days, 3, 75)
    praise = Happening(ago(rng, days, 1, 80), names.FEEDBACK, {"mood": "positive", "about": "how fast it went"}, True)
    stage = Happening(ago(rng, days, 5, 100), names.EVENT_ATTENDED, {"title": "Customer day"}, True)
    named = Happening(ago(rng, days, 1, 50), names.REFERRAL_GIVEN, {"company": "Fenner Works"}, True)
    early, late = rng.uniform(0.5, 0.64), rng.uniform(0.86, 0.99)
    return replace(
        steady(rng, days),
        share=ramp(days, early, late, ripe - 30, 30),
        pull=flat(days, rng.uniform(0.62, 0.82)),
        breadth=ramp(days, rng.uniform(4, 5.5), rng.uniform(8, 9.5), ripe - 40, 40),
        minutes=rng.uniform(20, 35),
        nps=(rng.uniform(30, 45), rng.uniform(70, 88)),
        meeting_every=rng.uniform(18, 27),
        readers=rng.uniform(1, 2.5),
        plans=(names.SCALE,),
        happenings=(praise, stage, named) if rng.random() < 0.3 else (praise, stage),
    )


def rescued(rng: Rng, days: int) -> Course:
    """Down in the middle of the time, and up again after somebody cared."""
    fell, low = int(days * rng.uniform(0.25, 0.45)), int(rng.integers(18, 40))
    calm = steady(rng, days)
    left = rng.uniform(0.2, 0.45)
    bend = np.minimum(ramp(days, 1, left, fell, 6), 1) + ramp(days, 0, 1 - left, fell + low, 25)
    talks = tuple(
        Happening(day, names.MEETING_HELD, {"kind": kind})
        for day, kind in ((fell + 9, "call"), (fell + 20, "visit"), (fell + low + 10, "review"))
        if day < days
    )
    return replace(
        calm,
        share=calm.share * (0.4 + 0.6 * bend),
        pull=calm.pull * bend,
        breadth=calm.breadth * (0.4 + 0.6 * bend),
        nps=(rng.uniform(-10, 15), rng.uniform(25, 50)),
        meeting_every=120,
        happenings=talks,
    )


def restless(rng: Rng, days: int) -> Course:
    """So uneven from week to week that no single bad day means anything."""
    calm = steady(rng, days)
    weeks = np.repeat(rng.lognormal(0, 0.22, days // 7 + 1), 7)[:days]
    return replace(calm, pull=np.clip(calm.pull * weeks, 0.05, 0.9), noise=rng.uniform(0.2, 0.35))


def works_holiday(rng: Rng, days: int) -> Course:
    """Closed for two or three weeks, as every year."""
    day, span = ago(rng, days, 15, 120), int(rng.integers(14, 22))
    calm = steady(rng, days)
    told = Statement(day, names.COMPANY_HOLIDAY, until=day + span - 1, reason="Closed, as every year", yearly=True)
    return replace(calm, pull=calm.pull * dip(days, day, span, 0.0), statements=(told,))


def office_move(rng: Rng, days: int) -> Course:
    """Crates for a few weeks, then as before."""
    day, span = ago(rng, days, 8, 90), int(rng.integers(14, 30))
    calm = steady(rng, days)
    told = Statement(max(day - 3, 0), names.OFFICE_MOVE, {"city": pick(rng, CITIES)}, until=day + span + 10)
    return replace(calm, pull=calm.pull * dip(days, day, span, rng.uniform(0.35, 0.6)), statements=(told,))


def stopped_reading(rng: Rng, days: int) -> Course:
    """Used to read all that we write, and does not any more; the rest goes on."""
    last = ago(rng, days, 55, 90)
    return replace(steady(rng, days), readers=rng.uniform(1.2, 2.5), readers_until=last)
