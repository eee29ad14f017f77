"""Which reply of Slack or of a mail server ends in which state, over real sockets."""

from dataclasses import replace

from engine.channels.slack import SlackChannel
from engine.loops.delivering import Post, deliver_due
from tests.servers.running import RunningServer
from tests.store.delivery_records import counts, mail, slack, state

# What the server does, the state that follows, and how many messages the server took.
SLACK_REPLIES = {
    "ok": ("", "sent", 1),
    "a reset while it is written": ("reset_before", "unknown", 0),
    "429": ("429:1.5", "waiting", 0),
    "a limit, said with 200": ("error:ratelimited", "waiting", 0),
    "a definite error of the channel": ("error:is_archived", "not_sent", 0),
    "a definite error of the settings": ("error:invalid_auth", "waiting", 0),
    "taken, then a reset": ("accept_then_reset", "unknown", 1),
    "taken, then a close": ("accept_then_close", "unknown", 1),
    "taken, then silence": ("accept_then_hang", "unknown", 1),
    "taken, then 500": ("accept_then_500", "unknown", 1),
    "not taken, and 500": ("500", "unknown", 0),
    "taken, then HTML": ("accept_then_html", "unknown", 1),
    "taken, then half an answer": ("accept_then_truncated", "unknown", 1),
    "internal_error": ("error:internal_error", "unknown", 0),
    "taken, then fatal_error": ("accept_then_error:fatal_error", "unknown", 1),
}


def test_each_reply_of_slack_becomes_one_honest_state(post: Post, slacks: RunningServer) -> None:
    became = {}
    for number, (name, (fault, _, _)) in enumerate(SLACK_REPLIES.items()):
        id_ = slack(post.database, f"#replies-{number}")
        slacks.faults(*([fault] if fault else []))
        deliver_due(post)
        became[name] = (fault, state(post.database, id_)[0], len(slacks.accepted()))

    assert became == SLACK_REPLIES


def test_a_slack_that_is_not_there_surely_took_nothing(post: Post) -> None:
    id_ = slack(post.database)
    nobody = SlackChannel("xoxb-test", "http://127.0.0.1:9/api/", timeout=1.0)

    assert counts(deliver_due(replace(post, channels={"slack": nobody}))) == (0, 0, 0, 1)
    assert state(post.database, id_)[0] == "waiting"


MAIL_REPLIES = {
    "250": ("", "sent", 1),
    "closed before it spoke": ("drop:banner", "waiting", 0),
    "421 to EHLO": ("ehlo:421 too busy", "waiting", 0),
    "4xx to the sender": ("mail:451 4.3.0 later", "waiting", 0),
    "5xx to the recipient": ("rcpt:550 5.1.1 no such user", "not_sent", 0),
    "4xx to the recipient": ("rcpt:451 4.7.1 come back later", "waiting", 0),
    "closed before the mail": ("drop:data", "waiting", 0),
    "4xx to the final dot": ("dot:451 4.3.0 later", "waiting", 0),
    "5xx to the final dot": ("dot:554 5.7.1 spam", "not_sent", 0),
    "closed instead of a reply to the final dot": ("drop:dot", "unknown", 0),
    "taken, then closed": ("accept_then_drop", "unknown", 1),
    "taken, then a reset": ("accept_then_reset", "unknown", 1),
    "taken, then silence": ("accept_then_hang", "unknown", 1),
    "closed at QUIT": ("drop:quit", "sent", 1),
    "421 to QUIT": ("quit:421 4.4.2 bye", "sent", 1),
}


def test_each_reply_of_a_mail_server_becomes_one_honest_state(post: Post, smtp: RunningServer) -> None:
    became = {}
    for name, (fault, _, _) in MAIL_REPLIES.items():
        id_ = mail(post.database)
        smtp.faults(*([fault] if fault else []))
        deliver_due(post)
        became[name] = (fault, state(post.database, id_)[0], len(smtp.accepted()))

    assert became == MAIL_REPLIES
