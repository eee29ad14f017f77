"""When many accounts truly fall at once, each has its task, and people read one message about all of them."""

from datetime import timedelta
from pathlib import Path

import pytest

from engine.channels.outbox import OutboxChannel
from engine.channels.slack import SlackChannel
from engine.clock import SetClock
from engine.loops.delivering import Post
from engine.store.database import Database
from engine.store.holds import NoSuchHold
from tests.servers.running import RunningServer
from tests.storms import Storm, shown
from tests.test_holds import swept, tasks
from tests.test_looks import FIRST


@pytest.fixture
def post(database: Database, slacks: RunningServer, tmp_path: Path) -> Post:
    channels = {"slack": SlackChannel(slacks.token, slacks.url, timeout=2.0)}
    outboxes = {"slack": OutboxChannel(tmp_path / "outbox", "slack")}
    return Post(database, channels, outboxes, "lead@northwind.example", "UTC", SetClock(FIRST), currency="EUR")


def test_r67_of_five_hundred_accounts_that_fall_one_message_tells_and_each_has_its_task(
    post: Post, slacks: RunningServer
) -> None:
    storm = Storm(post, slacks, 500)

    storm.breaks_out()

    [told] = storm.posts()
    assert told["text"] == "500 accounts at once (usually 0): fell into red"
    assert "• 🔴 Firm499 fell to 10 · €1,499 a year" in shown(told)
    assert (storm.states(), tasks(storm.book)) == ({("sent", None): 500}, 500)


def test_r67_a_reply_that_got_lost_makes_no_second_message(post: Post, slacks: RunningServer) -> None:
    storm = Storm(post, slacks, 12)
    storm.release(storm.comes())
    slacks.faults({"n": 2, "do": "accept_then_reset"})

    storm.deliver()
    assert storm.states() == {("unknown", "no answer from Slack: [Errno 104] Connection reset by peer"): 12}
    storm.at += timedelta(seconds=5)
    storm.deliver()

    assert len(storm.posts()) == 1
    assert storm.states() == {("sent", "found in the history"): 12}


def test_r67_what_is_released_is_told_once_and_the_next_storm_is_told_anew(post: Post, slacks: RunningServer) -> None:
    storm = Storm(post, slacks, 40)
    hold = storm.comes(falling=15)
    storm.release(hold)
    storm.deliver()
    with pytest.raises(NoSuchHold):
        storm.release(hold)
    storm.deliver()

    swept(storm.book, 2)
    storm.release(storm.comes(day=3))
    storm.deliver()

    assert [one["text"].partition(" at once")[0] for one in storm.posts()] == ["15 accounts", "25 accounts"]
    assert storm.states() == {("sent", None): 40}
