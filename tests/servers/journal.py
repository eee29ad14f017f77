"""Requests in; one fsynced JSON line each, and the faults that a script asks for, out."""

import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

Entry = Mapping[str, object]


class Journal:
    """Append-only; a line is on the disk before `write` returns, so before any reply. `n` counts from 1."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self._n = 0

    def write(self, **entry: object) -> None:
        with self._lock:
            self._n += 1
            self._file.write(json.dumps({"n": self._n, "time": time.time(), **entry}) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())


class Script:
    """What goes wrong: a JSON list of `{"n": 3, "do": "…"}`; without `n` each time.

    `n` counts what `key` names (an HTTP method, or connections) since the file was last put in place.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._faults: list[dict[str, object]] = []
        self._counts: Counter[str] = Counter()

    def next(self, key: str, default: str) -> str:
        """The fault for the next `key`; an entry that names no method is about `default`. "" is none."""
        with self._lock:
            self._reread()
            self._counts[key] += 1
            for fault in self._faults:
                if fault.get("method", default) == key and fault.get("n", self._counts[key]) == self._counts[key]:
                    return str(fault["do"])
            return ""

    def _reread(self) -> None:
        if self._path is None or not self._path.exists():
            return
        status = self._path.stat()
        if self._seen != (status.st_ino, status.st_mtime_ns):
            self._seen = (status.st_ino, status.st_mtime_ns)
            self._faults = json.loads(self._path.read_text())
            self._counts.clear()


def end_with_parent() -> None:
    """Blocks until standard input closes, as it does when whoever started this process is gone; then ends it."""
    sys.stdin.read()
    os._exit(0)
