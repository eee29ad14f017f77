"""What a look sees: matrices and columns of many accounts, up to one moment; the same for one account or 20,000.

A snapshot holds what was recorded no later than its moment. All arrays have one entry (or row) per account, in the
order of `accounts`, unless a table says otherwise. A matrix ends with each account's own today as its last column, or,
while the feed of its name is held, with the last day that is seen of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from engine.conditions.filters import Filter
from engine.conditions.tree import Column
from engine.domain import Episode, Fact, Run, Teammate
from engine.language.views import Ladder

Numbers = NDArray[np.float64]
Texts = NDArray[np.object_]
Days = NDArray[np.int64]
Rows = NDArray[np.intp]

ALL_DAYS = 0
"""In `Needs`: as far back as there are records."""


@dataclass(frozen=True, slots=True)
class Series:
    """One number per account and day. `kind`: metric, count (of events), sum (of an event's number property)."""

    kind: str
    name: str
    prop: str = ""
    where: Filter = ()

    @property
    def key(self) -> str:
        """How the store calls it, for good: `metric nps`, `count login[text weekday in sat, sun]`, `sum order.gain`."""
        of = f"{self.name}.{self.prop}" if self.prop else self.name
        where = f"[{'; '.join(sorted(f'{test.type} {test}' for test in self.where))}]" if self.where else ""
        return f"{self.kind} {of}{where}"


@dataclass(frozen=True, slots=True)
class EventRows:
    """Rows of one event that are needed: of so many days (today included), with these properties."""

    days: int
    properties: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Needs:
    """What a look has to read: days of each series (today included; ALL_DAYS), rows of events, days of scores."""

    series: Mapping[Series, int] = field(default_factory=dict)
    rows: Mapping[str, EventRows] = field(default_factory=dict)
    score_days: Mapping[str, int] = field(default_factory=dict)
    """Per score: how many days before today its history is compared with."""
    cooldowns: frozenset[str] = frozenset()
    """Playbooks whose last start must be known."""
    versions: frozenset[str] = frozenset()
    """Score fingerprints whose codes must be known."""
    people: bool = False
    """The contacts, as rows of their own."""
    personal: Mapping[str, int] = field(default_factory=dict)
    """Per metric of contacts: of so many days (today included; ALL_DAYS), contact by contact."""
    children: frozenset[str] = frozenset()
    """Scores of the accounts of which these are the parent."""


@dataclass(frozen=True, slots=True)
class EventTable:
    """Rows of one event, sorted by account and then by moment. `contact`: a number per contact, −1 is none."""

    row: Rows
    day: Days
    at: Days
    """Microseconds since the epoch."""
    contact: Days
    properties: Mapping[str, Column]
    """By name, the built-in ones (contact, contact_role, weekday, hour, day as a number) where they are needed."""
    times: Mapping[str, Column] = field(default_factory=dict)
    """Of those of the type time, of which conditions see the day alone, the dates or moments themselves."""


@dataclass(frozen=True, slots=True)
class FactTable:
    """Facts of one name that were asserted by now and not withdrawn, sorted by account and then by moment."""

    row: Rows
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class People:
    """The contacts of the accounts, in no order: those that an import brought, and those that records name."""

    row: Rows
    """Of the account."""
    contact: Days
    """The number that events know them by."""
    fields: Mapping[str, Column]
    """email, name, role, timezone; consent as 1 and 0."""


@dataclass(frozen=True, slots=True)
class PersonalValues:
    """The values of one metric, contact by contact."""

    contact: Days
    day: Days
    value: Numbers


@dataclass(frozen=True, slots=True)
class Children:
    """The accounts of which these are the parent. A score that is not known is NaN; who has left has none."""

    row: Rows
    """Of the parent."""
    scores: Mapping[str, Numbers]
    attributes: Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class Stays:
    """One score's present before this look. Bands are names, None is nowhere; `since` is a day, NaN is none.

    `seen` has a bit per band of the model, set for bands that were looked at under `version` (a code; 0 is none).
    The `before_` columns tell the stay that an override interrupted; `overridden` is where one holds or has just ended.
    """

    band: Texts
    came_from: Texts
    since: Numbers
    seen: Days
    version: Days
    overridden: NDArray[np.bool_]
    before_band: Texts
    before_came_from: Texts
    before_since: Numbers
    elsewhere: Texts
    """What `seen` was under other versions, for an account may come back to one: codes and bits, as `3:5 7:1`."""


@dataclass(frozen=True, slots=True)
class ScoreHistory:
    """The adjusted day's scores and the code of the version that made each: accounts × days, the last is today."""

    adjusted: Numbers
    version: Numbers


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that one look needs, and nothing that it must not see."""

    at: datetime
    accounts: tuple[str, ...]
    today: Days
    zones: Texts
    attributes: Mapping[str, Column]
    """Texts; numbers; booleans as 1 and 0; dates and times as day numbers."""
    first_day: Numbers
    """`since`, else the day of the oldest observation or event; NaN: there is none."""
    ended: NDArray[np.bool_]
    """The newest outcome is `churned`."""
    series: Mapping[Series, Numbers]
    covered_from: Mapping[str, int]
    """Per metric and event: the day from which records are complete; absent: no window is covered."""
    events: Mapping[str, EventTable]
    facts: Mapping[str, FactTable]
    teammates: Mapping[str, Teammate]
    stays: Mapping[str, Stays]
    history: Mapping[str, ScoreHistory]
    overrides: Mapping[str, Numbers]
    """Per score: the value that a person gave and that holds now; NaN: none."""
    version_codes: Mapping[str, int]
    """Score fingerprints that were in use before, and their codes in `history` and `stays`."""
    episodes: Mapping[str, Mapping[int, Episode]]
    """Per rule: row of the account to its episode."""
    rule_since: Mapping[tuple[str, str], datetime]
    """Per rule and its fingerprint: the moment of the first look by it. Absent: this look is the first."""
    first_look: Days
    """Microseconds since the epoch; −1: never looked at."""
    last_look: Days
    seed_next: NDArray[np.bool_]
    """An import of the past arrived: what turns true in this look is seeded."""
    runs: Mapping[int, tuple[Run, ...]]
    """Row of the account to its runs under way, oldest first."""
    last_start: Mapping[tuple[int, str], int]
    """(row, playbook) to the company's day of its last start."""
    lags: Mapping[str, Days] = field(default_factory=dict)
    """Per metric and event whose feed is held: how many days before today the last day lies that is seen of it."""
    people: People | None = None
    """Where a score of contacts is rolled up."""
    attribute_times: Mapping[str, Column] = field(default_factory=dict)
    """Of the attributes of the type time, of which conditions see the day alone, the dates or moments themselves."""
    personal: Mapping[str, PersonalValues] = field(default_factory=dict)
    children: Children | None = None
    """Where a score of children is rolled up."""

    def last_day(self, name: str) -> Days:
        """Per account, the last day that is seen of a metric or event: today, unless its feed is held."""
        return self.today - self.lags[name] if name in self.lags else self.today

    def __len__(self) -> int:
        return len(self.accounts)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """How one model came to its numbers, for the accounts that it scored.

    M accounts, E entries in the order of the model. `values` has one column per entry; `points` and `contribution`
    are NaN where an entry does not apply or was not counted; `age` in days, NaN where it is not known.
    """

    score: str
    model: str
    measures: tuple[str, ...]
    weights: tuple[float, ...]
    rows: Rows
    values: tuple[Column, ...]
    points: Numbers
    share: Numbers
    """Of what was counted: contribution = points × share. NaN where an entry was not counted; 1 in points models."""
    contribution: Numbers
    age: Numbers


@dataclass(frozen=True, slots=True)
class ScoreLook:
    """One score after a look, one entry per account; NaN and None are unknown. `coverage` 0 to 1.

    `edges`: the bands of each version (by fingerprint) and where they begin, lowest first.
    """

    score: str
    edges: Mapping[str, Ladder]
    model: Texts
    fingerprint: Texts
    base: Numbers
    adjusted: Numbers
    value: Numbers
    coverage: Numbers
    band: Texts
    stays: Stays
    breakdowns: tuple[Breakdown, ...]
