"""A pydantic model and the location of a mistake in; the model that the location leads to, and its keys, out."""

from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel, RootModel, Tag

from engine.conditions.condition import FORMS, SUBJECTS
from engine.language.meanings import meanings
from engine.language.measures import KINDS
from engine.language.playbooks import STEPS
from engine.workspace.nodes import Node, Path


@dataclass(frozen=True, slots=True)
class _Family:
    """Entries that are written in one of several ways. `heads`: the keys that tell which; no two stand together."""

    forms: frozenset[type[BaseModel]]
    heads: tuple[str, ...]
    remedy: str
    """How to say both of two heads."""


_FAMILIES = (
    _Family(
        frozenset(FORMS.values()),
        tuple(subject for subject in SUBJECTS if subject != "at_least"),
        "ask for each under `all`",
    ),
    _Family(frozenset(KINDS.values()), tuple(KINDS), "write two measures"),
    _Family(frozenset(STEPS.values()), tuple(STEPS), "write two steps"),
)


def model_at(model: object, location: Path) -> type[BaseModel] | None:
    """The innermost model on the way; its fields are the keys that may stand there."""
    here, last = model, _model(model)
    for step in location:
        here = _inside(here, step)
        if here is None:
            break
        last = _model(here) or last
    return last


def keys_of(model: type[BaseModel], node: Node) -> tuple[str, ...]:
    """The keys that may stand in an entry; of a condition, those of all forms with the same subject."""
    if model not in FORMS.values():
        return _keys(model)
    subject = next((key for key in SUBJECTS if key in node.entries), None)
    related = [form for form in FORMS.values() if subject in _keys(form)]
    others = set(SUBJECTS) - {subject, "at_least"}
    return tuple(dict.fromkeys(key for form in related for key in _keys(form) if key not in others))


def rival_of(model: type[BaseModel], key: str, node: Node) -> tuple[str, str] | None:
    """Of an entry that is written in one of several ways: the key in it beside which this one stands in none of them,
    and what to do. None where it stands in none at all, or in none that the entry's head allows."""
    family = next((family for family in _FAMILIES if model in family.forms), None)
    if family is None:
        return None
    heads = [other for other in node.entries if other in family.heads and other != key]
    if key in family.heads:
        return (heads[0], f"Leave one of them, or {family.remedy}.") if heads else None
    mine = [form for form in family.forms if key in _keys(form) and all(head in _keys(form) for head in heads)]
    for other in node.entries if mine else ():
        if any(other in _keys(form) for form in family.forms) and not any(other in _keys(form) for form in mine):
            return other, "Leave one of them."
    return None


def said_of(model: type[BaseModel], key: str) -> str | None:
    """What a model's field says of itself."""
    names = (name for name, field in model.model_fields.items() if key in (name, field.alias))
    return next((meanings(model).get(name) for name in names), None)


def _keys(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _model(shape: object) -> type[BaseModel] | None:
    if get_origin(shape) is Annotated:
        return _model(get_args(shape)[0])
    if get_origin(shape) in (Union, UnionType):
        models = [model for option in get_args(shape) if (model := _model(option)) is not None]
        return models[0] if len(models) == 1 else None
    return shape if isinstance(shape, type) and issubclass(shape, BaseModel) else None


def _inside(shape: object, step: str | int) -> object | None:
    """What a step leads to: a form by its tag, a field by its name, an item, a value."""
    origin, parts = get_origin(shape), get_args(shape)
    if origin is Annotated:
        return _inside(parts[0], step)
    if origin in (Union, UnionType):
        return _among(parts, step)
    model = _model(shape)
    if model is not None and issubclass(model, RootModel):
        return _inside(model.model_fields["root"].annotation, step)
    if model is not None:
        fields = model.model_fields.items()
        return next((field.annotation for name, field in fields if step in (name, field.alias)), None)
    if origin is tuple:
        return parts[0] if isinstance(step, int) else shape
    return parts[1] if origin is dict else None


def _among(options: tuple[object, ...], step: str | int) -> object | None:
    for option in options:
        if step in _tags(option):
            return option
    return next((inner for inner in (_inside(option, step) for option in options) if inner is not None), None)


def _tags(option: object) -> tuple[str, ...]:
    model = _model(option)
    tags = [said.tag for said in get_args(option)[1:] if isinstance(said, Tag)] if get_origin(option) else []
    return (*tags, model.__name__) if model else tuple(tags)
