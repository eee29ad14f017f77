"""A node of a file and where it has mistakes in; the node without them, so that the rest of it is checked too, out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final

from engine.language.base import parse_number
from engine.workspace.nodes import Node, Path, Place, text_of

_STAND_INS: Final[Mapping[tuple[str, ...], object]] = {
    ("bands",): [{"band": "any", "from": "0"}],
    ("curve",): [["0", "0"], ["1", "100"]],
    ("points",): {"1": "< 1", "5": "else"},
    ("points", "over"): "1d",
    ("adjust", "by"): "-1",
    ("soften", "by"): "50%",
    ("cap", "at_most"): "50",
    ("to",): "owner",
}
"""What stands in for a value that has a mistake or is missing, by the last keys that lead to it; without it its entry
could not be read at all."""
_RESTS_ON: Final[Mapping[str | int, tuple[str, ...]]] = {"groups": ("groups", "measures"), "measures": ("groups",)}
"""What is judged of an entry as a whole, by the key where its mistake is: the keys under which what it rests on stands;
else that key alone."""


class Pruned:
    """An entry's node, of which every key and item goes that has a mistake."""

    def __init__(self, node: Node) -> None:
        self.node = self._whole = node
        self._touched: dict[int, Node] = {}
        """By identity: the mappings and lists in which something is not as it was."""
        self._poorer: dict[int, Node] = {}
        """Those of them out of which a known key or an item went."""
        self._standing_in: dict[int, Node] = {}

    def explains(self, path: Path, judged: Path) -> bool:
        """Whether what is wrong there may be so because something went. `judged`: what was looked at as a whole."""
        if path and not judged:
            return any(self._has_less(key) for key in _RESTS_ON.get(path[0], (str(path[0]),)))
        places = (path, path[:-1]) if judged == path else (judged,)
        is_touched = any(id(self.node.find(place)) in self._touched for place in places)
        return is_touched or self._is_poorer(self.node.find(judged))

    def _has_less(self, key: str) -> bool:
        was, is_now = self._whole.child(key), self.node.child(key)
        return was is not None and (is_now is None or self._is_poorer(is_now))

    def _is_poorer(self, node: Node) -> bool:
        inside = (*node.entries.values(), *node.items)
        return id(node) in self._poorer or any(self._is_poorer(inner) for inner in inside)

    def take_out(self, paths: Iterable[Path], unknown_keys: Collection[Path] = ()) -> bool:
        """Takes out what the paths lead to, or what can't be without it; False where that is the entry itself.

        A path whose last key is not there says that it is missing. Of `unknown_keys` nobody else speaks.
        """
        targets = {self._target(path): path in unknown_keys for path in paths}
        # The last items of a list first, so that the others keep their places.
        for path in sorted((path for path in targets if path), key=_backwards, reverse=True):
            self.node = self._changed(self.node, path, path, is_known=not targets[path])
        return () not in targets

    def _target(self, path: Path) -> Path:
        if not path:
            return ()
        above, last = self.node.find(path[:-1]), path[-1]
        is_missing = above.child(last) is None
        return path[:-1] if is_missing and self._stand_in(path, above) is None else path

    def _changed(self, node: Node, path: Path, whole: Path, *, is_known: bool) -> Node:
        step, *rest = path
        child = node.child(step)
        went = False
        if rest and child is not None:
            changed = _with(node, step, self._changed(child, tuple(rest), whole, is_known=is_known))
        else:
            # What stands in may have a mistake in its turn: then it goes.
            made = None if id(child) in self._standing_in else self._stand_in(whole, node)
            changed = _without(node, step) if made is None else _with(node, step, made)
            went = made is None and is_known
            if made is not None:
                self._standing_in[id(made)] = made
        if not rest or id(node) in self._touched:
            self._touched[id(changed)] = changed
        if went or id(node) in self._poorer:
            self._poorer[id(changed)] = changed
        return changed

    def _stand_in(self, path: Path, above: Node) -> Node | None:
        keys = tuple(step for step in path if isinstance(step, str))
        at = above.at
        if isinstance(path[-1], int):
            return None
        if keys[-2:-1] == ("groups",) and not _is_number(above.child(keys[-1])):
            return Node("1", at)
        if keys[-1:] == ("group",) and (groups := self.node.child("groups")) is not None and groups.entries:
            return Node(next(iter(groups.entries)), at)
        if keys[-1:] == ("step",):
            return Node(f"step-{at[0]}-{at[1]}", at)
        said = next((said for ends, said in _STAND_INS.items() if keys[-len(ends) :] == ends), None)
        return None if said is None else _node(said, at)


def _is_number(node: Node | None) -> bool:
    try:
        parse_number(text_of(node))
    except ValueError:
        return False
    return True


def _backwards(path: Path) -> list[tuple[bool, int, str]]:
    """Orders paths, keys and places in lists among each other."""
    return [(isinstance(step, str), step if isinstance(step, int) else 0, str(step)) for step in path]


def _with(node: Node, step: str | int, child: Node) -> Node:
    if node.is_mapping:
        return replace(node, value={**node.entries, str(step): child})
    return replace(node, value=tuple(child if place == step else item for place, item in enumerate(node.items)))


def _without(node: Node, step: str | int) -> Node:
    if node.is_mapping:
        return replace(node, value={key: inner for key, inner in node.entries.items() if key != str(step)})
    return replace(node, value=tuple(item for place, item in enumerate(node.items) if place != step))


def _node(said: object, at: Place) -> Node:
    """What stands in, as if it stood there."""
    if isinstance(said, dict):
        return Node({key: _node(inner, at) for key, inner in said.items()}, at)
    return Node(tuple(_node(inner, at) for inner in said) if isinstance(said, list) else said, at)
