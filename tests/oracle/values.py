"""A text and its declared type in; the value that it says, or None for a blank, out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tests.oracle.moments import moment
from tests.oracle.records import Value

BUILT_IN_ATTRIBUTES: Mapping[str, str] = {
    "id": "text",
    "name": "text",
    "parent": "text",
    "owner": "text",
    "timezone": "text",
    "country": "text",
    "since": "date",
    "value": "number",
    "currency": "text",
}


def type_of(declared: Any) -> str:
    """`number` is short for `{type: number}`; text is the default."""
    return declared if isinstance(declared, str) else str((declared or {}).get("type", "text"))


def attribute_type(catalog: Mapping[str, Any], name: str) -> str:
    return BUILT_IN_ATTRIBUTES.get(name) or type_of(catalog.get("attributes", {})[name])


def read_value(text: str, kind: str, zone: str) -> Value | None:
    """Spaces around are cut; blank is no value."""
    said = text.strip()
    if not said:
        return None
    match kind:
        case "number":
            return float(said)
        case "boolean":
            return said.lower() in ("true", "yes", "1")
        case "date":
            return date.fromisoformat(said)
        case "time":
            return moment(said, zone)
    return said


def properties_of(declared: Mapping[str, Any], row: Mapping[str, str], zone: str) -> dict[str, Value]:
    """The declared properties that a row has a value for."""
    found = {name: read_value(row.get(name, ""), type_of(kind), zone) for name, kind in declared.items()}
    return {name: value for name, value in found.items() if value is not None}
