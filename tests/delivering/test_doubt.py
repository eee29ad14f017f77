"""What may have arrived: looked for, repeated once where nobody can tell, or left alone; over real sockets."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.channels import Channel
from engine.clock import SetClock
from engine.letters import Letter, Receipt
from engine.loops.delivering import Post, deliver_due
from tests.servers.running import RunningServer
from tests.store.delivery_records import NOON, counts, mail, row, slack, state


def test_a_mail_whose_reply_got_lost_is_never_sent_again(post: Post, smtp: RunningServer, clock: SetClock) -> None:
    id_ = mail(post.database)
    smtp.faults({"n": 1, "do": "accept_then_drop"})

    assert counts(deliver_due(post)) == (0, 0, 1, 0)
    for _ in range(3):
        clock.at += timedelta(days=1)
        assert counts(deliver_due(post)) == (0, 0, 0, 0)

    assert (len(smtp.accepted()), state(post.database, id_)[0]) == (1, "unknown")


@pytest.mark.parametrize("to", ["owner", "#alerts", "lena@northwind.example"])
def test_a_slack_message_whose_reply_got_lost_is_found_by_reading_back(
    post: Post, slacks: RunningServer, clock: SetClock, to: str
) -> None:
    id_ = slack(post.database, to)
    slacks.faults({"n": 1, "do": "accept_then_reset"})

    first = deliver_due(post)
    assert (counts(first), first.next_at) == ((0, 0, 1, 1), NOON + timedelta(seconds=5))
    clock.at += timedelta(seconds=5)

    assert counts(deliver_due(post)) == (1, 0, 0, 0)
    assert len(slacks.accepted()) == 1
    assert state(post.database, id_) == ("sent", "found in the history")
    assert row(post.database, id_).reference


def test_a_doubtful_message_that_surely_did_not_arrive_is_sent_as_it_was(
    post: Post, slacks: RunningServer, clock: SetClock
) -> None:
    id_ = slack(post.database)
    slacks.faults({"n": 1, "do": "500"})
    deliver_due(post)
    clock.at += timedelta(seconds=5)

    assert counts(deliver_due(post)) == (1, 0, 0, 0)

    assert [line["text"] for line in slacks.accepted()] == ["Acme fell into At risk: 31"]
    assert state(post.database, id_) == ("sent", None)


def test_where_slack_can_not_be_asked_a_message_is_repeated_once_and_says_so(
    post: Post, slacks: RunningServer, clock: SetClock
) -> None:
    id_ = slack(post.database)
    slacks.faults({"n": 1, "do": "accept_then_reset"}, {"method": "conversations.history", "do": "error:missing_scope"})
    for _ in range(6):
        deliver_due(post)
        clock.at += timedelta(minutes=1)

    taken = slacks.accepted()
    assert [line["text"] for line in taken] == [
        "Acme fell into At risk: 31",
        "(possible repeat) Acme fell into At risk: 31",
    ]
    assert len({line["effect_id"] for line in taken}) == 1
    assert state(post.database, id_) == ("sent", "possible repeat")


def died_after_sending(post: Post, channel: Channel) -> None:
    """A worker claims what is due, sends it, and is gone before it can say so."""

    class Last:
        def send(self, letter: Letter) -> Receipt:
            channel.send(letter)
            raise SystemExit

        def find(self, letter: Letter, since: datetime) -> Receipt | None:
            return channel.find(letter, since)

    with pytest.raises(SystemExit):
        deliver_due(replace(post, channels={"slack": Last(), "email": Last()}))


def test_what_a_dead_worker_sent_to_slack_is_found_by_the_next(
    post: Post, slacks: RunningServer, clock: SetClock
) -> None:
    id_ = slack(post.database, "owner")
    died_after_sending(post, post.channels["slack"])

    assert counts(deliver_due(post)) == (0, 0, 0, 1)
    clock.at += post.leases["email"]

    assert counts(deliver_due(post)) == (1, 0, 0, 0)
    assert len(slacks.accepted()) == 1
    assert state(post.database, id_) == ("sent", "found in the history")


def test_what_a_dead_worker_mailed_stays_in_doubt(post: Post, smtp: RunningServer, clock: SetClock) -> None:
    id_ = mail(post.database)
    died_after_sending(post, post.channels["email"])
    clock.at += post.leases["email"]

    assert counts(deliver_due(post)) == (0, 0, 1, 0)
    assert len(smtp.accepted()) == 1
    assert state(post.database, id_) == ("unknown", "a mail server can't be asked what it took")


def test_what_a_dead_worker_wrote_to_the_outbox_is_one_file(offline: Post, clock: SetClock, tmp_path: Path) -> None:
    id_ = slack(offline.database)
    died_after_sending(offline, offline.outboxes["slack"])
    clock.at += offline.leases["slack"]

    deliver_due(offline)

    assert len(list((tmp_path / "outbox").iterdir())) == 1
    assert state(offline.database, id_) == ("sent", "outbox")


def test_a_worker_that_slept_through_its_lease_sends_nothing(
    post: Post, slacks: RunningServer, clock: SetClock
) -> None:
    class Slow:
        def send(self, letter: Letter) -> Receipt:
            raise AssertionError(letter)

        def find(self, letter: Letter, since: datetime) -> Receipt | None:
            clock.at += post.leases["email"]
            return None

    id_ = slack(post.database, state="unknown", attempts=1)

    deliver_due(replace(post, channels={"slack": Slow()}), most=1)

    assert state(post.database, id_) == ("waiting", "too little of the lease was left to send it")
    assert slacks.accepted() == []


@pytest.mark.parametrize(("channel", "left"), [("slack", 1), ("email", 0)])
def test_a_mistake_in_a_channel_leaves_the_one_in_doubt_and_the_others_alone(
    post: Post, caplog: pytest.LogCaptureFixture, channel: str, left: int
) -> None:
    class Broken:
        def send(self, letter: Letter) -> Receipt:
            raise ZeroDivisionError(letter.effect_id)

        def find(self, letter: Letter, since: datetime) -> Receipt | None:
            raise ZeroDivisionError(letter.effect_id)

    first, second = (
        (slack(post.database), mail(post.database))
        if channel == "slack"
        else (
            mail(post.database),
            slack(post.database),
        )
    )
    broken = replace(post, channels={**post.channels, channel: Broken()})

    assert counts(deliver_due(broken)) == (1, 0, 1, left)

    assert state(post.database, first) == ("unknown", "sending it failed: ZeroDivisionError")
    assert state(post.database, second) == ("sent", None)
    assert f"Sending delivery {first} failed." in caplog.text
