"""The score of the telco example against the matrix that it is made after."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.examples.playing import Played, records


def test_the_telco_score_is_the_matrix_worked_out_by_hand(follow: Callable[[str], Played]) -> None:
    played = follow("telco")
    rows = records(played.folder / "data/telco.csv")
    expected = {row["customerID"]: pytest.approx(_matrix(row), abs=1e-4) for row in rows}

    scores = [one for one in played.listed("scores") if one["score"] == "health" and one["day"] == "2026-09-30"]

    assert {one["account"]: one["base"] for one in scores} == expected
    assert Counter(one["band"] for one in scores) == {"red": 1717, "yellow": 1763, "green": 1158}


def _matrix(row: dict[str, str]) -> float:
    """Five dimensions of 1 to 5 points, weighted, as 0 to 100."""
    extras = "OnlineSecurity OnlineBackup DeviceProtection TechSupport StreamingTV StreamingMovies".split()
    months = int(row["tenure"])
    levels = (
        (0.25, {"Month-to-month": 1, "One year": 4, "Two year": 5}[row["Contract"]]),
        (0.20, 1 + sum(months > bound for bound in (3, 12, 24, 48))),
        (0.25, (1, 2, 3, 4, 4, 5, 5)[sum(row[extra] == "Yes" for extra in extras)]),
        (0.15, 1 + 2 * ((row["OnlineSecurity"] == "Yes") + (row["TechSupport"] == "Yes"))),
        (0.15, {"Electronic check": 1, "Mailed check": 3}.get(row["PaymentMethod"], 5)),
    )
    return sum(weight * (level - 1) * 25 for weight, level in levels)
