"""Scores are what the reference says: points, groups, what is missing, coverage, effects, models, bands."""

from typing import Any

import numpy as np
import pytest

from engine.scoring import Adjusted, Capped, Effects, Softened
from tests.score_models import Values, Written, bands, listed, look, model
from tests.told import make_account

UNKNOWN = None
CURVE = [["0", "0"], ["20", "60"], ["60", "100"]]
STRAIGHT = [["0", "0"], ["100", "100"]]


def entry(measure: str, **more: Any) -> Written:
    """A measure of 0 to 100 whose value is its points."""
    return {"measure": measure, "curve": STRAIGHT} | more


def one(written: Written, values: Values, **more: Any) -> Any:
    """The base of one account's score."""
    return listed(look(written, values, **more).base)[0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(-5.0, 0, id="flat before the first point"),
        pytest.param(0.0, 0, id="the first point"),
        pytest.param(5.0, 15, id="between two points"),
        pytest.param(20.0, 60, id="a point"),
        pytest.param(50.0, 90, id="on the next line"),
        pytest.param(61.0, 100, id="flat after the last"),
        pytest.param(None, UNKNOWN, id="not known"),
    ],
)
def test_a_curve_is_straight_lines_between_its_points(value: float | None, expected: Any) -> None:
    assert one(model(measures=[entry("a", curve=CURVE)]), {"a": value}) == expected


@pytest.mark.parametrize(
    ("levels", "value", "expected"),
    [
        pytest.param({1: "< 0", 2: "< 20", 5: "else"}, -1.0, 0, id="the first that holds"),
        pytest.param({1: "< 0", 2: "< 20", 5: "else"}, 0.0, 25, id="not below its own bound"),
        pytest.param({1: "< 0", 2: "< 20", 5: "else"}, 20.0, 100, id="else"),
        pytest.param({1: "<= 0", 3: "else"}, 0.0, 0, id="at most"),
        pytest.param({1: "> 9", 3: "else"}, 9.0, 50, id="above"),
        pytest.param({1: ">= 9", 3: "else"}, 9.0, 0, id="at least"),
        pytest.param({5: "else", 4: "< 5"}, 3.0, 75, id="tried in rising order"),
        pytest.param({1: ["monthly"], 4: ["yearly"], 5: "else"}, "yearly", 75, id="a text"),
        pytest.param({1: ["monthly"], 4: ["yearly"], 5: "else"}, "Yearly", 100, id="another text"),
        pytest.param({1: "< 0", 5: "else"}, None, UNKNOWN, id="not known, not even else"),
    ],
)
def test_n58_levels_one_to_five_are_0_to_100_points(levels: Written, value: str | float | None, expected: Any) -> None:
    assert one(model(measures=[{"measure": "a", "points": levels}]), {"a": value}) == expected


GROUPED = model(
    groups={"product": "60", "relationship": "40"},
    measures=[
        entry("a", group="product", weight="3"),
        entry("b", group="product"),
        entry("c", group="relationship"),
    ],
    min_coverage="10%",
)


@pytest.mark.parametrize(
    ("missing", "values", "base", "coverage"),
    [
        pytest.param("spread", (100, 0, 50), 65, 1, id="everything known"),
        pytest.param("spread", (100, None, 50), 80, 0.85, id="its weight goes to its group"),
        pytest.param("spread", (100, 0, None), 75, 0.6, id="a group's weight goes to the others"),
        pytest.param("spread", (None, None, 50), 50, 0.4, id="one group is left"),
        pytest.param("neutral", (100, None, 50), 72.5, 0.85, id="neutral is 50 points"),
        pytest.param("neutral", (None, None, 0), 30, 0.4, id="a neutral group"),
        pytest.param("worst", (100, None, 50), 65, 0.85, id="worst is no points"),
        pytest.param("worst", (None, 100, None), 15, 0.15, id="worst in two groups"),
        pytest.param("neutral", (None, None, None), UNKNOWN, 0, id="nothing known"),
    ],
)
def test_what_is_missing_is_spread_neutral_or_worst(
    missing: str, values: tuple[float | None, ...], base: Any, coverage: float
) -> None:
    found = look({**GROUPED, "missing": missing}, dict(zip("abc", values, strict=True)))

    assert listed(found.base) == [base]
    assert listed(found.coverage) == [coverage]


