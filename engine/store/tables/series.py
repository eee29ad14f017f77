"""What is measured day by day: series in chunks, and the values of contacts behind them."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer, LargeBinary, Text
from sqlmodel import Field

from engine.store.tables.fields import Row, id_field

SPAN = 32
"""Days in a chunk."""


class SeriesRow(Row, table=True):
    """The number of a series; `key` is `Series.key`, or `score NAME value|adjusted|base|coverage|version|filled`."""

    __tablename__ = "series"
    id: int | None = id_field()
    key: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    event: str | None = Field(default=None, index=True)
    """Of counts and sums: whose rows are counted, in every import, whatever version of the files it reads."""
    definition: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    """Of counts and sums: `kind`, `prop`, and `where` as [property, operator, values]."""


class ChunkRow(Row, table=True):
    """One series of one block for one span: 256 × 32 values, packed (`engine.store.chunks`).

    `times`: elapsed milliseconds since the start of the account's day, packed; none where all are 0.
    """

    __tablename__ = "chunk"
    series_id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    block: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    span: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    values: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    times: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class RecordedRow(Row, table=True):
    """The oldest and the newest day on which any account has a record of that metric or event, and the newest moment
    of one, so that a look knows whether something came after it."""

    __tablename__ = "recorded"
    name: str = Field(primary_key=True)
    first_day: int
    last_day: int
    last_at: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))


class FeedRow(Row, table=True):
    """What a sweep said of a feed whose days can be thin: as of which day it is held (none: it is not), and of how
    many accounts the last thin day has a record, and usually."""

    __tablename__ = "feed"
    name: str = Field(primary_key=True)
    at: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    last_day: int | None = None
    accounts: int | None = None
    usual: float | None = None


class ContactObservationRow(Row, table=True):
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
