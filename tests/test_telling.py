"""What messages say of a measure's part in a score (its value, and its usual where that says more), and of an event."""

from datetime import UTC, date, datetime

import pytest

from engine.clock import day_number
from engine.domain import Happening
from engine.telling import MeasureTitle, about_event, part_sentence

USERS, SEATS = MeasureTitle("Active users"), MeasureTitle("Seats in use", "percent")


@pytest.mark.parametrize(
    ("title", "value", "usual", "expected"),
    [
        pytest.param(USERS, 6, 19, "Active users: 6, usually 19", id="another value than usual"),
        pytest.param(USERS, 0, 0, "Active users: 0", id="nothing, as always"),
        pytest.param(USERS, 6.001, 6.004, "Active users: 6", id="the same as far as one can read"),
        pytest.param(USERS, 6, None, "Active users: 6", id="no usual known"),
        pytest.param(USERS, None, 19, "Active users: not known", id="no value known"),
        pytest.param(SEATS, 0.25, 0.251, "Seats in use: 25%, usually 25.1%", id="shares to a tenth of a percent"),
        pytest.param(SEATS, 0.25, 0.2504, "Seats in use: 25%", id="a share the same as far as one can read"),
        pytest.param(MeasureTitle("Plan"), "pro", None, "Plan: pro", id="a text"),
    ],
)
def test_a_usual_is_told_where_the_value_is_another(
    title: MeasureTitle, value: str | float | None, usual: float | None, expected: str
) -> None:
    assert part_sentence(title, value, usual) == expected


def test_a_grade_is_told_by_its_letter_alone() -> None:
    said = part_sentence(MeasureTitle("NPS", "grade"), 20, 35, points=50, letters=(("low", 0), ("high", 50)))

    assert said == "NPS: high"


def test_an_event_has_the_day_and_the_hour_of_where_the_account_is() -> None:
    at, day = datetime(2026, 3, 2, 23, 30, tzinfo=UTC), day_number(date(2026, 3, 3))

    about = about_event(Happening("acme", "login", at, day, None, {"minutes": 5.0}), "Europe/Berlin", "champion")

    assert (about["day"], about["weekday"], about["hour"]) == (date(2026, 3, 3), "tue", 0)
    assert (about["minutes"], about["contact_role"]) == (5.0, "champion")
