"""Words that can't be understood end with 2, and what is not there with 1; both are told with a way out."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli.app import run_app
from engine.cli.words import WrongWords, choose
from tests.commands.conftest import Told

Give = Callable[..., tuple[int, str, str]]


@pytest.fixture
def give(told: Told, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Give:
    """A command that does not end well: its code, what it printed, and what it said of the trouble."""

    def giving(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["pulsebook", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            run_app()
        return int(left.value.code or 0), *capsys.readouterr()

    return giving


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["test", "zzz"], "No scenario's name contains 'zzz'", id="a scenario that is not there"),
        pytest.param(["list", "account"], "Did you mean 'accounts'?", id="a list that is none"),
        pytest.param(["import", "account", "accounts.csv"], "Did you mean 'accounts'?", id="a kind that is none"),
        pytest.param(["run", "--as-of", "2026-02-30"], "'2026-02-30' is not in the calendar", id="a day that is none"),
        pytest.param(["run", "--as-of", "0001-01-01"], "is outside of the years 1000 to 8999", id="no day meant"),
        pytest.param(["run", "--as-of", "9999-12-31T23:00-08:00"], "outside of the years", id="no moment meant"),
        pytest.param(["init", "nps.csv"], "nps.csv can't be made a folder", id="a file for a folder"),
        pytest.param(["schema", "--write", "nps.csv"], "nps.csv can't be made a folder", id="schemas into a file"),
        pytest.param(["report", "ranking", "--json", "--csv", "-"], "would both print", id="two documents at once"),
        pytest.param(["fact", "end", "9" * 20], "Say which fact by its number", id="a number of nothing"),
        pytest.param(["import", "undo", "9" * 20], "`pulsebook list imports` shows", id="no import's number"),
        pytest.param(["import", "accounts", "use.sql"], "Say what answers it, like --database", id="a query alone"),
        pytest.param(
            ["import", "accounts", "nps.csv", "--database", "sqlite:///x.db"],
            "are for queries",
            id="no query to answer",
        ),
        pytest.param(["fact", " ", "moved"], "The account is blank", id="a fact of nobody"),
        pytest.param(
            ["fact", "acme", "moved", "--at", "2026-03-02", "--until", "2026-03-01"],
            "The last day, 2026-03-01, lies before the first moment",
            id="a fact that ends before it begins",
        ),
        pytest.param(
            "override acme --score 5 --reason so --until 2026-03-01 --as-of 2026-03-04".split(),
            "lies before the first moment",
            id="an override of days that have passed",
        ),
        pytest.param(
            ["override", "acme", "--score", "5", "--until", "2026-03-01", "--reason", " "],
            "The reason is blank",
            id="an override without a reason",
        ),
        pytest.param(["fact", "acme", "nope"], "There is no fact 'nope'", id="no such fact"),
    ],
)
def test_a_wrong_word_is_answered_with_a_way_out(give: Give, words: list[str], expected: str) -> None:
    code, _, said = give(*words)

    assert code == 2
    assert expected in said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["why", "nobody"], "There is no account 'nobody'", id="an unknown account"),
        pytest.param(["import", "accounts", "nowhere.csv"], "There is no file nowhere.csv", id="no such file"),
        pytest.param(["run", "--as-of", "2999-01-01"], "has not come yet", id="a day that has not come"),
        pytest.param(["task", "done", "99"], "There is no task 99", id="no such task"),
        pytest.param(["list", "tasks", "--account", "nobody"], "There is no account 'nobody'", id="a list of nobody"),
        pytest.param(["fact", "end", "99"], "`pulsebook list facts --account ACCOUNT` shows", id="no such number"),
    ],
)
def test_what_is_not_there_is_told(give: Give, words: list[str], expected: str) -> None:
    code, printed, said = give(*words)

    assert (code, printed) == (1, "")
    assert expected in said


def test_where_there_is_nothing_of_the_kind_that_is_told() -> None:
    with pytest.raises(WrongWords, match=r"There is no fact 'moved'\. There is none yet\."):
        choose("moved", (), "fact")


@pytest.mark.parametrize("words", [["why", "nobody"], ["import", "accounts", "nowhere.csv"], ["list", "account"]])
def test_who_asks_for_json_gets_the_trouble_as_a_document(give: Give, words: list[str]) -> None:
    code, printed, said = give(*words, "--json")

    assert code != 0
    assert json.loads(printed) == {"error": said.strip()}


def test_a_command_says_which_pulsebook_it_is(give: Give) -> None:
    code, printed, _ = give("--version")

    assert code == 0
    assert printed.startswith("pulsebook ")


def test_a_fact_that_was_withdrawn_holds_again_when_it_is_said_once_more(told: Told) -> None:
    said = "fact", "acme", "moved", "--at", "2026-03-02", "--as-of", "2026-03-03T12:00Z"
    first = told(*said)["id"]
    told("fact", "withdraw", str(first), "--as-of", "2026-03-03T13:00Z")

    again, once_more = told(*said)["id"], told(*said)["id"]

    assert (again > first, once_more) == (True, None)
    assert [fact["withdrawn_at"] is None for fact in told("list", "facts")] == [False, True]


@pytest.mark.parametrize("words", [["run"], ["check"], ["test"], ["list", "accounts"], ["fact", "acme", "moved"]])
def test_what_is_no_workspace_is_told_so(give: Give, folder: Path, words: list[str]) -> None:
    (folder / "empty").mkdir()
    way_out = "Go into a workspace, name it with -C DIR, or make one with `pulsebook init DIR`.\n"

    assert give("-C", "empty", *words)[::2] == (
        1,
        f"empty is no workspace: no pulsebook.toml lies in it. {way_out}",
    )
    assert give("-C", "nowhere", *words)[::2] == (1, f"There is no folder nowhere. {way_out}")
    assert list((folder / "empty").iterdir()) == []
