"""How a database is opened, made and shared, on SQLite and on PostgreSQL."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, func, insert, select, text, update
from sqlmodel import SQLModel

from engine.store.database import HEAD, Database, DatabaseUnusable
from engine.store.migrating import configuration, newest
from engine.store.tables.accounts import AliasRow, BlockRow
from engine.store.tables.runs import PaceRow
from engine.store.writing import upsert
from tests.store.records import rows_of

TABLE = PaceRow.__table__  # type: ignore[attr-defined]


def blocks(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(BlockRow)).scalar_one()


def test_the_tables_of_the_migrations_are_those_of_the_code(database: Database) -> None:
    with database.writing() as connection:
        command.check(configuration(connection))


def test_the_version_that_counts_as_newest_is_the_newest_migration() -> None:
    assert newest() == HEAD


def test_making_the_tables_again_changes_nothing(database: Database) -> None:
    database.migrate()

    assert database.version() == HEAD


def test_tables_of_an_older_pulsebook_are_brought_up_to_date_with_what_they_hold(database: Database) -> None:
    with database.writing() as connection:
        SQLModel.metadata.drop_all(connection)
        connection.execute(text("delete from alembic_version"))
        command.upgrade(configuration(connection), "0001")
        for statement in OLD_ROWS:
            connection.execute(text(statement))

    database.migrate()

    assert database.version() == HEAD
    assert rows_of(database, "account", "id", "newest") == [("Acme", None)]
    assert rows_of(database, "id_look", "look", "id") == [("acme", "Acme")]
    assert rows_of(database, "delivery", "key", "run_id") == [("acme/save/1/tell/1", "acme/save/1")]
    assert rows_of(database, "series", "key", "event") == [("count login", "login"), ("count login[seats in 5]", None)]
    with database.writing() as connection:
        command.check(configuration(connection))


OLD_ROWS = (
    "insert into account (seq, id, attributes, changed, looked, seed_next) values (0, 'Acme', '{}', 0, 0, false)",
    """insert into delivery (key, account_seq, run_id, playbook, step, channel, template, text, marketing, outbox_only,
    state, decided_at, day, attempts, looks_back, version, cause) values ('acme/save/1/tell/1', 0, 'acme/save/1',
    'save', 'tell', 'slack', 'at-risk', 'Acme fell', false, false, 'sent', 0, 0, 1, 0, 'v1', 'test')""",
    """insert into series (key, event, definition) values ('count login', 'login',
    '{"kind": "count", "prop": "", "where": []}')""",
    """insert into series (key, event, definition) values ('count login[seats in 5]', 'login',
    '{"kind": "count", "prop": "", "where": [["seats", "in", [5.0]]]}')""",
)


def test_tables_of_a_newer_pulsebook_are_refused(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))

    with pytest.raises(DatabaseUnusable, match=r"made by a newer Pulsebook.*Install that version"):
        database.migrate()


def test_several_databases_may_be_made_at_once(tmp_path: Path) -> None:
    databases = [Database.open(f"sqlite:///new-{number}.db", tmp_path) for number in range(4)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Database.migrate, databases))

    for database in databases:
        with database.writing() as connection:
            command.check(configuration(connection))
        database.close()


def test_several_processes_may_make_the_tables_at_once(tmp_path: Path) -> None:
    def make(_: int) -> str | None:
        database = Database.open("sqlite:///new.db", tmp_path)
        database.migrate()
        version = database.version()
        database.close()
        return version

    with ThreadPoolExecutor(4) as pool:
        versions = list(pool.map(make, range(4)))

    assert versions == [HEAD] * 4


def test_an_exception_takes_back_everything(database: Database) -> None:
    def fail(connection: Connection) -> None:
        connection.execute(insert(BlockRow), [{"id": 1}])
        raise KeyError

    with pytest.raises(KeyError), database.writing() as connection:
        fail(connection)

    with database.reading() as connection:
        assert blocks(connection) == 0


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.reading() as reader:
        before = blocks(reader)
        with database.writing() as writer:
            writer.execute(insert(BlockRow), [{"id": 1}])
        meanwhile = blocks(reader)
    with database.reading() as reader:
        after = blocks(reader)

    assert (before, meanwhile, after) == (0, 0, 1)


def test_no_update_that_reads_before_it_writes_is_lost(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(PaceRow), [{"lane": "a", "next": 0}])

    def add(_: int) -> None:
        for _ in range(50):
            with database.writing() as connection:
                row = select(PaceRow.next).where(PaceRow.lane == "a").with_for_update()  # type: ignore[call-overload]
                seen = connection.execute(row).scalar_one()
                connection.execute(update(PaceRow).values(next=seen + 1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(4)))

    with database.reading() as connection:
        assert connection.execute(select(PaceRow.next)).scalar_one() == 200  # type: ignore[call-overload]


def test_an_upsert_replaces_what_it_is_told_to(database: Database) -> None:
    rows = [{"lane": "a", "next": 1}, {"lane": "b", "next": 1}]
    with database.writing() as connection:
        upsert(connection, TABLE, ["lane"], rows[:1])
        upsert(connection, TABLE, ["lane"], [{**row, "next": 2} for row in rows])
        upsert(connection, TABLE, ["lane"], [{"lane": "a", "next": 3}], [])

        lanes = connection.execute(select(TABLE).order_by(TABLE.c.lane)).all()

    assert [(row.lane, row.next) for row in lanes] == [("a", 2), ("b", 2)]


def test_the_file_and_its_log_are_for_their_owner_alone(tmp_path: Path) -> None:
    database = Database.open("sqlite:///pulsebook.db", tmp_path)
    database.migrate()

    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    database.close()

    assert modes["pulsebook.db-wal"] == 0o600
    assert set(modes.values()) == {0o600}


def test_a_database_in_memory_lasts_as_long_as_it_is_open() -> None:
    database = Database.open("sqlite://")
    database.migrate()
    with database.writing() as connection:
        connection.execute(insert(AliasRow), [{"alias": "a", "account": "b"}])

    with database.reading() as connection:
        found = connection.execute(select(func.count()).select_from(AliasRow)).scalar_one()
    database.close()

    assert found == 1


def test_a_writer_that_waits_for_too_long_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.store.database.BUSY_SECONDS", 0.05)
    database, other = (Database.open("sqlite:///a.db", tmp_path) for _ in range(2))

    with other.writing(), pytest.raises(DatabaseUnusable, match=r"is locked\. Another process.*wait for it"):
        database.writing().__enter__()

    database.close()
    other.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        pytest.param("sqlite:///no/such.db", r"folder of the database .* is not there\. Make it", id="no folder"),
        pytest.param("sqlite:///sub", r"can't be written: Is a directory\.", id="a folder"),
        pytest.param("pulsebook.db", r"Write sqlite:///pulsebook\.db", id="no URL"),
        pytest.param("mysql://host/db", r"'mysql' is no database that Pulsebook knows", id="another database"),
        pytest.param("sqlite:///notes.txt", r"file is not a database\. Check the file", id="another file"),
        pytest.param("postgresql://me:secret@localhost:1/x", r"Check that the server runs", id="no server"),
    ],
)
def test_a_database_that_cannot_be_used_says_what_to_do(url: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "notes.txt").write_text("some notes, and no database at all\n" * 100)

    with pytest.raises(DatabaseUnusable, match=message) as error:
        Database.open(url, tmp_path).migrate()

    assert "secret" not in str(error.value)
