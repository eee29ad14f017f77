"""What changed, from what to what, in; rows of `change`, out."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from engine.store.tables.imports import ChangeRow
from engine.store.writing import append

CHANGE = ChangeRow.__table__  # type: ignore[attr-defined]


def keep_changes(connection: Connection, changes: Sequence[Mapping[str, Any]]) -> None:
    """`old` and `new` are any values that JSON has."""
    said = [{**row, "old": json.dumps(row["old"]), "new": json.dumps(row["new"])} for row in changes]
    append(connection, CHANGE, said)
