"""A folder in; the databases that measurements run on, opened when they are first asked for, out."""

from contextlib import ExitStack
from pathlib import Path

from bench.databases import Databases, databases


class Bench:
    """A context: on leaving it the server is stopped."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: dict[str, Databases] = {}
        self._stack = ExitStack()

    def on(self, kind: str) -> Databases:
        if kind not in self._open:
            self._open[kind] = self._stack.enter_context(databases(kind, self.folder))
        return self._open[kind]

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
