"""The servers of the tests behave as the real ones were seen to, towards clients that are not ours."""

import smtplib
import socket
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from engine.channels.email import SmtpChannel
from engine.letters import TryOutcome
from tests.channels.letters import mail_letter
from tests.servers.running import RunningServer

WORDS = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}


def sdk(server: RunningServer) -> WebClient:
    return WebClient(server.token, server.url, timeout=1)


def test_slacks_own_client_finds_what_it_posted(slacks: RunningServer) -> None:
    metadata = {"event_type": "e", "event_payload": {"effect_id": "7"}}
    user = sdk(slacks).users_lookupByEmail(email="ana@northwind.example")["user"]["id"]
    direct = sdk(slacks).conversations_open(users=user)["channel"]["id"]
    posted = sdk(slacks).chat_postMessage(channel=direct, text="hello", metadata=metadata)

    history = sdk(slacks).conversations_history(channel=direct, include_all_metadata=True)
    bare = sdk(slacks).conversations_history(channel=direct)

    assert [(m["ts"], m["metadata"]) for m in history["messages"]] == [(posted["ts"], metadata)]
    assert "metadata" not in bare["messages"][0]
    assert sdk(slacks).auth_test()["ok"] is True


@pytest.mark.parametrize(
    ("fault", "posts"), [("accept_then_close", 2), ("accept_then_reset", 2), ("accept_then_hang", 1)]
)
def test_slacks_own_client_posts_twice_where_a_line_drops(slacks: RunningServer, fault: str, posts: int) -> None:
    slacks.faults(fault)

    with pytest.raises(OSError):
        sdk(slacks).chat_postMessage(channel="C1", text="hello")

    assert len(slacks.accepted()) == posts


@pytest.mark.parametrize(
    ("message", "code"),
    [
        pytest.param({"text": "x", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks", id="51 blocks"),
        pytest.param(
            {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}}]},
            "invalid_blocks",
            id="a section of 3,001",
        ),
        pytest.param(
            {"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]},
            "invalid_blocks",
            id="a header of 151",
        ),
        pytest.param({"blocks": [{"type": "rich_text", "elements": []}]}, "invalid_blocks", id="an empty rich_text"),
        pytest.param(
            {"blocks": [{"type": "section", "text": {"type": "plain_text", "text": "x" * 2_900}}] * 5},
            "msg_blocks_too_long",
            id="14,500 in all blocks",
        ),
        pytest.param({"blocks": [{"type": "rich_text", "elements": [WORDS]}]}, None, id="one word"),
        pytest.param({"text": " "}, "no_text", id="no text"),
        pytest.param({"text": "x" * 40_001}, "msg_too_long", id="40,001"),
        pytest.param({"text": "x", "metadata": {"event_payload": {}}}, "invalid_metadata_format", id="no event_type"),
        pytest.param(
            {"text": "x", "metadata": {"event_type": "e", "event_payload": {"deep": {}}}},
            "invalid_metadata_schema",
            id="a payload that is not flat",
        ),
    ],
)
def test_a_message_beyond_slacks_limits_is_refused(
    slacks: RunningServer, message: dict[str, object], code: str | None
) -> None:
    try:
        sdk(slacks).api_call("chat.postMessage", json={"channel": "C1", **message})
        refused = None
    except SlackApiError as error:
        refused = error.response["error"]

    assert refused == code
    assert len(slacks.accepted()) == (code is None)


@pytest.mark.parametrize(
    ("text", "found"),
    [("<!channel> &lt;!here&gt;", ["<!channel>"]), ("<https://x.example|y>", ["<https://x.example|y>"]), ("@here", [])],
)
def test_the_journal_tells_what_slack_would_have_parsed(slacks: RunningServer, text: str, found: list[str]) -> None:
    sdk(slacks).chat_postMessage(channel="C1", text=text)

    assert slacks.accepted()[0]["parsed"] == found


def test_pythons_own_client_gets_a_mail_taken(smtp: RunningServer) -> None:
    message = EmailMessage()
    message["To"], message["From"], message["Subject"] = "a@b.example", "c@d.example", "Hello"
    message.set_content(".\nwords\n")

    with smtplib.SMTP("127.0.0.1", smtp.port) as client:
        client.send_message(message)

    [line] = smtp.accepted()
    assert (line["subject"], line["to"]) == ("Hello", ["<a@b.example>"])
    assert line["raw"].endswith("\r\n\r\n.\r\nwords\r\n")


def test_a_server_that_is_not_ours_takes_our_mail(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(Mailbox(tmp_path / "mails"), hostname="127.0.0.1", port=port)
    server.start()
    try:
        receipt = SmtpChannel(f"smtp://127.0.0.1:{port}", "success@northwind.example").send(mail_letter())
    finally:
        server.stop()

    assert receipt.outcome is TryOutcome.SENT
    [kept] = (tmp_path / "mails" / "new").iterdir()
    assert "To: marta@acme.example" in kept.read_text()
