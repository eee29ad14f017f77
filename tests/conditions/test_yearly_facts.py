"""A fact that comes back each year holds from the month and day of its start to those of its end."""

from datetime import UTC, date, datetime

import pytest

from engine.clock import day_number
from engine.columns import holds
from engine.domain import Fact
from tests.snapshots import make_snapshot
from tests.told import make_account


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)


def number(day: str) -> int:
    return day_number(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("first", "last", "day", "expected"),
    [
        pytest.param("2024-03-01", "2024-03-05", "2026-03-01", True, id="its first day"),
        pytest.param("2024-03-01", "2024-03-05", "2026-03-05", True, id="its last day"),
        pytest.param("2024-03-01", "2024-03-05", "2026-03-06", False, id="the day after"),
        pytest.param("2024-03-01", "2024-03-05", "2023-03-03", False, id="before it began at all"),
        pytest.param("2024-12-24", "2025-01-02", "2026-01-01", True, id="over the turn of the year"),
        pytest.param("2024-12-24", "2025-01-02", "2026-01-03", False, id="after the turn of the year"),
        pytest.param("2024-02-29", "2024-02-29", "2028-02-29", True, id="the 29th of February"),
        pytest.param("2024-02-29", "2024-02-29", "2028-02-28", False, id="not the 28th, where there is a 29th"),
        pytest.param("2024-02-29", "2024-02-29", "2026-02-28", True, id="the 28th, where there is none"),
        pytest.param("2024-02-29", "2024-02-29", "2026-03-01", False, id="not the 1st of March"),
    ],
)
def test_a_yearly_fact_holds(first: str, last: str, day: str, expected: bool) -> None:
    fact = Fact(0, "a", "season", noon(first), number(first), noon(last), {}, yearly=True)
    snapshot = make_snapshot(make_account(zone="UTC"), at=noon(day))

    assert holds(fact, snapshot, 0) is expected
