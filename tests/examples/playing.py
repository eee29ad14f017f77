"""An example in; its README, its files, and what its commands printed, out."""

import csv
import gzip
import io
import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from docs.examples import Block, blocks
from tests.shell import Shell, commands

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples"
CDNOW = Path(os.environ.get("CDNOW", ROOT.parent / "shared/data/cdnow/transactions_dev.csv.gz"))
IMPORT = "pulsebook import "


@dataclass
class Played:
    """An example whose README was followed in a copy. `imports`: each import command and what it printed."""

    shell: Shell
    imports: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.shell.folder

    @cached_property
    def readme(self) -> str:
        return (self.folder / "README.md").read_text(encoding="utf-8")

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        return blocks(self.readme)

    @cached_property
    def prose(self) -> str:
        """The README without its line breaks."""
        return " ".join(self.readme.split())

    def listed(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.shell.told(f"list {kind}")
        return found


def play(name: str, folder: Path) -> Played:
    """Follows the README of an example in a copy of it."""
    shutil.copytree(EXAMPLES / name, folder, ignore=shutil.ignore_patterns("pulsebook.db*", "outbox"))
    played = Played(Shell(folder))
    for command in commands(played.blocks):
        if command.startswith(IMPORT):
            played.imports.append((command, json.loads(played.shell.give(f"{command} --json"))))
        elif command.startswith("pulsebook "):
            played.shell.give(command)
        else:
            path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
            subprocess.run(command, shell=True, cwd=folder, env={**os.environ, "PATH": path}, check=True)
    return played


def rows_of(command: str, folder: Path) -> list[dict[str, str]]:
    """The records of the file of an import that its --where keeps, as the standard library's csv reads them."""
    words = shlex.split(os.path.expandvars(command))
    wheres = [words[place + 1].split("=", 1) for place, word in enumerate(words) if word == "--where"]
    return [row for row in records(folder / words[3]) if all(row[column] == value for column, value in wheres)]


def records(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, packed or not."""
    content = file.read_bytes()
    text = (gzip.decompress(content) if file.suffix == ".gz" else content).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def percent(some: int, all_: int) -> str:
    """As the READMEs write a share: `45.7 %`."""
    return f"{100 * some / all_:.1f} %"
