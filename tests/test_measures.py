"""Measures are what the reference says: form by form at the edges, and equal to a plain reading of the records."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.measure_oracle import Oracle
from tests.measuring import LONG_AGO, UNKNOWN, Written, known, measures, value
from tests.told import AT, TODAY, Occurred, ago, day, make_account, make_contact, observed, occurred, stated


def at(hour: int, minute: int = 0, *, days_ago: int = 0) -> datetime:
    moment = datetime.combine(day(days_ago), datetime.min.time(), UTC)
    return moment + timedelta(hours=hour, minutes=minute)


WEEK = [observed("users", 0, 5.0), observed("users", 3, 1.0), observed("users", 6, 4.0), observed("users", 7, 100.0)]


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        pytest.param({"sum": "users", "over": "7d"}, 10.0, id="sum"),
        pytest.param({"mean": "users", "over": "7d"}, 3.3333, id="mean, to 4 decimals"),
        pytest.param({"min": "users", "over": "7d"}, 1.0, id="min"),
        pytest.param({"max": "users", "over": "7d"}, 5.0, id="max"),
        pytest.param({"max": "users", "over": "8d"}, 100.0, id="max, one day more"),
        pytest.param({"median": "users", "over": "7d"}, 4.0, id="median of three"),
        pytest.param({"median": "users", "over": "8d"}, 4.5, id="median of four"),
        pytest.param({"sum": "users", "over": "1d"}, 5.0, id="today alone"),
        pytest.param({"sum": "users", "over": "7d", "min_points": 3}, 10.0, id="as many values as wanted"),
        pytest.param({"sum": "users", "over": "7d", "min_points": 4}, UNKNOWN, id="one value too few"),
        pytest.param({"sum": "nps", "over": "7d"}, UNKNOWN, id="no value at all"),
    ],
)
def test_a_metric_over_a_window_is_taken_over_today_and_the_days_before(definition: Written, expected: Any) -> None:
    assert value(definition, *WEEK) == expected


@pytest.mark.parametrize(
    ("max_age", "days_ago", "expected"),
    [
        pytest.param("180d", 179, 42.0, id="a day before it is too old"),
        pytest.param("180d", 180, UNKNOWN, id="too old"),
        pytest.param(None, 900, 42.0, id="never too old"),
    ],
)
def test_the_latest_value_counts_until_its_max_age(max_age: str | None, days_ago: int, expected: Any) -> None:
    definition = {"latest": "nps"} | ({"max_age": max_age} if max_age else {})
    older = observed("nps", days_ago + 1, 7.0)

    assert value(definition, older, observed("nps", days_ago, 42.0), spare_days=10) == expected


@pytest.mark.parametrize(
    ("over", "moment", "expected"),
    [
        pytest.param("7d", AT, 1, id="this very moment"),
        pytest.param("7d", at(0, days_ago=6), 1, id="the first minute of the first day"),
        pytest.param("7d", at(23, 59, days_ago=7), 0, id="the minute before the first day"),
        pytest.param("6h", ago(hours=6), 0, id="six hours ago"),
        pytest.param("6h", ago(hours=6) + timedelta(microseconds=1), 1, id="a moment less than six hours ago"),
        pytest.param("30m", ago(hours=0.5), 0, id="half an hour ago"),
        pytest.param("13h", at(23, 30, days_ago=1), 1, id="in hours, yesterday too"),
    ],
)
def test_an_event_counts_inside_its_window(over: str, moment: datetime, expected: float) -> None:
    login = Occurred("login", moment)

    assert value({"count": "login", "over": over}, login) == expected
    assert value({"distinct": "login", "by": "hour", "over": over}, login) == expected


ORDERS = [
    occurred("order", 0, contact="a@x.example", amount=10.0, item="pen", gift=True, due=day(-5)),
    occurred("order", 1, contact="b@x.example", amount=20.0, item="ink", gift=False, due=day(2)),
    occurred("order", 1, hours=1, contact="b@x.example", amount=5.5, item="pen"),
    occurred("order", 6, contact="a@x.example", item="ink"),
    occurred("order", 6, hours=2, amount=1.0),
    occurred("order", 7, contact="c@x.example", amount=1000.0, item="cap"),
]


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        pytest.param({"count": "order"}, 5, id="count"),
        pytest.param({"count": "order", "where": {"item": "pen"}}, 2, id="count where a text is so"),
        pytest.param({"count": "order", "where": {"item": ["pen", "ink"]}}, 4, id="count where it is one of several"),
        pytest.param({"count": "order", "where": {"item": {"not": "pen"}}}, 2, id="a blank text is not `not`"),
        pytest.param({"count": "order", "where": {"amount": {"at_least": 5, "below": 20}}}, 2, id="count by bounds"),
        pytest.param({"count": "order", "where": {"gift": False}}, 1, id="count where a boolean is so"),
        pytest.param({"count": "order", "where": {"due": {"above": "2026-03-01"}}}, 1, id="count by a date"),
        pytest.param({"count": "order", "where": {"weekday": "mon"}}, 1, id="count on a weekday"),
        pytest.param({"count": "order", "where": {"hour": {"below": 12}}}, 2, id="count before noon"),
        pytest.param({"count": "order", "where": {"contact": "a@x.example"}}, 2, id="count of a contact"),
        pytest.param({"count": "order", "where": {"contact_role": "champion"}}, 2, id="count of a role"),
        pytest.param({"sum": "order.amount"}, 36.5, id="sum"),
        pytest.param({"sum": "order.amount", "where": {"item": "cap"}}, 0, id="sum of none"),
        pytest.param({"sum": "order.amount", "where": {"contact_role": "buyer"}}, 25.5, id="sum of a role"),
        pytest.param({"mean": "order.amount"}, 9.125, id="mean of those that have it"),
        pytest.param({"mean": "order.amount", "min_points": 5}, UNKNOWN, id="too few that have it"),
        pytest.param({"mean": "order.amount", "where": {"item": "cap"}}, UNKNOWN, id="mean of none"),
        pytest.param({"min": "order.amount"}, 1, id="min"),
        pytest.param({"max": "order.amount"}, 20, id="max"),
        pytest.param({"median": "order.amount"}, 7.75, id="median"),
        pytest.param({"distinct": "order", "by": "contact"}, 2, id="contacts"),
        pytest.param({"distinct": "order", "by": ["contact", "item"]}, 4, id="pairs"),
        pytest.param({"distinct": "order", "by": "weekday"}, 3, id="weekdays"),
        pytest.param({"distinct": "order", "by": "gift"}, 2, id="booleans"),
        pytest.param({"distinct": "order", "by": "item", "where": {"amount": {"above": 5.5}}}, 2, id="distinct where"),
        pytest.param({"distinct": "order", "by": "item", "where": {"amount": {"not": 20}}}, 1, id="a blank number"),
        pytest.param({"days_with": "order"}, 3, id="days"),
        pytest.param({"days_with": "order", "where": {"contact_role": "buyer"}}, 1, id="days of a role"),
        pytest.param({"returning": "order", "over": "1d"}, 0, id="nobody of yesterday's came back"),
        pytest.param({"returning": "order", "over": "3d"}, UNKNOWN, id="nobody was there before"),
        pytest.param({"returning": "order", "over": "4d"}, 0.5, id="one of two came back"),
        pytest.param({"returning": "order", "over": "4d", "where": {"item": ["pen", "ink"]}}, 1, id="all came back"),
    ],
)
def test_events_of_a_week(definition: Written, expected: Any) -> None:
    roles = [make_contact("a@x.example", "champion"), make_contact("b@x.example", "buyer")]
    account = make_account(*ORDERS, since=LONG_AGO, contacts=roles)

    found = measures({"m": {"over": "7d"} | dict(definition)}, account).value("m")[0]

    assert known(found) == expected


EMPTY: tuple[tuple[Written, Any], ...] = (
    ({"count": "login", "over": "7d"}, 0),
    ({"sum": "order.amount", "over": "7d"}, 0),
    ({"distinct": "login", "by": "contact", "over": "7d"}, 0),
    ({"days_with": "login", "over": "7d"}, 0),
    ({"mean": "order.amount", "over": "7d"}, UNKNOWN),
    ({"count": "login", "over": "7d", "where": {"contact_role": "champion"}}, 0),
)


@pytest.mark.parametrize(("definition", "nothing"), EMPTY, ids=str)
def test_nothing_recorded_is_nothing_happened_where_the_window_is_covered(definition: Written, nothing: Any) -> None:
    first = TODAY - 6

    assert value(definition, covered_from={"login": first, "order": first}) == nothing
    assert value(definition, covered_from={"login": first + 1, "order": first + 1}) is UNKNOWN
    assert value(definition, covered_from={}) is UNKNOWN


@pytest.mark.parametrize(
    ("over", "covered_from", "expected"),
    [
        pytest.param("12h", TODAY, 0, id="since midnight"),
        pytest.param("13h", TODAY, UNKNOWN, id="since an hour before midnight"),
        pytest.param("13h", TODAY - 1, 0, id="and yesterday is covered"),
    ],
)
def test_a_window_of_hours_is_covered_from_the_day_of_its_first_moment(
    over: str, covered_from: int, expected: Any
) -> None:
    assert value({"count": "login", "over": over}, covered_from={"login": covered_from}) == expected


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        pytest.param({"days_since": "users"}, 4, id="a metric"),
        pytest.param({"days_since": "login"}, 2, id="an event"),
        pytest.param({"days_since": "login", "where": {"device": "phone"}}, 9, id="an event that is so"),
        pytest.param({"days_since": "login", "where": {"contact_role": "champion"}}, 9, id="an event of a role"),
        pytest.param({"days_since": "office_move"}, 3, id="a fact"),
        pytest.param({"days_since": "office_move", "where": {"city": "Bonn"}}, 8, id="a fact that is so"),
        pytest.param({"days_since": "office_move", "where": {"rooms": {"above": 5}}}, 8, id="a fact by a number"),
        pytest.param({"days_since": "office_move", "where": {"on": {"below": "2026-02-01"}}}, 8, id="a fact by a date"),
        pytest.param({"days_since": "renewal_date"}, -30, id="a date ahead"),
        pytest.param({"days_since": "since"}, 400, id="the first day as a customer"),
        pytest.param({"days_since": "order"}, UNKNOWN, id="never happened"),
        pytest.param({"days_since": "nps"}, UNKNOWN, id="never said"),
    ],
)
def test_days_since_the_newest_record(definition: Written, expected: Any) -> None:
    account = make_account(
        observed("users", 4, 0.0),
        observed("users", 6, 3.0),
        occurred("login", 2, device="desk"),
        occurred("login", 9, device="phone", contact="a@x.example"),
        stated("office_move", 8, city="Bonn", rooms=6.0, on=date(2026, 1, 31)),
        stated("office_move", 3, city="Rome", rooms=5.0, on=date(2026, 2, 1)),
        since=day(400),
        contacts=[make_contact("a@x.example", "champion")],
        renewal_date=day(-30),
    )

    assert known(measures({"m": definition}, account).value("m")[0]) == expected


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        pytest.param({"attribute": "plan"}, "pro", id="a text"),
        pytest.param({"attribute": "seats"}, 12.0, id="a number"),
        pytest.param({"attribute": "trial"}, 1.0, id="a boolean"),
        pytest.param({"attribute": "owner"}, UNKNOWN, id="a blank text"),
        pytest.param({"attribute": "value"}, UNKNOWN, id="a blank number"),
        pytest.param({"ratio": ["users", "seats"]}, 0.25, id="a ratio"),
        pytest.param({"ratio": ["users", "zero"]}, UNKNOWN, id="by zero"),
        pytest.param({"ratio": ["zero", "users"]}, 0.0, id="of zero"),
        pytest.param({"ratio": ["users", "value"]}, UNKNOWN, id="by what is not known"),
        pytest.param({"difference": ["users", "seats"]}, -9.0, id="a difference"),
        pytest.param({"difference": ["value", "seats"]}, UNKNOWN, id="of what is not known"),
    ],
)
def test_attributes_and_arithmetic(definition: Written, expected: Any) -> None:
    parts = {"users": {"latest": "users"}, "zero": {"latest": "nps"}}
    parts |= {name: {"attribute": name} for name in ("seats", "value")}
    account = make_account(observed("users", 0, 3.0), observed("nps", 0, 0.0), plan="pro", seats=12.0, trial=True)

    assert known(measures({**parts, "m": definition}, account).value("m")[0]) == expected


def logins(count: int, *, days_ago: int, hour: int = 9) -> list[Occurred]:
    return [occurred("login", days_ago, hours=12 - hour) for _ in range(count)]


@pytest.mark.parametrize(
    ("by", "before", "now", "expected"),
    [
        pytest.param("weekday", logins(20, days_ago=9), logins(30, days_ago=2), 0, id="the same day, more of it"),
        pytest.param(
            "weekday", logins(20, days_ago=9), logins(10, days_ago=2) + logins(10, days_ago=3), 0.5, id="half moved"
        ),
        pytest.param("weekday", logins(20, days_ago=9), logins(20, days_ago=3), 1, id="another day"),
        pytest.param("hour", logins(20, days_ago=9), logins(20, days_ago=3), 0, id="another day, the same hour"),
        pytest.param("hour", logins(20, days_ago=9), logins(20, days_ago=2, hour=17), 1, id="another hour"),
        pytest.param("weekday", logins(19, days_ago=9), logins(20, days_ago=2), UNKNOWN, id="too few before"),
        pytest.param("weekday", logins(20, days_ago=9), logins(19, days_ago=2), UNKNOWN, id="too few now"),
    ],
)
def test_n27_a_shift_is_the_share_of_events_that_went_elsewhere(
    by: str, before: list[Occurred], now: list[Occurred], expected: Any
) -> None:
    account = make_account(*before, *now, since=LONG_AGO)
    written: Written = {"shift": "login", "by": by, "over": "7d"}

    assert known(measures({"m": written}, account).value("m")[0]) == expected
    assert Oracle({"m": written}, account, AT, {"login": LONG_AGO}).value("m") == expected


def test_measures_of_nobody_are_empty() -> None:
    definitions = {"mean": {"mean": "order.amount", "over": "7d"}, "back": {"returning": "login", "over": "7d"}}

    look = measures(definitions)

    assert [len(look.value(name)) for name in definitions] == [0, 0]


def test_a_measure_that_is_gone_is_unknown() -> None:
    assert known(measures({}, make_account()).value("gone")[0]) is UNKNOWN
