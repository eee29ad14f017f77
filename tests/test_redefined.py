"""A metric that is counted in another way from a day on: nothing is compared across that day."""

from typing import Any

import pytest

from engine.language.catalog import Catalog, Metric
from engine.store.database import Database
from tests.measuring import LONG_AGO, UNKNOWN, Written, known, measures
from tests.test_looks import FILES, accounts, book_of, edited, looked, nps, on, scores
from tests.told import CATALOG, day, make_account, observed

HUNDREDFOLD = [observed("users", ago, 5.0 if ago < 10 else 500.0) for ago in range(100)]
"""Since 9 days ago users are counted in hundreds."""


def redefined(*days_ago: int) -> Catalog:
    days = tuple(day(ago) for ago in days_ago)
    return CATALOG.model_copy(update={"metrics": {**CATALOG.metrics, "users": Metric(redefined=days)}})


def value(definition: Written, catalog: Catalog) -> Any:
    inner: dict[str, Written] = {"inner": {"mean": "users", "over": "7d"}, "wide": {"mean": "users", "over": "14d"}}
    look = measures({**inner, "m": definition}, make_account(*HUNDREDFOLD, since=LONG_AGO), catalog=catalog)
    return known(look.value("m")[0])


@pytest.mark.parametrize(
    ("definition", "before", "after"),
    [
        pytest.param({"mean": "users", "over": "14d"}, 146.4286, 5, id="a window is cut"),
        pytest.param({"sum": "users", "over": "14d"}, 2050, 50, id="a sum is of what is left"),
        pytest.param({"mean": "users", "over": "14d", "min_points": 11}, 146.4286, UNKNOWN, id="maybe too little"),
        pytest.param({"change": "inner"}, -282.8571, UNKNOWN, id="a change"),
        pytest.param({"change_percent": "wide"}, -70.7143, UNKNOWN, id="a change in percent"),
        pytest.param({"usual": "inner"}, 500, UNKNOWN, id="a usual"),
        pytest.param({"latest": "users"}, 5, 5, id="the newest value is of its own day"),
    ],
)
def test_nothing_of_before_is_seen(definition: Written, before: float, after: Any) -> None:
    assert value(definition, CATALOG) == before
    assert value(definition, redefined(9)) == after


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param((9,), 5, id="on the day"),
        pytest.param((9, 40), 5, id="the newest day counts"),
        pytest.param((40,), 146.4286, id="a day long ago"),
        pytest.param((-1, 9), 5, id="one that has not come yet changes nothing"),
        pytest.param((-1,), 146.4286, id="alone neither"),
        pytest.param((0,), 5, id="today"),
    ],
)
def test_the_newest_day_that_has_come_counts(days: tuple[int, ...], expected: float) -> None:
    assert value({"mean": "users", "over": "14d"}, redefined(*days)) == expected


def test_until_it_comes_again_the_newest_value_is_not_known() -> None:
    stopped = make_account(*HUNDREDFOLD[20:], since=LONG_AGO)
    look = measures({"m": {"latest": "users"}, "d": {"days_since": "users"}}, stopped, catalog=redefined(9))

    assert [known(look.value(name)[0]) for name in ("m", "d")] == [UNKNOWN, UNKNOWN]


NEW_COUNT = {
    **FILES,
    "rules/catalog.yaml": FILES["rules/catalog.yaml"].replace("max: 100}", f"max: 100, redefined: [{on(3).date()}]}}"),
    "rules/all.yaml": """
- {rule: fell, when: {score: health, falls_to: red}, play: save}
- {rule: dropped, when: {score: health, drops: 20, over: 14d}}
- {rule: declining, when: {score: health, declining: 20, over: 14d, min_points: 2}}
""",
}


@pytest.mark.parametrize(
    ("files", "follows"),
    [
        pytest.param(NEW_COUNT, [], id="redefined on that day"),
        pytest.param(
            NEW_COUNT | {"rules/catalog.yaml": FILES["rules/catalog.yaml"]},
            [("acme", rule, "fired") for rule in ("declining", "dropped", "fell")],
            id="really fallen",
        ),
    ],
)
def test_a_score_neither_falls_nor_drops_because_a_metric_is_counted_anew(
    database: Database, files: dict[str, str], follows: list[tuple[str, str, str]]
) -> None:
    book = book_of(database, files)
    accounts(book, "acme")
    for passed in range(3):
        nps(book, on(passed).date(), acme=60)
        assert looked(book, passed) == []

    nps(book, on(3).date(), acme=20)

    assert looked(book, 3) == follows
    assert scores(book)["acme"]["health"]["band"] == "red"


def test_from_then_on_it_falls_as_ever(database: Database) -> None:
    book = book_of(database, NEW_COUNT)
    accounts(book, "acme")
    for passed, value in enumerate((60, 60, 60, 50, 50)):
        nps(book, on(passed).date(), acme=value)
        assert looked(book, passed) == []

    nps(book, on(5).date(), acme=20)

    assert looked(book, 5) == [("acme", rule, "fired") for rule in ("declining", "dropped", "fell")]


def test_an_edit_that_redefines_a_metric_is_a_new_version_of_what_rests_on_it(database: Database) -> None:
    plain = NEW_COUNT | {"rules/catalog.yaml": FILES["rules/catalog.yaml"]}
    book = book_of(database, plain)
    accounts(book, "acme")
    nps(book, on(0).date(), acme=60)
    looked(book, 0)
    nps(book, on(1).date(), acme=20)

    assert looked(edited(book, "max: 100}", f"max: 100, redefined: [{on(1).date()}]}}"), 1) == []
