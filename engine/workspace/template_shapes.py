"""A template's text and the shapes of what it may speak of in; its mistakes, each with its line and remedy, out."""

import re
import sys
from collections.abc import Callable, Iterator, Mapping

from jinja2 import TemplateSyntaxError, nodes

from engine.language.catalog import Type
from engine.templating import REFUSED_TAGS, environment, too_wide
from engine.workspace.names import Names
from engine.workspace.spots import kind_with_article, suggestion
from engine.workspace.variables import TEXT, Fields, Items, Plain, Shape, is_open

Refuse = Callable[[int, str, str], None]
"""Takes a line of the template (from 1), what is wrong there and what to do."""

_TAKES: Mapping[str, tuple[str, frozenset[Type]]] = {
    **dict.fromkeys(("day", "ago", "in_days"), ("a date", frozenset[Type]({"date", "time"}))),
    **dict.fromkeys(
        ("number", "signed", "percent", "money"), ("a number", frozenset[Type]({"number", "boolean", "text"}))
    ),
}
"""By filter of ours: what it takes, in words, and of which types that may be. A text may be that of a number."""
_LISTS_KEPT = frozenset({"sort", "reverse", "list", "unique", "select", "reject", "selectattr", "rejectattr"})
_BY_ATTRIBUTE = frozenset({"selectattr", "rejectattr", "groupby", "sum"})
"""Filters that take the name of an attribute first; others take it as `attribute=`."""
_NAMED: Mapping[str, tuple[str, int]] = {
    "map": ("filter", 0),
    **dict.fromkeys(("select", "reject"), ("test", 0)),
    **dict.fromkeys(("selectattr", "rejectattr"), ("test", 1)),
}
"""Filters that take the name of a filter or a test, and as which of what they are given."""


