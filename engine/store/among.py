"""A column and any number of values in; the condition that it is one of them, on either database, out.

All values are one parameter, an array or a list in JSON: ten thousand with a name each, as `in_` has them, cost more
than what is asked.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, BindParameter, Boolean, ColumnElement, Dialect, Text, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeEngine


class _Listed(TypeDecorator[Collection[Any]]):
    """Numbers or texts as one value."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        listed: TypeEngine[Any] = Text() if dialect.name == "sqlite" else ARRAY(self.item)
        return dialect.type_descriptor(listed)

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        listed = None if value is None else list(value)
        return json.dumps(listed) if dialect.name == "sqlite" else listed


class _Among(FunctionElement[bool]):
    """Column and values."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> "_Among":  # noqa: ARG002 given by SQLAlchemy
        """As it is: SQLAlchemy would add `= 1` on SQLite, and no index be used."""
        return self


@compiles(_Among, "postgresql")
def _by_array(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, values = (compiler.process(clause, **more) for clause in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(_Among, "sqlite")
def _by_json(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, values = (compiler.process(clause, **more) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 what SQLAlchemy has made


def among(column: ColumnElement[Any], values: Collection[Any] | BindParameter[Any]) -> ColumnElement[bool]:
    """Whether a column of numbers or texts is one of these values, or of those that a parameter stands for.

    (Of bytes it can't be asked on SQLite: `in_`.)
    """
    listed = _Listed(column.type)
    if isinstance(values, BindParameter):
        return _Among(column, bindparam(values.key, type_=listed))
    return _Among(column, bindparam(None, list(values), listed, unique=True))
