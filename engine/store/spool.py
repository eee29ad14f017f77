"""Values in, each on a lane; the same values out, lane by lane, few of them in memory at once."""

import pickle
from collections import defaultdict
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO, Any, Self


class Spool:
    """Values by lane, and back lane by lane, each in the order in which they came. The first one stays in memory.

    The others lie in a file without a name, which nobody else can open and which goes with the process.
    """

    def __init__(self) -> None:
        self._first: tuple[int, Any] | None = None
        self._file: IO[bytes] | None = None
        self._kept: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def put(self, lane: int, value: object) -> None:
        if self._first is None:
            self._first = (lane, value)
            return
        if self._file is None:
            self._file = TemporaryFile()  # noqa: SIM115 it is closed with the spool
        said = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        self._file.seek(self._end)
        self._file.write(said)
        self._kept[lane].append((self._end, len(said)))
        self._end += len(said)

    def of(self, lane: int) -> Iterator[Any]:
        if self._first is not None and self._first[0] == lane:
            yield self._first[1]
        if self._file is None:
            return
        for start, length in self._kept.get(lane, ()):
            self._file.seek(start)
            yield pickle.loads(self._file.read(length))  # noqa: S301 what this process wrote itself

    def lanes(self) -> list[int]:
        return sorted({*self._kept, *(self._first or ())[:1]})
