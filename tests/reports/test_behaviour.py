"""What sets accounts apart: each measure by band, those who left against those who stayed, what happened when."""

from datetime import date
from decimal import Decimal

import numpy as np

from engine.reports.behaviour import FEWEST, TOO_FEW, behaviour, figures, outcomes
from engine.reports.columns import Happened
from tests.reports.making import measured

BANDS = np.array(["red", "green", "green", None], dtype=np.object_)


def test_a_measure_is_told_by_group_with_its_quartiles_and_points() -> None:
    parts = {"nps": measured(10, 20, 40, 99, points=[0, 50, 100, 100])}

    red, green = behaviour(parts, {"nps": "NPS"}, BANDS, ["red", "green"])

    assert red == {
        "measure": "nps",
        "label": "NPS",
        "group": "red",
        "known": 1,
        "low": 10,
        "median": 10,
        "high": 10,
        "most": None,
        "points": 0,
    }
    assert (green["known"], green["low"], green["median"], green["high"], green["points"]) == (2, 25, 30, 35, 75)


def test_a_text_is_told_by_what_is_said_most_often() -> None:
    plans = {"plan": measured("pro", "yearly", "monthly", None)}

    red, green, amber = behaviour(plans, {}, BANDS, ["red", "green", "amber"])

    assert (red["most"], red["label"], red["low"]) == ("pro", "plan", None)
    assert (green["most"], green["known"]) == ("monthly", 2)
    assert (amber["most"], amber["known"]) == (None, 0)


def test_those_who_left_are_set_against_those_who_stayed() -> None:
    left = np.array([True] * FEWEST + [False] * FEWEST)
    values = measured(*range(FEWEST), *range(100, 100 + FEWEST))

    [row] = outcomes({"logins": values}, {"logins": "Logins"}, left)

    assert row == {
        "measure": "logins",
        "label": "Logins",
        "kept": 10,
        "kept_median": 104.5,
        "lost": 10,
        "lost_median": 4.5,
        "difference": -100.0,
        "says": None,
    }


def test_of_fewer_than_ten_on_either_side_no_difference_is_told() -> None:
    values = measured(*range(40))
    for gone in (FEWEST - 1, 40 - FEWEST + 1):
        [row] = outcomes({"logins": values}, {}, np.arange(40) < gone)

        assert (row["difference"], row["says"]) == (None, TOO_FEW)


def test_only_known_values_count_for_enough() -> None:
    left = np.arange(30) < 12
    values = measured(*([None] * 3), *range(27))

    [row] = outcomes({"logins": values}, {}, left)

    assert (row["lost"], row["says"]) == (9, TOO_FEW)


def test_a_text_has_no_median_and_is_left_out() -> None:
    assert outcomes({"plan": measured("pro", "trial")}, {}, np.array([True, False])) == []


def happened(account: str, outcome: str, day: date, revenue: str | None = "10", currency: str = "EUR") -> Happened:
    return Happened(account, outcome, day, None if revenue is None else Decimal(revenue), currency)


def test_n96_what_happened_is_counted_by_quarter_each_account_once() -> None:
    found = figures(
        [
            happened("a", "expanded", date(2026, 9, 30)),
            happened("a", "expanded", date(2026, 7, 1)),
            happened("b", "expanded", date(2026, 8, 1), "5", "USD"),
            happened("c", "expanded", date(2026, 8, 1), None),
            happened("a", "churned", date(2026, 10, 1)),
        ]
    )

    assert found == [
        {
            "quarter": "2026-Q3",
            "outcome": "expanded",
            "accounts": 3,
            "revenue": {"EUR": Decimal(10), "USD": Decimal(5)},
        },
        {"quarter": "2026-Q4", "outcome": "churned", "accounts": 1, "revenue": {"EUR": Decimal(10)}},
    ]
