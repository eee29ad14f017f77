"""What a release tells of many accounts leaves as one message for each place, and is one in all that becomes of it."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.bundles import MOST_ALONE
from engine.clock import SetClock
from engine.loops.delivering import Post, deliver_due
from tests.delivering.test_doubt import died_after_sending
from tests.servers.running import RunningServer
from tests.store.delivery_records import FALLBACK, NOON, counts, released
from tests.store.records import entries, put, rows_of

JONAS, LENA = "jonas@northwind.example", "lena@northwind.example"
MANY = MOST_ALONE + 2


def said(post: Post, *columns: str) -> Counter[tuple[Any, ...]]:
    """What the rows of deliveries say, and how many say so."""
    return Counter(rows_of(post.database, "delivery", *columns))


@pytest.mark.parametrize(("count", "files"), [(MOST_ALONE, MOST_ALONE), (MOST_ALONE + 1, 1)])
def test_few_leave_each_by_itself_and_one_more_as_one(offline: Post, tmp_path: Path, count: int, files: int) -> None:
    """Into the outbox, where nothing waits for its second."""
    released(offline.database, count)

    assert counts(deliver_due(offline)) == (count, 0, 0, 0)

    assert len(list((tmp_path / "outbox").iterdir())) == files
    assert said(offline, "state", "reason") == {("sent", "outbox"): count}


def test_all_of_one_message_have_its_number_in_slack(post: Post, slacks: RunningServer) -> None:
    released(post.database, MANY)

    deliver_due(post)

    [told] = slacks.accepted()
    assert told["text"] == f"{MANY} accounts at once: fell into red"
    [(reference, bundle)] = said(post, "reference", "bundle")
    assert (bool(reference), bundle) == (True, "release 1/1")


def test_whoever_is_told_by_then_gets_one_message_about_theirs(offline: Post) -> None:
    """Lena is away, so it is her backup; Jonas has few."""
    released(offline.database, 30, JONAS, LENA, LENA, to="owner")
    away = {"email": LENA, "away_until": date(2027, 1, 1), "backup": FALLBACK}
    put(offline.database, entries("teammates", away))

    deliver_due(offline)

    assert said(offline, "address", "bundle") == {(JONAS, None): 10, (FALLBACK, "release 1/2"): 20}


def test_several_workers_at_once_send_it_once(post: Post, slacks: RunningServer) -> None:
    released(post.database, 60)

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: deliver_due(post), range(4)))

    assert len(slacks.accepted()) == 1
    assert said(post, "state", "attempts") == {("sent", 1): 60}


def test_what_may_have_arrived_is_found_by_its_one_name(post: Post, slacks: RunningServer, clock: SetClock) -> None:
    """Its owners may be others by then."""
    released(post.database, MANY, to="owner")
    slacks.faults({"n": 1, "do": "accept_then_reset"})
    assert counts(deliver_due(post)) == (0, 0, MANY, MANY)
    put(post.database, entries("teammates", {"email": LENA, "away_until": date(2027, 1, 1), "backup": FALLBACK}))
    clock.at += timedelta(seconds=5)

    assert counts(deliver_due(post)) == (MANY, 0, 0, 0)

    assert len(slacks.accepted()) == 1
    assert said(post, "state", "reason", "address") == {("sent", "found in the history", LENA): MANY}


def test_what_a_dead_worker_sent_is_found_by_the_next(post: Post, slacks: RunningServer, clock: SetClock) -> None:
    released(post.database, MANY)
    died_after_sending(post, post.channels["slack"])
    clock.at += post.leases["email"]

    deliver_due(post)

    assert len(slacks.accepted()) == 1
    assert said(post, "state", "reason") == {("sent", "found in the history"): MANY}


def test_each_step_is_a_message_that_waits_its_second(post: Post, slacks: RunningServer, clock: SetClock) -> None:
    released(post.database, 2 * MOST_ALONE + 2)
    with post.database.writing() as connection:
        connection.exec_driver_sql("update delivery set step = 'warn' where id > 11")

    first = deliver_due(post)

    assert (first.sent, first.left, first.next_at) == (11, 11, NOON + timedelta(seconds=1))
    clock.at += timedelta(seconds=1)
    assert counts(deliver_due(post)) == (11, 0, 0, 0)
    assert len(slacks.accepted()) == 2
    assert said(post, "step", "bundle") == {("tell", "release 1/1"): 11, ("warn", "release 1/12"): 11}


def test_one_that_is_withdrawn_before_it_is_tried_again_is_not_told_of(
    post: Post, slacks: RunningServer, clock: SetClock
) -> None:
    """Also where it was the first of them."""
    released(post.database, MANY)
    slacks.faults("error:service_unavailable")
    assert counts(deliver_due(post)) == (0, 0, 0, MANY)
    slacks.faults()
    with post.database.writing() as connection:
        connection.exec_driver_sql("update delivery set state = 'not_sent', try_at = null where id = 1")
    clock.at += timedelta(minutes=1)

    assert counts(deliver_due(post)) == (MANY - 1, 0, 0, 0)

    [told] = slacks.accepted()
    assert told["text"].startswith(f"{MANY - 1} accounts at once")
    assert "firm00" not in str(told["asked"]["blocks"])
