"""What stands in a file, with the place of every key and value; and where a path through it leads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

DEEPEST = 50
"""Levels of a file; more are no workspace, and could exhaust the reader."""

Place = tuple[int, int]
"""Line and column, from 1."""
Path = tuple[str | int, ...]
"""Keys of mappings and places in lists (from 0)."""


@dataclass(frozen=True, slots=True)
class Node:
    """A scalar, a list of nodes or a mapping to nodes.

    `at` is where it begins; a list or mapping that stands under a key, and a blank, are where their key is.
    """

    value: object
    at: Place
    keys: Mapping[str, Place] = field(default_factory=dict)
    """Of a mapping: where each key stands."""
    is_whole: bool = True
    """False where something in it could not be read, which has been told."""
    twice: frozenset[str] = frozenset()
    """Of a mapping: the keys that stood in it more than once; only the first is kept, and one with more in it than a
    text is not whole."""

    @property
    def entries(self) -> Mapping[str, "Node"]:
        """The entries of a mapping; none where it is something else."""
        return self.value if isinstance(self.value, Mapping) else {}

    @property
    def items(self) -> Sequence["Node"]:
        """The items of a list; none where it is something else."""
        return self.value if isinstance(self.value, tuple) else ()

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.value, Mapping)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, tuple)

    def plain(self) -> object:
        """The same without places: dicts, lists and scalars."""
        if self.is_mapping:
            return {key: node.plain() for key, node in self.entries.items()}
        return [node.plain() for node in self.items] if self.is_list else self.value

    def unread(self) -> Iterator[Path]:
        """Where something could not be read, as far inside as that can be told."""
        if self.is_whole:
            return
        steps: list[tuple[str | int, Node]] = [*self.entries.items(), *enumerate(self.items)]
        inside: list[Path] = [(step, *path) for step, inner in steps for path in inner.unread()]
        yield from inside or [()]

    def child(self, step: str | int) -> "Node | None":
        if self.is_mapping:
            return self.entries.get(str(step))
        inside = isinstance(step, int) and 0 <= step < len(self.items)
        return self.items[step] if inside and isinstance(step, int) else None

    def path_of(self, location: Sequence[str | int]) -> Path:
        """The steps of a location that lead somewhere; the others name forms, or keys that are not there."""
        node, path = self, []
        for step in location:
            found = node.child(step)
            if found is not None:
                node = found
                path.append(step)
        return tuple(path)

    def find(self, path: Path) -> "Node":
        """The node that a path leads to, as far as it leads."""
        node = self
        for step in path:
            node = node.child(step) or node
        return node

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Where the value at a path stands, or with `key` the last key of it."""
        if key and path:
            return self.find(path[:-1]).keys.get(str(path[-1]), self.find(path).at)
        return self.find(path).at


def text_of(node: "Node | None") -> str | None:
    """The text of a scalar; None for anything else."""
    return node.value if node is not None and isinstance(node.value, str) else None


def under_key(node: Node, at: Place) -> Node:
    """The node as the value of a key at a place."""
    return node if isinstance(node.value, str | bool) else replace(node, at=at)
