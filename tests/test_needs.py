"""Each measure names the days of the series and rows that it needs, and no more is asked for."""

import pytest

from engine.arithmetic.windows import joined
from engine.language.measures import Measures
from engine.needs import of_measure, of_usual
from engine.snapshot import ALL_DAYS, EventRows, Needs, Series
from tests.measuring import Written
from tests.told import CATALOG

LOGINS = Series("count", "login")


def rows(days: int, *properties: str) -> EventRows:
    return EventRows(days, frozenset(properties))


@pytest.mark.parametrize(
    ("definition", "series", "events"),
    [
        pytest.param({"latest": "nps"}, {Series("metric", "nps"): ALL_DAYS}, {}, id="the latest, however old"),
        pytest.param({"latest": "nps", "max_age": "9d"}, {Series("metric", "nps"): 9}, {}, id="the latest of so many"),
        pytest.param({"mean": "users", "over": "7d"}, {Series("metric", "users"): 7}, {}, id="a metric"),
        pytest.param({"count": "login", "over": "7d"}, {LOGINS: 7}, {}, id="a count, from its daily series"),
        pytest.param({"days_with": "login", "over": "7d"}, {LOGINS: 7}, {}, id="days"),
        pytest.param({"days_since": "login"}, {LOGINS: ALL_DAYS}, {}, id="days since an event"),
        pytest.param(
            {"sum": "order.amount", "over": "7d"},
            {Series("sum", "order", "amount"): 7, Series("count", "order"): 7},
            {},
            id="a sum, and its days",
        ),
        pytest.param({"max": "order.amount", "over": "7d"}, {}, {"order": rows(7, "amount")}, id="rows of a statistic"),
        pytest.param({"distinct": "login", "by": "contact", "over": "7d"}, {}, {"login": rows(7)}, id="rows of people"),
        pytest.param({"returning": "login", "over": "7d"}, {}, {"login": rows(14)}, id="both windows"),
        pytest.param({"count": "login", "over": "6h"}, {}, {"login": rows(2)}, id="hours may begin yesterday"),
        pytest.param({"count": "login", "over": "25h"}, {}, {"login": rows(3)}, id="or the day before"),
        pytest.param(
            {"count": "login", "over": "7d", "where": {"contact_role": "buyer", "device": "desk"}},
            {},
            {"login": rows(7, "contact_role", "device")},
            id="a role is looked up in the rows",
        ),
        pytest.param({"attribute": "plan"}, {}, {}, id="an attribute"),
        pytest.param({"days_since": "renewal_date"}, {}, {}, id="days since a date"),
        pytest.param({"days_since": "office_move"}, {}, {}, id="facts are always there"),
        pytest.param({"change": "part"}, {LOGINS: 14}, {}, id="this window and the one before"),
        pytest.param({"usual": "part"}, {LOGINS: 64}, {}, id="nine windows and today"),
        pytest.param({"ratio": ["part", "plan"]}, {LOGINS: 7}, {}, id="its parts"),
    ],
)
def test_a_measure_asks_for(definition: Written, series: dict[Series, int], events: dict[str, EventRows]) -> None:
    parts = {"part": {"count": "login", "over": "7d"}, "plan": {"attribute": "seats"}}

    found = of_measure("m", Measures.model_validate({**parts, "m": definition}).root, CATALOG)

    assert found == Needs(series=series, rows=events)


def test_a_measure_in_hours_has_no_usual_to_read_for() -> None:
    hourly = Measures.model_validate({"m": {"count": "login", "over": "6h"}}).root

    assert of_usual("m", hourly, CATALOG) == Needs()


@pytest.mark.parametrize(("days", "expected"), [((7, 28), 28), ((ALL_DAYS, 28), ALL_DAYS), ((28, ALL_DAYS), ALL_DAYS)])
def test_several_together_ask_for_the_longest(days: tuple[int, ...], expected: int) -> None:
    found = joined(*(Needs(series={LOGINS: one}, rows={"login": rows(one, f"p{one}")}) for one in days))

    assert found.series == {LOGINS: expected}
    assert found.rows == {"login": rows(expected, *(f"p{one}" for one in days))}
