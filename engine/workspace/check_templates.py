"""Templates and the texts of `because` in; what could not be rendered, or speaks of what is not there, out."""

import re
from collections.abc import Iterator

from engine.errors import Problem
from engine.language.playbooks import EmailStep, SlackStep, TaskStep, all_steps
from engine.workspace.names import Names
from engine.workspace.template_shapes import mistakes
from engine.workspace.variables import OF_A_FINDING, variables

_BEFORE_TEXT = re.compile(r"(\s*\{#.*?#\}|\s*\{%.*?%\})*\s*?\n?", re.DOTALL)
_SUBJECT = re.compile(r"Subject:[^\n]*\S[^\n]*\n[ \t]*(\n|$)")


def check_templates(names: Names) -> Iterator[Problem]:
    for (kind, name), (file, text) in names.files.templates.items():
        known = variables(names, _tasks(names, kind, name))
        for line, message, remedy in mistakes(text, known, names):
            yield Problem(file, line, message, remedy)
        if not text.strip():
            yield Problem(file, 1, "the template is empty", "Write what it says, or delete it.")
        elif kind == "email" and not _has_subject(text):
            yield Problem(file, 1, "an email's template begins without its subject", _SUBJECT_REMEDY)


_SUBJECT_REMEDY = "Write `Subject: …` as the first line, then an empty line, then the text."


def check_sentences(names: Names) -> Iterator[Problem]:
    """`because` and `finding` of the rules."""
    known = variables(names, ())
    known = {variable: shape for variable, shape in known.items() if variable not in ("because", "tasks")}
    for read in names.files.rules:
        for key, text, shapes in (
            ("because", read.readable and read.readable.because, known),
            ("finding", read.readable and read.readable.finding, OF_A_FINDING),
        ):
            for _, message, remedy in mistakes(text, shapes, names) if text else ():
                yield read.spot.at(key).says(f", {key}: {message}", remedy)


def _has_subject(text: str) -> bool:
    start = _BEFORE_TEXT.match(text)
    return _SUBJECT.match(text, start.end() if start else 0) is not None


def _tasks(names: Names, kind: str, name: str) -> frozenset[str]:
    """The task steps of the playbooks that use a template; of all playbooks where none does."""
    users = [
        read.name
        for read in names.files.playbooks
        if read.readable is not None and any(_uses(step, kind, name) for step in all_steps(read.readable.steps))
    ]
    return frozenset[str]().union(*(names.task_steps[user] for user in users or names.task_steps))


def _uses(step: object, kind: str, name: str) -> bool:
    match step:
        case SlackStep():
            return (kind, name) == ("slack", step.slack)
        case TaskStep():
            return (kind, name) == ("task", step.task)
        case EmailStep():
            return (kind, name) == ("email", step.email)
    return False
