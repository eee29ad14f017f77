"""How far a score fell, rose, or keeps declining, against the days before; each beside a plain reading."""

from collections.abc import Sequence
from itertools import combinations
from statistics import median
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.arithmetic import trends
from engine.snapshot import Numbers, ScoreHistory

BLANK = float("nan")


def history(*days: float, versions: Sequence[float] = ()) -> ScoreHistory:
    """Scores of the days before today and of today, oldest first; all of version 1 unless said otherwise."""
    made = np.array([days])
    version: Numbers = np.array([versions]) if versions else np.where(np.isnan(made), np.nan, 1.0)
    return ScoreHistory(made, version)


def trend(past: ScoreHistory, adjusted: float, *, drops: bool = True, percent: bool = False, **asked: int) -> Any:
    wanted = trends.Trend(asked.get("days", 3), drops, percent, asked.get("min_points", 1))
    [found] = trends.trend(past, np.array([adjusted]), np.array([1]), wanted)
    return None if found != found else float(found)


@pytest.mark.parametrize(
    ("past", "asked", "expected"),
    [
        pytest.param(history(90, 60, 58, 59, 10), {}, 20, id="below the highest of the days before today"),
        pytest.param(history(60, 58, 59, 99), {}, 20, id="today's own day does not count"),
        pytest.param(history(30, 35, 38, 10), {}, -2, id="above it"),
        pytest.param(history(60, 58, 59, 10), {"drops": False}, -18, id="above the lowest"),
        pytest.param(history(80, 50, 59, 10), {"percent": True}, 50, id="in percent of the highest"),
        pytest.param(history(32, 50, 59, 10), {"percent": True, "drops": False}, 25, id="in percent of the lowest"),
        pytest.param(history(0, 0, 0, 10), {"percent": True}, 0, id="in percent of 0: nothing can be lost"),
        pytest.param(
            history(0, 0, 0, 10), {"percent": True, "drops": False}, 1e9, id="in percent of 0: more than any share"
        ),
        pytest.param(history(60, BLANK, BLANK, 10), {}, 20, id="days without a score are left out"),
        pytest.param(history(BLANK, BLANK, BLANK, 10), {}, None, id="no day"),
        pytest.param(history(60, 58, 59, 10), {"min_points": 3}, 20, id="enough days"),
        pytest.param(history(60, BLANK, 59, 10), {"min_points": 3}, None, id="too few days"),
        pytest.param(history(60, 58, 10), {"days": 9}, 20, id="fewer days than asked for"),
        pytest.param(history(10), {}, None, id="no days at all"),
        pytest.param(history(90, 58, 59, 10, versions=[2, 1, 1, 1]), {}, 19, id="another version is not compared with"),
        pytest.param(
            history(90, 58, 59, 10, versions=[2, 1, 1, 1]), {"min_points": 3}, None, id="and does not count as a day"
        ),
    ],
)
def test_a_trend_is_told_against_the_extreme_day(past: ScoreHistory, asked: dict[str, Any], expected: Any) -> None:
    assert trend(past, 40.0, **asked) == expected
    assert trend(past, BLANK, **asked) is None


@pytest.mark.parametrize(
    ("before", "now", "drops", "percent"),
    [
        pytest.param(44.1176, 35.2941, True, 19.9999, id="a hair less than a fifth"),
        pytest.param(44.1180, 35.2944, True, 20, id="a fifth"),
        pytest.param(44.1176, 35.2940, True, 20.0001, id="a hair more"),
        pytest.param(33.3333, 39.9999, False, 19.9998, id="a hair less upwards"),
        pytest.param(33.3335, 40.0002, False, 20, id="a fifth upwards"),
    ],
)
def test_no_trend_in_percent_is_rounded_up_to_a_bound(before: float, now: float, drops: bool, percent: float) -> None:
    assert trend(history(before, 10), now, drops=drops, percent=True) == percent


def decline(past: ScoreHistory, adjusted: float, *, days: int = 5, min_points: int = 3) -> float | None:
    [found] = trends.decline(past, np.array([adjusted]), np.array([1]), days, min_points)
    return None if found != found else float(found)


@pytest.mark.parametrize(
    ("past", "asked", "expected"),
    [
        pytest.param(history(90, 60, 55, 50, 45, 99), {}, 25, id="5 points a day"),
        pytest.param(history(90, 60, 55, 50, 45, 99), {"days": 2, "min_points": 2}, 10, id="today is one of the days"),
        pytest.param(history(90, 60, 5, 50, 45, 99), {}, 25, id="one wild day changes nothing"),
        pytest.param(history(20, 25, 30, 35, 99), {}, -25, id="below 0 where it rises"),
        pytest.param(history(40, 40, 40, 40, 99), {}, 0, id="flat"),
        pytest.param(history(BLANK, 60, BLANK, 50, BLANK, 99), {}, 25, id="days without a score are left out"),
        pytest.param(history(60, BLANK, BLANK, BLANK, 99), {}, None, id="two days are no direction"),
        pytest.param(history(60, BLANK, BLANK, BLANK, 99), {"min_points": 2}, 25, id="unless they are asked for"),
        pytest.param(history(60, 99), {"days": 9, "min_points": 2}, 180, id="fewer days than asked for"),
        pytest.param(history(90, 60, 55, 50, 45, 99, versions=[1, 2, 1, 1, 1, 1]), {}, 25, id="another version"),
        pytest.param(
            history(90, 60, 55, 50, 45, 99, versions=[1, 2, 2, 2, 1, 1]), {}, None, id="and does not count as a day"
        ),
    ],
)
def test_a_decline_is_the_median_slope_over_the_whole_window(
    past: ScoreHistory, asked: dict[str, Any], expected: float | None
) -> None:
    assert decline(past, 40.0, **asked) == expected
    assert decline(past, BLANK, **asked) is None


SCORES = st.lists(st.one_of(st.none(), st.integers(0, 1_000_000).map(lambda n: n / 10_000)), min_size=1, max_size=9)


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(st.lists(SCORES, min_size=1, max_size=5), st.integers(2, 9))
def test_a_decline_is_what_a_plain_reading_says_account_by_account(
    accounts: list[list[float | None]], days: int
) -> None:
    width = max(len(scores) for scores in accounts)
    rows = [[*(None for _ in range(width - len(scores))), *scores] for scores in accounts]
    made = np.array([[BLANK if one is None else one for one in row] for row in rows])
    past = ScoreHistory(made, np.ones(made.shape))

    found = trends.decline(past, made[:, -1], np.ones(len(rows), dtype=np.int64), days, 3)

    plain = [_plainly(row[-days:]) * days if row[-1] is not None else BLANK for row in rows]
    assert found == pytest.approx(plain, abs=1e-4, nan_ok=True)


def _plainly(scores: Sequence[float | None]) -> float:
    known = [(day, score) for day, score in enumerate(scores) if score is not None]
    if len(known) < 3:
        return BLANK
    return -median((later - score) / (end - day) for (day, score), (end, later) in combinations(known, 2))


def test_many_accounts_are_worked_out_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    made = np.random.default_rng(7).uniform(0, 100, (50, 9))
    past, version = ScoreHistory(made, np.ones(made.shape)), np.ones(50, dtype=np.int64)
    at_once = trends.decline(past, made[:, -1], version, 9, 3)

    monkeypatch.setattr(trends, "MOST_SLOPES", 100)

    assert np.array_equal(trends.decline(past, made[:, -1], version, 9, 3), at_once)
