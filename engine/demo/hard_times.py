"""A random generator and a number of days in; the course of an account in hard or early times out."""

from dataclasses import replace
from datetime import timedelta

import numpy as np

from engine.demo import names
from engine.demo.course import Course, Detail, Happening, Rng, Statement, ago, pick, ramp
from engine.demo.good_times import steady

ROLES = ("VP Operations", "CTO", "Head of Service", "Managing Director", "COO", "Head of IT")
FIRST_NAMES = ("Robin", "Noor", "Alexis", "Kim", "Sascha", "Dana", "Maxime", "Andrea")
LAST_NAMES = ("Sandberg", "Haddad", "Moreau", "Takeda", "Berger", "Whitlock", "Novak", "Santos")
COMPLAINTS = ("slow reports", "the new navigation", "missing exports", "support hours", "the mobile app")
HARD_STEP = 12
"""Days before the newest one on which a step of the guided onboarding changed: the one that connects a system."""
QUESTIONS = ("VAT on the last invoice", "seats billed twice", "a missing order number", "the price rise")


def slow_fade(rng: Rng, days: int) -> Course:
    """A little less every week: nothing that one would notice from one day to the next."""
    span = int(rng.integers(110, 170))
    begin = days - span + int(rng.integers(-20, 15))
    return replace(
        steady(rng, days),
        share=ramp(days, rng.uniform(0.55, 0.75), rng.uniform(0.22, 0.4), begin, span),
        pull=ramp(days, rng.uniform(0.5, 0.7), rng.uniform(0.28, 0.42), begin, span),
        breadth=ramp(days, rng.uniform(4, 6), rng.uniform(1, 2.4), begin, span),
        nps=(rng.uniform(5, 30), rng.uniform(-40, 0)),
        meeting_every=rng.uniform(90, 160),
        readers=rng.uniform(0, 0.2),
        renews_in=(20, 200),
    )


def sudden_drop(rng: Rng, days: int) -> Course:
    """Use breaks off within a few days, in the last weeks."""
    day = ago(rng, days, 6, 50)
    calm = steady(rng, days)
    troubles = tuple(
        Happening(min(day + int(rng.integers(0, 4)), days - 1), names.TICKET_OPENED, {"priority": "urgent"}, True)
        for _ in range(int(rng.integers(1, 4)))
    )
    gone = (Happening(min(day + 2, days - 1), names.INTEGRATION_REMOVED, {"system": pick(rng, names.SYSTEMS)}),)
    return replace(
        calm,
        share=calm.share * ramp(days, 1, rng.uniform(0.15, 0.5), day, 3),
        pull=calm.pull * ramp(days, 1, rng.uniform(0.08, 0.4), day, 2),
        breadth=ramp(days, calm.breadth[0], rng.uniform(1, 2.5), day, 5),
        nps=(rng.uniform(0, 30), rng.uniform(-35, 15)),
        meeting_every=rng.uniform(55, 140),
        happenings=troubles + (gone if rng.random() < 0.4 else ()),
        renews_in=(15, 240),
    )


def rocky_start(rng: Rng, days: int) -> Course:
    """A new customer whose integration fails again and again; with guided onboarding, since a step of it changed."""
    joined = ago(rng, days, 22, 75)
    system = pick(rng, names.SYSTEMS)
    is_guided = rng.random() < 0.6
    first = min(joined + int(rng.integers(5, 30)), days - 4)
    if is_guided:
        first = max(days - 1 - HARD_STEP + int(rng.integers(0, 5)), 0)
    errors = tuple(
        Happening(min(first + int(step), days - 1), names.INTEGRATION_ERROR, {"system": system})
        for step in np.sort(rng.integers(0, 9, int(rng.integers(4, 9))))
    )
    tickets = (Happening(first + 1, names.TICKET_OPENED, {"priority": "urgent"}, True),)
    frustration = Happening(errors[2].day, names.FEEDBACK, {"mood": "negative", "about": "integration"}, True)
    left = rng.uniform(0.35, 0.5) if rng.random() < 0.4 else rng.uniform(0.08, 0.25)
    return replace(
        _new(rng, days, joined),
        share=ramp(days, 0.3, rng.uniform(0.3, 0.55), joined, 40),
        pull=ramp(days, rng.uniform(0.45, 0.6), left, first, 12),
        breadth=ramp(days, 1.5, rng.uniform(2, 4), joined, 40),
        nps=(rng.uniform(-20, 15), rng.uniform(-20, 15)),
        tickets_a_month=rng.uniform(3, 7),
        onboarding=names.GUIDED if is_guided else names.SELF_SERVE,
        happenings=(*errors, *tickets, frustration),
    )


