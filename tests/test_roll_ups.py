"""What contacts and children come to for their account: each contact measured alone, their scores taken together."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import cycle
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.arithmetic.personal import of_contacts
from engine.arithmetic.windows import joined
from engine.clock import day_number, day_of
from engine.domain import Fact
from engine.language.measures import Measures as Definitions
from engine.measures import Measures
from engine.needs import of_contacts as needs_of_contacts
from engine.needs import of_measure
from engine.roll_ups import taken
from tests import histories
from tests.measure_oracle import Oracle, Written
from tests.measuring import UNKNOWN, known
from tests.snapshots import make_snapshot
from tests.told import CATALOG, Account, Observed

BLANK = float("nan")


def of_each(account: Account) -> Account:
    """The same account, the values of its metrics said by one contact after the other."""
    people = cycle(histories.PEOPLE)
    records = tuple(replace(one, contact=next(people)) if isinstance(one, Observed) else one for one in account.records)
    return replace(account, records=records)


def alone(account: Account, email: object, first_day: float) -> Account:
    """What an account would be, had only this contact left records."""
    mine = [one for one in account.records if isinstance(one, Fact) or one.contact == email]
    records = tuple(replace(one, contact=None) if isinstance(one, Observed) else one for one in mine)
    return replace(account, records=records, since=None if np.isnan(first_day) else day_of(int(first_day)))


@settings(max_examples=60, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories.definitions(), histories.shards, histories.covered_from)
def test_a_contact_measures_what_the_account_would_with_the_records_of_that_contact_alone(
    definitions: dict[str, Written], shard: list[Account], covered: dict[str, Any]
) -> None:
    accounts, parsed = [of_each(account) for account in shard], Definitions.model_validate(definitions).root
    asked = joined(*(of_measure(name, parsed, CATALOG) for name in parsed))
    days = {name: day_number(day) for name, day in covered.items()}
    needs = needs_of_contacts(asked)
    snapshot = make_snapshot(*accounts, needs=needs, at=histories.MOMENT, covered_from=days)
    assert snapshot.people is not None

    look = Measures(of_contacts(snapshot, snapshot.people, asked), parsed, CATALOG)

    for place, (row, email) in enumerate(zip(snapshot.people.row, snapshot.people.fields["email"], strict=True)):
        mine = alone(accounts[row], email, snapshot.first_day[row])
        oracle = Oracle(definitions, mine, histories.MOMENT, covered)
        for name in definitions:
            expected = oracle.value(name)
            found = known(look.value(name)[place])
            assert found == (UNKNOWN if expected is None else pytest.approx(expected, abs=1.5e-4)), name


@pytest.mark.parametrize(
    ("take", "weights", "expected"),
    [
        pytest.param("mean", None, [30, 10, UNKNOWN], id="mean of those that are known"),
        pytest.param("worst", None, [20, 10, UNKNOWN], id="worst"),
        pytest.param("weighted", [3, 1, 5, 1, 1], [25, 10, UNKNOWN], id="weighted"),
        pytest.param("weighted", [BLANK, 2, 5, 0, 1], [40, UNKNOWN, UNKNOWN], id="no weight, or one of 0: left out"),
        pytest.param("weighted", [-1, 2, 5, 1, 1], [40, 10, UNKNOWN], id="a weight below 0 is none"),
    ],
)
def test_scores_are_taken_together(take: str, weights: Sequence[float] | None, expected: Sequence[Any]) -> None:
    row, values = np.array([0, 0, 0, 1, 1], dtype=np.intp), np.array([20, 40, BLANK, 10, BLANK])

    found = taken(take, row, values, 3, None if weights is None else np.array(weights))

    assert [known(one) for one in found] == expected


UNITS = st.integers(0, 1_000_000)
"""A score from 0 to 100, in units of its last decimal."""


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@example([(398_072, 1), (398_073, 1)])
@given(st.lists(st.tuples(UNITS, st.integers(1, 90_000)), min_size=1, max_size=12))
def test_what_scores_come_to_is_rounded_once_and_a_half_goes_to_the_even_digit(told: list[tuple[int, int]]) -> None:
    units, weights = (np.array(column) for column in zip(*told, strict=True))
    row = np.zeros(len(told), dtype=np.intp)

    [mean] = taken("mean", row, units / 10_000, 1)
    [weighted] = taken("weighted", row, units / 10_000, 1, weights.astype(float))

    assert mean == round(Fraction(int(units.sum()), len(told))) / 10_000
    assert weighted == round(Fraction(int((units * weights).sum()), int(weights.sum()))) / 10_000
