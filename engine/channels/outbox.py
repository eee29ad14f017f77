"""A letter in; one readable file out: what a channel without credentials does."""

import hashlib
import os
import re
from datetime import datetime
from pathlib import Path
from threading import get_ident
from typing import Literal

from engine.channels.email_message import wrong_with
from engine.channels.slack_blocks import shown
from engine.channels.text import one_line
from engine.clock import day_of
from engine.letters import Letter, Receipt, TryOutcome

REASON = "outbox"


class OutboxChannel:
    """Writes letters of one kind into `folder`. The file's name comes from the letter alone: twice is one file."""

    def __init__(self, folder: Path, kind: Literal["slack", "email"]) -> None:
        self._folder = folder
        self._kind = kind

    def send(self, letter: Letter) -> Receipt:
        problem = wrong_with(letter) if self._kind == "email" else None
        if problem:
            return Receipt(TryOutcome.REFUSED, problem)
        path = self._path(letter)
        try:
            _write(path, _mail(letter) if self._kind == "email" else _post(letter))
        except OSError as error:
            return Receipt(TryOutcome.RETRY, f"{path} can't be written: {error.strerror or error}")
        return Receipt(TryOutcome.SENT, REASON, reference=path.name)

    def find(self, letter: Letter, since: datetime) -> Receipt | None:  # noqa: ARG002
        path = self._path(letter)
        return Receipt(TryOutcome.SENT, REASON, reference=path.name) if path.exists() else None

    def _path(self, letter: Letter) -> Path:
        day = day_of(letter.day).isoformat() if letter.day is not None else ""
        mark = hashlib.sha256(letter.effect_id.encode()).hexdigest()[:10]
        parts = (day, self._kind, _in_a_name(letter.account), _in_a_name(letter.template), mark)
        return self._folder / ("-".join(filter(None, parts)) + ".txt")


def _in_a_name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]+", "-", text).strip("-")[:40]


def _mail(letter: Letter) -> str:
    # The address that it would leave from is the mail server's, and there is none.
    said = (("To", letter.address), ("From", letter.sender_name), ("Reply-To", letter.reply_to))
    headers = (*((name, text) for name, text in said if text), ("Subject", letter.subject or ""))
    head = "\n".join(f"{name}: {one_line(text)}" for name, text in headers)
    return f"{head}\n\n{letter.text.strip()}\n"


def _post(letter: Letter) -> str:
    answers = f", in the thread of {one_line(letter.thread)}" if letter.thread else ""
    return f"{shown(letter.text)}\n\n-- \nSlack, to {one_line(letter.address)}{answers}\n"


def _write(path: Path, text: str) -> None:
    """All of it or nothing, also when the power fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{get_ident()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    _keep_name(path.parent)


def _keep_name(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