def mistakes(text: str, known: Mapping[str, Shape], names: Names) -> list[tuple[int, str, str]]:
    """What could not be rendered or speaks of what is not there: the line, what is wrong, what to do."""
    try:
        tree = environment().parse(text)
        found = [(line, said, "Write it plainly, in this one file.") for line, said in too_wide(tree)]
        _Reading(known, names, lambda *said: found.append(said)).walk(tree, dict(known))
        return sorted(dict.fromkeys(found), key=lambda mistake: mistake[0])
    except TemplateSyntaxError as error:
        said = (error.message or "it can't be read").rstrip(".")
        return [(error.lineno, f"the template has a mistake: {said[:1].lower()}{said[1:]}", "Mend the braces here.")]
    except ValueError:
        # Python reads no number of more digits, and says not where it stands.
        before = re.split(rf"[\d_]{{{sys.get_int_max_str_digits()},}}", text)[0]
        return [(before.count("\n") + 1, "a number in the template has too many digits", "Shorten it.")]
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
            case nodes.If():
                self._branches(node, scope)
            case nodes.With():
                inner = dict(scope)
                for target, value in zip(node.targets, node.values, strict=True):
                    self._assign(target, self.shape(value, scope), inner)
                self._all(node.body, inner)
            case nodes.Expr():
                self.shape(node, scope)
            case _ if isinstance(node, REFUSED_TAGS):
                scope |= dict.fromkeys(_named_by(node))
            case _:
                self._all(node.iter_child_nodes(), scope)

    def _all(self, inside: Iterator[nodes.Node] | list[nodes.Node], scope: dict[str, Shape]) -> None:
        for node in inside:
            self.walk(node, scope)

    def _branches(self, node: nodes.If, scope: dict[str, Shape]) -> None:
        """What the branches set is there after them, of the shape that they agree on."""
        ends = []
        for test, body in [*((one.test, one.body) for one in (node, *node.elif_)), (None, node.else_)]:
            if test is not None:
                self.shape(test, scope)
            ends.append(dict(scope))
            self._all(body, ends[-1])
        for name in dict.fromkeys(name for end in ends for name in end):
            shapes = [end.get(name) for end in ends]
            scope[name] = shapes[0] if all(shape == shapes[0] for shape in shapes) else None

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
            case nodes.Const(value=str()) | nodes.Concat():
                self._inside(node, scope)
                return TEXT
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
                self._known("test", node.name, node.lineno)
        self._inside(node, scope)
        return None

    def _inside(self, node: nodes.Node, scope: dict[str, Shape]) -> None:
        for inner in node.iter_child_nodes():
            self.shape(inner, scope)

    def _name(self, node: nodes.Name, scope: Mapping[str, Shape]) -> Shape:
        if node.name in scope:
            return scope[node.name]
        remedy = suggestion(node.name, self.known, "")
        self.refuse(node.lineno, f"the template speaks of an unknown name {node.name!r}", remedy)
        return None

    def _field(self, of: nodes.Node, name: str, line: int, scope: dict[str, Shape]) -> Shape:
        shape = self.shape(of, scope)
        if isinstance(of, nodes.Name) and is_open(self.names, of.name) and isinstance(shape, Fields):
            return shape.fields.get(name)
        return self._member(shape, _said(of), name, line)

    def _member(self, shape: Shape, said: str, name: str, line: int) -> Shape:
        match shape:
            case Items():
                remedy = f"Write {{% for one in {said} %}}, or ({said} | first).{name}."
                self.refuse(line, f"the template takes {name!r} of {said}, which is a list", remedy)
            case Plain() if not shape.has(name):
                message = f"the template takes {name!r} of {said}, which is {kind_with_article(shape.type)}"
                self.refuse(line, message, f"Write {said} by itself: it has no fields.")
            case Fields() if name in shape.fields:
                return shape.fields[name]
            case Fields():
                remedy = suggestion(name, shape.fields, f"There is nothing in {said}.", f"Fields of {said} are")
                self.refuse(line, f"the template speaks of an unknown field {said}.{name}", remedy)
        return None

    def _filter(self, node: nodes.Filter, scope: dict[str, Shape]) -> Shape:
        self._known("filter", node.name, node.lineno)
        shapes = [self.shape(inner, scope) for inner in node.iter_child_nodes()]
        given = shapes[0] if shapes and node.node is not None else None
        if isinstance(given, Plain) and node.node is not None and node.name in _TAKES:
            wanted, types = _TAKES[node.name]
            if given.type not in types:
                told = f"the filter `{node.name}` takes {wanted}, and {_said(node.node)}"
                self.refuse(node.lineno, f"{told} is {kind_with_article(given.type)}", "Write it without the filter.")
        if not isinstance(given, Items) or node.node is None:
            return TEXT if node.name in _TAKES else None
        item = self._by_name(node, given.item, f"({_said(node.node)} | first)")
        if node.name in ("first", "last"):
            return given.item
        if node.name == "map":
            return Items(item)
        return given if node.name in _LISTS_KEPT else None

    def _by_name(self, node: nodes.Filter, item: Shape, said: str) -> Shape:
        """What a filter over a list names in quotes: an attribute of its items, a test or another filter."""
        given: list[object] = [one.value if isinstance(one, nodes.Const) else None for one in node.args]
        named = given[0] if given and node.name in _BY_ATTRIBUTE else None
        for key in node.kwargs:
            if key.key == "attribute" and isinstance(key.value, nodes.Const):
                named = key.value.value
        found = None
        # `sort` takes several, with commas between them; a dot goes into what an attribute holds.
        for path in named.split(",") if isinstance(named, str) else ():
            found, of = item, said
            for step in path.strip().split("."):
                # A number is a place in a text or a list; nobody knows what lies there.
                found = None if step.isdecimal() else self._member(found, of, step, node.lineno)
                of = f"{of}.{step}"
        at = _NAMED.get(node.name)
        if at is not None and len(given) > at[1] and isinstance(other := given[at[1]], str):
            self._known(at[0], other, node.lineno)
        return found

    def _known(self, kind: str, name: str, line: int) -> None:
        """Refuses a filter or a test that is not there."""
        there = environment().filters if kind == "filter" else environment().tests
        if name not in there:
            self.refuse(line, f"the template uses an unknown {kind} {name!r}", suggestion(name, there, ""))


def _named_by(node: nodes.Node) -> Iterator[str]:
    """The names that a tag which is refused would have brought."""
    match node:
        case nodes.Import():
            yield node.target
        case nodes.FromImport():
            yield from (name if isinstance(name, str) else name[1] for name in node.names)
        case nodes.Macro():
            yield node.name
        case nodes.AssignBlock():
            yield from (name.name for name in node.target.find_all(nodes.Name))
            yield from [node.target.name] if isinstance(node.target, nodes.Name) else []


def _said(node: nodes.Node) -> str:
    """An expression as it is written, roughly."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{_said(node.node)}.{node.attr}"
        case nodes.Getitem(arg=nodes.Const(value=str() as key)):
            return f"{_said(node.node)}.{key}"
        case nodes.Filter() if node.node is not None:
            return f"{_said(node.node)} | {node.name}"
        case nodes.Getitem():
            return f"{_said(node.node)}[…]"
        case nodes.Const():
            return repr(node.value)
    return "a value"
