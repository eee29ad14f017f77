"""The words: what stages, store and channels hand to each other, as frozen values.

Moments are aware and in UTC. Days are numbers since 1970-01-01, in the account's own zone unless said otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

Value = str | float | bool | date | datetime
"""What an attribute or a property can be. Numbers are floats; money keeps its currency beside it."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at an account."""

    account: str
    email: str
    name: str | None = None
    role: str | None = None
    consent: bool | None = None
    timezone: str | None = None

    @property
    def first_name(self) -> str | None:
        return self.name.split()[0] if self.name else None


@dataclass(frozen=True, slots=True)
class Teammate:
    """One of us. Away from `away_from` to `away_until`, both included."""

    email: str
    name: str | None = None
    manager: str | None = None
    slack_id: str | None = None
    timezone: str | None = None
    pools: tuple[str, ...] = ()
    away_from: date | None = None
    away_until: date | None = None
    backup: str | None = None

    @property
    def first_name(self) -> str | None:
        return self.name.split()[0] if self.name else None

    def is_away(self, day: date) -> bool:
        if self.away_from is None and self.away_until is None:
            return False
        after_start = self.away_from is None or day >= self.away_from
        return after_start and (self.away_until is None or day <= self.away_until)


@dataclass(frozen=True, slots=True)
class NewestRecord:
    """The newest record of a feed, over all accounts."""

    day: int
    """The latest on which any account has one."""
    age: int
    """Days that have passed since, where the account is for which the fewest have."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A contextual statement about one account that holds from `at` to `until` (None: until ended)."""

    id: int
    account: str
    name: str
    at: datetime
    day: int
    until: datetime | None = None
    properties: Mapping[str, Value] = field(default_factory=dict)
    source: str | None = None
    author: str | None = None
    reason: str | None = None
    yearly: bool = False
    """Holds each year from the month and day of `at` to those of `until`."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event as evidence and templates show it."""

    account: str
    name: str
    at: datetime
    day: int
    contact: str | None
    properties: Mapping[str, Value]


class State(StrEnum):
    """Where a rule stands for one account."""

    INACTIVE = "inactive"
    PENDING = "pending"
    ACTIVE = "active"


class Move(StrEnum):
    """A change of a rule's state for one account."""

    SEEDS = "seeds"
    WAITS = "waits"
    FIRES = "fires"
    REMINDS = "reminds"
    LAPSES = "lapses"
    CLEARS = "clears"
    RETRACTS = "retracts"
    """It turned out that what fired had never been true: data were corrected since."""


DECIDED = {
    Move.SEEDS: "seeded",
    Move.WAITS: "pending",
    Move.FIRES: "fired",
    Move.REMINDS: "reminded",
    Move.LAPSES: "lapsed",
    Move.CLEARS: "cleared",
    Move.RETRACTS: "retracted",
}
"""What `list decisions` calls each move."""


@dataclass(frozen=True, slots=True)
class Episode:
    """A rule's state for one account.

    `since` is when it came into this state; `told_at` its last firing or seeding; `fired_at` its last firing.
    """

    account: str
    rule: str
    state: State
    fingerprint: str
    since: datetime
    since_day: int
    fired_at: datetime | None = None
    fired_day: int | None = None
    told_at: datetime | None = None
    told_day: int | None = None


class Reason(StrEnum):
    """What became of the playbook that a firing rule names, and why a delivery did not leave."""

    STARTED = "started"
    ALREADY_RUNNING = "already_running"
    COOLDOWN = "cooldown"
    STOP_WHEN = "stop_when"
    NOT_WHILE = "not_while"
    REMOVED = "removed"
    SOURCE_CORRECTED = "source_corrected"


@dataclass(frozen=True, slots=True)
class Decision:
    """A move of a rule, with what made it so, and what became of its playbook."""

    account: str
    rule: str
    move: Move
    at: datetime
    day: int
    evidence: Mapping[str, str | float]
    """The known values of the columns that the rule speaks of, by column name."""
    because: str
    fingerprint: str
    playbook: str | None = None
    run: str | None = None
    reason: Reason | None = None


class End(StrEnum):
    """How a run ended."""

    FINISHED = "finished"
    STOPPED = "stopped"
    ACCOUNT_ENDED = "account_ended"
    STOPPED_BY = "stopped_by"
    SOURCE_CORRECTED = "source_corrected"


@dataclass(frozen=True, slots=True)
class RunTask:
    """What a run knows of the task that one of its steps made. `state`: open, done, cancelled."""

    step: str
    state: str
    due: date | None
    assignee: str
    cancel_with_run: bool


@dataclass(frozen=True, slots=True)
class Run:
    """One playbook under way for one account, on the version that started it.

    `position` points into the playbook's program; `waiting_since` is when the wait there began. `firing` holds
    what the firing was: `rule`, `severity`, `because`, `score`, `fact`, `event`, as plain values.
    """

    id: str
    account: str
    playbook: str
    version: str
    rule: str
    started_at: datetime
    started_day: int
    firing: Mapping[str, object]
    position: int = 0
    waiting_since: datetime | None = None
    tasks: Mapping[str, RunTask] = field(default_factory=dict)
    ended_at: datetime | None = None
    end: End | None = None
    end_reason: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task to be made; `assign` is an email, `owner`, `manager`, or (least_loaded | round_robin, pool)."""

    key: str
    account: str
    run: str
    playbook: str
    step: str
    template: str
    title: str
    body: str
    assign: str | tuple[str, str]
    due: date | None
    cancel_with_run: bool
    at: datetime
    day: int


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Action:
    """One rendered message, ready to leave.

    `key` is its run, step and pass. `to` is for Slack `owner`, `manager`, `#channel` or an email; for mail the
    contact's address (None: nobody, then `refused` says why). `reply_to` is the owner's address of a mail.
    """

    key: str
    account: str
    run: str
    playbook: str
    step: str
    channel: str
    template: str
    to: str | None
    text: str
    at: datetime
    day: int
    subject: str | None = None
    sender_name: str | None = None
    reply_to: str | None = None
    marketing: bool = False
    needs_approval: bool = False
    refused: str | None = None
