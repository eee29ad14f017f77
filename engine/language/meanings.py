"""A model in; what each of its keys means, out: the docstring below it in the source.

It is read when it is asked for. pydantic could do so for all models, but at every start, and that takes a tenth of it.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic_core import CoreSchema


@cache
def meanings(model: type[BaseModel]) -> Mapping[str, str]:
    """By name of the field; those that a parent has, too."""
    ours = (parent for parent in reversed(model.__mro__) if parent.__module__.startswith("engine."))
    return {name: said for parent in ours for name, said in _said_in(parent)}


def _said_in(model: type) -> Iterator[tuple[str, str]]:
    [source] = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(source, ast.ClassDef)
    for field, below in pairwise(source.body):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str):
            yield field.target.id, inspect.cleandoc(below.value.value)


class Meant(BaseModel):
    """Base of models whose JSON Schema tells what each key means."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler(core_schema)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for name, field in cls.model_fields.items():
            if name in meanings(cls) and (field.alias or name) in properties:
                properties[field.alias or name]["description"] = meanings(cls)[name]
        return schema
