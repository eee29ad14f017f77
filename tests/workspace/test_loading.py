"""What a workspace is read into, and that every mistake is told at once."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Problem, Severity, WorkspaceBroken
from engine.workspace import Loaded, load, read_sources, version_of
from tests.workspace.base import (
    BASE,
    CATALOG,
    ENGAGEMENT,
    HEALTH,
    MEASURES,
    PLAYBOOK,
    RULES,
    SCENARIOS,
    SETTINGS,
    Edit,
    problems_of,
)


def write(folder: Path, sources: dict[str, bytes]) -> Path:
    for file, data in sources.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(data)
    return folder


def test_a_workspace_without_mistakes_has_no_problems() -> None:
    assert load(BASE).problems == ()


def test_the_files_of_a_folder_are_read_by_their_paths(tmp_path: Path) -> None:
    write(tmp_path, {file: text.encode() for file, text in BASE.items()})
    write(tmp_path, {"README.md": b"# Ours", "rules/notes.txt": b"later", "rules/.draft.yaml": b"{"})

    assert read_sources(tmp_path) == BASE


def test_a_byte_order_mark_and_windows_lines_change_nothing(tmp_path: Path) -> None:
    write(tmp_path, {file: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() for file, text in BASE.items()})

    assert read_sources(tmp_path) == BASE


def test_bytes_that_are_not_utf8_are_told_with_their_line(tmp_path: Path) -> None:
    write(tmp_path, {file: text.encode() for file, text in BASE.items()})
    write(tmp_path, {SCENARIOS: b"# fine\n# caf\xe9\n"})

    [problem] = load(read_sources(tmp_path)).problems

    assert (problem.file, problem.line, problem.message) == (SCENARIOS, 2, "the file is not UTF-8")


def test_two_mistakes_in_two_files_give_both_in_the_order_of_their_files() -> None:
    sources = Edit(RULES, "score: health, falls_to", "score: helth, falls_to").sources()
    sources = Edit(MEASURES, "latest: nps", "latest: nsp").sources(sources)

    found = [(problem.file, problem.line) for problem in load(sources).problems]

    assert found == [(RULES, 2), (MEASURES, 6)]


def test_an_entry_with_a_mistake_makes_no_name_unknown_elsewhere() -> None:
    sources = Edit(MEASURES, "logins_28d: {count: login, over: 28d}", "logins_28d: {count: login}").sources()

    assert [problem.message for problem in load(sources).problems] == ["measure 'logins_28d' lacks 'over'"]


def test_a_file_that_cannot_be_read_makes_no_name_unknown_elsewhere() -> None:
    sources = {**BASE, CATALOG: "attributes: {\n"}

    assert [problem.file for problem in load(sources).problems] == [CATALOG]


@pytest.mark.parametrize(
    ("file", "remedy"),
    [
        pytest.param(SETTINGS, "Add it, with [company] and [people].", id="the settings"),
        pytest.param(CATALOG, "Add it, with the names that may come in.", id="the catalog"),
    ],
)
def test_a_file_that_must_be_there_is_missed(file: str, remedy: str) -> None:
    sources = {path: text for path, text in BASE.items() if path != file}

    assert problems_of(sources) == (Problem(file, 1, "there is no such file", remedy),)


def test_a_file_that_ends_in_yml_is_not_passed_over() -> None:
    sources = {**BASE, "rules/later.yml": "- rule: late"}

    message, remedy = "files that end in .yml are not read", "Rename it to later.yaml."
    assert problems_of(sources) == (Problem("rules/later.yml", 1, message, remedy),)


def test_files_that_are_none_of_ours_are_left_alone() -> None:
    assert load({**BASE, "templates/slack/draft.txt": "{{", "notes/x.yaml": "{"}).problems == ()


def test_a_file_where_nothing_is_looked_for_is_named_and_not_read(tmp_path: Path) -> None:
    lost = {"rules/europe/late.yaml": "caf\udce9", "templates/sms/hello.j2": "{{", "rules/.old/late.yaml": "{"}
    for file, text in {**BASE, **lost}.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text, errors="surrogateescape")

    problems = load(read_sources(tmp_path)).problems

    message = "the file is not read: nothing is looked for in this folder"
    assert [(one.file, one.message, one.severity) for one in problems] == [
        ("rules/europe/late.yaml", message, Severity.WARNING),
        ("templates/sms/hello.j2", message, Severity.WARNING),
    ]
    assert "rules/, rules/scores/, playbooks/, templates/slack/" in problems[0].remedy


def test_a_folder_may_be_a_link_to_another(tmp_path: Path) -> None:
    for file, text in BASE.items():
        (tmp_path / "own" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "own" / file).write_text(text)
    (tmp_path / "own/rules/scores").rename(tmp_path / "shared")
    (tmp_path / "own/rules/scores").symlink_to(tmp_path / "shared")

    assert load(read_sources(tmp_path / "own")).problems == ()


def test_a_score_with_more_than_ten_measures_is_warned_of() -> None:
    many = "".join(f"  - {{measure: nps, group: product, weight: {n}, curve: [[0, 0], [9, 9]]}}\n" for n in range(1, 9))
    sources = Edit(HEALTH, "measures:\n", f"measures:\n{many}").sources()

    [problem] = load(sources).problems

    assert (problem.line, problem.message) == (5, "score 'health' has 12 measures")
    assert problem.severity is Severity.WARNING


def test_a_playbook_that_nobody_starts_is_a_warning_and_the_workspace_is_used() -> None:
    loaded = load(Edit(RULES, "  play: save-at-risk\n", "").sources())

    assert [(problem.file, problem.severity) for problem in loaded.problems] == [(PLAYBOOK, Severity.WARNING)]
    assert loaded.workspace is not None


def test_with_an_error_there_is_no_workspace() -> None:
    loaded = load(Edit(RULES, "for: 2d", "for: 2w").sources())

    with pytest.raises(WorkspaceBroken, match="1 mistake"):
        loaded.checked()


@pytest.mark.parametrize(
    ("edit", "file", "message"),
    [
        pytest.param(Edit(HEALTH, "primary: true\n", ""), ENGAGEMENT, "no score is the primary one", id="none"),
        pytest.param(Edit(ENGAGEMENT, "start:", "primary: true\nstart:"), HEALTH, "is so already", id="two"),
    ],
)
def test_exactly_one_score_is_primary(edit: Edit, file: str, message: str) -> None:
    [problem] = load(edit.sources()).problems

    assert problem.file == file
    assert message in problem.message


def test_a_lone_score_is_primary_by_itself() -> None:
    sources = Edit(HEALTH, "primary: true\n", "").sources({k: v for k, v in BASE.items() if k != ENGAGEMENT})
    sources = Edit(RULES, "\n  cap: {score: engagement, at_most: 60}", "").sources(sources)

    assert load(sources).checked().primary == "health"


TRIALS = "when: {account: {trial: true}}\n"


@pytest.mark.parametrize(
    ("said", "lost"),
    [
        pytest.param("", ["rules/scores/trial.yaml"], id="a second one that scores everybody"),
        pytest.param(f"{TRIALS}order: 200\n", ["rules/scores/trial.yaml"], id="a narrow one that comes last"),
        pytest.param("order: 10\n", [HEALTH], id="one that scores everybody and comes first"),
        pytest.param(f"{TRIALS}order: 10\n", [], id="a narrow one that comes first"),
        pytest.param(TRIALS, [], id="a narrow one with the same order"),
    ],
)
def test_a_model_that_can_never_score_is_refused(said: str, lost: list[str]) -> None:
    model = BASE[HEALTH].replace("primary: true\n", f"model: trial\n{said}")

    found = load({**BASE, "rules/scores/trial.yaml": model}).problems

    assert [problem.file for problem in found] == lost


def test_places_tell_where_everything_stands() -> None:
    places = load(BASE).checked().places

    assert places["rule", "renewal-near"] == (RULES, 14)
    assert places["measure", "nps"] == (MEASURES, 6)
    assert places["template", "email/thanks"] == ("templates/email/thanks.j2", 1)


def test_a_problem_points_to_the_column_of_what_is_wrong() -> None:
    sources = Edit(RULES, "score: health, falls_to", "score: helth, falls_to").sources()

    assert load(sources).problems[0].column == BASE[RULES].splitlines()[1].index("health") + 1


def test_the_version_changes_with_everything_that_runs_and_not_with_scenarios() -> None:
    assert version_of({**BASE, SCENARIOS: ""}) == version_of(BASE)
    assert version_of({**BASE, RULES: BASE[RULES] + "\n"}) != version_of(BASE)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(BASE)), st.data())
def test_whatever_stands_in_a_file_is_told_and_never_raised(file: str, data: st.DataObject) -> None:
    text = BASE[file]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    pieces = st.sampled_from(
        ["", "\n", "\t", "  ", ": ", "- ", "{", "}", "[", "]", "&a ", "*a", "!t ", '"', "'", "null"]
    )
    new = data.draw(st.one_of(pieces, st.text(max_size=6), st.sampled_from(text.split())))

    loaded = load({**BASE, file: text[:start] + new + text[end:]})

    assert isinstance(loaded, Loaded)
    assert (loaded.workspace is None) == any(problem.severity is Severity.ERROR for problem in loaded.problems)
