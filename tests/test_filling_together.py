"""What rests on more than one account is filled in as looks see it: parents after children, and feeds that are held."""

from collections.abc import Mapping

import pytest

from engine.loops import filling
from engine.store.database import Database
from tests.past import PLAIN, company, filled, known, lived, looked_day_by_day, told

FAMILY = {
    **PLAIN,
    "rules/measures.yaml": PLAIN["rules/measures.yaml"] + "of_children: {roll_up: index, of: children, take: mean}\n",
    "rules/scores/family.yaml": """
score: family
goal: Rest on children
measures: [{measure: of_children, curve: [[0, 0], [100, 100]]}]
bands: [{band: low, from: 0}, {band: high, from: 50}]
""",
}
QUIET = {
    **PLAIN,
    "rules/catalog.yaml": PLAIN["rules/catalog.yaml"].replace("nps: {", "nps: {quiet_after: 1d, "),
}
PARENTS = {"a001": "a000", "a002": "a000", "a003": "a001"}


@pytest.mark.parametrize("files", [pytest.param(FAMILY, id="children"), pytest.param(QUIET, id="feeds")])
def test_a_filled_day_is_what_a_look_at_its_end_would_have_left(database: Database, files: Mapping[str, str]) -> None:
    of = company(4, 14, parents=PARENTS)
    book = known(database, files, of)

    filled(book, of)

    assert told(database) == lived(of, told(looked_day_by_day(files, of, range(of.days))))


def test_accounts_that_do_not_fit_into_memory_together_are_filled_in_one_after_the_other(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = company(4, 6)
    monkeypatch.setattr(filling, "AT_ONCE", 1)

    filled(known(database, PLAIN, of), of)

    assert told(database) == lived(of, told(looked_day_by_day(PLAIN, of, range(of.days))))
