"""What a look concludes about the accounts of a snapshot: the one value that is saved, or shown, or thrown away.

And what a sweep finds out beside its accounts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from engine.domain import Action, Decision, Episode, PlannedTask, Run
from engine.holds import Tally
from engine.snapshot import Days, ScoreLook, Snapshot


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


class FindingKind(StrEnum):
    """What a finding is about."""

    ACROSS = "across"
    """A rule that counts across accounts fired for a group of them."""
    QUIET = "quiet"
    """A feed that has brought no record for too long."""
    THIN = "thin"
    """A feed that has brought records of far fewer accounts than usual."""


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
