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
    type: Type
    """Of the property, when the test was written."""

    @property
    def drifts(self) -> bool:
        """May what it says of a record change after that came, so that no count of a day can be kept?"""
        # A time is compared by its day where the account is.
        return self.prop in DRIFTING or self.type == "time"

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
    if isinstance(want, Wanted):
        if want.known is not None:
            raise ValueError("`known` is for attributes of accounts; a blank property never counts")
        if want.not_ is not None:
            refused = want.not_ if isinstance(want.not_, tuple) else (want.not_,)
            return (FilterTest(prop, "not in", tuple(constant(raw, type_) for raw in refused), type_),)
        return tuple(FilterTest(prop, sign, (bound(raw, type_),), type_) for sign, raw in want.bounds)
    wanted = want if isinstance(want, tuple) else (want,)
    return (FilterTest(prop, "in", tuple(constant(raw, type_) for raw in wanted), type_),)


def said_of(where: Filter) -> str:
    """In brackets, as it stands in a column's name; nothing where all records count."""
    return f"[{'; '.join(str(test) for test in where)}]" if where else ""
