"""Pattern, mask and plain reading of a condition are equal, blanks included; and they are what its words say."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
import pytest

from engine.conditions import columns as of
from engine.conditions import tree as readings
from engine.conditions.compile import compile_condition
from engine.conditions.condition import forms_in_union, walk
from engine.conditions.constants import compare
from engine.conditions.tree import (
    MOST_COLUMNS,
    MOST_WAYS,
    All,
    Any,
    AtLeast,
    Column,
    Columns,
    Row,
    Tree,
    columns_of,
    ways,
)
from engine.language.base import Entry
from engine.network import Network
from tests.conditions import kleene
from tests.conditions.drawing import CATALOGS, Case, cases, parse

SEED = 3


def rounds(trees: Mapping[str, Tree]) -> Iterator[dict[str, Tree]]:
    """As many conditions together as durable-rules can be asked."""
    packed: dict[str, Tree] = {}
    for label, tree in trees.items():
        joined = [*packed.values(), tree]
        if sum(map(ways, joined)) > MOST_WAYS or len(_columns(joined)) > MOST_COLUMNS:
            yield packed
            packed = {}
        packed[label] = tree
    yield packed


def _columns(trees: Iterable[Tree]) -> set[of.ColumnOf]:
    return {column for tree in trees for column in columns_of(tree)}


def as_columns(rows: Sequence[Row], trees: Iterable[Tree]) -> Columns:
    """The accounts' values side by side, as masks read them: NaN or None where unknown."""
    texts = {test.column for tree in trees for test in readings.tests(tree) if isinstance(test.value, str)}

    def column(wanted: of.ColumnOf) -> Column:
        if wanted in texts:
            return np.array([row.get(wanted.name) for row in rows], dtype=np.object_)
        return np.array([row.get(wanted.name, np.nan) for row in rows], dtype=np.float64)

    return column


def disagreements(case: Case) -> list[str]:
    """Where the readings of the conditions differ from each other, or from what their words say."""
    trees = trees_of(case)
    columns = as_columns(case.rows, trees.values())
    plain = [{label for label, tree in trees.items() if readings.holds(tree, row)} for row in case.rows]
    masks = {label: readings.mask(tree, columns) for label, tree in trees.items()}
    masked = [{label for label in trees if masks[label][number]} for number in range(len(case.rows))]
    networks = [Network(packed) for packed in rounds(trees)]
    matched = [frozenset[str]().union(*(network.decide(row) for network in networks)) for row in case.rows]
    words = [{label: kleene.answer(case.forms[int(label)], case.catalog, row) for label in trees} for row in case.rows]
    answers = [{label: readings.answer(tree, row) for label, tree in trees.items()} for row in case.rows]
    said: Mapping[str, tuple[Sequence[object], Sequence[object]]] = {
        "mask": (masked, plain),
        "pattern": (matched, plain),
        "words": (words, answers),
    }
    return [
        f"{name} and plain reading differ about {row}: {one} and {other}"
        for name, (found, expected) in said.items()
        for row, one, other in zip(case.rows, found, expected, strict=True)
        if one != other
    ]


def trees_of(case: Case) -> dict[str, Tree]:
    """The conditions by their number; without those that have too many ways for any round, which `check` refuses."""
    trees = {str(number): compile_condition(form, case.catalog) for number, form in enumerate(case.forms)}
    return {label: tree for label, tree in trees.items() if ways(tree) <= MOST_WAYS}


def test_pattern_mask_and_plain_reading_are_equal_over_5000_conditions_of_every_form() -> None:
    drawn: set[type[Entry]] = set()
    asked: set[str] = set()

    for case in cases(SEED, count=260):
        assert disagreements(case) == []
        compared = [case.forms[int(label)] for label in trees_of(case)]
        drawn |= {type(form) for whole in compared for form in walk(whole)}
        asked |= {f"{whole!r} of {case.catalog!r}" for whole in compared}

    assert drawn == set(forms_in_union())
    assert len(asked) >= 5_000


Plant = Callable[[pytest.MonkeyPatch], None]


def swapped_operator_in_the_pattern(planted: pytest.MonkeyPatch) -> None:
    planted.setitem(readings.PATTERN_OF, "<", "$lte")


def negation_that_does_not_swap(planted: pytest.MonkeyPatch) -> None:
    planted.setitem(readings.NEGATED, ">=", ">=")


def mask_for_which_blank_is_not_equal(planted: pytest.MonkeyPatch) -> None:
    planted.setattr(readings, "known", lambda column: np.ones(len(column), dtype=np.bool_))


def mask_that_reads_any_as_all(planted: pytest.MonkeyPatch) -> None:
    mask = readings.mask
    planted.setattr(readings, "mask", lambda tree, of: mask(All(tree.parts) if isinstance(tree, Any) else tree, of))


def plain_reading_that_takes_blank_for_an_empty_text(planted: pytest.MonkeyPatch) -> None:
    holds = readings.holds

    def faulty(tree: Tree, row: Row) -> bool:
        if isinstance(tree, readings.Test) and isinstance(tree.value, str):
            return compare(row.get(tree.column.name, ""), tree.operator, tree.value)
        return holds(tree, row)

    planted.setattr(readings, "holds", faulty)


def pattern_of_all_but_the_last(planted: pytest.MonkeyPatch) -> None:
    planted.setattr("engine.conditions.tree.combinations", lambda parts, count: combinations(parts[:-1], count))


def one_more_than_at_least(planted: pytest.MonkeyPatch) -> None:
    planted.setattr(readings, "at_least", lambda count, parts: AtLeast(count + 1, parts))


@pytest.mark.parametrize(
    ("plant", "differing"),
    [
        (swapped_operator_in_the_pattern, {"pattern"}),
        (pattern_of_all_but_the_last, {"pattern"}),
        (mask_for_which_blank_is_not_equal, {"mask"}),
        (mask_that_reads_any_as_all, {"mask"}),
        (plain_reading_that_takes_blank_for_an_empty_text, {"pattern", "mask", "words"}),
        (negation_that_does_not_swap, {"words"}),
        (one_more_than_at_least, {"words"}),
    ],
    ids=lambda given: given.__name__.replace("_", " ") if callable(given) else "",
)
def test_a_fault_in_one_reading_is_caught(plant: Plant, differing: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as planted:
        plant(planted)

        found = {said.split()[0] for case in cases(SEED, count=12) for said in disagreements(case)}

    assert found == differing


def test_as_many_signs_as_a_round_has_ways_for_are_decided() -> None:
    """The library itself refuses a pattern with more than 15 `$and` and `$or` inside."""
    signs = [
        {
            "any": [
                {"measure": name, "above": "1"},
                {"all": [{"measure": name, "below": "-1"}, {"score": "health", "below": "5"}]},
            ]
        }
        for name in ("a", "b", "c", "d", "e")
    ]
    tree = compile_condition(parse({"at_least": "2", "of": signs}), CATALOGS[0])
    row = {"measure.b": -3.0, "measure.d": 2.0, "score.health": 4.0}

    decided = Network({"weak": tree}).decide

    assert ways(tree) == 40
    assert decided(row) == {"weak"}
    assert decided({**row, "score.health": 5.0}) == frozenset()
