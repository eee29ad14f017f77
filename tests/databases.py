"""`python -m tests.databases [--full]`: all tests; fails unless as many ran on SQLite as on PostgreSQL."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
MEMORY = Path("/dev/shm")
ROOM = 4 * 1024**3
"""Bytes that all tests together may need at a time."""


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="pulsebook-tests-", dir=_memory()) as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        # Whoever is through takes from what the other has left, so that the longest tests don't end alone.
        return int(pytest.main([str(TESTS), "--both", "-n", "3", "--dist", "worksteal", *arguments]))


def _memory() -> Path | None:
    """A file system in memory, where there is one with room: to write a thousand databases to a disk and throw them
    away takes longer than all else that tests do."""
    has_room = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if has_room else None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
