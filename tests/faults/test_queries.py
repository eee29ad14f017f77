"""Of a database that breaks off, falls silent, or answers what it should not, no part is ever taken."""

from pathlib import Path

import pytest

from engine.cli.asking import answers
from engine.cli.importing import Order, take
from engine.errors import PulsebookError
from engine.loops.book import Book
from engine.store import listing
from engine.store.database import Database
from tests.faults.base import counted
from tests.servers.line import line_to
from tests.store.records import dump
from tests.test_looks import FILES, book_of

ROWS = 30_000
EVERYBODY = f"select 'a' || n as id, repeat('x', 100) as name from generate_series(1, {ROWS}) n"
MEGABYTE = 1 << 20


@pytest.fixture
def book(database: Database) -> Book:
    return book_of(database, FILES)


def asked(
    book: Book, query: Path, text: str, url: str, timeout: int | None = None, kind: str = "accounts"
) -> tuple[int, int, int, int, int]:
    """What an import by a query did."""
    query.write_text(text)
    with answers([query], url, timeout, quiet=True) as copies:
        return counted(take(book, Order(kind, (query,), copies=copies)))


@pytest.mark.parametrize(
    ("silent", "said"),
    [
        (
            False,
            r"everybody.sql: the database broke off after [1-9][\d,]+ rows \(.+\): import it again. Nothing was taken.",
        ),
        (
            True,
            r"everybody.sql: after 1 seconds only [1-9][\d,]+ rows of the answer were there: give it a longer",
        ),
    ],
    ids=["breaks off", "falls silent"],
)
def test_r58_of_an_answer_that_does_not_end_no_row_is_taken(
    book: Book, postgres_server: str, tmp_path: Path, silent: bool, said: str
) -> None:
    before = dump(book.database)

    with line_to(postgres_server, most=2 * MEGABYTE, silent=silent) as url, pytest.raises(PulsebookError, match=said):
        asked(book, tmp_path / "everybody.sql", EVERYBODY, url, 1 if silent else None)

    assert dump(book.database) == before
    with line_to(postgres_server, most=100 * MEGABYTE) as url:
        assert asked(book, tmp_path / "everybody.sql", EVERYBODY, url) == (ROWS, 0, 0, 0, 0)


def test_r58_a_server_that_says_nothing_once_it_has_let_us_in_is_waited_for_no_longer_than_said(
    book: Book, postgres_server: str, tmp_path: Path
) -> None:
    for most in (480, 560, 640):
        with (
            line_to(postgres_server, most=most, silent=True) as url,
            pytest.raises(PulsebookError, match="after 1 sec"),
        ):
            asked(book, tmp_path / "everybody.sql", EVERYBODY, url, 1)


def test_r58_an_answer_of_another_shape_is_refused_and_the_same_again_changes_nothing(
    book: Book, postgres_server: str, tmp_path: Path
) -> None:
    query, server = tmp_path / "few.sql", postgres_server
    assert asked(book, query, "select 'a' as id, 'Acme' as name", server) == (1, 0, 0, 0, 0)
    before = dump(book.database)

    assert asked(book, query, "select 'a' as id, 'Acme' as name", server) == (0, 1, 0, 0, 0)
    for text, said in (
        ("select 'a' as id, 'Acme' as name where false", "the answer has no rows"),
        ("select 'a' as customer, 'Acme' as name", "customer"),
    ):
        with pytest.raises(PulsebookError, match=said):
            asked(book, query, text, server)

    assert dump(book.database) == before


def test_r58_of_a_key_that_comes_twice_the_later_row_counts(book: Book, postgres_server: str, tmp_path: Path) -> None:
    text = "select 'a' as id, name from (values ('Acme', 2), ('Acme Ltd', 1)) one (name, place) order by place"

    assert asked(book, tmp_path / "twice.sql", text, postgres_server) == (1, 1, 0, 0, 0)

    assert [one["name"] for one in listing.accounts(book.database, listing.Asked(), ())] == ["Acme"]


@pytest.mark.parametrize("value", ["'NaN'::float8", "'NaN'::numeric", "'Infinity'::float8", "1e300::float8"])
def test_r50_what_is_no_number_in_an_answer_is_refused(
    book: Book, postgres_server: str, tmp_path: Path, value: str
) -> None:
    assert asked(book, tmp_path / "a.sql", "select 'a' as id", postgres_server) == (1, 0, 0, 0, 0)
    text = f"select 'a' as account, current_date - 1 as at, {value} as nps"

    assert asked(book, tmp_path / "nps.sql", text, postgres_server, kind="observations") == (0, 0, 0, 0, 1)
