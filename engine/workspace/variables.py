"""The names of a workspace in; what templates may speak of, field by field, out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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


Shape = Fields | Items | None
"""None: a plain value, or nothing that is known beforehand."""

_PART = ("label", "value", "usual", "points", "grade", "lost", "age", "sentence")
_CONTEXT = ("rule", "by", "because", "author", "until")
_TEAMMATE = ("name", "first_name", "email")
_CONTACT = (*_TEAMMATE, "role")
_FACT = ("name", "at", "until", "author", "source", "reason")
_EVENT = ("name", "at")
_TASK = ("state", "due", "assignee")


def plain(names: Iterable[str]) -> Fields:
    return Fields(dict.fromkeys(names))


OF_A_FINDING: Mapping[str, Shape] = {
    "group": None,
    "count": None,
    "rule": plain(("name", "severity")),
    "accounts": Items(None),
    "today": None,
}
"""All that the text of a finding may speak of."""


def variables(names: Names, tasks: Iterable[str]) -> dict[str, Shape]:
    """All that a template may speak of; `tasks` are the task steps of the playbooks that use it."""
    scores = {name: _score() for name in sorted(names.there("score"))}
    found: dict[str, Shape] = {
        "account": plain(
            sorted(names.there("attribute") | {n for n in names.files.broken if names.has("attribute", n)})
        ),
        "scores": Fields(scores),
        "measures": plain(sorted(names.there("measure"))),
        "fact": plain((*_FACT, *_properties(names, names.there("fact")))),
        "event": plain((*_EVENT, *_properties(names, names.there("event")))),
        "rule": plain(("name", "severity")),
        "playbook": plain(("name",)),
        "because": None,
        "owner": plain(_TEAMMATE),
        "manager": plain(_TEAMMATE),
        "contact": plain(_CONTACT),
        "contacts": Items(plain(_CONTACT)),
        "tasks": Fields({step: plain(_TASK) for step in tasks}),
        "today": None,
        "company": plain(("name",)),
    }
    return found | ({"score": _score()} if scores else {})


def _score() -> Fields:
    numbers = ("value", "letter", "band", "label", "base", "coverage", *(f"change_{days}d" for days in CHANGES))
    parts: dict[str, Shape] = {
        "lifts": Items(plain(_PART)),
        "drags": Items(plain(_PART)),
        "context": Items(plain(_CONTEXT)),
    }
    return Fields({**dict.fromkeys(numbers), **parts})


def _properties(names: Names, records: Iterable[str]) -> tuple[str, ...]:
    return tuple(prop for record in sorted(records) for prop in names.catalog.property_names(record))


def is_open(names: Names, variable: str) -> bool:
    """Could a field be there that could not be read?"""
    kinds = {"account": "attribute", "scores": "score", "measures": "measure", "fact": "fact", "event": "event"}
    if variable == "tasks":
        return names.is_open("playbook") or any(read.model is None for read in names.files.playbooks)
    if variable in ("fact", "event") and names.files.broken:
        return True
    return variable in kinds and names.is_open(kinds[variable])
