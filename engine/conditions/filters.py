"""What `where` says of records in; tests on their properties out."""

from dataclasses import dataclass

from engine.conditions.constants import Constant, bound, compare, constant, listed
from engine.conditions.wants import Wanted
from engine.language.catalog import Type

DRIFTING = frozenset({"contact_role", "hour"})
"""Built-in properties that are as the contact and the account's time zone are now, whenever the event came."""


@dataclass(frozen=True, slots=True)
class FilterTest:
    """One property of a record must be so; a blank one never is, nor one that was kept under another type."""

    prop: str
    operator: str
    """in, not in, or a comparison."""
    values: tuple[Constant, ...]
    drifts: bool = False
    """What it says of a record may change after that came, so no count of a day can be kept."""

    def __str__(self) -> str:
        return f"{self.prop} {self.operator} {listed(self.values)}"

    def holds(self, value: Constant | None) -> bool:
        if value is None or value != value or isinstance(value, str) is not isinstance(self.values[0], str):
            return False
        if self.operator == "in":
            return value in self.values
        if self.operator == "not in":
            return value not in self.values
        return compare(value, self.operator, self.values[0])


Filter = tuple[FilterTest, ...]


def drifts(where: Filter) -> bool:
    """May other records pass later than did when they came?"""
    return any(test.drifts for test in where)


def filter_tests(prop: str, want: object, type_: Type) -> Filter:
    """What `where` says of one property, as tests on values of its type."""
    # A time is compared by its day where the account is.
    drifting = prop in DRIFTING or type_ == "time"
    if isinstance(want, Wanted):
        if want.known is not None:
            raise ValueError("`known` is for attributes of accounts; a blank property never counts")
        if want.not_ is not None:
            refused = want.not_ if isinstance(want.not_, tuple) else (want.not_,)
            return (FilterTest(prop, "not in", tuple(constant(raw, type_) for raw in refused), drifting),)
        return tuple(FilterTest(prop, sign, (bound(raw, type_),), drifting) for sign, raw in want.bounds)
    wanted = want if isinstance(want, tuple) else (want,)
    return (FilterTest(prop, "in", tuple(constant(raw, type_) for raw in wanted), drifting),)


def said_of(where: Filter) -> str:
    """In brackets, as it stands in a column's name; nothing where all records count."""
    return f"[{'; '.join(str(test) for test in where)}]" if where else ""
