"""The text of a TOML file in; its nodes, with the places of keys as far as they are plainly written, out."""

import re
import tomllib
from collections.abc import Mapping

from engine.errors import Problem
from engine.workspace.nodes import DEEPEST, Node, Path, Place

_HEADER = re.compile(r"\s*\[\[?\s*(?P<name>[^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"(?P<indent>\s*)(?P<name>[A-Za-z0-9_\-.\"']+)\s*=")
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_toml(file: str, text: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The node of a file, or the one problem that makes it unreadable."""
    try:
        return _node(tomllib.loads(text), (), _places(text), (1, 1)), ()
    except ValueError as error:
        return None, (_unreadable(file, text, str(error)),)
    except RecursionError:
        return None, (Problem(file, 1, f"more than {DEEPEST} levels lie inside each other", "Write it flatter."),)


def _unreadable(file: str, text: str, said: str) -> Problem:
    found = _AT.search(said)
    line, column = (found.group(1), found.group(2)) if found and found.group(1) else (str(text.count("\n") + 1), "0")
    what = _AT.sub("", said)
    message = f"this is not TOML: {what[:1].lower()}{what[1:]}"
    # The words of `tomllib` for a key, or a section, that stands twice.
    is_twice = "overwrite" in what or "twice" in what
    remedy = "It stands twice: delete one." if is_twice else "Write `key = value`, texts in double quotes."
    return Problem(file, int(line), message, remedy, column=int(column))


def _places(text: str) -> Mapping[Path, Place]:
    found: dict[Path, Place] = {}
    section: Path = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            section = _parts(header.group("name"))
            found.setdefault(section, (number, 1))
        elif key:
            found.setdefault((*section, *_parts(key.group("name"))), (number, len(key.group("indent")) + 1))
    return found


def _parts(name: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in name.split("."))


def _node(value: object, path: Path, places: Mapping[Path, Place], near: Place) -> Node:
    if len(path) > DEEPEST:
        raise RecursionError
    at = places.get(path, near)
    if isinstance(value, dict):
        entries = {key: _node(inner, (*path, key), places, at) for key, inner in value.items()}
        return Node(entries, at, {key: node.at for key, node in entries.items()})
    if isinstance(value, list):
        return Node(tuple(_node(inner, (*path, place), places, at) for place, inner in enumerate(value)), at)
    return Node(value, at)
