"""Whom looks would tell of in; whether these are far more than usual, and the notice that says so, out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from heapq import nlargest

from engine.conditions.sentence import Titles
from engine.language.settings import Guards
from engine.template_filters import money

EXAMPLES = 5
"""Accounts that a notice names: those of the highest value."""


@dataclass(frozen=True, slots=True)
class Example:
    """An account that would have fired. `value`: a year's revenue, if it is known."""

    account: str
    name: str
    value: float | None
    currency: str
    rule: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Whom a look would tell of: the accounts for which a rule with a playbook fires or reminds, whatever becomes of
    the playbook."""

    looked: int = 0
    accounts: tuple[str, ...] = ()
    rules: Counter[str] = field(default_factory=Counter)
    """Accounts by rule; one may fire by several."""
    examples: tuple[Example, ...] = ()
    unnamed: int = 0
    """Further accounts, of earlier looks."""

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.looked + other.looked,
            self.accounts + other.accounts,
            self.rules + other.rules,
            largest((*self.examples, *other.examples)),
            self.unnamed + other.unnamed,
        )

    @property
    def count(self) -> int:
        return len(self.accounts) + self.unnamed


def largest(examples: tuple[Example, ...]) -> tuple[Example, ...]:
    """Those of the highest value; of accounts without one, those that come first."""
    return tuple(nlargest(EXAMPLES, examples, key=lambda one: one.value or 0.0))


class HoldState(StrEnum):
    """Where a hold stands. `passed`: a later sweep was within the limits."""

    HELD = "held"
    RELEASED = "released"
    DISCARDED = "discarded"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Hold:
    """A sweep of which nothing was saved, for it would have told of far more accounts than usual."""

    id: int
    cause: str
    at: datetime
    day: int
    """The company's."""
    state: HoldState
    count: int
    """Accounts that would have fired."""
    accounts: int
    """Accounts in all."""
    usual: float
    rules: Mapping[str, int]
    examples: tuple[Example, ...]
    text: str
    ended_at: datetime | None = None

    @property
    def mark(self) -> str:
        """What accounts are due for that it has put off."""
        return f"hold {self.id}"

    @property
    def told(self) -> str:
        """What happened, and what to do about it."""
        ways = [f"`pulsebook sweep {way} {self.id}`" for way in ("show", "release", "discard")]
        return f"{self.text}\n{ways[0]} names them, {ways[1]} judges anew and lets it go, {ways[2]} forgets it."


def is_far_more(count: int, accounts: int, usual: float, guards: Guards) -> bool:
    """More than the number, than the share of all accounts, and than so many times the usual."""
    limits = (guards.hold_accounts, guards.hold_share * accounts, guards.hold_usual * usual)
    return all(count > limit for limit in limits)


def notice(cause: str, tally: Tally, accounts: int, usual: float, titles: Titles, odd: Sequence[str] = ()) -> str:
    """What the one notice of a hold says: what is odd about the data, how many, of which rules, and the largest."""
    rules = ", ".join(f"{titles.of('rule', rule)} ({count:,})" for rule, count in tally.rules.most_common(3))
    named = ", ".join(_named(one) for one in tally.examples)
    strange = "".join(f"{line}. " for line in odd)
    return (
        f"{strange}{tally.count:,} of {accounts:,} accounts would have fired in {_said(cause)} (usually {usual:,.0f}); "
        f"they are held. By rule: {rules}. The largest: {named}. Nothing of it was saved or sent."
    )


def _said(cause: str) -> str:
    kind, _, of = cause.partition(" ")
    return f"the {kind} of {of}" if of else f"this {kind}"


def _named(example: Example) -> str:
    if example.value is None:
        return example.name
    return f"{example.name} ({money(example.value, example.currency)})"
