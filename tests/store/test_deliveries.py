"""When a delivery goes to whom, and what a Receipt makes of it, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.domain import DeliveryState
from engine.letters import Receipt, TryOutcome
from engine.store.database import Database
from engine.store.deliveries import (
    claim,
    count_left,
    next_try,
    settle,
)
from engine.store.delivery_rows import wait_after
from tests.store.delivery_records import (
    FALLBACK,
    LEASE,
    NOON,
    claimed,
    later,
    mail,
    people,
    row,
    slack,
    state,
    terms,
    waits,
)
from tests.store.records import accounts, put

SENT, RETRY, REFUSED = TryOutcome.SENT, TryOutcome.RETRY, TryOutcome.REFUSED
UNKNOWN, PAUSE = TryOutcome.UNKNOWN, TryOutcome.PAUSE


@pytest.fixture(autouse=True)
def _people(database: Database) -> None:
    people(database)


def test_what_is_due_longest_goes_first_and_what_is_not_due_waits(database: Database) -> None:
    second = slack(database)
    first = slack(database, try_at=row(database, second).try_at - 1)
    slack(database, try_at=row(database, second).try_at + 1)

    assert [claimed(database).id, claimed(database).id, claim(database, terms())] == [first, second, None]


def test_a_claim_is_one_workers_until_it_runs_out(database: Database) -> None:
    slack(database)
    first = claimed(database)

    assert claim(database, terms(later(minutes=14))) is None
    second = claimed(database, later(minutes=15))

    assert (first.is_doubtful, second.is_doubtful) == (False, True)
    assert second.first_claimed_at == NOON
    assert second.attempts == first.attempts + 1


def test_a_worker_that_lost_its_claim_writes_nothing(database: Database) -> None:
    id_ = slack(database)
    stale = claimed(database)
    owner = claimed(database, later(minutes=15))

    assert settle(database, stale, Receipt(REFUSED, "is_archived"), later(minutes=16)) is None
    assert settle(database, owner, Receipt(SENT, reference="1.1"), later(minutes=16)) is DeliveryState.SENT
    assert settle(database, owner, Receipt(REFUSED, "is_archived"), later(minutes=17)) is None
    assert state(database, id_) == ("sent", None)


@pytest.mark.parametrize(
    ("to", "receiver", "address"),
    [
        pytest.param("#alerts", "#alerts", "#alerts", id="a channel"),
        pytest.param("owner", "jonas@northwind.example", "U0JONAS01", id="the owner, by Slack id"),
        pytest.param("manager", "lena@northwind.example", "lena@northwind.example", id="the manager, who has none"),
        pytest.param("jonas@northwind.example", "jonas@northwind.example", "U0JONAS01", id="a teammate"),
    ],
)
def test_who_is_told_is_looked_up_when_it_leaves(database: Database, to: str, receiver: str, address: str) -> None:
    id_ = slack(database, to)

    found = claimed(database)

    assert (found.receiver, found.address, row(database, id_).address) == (receiver, address, receiver)


def test_who_owns_the_account_by_now_is_told(database: Database) -> None:
    slack(database, "owner")
    put(database, accounts({"id": "acme", "owner": "nobody@northwind.example"}))

    assert claimed(database).receiver == FALLBACK


def test_what_may_have_arrived_is_looked_for_where_it_went(database: Database) -> None:
    slack(database, "owner")
    settle(database, claimed(database), Receipt(UNKNOWN, "no answer"), NOON)
    put(database, accounts({"id": "acme", "owner": "lena@northwind.example"}))

    assert claimed(database, later(seconds=5)).address == "U0JONAS01"


# The channel, what it said, the state and reason that follow, and in how many seconds it is due again.
RECEIPTS = {
    "Slack took it": ("slack", Receipt(SENT, reference="1.1"), ("sent", None), None),
    "the outbox took it": ("slack", Receipt(SENT, "outbox"), ("sent", "outbox"), None),
    "Slack refused it": ("slack", Receipt(REFUSED, "is_archived"), ("not_sent", "is_archived"), None),
    "Slack was not reached": ("slack", Receipt(RETRY, "down"), ("waiting", "down"), 30),
    "not yet": ("slack", Receipt(RETRY, "ratelimited", retry_after=90.0), ("waiting", "ratelimited"), 90),
    "soon is not sooner": ("slack", Receipt(RETRY, "busy", retry_after=1.5), ("waiting", "busy"), 30),
    "the token is no good": ("slack", Receipt(PAUSE, "invalid_auth"), ("waiting", "invalid_auth"), 900),
    "Slack may have taken it": ("slack", Receipt(UNKNOWN, "HTTP 500"), ("unknown", "HTTP 500"), 5),
    "the mail server took it": ("email", Receipt(SENT, reference="q"), ("sent", None), None),
    "the mail server refused it": ("email", Receipt(REFUSED, "550 no"), ("not_sent", "550 no"), None),
    "the mail server was busy": ("email", Receipt(RETRY, "451"), ("waiting", "451"), 300),
    "the password is no good": ("email", Receipt(PAUSE, "535"), ("waiting", "535"), 900),
    "a mail in doubt stays so": ("email", Receipt(UNKNOWN, "no reply"), ("unknown", "no reply"), None),
}


def test_each_receipt_ends_a_try_in_one_honest_state(database: Database) -> None:
    became = {}
    for name, (channel, receipt, _, _) in RECEIPTS.items():
        id_ = slack(database) if channel == "slack" else mail(database)
        settle(database, claimed(database), receipt, NOON)
        waited = waits(database, id_)
        became[name] = (channel, receipt, state(database, id_), None if waited is None else waited.total_seconds())
        assert (row(database, id_).settled_at is None) is (waited is not None)
        assert row(database, id_).reference == receipt.reference

    assert became == RECEIPTS


@pytest.mark.parametrize(
    ("channel", "minutes"),
    [("slack", [0.5, 2, 5, 15, 60, 180, 180]), ("email", [5, 30, 120, 240, 480, 480])],
)
def test_tries_grow_rarer(channel: str, minutes: list[float]) -> None:
    tried_for = timedelta(0)
    waited = []
    for _ in minutes:
        waited.append(wait_after(channel, tried_for))
        tried_for += waited[-1]

    assert waited == [timedelta(minutes=one) for one in minutes]


def test_after_three_days_a_message_is_given_up_with_the_last_reason(database: Database) -> None:
    id_ = slack(database)
    almost, over = timedelta(days=3, seconds=-1), timedelta(days=3)

    settle(database, claimed(database), Receipt(RETRY, "down"), NOON, almost)
    assert state(database, id_) == ("waiting", "down")

    settle(database, claimed(database, later(days=1)), Receipt(RETRY, "still down"), later(days=1), over)
    assert state(database, id_) == ("not_sent", "still down")


def test_time_in_which_the_settings_were_broken_does_not_count_as_tried(database: Database) -> None:
    slack(database)
    settle(database, claimed(database), Receipt(PAUSE, "invalid_auth"), NOON, timedelta(days=9))

    assert claimed(database, later(days=9)).first_claimed_at == later(days=9)


def test_a_doubtful_message_is_looked_for_twice_then_repeated_once(database: Database) -> None:
    id_ = slack(database)
    settle(database, claimed(database), Receipt(UNKNOWN, "no answer"), NOON)

    may_repeat = []
    for minute in (1, 2, 3):
        doubtful = claimed(database, later(minutes=minute))
        may_repeat.append(doubtful.may_repeat)
        doubtful = replace(doubtful, is_repeat=doubtful.may_repeat)
        settle(database, doubtful, Receipt(UNKNOWN, "no answer"), later(minutes=minute))

    assert may_repeat == [False, False, True]
    assert state(database, id_) == ("unknown", "no answer (possible repeat)")
    assert claim(database, terms(later(days=9))) is None


def test_a_worker_that_dies_while_it_repeats_is_the_last_to_repeat(database: Database) -> None:
    slack(database, state="unknown", looks_back=2, address="#alerts", attempts=3)

    assert claimed(database).may_repeat
    assert not claimed(database, later(minutes=15)).may_repeat


@pytest.mark.parametrize(
    ("receipt", "said", "is_tried_again"),
    [
        pytest.param(Receipt(SENT, reference="1.2"), ("sent", "possible repeat"), False, id="it arrived"),
        pytest.param(
            Receipt(REFUSED, "is_archived"), ("unknown", "is_archived (possible repeat)"), False, id="refused"
        ),
        pytest.param(Receipt(RETRY, "busy"), ("unknown", "busy (possible repeat)"), True, id="surely not arrived"),
        pytest.param(Receipt(PAUSE, "no_auth"), ("unknown", "no_auth (possible repeat)"), True, id="settings broken"),
    ],
)
def test_a_repeat_never_turns_the_doubt_about_the_first_into_a_no(
    database: Database, receipt: Receipt, said: tuple[str, str], is_tried_again: bool
) -> None:
    id_ = slack(database, state="unknown", looks_back=2, address="#alerts", attempts=3)

    settle(database, replace(claimed(database), is_repeat=True), receipt, NOON)

    assert state(database, id_) == said
    again = claim(database, terms(later(hours=1)))
    assert (again is not None and again.may_repeat) is is_tried_again


def test_a_channel_gets_one_message_a_second(database: Database) -> None:
    for _ in range(4):
        slack(database)
    gone = []
    for second in range(12):
        now = later(seconds=second)
        while (found := claim(database, terms(now, is_paced=True))) is not None:
            gone.append(second)
            settle(database, found, Receipt(SENT), now)

    assert gone == [0, 1, 2, 3]


def test_a_message_that_is_early_says_so_and_is_no_try(database: Database) -> None:
    slack(database)
    early = slack(database)
    claimed(database, is_paced=True)

    assert claim(database, terms(is_paced=True)) is None

    assert state(database, early) == ("waiting", "pace")
    assert row(database, early).attempts == 0


def test_channels_do_not_wait_for_each_other_nor_for_the_outbox(database: Database) -> None:
    ids = [slack(database), slack(database, "#leads"), slack(database, "owner"), slack(database, outbox_only=True)]

    assert [claimed(database, is_paced=True).id for _ in ids] == ids


def test_a_channel_is_one_messages_until_that_is_settled(database: Database) -> None:
    slack(database)
    slack(database)
    slow = claimed(database, is_paced=True)

    assert claim(database, terms(later(seconds=30), is_paced=True)) is None
    settle(database, slow, Receipt(SENT), later(seconds=30))

    assert claimed(database, later(seconds=31), is_paced=True).id != slow.id


def test_the_next_try_is_the_end_of_a_claim_too(database: Database) -> None:
    slack(database)
    mail(database, state="not_sent", try_at=None)
    assert (next_try(database), count_left(database)) == (NOON, 1)

    claimed(database)

    assert (next_try(database), count_left(database)) == (NOON + LEASE, 1)
