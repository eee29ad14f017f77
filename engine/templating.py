"""A template's text and plain values in; the rendered text out, in a sandbox with limits."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from traceback import walk_tb
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, Undefined, meta, nodes
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.errors import PulsebookError
from engine.template_filters import OUR_FILTERS

LONGEST = 40_000
"""Characters; Slack cuts a message there (docs.slack.dev, chat.postMessage)."""
DEEPEST_LOOP = 2
"""Loops within loops: more is no message, and could run for hours over short lists."""

STAR = "\N{ASTERISK OPERATOR}"
_BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_OURS = re.compile(r"(^|\.context\.)because$")
"""What a template of a rule's made, with customers' words in it that went through here then."""

FILTERS_KEPT = frozenset(
    {
        "abs",
        "capitalize",
        "count",
        "d",
        "default",
        "dictsort",
        "e",
        "escape",
        "first",
        "float",
        "groupby",
        "int",
        "join",
        "last",
        "length",
        "list",
        "lower",
        "map",
        "max",
        "min",
        "reject",
        "rejectattr",
        "replace",
        "reverse",
        "round",
        "select",
        "selectattr",
        "sort",
        "string",
        "sum",
        "title",
        "trim",
        "truncate",
        "unique",
        "upper",
        "urlencode",
        "wordcount",
    }
)
"""Jinja's own filters that work on what they are given; those that can make megabytes from nothing are left out."""


class MissingValue(PulsebookError):
    """A value that an email needs is not known."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"no {name}")


class TemplateFailed(PulsebookError):
    """A template could not be rendered; the message names it, never a value."""


class Unknown(Undefined):
    """A name that exists, with a value that is not known: prints `unknown`, is false, equals nothing."""

    __slots__ = ()

    def __str__(self) -> str:
        return "unknown"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(self)(name=f"{self._undefined_name}.{name}")

    def __getitem__(self, key: object) -> "Unknown":  # type: ignore[override]
        return type(self)(name=f"{self._undefined_name}.{key}")

    def _never(self, _other: object) -> bool:
        return False

    def _still(self, *_others: object) -> "Unknown":
        return self

    __lt__ = __le__ = __gt__ = __ge__ = _never  # type: ignore[assignment]
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _still  # type: ignore[assignment]
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _still  # type: ignore[assignment]
    __mod__ = __rmod__ = __neg__ = __pos__ = __call__ = _still  # type: ignore[assignment]


class Needed(Unknown):
    """The same in an email, where printing it means that the email is not sent."""

    __slots__ = ()

    def __str__(self) -> str:
        raise MissingValue(str(self._undefined_name))


class Sandbox(ImmutableSandboxedEnvironment):
    """No loader, no globals, no arithmetic on texts: nothing that reaches out or grows without end."""

    intercepted_binops = frozenset({"*", "%", "**", "+"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" or isinstance(left, str | list) or isinstance(right, str | list):
            raise TemplateError(f"`{operator}` is for numbers; write texts one after the other, or join them with `~`")
        return super().call_binop(context, operator, left, right)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A field before a method: a property may be called `items` or `values`."""
        return obj[attribute] if isinstance(obj, Fields) else super().getattr(obj, attribute)


@lru_cache(maxsize=1)
def environment() -> Sandbox:
    sandbox = Sandbox(
        undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False, trim_blocks=True, lstrip_blocks=True
    )
    sandbox.globals.clear()
    sandbox.filters = {name: f for name, f in sandbox.filters.items() if name in FILTERS_KEPT} | dict(OUR_FILTERS)
    return sandbox


REFUSED_TAGS = (
    nodes.Include,
    nodes.Import,
    nodes.FromImport,
    nodes.Extends,
    nodes.Macro,
    nodes.CallBlock,
    nodes.Block,
    nodes.AssignBlock,
)
GROWING = frozenset({"join", "replace", "urlencode", "escape", "e"})
"""Filters whose result, set to a name and used again, could double at each line."""


