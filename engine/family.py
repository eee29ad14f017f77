"""Who is whose parent in; the parents in the order in which they rest on their children out."""

from collections.abc import Mapping


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
