"""The import that is taken back in; what its parts share while that is done, and whose value stands again, out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, select

from engine.language.catalog import Catalog
from engine.store.tables.imports import ImportRow

IMPORT = ImportRow.__table__  # type: ignore[attr-defined]


@dataclass(slots=True)
class TakingBack:
    """One import, while it is taken back: everything is locked. `at`: microseconds."""

    connection: Connection
    number: int
    at: int
    catalog: Catalog
    company_zone: str
    undone: frozenset[int]
    """The imports that are taken back, this one among them."""
    touched: set[int] = field(default_factory=set)
    """The accounts of which something is not as it was."""
    names: set[str] = field(default_factory=set)
    """The metrics and events of which it had records."""

    @classmethod
    def of(cls, connection: Connection, number: int, at: int, catalog: Catalog, company_zone: str) -> "TakingBack":
        before = connection.execute(select(IMPORT.c.id).where(IMPORT.c.undone_at.is_not(None))).scalars()
        return cls(connection, number, at, catalog, company_zone, frozenset({*before, number}))

    def changed(self, kind: str, entity: str, field: str, old: object, new: object) -> dict[str, Any]:
        """A row of `change`: it belongs to the import, so that it too counts as taken back."""
        row = {"kind": kind, "entity": entity, "field": field, "old": old, "new": new, "at": self.at, "by": None}
        return {**row, "import_id": self.number}


@dataclass(frozen=True, slots=True)
class Written:
    """One thing was written over another. `import_id`: by which import; None: by hand. `at`: microseconds."""

    import_id: int | None
    old: Any
    new: Any = None
    at: int = 0
    by: str | None = None


def stays(writings: Sequence[Written], undone: Collection[int]) -> bool:
    """Whether what is there now was written by somebody who was not taken back. Oldest first."""
    return writings[-1].import_id not in undone


def restored(writings: Sequence[Written], undone: Collection[int]) -> Any:
    """What is there without what was taken back: the newest of the others' values, or what was there before all.

    What somebody wrote is what the next one found. Oldest first.
    """
    found = writings[0].old
    for one, after in pairwise(writings):
        if one.import_id not in undone:
            found = after.old
    return found