@pytest.mark.parametrize(
    ("min_coverage", "is_known"),
    [
        pytest.param("40%", True, id="just enough"),
        pytest.param("40.0001%", True, id="enough to 4 decimals"),
        pytest.param("40.01%", False, id="a step too little"),
        pytest.param("0%", True, id="anything will do"),
    ],
)
def test_below_its_least_coverage_a_score_is_unknown(min_coverage: str, is_known: bool) -> None:
    found = look({**GROUPED, "min_coverage": min_coverage}, {"c": 50.0})

    assert listed(found.value) == [50.0 if is_known else UNKNOWN]
    assert list(found.band) == ["yellow" if is_known else None]


def test_a_third_is_enough_for_a_third() -> None:
    thirds = model(measures=[entry("a"), entry("b"), entry("c")], min_coverage="33.333333%")

    assert one(thirds, {"a": 50.0}) == 50


UNLESS = {"unless": {"measure": "new", "at_least": "1"}}


@pytest.mark.parametrize(
    ("new", "base", "coverage"),
    [
        pytest.param(0.0, 40, 0.5, id="it applies"),
        pytest.param(1.0, 40, 1, id="it does not apply"),
        pytest.param(None, 40, 0.5, id="unknown does not except it"),
    ],
)
def test_n35_a_measure_that_does_not_apply_is_not_missed(new: float | None, base: float, coverage: float) -> None:
    found = look(model(measures=[entry("a"), entry("b", **UNLESS)]), {"a": 40.0, "new": new})

    assert (listed(found.base), listed(found.coverage)) == ([base], [coverage])


@pytest.mark.parametrize(
    ("new", "expected"),
    [pytest.param(0.0, (20, None), id="the first applies"), pytest.param(1.0, (None, 60), id="the first does not")],
)
def test_n7_n43_x10_of_several_entries_on_one_measure_the_first_that_applies_counts(new: float, expected: Any) -> None:
    found = look(model(measures=[entry("a", **UNLESS), entry("a", curve=CURVE)]), {"a": 20.0, "new": new})

    assert tuple(listed(found.breakdowns[0].points[0])) == expected
    assert listed(found.coverage) == [1]


def test_x14_another_scores_value_is_its_points_though_a_measure_has_its_name() -> None:
    adoption = look(model(measures=[entry("a")]), {"a": 80.0})
    both = model(measures=[entry("adoption"), {"score": "adoption"}])

    assert one(both, {"adoption": 20.0}, before={"adoption": adoption}) == 50


def test_n56_contributions_are_points_times_share_and_add_up() -> None:
    [parts] = look(GROUPED, {"a": 100.0, "b": None, "c": 50.0}, ages={"a": 3.0}).breakdowns

    assert parts.measures == ("a", "b", "c")
    assert listed(parts.points[0]) == [100, UNKNOWN, 50]
    assert listed(parts.share[0]) == [pytest.approx(0.6), UNKNOWN, pytest.approx(0.4)]
    assert listed(parts.contribution[0]) == [60, UNKNOWN, 20]
    assert listed(parts.age[0]) == [3, UNKNOWN, UNKNOWN]
    assert parts.weights == (3.0, 1.0, 1.0)


HERE = np.array([True])


def softened(by: float, *, group: str | None = None, measures: tuple[str, ...] = ()) -> Softened:
    return Softened("move", group, measures, by, HERE)


@pytest.mark.parametrize(
    ("softens", "missing", "values", "expected"),
    [
        pytest.param((softened(0.5, group="product"),), "spread", (20, 60, 0), (35, 60, 0), id="bad ones of the group"),
        pytest.param((softened(0.5, group="product"),), "spread", (50, 49, 0), (50, 49.5, 0), id="50 is not bad"),
        pytest.param((softened(1, measures=("c",)),), "spread", (20, 60, 0), (20, 60, 50), id="those that are named"),
        pytest.param(
            (softened(0.5, group="product"), softened(0.2, measures=("a",))),
            "spread",
            (0, 60, 0),
            (25, 60, 0),
            id="the strongest counts",
        ),
        pytest.param(
            (softened(0.5, group="product"),), "worst", (None, 60, 9), (25, 60, 9), id="after what is missing"
        ),
    ],
)
def test_softening_moves_bad_measures_towards_neutral(
    softens: tuple[Softened, ...], missing: str, values: tuple[float | None, ...], expected: tuple[float, ...]
) -> None:
    given = dict(zip("abc", values, strict=True))

    found = look({**GROUPED, "missing": missing}, given, effects=Effects(softens=softens))

    a, b, c = expected
    assert tuple(listed(found.breakdowns[0].points[0])) == expected
    assert listed(found.base) == listed(look({**GROUPED, "missing": missing}, given).base)
    assert listed(found.adjusted) == [pytest.approx(0.6 * (0.75 * a + 0.25 * b) + 0.4 * c)]