def too_wide(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """What a template must not use: the line, and what is wrong in words."""
    for found in tree.find_all(REFUSED_TAGS):
        yield found.lineno, f"{type(found).__name__.lower()} is not allowed in a template"
    for assigned in tree.find_all(nodes.Assign):
        grows = any(part.name in GROWING for part in assigned.find_all(nodes.Filter))
        if grows or next(assigned.find_all(nodes.Concat), None):
            yield assigned.lineno, "`set` is for numbers and values, not for texts put together"
    yield from _loops(tree, 0)


def _loops(node: nodes.Node, depth: int) -> Iterator[tuple[int, str]]:
    for child in node.iter_child_nodes():
        deeper = depth + isinstance(child, nodes.For)
        if deeper > DEEPEST_LOOP:
            yield child.lineno, f"loops are at most {DEEPEST_LOOP} deep in a template"
        else:
            yield from _loops(child, deeper)


@lru_cache(maxsize=1024)
def _compiled(text: str) -> Template:
    sandbox = environment()
    for line, problem in too_wide(sandbox.parse(text)):
        raise TemplateError(f"line {line}: {problem}")
    return sandbox.from_string(text)


def render(name: str, text: str, values: Mapping[str, object]) -> str:
    """The template filled in. Raises MissingValue for an email's missing value, TemplateFailed for all else."""
    try:
        parts, length = [], 0
        for part in _compiled(text).generate(values):
            length += len(part)
            if length > LONGEST:
                raise TemplateFailed(f"Template {name} makes more than {LONGEST:,} characters. Shorten it.")
            parts.append(part)
    except (MissingValue, TemplateFailed):
        raise
    except (
        TemplateError,
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
    ) as error:
        kind = str(error) if isinstance(error, TemplateError) else type(error).__name__
        raise TemplateFailed(f"Template {name} can't be rendered ({_place_of(error)}{kind}). Mend it.") from None
    return _tidy("".join(parts))


def _place_of(error: Exception) -> str:
    """The line of the template that failed; the value that made it fail is the customer's, and not told."""
    lines = [line for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename == "<template>"]
    return f"line {lines[-1]}: " if lines else ""


def _tidy(text: str) -> str:
    """No trailing spaces, and no more than one empty line at a time: branches that were not taken leave no holes."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


class Fields(dict[str, object]):
    """The fields of one thing; one that it does not have is unknown (whether a name exists, `check` has seen)."""

    def __init__(self, fields: Mapping[str, object], name: str, unknown: type[Unknown]) -> None:
        super().__init__(fields)
        self._name, self._unknown = name, unknown

    def __missing__(self, key: str) -> Unknown:
        return self._unknown(name=f"{self._name}.{key}")


def plain(value: object, name: str, *, needed: bool = False, for_slack: bool = False) -> object:
    """A value as templates see it: None becomes an unknown that knows its name, a whole number has no decimals.

    Customers' words make no line of their own and, `for_slack`, nothing bold: a star, which marks that, is an operator.
    """
    unknown = Needed if needed else Unknown
    if value is None or value != value:
        return unknown(name=name)
    if isinstance(value, Mapping):
        fields = {
            key: plain(item, f"{name}.{key}" if name else str(key), needed=needed, for_slack=for_slack)
            for key, item in value.items()
        }
        return Fields(fields, name, unknown)
    if isinstance(value, list | tuple):
        return [plain(item, name, needed=needed, for_slack=for_slack) for item in value]
    if isinstance(value, str) and not _OURS.search(name):
        words = " ".join(filter(None, map(str.strip, _BREAK.split(value)))) if _BREAK.search(value) else value
        return words.replace("*", STAR) if for_slack else words
    return int(value) if isinstance(value, float) and value.is_integer() else value


@lru_cache(maxsize=1024)
def names_used(text: str) -> frozenset[str]:
    """The variables that a template speaks of; nothing else needs to be worked out for it."""
    return frozenset(meta.find_undeclared_variables(environment().parse(text)))


@lru_cache(maxsize=1024)
def members_used(text: str, variable: str) -> frozenset[str] | None:
    """What a template speaks of in a variable, each by its name, as `scores.health`; None: of any, for all it says."""
    tree = environment().parse(text)
    gets: list[tuple[nodes.Expr, object]] = [(one.node, one.attr) for one in tree.find_all(nodes.Getattr)]
    gets += [(one.node, getattr(one.arg, "value", None)) for one in tree.find_all(nodes.Getitem)]
    members = [member for of, member in gets if isinstance(of, nodes.Name) and of.name == variable]
    found = frozenset(member for member in members if isinstance(member, str) and not hasattr(dict, member))
    spoken = sum(node.name == variable for node in tree.find_all(nodes.Name))
    return found if len(members) == spoken and found.issuperset(members) else None
