"""A query is answered by a real database and read like a file; what can't be, is told with what to do."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from engine.sources.lines import FileUnreadable
from engine.sources.queries import fetch
from engine.sources.tables import read_tables

TYPES = """
select 'acme' as id, 12 as seats, 12.50::numeric as value, 0.1::float8 as share, true as trial,
    date '2026-03-01' as since, timestamptz '2026-03-01 09:30+02' as seen, timestamp '2026-03-01 09:30' as heard,
    null::text as owner, '5b2c8e0a-4f6f-4c73-9a55-1f3f1a6f2b10'::uuid as key, '100 % :sure' as note
"""


def answered(folder: Path, text: str, url: str, *, seconds: float = 30) -> dict[str, list[Any]]:
    """The columns of the answer, as an import sees them."""
    query, copy = folder / "use.sql", folder / "answer" / "use.sql"
    query.write_text(text, encoding="utf-8")
    copy.parent.mkdir(exist_ok=True)
    fetch(query, url, seconds, copy)
    tables = list(read_tables(copy))
    return {name: [cell for table in tables for cell in table.columns[name].to_list()] for name in tables[0].columns}


@pytest.fixture
def shop(tmp_path: Path) -> str:
    """A database of somebody else's."""
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("create table customer (id text, seats integer)")
        connection.executemany("insert into customer values (?, ?)", [("acme", 12), (" zen\n", None)])
    return f"sqlite:///{tmp_path / 'shop.db'}"


def test_values_of_postgresql_are_what_a_file_would_say(tmp_path: Path, postgres_server: str) -> None:
    found = answered(tmp_path, TYPES, postgres_server)

    seen = found.pop("seen")[0]
    assert datetime.fromisoformat(seen) == datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
    assert found == {
        "id": ["acme"],
        "seats": ["12"],
        "value": ["12.50"],
        "share": ["0.1"],
        "trial": ["true"],
        "since": ["2026-03-01"],
        "heard": ["2026-03-01T09:30:00"],
        "owner": [None],
        "key": ["5b2c8e0a-4f6f-4c73-9a55-1f3f1a6f2b10"],
        "note": ["100 % :sure"],
    }


def test_values_of_sqlite_are_what_a_file_would_say(tmp_path: Path, shop: str) -> None:
    text = "-- everybody\nselect id, seats, 0.5 as share, '%s :x' as note from customer order by id desc;\n"

    found = answered(tmp_path, text, shop)

    assert found == {
        "id": ["acme", "zen"],
        "seats": ["12", None],
        "share": ["0.5", "0.5"],
        "note": ["%s :x", "%s :x"],
    }


def test_a_long_answer_comes_in_its_order_and_whole(tmp_path: Path, postgres_server: str) -> None:
    found = answered(tmp_path, "select n as id from generate_series(1, 25000) n", postgres_server)

    assert found == {"id": [str(number) for number in range(1, 25_001)]}


def test_a_query_changes_nothing_where_it_is_answered(tmp_path: Path, shop: str, postgres_server: str) -> None:
    refused = [
        ("delete from customer", shop, "authoriz"),
        (f"attach '{tmp_path}/new.db' as x", shop, "authoriz"),
        (f"vacuum into '{tmp_path}/new.db'", shop, "authoriz"),
        ("create table customer (id int)", postgres_server, "syntax error"),
        ("with new as (delete from pg_description returning 1) select 1 as id", postgres_server, "data-modifying"),
        ("select lo_create(0) as id", postgres_server, "read-only transaction"),
    ]
    for text, url, said in refused:
        with pytest.raises(FileUnreadable, match=said):
            answered(tmp_path, text, url)

    assert answered(tmp_path, "select count(*) as id from customer", shop) == {"id": ["2"]}
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "use.sql is empty. Write one select into it."),
        ("selec", 'use.sql: the database can\'t answer the query (near "selec": syntax error): mend it.'),
        ("select seat from customer", "can't answer the query (no such column: seat): mend it."),
        ("select 1 as id; select 2 as id", "one statement at a time"),
        ("select id, id from customer", "use.sql: two columns are called 'id'. Rename one with `as`."),
        ("select id from customer where seats > 99", "use.sql: the answer has no rows, as when a feed has stopped."),
        ("select x'00ff' as id", "use.sql: column 'id' holds a bytes. Make a text or a number of it in the query."),
    ],
)
def test_a_query_that_gives_no_records_says_why(tmp_path: Path, shop: str, text: str, said: str) -> None:
    with pytest.raises(FileUnreadable) as refused:
        answered(tmp_path, text, shop)

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "somewhere",
            "use.sql: what --database says is not the URL of a database. Write sqlite:///FILE or postgresql://…",
        ),
        ("postgresql://shop:port/shop", "use.sql: what --database says is not the URL of a database."),
        ("postgresql://me:very@secret@shop/shop", "use.sql: the URL of the database has an @ too many."),
        ("mysql://shop", "use.sql: 'mysql' is no database that can be asked. Write sqlite:///FILE or postgresql://…"),
        ("sqlite:////nowhere/shop.db", "use.sql: the database can't be reached (unable to open database file)."),
        ("postgresql://me:secret@127.0.0.1:1/shop", "use.sql: the database can't be reached (connection failed"),
    ],
)
def test_a_database_that_can_not_be_asked_is_told_without_its_password(tmp_path: Path, url: str, said: str) -> None:
    with pytest.raises(FileUnreadable) as refused:
        answered(tmp_path, "select 1 as id", url)

    assert str(refused.value).startswith(said)
    assert "secret" not in str(refused.value)


def test_an_answer_of_sqlite_that_takes_too_long_is_given_up(tmp_path: Path, shop: str) -> None:
    endless = "with recursive n(id) as (select 1 union all select id + 1 from n) select max(id) as id from n"

    with pytest.raises(FileUnreadable, match=r"after 0\.3 seconds only 0 rows of the answer were there"):
        answered(tmp_path, endless, shop, seconds=0.3)


def test_an_error_within_an_answer_is_one_of_the_query(tmp_path: Path, postgres_server: str) -> None:
    with pytest.raises(FileUnreadable, match=r"can't answer the query \(division by zero\): mend it"):
        answered(tmp_path, "select 1 / (25000 - n) as id from generate_series(1, 26000) n", postgres_server)


def test_a_database_that_somebody_else_locks_is_busy(tmp_path: Path, shop: str) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db", isolation_level=None)) as other:
        other.execute("begin exclusive")

        with pytest.raises(FileUnreadable, match="is busy"):
            answered(tmp_path, "select id from customer", shop)


def test_a_query_may_begin_with_a_byte_order_mark(tmp_path: Path, postgres_server: str) -> None:
    assert answered(tmp_path, "\ufeffselect 1 as id", postgres_server) == {"id": ["1"]}


def test_a_server_that_is_waited_for_no_more_ends_its_work(tmp_path: Path, postgres_server: str) -> None:
    text = "select count(*) as id from generate_series(1, 2000000000) n"
    with pytest.raises(FileUnreadable, match="after 1 seconds"):
        answered(tmp_path, text, postgres_server, seconds=1)

    active = "select count(*) as id from pg_stat_activity where state = 'active' and query like '%pulsebook%'"
    sleep(3)

    assert answered(tmp_path, active, postgres_server) == {"id": ["1"]}
