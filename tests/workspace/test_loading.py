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


def test_an_unknown_name_is_told_beside_a_misspelt_key_of_the_same_rule() -> None:
    edit = Edit(RULES, "falls_to: red}\n", "falls_to: rd}\n  clear: {score: health, above: 45}\n")

    said = [problem.message for problem in load(edit.sources()).problems]

    assert said == [
        "rule 'fell-into-red' speaks of an unknown band 'rd' of health",
        "rule 'fell-into-red' has an unknown key 'clear'",
    ]


@pytest.mark.parametrize(
    ("file", "edits", "said"),
    [
        pytest.param(
            PLAYBOOK,
            {
                "cooldown: 30d": "cooldown: 30\nclass: spam\nnot_while: [nope]",
                "slack: at-risk, to: owner": "slack: at-rsk, to: owner",
                "due: 2 business days": "due: 2w",
            },
            [
                ", cooldown: '30' is no duration",
                " has an unknown key 'class'",
                " speaks of an unknown playbook 'nope'",
                " uses an unknown slack template 'at-rsk'",
                ", steps.due: '2w' is no duration",
            ],
            id="a playbook's form and names",
        ),
        pytest.param(
            HEALTH,
            {
                '3: "< 0.5", 5: else': '3: "< 0.5"',
                "{measure: nps, group: relationship": "{measure: npss, group: relationship",
                "from: 0, label": "from: 1, label",
            },
            [
                ", measures.points: some values have no level",
                " speaks of an unknown measure 'npss'",
                ", bands: from 0 to 1 is a gap between the bands",
            ],
            id="a score's points, measures and bands",
        ),
        pytest.param(
            HEALTH,
            {
                "{band: red, from: 0, label: At risk}": "red",
                "{band: green, from: 70}": "{band: green, from: high}",
                "weight: 3": "weight: 0",
            },
            [
                ", measures.weight: '0' is no weight",
                ", bands: a mapping is wanted, not 'red'",
                ", bands.from: 'high' is no number",
            ],
            id="several bands",
        ),
    ],
)
def test_no_mistake_of_an_entry_hides_another(file: str, edits: dict[str, str], said: list[str]) -> None:
    sources = dict(BASE)
    for old, new in edits.items():
        sources = Edit(file, old, new).sources(sources)

    problems = load(sources).problems

    assert [problem.message.partition("'")[2].partition("'")[2] for problem in problems] == said


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        pytest.param(
            MEASURES,
            "seats: {attribute: seats}",
            "logins_28d: {count: login, over: 28d}\nseats: {attribute: seets}",
            [
                "the key 'logins_28d' stands twice in one mapping (first on line 1)",
                "measure 'seats' speaks of an unknown attribute 'seets'",
            ],
            id="a key that stands twice",
        ),
        pytest.param(
            MEASURES,
            "seats: {attribute: seats}",
            "seats: *x\nmore: &y {attribute: seets}\n<<: *x",
            [
                "an alias stands here: *x",
                "an anchor stands here: &y",
                "measure 'more' speaks of an unknown attribute 'seets'",
                "a merge key stands here: <<",
                "an alias stands here: *x",
            ],
            id="aliases and anchors",
        ),
        pytest.param(
            CATALOG,
            "  seats: {type: number, min: 0}",
            "  seats: *x\n  more: {type: numbr}",
            ["an alias stands here: *x", "attribute 'more', type: 'numbr' is no choice"],
            id="an alias in the catalog",
        ),
        pytest.param(
            CATALOG, "outcomes: [paused]", "outcomes: *x", ["an alias stands here: *x"], id="an alias for outcomes"
        ),
        pytest.param(
            HEALTH,
            "{measure: logins_28d, group: product, weight: 3, curve: [[0, 0], [20, 60], [60, 100]]}",
            "{measure: logns, group: product, weight: 3, curve: *x}\n  - *y",
            [
                "score 'health' speaks of an unknown measure 'logns'",
                "an alias stands here: *x",
                "an alias stands here: *y",
            ],
            id="aliases in a score",
        ),
        pytest.param(
            RULES,
            '"{{ account.name }} fell to {{ score.value | number }}"',
            "{{ account.name }}\n  paly: x",
            ["a mapping or a list stands where a key belongs", "rule 'fell-into-red' has an unknown key 'paly'"],
            id="braces without quotes",
        ),
        pytest.param(
            RULES,
            "  when: {score: health, falls_to: red}",
            "  when: {all: [*x, {score: helth, falls_to: red}]}",
            ["an alias stands here: *x", "rule 'fell-into-red' speaks of an unknown score 'helth'"],
            id="an alias in a condition",
        ),
        pytest.param(
            RULES,
            '  because: "{{ account.name }}',
            '  foo: 1\n  because: "{{ accout.name }}',
            [
                "rule 'fell-into-red' has an unknown key 'foo'",
                "rule 'fell-into-red', because: the template speaks of an unknown name 'accout'",
            ],
            id="an unknown key and a name in a sentence",
        ),
        pytest.param(
            RULES,
            "falls_to: red}",
            "falls_to: red, foo: 1}\n  adjust: {score: health, by: ten, fade: 3d}",
            [
                "rule 'fell-into-red' has an unknown key 'foo' under when",
                "rule 'fell-into-red', adjust.by: 'ten' is no number",
                "rule 'fell-into-red' has an unknown key 'fade' under adjust",
            ],
            id="a condition and an effect",
        ),
        pytest.param(
            RULES,
            "  cap: {score: engagement, at_most: 60}",
            "  soften: {score: health, measures: [nope], by: 50}",
            [
                "rule 'quiet-renewal' softens 'nope', which is no measure of health",
                "rule 'quiet-renewal', soften.by: '50' is no share",
            ],
            id="what a rule softens, and by how much",
        ),
        pytest.param(
            RULES,
            "  cap: {score: engagement, at_most: 60}",
            "  cap: {score: engagement, at_most: 60}\n  adjust: {score: health, by: 3}\n  play: nope",
            [
                "rule 'quiet-renewal': a rule has one effect on a score: adjust, soften or cap",
                "rule 'quiet-renewal' starts an unknown playbook 'nope'",
            ],
            id="two effects, and a playbook",
        ),
        pytest.param(
            RULES,
            "at_most: 60}",
            "at_most: 184}\n- {rule: other, when: {score: helth, below: 3}}",
            [
                "rule 'quiet-renewal', cap.at_most: '184' is out of bounds",
                "rule 'other' speaks of an unknown score 'helth'",
            ],
            id="a cap and the next rule",
        ),
        pytest.param(
            PLAYBOOK,
            "  - {step: tell-owner, slack: at-risk, to: owner}",
            "  - {step: tell-owner, slack: at-rsk, to: '#has space'}\n  - {stepp: x, slack: foo}",
            [
                "playbook 'save-at-risk' uses an unknown slack template 'at-rsk'",
                "playbook 'save-at-risk' tells '#has space', which is nobody",
                "playbook 'save-at-risk', steps: 'step' is missing",
                "playbook 'save-at-risk' has an unknown key 'stepp' under steps",
                "playbook 'save-at-risk' uses an unknown slack template 'foo'",
            ],
            id="steps",
        ),
        pytest.param(
            PLAYBOOK,
            "[{step: escalate, slack: at-risk, to: manager}]",
            "[{step: escalate, slck: at-risk, to: manager}, {step: b, task: foo}]",
            [
                "playbook 'save-at-risk', steps.then: 'step', 'slck', 'to' tells no step",
                "playbook 'save-at-risk' uses an unknown task template 'foo'",
            ],
            id="steps of a branch",
        ),
        pytest.param(
            PLAYBOOK,
            "{step: call, task: risk-call, due: 2 business days}",
            "{step: call, tsk: risk-call}",
            ["playbook 'save-at-risk', steps: 'step', 'tsk' tells no step"],
            id="a step that others speak of",
        ),
        pytest.param(
            HEALTH,
            "{measure: logins_28d, group: product,",
            "{measure: logns, group: prodct,",
            [
                "score 'health' speaks of an unknown measure 'logns'",
                "score 'health', measures.group: 'logns' names an unknown group 'prodct'",
            ],
            id="a measure and its group",
        ),
        pytest.param(
            ENGAGEMENT,
            "  - {event: login, add: 1, fades: 90d, cap: 30}",
            "  - {event: login, add: 1}\n  - {event: logn, add: 1}\n  - {event: lgin, add: 1, fades: 90d}",
            [
                "score 'engagement', points: it is not said how long an event counts",
                "score 'engagement', points: it is not said how long an event counts",
                "score 'engagement' speaks of an unknown event 'lgin'",
            ],
            id="entries of a points model",
        ),
    ],
)
def test_no_mistake_of_a_file_hides_another(file: str, old: str, new: str, said: list[str]) -> None:
    problems = load(Edit(file, old, new).sources()).problems

    assert [problem.message for problem in problems] == said


def test_two_mistakes_in_one_rule_give_both() -> None:
    sources = Edit(RULES, "for: 2d", "for: 2w").sources()
    sources = Edit(RULES, "severity: high", "severity: hihg").sources(sources)

    assert [problem.line for problem in load(sources).problems] == [3, 6]


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
    assert load({**BASE, "templates/slack/draft.txt": "{{", "rules/old/x.yaml": "{"}).problems == ()


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
