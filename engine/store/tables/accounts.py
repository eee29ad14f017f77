"""Accounts, and the people around them."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Integer, Text, UniqueConstraint
from sqlmodel import Field

from engine.store.tables.fields import Money, Row, id_field, json_field, moment_field

BLOCK = 256
"""Accounts in a block: the lane of work, and the height of a chunk."""


class AccountRow(Row, table=True):
    """A customer company. `look_at`: when it is due; `changed` and `looked`: counters of arrivals and of saves.

    `newest`: the latest moment that anything said of it has, be it when it was said or when it arrived. A look at an
    earlier moment has not seen all that is there.
    """

    __tablename__ = "account"
    seq: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    id: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    name: str | None = None
    parent: str | None = Field(default=None, index=True)
    owner: str | None = None
    timezone: str | None = None
    country: str | None = None
    since: int | None = None
    """Day number."""
    value: Decimal | None = Field(default=None, sa_column=Column(Money, nullable=True))
    currency: str | None = None
    attributes: dict[str, Any] = json_field()
    """Declared attributes by name; dates as YYYY-MM-DD, times as ISO 8601 in UTC."""
    changed: int = 0
    looked: int = 0
    look_at: int | None = moment_field(nullable=True, index=True)
    newest: int | None = moment_field(nullable=True)
    first_look: int | None = moment_field(nullable=True)
    last_look: int | None = moment_field(nullable=True)
    first_record: int | None = None
    """Day of the oldest observation or event."""
    seed_next: bool = False
    due_for: str | None = None
    """What it is due for, or put off by: `import 12`, `hold 3`. None: a single arrival, or by itself."""
    made_by: int | None = None
    """The import that brought it."""


class BlockRow(Row, table=True):
    """What is locked, ascending and before any account row, while a chunk of the block is rewritten."""

    __tablename__ = "block"
    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))


class AliasRow(Row, table=True):
    """Another id under which an account's data arrive."""

    __tablename__ = "alias"
    alias: str = Field(primary_key=True)
    account: str


class ContactRow(Row, table=True):
    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("account_seq", "email"),)
    id: int | None = id_field()
    account_seq: int = Field(foreign_key="account.seq")
    email: str
    name: str | None = None
    role: str | None = None
    consent: bool | None = None
    timezone: str | None = None
    listed: bool = True
    """False: only known from records that name the address, not from an import of contacts."""


class TeammateRow(Row, table=True):
    __tablename__ = "teammate"
    email: str = Field(primary_key=True)
    name: str | None = None
    manager: str | None = None
    slack_id: str | None = None
    timezone: str | None = None
    pools: list[str] = json_field()
    away_from: int | None = None
    away_until: int | None = None
    backup: str | None = None
