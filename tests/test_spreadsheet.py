"""A CSV file that a spreadsheet opens runs nothing of what customers wrote, and keeps every value."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cli.spreadsheet import cell, write_csv
from engine.sources.formulas import FORMULA


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("=1+1", "'=1+1", id="a formula"),
        pytest.param("+49 30 1234", "'+49 30 1234", id="a plus"),
        pytest.param("-2+3", "'-2+3", id="a minus"),
        pytest.param("@SUM(A1)", "'@SUM(A1)", id="an at"),
        pytest.param("\t=1+1", "'\t=1+1", id="a tab"),
        pytest.param("\r=1+1", "'\r=1+1", id="a return"),
        pytest.param("\n=1+1", "'\n=1+1", id="a new line"),
        pytest.param("＝1+1", "'＝1+1", id="a full-width sign"),
        pytest.param("Acme = Ltd", "Acme = Ltd", id="a sign further on"),
        pytest.param(-40.5, -40.5, id="a number below 0"),
        pytest.param(Decimal("-0.10"), Decimal("-0.10"), id="an amount below 0"),
        pytest.param("-40.5", "'-40.5", id="a text that looks like a number"),
        pytest.param(["At risk", "=x"], "At risk, =x", id="a list"),
        pytest.param(None, "", id="nothing"),
        pytest.param(True, "yes", id="yes"),
    ],
)
def test_a_cell_is_never_a_formula(value: object, expected: object) -> None:
    assert cell(value) == expected


@given(st.lists(st.lists(st.text() | st.integers() | st.none(), min_size=2, max_size=2), max_size=5))
def test_what_is_written_is_read_again_and_begins_like_no_formula(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str | int | None]]
) -> None:
    file = tmp_path_factory.mktemp("csv") / "rows.csv"

    write_csv(file, ("one", "two"), rows)

    with file.open(encoding="utf-8", newline="") as lines:
        _header, *read = csv.reader(lines)
    texts = [(value, got) for row, back in zip(rows, read, strict=True) for value, got in zip(row, back, strict=True)]
    assert all(got.removeprefix("'") == str(value or "").removeprefix("'") for value, got in texts if value != 0)
    assert not any(isinstance(value, str) and got.startswith(FORMULA) for value, got in texts)


def test_standard_output_is_a_file_like_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_csv(Path("-"), ("account", "value"), [("=a", 1.5)])
    write_csv(tmp_path / "rows.csv", ("account", "value"), [("=a", 1.5)])

    assert capsys.readouterr().out == '"account","value"\n"\'=a",1.5\n'
    assert (tmp_path / "rows.csv").read_bytes() == b'"account","value"\r\n"\'=a",1.5\r\n'
