"""A file of rules, a playbook or a score in; the same with one threshold a step off, or one rule never true, out."""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml

NEVER = {"account": {"id": "nobody of that name"}}
BANDED = ("band", "enters", "falls_to", "rises_to", "leaves")
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(%|m|h|d| business days?)?", re.ASCII)

Path = tuple[str | int, ...]
Bands = Mapping[str, tuple[str, ...]]
"""Score to its bands, lowest first."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one file: `text` takes the place of `file`."""

    owner: str
    """The rule, playbook or score it is in."""
    path: str
    before: str
    after: str
    file: str
    text: str

    def __str__(self) -> str:
        return f"{self.owner}: {self.path} {self.before} -> {self.after}"


def mutants_of_rules(file: str, text: str, bands: Bands) -> Iterator[Mutant]:
    """Each threshold of each rule a step down and a step up, each band named one beside; each rule never true."""
    rules = yaml.safe_load(text)
    for place, rule in enumerate(rules):
        changed = deepcopy(rules)
        changed[place]["when"] = {"all": [NEVER, rule["when"]]}
        yield Mutant(rule["rule"], "when", "as it is", "never", file, _dumped(changed))
        for path, before, after in _steps(rule, bands):
            changed = _with(rules, (place, *path), after)
            yield Mutant(rule["rule"], _spelled(path), str(before), str(after), file, _dumped(changed))


def mutants_of_playbook(file: str, text: str, left_out: tuple[str, ...]) -> Iterator[Mutant]:
    """Each threshold of a playbook a step down and a step up, but for those under the keys `left_out`."""
    playbook = yaml.safe_load(text)
    for path, before, after in _steps(playbook, {}):
        if path[0] not in left_out:
            changed = _with(playbook, path, after)
            yield Mutant(playbook["playbook"], _spelled(path), str(before), str(after), file, _dumped(changed))


def mutants_of_score(file: str, text: str) -> Iterator[Mutant]:
    """Each band with its begin a step down and a step up."""
    score = yaml.safe_load(text)
    for place, band in enumerate(score["bands"]):
        for after in stepped(band["from"]):
            path = ("bands", place, "from")
            changed = _dumped(_with(score, path, after))
            yield Mutant(score["score"], _spelled(path), str(band["from"]), str(after), file, changed)


def stepped(value: object) -> tuple[Any, ...]:
    """A number, share or duration a step down and a step up; nothing for anything else.

    A step is one unit: a point, an event, a percent, a day; of a decimal number one in its last place.
    """
    found = None if isinstance(value, bool) else _NUMBER.fullmatch(str(value))
    if found is None:
        return ()
    number, unit = Decimal(found[1]), found[2] or ""
    exponent = number.as_tuple().exponent
    step = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    moved = (number - step, number + step)
    if isinstance(value, str):
        return tuple(f"{one}{unit}" for one in moved)
    return tuple(int(one) if isinstance(value, int) else float(one) for one in moved)


def _steps(value: object, bands: Bands, path: Path = ()) -> Iterator[tuple[Path, object, object]]:
    """(Where, what stands there, what could stand there instead), in the order of the file."""
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from _steps(item, bands, (*path, place))
        return
    if not isinstance(value, dict):
        yield from ((path, value, after) for after in stepped(value))
        return
    for key, item in value.items():
        if key in BANDED and isinstance(item, str):
            yield from (((*path, key), item, beside) for beside in _beside(bands[value["score"]], item))
        else:
            yield from _steps(item, bands, (*path, key))


def _beside(bands: tuple[str, ...], band: str) -> tuple[str, ...]:
    place = bands.index(band)
    return (*bands[max(place - 1, 0) : place], *bands[place + 1 : place + 2])


def _with(whole: Any, path: Path, value: object) -> object:
    changed = deepcopy(whole)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


def _spelled(path: Path) -> str:
    return ".".join(str(key) for key in path)


def _dumped(entries: object) -> str:
    """As JSON, which is YAML too: nothing is read otherwise than it was written."""
    return json.dumps(entries, default=str, indent=1)
