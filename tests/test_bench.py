"""What the bench measures is a workspace like any other."""

import pytest

from bench.company import SORTS
from engine.workspace import load, read_sources


@pytest.mark.parametrize("sort", SORTS)
def test_the_measured_workspaces_check_clean(sort: str) -> None:
    assert load(read_sources(SORTS[sort].workspace)).problems == ()
