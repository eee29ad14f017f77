"""The same thing again is one thing, whenever it comes again, and however often; what waits is applied once."""

from datetime import timedelta
from pathlib import Path

from engine.store.database import Database
from tests.faults.base import came, counted
from tests.store.records import rows_of
from tests.test_looks import accounts, book_of, fired, looked, nps, on, scores

LOGINS = "account,at,event,id\n" + "".join(f"acme,2026-03-02T0{hour}:00Z,trouble,t{hour}\n" for hour in range(3))


def test_r27_the_same_file_three_times_across_restarts_is_one_file(database_url: str, tmp_path: Path) -> None:
    replies = []
    for number in range(3):
        database = Database.open(database_url)
        book = book_of(database)
        if not number:
            accounts(book, "acme")
        replies.append(counted(came(book, tmp_path, "events", LOGINS)))
        ids = rows_of(database, "event", "source_id")
        database.close()

    assert sorted(ids) == ["t0", "t1", "t2"]
    assert replies == [(3, 0, 0, 0, 0), (0, 3, 0, 0, 0), (0, 3, 0, 0, 0)]


def test_r28_other_content_under_a_known_id_is_refused_and_the_first_stays(database: Database, tmp_path: Path) -> None:
    book = book_of(database)
    accounts(book, "acme", "beta")
    came(book, tmp_path, "events", LOGINS)

    other = came(book, tmp_path, "events", LOGINS.replace("acme,2026-03-02T02", "beta,2026-03-02T02"))

    [refusal] = other.done.refused
    assert "'t2' is known with other content" in refusal.reason
    assert rows_of(database, "event", "account_seq") == [0, 0, 0]


def test_r29_a_month_later_the_same_event_fires_nothing_again(database: Database, tmp_path: Path) -> None:
    book = book_of(database)
    accounts(book, "acme")
    nps(book, on(-1).date(), acme=60)
    looked(book, -1)
    came(book, tmp_path, "events", LOGINS)
    looked(book, 0)
    looked(book, 30)
    before = fired(book)

    again = came(book, tmp_path, "events", LOGINS, at=on(31))

    assert counted(again) == (0, 3, 0, 0, 0)
    assert (looked(book, 31), fired(book)) == ([], before)


def test_r53_records_for_unknown_accounts_wait_and_are_applied_once_when_these_come(
    database: Database, tmp_path: Path
) -> None:
    book = book_of(database)
    names = [f"a{number}" for number in range(100)]
    rows = "account,at,nps\n" + "".join(f"{name},2026-03-02,50\n" for name in names)
    waiting = [counted(came(book, tmp_path, "observations", rows)) for _ in range(2)]
    assert (waiting, len(rows_of(database, "held"))) == ([(0, 0, 0, 100, 0)] * 2, 100)

    accounts(book, *names, at=on(0) + timedelta(hours=1))

    assert rows_of(database, "held") == []
    looked(book, 1)
    assert {one["health"]["value"] for one in scores(book).values()} == {50}
    assert counted(came(book, tmp_path, "observations", rows, at=on(1))) == (0, 100, 0, 0, 0)
