"""A folder in; the command `worker` itself, with short leases and patience, marks of its transactions, and halts.

`python -m tests.killing.worker FOLDER MARKS` writes one byte a moment into the file MARKS: OPENED and CLOSED for each
writing transaction, HALTED where it stands still, to be killed. A line `HALT N` on standard input says where: after
the Nth of those moments from then on. When standard input ends, so does the process.
"""

import os
import sys
import threading
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Pool, event

from engine.cli.running import worker
from engine.dispatch import receiving
from engine.loops import delivering, lots

OPENED, CLOSED, HALTED = b"o", b"c", b"h"
LEASE = timedelta(seconds=8)
"""Long enough that no machine, however busy, takes a third of it between a claim and the sending."""


class Halt(StrEnum):
    """A sort of moment."""

    STATEMENT = "statement"
    """A statement of a writing transaction was executed, or all were and the commit is next."""
    CLAIMED = "claimed"
    """A message was claimed, that was committed, and nothing was done about it yet."""
    SETTLING = "settling"
    """What came of a try was written into its row, and is not committed yet."""


class Watch:
    """Sees every statement of this process."""

    def __init__(self, marks: Path) -> None:
        self._file = os.open(marks, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._halt: tuple[Halt, int] | None = None
        self._lock = threading.Lock()
        event.listen(Engine, "after_cursor_execute", self._executed)
        event.listen(Engine, "commit", self._commits)
        event.listen(Pool, "checkin", self._checked_in)

    def obey(self) -> None:
        """Reads where to halt, for as long as whoever started this process is there."""
        for line in sys.stdin:
            halt, _, count = line.partition(" ")
            with self._lock:
                self._halt = Halt(halt), int(count)
        os._exit(0)

    def _executed(self, connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if not connection.get_execution_options().get("writes"):
            return
        if not connection.info.get("is_open"):
            connection.info["is_open"] = True
            os.write(self._file, OPENED)
        self._reach(Halt.STATEMENT)
        if not statement.startswith("UPDATE delivery SET"):
            return
        if "settled_at" in statement:
            self._reach(Halt.SETTLING)
        elif "claimed_until" in statement:
            connection.info["is_claim"] = True

    def _commits(self, connection: Connection) -> None:
        if connection.info.get("is_open"):
            self._reach(Halt.STATEMENT)

    def _checked_in(self, _connection: object, record: Any) -> None:
        if record.info.pop("is_open", False):
            os.write(self._file, CLOSED)
        if record.info.pop("is_claim", False):
            self._reach(Halt.CLAIMED)

    def _reach(self, halt: Halt) -> None:
        with self._lock:
            if self._halt is None or self._halt[0] is not halt:
                return
            left = self._halt[1] - 1
            self._halt = (halt, left) if left else None
        if not left:
            os.write(self._file, HALTED)
            threading.Event().wait()


def main() -> None:
    folder, marks = map(Path, sys.argv[1:])
    receiving.HEARTBEAT, receiving.SILENT, receiving.SEARCH = 0.5, 3.0, 1.0
    delivering.LEASES = dict.fromkeys(delivering.LEASES, LEASE)
    lots.LEASE = LEASE
    threading.Thread(target=Watch(marks).obey, daemon=True).start()
    worker(folder)


if __name__ == "__main__":
    main()