def good_start(rng: Rng, days: int) -> Course:
    """A new customer who takes to it."""
    joined = ago(rng, days, 15, 110)
    return replace(
        _new(rng, days, joined),
        onboarding=pick(rng, (names.GUIDED, names.SELF_SERVE)),
        share=ramp(days, 0.25, rng.uniform(0.5, 0.76), joined, int(rng.integers(20, 50))),
        pull=ramp(days, 0.45, rng.uniform(0.55, 0.75), joined, 30),
        breadth=ramp(days, 2, rng.uniform(4, 6), joined, 45),
        nps=(rng.uniform(15, 45), rng.uniform(15, 50)),
    )


def payment_trouble(rng: Rng, days: int) -> Course:
    """Good use, but the money comes late, or not where it should come from."""
    day = ago(rng, days, 2, 60)
    sort = int(rng.integers(0, 3))
    if sort == 0:
        amount = round(float(rng.uniform(400, 9000)), 2)
        tries = (0, 3, 7)
        happenings = tuple(
            Happening(day + step, names.PAYMENT_FAILED, {"amount": amount}) for step in tries if day + step < days
        )
        return replace(steady(rng, days), happenings=happenings)
    if sort == 1:
        late = {"days": float(rng.integers(14, 40)), "amount": round(float(rng.uniform(800, 20000)), 2)}
        question = Statement(day, names.BILLING_QUESTION, {"about": pick(rng, QUESTIONS)})
        return replace(
            steady(rng, days),
            happenings=(Happening(day, names.INVOICE_OVERDUE, late),),
            statements=(question,) if rng.random() < 0.5 else (),
        )
    was = int(rng.integers(5, 40))
    moved: dict[str, Detail] = {"was": timedelta(was), "now": timedelta(was + int(rng.integers(14, 60)))}
    told = Statement(day, names.PAYMENT_DATE_CHANGE, moved, reason="Asked for by their accounting")
    return replace(steady(rng, days), statements=(told,))


def new_leadership(rng: Rng, days: int) -> Course:
    """Somebody new decides, and the team waits for what comes."""
    day = ago(rng, days, 3, 70)
    calm = steady(rng, days)
    who = f"{pick(rng, FIRST_NAMES)} {pick(rng, LAST_NAMES)}"
    told = Statement(day, names.LEADERSHIP_CHANGE, {"role": pick(rng, ROLES), "who": who}, reason="Their own news page")
    return replace(
        calm,
        pull=calm.pull * ramp(days, 1, rng.uniform(0.6, 1.0), day + 5, 20),
        meeting_every=rng.uniform(50, 90),
        statements=(told,),
    )


def silence(rng: Rng, days: int) -> Course:
    """One day nobody comes any more, and nobody says why."""
    day = ago(rng, days, 12, 48)
    calm = steady(rng, days)
    return replace(
        calm,
        pull=calm.pull * ramp(days, 1, 0, day - 4, 4),
        meeting_every=rng.uniform(70, 130),
        tickets_a_month=0.2,
        readers=0.1,
        nps=(rng.uniform(-10, 25), rng.uniform(-30, 10)),
        renews_in=(15, 200),
    )


def unhappy(rng: Rng, days: int) -> Course:
    """They use it, since they must, and say what they think of it."""
    last = ago(rng, days, 1, 30)
    said = tuple(
        Happening(max(last - step, 0), names.FEEDBACK, {"mood": "negative", "about": pick(rng, COMPLAINTS)}, True)
        for step in (int(rng.integers(3, 20)), 0)
    )
    return replace(
        steady(rng, days),
        nps=(rng.uniform(0, 30), rng.uniform(-45, -5)),
        tickets_a_month=rng.uniform(5, 10),
        readers=0.2,
        happenings=said,
    )


def departed(rng: Rng, days: int) -> Course:
    """Less and less, a full export, and gone."""
    lost = ago(rng, days, 3, 70)
    span = int(rng.integers(20, 60))
    calm = steady(rng, days)
    signs = (
        Happening(max(lost - 9, 0), names.DATA_EXPORTED, {"scope": "everything"}, True),
        Happening(max(lost - 5, 0), names.INTEGRATION_REMOVED, {"system": pick(rng, names.SYSTEMS)}),
    )
    return replace(
        calm,
        share=calm.share * ramp(days, 1, 0.2, lost - span, span),
        pull=calm.pull * ramp(days, 1, 0.1, lost - span, span),
        breadth=ramp(days, calm.breadth[0], 1, lost - span, span),
        nps=(rng.uniform(-5, 25), rng.uniform(-50, -5)),
        meeting_every=90,
        happenings=signs,
        lost_on=lost,
    )


def _new(rng: Rng, days: int, joined: int) -> Course:
    return replace(
        steady(rng, days),
        joined=joined,
        meeting_every=rng.uniform(9, 20),
        readers=0.3,
        plans=(names.STARTER, names.PRO),
        renews_in=(365 - (days - joined), 366 - (days - joined)),
    )
