"""`python -m tests.databases [--full]`: all tests; fails unless as many ran on SQLite as on PostgreSQL."""

import os
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def main(arguments: list[str]) -> int:
    # The library that runs PostgreSQL speaks of a missing folder for every process; nothing depends on it.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:XDG_RUNTIME_DIR")
    return int(pytest.main([str(TESTS), "--both", "-n", "2", *arguments]))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
