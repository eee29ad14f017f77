"""A rule, or a model of a score, in; a text that is another once something changes that can change its answer, out."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.oracle.files import Workspace, Written

TOLD = ("label", "goal", "views", "show", "primary", "because", "severity", "play")
"""What is for people only, or says what follows."""
OF_A_RULE = ("when", "for", "clear_at")
EFFECTS = ("adjust", "soften", "cap")
NOT_OF_ITS_NUMBER = ("score", "model", "when", "order")
"""What says which model scores an account, not with which number."""
NAMES = ("measure", "score", "rule")
OF_MEASURES = ("ratio", "difference", "change", "change_percent", "usual")


def of_rule(workspace: Workspace, rule: Written) -> str:
    """`when`, `for`, `clear_at`, and the measures, scores and rules that they name, through to the end."""
    return _text(workspace, _asked(rule))


def of_model(workspace: Workspace, model: Written) -> str:
    """Its measures and what they name, curves, weights, bands."""
    return _text(workspace, {key: value for key, value in model.items() if key not in NOT_OF_ITS_NUMBER})


def _text(workspace: Workspace, said: Written) -> str:
    """What is said, and what stands under all names that it rests on."""
    found: dict[str, Any] = {}
    waiting = list(_names(said))
    while waiting:
        kind, name = waiting.pop()
        if f"{kind} {name}" not in found:
            definition = _definition(workspace, kind, name)
            found[f"{kind} {name}"] = _bare(definition)
            waiting += _names(definition)
    return json.dumps([_bare(said), found], sort_keys=True)


def _definition(workspace: Workspace, kind: str, name: str) -> Any:
    match kind:
        case "measure":
            return workspace.measures.get(name)
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
    """The measures, scores and rules that are named, however deep."""
    if isinstance(said, list | tuple):
        for part in said:
            yield from _names(part)
    if not isinstance(said, Mapping):
        return
    for key, value in said.items():
        if key in NAMES and isinstance(value, str):
            yield key, value
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
