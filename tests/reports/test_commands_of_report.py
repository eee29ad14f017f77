"""Each report of the command, on a small workspace, on both databases: for people, as JSON, as CSV."""

import csv
import json
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from engine.cli.app import app, run_app
from tests.test_looks import FILES

ACCOUNTS = """\
id,name,owner,value,currency,segment,renewal_date
acme,"=HYPERLINK(""http://x"",""a"")",ana@us.example,12000,EUR,smb,2027-01-15
beta,Beta GmbH,,8000.50,USD,mid,2027-02-15
zeta,Zeta AG,,500,,mid,2027-05-01
gone,Gone Ltd,,900,EUR,smb,2027-01-20
new,New Inc,,70,EUR,smb,2027-03-31
"""
FIRST = "account,at,nps\nacme,2026-03-01,60\nbeta,2026-03-01,90\nzeta,2026-03-01,50\ngone,2026-03-01,5\n"
SECOND = "account,at,nps\nacme,2026-03-04,20\nbeta,2026-03-04,95\n"
CATALOG = "attributes:\n  segment: {}\n  renewal_date: {type: date}\n"
PAST = ("bands", "firings")
Report = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, shared_url: str) -> Path:
    """Two looks at five accounts: acme fell, beta rose, gone left between them, and of new nothing is known."""
    made = tmp_path_factory.mktemp("reported")
    files = {**FILES, "accounts.csv": ACCOUNTS, "first.csv": FIRST, "second.csv": SECOND}
    files["outcomes.csv"] = "account,at,outcome\ngone,2026-03-03,churned\n"
    files["rules/catalog.yaml"] = CATALOG + files["rules/catalog.yaml"]
    files["pulsebook.toml"] += f'[database]\nurl = "{shared_url}"\n[rates.USD]\n"2026-01-01" = 0.5\n'
    for name, text in files.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text)
    with chdir(made):
        for words in (
            "import accounts accounts.csv",
            "import observations first.csv",
            "run --as-of 2026-03-02",
            "import outcomes outcomes.csv",
            "import observations second.csv",
            "run --as-of 2026-03-04",
        ):
            give(*words.split())
    return made


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "150")


def give(*words: str, code: int = 0) -> None:
    with pytest.raises(SystemExit) as left:
        app(words)
    assert left.value.code == code


@pytest.fixture
def report(folder: Path, capsys: pytest.CaptureFixture[str]) -> Report:
    """Gives `report …`, and reads what is printed: a document with `--json`, else the text."""

    def given(*words: str) -> Any:
        capsys.readouterr()
        with chdir(folder):
            give("report", *words)
        printed = capsys.readouterr().out
        return json.loads(printed) if "--json" in words else printed

    return given


def test_n67_a_ranking_tells_points_gained_and_lost_and_leaves_out_who_left(report: Report) -> None:
    told = report("ranking", "--over", "2d", "--json")

    assert (told["score"], told["over"], told["unknown"]) == ("health", "2d", 1)
    rows = [(one["rank"], one["account"], one["value"], one["gained"]) for one in told["accounts"]]
    assert rows == [(1, "beta", 95.0, 5.0), (2, "zeta", 50.0, 0.0), (3, "acme", 20.0, -40.0)]


@pytest.mark.parametrize(
    ("words", "accounts"),
    [
        pytest.param(["--top", "1"], ["beta"], id="the happiest"),
        pytest.param(["--bottom", "2"], ["zeta", "acme"], id="the unhappiest"),
        pytest.param(["--bottom", "9"], ["beta", "zeta", "acme"], id="more than there are"),
    ],
)
def test_n94_a_ranking_may_be_cut(report: Report, words: list[str], accounts: list[str]) -> None:
    assert [one["account"] for one in report("ranking", "--json", *words)["accounts"]] == accounts


@pytest.mark.parametrize(("view", "shown"), [("number", "95"), ("percent", "95%"), ("letter", "A"), ("level", "5")])
def test_n60_a_ranking_shows_the_score_in_a_view(report: Report, view: str, shown: str) -> None:
    first = report("ranking", "--over", "2d", "--show", view).splitlines()[1]

    assert first.split() == ["1", "+5.0", "beta", "Beta", "GmbH", shown, "Green", "A", "83.3", "top", "quarter"]


