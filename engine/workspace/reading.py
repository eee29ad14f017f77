"""A node of a file and a pydantic model in; the model's value, or every mistake in our own words, out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from engine.conditions.condition import SUBJECTS
from engine.errors import Problem
from engine.language.base import Mistake, written
from engine.language.measures import KINDS
from engine.language.playbooks import STEP_KINDS
from engine.workspace.nodes import Path
from engine.workspace.pruning import Pruned
from engine.workspace.shapes import keys_of, model_at, rival_of, said_of
from engine.workspace.spots import Spot, split_remedy, suggestion

T = TypeVar("T")

NOT_YET = frozenset({"holdout", "webhook", "crm"})
"""Keys of the language that this version does not know yet."""

MOST_CUTS = 10
_CHOICES = {"no_condition": SUBJECTS, "no_measure": tuple(KINDS), "no_step": STEP_KINDS}
_MISSING_FORM = {"no_condition": "condition", "no_measure": "measure", "no_step": "step"}
_MAPPING, _LIST, _ELSE = (
    ("a mapping", "{key: value}"),
    ("a list", "[one, another]"),
    ("something else", "another value"),
)
_WANTED = {
    "string_type": ("a text", "a text"),
    "bool_type": ("true or false", "true or false, without quotes"),
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "tuple_type": _LIST,
    "list_type": _LIST,
}
"""What a kind of error says is wanted, and how that is written."""


class Form(Generic[T]):
    """What an entry is read as. `name` begins messages where the entry has no name of its own."""

    def __init__(self, shape: object, name: str) -> None:
        self.shape = shape
        self.name = name
        self._adapter: TypeAdapter[T] | None = None

    def read(self, spot: Spot) -> tuple[T | None, tuple[Problem, ...]]:
        """The entry's value, or its problems."""
        value, findings = self._validated(spot, spot.node.plain())
        return value, tuple(_problems(findings))

    def read_partly(self, spot: Spot) -> tuple[T | None, Spot, tuple[Problem, ...]]:
        """Of an entry that has problems: its value without what has them, where that is one, so that the rest of it is
        checked too; where that stands; and the further problems that are seen only now."""
        pruned, problems = Pruned(spot.node), list[Problem]()
        if not pruned.take_out(spot.node.unread()):
            return None, spot, ()
        for _ in range(MOST_CUTS):
            left = replace(spot, node=pruned.node)
            value, findings = self._validated(left, left.node.plain())
            if not findings:
                return value, left, tuple(problems)
            if pruned.node is not spot.node:
                problems += _problems([found for found in findings if not _is_explained(found, pruned)])
            paths = {found.path for found in findings}
            innermost = (path for path in paths if not any(_holds(path, other) for other in paths - {path}))
            if not pruned.take_out(innermost, {found.path for found in findings if found.is_unknown_key}):
                break
        return None, spot, tuple(problems)

    def _validated(self, spot: Spot, plain: object) -> tuple[T | None, Sequence["_Finding"]]:
        if self._adapter is None:
            self._adapter = TypeAdapter(cast(type[T], self.shape))
        try:
            return self._adapter.validate_python(plain), ()
        except ValidationError as error:
            return None, [_finding(spot, self.shape, detail) for detail in error.errors(include_url=False)]


def _is_explained(finding: "_Finding", pruned: Pruned) -> bool:
    """Whether it may be a mistake only because others were taken out; an unknown key is unknown beside any."""
    judged = finding.judged if finding.kind == "value_error" else finding.path
    return not finding.is_unknown_key and pruned.explains(finding.path, judged)


def _holds(outer: Path, path: Path) -> bool:
    return path[: len(outer)] == outer


@dataclass(frozen=True, slots=True)
class _Finding:
    """One of pydantic's errors, placed in the node."""

    spot: Spot
    """At the offending value; of a key that is missing: at the entry that lacks it."""
    kind: str
    path: Path
    """With the missing key."""
    judged: Path
    """What was looked at as a whole when it was found."""
    detail: ErrorDetails
    shape: object

    @property
    def input(self) -> object:
        return self.detail["input"]

    @property
    def is_unknown_key(self) -> bool:
        return self.kind == "extra_forbidden"

    @property
    def entry(self) -> Path:
        """Where the mapping with an unknown key stands, or what has no form."""
        return self.path[:-1] if self.is_unknown_key else self.path

    @property
    def not_yet(self) -> str | None:
        """The key that is not supported yet, if this is why."""
        if self.is_unknown_key:
            return str(self.path[-1]) if self.path[-1] in NOT_YET else None
        keys = self.input if self.kind in _CHOICES and isinstance(self.input, dict) else {}
        return next((key for key in keys if key in NOT_YET), None)


def _finding(spot: Spot, shape: object, detail: ErrorDetails) -> _Finding:
    location, missing = detail["loc"], detail["type"] == "missing"
    path = judged = spot.node.path_of(location[:-1] if missing else location)
    error = detail.get("ctx", {}).get("error")
    lacks = location[-1] if missing else None
    if isinstance(error, Mistake):
        path, lacks = (*path, *spot.node.find(path).path_of(error.path)), error.lacks
    place = path if lacks is None else (*path, lacks)
    return _Finding(spot.at(*path), detail["type"], place, judged, detail, shape)


def _problems(findings: Sequence[_Finding]) -> Iterator[Problem]:
    said: set[Path] = set()
    for finding in findings:
        same = [other for other in findings if other.path == finding.path]
        if finding.path in said or _is_consequence(finding, findings):
            continue
        said.add(finding.path)
        best = next((other for other in same if other.kind == "value_error"), finding)
        yield _problem(best, same)


