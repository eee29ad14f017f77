"""Sweeps, and those that were held because far more would have fired than usual."""

from typing import Any

from sqlmodel import Field, SQLModel

from engine.store.tables.fields import id_field, json_field, moment_field


class SweepRow(SQLModel, table=True):
    """A look at everybody that was saved: how many accounts fired in it."""

    __tablename__ = "sweep"
    cause: str = Field(primary_key=True)
    at: int = moment_field()
    day: int = Field(index=True)
    """The company's."""
    looked: int
    fired: int


class HoldRow(SQLModel, table=True):
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
