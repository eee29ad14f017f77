"""What is held is shown, released and discarded by command."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from engine.cli.app import app
from engine.errors import PulsebookError
from tests.test_holds import ALL, files

Told = Callable[..., Any]


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    """A command in a workspace with ten accounts, of which six fell; its document, or with `plain` what it prints."""
    for name, text in files(**{"accounts.csv": "\n".join(["id", *ALL])}).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for name, day, value, count in (("good", 2, 60, 10), ("bad", 3, 10, 6)):
        rows = [f"{account},2026-03-0{day},{value}" for account in ALL[:count]]
        (tmp_path / f"{name}.csv").write_text("\n".join(["account,at,nps", *rows]))

    def given(*words: str, plain: bool = False) -> Any:
        named = [str(tmp_path / word) if word.endswith(".csv") else word for word in words]
        capsys.readouterr()
        with suppress(SystemExit):
            app(["-C", str(tmp_path), *named, *([] if plain else ["--json"])])
        said = capsys.readouterr().out
        return said if plain else json.loads(said)

    given("import", "accounts", "accounts.csv")
    given("import", "observations", "good.csv")
    given("run", "--as-of", "2026-03-02")
    given("import", "observations", "bad.csv")
    return given


def test_a_run_tells_that_it_is_held(told: Told) -> None:
    ran = told("run", "--as-of", "2026-03-03")

    assert (ran["held"], ran["looked"], ran["tasks"]) == ({"id": 1, "count": 6, "usual": 0.0}, 0, 0)
    assert told("list", "tasks") == []


def test_a_run_that_is_not_held_says_so(told: Told) -> None:
    told("import", "observations", "good.csv")

    assert told("run", "--as-of", "2026-03-02")["held"] is None


def test_a_run_tells_people_what_is_held_and_what_to_do(told: Told) -> None:
    said = told("run", "--as-of", "2026-03-03", plain=True)

    assert said.startswith("6 of 10 accounts would have fired in the run of 2026-03-03")
    assert "`pulsebook sweep release 1` judges anew and lets it go, `pulsebook sweep discard 1` forgets it." in said


def test_held_sweeps_are_listed_and_shown(told: Told) -> None:
    told("run", "--as-of", "2026-03-03")

    [listed], shown = told("sweep", "list"), told("sweep", "show", "1")

    assert listed == shown
    assert (shown["id"], shown["day"], shown["state"], shown["count"]) == (1, "2026-03-03", "held", 6)
    assert (shown["accounts"], shown["usual"], shown["rules"]) == (10, 0.0, {"fell": 6})
    assert shown["examples"][0] == {"account": "a0", "name": "a0", "value": None, "rule": "fell"}
    assert "a0" in told("sweep", "show", "1", plain=True)


def test_a_release_does_what_the_run_would_have_done(told: Told) -> None:
    told("run", "--as-of", "2026-03-03")

    ran = told("sweep", "release", "1", "--as-of", "2026-03-03")

    assert (ran["looked"], ran["started"], ran["tasks"], ran["held"]) == (10, 6, 6, None)
    assert told("sweep", "show", "1")["state"] == "released"


def test_a_release_before_the_hold_is_refused_and_the_sweep_stays_held(told: Told) -> None:
    told("run", "--as-of", "2026-03-03")

    with pytest.raises(PulsebookError, match=r"held at 2026-03-03T.* Release it as of then, or later"):
        told("sweep", "release", "1", "--as-of", "2026-03-02")

    assert told("sweep", "show", "1")["state"] == "held"


def test_a_discarded_sweep_is_judged_anew_by_the_next_run(told: Told) -> None:
    told("run", "--as-of", "2026-03-03")

    assert told("sweep", "discard", "1")["state"] == "discarded"

    assert told("run", "--as-of", "2026-03-03")["held"]["id"] == 2
    assert "forgotten" in told("sweep", "discard", "2", plain=True)


def test_a_hold_that_is_none_is_named(told: Told) -> None:
    with pytest.raises(PulsebookError, match=r"no held sweep 7\. `pulsebook sweep list`"):
        told("sweep", "show", "7")


def test_wrong_data_that_was_held_is_taken_back_and_the_next_run_passes(told: Told) -> None:
    told("run", "--as-of", "2026-03-03")
    wrong = told("list", "imports")[-1]
    assert (wrong["kind"], wrong["applied"], wrong["undone_at"]) == ("observations", 6, None)

    done, again = told("import", "undo", str(wrong["id"])), told("import", "undo", str(wrong["id"]))

    assert (done["accounts"], done["staying"], done["was_undone"]) == (6, [], False)
    assert (again["accounts"], again["was_undone"]) == (0, True)
    assert told("run", "--as-of", "2026-03-03")["held"] is None
    assert told("sweep", "show", "1")["state"] == "passed"
    assert told("list", "imports")[-1]["undone_at"] is not None


@pytest.mark.parametrize("words", [("undo", "x"), ("undo", "1", "2")])
def test_what_is_to_be_taken_back_is_named_by_its_number(told: Told, words: tuple[str, ...]) -> None:
    with pytest.raises(PulsebookError, match="pulsebook import undo ID"):
        told("import", *words)


@pytest.mark.parametrize("option", [("--dry-run",), ("--history",), ("--keep-good",), ("--map", "at=day")])
def test_nothing_is_taken_back_where_an_option_of_import_stands_beside(told: Told, option: tuple[str, ...]) -> None:
    with pytest.raises(PulsebookError, match="takes no options of `import`"):
        told("import", "undo", "1", *option)

    assert [one["undone_at"] for one in told("list", "imports")] == [None, None, None]
