"""The files, which of them are in use, and what was done once for all."""

from typing import Any

from sqlmodel import Field

from engine.store.tables.fields import Row, json_field, moment_field


class VersionRow(Row, table=True):
    """A workspace's files."""

    __tablename__ = "version"
    hash: str = Field(primary_key=True)
    files: dict[str, Any] = json_field()
    at: int = moment_field()


class TickRow(Row, table=True):
    """Something that is done once for all, and the moment that it was done as of: the findings of a day, and the
    newest findings."""

    __tablename__ = "tick"
    key: str = Field(primary_key=True)
    at: int = moment_field()


class InUseRow(Row, table=True):
    """The one row that says which version is in use."""

    __tablename__ = "in_use"
    id: int = Field(default=1, primary_key=True)
    version: str
    at: int = moment_field()
