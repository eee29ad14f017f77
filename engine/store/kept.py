"""A function from values to a statement in; the statement, made once and kept, with its parameters, out."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from sqlalchemy import Executable, bindparam

Asked = tuple[Executable, dict[str, Any]]
"""What `connection.execute(*asked)` takes."""


def kept(make: Callable[..., Executable]) -> Callable[..., Asked]:
    """Of a function from values, given by name, to a statement: the same, but the statement is made only once.

    It is made from parameters that stand for the values; one for each set of names that have a value, so that `make`
    may leave out a condition where there is None. For SQLAlchemy it costs four times as much to make a statement and
    to recognise it as to execute it: that matters where a look asks sixty times.
    """
    made: dict[tuple[str, ...], Executable] = {}

    @wraps(make)
    def asked(**values: Any) -> Asked:
        given = tuple(name for name, value in values.items() if value is not None)
        statement = made.get(given)
        if statement is None:
            statement = made[given] = make(**{**values, **{name: bindparam(name) for name in given}})
        return statement, {name: values[name] for name in given}

    return asked
