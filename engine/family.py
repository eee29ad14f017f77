"""Who is whose parent in; the parents in the order in which they rest on their children, and circles, out."""

from collections.abc import Iterator, Mapping


def above_children(parent_of: Mapping[str, str]) -> list[list[str]]:
    """The ids that are somebody's parent: first those of whose children none is a parent, then those above these.

    Those that are parents of each other in a circle, and whoever is above them, come last and together.
    """
    children: dict[str, set[str]] = {}
    for child, parent in parent_of.items():
        children.setdefault(parent, set()).add(child)
    left, found = dict(children), list[list[str]]()
    while left:
        ready = [parent for parent, of in left.items() if not of & left.keys()] or list(left)
        found.append(sorted(ready))
        for parent in ready:
            del left[parent]
    return found


def circles_made(before: Mapping[str, str], said: Mapping[str, str | None]) -> dict[str, tuple[str, ...]]:
    """Of the parents that are `said` anew, those that can't be, each with its circle: the id, its parent, that one's ….

    All that is said counts together: a family may be turned round. Where what is said of some can't be, what was
    before stays of these; what makes a circle with that can't be, either.
    """
    left = {id_: parent for id_, parent in said.items() if parent != before.get(id_)}
    found = dict[str, tuple[str, ...]]()
    while True:
        parent_of = {child: parent for child, parent in {**before, **left}.items() if parent is not None}
        made = {id_: circle for circle in _circles(parent_of) for id_ in circle if id_ in left}
        if not made:
            return found
        for id_, circle in made.items():
            place = circle.index(id_)
            found[id_] = (*circle[place:], *circle[:place])
            del left[id_]


def _circles(parent_of: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Each once: its ids from child to parent."""
    passed: set[str] = set()
    for start in parent_of:
        way: dict[str, None] = {}
        id_: str | None = start
        while id_ is not None and id_ not in passed:
            passed.add(id_)
            way[id_] = None
            id_ = parent_of.get(id_)
        if id_ in way:
            ids = tuple(way)
            yield ids[ids.index(id_) :]
