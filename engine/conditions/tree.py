"""A tree of tests: its plain reading, its mask over columns, its patterns for durable-rules, its ways to match.

`not` is pushed down to the tests when the tree is made, so a test is true only of a known value and nothing behind it
needs three-valued logic: a condition is false exactly when its negation is true, and unknown when neither is.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import chain, combinations, product
from math import prod

import numpy as np
from numpy.typing import NDArray

from engine.conditions.columns import ColumnOf
from engine.conditions.constants import Constant, compare

NEGATED = {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">=": "<", ">": "<="}
PATTERN_OF = {"<": "$lt", "<=": "$lte", "==": "", "!=": "$neq", ">=": "$gte", ">": "$gt"}
_ARRAY_OPERATORS = {"<": operator.lt, "<=": operator.le, ">=": operator.ge, ">": operator.gt}

MOST_WAYS = 48
"""That a round of rules may have. durable-rules stops with error 303 where a fact leaves more than 64 tests open
(MAX_STACK_SIZE in its events.c)."""
MOST_COLUMNS = 120

Column = NDArray[np.float64] | NDArray[np.object_]
Columns = Callable[[ColumnOf], Column]
Row = Mapping[str, Constant]
"""The known values of one account by column name; what is unknown is not there."""


@dataclass(frozen=True, slots=True)
class Test:
    column: ColumnOf
    operator: str
    value: Constant


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """So many of the parts; more than one and fewer than all, else it is `Any` or `All`."""

    count: int
    parts: tuple["Tree", ...]


Tree = Test | All | Any | AtLeast


def at_least(count: int, parts: tuple[Tree, ...]) -> Tree:
    """True where so many of the parts are."""
    if count == 1:
        return Any(parts)
    return All(parts) if count == len(parts) else AtLeast(count, parts)


def negated(tree: Tree) -> Tree:
    """True exactly where the tree is false; unknown where it is unknown."""
    if isinstance(tree, Test):
        return Test(tree.column, NEGATED[tree.operator], tree.value)
    inner = tuple(negated(part) for part in tree.parts)
    if isinstance(tree, AtLeast):
        return at_least(len(inner) - tree.count + 1, inner)
    return Any(inner) if isinstance(tree, All) else All(inner)


def tests(tree: Tree) -> tuple[Test, ...]:
    """The tests, in the order in which they stand."""
    if isinstance(tree, Test):
        return (tree,)
    return tuple(chain.from_iterable(tests(part) for part in tree.parts))


def columns_of(tree: Tree) -> frozenset[ColumnOf]:
    return frozenset(test.column for test in tests(tree))


def ways(tree: Tree) -> int:
    """In how many ways durable-rules could match it: `any` adds its branches, `all` multiplies them."""
    if isinstance(tree, Test):
        return 1
    inner = [ways(part) for part in tree.parts]
    if isinstance(tree, AtLeast):
        return _choices(tree.count, inner)
    return prod(inner) if isinstance(tree, All) else sum(inner)


def _choices(count: int, inner: list[int]) -> int:
    """The products of so many of the numbers, added up over all choices of them."""
    sums = [1, *[0] * count]
    for number in inner:
        for size in range(count, 0, -1):
            sums[size] += sums[size - 1] * number
    return sums[count]


def holds(tree: Tree, row: Row) -> bool:
    """The plain reading: is it true of this account?"""
    if isinstance(tree, All):
        return all(holds(part, row) for part in tree.parts)
    if isinstance(tree, Any):
        return any(holds(part, row) for part in tree.parts)
    if isinstance(tree, AtLeast):
        return sum(holds(part, row) for part in tree.parts) >= tree.count
    value = row.get(tree.column.name)
    return value is not None and compare(value, tree.operator, tree.value)


def answer(tree: Tree, row: Row) -> bool | None:
    """True, false, or None where it is unknown."""
    if holds(tree, row):
        return True
    return False if holds(negated(tree), row) else None


def mask(tree: Tree, columns: Columns) -> NDArray[np.bool_]:
    """For which accounts it is true."""
    if isinstance(tree, All):
        return _all_mask(tree, columns)
    if isinstance(tree, Any):
        return reduce(operator.or_, [mask(part, columns) for part in tree.parts])
    if isinstance(tree, AtLeast):
        return np.asarray(np.sum([mask(part, columns) for part in tree.parts], axis=0) >= tree.count, dtype=np.bool_)
    return _test_mask(columns(tree.column), tree.operator, tree.value)


def _all_mask(tree: All, columns: Columns) -> NDArray[np.bool_]:
    """Where a part is true of nobody the parts after it are not worked out: of most moves the state alone tells so."""
    found = mask(tree.parts[0], columns)
    for part in tree.parts[1:]:
        if not found.any():
            break
        found = found & mask(part, columns)
    return found


def _test_mask(column: Column, sign: str, value: Constant) -> NDArray[np.bool_]:
    if sign in ("==", "!="):
        equal = np.asarray(column == value, dtype=np.bool_)
        return equal if sign == "==" else known(column) & ~equal
    with np.errstate(invalid="ignore"):
        return np.asarray(_ARRAY_OPERATORS[sign](column.astype(np.float64), value), dtype=np.bool_)


def known(column: Column) -> NDArray[np.bool_]:
    """Where a column has a value."""
    if column.dtype == np.object_:
        return np.asarray(column != np.array(None), dtype=np.bool_)
    return ~np.isnan(column.astype(np.float64))


def patterns(tree: Tree, key: Callable[[str], str] = str) -> Iterator[list[dict[str, object]]]:
    """The same as durable-rules reads it: one pattern per way to match, each of comparisons that hold together.

    A key that a fact lacks never matches. `key`: of a column's name. They are written out, for the library refuses a
    pattern with more than 15 `$and` and `$or` inside (MAX_SEQUENCE_EXPRESSIONS in its rete.h).
    """
    for together in _each_way(tree):
        yield [_comparison(test, key) for test in dict.fromkeys(together)]


def _each_way(tree: Tree) -> Iterator[tuple[Test, ...]]:
    if isinstance(tree, Test):
        yield (tree,)
    elif isinstance(tree, All):
        for chosen in product(*(tuple(_each_way(part)) for part in tree.parts)):
            yield tuple(chain.from_iterable(chosen))
    elif isinstance(tree, Any):
        yield from chain.from_iterable(_each_way(part) for part in tree.parts)
    else:
        for some in combinations(tree.parts, tree.count):
            yield from _each_way(All(some))


def _comparison(test: Test, key: Callable[[str], str]) -> dict[str, object]:
    comparison: dict[str, object] = {key(test.column.name): test.value}
    sign = PATTERN_OF[test.operator]
    return {sign: comparison} if sign else comparison
