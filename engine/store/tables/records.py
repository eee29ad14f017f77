"""What happened or holds, record by record: events, facts, outcomes, overrides."""

from typing import Any

from sqlalchemy import Column, Index, Integer, LargeBinary, UniqueConstraint
from sqlmodel import Field

from engine.store.tables.fields import Row, id_field, json_field, moment_field


class EventRow(Row, table=True):
    """An event as it came. `identity`: a hash of name and source id, or of all content and the how-manieth of it."""

    __tablename__ = "event"
    __table_args__ = (Index("event_by_name", "name", "account_seq", "day"),)
    id: int | None = id_field()
    identity: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False, unique=True))
    content: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False))
    """A hash of all content: the same id with another is a contradiction."""
    name: str
    account_seq: int
    day: int
    at: int = moment_field()
    contact_id: int | None = None
    source_id: str | None = None
    properties: dict[str, Any] = json_field()
    arrived_at: int = moment_field()
    import_id: int | None = None


class StripRow(Row, table=True):
    """The events of one name, block and span once more, by columns (`engine.store.strips`): what looks read."""

    __tablename__ = "strip"
    name: str = Field(primary_key=True)
    block: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    span: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    events: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class FactRow(Row, table=True):
    """A fact as it came. What replaces one withdraws it; `until` may be set later (it ended)."""

    __tablename__ = "fact"
    __table_args__ = (Index("fact_by_account", "account_seq", "name"),)
    id: int | None = id_field()
    identity: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False, index=True))
    content: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False))
    account_seq: int
    name: str
    at: int = moment_field()
    day: int
    until: int | None = moment_field(nullable=True)
    properties: dict[str, Any] = json_field()
    source_id: str | None = None
    source: str | None = None
    author: str | None = None
    reason: str | None = None
    yearly: bool = False
    arrived_at: int = moment_field()
    withdrawn_at: int | None = moment_field(nullable=True)
    import_id: int | None = None


class OutcomeRow(Row, table=True):
    __tablename__ = "outcome"
    __table_args__ = (UniqueConstraint("account_seq", "outcome", "at"),)
    id: int | None = id_field()
    account_seq: int
    outcome: str
    at: int = moment_field()
    day: int
    arrived_at: int = moment_field()
    import_id: int | None = None


class UndoneEventRow(Row, table=True):
    """An event that was taken back with its import: a look back at a time before that still sees it."""

    __tablename__ = "undone_event"
    __table_args__ = (Index("undone_event_by_name", "name", "account_seq", "day"),)
    id: int | None = id_field()
    name: str
    account_seq: int
    day: int
    at: int = moment_field()
    contact_id: int | None = None
    properties: dict[str, Any] = json_field()
    arrived_at: int = moment_field()
    undone_at: int = moment_field()


class UndoneOutcomeRow(Row, table=True):
    """The same of an outcome."""

    __tablename__ = "undone_outcome"
    id: int | None = id_field()
    account_seq: int = Field(index=True)
    outcome: str
    at: int = moment_field()
    arrived_at: int = moment_field()
    undone_at: int = moment_field()


class OverrideRow(Row, table=True):
    """A person's value of a score, from `at` to `until`; the newest that holds counts."""

    __tablename__ = "override"
    id: int | None = id_field()
    account_seq: int = Field(index=True)
    score: str
    value: float
    at: int = moment_field()
    until: int = moment_field()
    reason: str | None = None
    author: str | None = None
