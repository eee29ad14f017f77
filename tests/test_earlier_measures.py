"""Changes, usuals and ages of measures: what earlier windows say, and when they say nothing."""

from typing import Any

import pytest

from tests.measuring import LONG_AGO, UNKNOWN, Written, known, measures
from tests.told import TODAY, Account, day, make_account, make_contact, observed, occurred

LOGINS = {"logins": {"count": "login", "over": "7d"}}


def logins(*days_ago: int) -> list[Any]:
    return [occurred("login", days) for days in days_ago]


def changed(definition: Written, account: Account, parts: Written = LOGINS, **more: Any) -> Any:
    return known(measures({**parts, "m": definition}, account, **more).value("m")[0])


@pytest.mark.parametrize(
    ("days_ago", "change", "percent"),
    [
        pytest.param((0, 6, 7), 1, 100.0, id="twice as many"),
        pytest.param((6, 7, 13, 10), -2, -66.6667, id="fewer"),
        pytest.param((0, 14), 1, UNKNOWN, id="none before"),
        pytest.param((), 0, UNKNOWN, id="none at all"),
    ],
)
def test_n26_a_change_is_this_window_less_the_one_before(days_ago: tuple[int, ...], change: Any, percent: Any) -> None:
    account = make_account(*logins(*days_ago), since=LONG_AGO)

    assert changed({"change": "logins"}, account) == change
    assert changed({"change_percent": "logins"}, account) == percent


@pytest.mark.parametrize("form", ["change", "change_percent"])
@pytest.mark.parametrize(
    ("covered_from", "since", "is_known"),
    [
        pytest.param(13, 13, True, id="both begin with the earlier window"),
        pytest.param(12, 13, False, id="complete from a day too late"),
        pytest.param(13, 12, False, id="a customer from a day too late"),
    ],
)
def test_an_earlier_window_is_covered_and_lies_in_the_accounts_life(
    form: str, covered_from: int, since: int, is_known: bool
) -> None:
    account = make_account(*logins(1, 8), since=day(since))

    found = changed({form: "logins"}, account, covered_from={"login": TODAY - covered_from})

    assert (found == 0) if is_known else (found is UNKNOWN)


def test_a_young_accounts_own_window_counts_as_it_is() -> None:
    account = make_account(*logins(0, 1))

    look = measures(LOGINS, account)

    assert look.value("logins")[0] == 2
    assert known(look.earlier("logins", 0)[0]) is UNKNOWN


def test_without_since_the_first_day_is_that_of_the_oldest_record() -> None:
    assert changed({"change": "logins"}, make_account(*logins(0), observed("users", 13, 1.0))) == 1
    assert changed({"change": "logins"}, make_account(*logins(0), observed("users", 12, 1.0))) is UNKNOWN


def test_earlier_windows_of_a_metric_are_covered_too() -> None:
    parts = {"users": {"mean": "users", "over": "7d"}}
    account = make_account(observed("users", 0, 5.0), observed("users", 13, 3.0), since=LONG_AGO)

    assert changed({"change": "users"}, account, parts, covered_from={"users": TODAY - 13}) == 2
    assert changed({"change": "users"}, account, parts, covered_from={"users": TODAY - 12}) is UNKNOWN
    assert changed({"change": "users"}, account, parts, covered_from={}) is UNKNOWN


def test_a_ratio_changes_with_its_parts() -> None:
    parts = LOGINS | {"seats": {"attribute": "seats"}, "share": {"ratio": ["logins", "seats"]}}
    account = make_account(*logins(0, 1, 2, 9), since=LONG_AGO, seats=4.0)

    assert changed({"change": "share"}, account, parts) == 0.5
    assert changed({"change": "share"}, account, parts, covered_from={"login": TODAY - 12}) is UNKNOWN


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param((*range(8, 64),), 7.0, id="one a day in all eight windows"),
        pytest.param((*range(8),), 0.0, id="today and the window that ends yesterday don't count"),
        pytest.param((8, 63), 0.0, id="the median"),
        pytest.param((8, 15, 22, 29, 36), 1.0, id="once in five of the eight"),
        pytest.param((8, 15, 22, 29), 0.5, id="once in four of the eight"),
    ],
)
def test_a_usual_is_the_median_of_eight_windows_before_the_one_that_ended_yesterday(
    records: tuple[int, ...], expected: float
) -> None:
    assert changed({"usual": "logins"}, make_account(*logins(*records), since=LONG_AGO)) == expected


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        pytest.param(7 * 5, 1.0, id="four windows in the account's life"),
        pytest.param(7 * 5 - 1, UNKNOWN, id="three and a part"),
    ],
)
def test_a_usual_takes_at_least_four_known_windows(since: int, expected: Any) -> None:
    account = make_account(*logins(8, 15, 22, 29, 36), since=day(since))

    assert changed({"usual": "logins"}, account) == expected


