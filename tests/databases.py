"""`python -m tests.databases [--full]`: all tests; fails unless as many ran on SQLite as on PostgreSQL."""

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def main(arguments: list[str]) -> int:
    return int(pytest.main([str(TESTS), "--both", "-n", "2", *arguments]))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
