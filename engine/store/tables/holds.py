"""Sweeps, and those that were held because far more would have fired than usual."""

from typing import Any

from sqlalchemy import Column, Integer
from sqlmodel import Field

from engine.store.tables.fields import Row, id_field, json_field, moment_field


class SweepRow(Row, table=True):
    """A look at everybody, or at all that an import concerns: how many accounts fire in it, and what became of it.

    `state`: judging, passed or held. `until`: whoever judges it is taken for dead after that.
    """

    __tablename__ = "sweep"
    cause: str = Field(primary_key=True)
    at: int = moment_field()
    day: int = Field(index=True)
    """The company's."""
    state: str
    until: int | None = moment_field(nullable=True)
    looked: int = 0
    fired: int = 0


class ArrivalHourRow(Row, table=True):
    """An hour since the epoch, and how many accounts fired in it by what arrived for them."""

    __tablename__ = "arrival_hour"
    hour: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    fired: int


class HoldRow(Row, table=True):
    """A sweep of which nothing was saved. Of one `subject` (sweep, import ID, arrival) one stands at a time."""

    __tablename__ = "hold"
    id: int | None = id_field()
    subject: str
    cause: str
    at: int = moment_field()
    day: int
    """The company's."""
    state: str = Field(index=True)
    fired: int
    accounts: int
    usual: float
    rules: dict[str, Any] = json_field()
    examples: list[Any] = json_field()
    text: str
    ended_at: int | None = moment_field(nullable=True)
