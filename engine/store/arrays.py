"""The values of a column in; the text of a PostgreSQL array, out.

The driver can say a list itself, but value by value, which takes three times as long as all else that a save does.
"""

from collections.abc import Sequence

NOTHING = "NULL"


def array_of(values: Sequence[object]) -> str:
    """`{1,2,NULL}`; texts and bytes in quotes. All of a column are of one type, or None."""
    first = next((value for value in values if value is not None), None)
    if isinstance(first, str):
        # The same words come again and again.
        said = {value: _text(value) for value in set(values)}
        return "{" + ",".join([said[value] for value in values]) + "}"
    say = _bytes if isinstance(first, bytes) else str
    return "{" + ",".join([NOTHING if value is None else say(value) for value in values]) + "}"


def _text(value: object) -> str:
    if value is None:
        return NOTHING
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _bytes(value: object) -> str:
    assert isinstance(value, bytes)
    return f'"\\\\x{value.hex()}"'
