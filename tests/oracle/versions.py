"""A rule, or a model of a score, in; a text that is another once something changes that can change its answer, out."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tests.oracle.files import Workspace, Written
from tests.oracle.seen import Seen, redefined_on

TOLD = ("label", "goal", "views", "show", "primary", "because", "severity", "play")
"""What is for people only, or says what follows."""
OF_A_RULE = ("when", "for", "clear_at")
EFFECTS = ("adjust", "soften", "cap")
NOT_OF_ITS_NUMBER = ("score", "model", "when", "order")
"""What says which model scores an account, not with which number."""
NAMES = ("measure", "score", "rule")
OF_RECORDS = tuple("latest sum mean min max median count distinct days_with days_since returning shift event".split())
OF_MEASURES = ("ratio", "difference", "change", "change_percent", "usual")


def of_rule(workspace: Workspace, rule: Written) -> str:
    """`when`, `for`, `clear_at`, and the measures, scores and rules that they name, through to the end."""
    if rule["rule"] not in workspace.versions:
        workspace.versions[rule["rule"]] = _text(_asked(rule), _rests_on(workspace, _asked(rule)))
    return workspace.versions[rule["rule"]]


def of_model(seen: Seen, model: Written) -> str:
    """Its measures and what they name, curves, weights, bands; and how its metrics were counted on their last days."""
    workspace, key = seen.workspace, (model["score"], model.get("model"))
    if key not in workspace.versions:
        said = {name: value for name, value in model.items() if name not in NOT_OF_ITS_NUMBER}
        workspace.versions[key] = _text(said, _rests_on(workspace, said))
        workspace.redefined[key] = [name for name in _records(workspace, said) if _is_redefined(workspace, name)]
    days = [redefined_on(workspace, name, seen.last_day(name)) for name in workspace.redefined[key]]
    return f"{workspace.versions[key]} {days}" if days else workspace.versions[key]


def _records(workspace: Workspace, said: Written) -> list[str]:
    """The metrics and events that a model rests on; what rules do to a score in it is no part of it."""
    models = _rests_on(replace(workspace, rules={name: _asked(rule) for name, rule in workspace.rules.items()}), said)
    return [name.removeprefix("record ") for name in models if name.startswith("record ")]


def _is_redefined(workspace: Workspace, name: str) -> bool:
    return "redefined" in (workspace.feeds.get(name) or {})


def _text(said: Written, rests_on: Written) -> str:
    return json.dumps([_bare(said), rests_on], sort_keys=True)


def _rests_on(workspace: Workspace, said: Written) -> Written:
    """What stands under all names that it speaks of, through to the end."""
    found: dict[str, Any] = {}
    waiting = list(_names(said))
    while waiting:
        kind, name = waiting.pop()
        if f"{kind} {name}" not in found:
            definition = _definition(workspace, kind, name)
            found[f"{kind} {name}"] = _bare(definition)
            waiting += _names(definition)
    return found


def _definition(workspace: Workspace, kind: str, name: str) -> Any:
    match kind:
        case "measure":
            return workspace.measures.get(name)
        case "record":
            return workspace.catalog.get("metrics", {}).get(name) or workspace.catalog.get("events", {}).get(name)
        case "score":
            return [workspace.scores.get(name), *_effects_on(workspace, name)]
        case _:
            return _asked(workspace.rules.get(name, {}))


def _effects_on(workspace: Workspace, score: str) -> Iterator[Written]:
    """What rules do to a score that is named can change the answer, too; in which file they stand can not."""
    for _, rule in sorted(workspace.rules.items()):
        effects = {form: rule[form] for form in EFFECTS if form in rule and rule[form]["score"] == score}
        if effects:
            yield {**_asked(rule), **effects}


def _asked(rule: Written) -> Written:
    return {key: rule[key] for key in OF_A_RULE if key in rule}


def _names(said: Any) -> Iterator[tuple[str, str]]:
    """The measures, scores, rules and records that are named, however deep."""
    if isinstance(said, list | tuple):
        for part in said:
            yield from _names(part)
    if not isinstance(said, Mapping):
        return
    for key, value in said.items():
        if key in NAMES and isinstance(value, str):
            yield key, value
        elif key in OF_RECORDS and isinstance(value, str):
            yield "record", value.partition(".")[0]
        elif key == "roll_up":
            yield "score", value
        elif key in OF_MEASURES:
            yield from (("measure", name) for name in ([value] if isinstance(value, str) else value))
        elif not isinstance(value, str):
            yield from _names(value)


def _bare(said: Any) -> Any:
    """Without what is for people only."""
    if isinstance(said, list | tuple):
        return [_bare(part) for part in said]
    if isinstance(said, Mapping):
        return {str(key): _bare(value) for key, value in said.items() if key not in TOLD}
    return said