def test_n106_three_piles_name_everybody_the_lowest_first(report: Report) -> None:
    told = report("piles", "--json")

    assert [(pile["pile"], pile["accounts"]) for pile in told["piles"]] == [
        ("at-risk", 1),
        ("watch", 0),
        ("healthy", 2),
    ]
    assert [one["account"] for one in told["accounts"]] == ["acme", "zeta", "beta"]
    assert "May need more" in report("piles")


def test_n95_benchmarks_and_segments_are_told(report: Report) -> None:
    classes = report("benchmark", "--json")["classes"]
    mid, smb = report("segments", "--json")["segments"]

    assert [(one["class"], one["accounts"], one["mean"]) for one in classes] == [
        ("top quarter", 1, 95.0),
        ("middle half", 1, 50.0),
        ("bottom quarter", 1, 20.0),
    ]
    assert (mid["group"], mid["mean"], mid["bands"]) == ("mid", 72.5, {"red": 0.0, "green": 1.0})
    assert (smb["accounts"], smb["unknown"], smb["mean"]) == (2, 1, 20.0)


def test_revenue_is_told_by_band_and_currency_and_apart_from_it_converted(report: Report) -> None:
    told = report("revenue", "--quarter", "2027-Q1", "--json")

    sums = [(one["band"], one["currency"], one["revenue"], one["at_risk"]) for one in told["revenue"]]
    assert sums == [("red", "EUR", 12000.0, True), ("green", "USD", 8000.5, False), (None, "EUR", 70.0, False)]
    converted = [(one["band"], one["currency"], one["revenue"]) for one in told["converted"]["revenue"]]
    assert converted == [("red", "EUR", 12000.0), ("green", "EUR", 4000.25), (None, "EUR", 70.0)]
    assert [one["account"] for one in told["accounts"]] == ["acme", "beta", "new"]


def test_n91_revenue_says_its_rule_and_its_rates(report: Report) -> None:
    said = report("revenue", "--quarter", "2027-Q1", "--by", "segment")

    assert "At risk is the year's revenue of accounts whose Health is Red, with renewal_date from 2027-01-01" in said
    assert "At risk: €12,000\n" in said
    assert "In EUR, at 1 USD = 0.5 EUR since 2026-01-01." in said
    assert "not known" in said
    assert "No account has a renewal_date in 2031-Q4." in report("revenue", "--quarter", "2031-Q4")


def test_n92_behaviour_is_told_by_band_or_by_group(report: Report) -> None:
    by_band = report("behaviour", "--json")["measures"]
    by_segment = report("behaviour", "--by", "segment", "--json")["measures"]

    assert [(one["group"], one["known"], one["median"]) for one in by_band] == [("red", 1, 20.0), ("green", 2, 72.5)]
    assert [(one["group"], one["median"]) for one in by_segment] == [("mid", 72.5), ("smb", 20.0)]


def test_n93_who_left_is_set_against_who_stayed_as_of_the_look_before(report: Report) -> None:
    told = report("outcomes", "--json")

    [nps] = told["measures"]
    assert (nps["kept"], nps["kept_median"], nps["lost"], nps["lost_median"]) == (3, 50.0, 1, 5.0)
    assert nps["says"] == "too few to say"
    assert told["outcomes"] == [{"quarter": "2026-Q1", "outcome": "churned", "accounts": 1, "revenue": {"EUR": 900.0}}]
    assert "too few to say" in report("outcomes")


def test_bands_are_counted_period_by_period(report: Report) -> None:
    [march] = report("bands", "--json")["periods"]

    assert march == {
        "period": "2026-03",
        "accounts": 4,
        "unknown": 1,
        "bands": {"red": 1, "green": 2},
        "left": 1,
        "rose": None,
        "fell": None,
    }
    assert report("bands", "--every", "quarter").splitlines()[-1].split() == [
        *("2026-Q1", "4", "1", "2", "1", "1", "–", "–")
    ]


