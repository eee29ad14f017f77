"""A folder in; the databases that measurements run on, opened when they are first asked for, out."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from bench.databases import KINDS, Databases, databases


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

    def each(self, make: Callable[[Databases], object]) -> Iterator[Databases]:
        """All kinds, one after the other, once `make` has made what is needed of all of them, side by side."""
        kinds = [self.on(kind) for kind in KINDS]
        with ThreadPoolExecutor() as pool:
            for _ in pool.map(make, kinds):
                pass
        return iter(kinds)

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
