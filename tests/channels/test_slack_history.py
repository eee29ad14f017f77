"""What SlackChannel.find reads back of messages whose answer got lost, over real sockets."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.channels.slack import SlackChannel
from engine.letters import Receipt, TryOutcome
from tests.channels.letters import slack_letter
from tests.servers.running import RunningServer

SENT, UNKNOWN = TryOutcome.SENT, TryOutcome.UNKNOWN
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def channel(server: RunningServer) -> SlackChannel:
    return SlackChannel(server.token, server.url, timeout=0.5)


@pytest.mark.parametrize("address", ["C0ALERTS1", "#cs-alerts", "U0JONAS01", "jonas@northwind.example"])
@pytest.mark.parametrize("fault", ["accept_then_reset", "accept_then_hang", "accept_then_truncated"])
def test_a_doubtful_message_that_arrived_is_found(slacks: RunningServer, address: str, fault: str) -> None:
    letter = slack_letter(address=address)
    slacks.faults(fault)
    first = channel(slacks).send(letter)

    found = channel(slacks).find(letter, LONG_AGO)

    assert UNKNOWN is first.outcome
    assert found is not None
    assert (found.outcome, bool(found.reference)) == (SENT, True)
    assert len(slacks.accepted()) == 1


def test_a_doubtful_message_that_did_not_arrive_is_surely_not_there(slacks: RunningServer) -> None:
    slacks.faults({"n": 1, "do": "500"})
    to, letter = channel(slacks), slack_letter()
    to.send(letter)
    to.send(slack_letter())

    assert to.find(letter, LONG_AGO) is None


def test_messages_are_looked_through_page_by_page(slacks: RunningServer) -> None:
    to, letter = channel(slacks), slack_letter(address="C0BUSY")
    to.send(letter)
    for _ in range(210):
        to.send(slack_letter("x", address="C0BUSY"))

    found = to.find(letter, LONG_AGO)

    assert found is not None
    assert SENT is found.outcome


@pytest.mark.parametrize(("seconds_later", "is_found"), [(30, True), (90, False)])
def test_a_minute_before_the_claim_still_counts_since_clocks_differ(
    slacks: RunningServer, seconds_later: int, is_found: bool
) -> None:
    to, letter = channel(slacks), slack_letter(address="C0PAST")
    posted_at = datetime.fromtimestamp(float(to.send(letter).reference or 0), UTC)

    assert (to.find(letter, posted_at + timedelta(seconds=seconds_later)) is not None) is is_found


@pytest.mark.parametrize(
    "fault",
    ["error:missing_scope", "error:not_in_channel", "error:invalid_auth", "429:9", "500", "close", "html", "no_ts"],
)
def test_a_history_that_can_not_be_read_leaves_the_doubt(slacks: RunningServer, fault: str) -> None:
    slacks.faults({"method": "conversations.history", "do": fault})

    found = channel(slacks).find(slack_letter(), NOON)

    assert found is not None
    assert UNKNOWN is found.outcome


def test_a_channels_name_that_can_not_be_looked_up_leaves_the_doubt(slacks: RunningServer) -> None:
    slacks.faults({"method": "conversations.list", "do": "error:missing_scope"})

    found = channel(slacks).find(slack_letter(address="#never-heard-of"), NOON)

    assert Receipt(UNKNOWN, "missing_scope") == found
