"""Templates and the texts of `because` in; what could not be rendered, or speaks of what is not there, out."""

import re
from collections.abc import Callable, Iterator, Mapping

from jinja2 import TemplateSyntaxError, nodes

from engine.errors import Problem
from engine.language.playbooks import EmailStep, SlackStep, TaskStep, all_steps
from engine.templating import environment, too_wide
from engine.workspace.names import Names
from engine.workspace.spots import suggestion
from engine.workspace.variables import OF_A_FINDING, Fields, Items, Shape, is_open, variables

_AT_LINE = re.compile(r"line (\d+): (.*)", re.DOTALL)
_BEFORE_TEXT = re.compile(r"(\s*\{#.*?#\}|\s*\{%.*?%\})*\s*?\n?", re.DOTALL)
_SUBJECT = re.compile(r"Subject:[^\n]*\S[^\n]*\n[ \t]*(\n|$)")

Refuse = Callable[[int, str, str], None]
"""Takes a line of the template (from 1), what is wrong there and what to do."""


def check_templates(names: Names) -> Iterator[Problem]:
    for (kind, name), (file, text) in names.files.templates.items():
        known = variables(names, _tasks(names, kind, name))
        for line, message, remedy in _mistakes(text, known, names):
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
            ("because", read.model and read.model.because, known),
            ("finding", read.model and read.model.finding, OF_A_FINDING),
        ):
            for _, message, remedy in _mistakes(text, shapes, names) if text else ():
                yield read.spot.at(key).says(f", {key}: {message}", remedy)


def _has_subject(text: str) -> bool:
    start = _BEFORE_TEXT.match(text)
    return _SUBJECT.match(text, start.end() if start else 0) is not None


def _tasks(names: Names, kind: str, name: str) -> frozenset[str]:
    """The task steps of the playbooks that use a template; of all playbooks where none does."""
    users = [
        read.name
        for read in names.files.playbooks
        if read.model is not None and any(_uses(step, kind, name) for step in all_steps(read.model.steps))
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


def _mistakes(text: str, known: Mapping[str, Shape], names: Names) -> list[tuple[int, str, str]]:
    try:
        tree = environment().parse(text)
        wide = _AT_LINE.fullmatch(too_wide(tree) or "")
        if wide:
            return [(int(wide.group(1)), wide.group(2), "Write it plainly, in this one file.")]
        found: list[tuple[int, str, str]] = []
        _Reading(known, names, lambda *said: found.append(said)).walk(tree, dict(known))
        return list(dict.fromkeys(found))
    except TemplateSyntaxError as error:
        said = (error.message or "it can't be read").rstrip(".")
        return [(error.lineno, f"the template has a mistake: {said[:1].lower()}{said[1:]}", "Mend the braces here.")]
    except RecursionError:
        return [(1, "the template lies too deep inside itself", "Write it flatter.")]


class _Reading:
    """A walk over a template's tree that knows the shape of every value on the way."""

    def __init__(self, known: Mapping[str, Shape], names: Names, refuse: Refuse) -> None:
        self.known = known
        self.names = names
        self.refuse = refuse

    def walk(self, node: nodes.Node, scope: dict[str, Shape]) -> None:
        match node:
            case nodes.For():
                self._loop(node, scope)
            case nodes.Assign():
                self._assign(node.target, self.shape(node.node, scope), scope)
            case nodes.With():
                inner = dict(scope)
                for target, value in zip(node.targets, node.values, strict=True):
                    self._assign(target, self.shape(value, scope), inner)
                self._all(node.body, inner)
            case nodes.Expr():
                self.shape(node, scope)
            case _:
                self._all(node.iter_child_nodes(), scope)

    def _all(self, inside: Iterator[nodes.Node] | list[nodes.Node], scope: dict[str, Shape]) -> None:
        for node in inside:
            self.walk(node, scope)

    def _loop(self, node: nodes.For, scope: dict[str, Shape]) -> None:
        over = self.shape(node.iter, scope)
        inner = {**scope, "loop": None}
        self._assign(node.target, over.item if isinstance(over, Items) else None, inner)
        if node.test is not None:
            self.shape(node.test, inner)
        self._all(node.body, inner)
        self._all(node.else_, dict(scope))

    def _assign(self, target: nodes.Node, shape: Shape, scope: dict[str, Shape]) -> None:
        if isinstance(target, nodes.Name):
            scope[target.name] = shape
        for name in target.find_all(nodes.Name):
            scope[name.name] = None

    def shape(self, node: nodes.Node, scope: dict[str, Shape]) -> Shape:
        """What an expression's value is, refusing names and fields that are not there."""
        match node:
            case nodes.Name():
                return self._name(node, scope)
            case nodes.Getattr():
                return self._field(node.node, node.attr, node.lineno, scope)
            case nodes.Getitem(arg=nodes.Const(value=str() as key)):
                return self._field(node.node, key, node.lineno, scope)
            case nodes.Getitem():
                over = self.shape(node.node, scope)
                self.shape(node.arg, scope)
                return over.item if isinstance(over, Items) and isinstance(node.arg, nodes.Const) else None
            case nodes.Filter():
                return self._filter(node, scope)
            case nodes.Test():
                self._test(node)
        for inner in node.iter_child_nodes():
            self.shape(inner, scope)
        return None

    def _name(self, node: nodes.Name, scope: Mapping[str, Shape]) -> Shape:
        if node.name in scope:
            return scope[node.name]
        remedy = suggestion(node.name, self.known, "")
        self.refuse(node.lineno, f"the template speaks of an unknown name {node.name!r}", remedy)
        return None

    def _field(self, of: nodes.Node, name: str, line: int, scope: dict[str, Shape]) -> Shape:
        shape = self.shape(of, scope)
        said = _said(of)
        if isinstance(shape, Items):
            remedy = f"Write {{% for one in {said} %}}, or ({said} | first).{name}."
            self.refuse(line, f"the template takes {name!r} of {said}, which is a list", remedy)
        if not isinstance(shape, Fields) or name in shape.fields:
            return shape.fields[name] if isinstance(shape, Fields) else None
        if not (isinstance(of, nodes.Name) and is_open(self.names, of.name)):
            remedy = suggestion(name, shape.fields, f"There is nothing in {said}.", f"Fields of {said} are")
            self.refuse(line, f"the template speaks of an unknown field {said}.{name}", remedy)
        return None

    def _filter(self, node: nodes.Filter, scope: dict[str, Shape]) -> Shape:
        filters = environment().filters
        if node.name not in filters:
            remedy = suggestion(node.name, filters, "")
            self.refuse(node.lineno, f"the template uses an unknown filter {node.name!r}", remedy)
        shapes = [self.shape(inner, scope) for inner in node.iter_child_nodes()]
        given = shapes[0] if shapes and node.node is not None else None
        if isinstance(given, Items) and node.name in ("first", "last"):
            return given.item
        return given if isinstance(given, Items) and node.name in ("sort", "reverse", "list", "unique") else None

    def _test(self, node: nodes.Test) -> None:
        tests = environment().tests
        if node.name not in tests:
            self.refuse(
                node.lineno, f"the template uses an unknown test {node.name!r}", suggestion(node.name, tests, "")
            )


def _said(node: nodes.Node) -> str:
    """An expression as it is written, roughly."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{_said(node.node)}.{node.attr}"
        case nodes.Filter() if node.node is not None:
            return f"{_said(node.node)} | {node.name}"
        case nodes.Getitem():
            return f"{_said(node.node)}[…]"
    return "a value"
