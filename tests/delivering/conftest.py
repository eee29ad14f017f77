"""A post over real servers; each test begins with the same people."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.channels.email import SmtpChannel
from engine.channels.outbox import OutboxChannel
from engine.channels.slack import SlackChannel
from engine.clock import SetClock
from engine.loops.delivering import Post
from engine.store.database import Database
from tests.servers.running import RunningServer
from tests.store.delivery_records import FALLBACK, NOON, people

ZONE = "Europe/Berlin"


@pytest.fixture(autouse=True)
def _people(database: Database) -> None:
    people(database)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def offline(database: Database, clock: SetClock, tmp_path: Path) -> Post:
    """A post without credentials; everything goes to the outbox."""
    outboxes = {
        "slack": OutboxChannel(tmp_path / "outbox", "slack"),
        "email": OutboxChannel(tmp_path / "outbox", "email"),
    }
    return Post(database, {}, outboxes, FALLBACK, ZONE, clock)


@pytest.fixture
def post(offline: Post, slacks: RunningServer, smtp: RunningServer) -> Post:
    """A post with both channels."""
    return replace(
        offline,
        channels={
            "slack": SlackChannel(slacks.token, slacks.url, timeout=2.0),
            "email": SmtpChannel(smtp.url, "success@northwind.example", timeout=1.0, dot_timeout=1.0),
        },
    )
