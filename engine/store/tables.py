"""The tables. They never leave this folder.

Moments are microseconds since the epoch (exact, and an order of magnitude faster to read in bulk than datetimes); days
are numbers since 1970-01-01 in the account's own zone. `account_seq` is an account's consecutive number; 256 of them
make a block.
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

BLOCK = 256
"""Accounts in a block: the lane of work, and the height of a chunk."""
SPAN = 32
"""Days in a chunk."""


class Money(TypeDecorator[Decimal]):
    """An exact decimal with four places, kept as a number of ten-thousandths: SQLite has no decimals of its own."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _: Dialect) -> int | None:
        return None if value is None else int((Decimal(value) * 10_000).to_integral_value())

    def process_result_value(self, value: int | None, _: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 10_000


def _id() -> Any:
    number = BigInteger().with_variant(Integer, "sqlite")
    return Field(default=None, sa_column=Column(number, primary_key=True, autoincrement=True))


def _moment(*, nullable: bool = False, index: bool = False) -> Any:
    default = None if nullable else ...
    return Field(default=default, sa_column=Column(BigInteger, nullable=nullable, index=index))


def _json() -> Any:
    return Field(sa_column=Column(JSON, nullable=False))


class AccountRow(SQLModel, table=True):
    """A customer company. `look_at`: when it is due; `changed` and `looked`: counters of arrivals and of saves."""

    __tablename__ = "account"
    seq: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    id: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    name: str | None = None
    parent: str | None = None
    owner: str | None = None
    timezone: str | None = None
    country: str | None = None
    since: int | None = None
    """Day number."""
    value: Decimal | None = Field(default=None, sa_column=Column(Money, nullable=True))
    currency: str | None = None
    attributes: dict[str, Any] = _json()
    """Declared attributes by name; dates as YYYY-MM-DD, times as ISO 8601 in UTC."""
    changed: int = 0
    looked: int = 0
    look_at: int | None = _moment(nullable=True, index=True)
    first_look: int | None = _moment(nullable=True)
    last_look: int | None = _moment(nullable=True)
    first_record: int | None = None
    """Day of the oldest observation or event."""
    seed_next: bool = False


class ContactRow(SQLModel, table=True):
    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("account_seq", "email"),)
    id: int | None = _id()
    account_seq: int = Field(foreign_key="account.seq")
    email: str
    name: str | None = None
    role: str | None = None
    consent: bool | None = None
    timezone: str | None = None
    listed: bool = True
    """False: only known from records that name the address, not from an import of contacts."""


class TeammateRow(SQLModel, table=True):
    __tablename__ = "teammate"
    email: str = Field(primary_key=True)
    name: str | None = None
    manager: str | None = None
    slack_id: str | None = None
    timezone: str | None = None
    pools: list[str] = _json()
    away_from: int | None = None
    away_until: int | None = None
    backup: str | None = None


class AliasRow(SQLModel, table=True):
    """Another id under which an account's data arrive."""

    __tablename__ = "alias"
    alias: str = Field(primary_key=True)
    account: str


class BlockRow(SQLModel, table=True):
    """What is locked, ascending and before any account row, while a chunk of the block is rewritten."""

    __tablename__ = "block"
    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))


class SeriesRow(SQLModel, table=True):
    """The number of a series; `key` is `Series.key`, or `score NAME value|adjusted|base|coverage|version`."""

    __tablename__ = "series"
    id: int | None = _id()
    key: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    event: str | None = Field(default=None, index=True)
    """Of counts and sums: whose rows are counted, in every import, whatever version of the files it reads."""
    definition: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    """Of counts and sums: `kind`, `prop`, and `where` as [property, operator, values]."""


class ChunkRow(SQLModel, table=True):
    """One series of one block for one span: 256 × 32 values, packed (`engine.store.chunks`).

    `times`: elapsed milliseconds since the start of the account's day, packed; none where all are 0.
    """

    __tablename__ = "chunk"
    series_id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    block: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    span: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    values: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    times: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class RecordedRow(SQLModel, table=True):
    """The oldest and the newest day on which any account has a record of that metric or event; of events also the
    newest moment, so that a look knows whether something of its day came after it."""

    __tablename__ = "recorded"
    name: str = Field(primary_key=True)
    first_day: int
    last_day: int
    last_at: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))


