"""`docs/needs.md` names every need, and what shows that it is met: a scenario that plays, or a test that is there."""

import re

import pytest

from engine.scenarios import Theatre
from tests.naming import names_in
from tests.test_starter import LOADED, ROOT, SOURCES, WORKSPACE

ROW = re.compile(r"^\| ([NX]\d+) \| (.+?) \| (.+?) \| (.*?) ?\|$", re.MULTILINE)
ROWS = {need: (where, shown) for need, _what, where, shown in ROW.findall((ROOT / "docs" / "needs.md").read_text())}
LATER = ("not yet: ", "not planned")
SCENARIOS = {placed.scenario.scenario: placed for placed in WORKSPACE.scenarios}


@pytest.fixture(scope="module")
def theatre() -> Theatre:
    return Theatre(LOADED, SOURCES)


def test_every_need_has_a_line() -> None:
    assert list(ROWS) == [*(f"N{number}" for number in range(1, 107)), *(f"X{number}" for number in range(1, 17))]


def test_what_is_not_met_says_why() -> None:
    assert [need for need, (where, shown) in ROWS.items() if bool(shown) == where.startswith(LATER)] == []


@pytest.mark.parametrize("need", [need for need, (_, shown) in ROWS.items() if shown])
def test_the_need_is_met(need: str, theatre: Theatre) -> None:
    _, shown = ROWS[need]
    scenario = re.fullmatch("scenario “(.+)”", shown)

    if scenario:
        assert theatre.play(SCENARIOS[scenario.group(1)]).passed
    else:
        file, _, test = shown.strip("`").partition("::")
        assert test in names_in(ROOT / file)