def test_what_is_compared_with_a_usual_ends_yesterday() -> None:
    look = measures(LOGINS, make_account(*logins(0, 1, 7, 8), since=LONG_AGO))

    assert look.value("logins")[0] == 2
    assert look.until_yesterday("logins")[0] == 2
    assert look.ended("logins", 2)[0] == 2


def test_a_measure_in_hours_has_no_earlier_windows() -> None:
    look = measures({"logins": {"count": "login", "over": "6h"}}, make_account(*logins(0), since=LONG_AGO))

    assert look.usual("logins") is None
    assert known(look.earlier("logins", 1)[0]) is UNKNOWN


AGED = (
    observed("users", 2, 4.0),
    observed("users", 40, 4.0),
    occurred("login", 3, contact="a@x.example", device="desk"),
    occurred("login", 20, contact="b@x.example", device="phone"),
    occurred("order", 5, amount=3.0, item="pen"),
    occurred("order", 1, item="ink"),
)


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        pytest.param({"latest": "users"}, 2, id="latest"),
        pytest.param({"latest": "users", "max_age": "3d"}, 2, id="latest that is young enough"),
        pytest.param({"latest": "users", "max_age": "2d"}, UNKNOWN, id="latest that is too old"),
        pytest.param({"mean": "users", "over": "7d"}, 2, id="mean"),
        pytest.param({"mean": "users", "over": "2d"}, UNKNOWN, id="mean of none"),
        pytest.param({"count": "login", "over": "28d"}, 3, id="count"),
        pytest.param({"count": "login", "over": "28d", "where": {"device": "phone"}}, 20, id="count of some"),
        pytest.param({"count": "login", "over": "28d", "where": {"contact_role": "buyer"}}, 20, id="count of a role"),
        pytest.param({"count": "login", "over": "3d"}, UNKNOWN, id="count of none"),
        pytest.param({"days_with": "login", "over": "28d"}, 3, id="days"),
        pytest.param({"sum": "order.amount", "over": "28d", "where": {"item": "pen"}}, 5, id="sum of some"),
        pytest.param({"mean": "order.amount", "over": "28d", "where": {"item": "pen"}}, 5, id="mean of some"),
        pytest.param({"distinct": "login", "by": "contact", "over": "7d"}, 3, id="distinct"),
        pytest.param({"returning": "login", "over": "14d"}, 3, id="returning"),
        pytest.param({"shift": "login", "by": "hour", "over": "14d"}, 3, id="shift"),
        pytest.param({"days_since": "login"}, 3, id="days since"),
        pytest.param({"attribute": "seats"}, UNKNOWN, id="an attribute has none"),
        pytest.param({"days_since": "since"}, UNKNOWN, id="nor has a date among them"),
        pytest.param({"ratio": ["users", "logins"]}, 3, id="the older part's"),
        pytest.param({"difference": ["users", "seats"]}, 2, id="the only part's"),
        pytest.param({"change": "logins"}, 3, id="a change"),
        pytest.param({"change_percent": "logins"}, 3, id="a change in percent"),
        pytest.param({"usual": "logins"}, 3, id="a usual"),
    ],
)
def test_n103_the_age_is_that_of_the_newest_record_in_the_window(definition: Written, expected: Any) -> None:
    parts = LOGINS | {"users": {"latest": "users"}, "seats": {"attribute": "seats"}}
    account = make_account(*AGED, since=LONG_AGO, seats=3.0, contacts=[make_contact("b@x.example", "buyer")])

    alone = measures({**parts, "m": definition}, account).age("m")[0]
    beside_others = measures({**parts, **OTHERS, "m": definition}, account, spare_days=30).age("m")[0]

    assert known(alone) == expected
    assert known(beside_others) == expected


OTHERS: Written = {
    "contacts_today": {"distinct": "login", "by": "contact", "over": "1d"},
    "largest_order": {"max": "order.amount", "over": "60d"},
}
"""What makes the rows of an event be there, of other days and without the properties that a measure's `where` names."""
