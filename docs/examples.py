"""The text of a document in; its fenced examples, laid out as the files of one workspace, out."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.language.base import Entry
from engine.language.playbooks import WaitStep
from engine.workspace import Workspace

CONDITION = "condition"
"""What a block of conditions says in place of a file."""

_FENCED = re.compile(r"^```(?P<language>\w*) ?(?P<place>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced example. `place`: the file that it stands in, or `condition`; `line`: of the document."""

    language: str
    place: str
    text: str
    line: int


def blocks(document: str) -> tuple[Block, ...]:
    """All fenced blocks, in their order."""
    return tuple(
        Block(found["language"], found["place"], found["text"], document.count("\n", 0, found.start()) + 1)
        for found in _FENCED.finditer(document)
    )


def files(examples: Iterable[Block]) -> dict[str, str]:
    """Files and their texts; what several blocks say of one file stands in it one after the other."""
    found: dict[str, str] = {}
    for block in examples:
        if block.place and block.place != CONDITION:
            found[block.place] = found.get(block.place, "") + block.text
    return found


def lay_out(laid: Mapping[str, str], folder: Path) -> None:
    for name, text in laid.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def conditions(examples: Iterable[Block]) -> tuple[str, ...]:
    """The conditions that blocks list, one a line, as they are written."""
    lines = (line for block in examples if block.place == CONDITION for line in block.text.splitlines())
    return tuple(line.removeprefix("- ") for line in lines)


def with_conditions(laid: Mapping[str, str], said: Iterable[str]) -> dict[str, str]:
    """The files, and a playbook that waits for each of the conditions (only there may they speak of tasks)."""
    waits = "".join(f"  - {{wait: 1d, until: {condition}}}\n" for condition in said)
    starts = "- {rule: conditions, when: {account: {id: nobody}}, play: conditions}\n"
    playbook = f"playbook: conditions\nsteps:\n  - {{step: call, task: risk-call}}\n{waits}"
    return {**laid, "rules/conditions.yaml": starts, "playbooks/conditions.yaml": playbook}


def forms(workspace: Workspace) -> tuple[Entry, ...]:
    """The conditions as they were read, in their order."""
    steps = workspace.playbooks["conditions"].steps
    return tuple(step.until for step in steps if isinstance(step, WaitStep) and step.until is not None)
