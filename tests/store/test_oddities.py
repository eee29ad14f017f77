"""A column that is all zeros, all the same, or in another unit is noticed against what was there before."""

from collections.abc import Callable

import pytest

from engine.batches import Batch
from engine.store.database import Database
from tests.store.records import accounts, events, observations, put

MANY = [f"a{number}" for number in range(60)]
Made = Callable[[int], float]


def came(database: Database, day: str, value: Made, count: int = 60, *, history: bool = False) -> tuple[str, ...]:
    rows = [(account, day, value(number)) for number, account in enumerate(MANY[:count])]
    return put(database, observations(*rows), history=history).odd


def _of_both_signs(number: int) -> float:
    """The middle one of all quotients by what was before is next to nothing, and none of their sizes is."""
    return 0.2 if number in (29, 30) else (number + 1) * (-1 if number < 29 else 1)


@pytest.fixture
def usual(database: Database) -> Database:
    """Sixty accounts with 1 to 60 on the 31st, and so in another span than the days after it."""
    put(database, accounts(*MANY))
    assert came(database, "2026-10-31", lambda number: number + 1) == ()
    return database


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(lambda _: 0, "the value is 0, which most were not before", id="zeros"),
        pytest.param(lambda _: 7, "the value is 7, which most were not before", id="the same"),
        pytest.param(lambda number: 100 * number + 100, "the values are 100 times the last ones", id="x 100"),
        pytest.param(lambda number: (number + 1) / 100, "the values are a 100th of the last ones", id="/ 100"),
        pytest.param(lambda number: 49 * (number + 1), None, id="x 49"),
        pytest.param(lambda number: number / 3, None, id="a bad day"),
        pytest.param(lambda number: 0 if number else 1, None, id="zeros but for one"),
        pytest.param(_of_both_signs, None, id="a mood that turns for half of them"),
    ],
)
def test_what_is_odd_of_all_accounts_is_said(usual: Database, value: Made, expected: str | None) -> None:
    said = came(usual, "2026-11-20", value)

    assert said == (() if expected is None else (f"users: of all 60 accounts {expected}",))


def test_of_few_accounts_and_of_the_past_nothing_is_odd(usual: Database) -> None:
    assert came(usual, "2026-11-20", lambda _: 0, count=49) == ()
    assert came(usual, "2026-11-21", lambda _: 0, history=True) == ()


def test_zeros_that_were_zeros_before_are_not_odd(usual: Database) -> None:
    came(usual, "2026-11-20", lambda _: 0)

    assert came(usual, "2026-11-21", lambda _: 0) == ()


def test_values_without_earlier_ones_are_not_odd(database: Database) -> None:
    put(database, accounts(*MANY))

    assert came(database, "2026-11-20", lambda _: 0) == ()


def orders(day: str, amount: Made) -> Batch:
    return events(
        *(
            {"account": name, "at": f"{day}T10:00:00Z", "name": "order", "amount": amount(number)}
            for number, name in enumerate(MANY)
        )
    )


def nps(day: str, value: Made) -> Batch:
    return observations(*((name, day, value(number), "nps", f"kim@{name}") for number, name in enumerate(MANY)))


def seats(_day: str, count: Made) -> Batch:
    return accounts(*({"id": name, "seats": count(number)} for number, name in enumerate(MANY)))


def worth(_day: str, value: Made) -> Batch:
    return accounts(*({"id": name, "value": value(number)} for number, name in enumerate(MANY)))


WAYS = [
    pytest.param(orders, "order.amount", id="a number of events"),
    pytest.param(nps, "nps", id="a metric of contacts"),
    pytest.param(seats, "account seats", id="an attribute"),
    pytest.param(worth, "account value", id="the value of accounts"),
]


@pytest.mark.parametrize(("made", "name"), WAYS)
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(lambda _: 0.0, "the value is 0, which most were not before", id="zeros"),
        pytest.param(lambda number: 60.0 * number + 60, "the values are 60 times the last ones", id="seconds"),
        pytest.param(lambda number: (number + 1) / 100, "the values are a 100th of the last ones", id="a fraction"),
        pytest.param(lambda number: number / 3 + 1, None, id="a bad day"),
    ],
)
def test_whatever_it_is_that_came_is_odd_alike(
    database: Database, made: Callable[[str, Made], Batch], name: str, value: Made, expected: str | None
) -> None:
    put(database, accounts(*MANY))
    assert put(database, made("2026-10-31", lambda number: number + 1.0)).odd == ()

    said = put(database, made("2026-11-20", value)).odd

    assert said == (() if expected is None else (f"{name}: of all 60 accounts {expected}",))
    assert put(database, made("2026-11-21", value)).odd == (), "what has become usual is not odd again"


def test_numbers_of_events_of_the_past_are_not_odd(database: Database) -> None:
    put(database, accounts(*MANY), orders("2026-10-31", lambda number: number + 1.0))

    assert put(database, orders("2026-11-20", lambda _: 0.0), history=True).odd == ()
    assert put(database, orders("2026-11-21", lambda _: 0.0)).odd == (), "the last ones were zeros"


def test_of_several_events_a_day_their_mean_counts(database: Database) -> None:
    put(database, accounts(*MANY), orders("2026-10-31", lambda number: number + 1.0))
    twice = [
        {"account": name, "at": f"2026-11-20T1{hour}:00:00Z", "name": "order", "amount": amount * (number + 1.0)}
        for number, name in enumerate(MANY)
        for hour, amount in ((0, 20), (2, 180))
    ]

    said = put(database, events(*twice)).odd

    assert said == ("order.amount: of all 60 accounts the values are 100 times the last ones",)


def test_a_file_that_says_less_of_an_account_than_it_had_is_not_odd(database: Database) -> None:
    put(database, seats("", lambda number: number + 1.0))

    assert put(database, accounts(*({"id": name, "seats": None} for name in MANY))).odd == ()


def test_events_without_a_number_that_they_had_before_are_taken(database: Database) -> None:
    put(database, accounts(*MANY), orders("2026-10-31", lambda number: number + 1.0))
    without = [{"account": name, "at": "2026-11-20T10:00:00Z", "name": "order"} for name in MANY]

    done = put(database, events(*without))

    assert (done.applied, done.odd) == (60, ())
