"""Laws of measures: whatever is asked of whatever records, the answer is that of a plain reading of them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.clock import day_number
from engine.language.measures import Measures as Definitions
from engine.language.measures import RollUp, measure_forms
from tests import histories
from tests.measure_oracle import Oracle
from tests.measuring import Written, known, measures
from tests.told import Account

GENERATE = settings(
    max_examples=100, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)


def dates_as_days(covered_from: Mapping[str, date]) -> dict[str, int]:
    return {name: day_number(first) for name, first in covered_from.items()}


def test_every_form_is_what_a_plain_reading_of_the_records_says() -> None:
    read: set[type] = set()

    @GENERATE
    @given(histories.definitions(), histories.shards, histories.covered_from, st.integers(0, 3))
    def hold(definitions: dict[str, Written], shard: list[Account], covered: dict[str, date], spare_days: int) -> None:
        more: dict[str, Any] = {
            "covered_from": dates_as_days(covered),
            "at": histories.MOMENT,
            "spare_days": spare_days,
        }
        look = measures(definitions, *shard, **more)
        oracles = [Oracle(definitions, account, histories.MOMENT, covered) for account in shard]
        read.update(type(one) for one in Definitions.model_validate(definitions).root.values())

        for name in definitions:
            found = [known(one) for one in look.value(name)]
            expected = [oracle.value(name) for oracle in oracles]
            assert found == [pytest.approx(one, abs=1.5e-4) if one is not None else None for one in expected], name

    hold()

    assert read == set(measure_forms()) - {RollUp}, "roll-ups have a plain reading of their own"


@settings(GENERATE, max_examples=30)
@given(histories.definitions(), histories.shards)
def test_an_account_alone_measures_the_same_as_among_others(
    definitions: dict[str, Written], shard: list[Account]
) -> None:
    together = measures(definitions, *shard, at=histories.MOMENT)

    for row, account in enumerate(shard):
        alone = measures(definitions, account, at=histories.MOMENT)

        for name in definitions:
            assert known(alone.value(name)[0]) == known(together.value(name)[row])
            assert known(alone.age(name)[0]) == known(together.age(name)[row])
