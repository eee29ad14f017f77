"""Each command does what it says on a workspace in a folder; `--json` prints the documents that programs rely on."""

import gc
from pathlib import Path

import pytest

from engine.cli.app import app
from tests.commands.conftest import Printed, Told


def test_an_import_tells_what_became_of_every_record(command: Told) -> None:
    command("import", "accounts", "accounts.csv")

    first, again = command("import", "observations", "nps.csv"), command("import", "observations", "nps.csv")

    expected = {"kind": "observations", "read": 3, "applied": 2, "unchanged": 0, "corrected": 0, "held": 1}
    assert {key: first[key] for key in expected} == expected
    assert (again["applied"], again["unchanged"], again["held"]) == (0, 2, 1)


def test_an_import_names_ids_that_look_like_others(command: Told, printed: Printed, folder: Path) -> None:
    command("import", "accounts", "accounts.csv")
    (folder / "more.csv").write_text("account,at,nps\nacme,2026-03-01,60\n\u0410cme,2026-03-01,60\n")

    told = command("import", "observations", "more.csv")["look_alikes"]
    shown = " ".join(printed("import", "observations", "more.csv").split())

    assert told == [{"file": "more.csv", "line": 3, "id": "\u0410cme", "like": "acme"}]
    assert "more.csv:3: '\u0410cme' (with CYRILLIC CAPITAL LETTER A) looks like 'acme'. Nothing was merged." in shown


def test_an_import_names_what_is_used_and_has_no_record(command: Told) -> None:
    command("import", "accounts", "accounts.csv")

    would, did = (command("import", "observations", "nps.csv", *more) for more in (["--dry-run"], []))

    assert would["unrecorded"] == did["unrecorded"] == ["trouble"]


def test_accounts_are_listed_before_anything_was_run(command: Told, printed: Printed) -> None:
    command("import", "accounts", "accounts.csv")

    assert "acme" in printed("list", "accounts")


def test_a_table_that_goes_to_no_terminal_has_a_line_for_each_row(
    told: Told, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS")

    assert len(printed("list", "imports").splitlines()) == 1 + len(told("list", "imports"))


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


def test_files_of_one_name_are_told_apart_by_their_folders(command: Told, folder: Path) -> None:
    command("import", "accounts", "accounts.csv")
    for month, value in (("jan", "12%"), ("feb", "60"), ("mar", "x")):
        (folder / month).mkdir()
        (folder / month / "nps.csv").write_text(f"account,at,nps\nacme,2026-02-02,{value}\n")

    done = command("import", "observations", "jan/nps.csv", "feb/nps.csv", "mar/nps.csv", code=1)

    assert [(one["file"], one["line"]) for one in done["refused"]] == [("jan/nps.csv", 2), ("mar/nps.csv", 2)]
    rows = {path.parent.name: len(path.read_text().splitlines()) for path in folder.glob("*/nps.csv.refused.csv")}
    assert rows == {"jan": 2, "mar": 2}


def test_an_import_that_finds_no_row_says_what_it_looked_for(
    command: Told, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        app(["import", "accounts", "accounts.csv", "--where", "id=Acme"])

    assert not left.value.code
    said = "No row has id=Acme. A cell must be the same, letter by letter."
    assert said in " ".join(capsys.readouterr().out.split())


def test_a_row_that_can_not_be_read_has_no_cells_beside_its_reason(command: Told, folder: Path) -> None:
    """Else it would come back as a good one, without what was wrong with it."""
    (folder / "bad.jsonl").write_text('{"id": "x", "name": ["N"]}\n{"id": "y", "name": "Y"}\n')

    done = command("import", "accounts", "bad.jsonl", code=1)

    reason = "'name' holds a list or an object: write one value"
    assert done["refused"] == [{"file": "bad.jsonl", "line": 1, "reason": reason}]
    assert (folder / "bad.jsonl.refused.csv").read_text().splitlines()[1:] == [f"1,{reason}"]
    assert command("import", "accounts", "bad.jsonl.refused.csv", code=1)["refused"] != []


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (1, "1 of 2 records can't be taken, so nothing was changed. It lies in bad.csv.refused.csv. Mend it,"),
        (
            2,
            "2 of 3 records can't be taken, so nothing was changed. They lie in bad.csv.refused.csv. Mend them,",
        ),
    ],
)
def test_refused_rows_are_counted_and_said_where_they_lie(
    command: Told, folder: Path, capsys: pytest.CaptureFixture[str], bad: int, said: str
) -> None:
    rows = "acme,2026-03-01,60\n" + "acme,2026-03-02,12%\n" * bad
    (folder / "bad.csv").write_text(f"account,at,nps\n{rows}")
    command("import", "accounts", "accounts.csv")

    with pytest.raises(SystemExit) as left:
        app(["import", "observations", "bad.csv"])

    assert left.value.code == 1
    assert said in " ".join(capsys.readouterr().out.split())


def test_why_says_that_an_account_has_left(told: Told, printed: Printed, folder: Path) -> None:
    (folder / "left.csv").write_text("account,at,outcome\nacme,2026-03-03,churned\n")
    told("import", "outcomes", "left.csv")

    shown = printed("why", "acme")

    assert "acme has left: it has no score, and nothing fires for it." in shown
    assert "has data" not in shown, "that is not why it has none"


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


def test_a_command_leaves_neither_a_connection_nor_frozen_memory_to_the_process_that_gave_it(
    told: Told, folder: Path
) -> None:
    """SQLite removes its log with the last connection to the file."""
    frozen = gc.get_freeze_count()
    for words in ("run --as-of 2026-03-04", "list scores", "why acme", "report ranking", "sweep list"):
        told(*words.split())
        assert not (folder / "pulsebook.db-wal").exists(), words

    assert gc.get_freeze_count() <= frozen
