"""A year in; the same year told to `pulsebook` by its commands alone, and what its lists say in the end, out."""

import contextlib
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from engine.cli.app import app
from tests.oracle.journal import Assign, Edit, Entry, Finish, Import, Look, Override, Settle, State, TaskKey
from tests.year.catalog import TEAM
from tests.year.draw import Draw
from tests.year.year import Chores

Documents = list[dict[str, Any]]
PULSEBOOK = get_command(app)


@dataclass
class Pulsebook:
    """`journal`: what was told, with what people chose to do. `database`: its URL; else the one that goes without
    saying, which the first command makes."""

    folder: Path
    database: str | None = None
    journal: list[Entry] = field(default_factory=list)
    _numbers: dict[TaskKey, int] = field(default_factory=dict)
    """Of the tasks and messages that there are as people choose."""

    def command(self, *words: str) -> Any:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), pytest.raises(SystemExit) as left:
            PULSEBOOK(["-C", str(self.folder), *words, "--json"])
        assert left.value.code == 0, (words, out.getvalue())
        return json.loads(out.getvalue())

    def play(self, year: Iterable[Entry | Chores]) -> None:
        for entry in year:
            for one in self._chosen(entry) if isinstance(entry, Chores) else [entry]:
                self.journal.append(one)
                self._tell(one)

    def _tell(self, entry: Entry) -> None:
        match entry:
            case Edit():
                self._write(entry)
            case Import():
                files = [self.folder / f"rows-{number}.csv" for number in range(len(entry.files))]
                for file, text in zip(files, entry.files, strict=True):
                    file.write_text(text)
                history = ["--history"] if entry.history else []
                zone = ["--timezone", entry.timezone] if entry.timezone else []
                self.command("import", entry.kind, *map(str, files), "--as-of", entry.as_of, *history, *zone)
            case State():
                pairs = [f"{name}={value}" for name, value in entry.properties.items()]
                since = ["--at", entry.since] if entry.since else []
                until = ["--until", entry.until] if entry.until else []
                self.command("fact", entry.account, entry.name, *pairs, *since, *until, "--as-of", entry.as_of)
            case Override():
                of = ["--of", entry.of] if entry.of else []
                words = ["--score", str(entry.value), "--until", entry.until, "--reason", "known", *of]
                self.command("override", entry.account, *words, "--as-of", entry.as_of)
            case Finish():
                self.command("task", "done", str(self._numbers[entry.task]), "--as-of", entry.as_of)
            case Assign():
                number = str(self._numbers[entry.task])
                self.command("task", "assign", number, entry.email, "--as-of", entry.as_of)
            case Settle():
                verb = "approve" if entry.approved else "discard"
                self.command("delivery", verb, str(self._numbers[entry.delivery]), "--as-of", entry.as_of)
            case Look():
                self.command("run", "--as-of", entry.as_of)

    def _write(self, entry: Edit) -> None:
        for path, text in entry.files.items():
            file = self.folder / path
            if text is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text + self._where() if path == "pulsebook.toml" else text)
        problems = [one for one in self.command("check")["problems"] if one["severity"] == "error"]
        assert not problems, problems

    def _where(self) -> str:
        return f'[database]\nurl = "{self.database}"\n' if self.database else ""

    def listed(self, kind: str) -> Documents:
        """Of deliveries those for an account; the others tell the operator of findings."""
        documents: Documents = self.command("list", kind)
        return [one for one in documents if kind != "deliveries" or one["account"] is not None]

    def notices(self) -> Documents:
        """What the operator is told."""
        return [one for one in self.command("list", "deliveries") if one["account"] is None]

    def keyed(self, kind: str) -> dict[TaskKey, dict[str, Any]]:
        """Tasks or deliveries, by what both sides know them by, in the order in which they were saved."""
        runs = {run["id"]: (run["rule"], run["started_at"]) for run in self.listed("runs")}
        keyed = {}
        for one in self.listed(kind):
            rule, started_at = runs[one["run"]]
            keyed[TaskKey(one["account"], one["playbook"], rule, one["step"], started_at)] = one
        return keyed

    def _chosen(self, chores: Chores) -> list[Entry]:
        draw = Draw(chores.seed)
        tasks, deliveries = self.keyed("tasks"), self.keyed("deliveries")
        self._numbers = {key: one["id"] for key, one in (*tasks.items(), *deliveries.items())}
        open_tasks = [key for key, one in tasks.items() if one["state"] == "open"]
        passed_on = [Assign(chores.as_of, key, draw.one(TEAM)) for key in draw.some(open_tasks, 0, 2)]
        finished = [Finish(chores.as_of, key) for key in draw.some(open_tasks, 0, 5)]
        waiting = [key for key, one in deliveries.items() if one["state"] == "waiting"]
        return [
            *passed_on,
            *finished,
            *(Settle(chores.as_of, key, draw.chance(0.7)) for key in draw.some(waiting, 0, 3)),
        ]