def _is_consequence(finding: _Finding, findings: Sequence[_Finding]) -> bool:
    """Of an alternative that another finding, further inside, rules out; or beside something not supported yet."""
    length = len(finding.path)
    if any(len(other.path) > length and other.path[:length] == finding.path for other in findings):
        return finding.not_yet is None
    later = [other.entry for other in findings if other.not_yet and other is not finding]
    return finding.not_yet is None and any(entry and finding.path[: len(entry)] == entry for entry in later)


def _problem(finding: _Finding, same: Sequence[_Finding]) -> Problem:
    spot = finding.spot
    if finding.not_yet:
        steps = () if finding.is_unknown_key else (finding.not_yet,)
        return spot.at(*steps).says(f": `{finding.not_yet}` is not supported yet", "Remove it for now.", key=True)
    if finding.is_unknown_key:
        return _unknown_key(finding)
    if finding.kind == "missing":
        return _missing_key(finding)
    if finding.input is None:
        return spot.says(f"{_where(spot.path)}: nothing is said", "Give it a value, or delete it.", key=True)
    message, remedy = _SAYS.get(finding.kind, _says_wanted)(finding, same)
    return spot.says(f"{_where(spot.path)}: {message}", remedy)


def _where(path: Path) -> str:
    keys = ".".join(step for step in path if isinstance(step, str))
    return f", {keys}" if keys else ""


def _unknown_key(finding: _Finding) -> Problem:
    spot, key = finding.spot, str(finding.path[-1])
    model = model_at(finding.shape, finding.detail["loc"][:-1])
    entry = spot.node.find(finding.path[:-1])
    if model and (rival := rival_of(model, key, entry)):
        other, remedy = rival
        return spot.says(f"{_where(finding.path[:-1])}: {key!r} does not go with {other!r}", remedy, key=True)
    keys = [other for other in keys_of(model, entry) if other != key] if model else ()
    near = suggestion(key, keys, "Delete it.", "Keys")
    remedy = f"{near} Keys: {', '.join(keys)}." if near.startswith("Did") else near
    under = _where(finding.path[:-1]).replace(", ", " under ", 1)
    return spot.says(f" has an unknown key {key!r}{under}", remedy, key=True)


def _missing_key(finding: _Finding) -> Problem:
    spot, key = finding.spot, finding.path[-1]
    where = _where(spot.path)
    if isinstance(key, int):
        return spot.says(f"{where}: an entry is missing", "Add one.")
    model = model_at(finding.shape, finding.detail["loc"][:-1])
    said = said_of(model, key) if model else None
    lacks = f" lacks {key!r}" if not where else f"{where}: {key!r} is missing"
    meaning = f" ({said[0].lower()}{said[1:].rstrip('.')})" if said else ""
    return spot.says(lacks, f"Add `{key}: …`{meaning}.")


def _says_value_error(finding: _Finding, _same: Sequence[_Finding]) -> tuple[str, str]:
    error = finding.detail.get("ctx", {}).get("error")
    return split_remedy(str(error), "Mend the value.")


def _says_no_form(finding: _Finding, _same: Sequence[_Finding]) -> tuple[str, str]:
    wanted, choices = _MISSING_FORM[finding.kind], _CHOICES[finding.kind]
    listed = f"Name one of: {', '.join(choices)}."
    if not isinstance(finding.input, dict):
        return f"a {wanted} is wanted, not {_shown(finding.input)}", listed
    keys = [str(key) for key in finding.input]
    near = (suggestion(key, choices, "") for key in keys)
    said = ", ".join(repr(key) for key in keys) or "no key"
    return f"{said} tells no {wanted}", next((found for found in near if found.startswith("Did")), listed)


def _says_literal(finding: _Finding, _same: Sequence[_Finding]) -> tuple[str, str]:
    expected = cast(str, finding.detail.get("ctx", {}).get("expected", ""))
    choices = [choice.strip("' ") for choice in expected.replace(" or ", ", ").split(",")]
    return f"{_shown(finding.input)} is no choice", suggestion(str(finding.input), choices, "Mend it.", "Choose one of")


def _says_too_short(_finding: _Finding, _same: Sequence[_Finding]) -> tuple[str, str]:
    return "it is empty", "Give at least one entry."


def _says_too_long(finding: _Finding, _same: Sequence[_Finding]) -> tuple[str, str]:
    most = finding.detail.get("ctx", {}).get("max_length")
    return f"there are more than {most} entries", f"Leave {most}."


def _says_limit(finding: _Finding, _same: Sequence[_Finding]) -> tuple[str, str]:
    context = finding.detail.get("ctx", {})
    least = context.get("ge")
    limit = f"at least {written(least)}" if least is not None else f"at most {written(context.get('le', 0))}"
    return f"{_shown(finding.input)} is out of bounds", f"Write {limit}."


def _says_wanted(finding: _Finding, same: Sequence[_Finding]) -> tuple[str, str]:
    kinds = dict.fromkeys(_WANTED.get(other.kind, _ELSE) for other in same)
    wanted, example = zip(*kinds, strict=True)
    return f"{' or '.join(wanted)} is wanted, not {_shown(finding.input)}", f"Write {' or '.join(example)}."


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else repr(value)


_SAYS: dict[str, Callable[[_Finding, Sequence[_Finding]], tuple[str, str]]] = {
    "value_error": _says_value_error,
    "no_condition": _says_no_form,
    "no_measure": _says_no_form,
    "no_step": _says_no_form,
    "literal_error": _says_literal,
    "too_short": _says_too_short,
    "too_long": _says_too_long,
    "greater_than_equal": _says_limit,
    "less_than_equal": _says_limit,
}