class EventRow(SQLModel, table=True):
    """An event as it came. `identity`: a hash of name and source id, or of all content and the how-manieth of it."""

    __tablename__ = "event"
    __table_args__ = (Index("event_by_name", "name", "account_seq", "day"),)
    id: int | None = _id()
    identity: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False, unique=True))
    content: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False))
    """A hash of all content: the same id with another is a contradiction."""
    name: str
    account_seq: int
    day: int
    at: int = _moment()
    contact_id: int | None = None
    source_id: str | None = None
    properties: dict[str, Any] = _json()
    arrived_at: int = _moment()
    import_id: int | None = None


class StripRow(SQLModel, table=True):
    """The events of one name, block and span once more, by columns (`engine.store.strips`): what looks read."""

    __tablename__ = "strip"
    name: str = Field(primary_key=True)
    block: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    span: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    events: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ContactObservationRow(SQLModel, table=True):
    """A contact's value of a metric on a day; the account's series holds the mean of its contacts.

    `time`: elapsed milliseconds since the start of the account's day.
    """

    __tablename__ = "contact_observation"
    account_seq: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    contact_id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    metric: str = Field(primary_key=True)
    day: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    time: int
    value: float


class FactRow(SQLModel, table=True):
    """A fact as it came. What replaces one withdraws it; `until` may be set later (it ended)."""

    __tablename__ = "fact"
    __table_args__ = (Index("fact_by_account", "account_seq", "name"),)
    id: int | None = _id()
    identity: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False, index=True))
    content: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False))
    account_seq: int
    name: str
    at: int = _moment()
    day: int
    until: int | None = _moment(nullable=True)
    properties: dict[str, Any] = _json()
    source_id: str | None = None
    source: str | None = None
    author: str | None = None
    reason: str | None = None
    yearly: bool = False
    arrived_at: int = _moment()
    withdrawn_at: int | None = _moment(nullable=True)
    import_id: int | None = None


class OutcomeRow(SQLModel, table=True):
    __tablename__ = "outcome"
    __table_args__ = (UniqueConstraint("account_seq", "outcome", "at"),)
    id: int | None = _id()
    account_seq: int
    outcome: str
    at: int = _moment()
    day: int
    arrived_at: int = _moment()
    import_id: int | None = None


class OverrideRow(SQLModel, table=True):
    """A person's value of a score, from `at` to `until`; the newest that holds counts."""

    __tablename__ = "override"
    id: int | None = _id()
    account_seq: int = Field(index=True)
    score: str
    value: float
    at: int = _moment()
    until: int = _moment()
    reason: str | None = None
    author: str | None = None


class CorrectionRow(SQLModel, table=True):
    """Cells of one chunk that an import filled in or replaced on days already looked at: old and new, packed."""

    __tablename__ = "correction"
    id: int | None = _id()
    series_id: int
    block: int
    span: int
    at: int = _moment()
    import_id: int | None = None
    cells: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ChangeRow(SQLModel, table=True):
    """One field that changed. `entity`: an account's id, ACCOUNT/EMAIL of a contact, a teammate's email, a number (of
    a fact, task or delivery), a recorded name."""

    __tablename__ = "change"
    __table_args__ = (Index("change_by_entity", "kind", "entity"),)
    id: int | None = _id()
    kind: str
    entity: str
    field: str
    old: Any = Field(default=None, sa_column=Column(JSON, nullable=True))
    new: Any = Field(default=None, sa_column=Column(JSON, nullable=True))
    at: int = _moment()
    by: str | None = None
    import_id: int | None = None


class ScoreVersionRow(SQLModel, table=True):
    """The code under which a score version stands in series and stays."""

    __tablename__ = "score_version"
    code: int | None = _id()
    fingerprint: str = Field(unique=True)
    score: str
    model: str


class ScoreRow(SQLModel, table=True):
    """The present of one score of one account, and its stay."""

    __tablename__ = "score"
    account_seq: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    score: str = Field(primary_key=True)
    model: str | None = None
    version: int = 0
    base: float | None = None
    adjusted: float | None = None
    value: float | None = None
    coverage: float | None = None
    band: str | None = None
    stay_band: str | None = None
    """The last known band: a stay goes on through unknowns."""
    stay_version: int = 0
    """The code of the score version that knew it."""
    came_from: str | None = None
    since: int | None = None
    seen: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    overridden: bool = False
    before_band: str | None = None
    before_came_from: str | None = None
    before_since: int | None = None
    at: int = _moment()
    day: int


class BreakdownRow(SQLModel, table=True):
    """The parts of one score at the last look of each account of a block, packed."""

    __tablename__ = "breakdown"
    score: str = Field(primary_key=True)
    block: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    parts: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class RuleVersionRow(SQLModel, table=True):
    """The version of a rule that looks are by, and the moment of the first of them."""

    __tablename__ = "rule_version"
    rule: str = Field(primary_key=True)
    fingerprint: str
    since: int = _moment()


