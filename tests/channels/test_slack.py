"""What SlackChannel makes of each answer, over real sockets."""

import socket

import pytest

from engine.channels import ChannelMisconfigured
from engine.channels.slack import SlackChannel
from engine.letters import Receipt, TryOutcome
from tests.channels.letters import slack_letter
from tests.servers.running import RunningServer, slack_server

SENT, RETRY, REFUSED = TryOutcome.SENT, TryOutcome.RETRY, TryOutcome.REFUSED
UNKNOWN, PAUSE = TryOutcome.UNKNOWN, TryOutcome.PAUSE

WAIT = "ratelimited rate_limited message_limit_exceeded"
LATER = "service_unavailable request_timeout team_added_to_org org_login_required a_code_of_tomorrow"
IN_DOUBT = "internal_error fatal_error"
SETTINGS = """invalid_auth not_authed account_inactive token_revoked token_expired missing_scope
    not_allowed_token_type no_permission accesslimited access_denied ekm_access_denied two_factor_setup_required
    team_access_not_granted enterprise_is_restricted"""
DESTINATION = """channel_not_found not_in_channel is_archived restricted_action restricted_action_read_only_channel
    messages_tab_disabled team_not_found user_not_found users_not_found user_disabled cannot_reply_to_message
    restricted_action_thread_locked message_not_found"""
OURS = """invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long no_text too_many_attachments
    markdown_text_conflict invalid_metadata_format invalid_metadata_schema metadata_too_large invalid_arguments
    invalid_arg_name invalid_form_data invalid_charset invalid_post_type"""


def channel(server: RunningServer, token: str | None = None) -> SlackChannel:
    return SlackChannel(token or server.token, server.url, timeout=0.5)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        *((code, RETRY) for code in (WAIT + " " + LATER).split()),
        *((code, UNKNOWN) for code in IN_DOUBT.split()),
        *((code, PAUSE) for code in SETTINGS.split()),
        *((code, REFUSED) for code in (DESTINATION + " " + OURS).split()),
    ],
)
def test_each_error_code_has_one_meaning_and_posts_nothing_twice(
    slacks: RunningServer, code: str, expected: TryOutcome
) -> None:
    slacks.faults(f"error:{code}")

    receipt = channel(slacks).send(slack_letter())

    assert (expected, code) == (receipt.outcome, receipt.reason)
    assert (2 if code in OURS.split() else 1) == len(slacks.journal())


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param("reset_before", UNKNOWN, id="resets after reading the head of the request"),
        pytest.param("reset", UNKNOWN, id="resets without taking it"),
        pytest.param("accept_then_reset", UNKNOWN, id="takes it and resets"),
        pytest.param("accept_then_close", UNKNOWN, id="takes it and closes"),
        pytest.param("accept_then_hang", UNKNOWN, id="takes it and hangs"),
        pytest.param("accept_then_truncated", UNKNOWN, id="takes it and cuts its answer short"),
        pytest.param("accept_then_500", UNKNOWN, id="takes it and answers 500"),
        pytest.param("500", UNKNOWN, id="500"),
        pytest.param("502", UNKNOWN, id="502"),
        pytest.param("503:service_unavailable", UNKNOWN, id="503 with a code"),
        pytest.param("html", UNKNOWN, id="HTML with 200"),
        pytest.param("list", UNKNOWN, id="a list instead of an object"),
        pytest.param("big", UNKNOWN, id="an answer of 8 MB"),
        pytest.param("404", UNKNOWN, id="404 without a code"),
        pytest.param("redirect:http://127.0.0.1:1/", UNKNOWN, id="a redirect"),
        pytest.param("400:invalid_blocks", REFUSED, id="400 with a code"),
        pytest.param("accept_then_no_ts", SENT, id="ok without ts, but with a warning and is_duplicate"),
        pytest.param("accept_then_error:fatal_error", UNKNOWN, id="takes it and says fatal_error"),
    ],
)
def test_a_try_ends_in_what_is_known_of_it(slacks: RunningServer, fault: str, expected: TryOutcome) -> None:
    slacks.faults({"n": 1, "do": fault}, {"n": 2, "do": "400:invalid_blocks"})

    receipt = channel(slacks).send(slack_letter())

    assert expected == receipt.outcome
    assert ("accept" in fault) == len(slacks.accepted())


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        pytest.param("30", 30.0, id="whole seconds"),
        pytest.param("1.5", 1.5, id="a fraction"),
        pytest.param("0", 0.0, id="at once"),
        pytest.param("86400", 86_400.0, id="a day"),
        pytest.param("9999999", 86_400.0, id="more than a day"),
        pytest.param("Thu, 01 Jan 1970 00:00:00 GMT", 0.0, id="a date that is over"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0, id="a date in the far future"),
        pytest.param("", None, id="none"),
        pytest.param("nan", None, id="not a number"),
        pytest.param("-5", None, id="negative"),
        pytest.param("soon", None, id="a word"),
    ],
)
def test_429_waits_as_long_as_it_says(slacks: RunningServer, said: str, seconds: float | None) -> None:
    slacks.faults(f"429:{said}")

    assert Receipt(RETRY, "ratelimited", retry_after=seconds) == channel(slacks).send(slack_letter())
    assert slacks.accepted() == []


