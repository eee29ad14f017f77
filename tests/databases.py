"""`python -m tests.databases [--full]`: all tests; fails unless as many ran on SQLite as on PostgreSQL."""

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def main(arguments: list[str]) -> int:
    # Whoever is through takes from what the other has left, so that the longest tests don't end alone.
    return int(pytest.main([str(TESTS), "--both", "-n", "3", "--dist", "worksteal", *arguments]))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