def test_firings_before_an_outcome_are_set_against_all_others(report: Report) -> None:
    told = report("firings", "--within", "1d", "--rule", "fell", "--json")

    # Only the looks of the second day stand in a stretch: the first look of an account begins its time.
    assert (told["outcome"], told["within"], told["ended"], told["others"], told["base"]) == ("churned", "1d", 0, 4, 0)
    [rule] = told["rules"]
    assert (rule["rule"], rule["others"], rule["others_share"], rule["precision"]) == ("fell", 1, 0.25, 0)
    assert rule["says"] == "too few to say"
    assert "0 of 4 stretches ended with churned: 0%." in report("firings", "--within", "1d")
    assert "Nobody has been looked at for 9d so far." in report("firings", "--within", "9d")


def test_rows_are_written_for_spreadsheets_without_formulas(report: Report, folder: Path) -> None:
    said = report("ranking", "--over", "2d", "--csv", "ranking.csv")

    beta, _zeta, acme = csv.DictReader((folder / "ranking.csv").read_text().splitlines())
    assert said == "3 rows are in ranking.csv.\n"
    assert acme["name"] == '\'=HYPERLINK("http://x","a")'
    assert (acme["gained"], acme["value"], beta["owner"]) == ("-40.0", "20.0", "")


def test_what_happened_is_written_by_quarter_with_a_column_for_each_currency(report: Report) -> None:
    lines = report("outcomes", "--quarters", "--csv", "-").splitlines()

    assert list(csv.reader(lines)) == [["quarter", "outcome", "accounts", "EUR"], ["2026-Q1", "churned", "1", "900"]]


@pytest.mark.parametrize(
    "name", ["ranking", "piles", "benchmark", "segments", "revenue", "behaviour", "outcomes", *PAST]
)
def test_every_report_prints_its_rows_as_csv(report: Report, name: str) -> None:
    header, *rows = csv.reader(report(name, "--csv", "-").splitlines())

    assert all(len(row) == len(header) for row in rows)
    assert len(set(header)) == len(header)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("ranking --score helth", "Did you mean 'health'?", id="a score that is none"),
        pytest.param("ranking --show colour", "There is no view 'colour'.", id="a view that is none"),
        pytest.param("ranking --show stage", "health has no stages.", id="stages that nobody named"),
        pytest.param("ranking --over 6h", "Write whole days, like 28d.", id="a time in hours"),
        pytest.param("ranking --over long", "'long' is no duration", id="a time that is none"),
        pytest.param("ranking --top 1 --bottom 1", "Say --top or --bottom, not both.", id="both ends"),
        pytest.param("segments --by segmant", "Did you mean 'segment'?", id="an attribute that is none"),
        pytest.param(
            "segments --by renewal_date", "There is no text attribute 'renewal_date'", id="a date to group by"
        ),
        pytest.param("revenue --quarter 2027-1", "write one like 2027-Q1.", id="a quarter that is none"),
        pytest.param("revenue --date segment", "There is no date attribute 'segment'", id="a text for a date"),
        pytest.param("bands --every year", "There is no period 'year'.", id="a period that is none"),
        pytest.param("firings --outcome churn", "Did you mean 'churned'?", id="an outcome that is none"),
        pytest.param("firings --rule fel", "Did you mean 'fell'?", id="a rule that is none"),
        pytest.param("firings --within 6h", "Write whole days, like 28d.", id="a stretch in hours"),
        pytest.param("outcomes --quarters", "Add --csv FILE", id="rows of no file"),
        pytest.param("piles --csv nowhere/x.csv", "can't be written", id="a file in no folder"),
    ],
)
def test_a_wrong_word_is_answered_with_a_way_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str, expected: str
) -> None:
    monkeypatch.setattr("sys.argv", ["pulsebook", "report", *words.split()])
    monkeypatch.chdir(folder)

    with pytest.raises(SystemExit) as left:
        run_app()

    assert left.value.code == 2
    assert expected in capsys.readouterr().err
