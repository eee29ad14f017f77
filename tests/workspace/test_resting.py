"""Which score models are of another version from the day on which a metric is redefined (language.md section 5)."""

from datetime import date

import pytest

from engine.workspace import load

FILES = {
    "pulsebook.toml": """
[company]
name = "Us"
timezone = "Europe/Berlin"
currency = "EUR"
[people]
fallback = "lea@us.example"
""",
    "rules/catalog.yaml": """
metrics: {users: {redefined: [2026-03-01]}, nps: {}, mood: {of: contact, redefined: [2026-04-01]}}
events: {login: {from: 2026-01-01}}
""",
    "rules/measures.yaml": """
users_7d: {mean: users, over: 7d}
more_users: {change: users_7d}
age_of_users: {days_since: users}
nps: {latest: nps}
mood: {latest: mood}
moods: {roll_up: mood, of: contacts, take: mean}
branches: {roll_up: users, of: children, take: mean}
""",
    "rules/scores/users.yaml": """
score: users
primary: true
goal: Tell
measures: [{measure: users_7d, curve: [[0, 0], [10, 100]]}]
bands: [{band: low, from: 0}]
""",
    "rules/scores/mood.yaml": """
score: mood
level: contact
goal: Tell
measures: [{measure: mood, curve: [[0, 0], [10, 100]]}]
bands: [{band: low, from: 0}]
""",
    "rules/all.yaml": """
- {rule: few, when: {measure: users_7d, below: 5}}
- {rule: caps, when: {measure: age_of_users, above: 5}, cap: {score: plain, at_most: 50}}
""",
}
CURVE = "curve: [[0, 0], [10, 100]]"
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.mark.parametrize(
    ("made_of", "days"),
    [
        pytest.param(f"measures: [{{measure: nps, {CURVE}}}]", [], id="a metric that is not, whatever rules cap"),
        pytest.param(f"measures: [{{measure: users_7d, {CURVE}}}]", [MARCH], id="a measure"),
        pytest.param(f"measures: [{{measure: more_users, {CURVE}}}]", [MARCH], id="a measure of a measure"),
        pytest.param(f"measures: [{{measure: age_of_users, {CURVE}}}]", [MARCH], id="an age"),
        pytest.param("measures: [{score: users}]", [MARCH], id="another score"),
        pytest.param(
            f"measures: [{{measure: nps, {CURVE}, unless: {{measure: users_7d, below: 5}}}}]", [MARCH], id="an unless"
        ),
        pytest.param(
            f"measures: [{{measure: nps, {CURVE}, unless: {{not: {{rule: few, active: true}}}}}}]", [MARCH], id="a rule"
        ),
        pytest.param(
            "start: 50\npoints: [{when: {measure: users_7d, below: 5}, add: 9}]", [MARCH], id="a condition for points"
        ),
        pytest.param(f"measures: [{{measure: moods, {CURVE}}}]", [APRIL], id="a score of contacts"),
        pytest.param(f"measures: [{{measure: branches, {CURVE}}}]", [MARCH], id="a score of branches"),
        pytest.param("measures: [{score: users}, {measure: moods, " + CURVE + "}]", [MARCH, APRIL], id="two metrics"),
    ],
)
def test_a_model_is_another_version_from_when_what_it_rests_on_is_counted_anew(made_of: str, days: list[date]) -> None:
    plain = f"score: plain\ngoal: Tell\n{made_of}\nbands: [{{band: low, from: 0}}]\n"

    workspace = load(FILES | {"rules/scores/plain.yaml": plain}).checked()

    assert workspace.compiled.scores["plain"].models[0].redefined == ({"": tuple(days)} if days else {})
