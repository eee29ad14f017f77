"""Deliveries that leave over real sockets to servers that answer, refuse, break off and lose things."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.channels import Channel, ChannelMisconfigured
from engine.channels.email import SmtpChannel
from engine.channels.outbox import OutboxChannel
from engine.channels.slack import SlackChannel
from engine.clock import SetClock, SystemClock
from engine.delivering import Delivered, Post, deliver_due, effect_id, post_of
from engine.domain import Letter, Receipt
from engine.language.settings import Settings
from engine.store.database import Database
from tests.servers.running import RunningServer, slack_server, smtp_server
from tests.store.delivery_records import FALLBACK, NOON, mail, people, row, slack, state

ZONE = "Europe/Berlin"


@pytest.fixture(scope="module")
def slack_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with slack_server(tmp_path_factory.mktemp("slack")) as server:
        yield server


@pytest.fixture
def slacks(slack_process: RunningServer) -> RunningServer:
    slack_process.faults()
    return slack_process


@pytest.fixture(scope="module")
def smtp_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with smtp_server(tmp_path_factory.mktemp("smtp")) as server:
        yield server


@pytest.fixture
def smtp(smtp_process: RunningServer) -> RunningServer:
    smtp_process.faults()
    return smtp_process


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
            "slack": SlackChannel(slacks.token, slacks.url, timeout=1.0),
            "email": SmtpChannel(smtp.url, "success@northwind.example", timeout=1.0, dot_timeout=1.0),
        },
    )


def counts(delivered: Delivered) -> tuple[int, int, int, int]:
    return delivered.sent, delivered.not_sent, delivered.unknown, delivered.left


SLACK_REPLIES = [
    pytest.param("", "sent", 1, id="ok"),
    pytest.param("reset_before", "unknown", 0, id="a reset while it is written"),
    pytest.param("429:1.5", "waiting", 0, id="429"),
    pytest.param("error:ratelimited", "waiting", 0, id="a limit, said with 200"),
    pytest.param("error:is_archived", "not_sent", 0, id="a definite error of the channel"),
    pytest.param("error:invalid_auth", "waiting", 0, id="a definite error of the settings"),
    pytest.param("accept_then_reset", "unknown", 1, id="taken, then a reset"),
    pytest.param("accept_then_close", "unknown", 1, id="taken, then a close"),
    pytest.param("accept_then_hang", "unknown", 1, id="taken, then silence"),
    pytest.param("accept_then_500", "unknown", 1, id="taken, then 500"),
    pytest.param("500", "unknown", 0, id="not taken, and 500"),
    pytest.param("accept_then_html", "unknown", 1, id="taken, then HTML"),
    pytest.param("accept_then_truncated", "unknown", 1, id="taken, then half an answer"),
    pytest.param("error:internal_error", "unknown", 0, id="internal_error"),
    pytest.param("accept_then_error:fatal_error", "unknown", 1, id="taken, then fatal_error"),
]


@pytest.mark.parametrize(("fault", "said", "taken"), SLACK_REPLIES)
def test_what_slack_replies_becomes_one_honest_state(
    post: Post, slacks: RunningServer, fault: str, said: str, taken: int
) -> None:
    id_ = slack(post.database, f"#replies-{time.monotonic_ns()}")
    slacks.faults(*([fault] if fault else []))

    deliver_due(post)

    assert (state(post.database, id_)[0], len(slacks.accepted())) == (said, taken)


def test_a_slack_that_is_not_there_surely_took_nothing(post: Post) -> None:
    id_ = slack(post.database)
    nobody = SlackChannel("xoxb-test", "http://127.0.0.1:9/api/", timeout=1.0)

    assert counts(deliver_due(replace(post, channels={"slack": nobody}))) == (0, 0, 0, 1)
    assert state(post.database, id_)[0] == "waiting"


MAIL_REPLIES = [
    pytest.param("", "sent", 1, id="250"),
    pytest.param("drop:banner", "waiting", 0, id="closed before it spoke"),
    pytest.param("ehlo:421 too busy", "waiting", 0, id="421 to EHLO"),
    pytest.param("mail:451 4.3.0 later", "waiting", 0, id="4xx to the sender"),
    pytest.param("rcpt:550 5.1.1 no such user", "not_sent", 0, id="5xx to the recipient"),
    pytest.param("rcpt:451 4.7.1 come back later", "waiting", 0, id="4xx to the recipient"),
    pytest.param("drop:data", "waiting", 0, id="closed before the mail"),
    pytest.param("dot:451 4.3.0 later", "waiting", 0, id="4xx to the final dot"),
    pytest.param("dot:554 5.7.1 spam", "not_sent", 0, id="5xx to the final dot"),
    pytest.param("drop:dot", "unknown", 0, id="closed instead of a reply to the final dot"),
    pytest.param("accept_then_drop", "unknown", 1, id="taken, then closed"),
    pytest.param("accept_then_reset", "unknown", 1, id="taken, then a reset"),
    pytest.param("accept_then_hang", "unknown", 1, id="taken, then silence"),
    pytest.param("drop:quit", "sent", 1, id="closed at QUIT"),
    pytest.param("quit:421 4.4.2 bye", "sent", 1, id="421 to QUIT"),
]


@pytest.mark.parametrize(("fault", "said", "taken"), MAIL_REPLIES)
def test_what_a_mail_server_replies_becomes_one_honest_state(
    post: Post, smtp: RunningServer, fault: str, said: str, taken: int
) -> None:
    id_ = mail(post.database)
    smtp.faults(*([fault] if fault else []))

    deliver_due(post)

    assert (state(post.database, id_)[0], len(smtp.accepted())) == (said, taken)


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
    clock.at += post.lease

    assert counts(deliver_due(post)) == (1, 0, 0, 0)
    assert len(slacks.accepted()) == 1
    assert state(post.database, id_) == ("sent", "found in the history")


def test_what_a_dead_worker_mailed_stays_in_doubt(post: Post, smtp: RunningServer, clock: SetClock) -> None:
    id_ = mail(post.database)
    died_after_sending(post, post.channels["email"])
    clock.at += post.lease

    assert counts(deliver_due(post)) == (0, 0, 1, 0)
    assert len(smtp.accepted()) == 1
    assert state(post.database, id_) == ("unknown", "a mail server can't be asked what it took")


def test_what_a_dead_worker_wrote_to_the_outbox_is_one_file(offline: Post, clock: SetClock, tmp_path: Path) -> None:
    id_ = slack(offline.database)
    died_after_sending(offline, offline.outboxes["slack"])
    clock.at += offline.lease

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
            clock.at += post.lease
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


def test_without_credentials_all_goes_to_the_outbox_and_says_so(offline: Post, tmp_path: Path) -> None:
    ids = [slack(offline.database, "owner"), mail(offline.database)]

    assert counts(deliver_due(offline)) == (2, 0, 0, 0)

    assert [state(offline.database, id_) for id_ in ids] == [("sent", "outbox")] * 2
    assert [row(offline.database, id_).address for id_ in ids] == ["jonas@northwind.example", "marta@acme.example"]
    assert len(list((tmp_path / "outbox").iterdir())) == 2


def test_what_a_look_at_the_past_decided_goes_to_the_outbox(
    post: Post, slacks: RunningServer, smtp: RunningServer
) -> None:
    ids = [slack(post.database, outbox_only=True), mail(post.database, outbox_only=True)]

    deliver_due(post)

    assert [state(post.database, id_) for id_ in ids] == [("sent", "outbox")] * 2
    assert slacks.accepted() == smtp.accepted() == []


@pytest.mark.parametrize(
    ("to", "reason"), [("paul@acme.example", "no_consent"), ("nina@acme.example", "recipient_gone")]
)
def test_a_mail_that_must_not_leave_does_not(post: Post, smtp: RunningServer, to: str, reason: str) -> None:
    id_ = mail(post.database, to)

    assert counts(deliver_due(post)) == (0, 1, 0, 0)
    assert (state(post.database, id_), smtp.journal()) == (("not_sent", reason), [])


def test_no_more_are_tried_than_wanted(offline: Post) -> None:
    for _ in range(3):
        slack(offline.database)

    assert counts(deliver_due(offline, most=2)) == (2, 0, 0, 1)


def test_the_name_of_an_effect_tells_a_receiver_nothing() -> None:
    name = effect_id("acme/save/2026-11-24/tell/1")

    assert name == effect_id("acme/save/2026-11-24/tell/1")
    assert name != effect_id("acme/save/2026-11-24/tell/2")
    assert int(name, 16)


def test_eight_workers_deliver_each_message_once_and_at_slacks_pace(offline: Post, tmp_path: Path) -> None:
    ids = [slack(offline.database, f"#lane-{n % 4}", try_at=0) for n in range(40)]
    with slack_server(tmp_path, per_second=True) as server:
        channels = {"slack": SlackChannel(server.token, server.url)}
        workers = replace(offline, channels=channels, clock=SystemClock())

        def work(_: int) -> int:
            sent = 0
            while True:
                delivered = deliver_due(workers)
                sent += delivered.sent
                if delivered.next_at is None:
                    return sent
                time.sleep(min(max((delivered.next_at - datetime.now(UTC)).total_seconds(), 0.01), 0.2))

        with ThreadPoolExecutor(8) as pool:
            sent = sum(pool.map(work, range(8)))
        taken = Counter(line["effect_id"] for line in server.accepted())
        replies = Counter(line["reply"] for line in server.journal())

    assert (sent, set(taken.values()), len(taken)) == (40, {1}, 40)
    assert replies == {"ok": 40}
    assert {state(offline.database, id_) for id_ in ids} == {("sent", None)}


SETTINGS = Settings.model_validate(
    {
        "company": {"name": "Northwind", "timezone": ZONE, "currency": "EUR"},
        "people": {"fallback": FALLBACK},
        "channels": {
            "slack": {"token": "env:SLACK_TOKEN"},
            "email": {"smtp": "env:SMTP_URL", "from": "success@northwind.example"},
        },
    }
)


def test_a_channel_has_credentials_where_its_variable_is_set(
    database: Database, slacks: RunningServer, smtp: RunningServer, tmp_path: Path
) -> None:
    environ = {"SLACK_TOKEN": slacks.token, "PULSEBOOK_SLACK_URL": slacks.url, "SMTP_URL": smtp.url}
    slack(database)
    mail(database)

    deliver_due(post_of(SETTINGS, tmp_path, database, SetClock(NOON), environ))

    assert (len(slacks.accepted()), len(smtp.accepted())) == (1, 1)


@pytest.mark.parametrize(
    ("settings", "environ"),
    [
        pytest.param(SETTINGS, {}, id="variables that are not set"),
        pytest.param(SETTINGS, {"SLACK_TOKEN": "", "SMTP_URL": ""}, id="variables that are empty"),
        pytest.param(
            SETTINGS.model_copy(
                update={"channels": SETTINGS.channels.model_copy(update={"slack": None, "email": None})}
            ),
            {"SLACK_TOKEN": "xoxb-test"},
            id="no channels in the settings",
        ),
        pytest.param(
            SETTINGS.model_copy(update={"outbox": SETTINGS.outbox.model_copy(update={"all": True})}),
            {"SLACK_TOKEN": "xoxb-test", "SMTP_URL": "smtp://127.0.0.1:9"},
            id="everything to the outbox",
        ),
    ],
)
def test_else_it_writes_to_the_outbox_folder(
    database: Database, settings: Settings, environ: dict[str, str], tmp_path: Path
) -> None:
    slack(database)
    mail(database)

    deliver_due(post_of(settings, tmp_path, database, SetClock(NOON), environ))

    assert len(list((tmp_path / "outbox").iterdir())) == 2


def test_credentials_that_can_not_be_used_are_named(database: Database, tmp_path: Path) -> None:
    with pytest.raises(ChannelMisconfigured, match=r"channels\.slack\.token"):
        post_of(SETTINGS, tmp_path, database, SetClock(NOON), {"SLACK_TOKEN": "two words"})
