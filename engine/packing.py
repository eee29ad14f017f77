"""Values that templates see in; what JSON can keep of them, and the values again, out."""

from collections.abc import Mapping
from datetime import date, datetime


def packed(value: object) -> object:
    """A value as JSON can keep it, for what a run keeps of its firing; dates and moments are marked."""
    if isinstance(value, datetime):
        return {"$moment": value.isoformat()}
    if isinstance(value, date):
        return {"$day": value.isoformat()}
    if isinstance(value, Mapping):
        return {str(key): packed(item) for key, item in value.items()}
    return [packed(item) for item in value] if isinstance(value, list | tuple) else value


def unpacked(value: object) -> object:
    """What was packed."""
    if isinstance(value, Mapping):
        if "$moment" in value:
            return datetime.fromisoformat(str(value["$moment"]))
        if "$day" in value:
            return date.fromisoformat(str(value["$day"]))
        return {key: unpacked(item) for key, item in value.items()}
    return [unpacked(item) for item in value] if isinstance(value, list | tuple) else value
