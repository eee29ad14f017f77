"""An entry of a file and a path below it in; the Problem that is there, out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from engine.errors import Problem, Severity
from engine.workspace.nodes import Node, Path

MOST_NAMED = 12
"""Names in a list of what there is; more are no help."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in an entry. `subject` is the entry as a message begins: `rule 'fell-into-red'`."""

    file: str
    node: Node
    subject: str
    path: Path = ()

    def at(self, *steps: str | int) -> "Spot":
        """The place further inside."""
        return replace(self, path=(*self.path, *steps))

    def says(self, message: str, remedy: str, *, key: bool = False, severity: Severity = Severity.ERROR) -> Problem:
        """A problem here, its message beginning with the subject; with `key` at the key, not its value."""
        line, column = self.node.place(self.path, key=key)
        return Problem(self.file, line, f"{self.subject}{message}", remedy, severity, column)

    def warns(self, message: str, remedy: str, *, key: bool = False) -> Problem:
        return self.says(message, remedy, key=key, severity=Severity.WARNING)

    @property
    def line(self) -> int:
        return self.node.place(self.path)[0]


def suggestion(name: str, choices: Iterable[str], otherwise: str, listed: str = "There are") -> str:
    """What to do about an unknown name: the nearest, else a list of all, else what else to do."""
    there = sorted(set(choices))
    near = get_close_matches(name, there, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    if not there:
        return otherwise
    more = f" and {len(there) - MOST_NAMED} more" if len(there) > MOST_NAMED else ""
    return f"{listed}: {', '.join(there[:MOST_NAMED])}{more}."


def split_remedy(said: str, otherwise: str) -> tuple[str, str]:
    """What is wrong and what to do, of a text that says both with a `;` between them."""
    wrong, semicolon, remedy = said.rpartition("; ")
    if not semicolon:
        return said, otherwise
    return wrong, f"{remedy[:1].upper()}{remedy[1:]}."


def kind_with_article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