@pytest.mark.parametrize(
    ("adjusts", "caps", "adjusted"),
    [
        pytest.param((-10,), (), 50, id="an adjust"),
        pytest.param((-10, 3.5), (), 53.5, id="adjusts add up"),
        pytest.param((-70,), (), 0, id="not below 0"),
        pytest.param((70,), (), 100, id="not above 100"),
        pytest.param((), (55,), 55, id="a cap"),
        pytest.param((70,), (90, 84), 84, id="the lowest cap, after the adjusts"),
        pytest.param((-10,), (84,), 50, id="a cap that is above it"),
    ],
)
def test_context_adjusts_and_caps(adjusts: tuple[float, ...], caps: tuple[float, ...], adjusted: float) -> None:
    effects = Effects(
        adjusts=tuple(Adjusted(f"adjust-{by}", np.array([float(by)])) for by in adjusts),
        caps=tuple(Capped(f"cap-{at_most}", float(at_most), HERE) for at_most in caps),
    )

    found = look(model(measures=[entry("a")]), {"a": 60.0}, effects=effects)
    nothing = look(model(measures=[entry("a")]), {"a": None}, effects=effects)

    assert (listed(found.base), listed(found.adjusted), listed(found.value)) == ([60], [adjusted], [adjusted])
    assert listed(nothing.adjusted) == [UNKNOWN]


def test_effects_hold_where_their_rule_is_active() -> None:
    effects = Effects(
        adjusts=(Adjusted("a", np.array([5.0, 0.0])),),
        softens=(Softened("s", None, ("a",), 1.0, np.array([False, True])),),
        caps=(Capped("c", 30.0, np.array([False, False])),),
    )

    assert listed(look(model(measures=[entry("a")]), {"a": 40.0}, {"a": 40.0}, effects=effects).value) == [45, 50]


def test_x8_an_override_stands_over_the_adjusted_score_and_gives_an_unknown_one_a_value() -> None:
    overrides = {"health": np.array([70.0, 39.9999, np.nan])}

    found = look(model(measures=[entry("a")]), {"a": 10.0}, {}, {"a": 10.0}, overrides=overrides)

    assert listed(found.value) == [70, 39.9999, 10]
    assert listed(found.adjusted) == [10, UNKNOWN, 10]
    assert list(found.band) == ["green", "red", "red"]
    assert list(found.stays.overridden) == [True, True, False]


@pytest.mark.parametrize(
    ("value", "band"),
    [(0.0, "red"), (39.99994, "red"), (39.99996, "yellow"), (40.0, "yellow"), (70.0, "green"), (100.0, "green")],
)
def test_a_band_has_its_lower_edge_and_ends_where_the_next_begins(value: float, band: str) -> None:
    assert list(look(model(measures=[entry("a")]), {"a": value}).band) == [band]


def test_n14_n16_the_first_model_whose_when_is_true_scores_the_account() -> None:
    narrow = bands(yellow="10", green="20")
    trial = model(model="trial", when={"account": {"plan": "trial"}}, measures=[entry("a")], bands=narrow)
    large = model(model="large", when={"account": {"seats": {"above": "100"}}}, measures=[entry("b")])
    trials = make_account(plan="trial", seats=500.0), make_account(plan="pro", seats=500.0)
    accounts = [*trials, make_account(plan="pro"), make_account()]

    found = look([trial, large], *[{"a": 25.0, "b": 80.0}] * 4, accounts=accounts)

    assert list(found.model) == ["trial", "large", None, None]
    assert listed(found.value) == [25, 80, UNKNOWN, UNKNOWN]
    assert list(found.band) == ["green", "green", None, None]
    assert list(found.fingerprint) == ["print of trial", "print of large", None, None]
    assert [list(parts.rows) for parts in found.breakdowns] == [[0], [1]]


def test_an_account_that_left_has_no_score_and_no_override() -> None:
    accounts = [make_account(ended=True), make_account()]

    found = look(
        model(measures=[entry("a")]), *[{"a": 50.0}] * 2, accounts=accounts, overrides={"health": np.array([9.0, 9.0])}
    )

    assert listed(found.value) == [UNKNOWN, 9]
    assert listed(found.coverage) == [UNKNOWN, 1]
