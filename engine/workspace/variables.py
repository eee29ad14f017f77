"""The names of a workspace in; what templates may speak of, field by field, out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from engine.language.catalog import Type
from engine.telling import CHANGES
from engine.workspace.names import Names


@dataclass(frozen=True, slots=True)
class Fields:
    """Something with these fields, and no others."""

    fields: Mapping[str, "Shape"]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of such things."""

    item: "Shape"


@dataclass(frozen=True, slots=True)
class Plain:
    """A value without fields, but what Python gives its type (`today.year`, `account.name.upper()`)."""

    type: Type

    def has(self, name: str) -> bool:
        return not name.startswith("_") and hasattr(_PYTHON[self.type], name)


Shape = Fields | Items | Plain | None
"""None: nothing that is known beforehand."""

_PYTHON: Mapping[Type, type] = {"text": str, "number": float, "boolean": bool, "date": date, "time": datetime}
TEXT, NUMBER, DATE, TIME = Plain("text"), Plain("number"), Plain("date"), Plain("time")


def texts(*names: str) -> dict[str, Shape]:
    return dict.fromkeys(names, TEXT)


def numbers(*names: str) -> dict[str, Shape]:
    return dict.fromkeys(names, NUMBER)


_PART = Fields(
    {**texts("label"), "value": None, **numbers("usual", "points"), **texts("grade"), **numbers("lost", "age")}
    | texts("sentence")
)
_CONTEXT = Fields(texts("rule", "by", "because", "author") | {"until": DATE})
_TEAMMATE = Fields(texts("name", "first_name", "email"))
_CONTACT = Fields({**_TEAMMATE.fields, "role": TEXT})
_FACT = {"name": TEXT, "at": TIME, "until": TIME, **texts("author", "source", "reason")}
_EVENT = {"name": TEXT, "at": TIME}
_TASK = Fields({"state": TEXT, "due": DATE, "assignee": TEXT})
_RULE = Fields(texts("name", "severity"))

OF_A_FINDING: Mapping[str, Shape] = {
    "group": TEXT,
    "count": NUMBER,
    "rule": _RULE,
    "accounts": Items(TEXT),
    "today": DATE,
}
"""All that the text of a finding may speak of."""


def variables(names: Names, tasks: Iterable[str]) -> dict[str, Shape]:
    """All that a template may speak of; `tasks` are the task steps of the playbooks that use it."""
    scores = {name: _score() for name in sorted(names.there("score"))}
    attributes = sorted(names.there("attribute") | {n for n in names.files.broken if names.has("attribute", n)})
    found: dict[str, Shape] = {
        "account": Fields({name: _of_type(names.attribute_type(name)) for name in attributes}),
        "scores": Fields(scores),
        "measures": Fields({name: _of_type(names.measure_type(name)) for name in sorted(names.there("measure"))}),
        "fact": Fields(_FACT | _properties(names, names.there("fact"))),
        "event": Fields(_EVENT | _properties(names, names.there("event"))),
        "rule": _RULE,
        "playbook": Fields(texts("name")),
        "because": TEXT,
        "owner": _TEAMMATE,
        "manager": _TEAMMATE,
        "contact": _CONTACT,
        "contacts": Items(_CONTACT),
        "tasks": Fields(dict.fromkeys(tasks, _TASK)),
        "today": DATE,
        "company": Fields(texts("name")),
    }
    return found | ({"score": _score()} if scores else {})


def _of_type(type_: Type | None) -> Shape:
    return None if type_ is None else Plain(type_)


def _score() -> Fields:
    parts: dict[str, Shape] = {"lifts": Items(_PART), "drags": Items(_PART), "context": Items(_CONTEXT)}
    known = numbers("value") | texts("letter", "band", "label") | numbers("base", "coverage")
    return Fields(known | numbers(*(f"change_{days}d" for days in CHANGES)) | parts)


def _properties(names: Names, records: Iterable[str]) -> dict[str, Shape]:
    """Those of all records; one that is of several types is of no known one."""
    found: dict[str, Shape] = {}
    for record in sorted(records):
        for prop in names.catalog.property_names(record):
            shape = _of_type(names.catalog.property_type(record, prop))
            found[prop] = shape if found.get(prop, shape) == shape else None
    return found


def is_open(names: Names, variable: str) -> bool:
    """Could a field be there that could not be read?"""
    kinds = {"account": "attribute", "scores": "score", "measures": "measure", "fact": "fact", "event": "event"}
    if variable == "tasks":
        return names.is_open("playbook") or any(read.model is None for read in names.files.playbooks)
    if variable in ("fact", "event") and names.files.broken:
        return True
    return variable in kinds and names.is_open(kinds[variable])
