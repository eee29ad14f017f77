"""Points models add what events and conditions are worth to a start, and show what each entry added."""

from typing import Any

import numpy as np
import pytest

from engine.scoring import Adjusted, Effects
from tests.score_models import Written, listed, look, model
from tests.told import Account, make_account, make_contact, occurred


def by_points(*points: Written, start: str = "30") -> Written:
    return model(start=start, points=list(points))


def worth(entry: Written, account: Account, **values: Any) -> float:
    """What one entry adds to a start of 30."""
    [found] = look(by_points(entry), values, accounts=[account]).value
    return float(found) - 30


@pytest.mark.parametrize(
    ("entry", "days_ago", "added"),
    [
        pytest.param({"fades": "90d"}, 0, 10, id="today it counts in full"),
        pytest.param({"fades": "90d"}, 45, 5, id="half faded"),
        pytest.param({"fades": "90d"}, 89, 0.1111, id="nearly faded"),
        pytest.param({"fades": "90d"}, 90, 0, id="faded"),
        pytest.param({"over": "90d"}, 89, 10, id="unfaded to the last day of the window"),
        pytest.param({"over": "90d"}, 90, 0, id="past the window"),
    ],
)
def test_an_event_adds_while_it_fades_or_lies_in_the_window(entry: Written, days_ago: int, added: float) -> None:
    account = make_account(occurred("login", days_ago))

    assert worth({"event": "login", "add": "10"} | dict(entry), account) == pytest.approx(added)


@pytest.mark.parametrize(
    ("entry", "added"),
    [
        pytest.param({"add": "10", "over": "7d"}, 40, id="each event adds"),
        pytest.param({"add": "10", "over": "7d", "cap": "25"}, 25, id="at most the cap"),
        pytest.param({"add": "-5", "over": "7d", "cap": "12"}, -12, id="takes at most the cap"),
        pytest.param({"add": "10", "over": "7d", "where": {"device": "phone"}}, 20, id="those that are so"),
        pytest.param({"add": "10", "over": "7d", "where": {"contact_role": "champion"}}, 10, id="those of a role"),
        pytest.param({"add": "10", "fades": "4d", "where": {"contact_role": "champion"}}, 5, id="of a role, faded"),
    ],
)
def test_n41_n62_events_add_up(entry: Written, added: float) -> None:
    account = make_account(
        *[occurred("login", days, device=device) for days, device in ((0, "desk"), (0, "phone"), (6, "phone"))],
        occurred("login", 2, contact="a@x.example", device="desk"),
        contacts=[make_contact("a@x.example", "champion")],
    )

    assert worth({"event": "login"} | dict(entry), account) == added


@pytest.mark.parametrize(("seats", "added"), [(5.0, 10), (4.0, 0), (None, 0)], ids=["true", "false", "unknown"])
def test_n73_a_condition_adds_once_while_it_is_true(seats: float | None, added: float) -> None:
    entry = {"when": {"measure": "seats", "at_least": "5"}, "add": "10"}

    assert worth(entry, make_account(), seats=seats) == added


def test_no_event_is_no_points_and_coverage_is_full_whatever_is_covered() -> None:
    found = look(by_points({"event": "login", "add": "10", "over": "7d"}), accounts=[make_account()], covered_from={})

    assert (listed(found.value), listed(found.coverage)) == ([30], [1])


@pytest.mark.parametrize(
    ("add", "base", "limit"),
    [
        pytest.param("10", 50, None, id="within 0 and 100"),
        pytest.param("40", 100, -10, id="not above 100"),
        pytest.param("-20", 0, 10, id="not below 0"),
    ],
)
def test_the_parts_with_the_start_and_what_the_limits_cut_add_up(add: str, base: float, limit: float | None) -> None:
    account = make_account(occurred("login", 0), occurred("login", 1))
    named = {"event": "login", "add": add, "over": "7d", "label": "Logins"}

    found = look(by_points(named), accounts=[account])

    [parts] = found.breakdowns
    assert parts.measures == ("start", "Logins", "limit")
    assert listed(parts.contribution[0]) == [30, 2 * float(add), limit]
    assert listed(parts.values[1]) == [2]
    assert np.nansum(parts.contribution) == base == found.base[0]


def test_effects_come_on_top() -> None:
    effects = Effects(adjusts=(Adjusted("move", np.array([-5.0])),))
    model = by_points({"event": "login", "add": "10", "over": "7d"})

    found = look(model, accounts=[make_account()], effects=effects)

    assert (listed(found.base), listed(found.adjusted)) == ([30], [25])
