"""Each command does what it says on a workspace in a folder; `--json` prints the documents that programs rely on."""

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.cli.app import app, run_app

Told = Callable[..., Any]


def test_an_import_tells_what_became_of_every_record(command: Told) -> None:
    command("import", "accounts", "accounts.csv")

    first, again = command("import", "observations", "nps.csv"), command("import", "observations", "nps.csv")

    expected = {"kind": "observations", "read": 3, "applied": 2, "unchanged": 0, "corrected": 0, "held": 1}
    assert {key: first[key] for key in expected} == expected
    assert (again["applied"], again["unchanged"], again["held"]) == (0, 2, 1)


def test_an_import_names_ids_that_look_like_others(
    command: Told, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command("import", "accounts", "accounts.csv")
    (folder / "more.csv").write_text("account,at,nps\nacme,2026-03-01,60\n\u0410cme,2026-03-01,60\n")

    told = command("import", "observations", "more.csv")["look_alikes"]
    with pytest.raises(SystemExit):
        app(["import", "observations", "more.csv"])

    assert told == [{"file": "more.csv", "line": 3, "id": "\u0410cme", "like": "acme"}]
    shown = " ".join(capsys.readouterr().out.split())
    assert "more.csv:3: '\u0410cme' (with CYRILLIC CAPITAL LETTER A) looks like 'acme'. Nothing was merged." in shown


def test_an_import_names_what_is_used_and_has_no_record(command: Told) -> None:
    command("import", "accounts", "accounts.csv")

    assert command("import", "observations", "nps.csv")["unrecorded"] == ["trouble"]


def test_check_names_what_is_used_and_has_no_record_where_there_is_a_database(command: Told, folder: Path) -> None:
    assert command("check") == {"problems": []}
    assert not list(folder.glob("*.db"))

    command("import", "accounts", "accounts.csv")
    command("import", "observations", "nps.csv")

    [problem] = command("check")["problems"]
    assert problem["severity"] == "warning"
    assert problem["message"] == ("event 'trouble' is used, but has no record so far, so what rests on it is not known")
    assert (folder / problem["file"]).read_text().splitlines()[problem["line"] - 1].strip().startswith("trouble:")


def test_a_refused_row_leaves_everything_as_it_was(command: Told, folder: Path) -> None:
    (folder / "bad.csv").write_text("account,at,nps\nacme,2026-03-01,60\nacme,2026-03-02,12%\n")
    command("import", "accounts", "accounts.csv")

    done = command("import", "observations", "bad.csv", code=1)

    reason = "nps: '12%' is no number: write digits, like 12 or 0.5"
    assert done["refused"] == [{"file": "bad.csv", "line": 3, "reason": reason}]
    assert (done["read"], done["applied"]) == (2, 0)
    assert (folder / "bad.csv.refused.csv").read_text().splitlines()[1].startswith("3,\"nps: '12%'")
    assert command("import", "observations", "bad.csv", "--keep-good", code=1)["applied"] == 1
    assert [one["refused"] for one in command("list", "imports")] == [0, 1]


def test_why_says_that_an_account_has_left(told: Told, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "left.csv").write_text("account,at,outcome\nacme,2026-03-03,churned\n")
    told("import", "outcomes", "left.csv")

    with pytest.raises(SystemExit):
        app(["why", "acme"])

    assert "acme has left: it has no score, and nothing fires for it." in capsys.readouterr().out


def test_n99_x12_a_message_without_credentials_lies_in_the_outbox(told: Told, folder: Path) -> None:
    assert told("list", "deliveries")[0]["state"] == "sent"

    [message] = (folder / "outbox").iterdir()
    assert "fell: 30" in message.read_text()


def test_a_task_that_is_done_stays_done(told: Told) -> None:
    [task] = told("task", "list")

    told("task", "done", str(task["id"]), "--note", "spoke to Kim")

    [after] = told("task", "list")
    assert (after["state"], after["note"]) == ("done", "spoke to Kim")


def test_an_override_gives_a_score_its_value_until_its_last_day(told: Told) -> None:
    told("override", "acme", "--score", "80", "--until", "2026-03-05", "--reason", "spoke", "--as-of", "2026-03-04")

    values = []
    for day in ("2026-03-04", "2026-03-05", "2026-03-06"):
        told("run", "--as-of", day)
        values.append(told("list", "accounts", "--account", "acme")[0]["scores"]["health"]["value"])

    assert values == [80.0, 80.0, 30.0]


def test_an_override_ends_with_its_last_day_where_the_account_is(told: Told, folder: Path) -> None:
    (folder / "west.csv").write_text("id,timezone\nacme,America/Los_Angeles\n")
    told("import", "accounts", "west.csv")
    told("override", "acme", "--score", "80", "--until", "2026-03-05", "--reason", "spoke", "--as-of", "2026-03-04")

    values = []
    for time in ("2026-03-06T07:59+00:00", "2026-03-06T08:00+00:00"):
        told("run", "--as-of", time)
        values.append(told("list", "accounts", "--account", "acme")[0]["scores"]["health"]["value"])

    assert values == [80.0, 30.0]


def test_n68_why_tells_each_score_and_where_each_rule_stands(told: Told) -> None:
    said = told("why", "acme")

    rules = {one["rule"]: (one["state"], one["answer"]) for one in said["rules"]}
    assert rules["low"] == ("active", True)
    assert said["scores"][0]["value"] == 30.0
    assert {"rule", "state", "answer", "sentence", "because", "reason"} <= set(said["rules"][0])
    assert [one["rule"] for one in told("why", "acme", "low")["rules"]] == ["low"]


def test_check_tells_every_mistake_with_its_place(command: Told, folder: Path) -> None:
    rules = folder / "rules/all.yaml"
    rules.write_text(rules.read_text().replace("play: save", "play: sav"))

    [problem, *_] = command("check", code=1)["problems"]

    assert (problem["file"], problem["line"], problem["severity"]) == ("rules/all.yaml", 4, "error")
    assert "save" in problem["remedy"]


def test_scenarios_tell_expected_beside_got(command: Told, folder: Path) -> None:
    scenarios = folder / "tests/scenarios/one.yaml"
    scenarios.parent.mkdir(parents=True)
    scenarios.write_text(
        "- scenario: it is low\n  start: 2026-03-02\n  before: [{metric: nps, on: 0, value: 20}]\n"
        "  days: {1: {expect: {band: {health: green}, fires: []}}}\n"
    )

    [played] = command("test", code=1)["scenarios"]

    assert (played["file"], played["line"], played["passed"]) == ("tests/scenarios/one.yaml", 1, False)
    assert played["failures"] == [
        {"day": 1, "expected": {"band": {"health": "green"}}, "got": {"band": {"health": "red"}}}
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["why", "nobody"], "There is no account 'nobody'", id="an unknown account"),
        pytest.param(["test", "zzz"], "No scenario's name contains 'zzz'", id="a scenario that is not there"),
        pytest.param(["list", "account"], "Did you mean 'accounts'?", id="a list that is none"),
        pytest.param(["import", "account", "accounts.csv"], "Did you mean 'accounts'?", id="a kind that is none"),
        pytest.param(["import", "accounts", "nowhere.csv"], "There is no file nowhere.csv", id="no such file"),
        pytest.param(["run", "--as-of", "2026-02-30"], "'2026-02-30' is not in the calendar", id="a day that is none"),
        pytest.param(["run", "--as-of", "2999-01-01"], "has not come yet", id="a day that has not come"),
        pytest.param(["task", "done", "99"], "There is no task 99", id="no such task"),
        pytest.param(["run", "--as-of", "0001-01-01"], "is outside of the years 1000 to 8999", id="no day meant"),
        pytest.param(["run", "--as-of", "9999-12-31T23:00-08:00"], "outside of the years", id="no moment meant"),
        pytest.param(["init", "nps.csv"], "nps.csv can't be made a folder", id="a file for a folder"),
        pytest.param(["schema", "--write", "nps.csv"], "nps.csv can't be made a folder", id="schemas into a file"),
        pytest.param(["report", "ranking", "--json", "--csv", "-"], "would both print", id="two documents at once"),
        pytest.param(["list", "tasks", "--account", "nobody"], "There is no account 'nobody'", id="a list of nobody"),
        pytest.param(["fact", "end", "99"], "`pulsebook list facts --account ACCOUNT` shows", id="no such number"),
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
def test_a_wrong_word_is_answered_with_a_way_out(
    told: Told,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    expected: str,
) -> None:
    monkeypatch.setattr("sys.argv", ["pulsebook", *words])
    capsys.readouterr()

    with pytest.raises(SystemExit) as left:
        run_app()

    assert left.value.code == 1
    assert expected in capsys.readouterr().err


def test_a_command_leaves_neither_a_connection_nor_frozen_memory_to_the_process_that_gave_it(
    told: Told, folder: Path
) -> None:
    """SQLite removes its log with the last connection to the file."""
    frozen = gc.get_freeze_count()
    for words in ("run --as-of 2026-03-04", "list scores", "why acme", "report ranking", "sweep list"):
        told(*words.split())
        assert not (folder / "pulsebook.db-wal").exists(), words

    assert gc.get_freeze_count() == frozen
