"""The files, and which of them are in use."""

from typing import Any

from sqlmodel import Field, SQLModel

from engine.store.tables.fields import json_field, moment_field


class VersionRow(SQLModel, table=True):
    """A workspace's files."""

    __tablename__ = "version"
    hash: str = Field(primary_key=True)
    files: dict[str, Any] = json_field()
    at: int = moment_field()


class InUseRow(SQLModel, table=True):
    """The one row that says which version is in use."""

    __tablename__ = "in_use"
    id: int = Field(default=1, primary_key=True)
    version: str
    at: int = moment_field()
