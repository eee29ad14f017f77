"""What a look concludes about the accounts of a snapshot: the one value that is saved, or shown, or thrown away.

And what a sweep finds out beside its accounts.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from engine.domain import Action, Decision, Episode, PlannedTask, Run
from engine.holds import Tally
from engine.snapshot import Days, ScoreLook, Snapshot


@dataclass(frozen=True, slots=True)
class Doubt:
    """A run since whose firing something came in, or was taken back, that may have been known too late for it.

    `fingerprint`: of the rule as it fired; `source`: what came, in words; `at`: when it did.
    """

    run: Run
    fingerprint: str
    at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Retraction:
    """A run whose firing was never true by what is known now.

    `evidence`: as of the firing, by what is known now. `because`: what was told then, and what is known; `text`: the
    same, as an answer to its messages.
    """

    run: Run
    fingerprint: str
    evidence: Mapping[str, str | float]
    because: str
    text: str


@dataclass(frozen=True, slots=True)
class Doubted:
    """Runs that a look has looked into, and those of them whose firing was never true."""

    looked_into: tuple[Doubt, ...] = ()
    wrong: tuple[Retraction, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """The result of one look. Sparse lists name their accounts by id; arrays follow the snapshot's accounts."""

    snapshot: Snapshot
    version: str
    cause: str
    """Why the look took place: `sweep 2026-11-24`, `import 12`, `arrival`, `run 2026-11-24T…`."""
    scores: Mapping[str, ScoreLook] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    episodes: tuple[Episode, ...] = ()
    """Those that changed, whole."""
    rule_since: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    """Rules, each with the fingerprint that this look is the first by, and its moment."""
    runs: tuple[Run, ...] = ()
    """New and changed ones, whole."""
    tasks: tuple[PlannedTask, ...] = ()
    cancelled: tuple[tuple[str, str], ...] = ()
    """(run, step) of open tasks to cancel."""
    actions: tuple[Action, ...] = ()
    account_ended: tuple[str, ...] = ()
    """Accounts whose open tasks are cancelled and whose waiting deliveries become `not_sent`."""
    retracted: tuple[Retraction, ...] = ()
    """Runs that end because what fired was never true, whole."""
    doubts: tuple[Doubt, ...] = ()
    """Those that were looked into, whatever came of it."""
    look_at: Days | None = None
    """Per account, microseconds: the next moment at which something falls due by itself."""
    tally: Tally = field(default_factory=Tally)

    def only_saved(self) -> "Judged":
        """Without what judging alone reads: matrices, events, facts and what earlier looks left."""
        snapshot = replace(
            self.snapshot,
            attributes={"parent": self.snapshot.attributes["parent"]},
            series={},
            covered_from={},
            events={},
            facts={},
            stays={},
            history={},
            overrides={},
            episodes={},
            rule_since={},
            runs={},
            last_start={},
            people=None,
            personal={},
            children=None,
        )
        return replace(self, snapshot=snapshot)


@dataclass(frozen=True, slots=True)
class GroupTally:
    """What a rule counts: per group the number of events in the window, and the accounts (id to name) that had any.

    `covered_from`: since when the records are complete; None: no window of them is covered.
    """

    counts: Counter[str] = field(default_factory=Counter)
    accounts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    covered_from: int | None = None

    def __add__(self, other: "GroupTally") -> "GroupTally":
        counts = Counter(self.counts)
        counts.update(other.counts)
        accounts = {group: {**self.accounts.get(group, {}), **other.accounts.get(group, {})} for group in counts}
        return GroupTally(counts, accounts, self.covered_from if other.covered_from is None else other.covered_from)

    def having(self, group: str) -> dict[str, str]:
        """The accounts of a group that had any, by id: in which order they were looked at tells nothing."""
        return dict(sorted(self.accounts.get(group, {}).items()))


@dataclass(frozen=True, slots=True)
class Counted:
    """What rules across accounts count, by rule."""

    by_rule: Mapping[str, GroupTally] = field(default_factory=dict)

    def __add__(self, other: "Counted") -> "Counted":
        rules = dict.fromkeys((*self.by_rule, *other.by_rule))
        return Counted({rule: self.of(rule) + other.of(rule) for rule in rules})

    def of(self, rule: str) -> GroupTally:
        return self.by_rule.get(rule, GroupTally())


class FindingKind(StrEnum):
    """What a finding is about."""

    ACROSS = "across"
    """A rule that counts across accounts fired for a group of them."""
    QUIET = "quiet"
    """A feed that has brought no record for too long."""
    THIN = "thin"
    """A feed that has brought records of far fewer accounts than usual."""
    LOOK_ALIKE = "look_alike"
    """An import has brought ids that look like others."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about many accounts at once, or about a feed; opened once under its key, ended once.

    `name`: of the rule or the feed; `group`: of a rule across accounts; `accounts`: ids; `day` is the company's.
    """

    key: str
    kind: FindingKind
    name: str
    text: str
    at: datetime
    day: int
    group: str | None = None
    accounts: tuple[str, ...] = ()
