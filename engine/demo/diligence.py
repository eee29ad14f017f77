"""A task of the sample company in; the day on which its assignee ticks it off out."""

from datetime import date, timedelta

import numpy as np

from engine.demo.customers import AOIFE, HANNA, JONAS, LEAD, PRIYA, TOMAS

PROMPT = {LEAD: 0.55, JONAS: 0.6, AOIFE: 0.8, PRIYA: 0.75, TOMAS: 0.7, HANNA: 0.85}
"""Share of their tasks that each of them does in time."""
LATE = 0.6
"""Share of the others that are done after all; the rest is forgotten."""
WEEKS_LATE = 2
USUAL_TIME = timedelta(days=7)
"""To do a task without a date in."""


def closing_day(seed: int, task: int, assignee: str | None, created: date, due: date | None) -> date | None:
    """A working day after that of its creation, more often than not by the due one; None: it is never done."""
    if assignee not in PROMPT:
        return None
    rng = np.random.default_rng([seed, 3, task])
    due = max(due or created + USUAL_TIME, created + timedelta(days=1))
    if rng.random() < PROMPT[assignee]:
        return _working_day(created + timedelta(days=int(rng.integers(1, (due - created).days + 1))), back_to=created)
    if rng.random() < LATE:
        return _working_day(due + timedelta(days=int(rng.integers(1, 7 * WEEKS_LATE + 1))), back_to=due)
    return None


def _working_day(day: date, back_to: date) -> date:
    """The Friday before a weekend, or the Monday after it where that Friday is not after `back_to`."""
    weekend = day.weekday() - 4
    if weekend <= 0:
        return day
    friday = day - timedelta(days=weekend)
    return friday if friday > back_to else friday + timedelta(days=3)
