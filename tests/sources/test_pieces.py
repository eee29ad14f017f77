"""A file is read in pieces: the same records, lines and refusals as at once, whatever their size."""

import csv
import gzip
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.batches import Events, Refusal
from engine.errors import PulsebookError
from engine.language.catalog import Catalog
from engine.sources.lines import FileUnreadable
from engine.sources.reading import read_file
from engine.sources.refused import write_refused
from engine.sources.tables import PIECE, read_tables
from engine.sources.targets import ImportOptions

CATALOG = Catalog.model_validate(
    {"events": {"login": {}, "order": {"properties": {"amount": "number", "note": "text"}}}}
)
HEADER = "account,note\n"
cells = st.text(st.sampled_from('ab"\n\r, é'), max_size=6)
lines = st.lists(st.one_of(cells, st.sampled_from(["a,b", '"a\n,b",c', "", '{"account": "a"}', '{"note": [1]}', "{"])))


def said(path: Path, piece: int) -> tuple[Any, ...] | str:
    """Columns, lines and refusals of a file; or why it can't be read."""
    try:
        tables = list(read_tables(path, piece))
    except FileUnreadable as error:
        return str(error)
    columns = {name: [cell for table in tables for cell in table.columns[name].to_list()] for name in tables[0].columns}
    numbers = [line for table in tables for line in table.lines.tolist()]
    return columns, numbers, [refusal for table in tables for refusal in table.refused]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(["f.csv", "f.jsonl", "f.csv.gz"]), content=lines, piece=st.integers(1, 12))
@example(name="f.csv", content=['a,"two', 'lines"', "a,b"], piece=2)
@example(name="f.csv", content=["a,b", 'a,"never closed', "a,b"], piece=2)
@example(name="f.jsonl", content=['{"account": "a"}', '{"note": "seen last"}'], piece=2)
def test_pieces_are_the_file(tmp_path: Path, name: str, content: list[str], piece: int) -> None:
    text = "\n".join(content) if name == "f.jsonl" else HEADER + "\n".join(content)
    data = text.encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)

    assert said(tmp_path / name, piece) == said(tmp_path / name, PIECE)


def test_a_parquet_file_comes_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    pl.DataFrame({"account": [f"a{number}" for number in range(10)], "note": range(10)}).write_parquet(path)

    assert len(list(read_tables(path, 6))) > 1
    assert said(path, 6) == said(path, PIECE)


def test_a_line_is_told_though_its_piece_is_not_the_first(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(HEADER.encode() + b"a,b\n" * 1_500_000 + b"a,\xff\n")

    with pytest.raises(FileUnreadable, match=r"^f\.csv:1500002: the file is not UTF-8 from here on"):
        list(read_tables(path))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "The name of a file is blank. Say which file to import, like data/accounts.csv."),
        ("no.csv", "There is no file no.csv. Check its name."),
        (".", "The name of a file is blank. Say which file to import, like data/accounts.csv."),
        ("/usr", "/usr is a folder. Name the files in it."),
    ],
)
def test_what_is_no_file_is_said(path: str, message: str) -> None:
    with pytest.raises(PulsebookError) as raised:
        list(read_tables(Path(path)))

    assert str(raised.value) == message


@pytest.mark.parametrize(("only_mapped", "refused"), [(True, []), (False, [2])])
def test_only_mapped_leaves_a_column_alone_that_bears_the_name_of_another_events_property(
    tmp_path: Path, only_mapped: bool, refused: list[int]
) -> None:
    path = tmp_path / "f.csv"
    path.write_text("who,at,note\nacme,2026-03-01,of the file's own\n")
    options = ImportOptions("events", maps={"account": "who"}, sets={"event": "login"}, only_mapped=only_mapped)

    [read] = read_file(path, options, CATALOG, "UTC")

    assert [refusal.line for refusal in read.refused] == refused
    if only_mapped:
        assert isinstance(read.batch, Events)
        assert read.batch.properties == ({},)


def test_a_mapped_column_is_never_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("account,at,text\nacme,2026-03-01,hello\n")
    options = ImportOptions("events", maps={"note": "text"}, sets={"event": "login"}, only_mapped=True)

    [read] = read_file(path, options, CATALOG, "UTC")

    assert [refusal.reason for refusal in read.refused] == ["note: login has no such property: leave the cell blank"]


def test_refused_rows_are_written_with_their_cells_whatever_piece_they_were_in(tmp_path: Path) -> None:
    path, to = tmp_path / "f.csv", tmp_path / "refused.csv"
    path.write_text("account,at,event\n" + "".join(f"a{number},soon,login\n" for number in range(5)))
    refusals = [
        refusal for read in read_file(path, ImportOptions("events"), CATALOG, "UTC", 6) for refusal in read.refused
    ]

    write_refused(to, refusals, read_tables(path, 6))

    reason = "at: 'soon' is no date or time: write 2026-03-01 or 2026-03-01T09:30+01:00"
    rows = [f"{number + 2},{reason},a{number},soon,login" for number in range(5)]
    assert to.read_text().splitlines() == ["line,reason,account,at,event", *rows]


TEXTS = st.text(st.sampled_from("'=+-@a1, \n\"＝"), min_size=1).map(str.strip).filter(bool)


@given(rows=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_refused_rows_are_read_again_as_they_were(rows: list[tuple[str, str]]) -> None:
    """Their line and reason stand before a reason of their own, and no mark of a formula stays."""
    with TemporaryDirectory() as folder:
        path, to = Path(folder) / "f.csv", Path(folder) / "f.csv.refused.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([("account", "reason"), *rows])
        table = list(read_tables(path, 4))
        refusals = [Refusal(path.name, int(line), "=why") for one in table for line in one.lines]

        write_refused(to, refusals, table)

        again = [row for one in read_tables(to, 4) for row in zip(*one.columns.values(), strict=True)]
    assert again == [row for one in table for row in zip(*one.columns.values(), strict=True)] == rows


def test_an_unknown_key_is_named_with_the_line_on_which_it_stands_first(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    known = '{"account": "a", "at": "2026-03-01", "event": "login"}\n'
    path.write_text(2 * known + '{"account": "a", "eevent": "x"}\n')

    with pytest.raises(FileUnreadable, match=r"f\.jsonl:3: column 'eevent' .*Did you mean 'event'"):
        list(read_file(path, ImportOptions("events"), CATALOG, "UTC"))


def test_a_parquet_column_without_one_text_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "o.parquet"
    pl.DataFrame({"account": ["acme"], "took": [timedelta(minutes=5)]}).write_parquet(path)

    with pytest.raises(FileUnreadable, match=r"column 'took' holds values of the type Duration.* Write numbers"):
        list(read_tables(path))
