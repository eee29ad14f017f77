"""What JSON keeps of attributes and properties in; typed values out."""

from datetime import date, datetime

from engine.domain import Value


def typed(raw: object, type_: str) -> Value:
    """A kept value as its type says; what was kept under another type is given as text."""
    if type_ == "number" and isinstance(raw, int | float) and not isinstance(raw, bool):
        return float(raw)
    if type_ == "boolean" and isinstance(raw, bool):
        return raw
    if type_ in ("date", "time") and isinstance(raw, str):
        return _dated(raw, type_)
    return str(raw)


def _dated(raw: str, type_: str) -> Value:
    try:
        return date.fromisoformat(raw[:10]) if type_ == "date" else datetime.fromisoformat(raw)
    except ValueError:
        return raw
