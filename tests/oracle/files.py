"""The texts of a workspace's files in; what they say, as plain dicts by name, out."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml

Written = Mapping[str, Any]


@dataclass(frozen=True)
class Workspace:
    """What all files say. `scores`: the models of each score, in their order."""

    settings: Written
    catalog: Written
    measures: Mapping[str, Written]
    scores: Mapping[str, tuple[Written, ...]]
    rules: Mapping[str, Written]
    across: Mapping[str, Written]
    """The rules that count across accounts."""
    playbooks: Mapping[str, Written]
    versions: dict[object, str] = field(default_factory=dict)
    """Those of rules and models that were worked out."""
    redefined: dict[object, list[str]] = field(default_factory=dict)
    """The metrics that a model rests on, of those that are redefined."""

    @property
    def zone(self) -> str:
        return str(self.settings["company"]["timezone"])

    @property
    def primary(self) -> str:
        """The one that says so on any of its models; a lone score is primary by itself."""
        says = [name for name, models in self.scores.items() if any(model.get("primary") for model in models)]
        return says[0] if says else next(name for name in self.scores if not self.is_of_contacts(name))

    @cached_property
    def feeds(self) -> Written:
        """What is said of the metrics and events."""
        return {**self.catalog.get("metrics", {}), **self.catalog.get("events", {})}

    @property
    def rolls_up_children(self) -> bool:
        return any(one.get("of") == "children" for one in self.measures.values())

    def is_of_contacts(self, score: str) -> bool:
        return bool(self.scores[score][0].get("level") == "contact")


class _Core(yaml.SafeLoader):
    """YAML 1.2 core: only true and false are booleans, and a date is a text."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  # not PyYAML's own, which are of YAML 1.1


for _tag, _form in {
    "bool": r"true|false",
    "int": r"[-+]?[0-9]+",
    "float": r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?",
    "null": r"~|null|",
}.items():
    _Core.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_form})$"), None)


def read(texts: Mapping[str, str]) -> Workspace:
    """`texts`: per path inside of the workspace, what stands in that file."""
    said = {path: _said(text) for path, text in texts.items() if path.endswith(".yaml")}
    rules = [rule for path, some in said.items() if _holds_rules(path) for rule in some]
    return Workspace(
        settings=tomllib.loads(texts["pulsebook.toml"]),
        catalog=said["rules/catalog.yaml"],
        measures=said.get("rules/measures.yaml", {}),
        scores=_models(one for path, one in said.items() if path.startswith("rules/scores/")),
        rules={rule["rule"]: rule for rule in rules if "across" not in rule["when"]},
        across={rule["rule"]: rule for rule in rules if "across" in rule["when"]},
        playbooks={one["playbook"]: one for path, one in said.items() if path.startswith("playbooks/")},
    )


def _said(text: str) -> Any:
    return yaml.load(text, Loader=_Core)  # a SafeLoader


def _holds_rules(path: str) -> bool:
    return re.fullmatch(r"rules/[^/]+", path) is not None and path not in ("rules/catalog.yaml", "rules/measures.yaml")


def _models(written: Iterator[Written]) -> dict[str, tuple[Written, ...]]:
    ordered = sorted(written, key=lambda model: (model["score"], model.get("order", 100)))
    names = dict.fromkeys(model["score"] for model in ordered)
    return {name: tuple(model for model in ordered if model["score"] == name) for name in names}
