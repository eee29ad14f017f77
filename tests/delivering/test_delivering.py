"""Where deliveries go: to channels with credentials at Slack's pace, else to the outbox; over real sockets."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.channels import ChannelMisconfigured
from engine.channels.slack import SlackChannel
from engine.clock import SetClock, SystemClock, day_number
from engine.language.settings import Settings
from engine.loops.delivering import Post, deliver_due, effect_id, post_of
from engine.store.database import Database
from engine.store.notices import save_notice
from engine.store.saving.save import Office
from tests.servers.running import RunningServer, slack_server
from tests.store.delivery_records import FALLBACK, NOON, counts, mail, row, slack, state


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
        "company": {"name": "Northwind", "timezone": "Europe/Berlin", "currency": "EUR"},
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


def test_a_notice_leaves_to_the_fallback_once_and_without_an_account(offline: Post, tmp_path: Path) -> None:
    office = Office(FALLBACK, day_number(NOON.date()), NOON)
    with offline.database.writing() as connection:
        for text in ("The feed is quiet.", "Once more."):
            save_notice(connection, "quiet/logins", text, NOON, office, version="v1", cause="test")

    assert counts(deliver_due(offline)) == (1, 0, 0, 0)

    [letter] = (tmp_path / "outbox").iterdir()
    assert letter.name.startswith("2026-11-24-slack-notice-")
    assert letter.read_text() == f"The feed is quiet.\n\n-- \nSlack, to {FALLBACK}\n"