class EpisodeRow(SQLModel, table=True):
    """A rule's state for one account; no row is inactive and never fired."""

    __tablename__ = "episode"
    account_seq: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    rule: str = Field(primary_key=True)
    state: str
    fingerprint: str
    since: int = _moment()
    since_day: int
    fired_at: int | None = _moment(nullable=True)
    fired_day: int | None = None
    told_at: int | None = _moment(nullable=True)
    told_day: int | None = None


class DecisionRow(SQLModel, table=True):
    __tablename__ = "decision"
    __table_args__ = (Index("decision_by_account", "account_seq", "rule", "at"),)
    id: int | None = _id()
    account_seq: int
    rule: str
    move: str
    at: int = _moment()
    day: int
    evidence: dict[str, Any] = _json()
    because: str
    playbook: str | None = None
    run_id: str | None = None
    reason: str | None = None
    fingerprint: str
    version: str
    cause: str


class RunRow(SQLModel, table=True):
    __tablename__ = "run"
    __table_args__ = (Index("run_by_account", "account_seq", "playbook", "started_day"),)
    id: str = Field(primary_key=True)
    account_seq: int
    playbook: str
    version: str
    rule: str
    started_at: int = _moment()
    started_day: int
    position: int = 0
    waiting_since: int | None = _moment(nullable=True)
    firing: dict[str, Any] = _json()
    ended_at: int | None = _moment(nullable=True, index=True)
    end: str | None = None
    end_reason: str | None = None
    cause: str


class TaskRow(SQLModel, table=True):
    __tablename__ = "task"
    id: int | None = _id()
    key: str = Field(unique=True)
    account_seq: int = Field(index=True)
    run_id: str = Field(index=True)
    playbook: str
    step: str
    template: str
    title: str
    body: str
    assignee: str
    due: int | None = None
    state: str
    cancel_with_run: bool = False
    created_at: int = _moment()
    day: int
    done_at: int | None = _moment(nullable=True)
    snoozed_until: int | None = None
    note: str | None = None
    cause: str


class DeliveryRow(SQLModel, table=True):
    """One message on its way. `try_at`: when it is due (none: not by itself); `attempts` is the fencing number.

    `to` is as the action says; `address` what it was looked up as when it left. `claimed_until`: a try is under way.
    """

    __tablename__ = "delivery"
    id: int | None = _id()
    key: str = Field(unique=True)
    account_seq: int = Field(index=True)
    run_id: str
    playbook: str
    step: str
    channel: str
    template: str
    to: str | None = None
    address: str | None = None
    subject: str | None = None
    text: str
    sender_name: str | None = None
    reply_to: str | None = None
    marketing: bool = False
    outbox_only: bool = False
    """Decided by a look at the distant past: it goes to the outbox, whatever the credentials."""
    state: str
    reason: str | None = None
    decided_at: int = _moment()
    day: int
    try_at: int | None = _moment(nullable=True, index=True)
    attempts: int = 0
    looks_back: int = 0
    """How often a doubtful try has been looked for at the receiver."""
    claimed_until: int | None = _moment(nullable=True)
    claimed_at: int | None = _moment(nullable=True)
    reference: str | None = None
    settled_at: int | None = _moment(nullable=True)
    version: str
    cause: str


class PaceRow(SQLModel, table=True):
    """When the next message may go to that Slack channel."""

    __tablename__ = "pace"
    lane: str = Field(primary_key=True)
    next: int = _moment()


class VersionRow(SQLModel, table=True):
    """A workspace's files."""

    __tablename__ = "version"
    hash: str = Field(primary_key=True)
    files: dict[str, Any] = _json()
    at: int = _moment()


class InUseRow(SQLModel, table=True):
    """The one row that says which version is in use."""

    __tablename__ = "in_use"
    id: int = Field(default=1, primary_key=True)
    version: str
    at: int = _moment()


class ImportRow(SQLModel, table=True):
    __tablename__ = "import"
    id: int | None = _id()
    kind: str
    source: str
    at: int = _moment()
    history: bool = False
    counts: dict[str, Any] = _json()


class HeldRow(SQLModel, table=True):
    """A record that waits for its account."""

    __tablename__ = "held"
    id: int | None = _id()
    account: str = Field(index=True)
    kind: str
    identity: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False, unique=True))
    record: dict[str, Any] = _json()
    at: int = _moment()
    import_id: int | None = None


class TickRow(SQLModel, table=True):
    __tablename__ = "tick"
    key: str = Field(primary_key=True)
    at: int = _moment()
