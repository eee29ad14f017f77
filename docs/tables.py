"""A model of a file in; the table of its keys, as people read it, out."""

from collections.abc import Iterable, Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from engine.conditions.condition import Condition
from engine.conditions.wants import Scalar, Where
from engine.language import base, scores, settings
from engine.language.catalog import Catalog, PartOfUsual
from engine.language.meanings import meanings
from engine.language.measures import MeasureBase, measure_forms
from engine.language.playbooks import Playbook, Step
from engine.language.rules import Part, Rule
from engine.language.scenarios import Scenario
from engine.language.scores import Score

ROOTS: tuple[type[BaseModel], ...] = (
    settings.Settings,
    Catalog,
    Score,
    Rule,
    Playbook,
    Scenario,
    MeasureBase,
    *measure_forms(),
)
"""What stands in the files of a workspace; every other model is inside of one of these."""

WORDS: tuple[tuple[object, str, str], ...] = (
    (base.Number, "a number", "numbers"),
    (base.Count, "a whole number from 1 on", "whole numbers"),
    (base.Whole, "a whole number", "whole numbers"),
    (base.Share, "a share like 30%", "shares"),
    (Part, "a share like 50%", "shares"),
    (PartOfUsual, "a share like 50%", "shares"),
    (scores.Coverage, "a share like 50%", "shares"),
    (scores.Weight, "a number above 0", "numbers above 0"),
    (base.YesNo, "true or false", ""),
    (base.Text, "a text", "texts"),
    (str, "a text", "texts"),
    (float, "a number", "numbers"),
    (Scalar, "a value", "values"),
    (base.Day, "a date like 2026-03-01", "dates"),
    (base.Days, "days like 28d", ""),
    (base.Window, "a duration like 28d, 6h or 15m", ""),
    (base.Hold, "a duration like 2d, 6h or 15m", ""),
    (base.Duration, "a duration like 6h, 3d or 2 business days", ""),
    (settings.HourOfDay, 'a time of day like "06:00"', "times of day"),
    (settings.Zone, "a time zone like Europe/Berlin", ""),
    (settings.Times, "a number from 0 on", ""),
    (settings.Currency, "a code like EUR", ""),
    (settings.Rate, "a number above 0", ""),
    (settings.Secret, 'the name of an environment variable, like "env:NAME"', ""),
    (scores.Curve, "a list of [value, points] pairs", ""),
    (scores.Levels, 'levels 1 to 5, each with a bound like "< 20", a list of texts, or else', ""),
    (Condition, "a [condition](#conditions)", "[conditions](#conditions)"),
    (Where, "properties, each with [what it must be](#what-a-property-must-be)", ""),
    (Step, "a [step](#steps)", "[steps](#steps)"),
)
"""What may stand at a key, by its type: of one, and of several in a list."""

KEYS: Mapping[object, str] = {str: "NAME", settings.Currency: "CURRENCY"}
"""What the keys of entries are called, by their type; others are days."""

Anchors = Mapping[str, str]
"""The name of a model to the link that leads to its table."""


def key_table(model: type[BaseModel], anchors: Anchors) -> str:
    """What the model is, then its keys; those that it shares with others stand in the table of its base."""
    shared = {key for parent in model.__mro__[1:] if parent.__name__ in anchors for key in _fields(parent)}
    hints = get_type_hints(model, include_extras=True)
    rows = [
        _row(key, field, hints[key], meanings(model).get(key), anchors)
        for key, field in model.model_fields.items()
        if key not in shared
    ]
    if model.model_config.get("extra") == "allow":
        rows.append(["any other name", "a value", "", "A property or an attribute that the catalog names."])
    return f"{_flat(model.__doc__)}\n\n{table(('key', 'what may stand there', 'default', 'meaning'), rows)}"


def _fields(model: type) -> Mapping[str, FieldInfo]:
    return model.model_fields if issubclass(model, BaseModel) else {}


def _row(key: str, field: FieldInfo, hint: object, meaning: str | None, anchors: Anchors) -> list[str]:
    said = words(hint, anchors)
    return [f"`{field.alias or key}`", said, _default(field, said), _flat(meaning)]


def _default(field: FieldInfo, said: str) -> str:
    if field.is_required():
        return "needed"
    value = field.default
    if value is None or value == () or value == {} or isinstance(value, BaseModel):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, float):
        return f"`{value * 100:g}%`" if said.startswith("a share") else f"`{value:g}`"
    return f"`{', '.join(value)}`" if isinstance(value, tuple) else f"`{value}`"


def words(hint: object, anchors: Anchors, *, several: bool = False) -> str:
    """What may stand where a type is asked for, in words. Raises LookupError for a type that has none."""
    for known, one, many in WORDS:
        if hint == known:
            return many if several else one
    arguments = get_args(hint)
    match get_origin(hint):
        case origin if origin is Annotated:
            # What is left without its last check may be known: it is a number still if it has bounds.
            fewer = arguments[1:-1]
            return words(Annotated[arguments[0], *fewer] if fewer else arguments[0], anchors, several=several)
        case origin if origin in (Union, UnionType):
            kinds = [words(kind, anchors, several=several) for kind in arguments if kind is not NoneType]
            return " or ".join(dict.fromkeys(kinds))
        case origin if origin is Literal:
            choice = ", ".join(f"`{one}`" for one in arguments)
            return f"one of: {choice}" if len(arguments) > 1 else choice
        case origin if origin is tuple:
            count = "" if arguments[-1] is ... else f"{len(arguments)} "
            return f"a list of {count}{words(arguments[0], anchors, several=True)}"
        case origin if origin is dict:
            key = KEYS.get(arguments[0], "DAY")
            return f"`{key}: …` entries, each {words(arguments[1], anchors)}"
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return f"{'entries' if several else 'keys'} as under {anchors[hint.__name__]}"
    raise LookupError(f"there are no words for {hint}; add them to WORDS in docs/tables.py")


def table(heads: tuple[str, ...], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [list(heads), ["---"] * len(heads), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _flat(text: str | None) -> str:
    return " ".join((text or "").split())


def models(roots: Iterable[type[BaseModel]] = ROOTS) -> dict[str, type[BaseModel]]:
    """Every model whose keys stand in a file, by name: the roots and all that is inside of them."""
    found: dict[str, type[BaseModel]] = {}
    for root in roots:
        _collect(root, found)
    return found


def _collect(model: type[BaseModel], found: dict[str, type[BaseModel]]) -> None:
    if model.__name__ in found:
        return
    found[model.__name__] = model
    for hint in get_type_hints(model, include_extras=True).values():
        for inner in _inside(hint):
            _collect(inner, found)


def _inside(hint: object) -> Iterator[type[BaseModel]]:
    """The models that a type is made of; levels have words of their own."""
    if hint == scores.Levels:
        return
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for argument in get_args(hint):
        yield from _inside(argument)
