"""`docs/faults.md` has a line for each fault of the data, and names a test that is there."""

import re
from itertools import chain
from pathlib import Path

import pytest

from tests.naming import names_in

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (R\d+) \| (.+?) \| (.+?) \| (.*?) ?\|$", re.MULTILINE)
ROWS = {fault: (does, shown) for fault, _what, does, shown in ROW.findall((ROOT / "docs" / "faults.md").read_text())}
FAULTS = chain(range(27, 37), range(45, 49), (53, 54), range(58, 69))


def test_every_fault_has_a_line() -> None:
    assert list(ROWS) == [f"R{number}" for number in FAULTS]


def test_what_is_not_survived_says_so() -> None:
    assert [fault for fault, (does, shown) in ROWS.items() if bool(shown) == does.startswith("not yet: ")] == []


@pytest.mark.parametrize("fault", [fault for fault, (_, shown) in ROWS.items() if shown])
def test_the_fault_is_shown_to_be_survived(fault: str) -> None:
    file, _, test = ROWS[fault][1].strip("`").partition("::")

    assert test in names_in(ROOT / file)
