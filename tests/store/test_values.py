"""What was kept of a property or attribute, and what it is by the type that it has now."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine.clock import day_number
from engine.store.values import compared, typed

DAY = date(2026, 3, 1)
EVENING = "2026-03-01T20:00:00+00:00"
"""In UTC; in Tokyo it is the morning after."""


@pytest.mark.parametrize(
    ("raw", "type_", "expected"),
    [
        pytest.param("shop", "text", "shop", id="a text"),
        pytest.param(5.0, "text", "5", id="a number as a text, as a file writes it"),
        pytest.param(True, "text", "true", id="a boolean as a text, as a file writes it"),
        pytest.param(5.25, "number", 5.25, id="a number"),
        pytest.param("5.25", "number", 5.25, id="a text that is a number"),
        pytest.param("many", "number", None, id="a text that is none"),
        pytest.param("nan", "number", None, id="a text that is no finite one"),
        pytest.param("1_000", "number", None, id="a text that no file could say as a number"),
        pytest.param("١٢", "number", None, id="digits that no file could say"),
        pytest.param(False, "boolean", 0.0, id="a boolean"),
        pytest.param(1.0, "boolean", None, id="a number that is no boolean"),
        pytest.param("true", "boolean", 1.0, id="a text that is a boolean"),
        pytest.param("No", "boolean", 0.0, id="a text that is one in a file"),
        pytest.param("maybe", "boolean", None, id="a text that is none of both"),
        pytest.param("2026-03-01", "date", float(day_number(DAY)), id="a date"),
        pytest.param(EVENING, "date", float(day_number(DAY)), id="a time as a date"),
        pytest.param("soon", "date", None, id="a text that is no date"),
        pytest.param("20260301", "date", None, id="a text that no file could say as a date"),
        pytest.param(20.0, "date", None, id="a number as a date"),
        pytest.param(EVENING, "time", float(day_number(DAY) + 1), id="a time, by its day in the zone"),
        pytest.param("2026-03-01", "time", float(day_number(DAY)), id="a date as a time is that day in every zone"),
    ],
)
def test_what_was_kept_is_compared_as_the_type_of_now(raw: Any, type_: str, expected: Any) -> None:
    assert compared(raw, type_, "Asia/Tokyo") == expected


@pytest.mark.parametrize(
    ("raw", "type_", "expected"),
    [
        pytest.param(EVENING, "time", datetime(2026, 3, 1, 20, tzinfo=UTC), id="a time"),
        pytest.param(EVENING, "date", DAY, id="a time as a date"),
        pytest.param("2026-03-01", "time", DAY, id="a date as a time"),
        pytest.param("soon", "time", None, id="a text that is none"),
        pytest.param(12.0, "text", "12", id="a number as a text, as a file writes it"),
        pytest.param("12", "number", 12.0, id="a text as a number"),
        pytest.param("many", "number", None, id="a text that is no number"),
        pytest.param("yes", "boolean", True, id="a text as a boolean"),
    ],
)
def test_and_told_so(raw: Any, type_: str, expected: Any) -> None:
    assert typed(raw, type_) == expected
