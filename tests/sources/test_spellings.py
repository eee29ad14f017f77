"""What exports of other tools look like: columns that nobody asks for, dates and times as they write them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from engine.batches import Batch, Entries, Events, Unsaid
from engine.clock import microseconds
from engine.sources.reading import read_file
from engine.sources.targets import ImportOptions
from tests.sources.broken import CATALOG, read


def batch_of(path: Path, options: ImportOptions) -> Batch:
    [said] = read_file(path, options, CATALOG, "UTC")
    assert said.refused == ()
    assert said.batch is not None
    return said.batch


MAPPED = ImportOptions(
    "events", maps={"account": "userId", "at": "timestamp"}, sets={"event": "login"}, only_mapped=True
)
SAID = {"userId": "a", "timestamp": "2026-03-01T09:00:00Z"}


def csv(path: Path) -> None:
    path.write_text(",userId,timestamp,page,page,\n0,a,2026-03-01T09:00:00Z,x,y,\n")


def json_lines(path: Path) -> None:
    path.write_text(
        '{"userId":"a","timestamp":"2026-03-01T09:00:00Z","context":{"ip":"1","ip":"2"},"tags":["x"],"score":NaN}\n'
    )


def parquet(path: Path) -> None:
    spans = pl.Series([90]).cast(pl.Duration("ms"))
    pl.DataFrame({**{name: [one] for name, one in SAID.items()}, "tags": [["x"]], "took": spans}).write_parquet(path)


@pytest.mark.parametrize(("name", "write"), [("e.csv", csv), ("e.jsonl", json_lines), ("e.parquet", parquet)])
def test_only_mapped_leaves_alone_what_could_not_be_read(
    tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    """A column without a name, two of one name, lists, objects, spans of time."""
    write(tmp_path / name)

    events = batch_of(tmp_path / name, MAPPED)

    assert isinstance(events, Events)
    assert (events.account.values, events.when.at.tolist()) == (
        ("a",),
        [microseconds(datetime(2026, 3, 1, 9, tzinfo=UTC))],
    )


@pytest.mark.parametrize(
    "written",
    ["2026-03-01T10:00+01", "2026-03-01 10:00:00+01", "2026-03-01 10:00:00.000+0100", "2026-03-01T10:00:00+01:00"],
)
def test_an_offset_is_written_in_hours_or_in_hours_and_minutes(tmp_path: Path, written: str) -> None:
    path = tmp_path / "e.csv"
    path.write_text(f"account,at,event\na,{written},login\n")

    events = batch_of(path, ImportOptions("events"))

    assert isinstance(events, Events)
    assert events.when.at.tolist() == [microseconds(datetime(2026, 3, 1, 9, tzinfo=UTC))]


@pytest.mark.parametrize(
    "written", ["2026-03-01", "2026-03-01 00:00:00", "2026-03-01T00:00:00.000000", "2026-03-01 00:00"]
)
def test_a_date_may_come_as_its_midnight(tmp_path: Path, written: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"id,since\na,{written}\n")

    accounts = batch_of(path, ImportOptions("accounts"))

    assert isinstance(accounts, Entries)
    assert accounts.columns["since"] == (date(2026, 3, 1),)


@pytest.mark.parametrize("written", ["2026-03-01 00:01", "2026-03-01T00:00:00Z", "2026-03-01T"])
def test_another_time_is_no_date(tmp_path: Path, written: str) -> None:
    said = read(tmp_path, "a.csv", "accounts", f"id,since\na,{written}\n".encode())

    assert [one.reason for one in said.refused] == [f"since: {written!r} is no date: write it like 2026-03-01"]


def test_a_character_that_is_written_as_two_halves_is_whole(tmp_path: Path) -> None:
    content = b'{"account":"\\ud83d\\ude00","at":"2026-03-01","nps":5}\n'

    assert read(tmp_path, "o.jsonl", "observations", content).refused == ()


NO_NUMBERS = ["12%", '"$1,200"', '"1.200,50"', "1_000", "NaN", "Infinity", "１２", "true", "0x10"]


@pytest.mark.parametrize("written", NO_NUMBERS)
def test_what_is_no_plain_number_is_not_guessed_at(tmp_path: Path, written: str) -> None:
    said = read(tmp_path, "o.csv", "observations", f"account,at,nps\na,2026-03-01,{written}\n".encode())

    shown = written.strip('"')
    expected = f"nps: '{shown}' is no number: write digits, like 12 or 0.5"
    assert [(refusal.line, refusal.reason) for refusal in said.refused] == [(2, expected)]
    assert said.records == 1


NO_TIMES = ["20260308", "2026-W10-7", "1772323200", "2026-02-30", "2026-03-01 25:00"]


@pytest.mark.parametrize("written", NO_TIMES)
def test_what_is_no_plain_date_or_time_is_not_guessed_at(tmp_path: Path, written: str) -> None:
    said = read(tmp_path, "o.csv", "observations", f"account,at,nps\na,{written},5\n".encode())

    expected = f"at: '{written}' is no date or time: write 2026-03-01 or 2026-03-01T09:30+01:00"
    assert [(refusal.line, refusal.reason) for refusal in said.refused] == [(2, expected)]
    assert said.records == 1


def test_a_key_that_a_json_line_does_not_have_is_not_blank(tmp_path: Path) -> None:
    content = b'{"id":"a","name":"A"}\n{"id":"b","name":null,"owner":""}\n{"id":"c","owner":"ana@us.example"}\n'

    accounts = read(tmp_path, "a.jsonl", "accounts", content).batch

    assert isinstance(accounts, Entries)
    assert accounts.columns["name"] == ("A", None, Unsaid.UNSAID)
    assert accounts.columns["owner"] == (Unsaid.UNSAID, None, "ana@us.example")


def test_a_whole_number_in_a_column_of_floats_is_that_number_as_an_id(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": [7.0, 8.0, 9.5], "name": [3.0, None, 1e20], "value": [5.0, 0.5, None]})
    frame.write_parquet(tmp_path / "a.parquet")

    accounts = batch_of(tmp_path / "a.parquet", ImportOptions("accounts"))

    assert isinstance(accounts, Entries)
    assert accounts.columns["id"] == ("7", "8", "9.5")
    assert accounts.columns["name"] == ("3", None, "1e+20")
    assert accounts.columns["value"] == (5, 0.5, None)
