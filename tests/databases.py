"""`python -m tests.databases [--full]`: all tests; fails unless as many ran on SQLite as on PostgreSQL."""

import os
import re
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
MEMORY = Path("/dev/shm")
ROOM = 4 * 1024**3
"""Bytes that all tests together may need at a time."""


def main(arguments: list[str]) -> int:
    # As if by Ctrl-C: what lies in memory goes.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="pulsebook-tests-", dir=_memory()) as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        # Whoever is through takes from what the other has left, so that the longest tests don't end alone.
        return int(pytest.main([str(TESTS), "--both", "-n", "3", "--dist", "worksteal", *arguments]))


def _memory() -> Path | None:
    """A file system in memory, where there is one with room: to write a thousand databases to a disk and throw them
    away takes longer than all else that tests do."""
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return None
    available = re.search(r"^MemAvailable: +(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    has_room = available is not None and int(available[1]) * 1024 > 2 * ROOM
    return MEMORY if has_room and shutil.disk_usage(MEMORY).free > ROOM else None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
