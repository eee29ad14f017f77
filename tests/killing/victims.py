"""A workspace and its servers in; worker processes that are killed and started again, and what each kill hit, out."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine.channels.email_message import message_id
from engine.loops.delivering import effect_id
from engine.store.database import Database
from tests.killing.company import DELIVERY, SENDER
from tests.killing.worker import CLOSED, HALTED, OPENED, Halt
from tests.servers.running import ROOT, RunningServer

PATIENCE = 120.0
"""Seconds after which something that should have come did not."""
POLL = 0.005
POST = "chat.postMessage"
SORTS = ("statement", "claimed", "settling", "accept", "clock")
"""What chooses the moment of a kill: a worker's own steps, a server that has taken a message, or nothing but time."""


class Hit(StrEnum):
    """What a kill hit."""

    GAP = "between accept and commit"
    OPEN = "in an open transaction"
    ELSEWHERE = "elsewhere"


@dataclass
class Worker:
    """One place at which a worker process runs, one after the other. Its mail server is its own, its Slack's URL too,
    so that a journal tells who sent."""

    number: int
    folder: Path
    database_url: str
    slack: RunningServer
    smtp: RunningServer
    _process: "subprocess.Popen[str] | None" = None
    _marks: Path = Path()
    _taken_before: frozenset[str] = frozenset()

    def start(self) -> None:
        lives = len(list(self.folder.glob(f"marks-{self.number}-*")))
        self._marks = self.folder / f"marks-{self.number}-{lives}"
        self._marks.touch()
        self._taken_before = frozenset(self._taken())
        environment = os.environ | {
            "DATABASE_URL": self.database_url,
            "SLACK_TOKEN": self.slack.token,
            "PULSEBOOK_SLACK_URL": self.slack.url.replace("/api/", self._path),
            "SMTP_URL": self.smtp.url,
        }
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.killing.worker", str(self.folder), str(self._marks)],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                text=True,
            )

    @property
    def _log(self) -> Path:
        return self.folder / f"worker-{self.number}.log"

    @property
    def _path(self) -> str:
        return f"/worker-{self.number}/api/"

    def posted(self, line: dict[str, Any]) -> bool:
        """Whether this line of the Slack-shaped server's journal is a message from here."""
        return bool(line.get("path") == f"{self._path}{POST}")

    def _taken(self) -> set[str]:
        """The names of all messages that servers have taken from here."""
        posts = [line for line in self.slack.whole_journal() if self.posted(line)]
        lines = [*posts, *self.smtp.whole_journal()]
        return {line.get("effect_id") or line["message_id"] for line in lines if line["accepted"]}

    @property
    def marks(self) -> bytes:
        return self._marks.read_bytes()

    def wait_for(self, happened: Callable[[], bool], what: str, pause: float = POLL) -> None:
        """Looks again and again, `pause` seconds apart."""
        until = time.monotonic() + PATIENCE
        while not happened():
            assert self._process is not None
            assert self._process.poll() is None, f"the worker ended by itself:\n{self._log.read_text()}"
            assert time.monotonic() < until, f"{what} did not come:\n{self._log.read_text()}"
            time.sleep(pause)

    def wait_until_it_works(self) -> None:
        self.wait_for(lambda: OPENED in self.marks, "its first transaction")

    def halt(self, halt: Halt, count: int) -> None:
        """Lets it run to there."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{halt} {count}\n")
        self._process.stdin.flush()
        self.wait_for(lambda: HALTED in self.marks, f"{halt} number {count}")

    def kill(self, database: Database) -> Hit:
        """SIGKILL, and what it hit, by what is left: the store, the servers' journals and the marks."""
        assert self._process is not None
        self._process.kill()
        self._end()
        if self._has_sent_what_is_not_recorded(database):
            return Hit.GAP
        marks = self.marks
        return Hit.OPEN if marks.count(OPENED) > marks.count(CLOSED) else Hit.ELSEWHERE

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._end()

    def abandon(self) -> None:
        """Ends it if it still runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._end()

    def _end(self) -> int:
        assert self._process is not None
        assert self._process.stdin is not None
        code = self._process.wait(timeout=PATIENCE)
        self._process.stdin.close()
        return code

    def _has_sent_what_is_not_recorded(self, database: Database) -> bool:
        taken = self._taken() - self._taken_before
        with database.reading() as connection:
            rows = connection.execute(select(DELIVERY.c.key).where(DELIVERY.c.claimed_until.is_not(None)))
            claimed = {effect_id(key) for key in rows.scalars()}
        return not taken.isdisjoint(claimed | {message_id(effect, SENDER) for effect in claimed})


@contextmanager
def working(workers: list[Worker]) -> Iterator[None]:
    """All of them run, and are gone in the end whatever happens."""
    try:
        for worker in workers:
            worker.start()
        yield
    finally:
        for worker in workers:
            worker.abandon()


@dataclass
class Killer:
    """Kills the workers in turn, at moments that a seed chooses, and starts each again at once."""

    workers: list[Worker]
    database: Database
    random: random.Random
    hits: list[Hit] = field(default_factory=list)
    _left: list[str] = field(default_factory=list)

    def kill(self) -> None:
        chosen = self.workers[len(self.hits) % len(self.workers)]
        chosen.wait_until_it_works()
        if not self._left:
            self._left = self.random.sample(SORTS, len(SORTS))
        match self._left.pop():
            case "statement":
                chosen.halt(Halt.STATEMENT, self.random.randint(1, 40))
            case "claimed":
                chosen.halt(Halt.CLAIMED, self.random.randint(1, 6))
            case "settling":
                chosen.halt(Halt.SETTLING, self.random.randint(1, 3))
            case "accept":
                chosen = self._taken_without_a_reply(chosen)
            case _:
                time.sleep(self.random.uniform(0, 0.5))
        self.hits.append(chosen.kill(self.database))
        chosen.start()

    def _taken_without_a_reply(self, chosen: Worker) -> Worker:
        """A server takes a message and does not answer; who waits for it."""
        server = self.random.choice((chosen.slack, chosen.smtp))
        server.faults({"n": self.random.randint(1, 3), "do": "accept_then_hang"})

        def silent() -> list[dict[str, Any]]:
            return [line for line in server.journal() if line["accepted"] and line["reply"].endswith("hang")]

        chosen.wait_for(lambda: bool(silent()), "a message that is not answered")
        if server is chosen.smtp:
            return chosen
        [line] = silent()
        return next(worker for worker in self.workers if worker.posted(line))
