"""The values of a column in; the text of a PostgreSQL array, out.

The driver can say a list itself, but value by value, which takes three times as long as all else that a save does.
"""

from collections.abc import Callable, Mapping, Sequence

NOTHING = "NULL"


def array_of(values: Sequence[object]) -> str:
    """`{1,2,NULL}`; texts and bytes in quotes. All of a column are of one type, or None."""
    first = next((value for value in values if value is not None), None)
    say = next((say for kind, say in SAID.items() if isinstance(first, kind)), str)
    return "{" + ",".join([NOTHING if value is None else say(value) for value in values]) + "}"


def _text(value: object) -> str:
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _bytes(value: object) -> str:
    assert isinstance(value, bytes)
    return f'"\\\\x{value.hex()}"'


SAID: Mapping[type, Callable[[object], str]] = {str: _text, bytes: _bytes}
