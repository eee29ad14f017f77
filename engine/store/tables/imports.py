"""How data came in: imports, records that wait, and what changed by them."""

from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary
from sqlmodel import Field

from engine.store.tables.fields import Row, id_field, json_field, moment_field


class ImportRow(Row, table=True):
    __tablename__ = "import"
    id: int | None = id_field()
    kind: str
    source: str
    at: int = moment_field()
    history: bool = False
    counts: dict[str, Any] = json_field()
    undoable: bool = True
    """What it wrote over is kept; of imports by an early Pulsebook it is not."""
    undone_at: int | None = moment_field(nullable=True)
    odd: str = ""
    """What is odd about its values, a line each, until somebody lets it pass: sweeps that fire are held."""


class HeldRow(Row, table=True):
    """A record that waits for its account."""

    __tablename__ = "held"
    id: int | None = id_field()
    account: str = Field(index=True)
    kind: str
    identity: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False, unique=True))
    record: dict[str, Any] = json_field()
    at: int = moment_field()
    import_id: int | None = None
    earlier: list[Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    """What imports before it said of the same, the oldest first: [import, record]."""


class IdLookRow(Row, table=True):
    """What an id looks like (`engine.look_alikes`): of each that ever came in as an account's, an alias, or unknown."""

    __tablename__ = "id_look"
    look: str = Field(primary_key=True)
    id: str = Field(primary_key=True)


class LookAlikeRow(Row, table=True):
    """An id that looks like another, and where it came in."""

    __tablename__ = "look_alike"
    id: str = Field(primary_key=True)
    like: str
    file: str
    line: int
    import_id: int = Field(index=True)


class CorrectionRow(Row, table=True):
    """What an import wrote into one chunk.

    `cells`: those that it replaced, or filled in on days already looked at, old and new, packed. `filled`: which others
    it filled in, a packed mask: nobody had looked at them, so only taking the import back asks for them.
    """

    __tablename__ = "correction"
    id: int | None = id_field()
    series_id: int
    block: int
    span: int
    at: int = moment_field()
    import_id: int | None = None
    cells: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    filled: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class ChangeRow(Row, table=True):
    """One field that changed. `entity`: an account's id, ACCOUNT/EMAIL of a contact, a teammate's email, a number (of
    a fact, task or delivery), a recorded name, an alias, ACCOUNT/CONTACT/METRIC/DAY of a contact's observation."""

    __tablename__ = "change"
    __table_args__ = (Index("change_by_entity", "kind", "entity"),)
    id: int | None = id_field()
    kind: str
    entity: str
    field: str
    old: Any = Field(default=None, sa_column=Column(JSON, nullable=True))
    new: Any = Field(default=None, sa_column=Column(JSON, nullable=True))
    at: int = moment_field()
    by: str | None = None
    import_id: int | None = None
