"""A workspace in; the same with no more than its scores rest on, out: where scores alone are asked for."""

from dataclasses import replace

from engine.workspace.loading import Workspace
from engine.workspace.order import Level
from engine.workspace.resting import Resting


def only_scored(workspace: Workspace) -> Workspace:
    """Rules stay that change a score, or that such a rule or a model speaks of; no playbook and no template does."""
    resting = Resting(
        workspace.catalog, workspace.measures, {**workspace.scores, **workspace.contact_scores}, workspace.rules
    )
    named = frozenset[tuple[str, str]]().union(*map(resting.of_score, workspace.scores))
    rules = {name: rule for name, rule in workspace.rules.items() if ("rule", name) in named}
    compiled = workspace.compiled
    levels = tuple(Level(one.scores, tuple(name for name in one.rules if name in rules)) for one in compiled.levels)
    return replace(
        workspace,
        rules=rules,
        playbooks={},
        templates={},
        compiled=replace(
            compiled,
            rules={name: rule for name, rule in compiled.rules.items() if name in rules},
            across={},
            playbooks={},
            levels=levels,
        ),
    )
