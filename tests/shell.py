"""Commands in; what each of them printed and the code that it left with, out: all in one process."""

import json
import os
import shlex
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from docs.examples import Block
from engine.cli.app import app
from engine.errors import PulsebookError


class Shell:
    """A folder in which commands of Pulsebook are given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.printed: dict[str, str] = {}
        self.codes: dict[str, int] = {}

    def give(self, command: str) -> str:
        out = StringIO()
        with chdir(self.folder), redirect_stdout(out), pytest.raises((SystemExit, PulsebookError)) as left:
            app(shlex.split(os.path.expandvars(command))[1:])
        self.codes[command] = int(left.value.code or 0) if isinstance(left.value, SystemExit) else 1
        self.printed[command] = "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
        return self.printed[command]

    def told(self, command: str) -> Any:
        return json.loads(self.give(f"pulsebook {command} --json"))

    @property
    def failed(self) -> dict[str, int]:
        """The commands that did not end well, and their codes."""
        return {command: code for command, code in self.codes.items() if code}


def commands(examples: tuple[Block, ...]) -> list[str]:
    """The commands in blocks, in their order, one a line."""
    return [line for block in examples if block.language == "sh" for line in block.text.splitlines()]
