"""Rows of accounts in; their attributes as columns, as the catalog types them, out."""

from collections.abc import Collection
from types import NoneType
from typing import Any

import numpy as np

from engine.conditions.tree import Column
from engine.language.catalog import Catalog
from engine.snapshot import Texts
from engine.store.present import numbers_column
from engine.store.values import compared, typed

TEXTS = ("id", "name", "parent", "owner", "timezone", "country", "currency")
NUMBERS = ("since", "value")


def attributes(
    rows: list[Any], catalog: Catalog, zones: list[str], names: Collection[str] | None = None
) -> dict[str, Column]:
    """Built-in and declared attributes as columns. `names`: only these; None: all."""
    wanted = set(catalog.attribute_names() if names is None else names)
    found: dict[str, Column] = {name: texts([getattr(row, name) for row in rows]) for name in TEXTS if name in wanted}
    found |= {name: numbers_column([getattr(row, name) for row in rows]) for name in NUMBERS if name in wanted}
    stored = [row.attributes for row in rows]
    for name, declared in catalog.attributes.items():
        if name in found or name not in wanted:
            continue
        kept = [said.get(name) for said in stored]
        if declared.type == "text":
            # Nearly all are texts as they are, or nothing.
            is_said = (str, NoneType)
            found[name] = texts([value if isinstance(value, is_said) else compared(value, "text") for value in kept])
        else:
            found[name] = numbers_column(
                [
                    None if value is None else compared(value, declared.type, zone)
                    for value, zone in zip(kept, zones, strict=True)
                ]
            )
    return found


def attribute_times(rows: list[Any], catalog: Catalog, names: Collection[str] | None = None) -> dict[str, Column]:
    """Of declared attributes of the type time the dates or moments themselves. `names`: only these; None: all."""
    wanted = [name for name, declared in catalog.attributes.items() if declared.type == "time"]
    return {
        name: texts([None if (said := row.attributes.get(name)) is None else typed(said, "time") for row in rows])
        for name in wanted
        if names is None or name in names
    }


def texts(values: list[Any]) -> Texts:
    return np.array([*values, None], dtype=np.object_)[:-1]
