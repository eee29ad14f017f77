"""The files' models in; a JSON Schema per kind of file, for editors, out."""

from collections.abc import Mapping
from typing import cast

from pydantic import TypeAdapter

from engine.language.catalog import Catalog
from engine.language.measures import Measures
from engine.language.playbooks import Playbook
from engine.language.rules import Rule
from engine.language.scenarios import Scenario
from engine.language.scores import Score
from engine.language.settings import Settings

Schema = dict[str, object]

_KINDS: Mapping[str, tuple[object, str]] = {
    "catalog": (Catalog, "rules/catalog.yaml"),
    "measures": (Measures, "rules/measures.yaml"),
    "score": (Score, "rules/scores/*.yaml"),
    "rules": (tuple[Rule, ...], "rules/*.yaml"),
    "playbook": (Playbook, "playbooks/*.yaml"),
    "scenarios": (tuple[Scenario, ...], "tests/scenarios/*.yaml"),
    "settings": (Settings, "pulsebook.toml"),
}


def schemas() -> Mapping[str, Schema]:
    """Per kind of file what may stand in it, in the dialect 2020-12."""
    return {kind: _schema(shape, title) for kind, (shape, title) in _KINDS.items()}


def _schema(shape: object, title: str) -> Schema:
    made = TypeAdapter(cast(type[object], shape)).json_schema(by_alias=True)
    widened = _widened(made)
    assert isinstance(widened, dict)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **widened, "title": title}


def _widened(schema: object) -> object:
    """A text may be written as a bare number, and a number in quotes: the field's type says what it is."""
    if isinstance(schema, list):
        return [_widened(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    inside = {key: _widened(part) for key, part in schema.items()}
    fixed = {"pattern", "enum", "const", "format"} & inside.keys()
    if inside.get("type") in ("number", "integer", "string") and not fixed:
        inside["type"] = ["string", "number"]
    return inside
