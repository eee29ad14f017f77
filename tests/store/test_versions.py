"""The version in use is one row of the store; the files of every version that was in use are kept."""

from concurrent.futures import ThreadPoolExecutor

from engine.store.database import Database
from engine.store.due import versions_under_way
from engine.store.versions import StoredVersion, files_of, in_use, put_in_use, version_in_use
from tests.store.looking import look, run
from tests.store.records import NOW, accounts, put, rows_of

ONE, TWO = StoredVersion("v1", {"rules/a.yaml": "- rule: a"}), StoredVersion("v2", {"rules/b.yaml": "- rule: b"})


def test_nothing_is_in_use_at_first(database: Database) -> None:
    assert (in_use(database), version_in_use(database), files_of(database, "v1")) == (None, None, None)


def test_the_newest_that_was_put_into_use_is_in_use_and_the_others_are_kept(database: Database) -> None:
    changes = [put_in_use(database, stored, NOW, ()) for stored in (ONE, TWO, TWO)]

    assert changes == [True, True, False]
    assert (in_use(database), version_in_use(database)) == (TWO, "v2")
    assert files_of(database, "v1") == ONE


def test_an_earlier_version_can_come_back_into_use(database: Database) -> None:
    for stored in (ONE, TWO, ONE):
        put_in_use(database, stored, NOW, ())

    assert in_use(database) == ONE
    assert len(rows_of(database, "version")) == 2


def test_several_workers_may_put_the_same_version_into_use_at_once(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: put_in_use(database, ONE, NOW, ()), range(4)))

    assert in_use(database) == ONE


def test_the_versions_of_runs_under_way_are_still_needed(database: Database) -> None:
    put(database, accounts("acme"))
    over = run(id="over", version="v0", ended_at=NOW)

    look(database, runs=(run(), over))

    assert versions_under_way(database) == {"v1"}
