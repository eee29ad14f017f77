"""The sample company's team ticks its tasks off as teams do: on working days, most in time, some late, a few never."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.demo.customers import TEAM
from engine.demo.diligence import closing_day

MONDAY = date(2026, 3, 2)
DAYS = st.integers(0, 400).map(lambda days: MONDAY + timedelta(days=days))


@given(
    st.integers(0, 9),
    st.integers(1, 9_999),
    st.sampled_from([mate.email for mate in TEAM]),
    DAYS,
    st.none() | st.integers(0, 30),
)
def test_a_task_is_ticked_off_on_a_working_day_after_its_creation_or_never(
    seed: int, task: int, mate: str, created: date, days: int | None
) -> None:
    due = None if days is None else created + timedelta(days=days)

    closed = closing_day(seed, task, mate, created, due)

    assert closed is None or (closed > created and closed.weekday() < 5)
    assert closed == closing_day(seed, task, mate, created, due)


def test_most_tasks_are_done_in_time_some_late_and_a_few_never() -> None:
    due = MONDAY + timedelta(days=3)

    closed = [closing_day(7, task, mate.email, MONDAY, due) for mate in TEAM for task in range(100)]

    in_time = sum(day is not None and day <= due for day in closed)
    never = closed.count(None)
    assert len(closed) / 2 < in_time < len(closed) - never
    assert 0 < never < len(closed) / 4


def test_nobody_ticks_off_what_is_given_to_nobody() -> None:
    assert closing_day(7, 1, None, MONDAY, None) is None
    assert closing_day(7, 1, "gone@larkspur.example", MONDAY, None) is None