def test_a_reached_message_limit_is_given_an_hour(slacks: RunningServer) -> None:
    slacks.faults("error:message_limit_exceeded")

    assert channel(slacks).send(slack_letter()).retry_after == 3600.0


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:{}/api/", "http://slack.invalid/api/"])
def test_what_never_left_may_be_tried_again(base_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed_port = taken.getsockname()[1]

    receipt = SlackChannel("xoxb-test", base_url.format(closed_port), timeout=2.0).send(slack_letter())

    assert RETRY is receipt.outcome


def test_a_wrong_token_pauses_the_channel(slacks: RunningServer) -> None:
    assert Receipt(PAUSE, "invalid_auth") == channel(slacks, "xoxb-other").send(slack_letter())


@pytest.mark.parametrize("token", ["", " ", "xoxb-a\r\nHost: evil", "xoxb-é"])
def test_a_token_that_can_be_none_is_refused_at_once(token: str) -> None:
    with pytest.raises(ChannelMisconfigured, match=r"channels\.slack\.token"):
        SlackChannel(token)


def test_neither_proxies_of_the_environment_nor_redirects_are_followed(
    slacks: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    slacks.faults({"n": 2, "do": f"redirect:http://127.0.0.1:{slacks.port}/elsewhere"})
    to = channel(slacks)

    outcomes = [to.send(slack_letter()).outcome, to.send(slack_letter()).outcome]

    assert outcomes == [SENT, UNKNOWN]
    assert [line["method"] for line in slacks.journal()] == ["chat.postMessage"] * 2


def test_a_message_says_what_it_is_and_unfurls_nothing(slacks: RunningServer) -> None:
    letter = slack_letter("*A & B* <fell>\nRenews in 47 days")

    receipt = channel(slacks).send(letter)

    [line] = slacks.accepted()
    assert receipt.reference
    assert {"effect_id": letter.effect_id} == line["asked"]["metadata"]["event_payload"]
    assert line["text"] == "A &amp; B &lt;fell&gt;"
    assert tuple(line["asked"][k] for k in ("unfurl_links", "unfurl_media", "mrkdwn")) == (False, False, False)
    assert "link_names" not in line["asked"]


def test_blocks_that_slack_refuses_leave_once_more_as_plain_text(slacks: RunningServer) -> None:
    slacks.faults({"n": 1, "do": "error:invalid_blocks"})

    receipt = channel(slacks).send(slack_letter("*Acme* <fell>\n\n- one\n- two"))

    assert SENT is receipt.outcome
    assert slacks.accepted()[0]["text"] == "Acme &lt;fell&gt;\n\n- one\n- two"


def test_a_text_without_anything_to_see_is_refused_unsent(slacks: RunningServer) -> None:
    assert Receipt(REFUSED, "the text is empty") == channel(slacks).send(slack_letter(" \n\u200b\n"))
    assert slacks.journal() == []


@pytest.mark.parametrize(
    ("address", "calls"),
    [
        pytest.param("#cs-alerts", ["chat.postMessage"], id="a channel's name"),
        pytest.param("C0ALERTS1", ["chat.postMessage"], id="a channel's id"),
        pytest.param("U0JONAS01", ["conversations.open", "chat.postMessage"], id="a person's id"),
        pytest.param(
            "jonas@northwind.example",
            ["users.lookupByEmail", "conversations.open", "chat.postMessage"],
            id="a person's email",
        ),
    ],
)
def test_people_are_written_to_directly_and_looked_up_once(
    slacks: RunningServer, address: str, calls: list[str]
) -> None:
    to = channel(slacks)

    outcomes = {to.send(slack_letter(address=address)).outcome for _ in range(2)}

    assert {SENT} == outcomes
    assert [*calls, "chat.postMessage"] == [line["method"] for line in slacks.journal()]


@pytest.mark.parametrize("address", ["Jonas", "<@U1>", "", "a@b, c@d"])
def test_an_address_that_slack_has_none_of_is_refused_unsent(slacks: RunningServer, address: str) -> None:
    assert REFUSED is channel(slacks).send(slack_letter(address=address)).outcome
    assert slacks.journal() == []


@pytest.mark.parametrize("method", ["users.lookupByEmail", "conversations.open"])
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("error:users_not_found", REFUSED),
        ("error:user_disabled", REFUSED),
        ("error:missing_scope", PAUSE),
        ("error:internal_error", RETRY),
        ("500", RETRY),
        ("close", RETRY),
        ("429:7", RETRY),
        ("accept_then_no_ts", RETRY),
    ],
)
def test_a_failed_look_up_leaves_nothing_in_doubt(
    slacks: RunningServer, method: str, fault: str, expected: TryOutcome
) -> None:
    slacks.faults({"method": method, "do": fault})

    assert expected is channel(slacks).send(slack_letter(address="jonas@northwind.example")).outcome
    assert slacks.accepted() == []


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("#old", "is_archived"),
        ("#secret", "not_in_channel"),
        ("#nowhere", "channel_not_found"),
        ("gone@northwind.example", "users_not_found"),
        ("U0GONE", "user_disabled"),
        ("U0NOBODY", "user_not_found"),
    ],
)
def test_who_can_not_be_reached_is_said_by_slacks_own_word(
    tmp_path_factory: pytest.TempPathFactory, address: str, reason: str
) -> None:
    world = {
        "users": [{"id": "U0GONE", "email": "gone@northwind.example", "deleted": True}],
        "channels": [
            {"id": "C0OLD", "name": "old", "archived": True},
            {"id": "C0SECRET", "name": "secret", "member": False},
        ],
    }
    with slack_server(tmp_path_factory.mktemp("world"), world=world) as server:
        assert Receipt(REFUSED, reason) == channel(server).send(slack_letter(address=address))


def test_a_second_post_within_the_second_is_told_to_wait(tmp_path_factory: pytest.TempPathFactory) -> None:
    with slack_server(tmp_path_factory.mktemp("limited"), per_second=True) as server:
        to = channel(server)
        receipts = [to.send(slack_letter(address="#a")), to.send(slack_letter(address="#b"))]
        receipts += [to.send(slack_letter(address="#b"))]

    assert [receipt.outcome for receipt in receipts] == [SENT, SENT, RETRY]
    assert receipts[2].retry_after == 1.0
