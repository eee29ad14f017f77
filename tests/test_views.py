"""What people may read in place of a score's number: letters, levels, percentiles, classes, ranks, piles."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.arithmetic import views
from engine.arithmetic.views import PercentileClass
from engine.conditions.condition import FORMS
from engine.language.measures import Show
from engine.language.scores import LEVELS, Score, level_points
from engine.language.views import LETTERS, PILES
from engine.snapshot import Numbers

UNKNOWN = np.nan
scores = st.lists(st.integers(0, 400).map(lambda quarter: quarter / 4) | st.just(UNKNOWN), min_size=1, max_size=40)


def column(*values: float) -> Numbers:
    return np.array(values, dtype=np.float64)


@pytest.mark.parametrize(
    ("value", "letter"),
    [
        pytest.param(0, "D", id="the lowest value"),
        pytest.param(39.9999, "D", id="just below an edge"),
        pytest.param(40, "C", id="an edge belongs to the letter that it begins"),
        pytest.param(80, "A", id="the highest edge"),
        pytest.param(100, "A", id="the highest value"),
        pytest.param(-50, "D", id="a measure's value below all letters"),
    ],
)
def test_n63_x2_a_letter_is_the_range_that_a_value_lies_in(value: float, letter: str) -> None:
    assert views.name_of(LETTERS, value) == letter
    assert views.names(LETTERS, column(value, UNKNOWN)).tolist() == [letter, None]


def test_without_stages_nobody_has_one() -> None:
    assert views.names((), column(0, 50, UNKNOWN)).tolist() == [None, None, None]


@pytest.mark.parametrize(("value", "level"), [(0, 1), (12.4, 1), (12.5, 2), (37.5, 3), (62.5, 4), (87.4, 4), (87.5, 5)])
def test_a_level_is_the_one_whose_points_are_nearest(value: float, level: int) -> None:
    assert views.levels(column(value)).tolist() == [level]


def test_the_points_of_a_level_have_that_level() -> None:
    assert views.levels(column(*map(level_points, LEVELS))).tolist() == list(LEVELS)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([70], [50], id="alone, in the middle"),
        pytest.param([10, 20, 30, 40], [12.5, 37.5, 62.5, 87.5], id="half of itself counts"),
        pytest.param([20, 20, 30, 10], [50, 50, 87.5, 12.5], id="equals share a percentile"),
        pytest.param([10, UNKNOWN, 20], [25, UNKNOWN, 75], id="who is unknown is counted nowhere"),
        pytest.param([UNKNOWN], [UNKNOWN], id="nobody is known"),
    ],
)
def test_a_percentile_is_the_share_below_and_half_of_the_equals(values: list[float], expected: list[float]) -> None:
    np.testing.assert_array_equal(views.percentiles(column(*values)), column(*expected))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([10, 20, 30, 40], "bottom middle middle top", id="four: one in each quarter"),
        pytest.param([50, 50, 50, 50], "middle middle middle middle", id="who are all equal are all in the middle"),
        pytest.param([10, 20], "middle middle", id="two: on the edges, which belong to the middle"),
        pytest.param([95, 96, 97, 98], "bottom middle middle top", id="a quarter is lowest, however well all are"),
    ],
)
def test_n65_a_class_is_a_quarter_or_the_middle_half(values: list[float], expected: str) -> None:
    assert [str(name).split()[0] for name in views.classes(column(*values))] == expected.split()


def test_n66_a_benchmark_is_the_mean_of_a_class() -> None:
    top, middle, bottom = views.benchmarks(column(10, 20, 30, 40, 90, 95, 100, 5, UNKNOWN))

    assert (top.name, top.accounts, top.mean, top.lowest, top.highest) == (PercentileClass.TOP, 2, 97.5, 95, 100)
    assert (middle.accounts, middle.mean) == (4, 45)
    assert (bottom.accounts, bottom.mean, bottom.lowest, bottom.highest) == (2, 7.5, 5, 10)


def test_the_benchmark_of_nobody_is_unknown() -> None:
    assert [(one.accounts, np.isnan(one.mean)) for one in views.benchmarks(column(UNKNOWN))] == [(0, True)] * 3


def test_equals_share_a_rank_and_the_next_one_counts_them_all() -> None:
    np.testing.assert_array_equal(views.ranks(column(60, 90, 60, UNKNOWN, 30)), column(2, 1, 2, UNKNOWN, 4))


def test_points_are_gained_or_lost_between_two_days_of_the_same_version() -> None:
    adjusted = np.array([[40, 60], [60, 40], [50, UNKNOWN], [UNKNOWN, 50], [40, 60]])
    version = np.array([[1, 1], [1, 1], [1, 1], [UNKNOWN, 1], [1, 2]])

    np.testing.assert_array_equal(views.gained(adjusted, version), column(20, -20, UNKNOWN, UNKNOWN, UNKNOWN))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([1, 2, 3, 4, 5], (2, 3, 4), id="five"),
        pytest.param([1, 2, UNKNOWN], (1.25, 1.5, 1.75), id="between two values"),
        pytest.param([UNKNOWN], (UNKNOWN, UNKNOWN, UNKNOWN), id="none"),
    ],
)
def test_quartiles_are_of_what_is_known(values: list[float], expected: tuple[float, ...]) -> None:
    np.testing.assert_array_equal(views.quartiles(column(*values)), expected)


@pytest.mark.parametrize(
    ("value", "show", "expected"),
    [
        pytest.param(1234.5, "number", "1,234.5", id="a number"),
        pytest.param(0.143, "percent", "14.3%", id="a share"),
        pytest.param(84000.0, "money", "€84,000", id="money, in the account's currency"),
        pytest.param(59.9, "letter", "C", id="the letter of the value"),
        pytest.param(3.0, "grade", "A", id="the letter of the points"),
        pytest.param("yearly", "grade", "A", id="a text has points, too"),
        pytest.param("yearly", "letter", "yearly", id="a text has no letter of its own"),
    ],
)
def test_a_measure_is_shown_as_it_says(value: str | float, show: Show, expected: str) -> None:
    assert views.shown(value, show, points=90.0, currency="EUR") == expected


def test_a_grade_without_points_is_the_number() -> None:
    assert views.shown(3.0, "grade") == "3"


@given(scores)
def test_a_percentile_lies_within_0_and_100_and_its_mean_is_50(values: list[float]) -> None:
    found = views.percentiles(column(*values))
    known = found[~np.isnan(found)]

    assert ((known > 0) & (known < 100)).all()
    assert not len(known) or known.mean() == pytest.approx(50, abs=1e-3)


@given(scores)
def test_ranks_and_percentiles_are_those_of_any_rising_map(values: list[float]) -> None:
    mapped = np.exp(column(*values) / 50) * 3 - 7

    for view in (views.ranks, views.percentiles):
        np.testing.assert_array_equal(view(mapped), view(column(*values)))


@given(scores)
def test_turned_round_the_top_quarter_is_the_bottom_quarter(values: list[float]) -> None:
    found, turned = views.classes(column(*values)), views.classes(-column(*values))

    assert ((found == PercentileClass.TOP) == (turned == PercentileClass.BOTTOM)).all()


@given(scores)
def test_of_two_accounts_the_higher_one_has_the_better_views(values: list[float]) -> None:
    order = np.argsort(column(*values))
    ranks, percentiles, levels = (
        view(column(*values))[order] for view in (views.ranks, views.percentiles, views.levels)
    )
    known = ~np.isnan(ranks)

    assert (np.diff(ranks[known]) <= 0).all()
    assert (np.diff(percentiles[known]) >= 0).all()
    assert (np.diff(levels[known]) >= 0).all()


def score_of(*bands: dict[str, Any]) -> Score:
    measure = {"measure": "nps", "curve": [[0, 0], [100, 100]]}
    edges = [{"from": place * 10, **band} for place, band in enumerate(bands)]
    return Score.model_validate({"score": "health", "goal": "Sort", "measures": [measure], "bands": edges})


@pytest.mark.parametrize(
    ("piles", "expected"),
    [
        pytest.param([None], "watch", id="one band sorts nobody"),
        pytest.param([None] * 2, "at-risk healthy", id="two"),
        pytest.param([None] * 3, "at-risk watch healthy", id="three: one each"),
        pytest.param([None] * 5, "at-risk watch watch watch healthy", id="five: those between may need more"),
        pytest.param(
            [None, "at-risk", None, "healthy", None],
            "at-risk at-risk watch healthy healthy",
            id="five, two of them said",
        ),
    ],
)
def test_a_band_is_in_the_pile_that_it_says_or_in_that_of_its_place(piles: list[str | None], expected: str) -> None:
    bands = [{"band": f"b{place}", "pile": pile} for place, pile in enumerate(piles)]

    assert list(score_of(*bands).piles) == expected.split()


def test_x3_no_condition_can_ask_for_a_view() -> None:
    """So no percentile class can make a rule fire, let alone something that reaches a customer."""
    asked = {key for form in FORMS.values() for key in form.model_fields}

    assert (
        asked & {"percentile", "class", "class_", "rank", "letter", "stage", "level", "pile", "grade", *PILES} == set()
    )
