"""`docs/needs.md` names every need, and what shows that it is met: a scenario that plays, or a test of its number."""

import pytest

from tests.naming import names_in
from tests.needs_page import NEEDS, Need
from tests.test_starter import ROOT, WORKSPACE


def test_every_need_has_a_line() -> None:
    numbers = [*(f"N{number}" for number in range(1, 107)), *(f"X{number}" for number in range(1, 17))]

    assert [need.number for need in NEEDS] == numbers


def test_what_is_not_met_says_why() -> None:
    assert [need for need in NEEDS if bool(need.shown) == need.is_for_later] == []


def test_a_scenario_that_shows_a_need_is_played_under_its_number() -> None:
    """By `test_starter`, which plays all."""
    scenarios = {placed.scenario.scenario for placed in WORKSPACE.scenarios}

    assert {need.scenario for need in NEEDS if need.scenario} <= scenarios


@pytest.mark.parametrize(
    "need", [need for need in NEEDS if need.shown and not need.scenario], ids=lambda one: one.number
)
def test_a_test_that_shows_a_need_has_its_number(need: Need) -> None:
    file, name = need.test

    assert name in names_in(ROOT / file)
    assert f"_{need.number.lower()}_" in name
