"""Needs that the starter's own rules do not show, each in a workspace of a few lines."""

import pytest

from engine.workspace import load
from tests.small import SETTINGS, failures

FILES = {
    "rules/catalog.yaml": """
metrics: {active_users: {min: 0, from: 2020-01-01}, nps: {min: -100, max: 100}}
events: {login: {from: 2020-01-01}, feature_used: {from: 2020-01-01, properties: {feature: text}}}
""",
    "rules/measures.yaml": """
daily_users: {mean: active_users, over: 28d}
monthly_users: {distinct: login, by: contact, over: 28d}
stickiness: {ratio: [daily_users, monthly_users], show: percent}
features_28d: {distinct: feature_used, by: feature, over: 28d}
logins_7d: {count: login, over: 7d}
nps: {latest: nps}
""",
    "rules/scores/adoption.yaml": """
score: adoption
goal: Who uses what they pay for
measures: [{measure: features_28d, curve: [[0, 0], [4, 100]]}]
bands: [{band: low, from: 0}, {band: high, from: 70}]
""",
    "rules/scores/health.yaml": """
score: health
goal: Warn of a loss early enough to act
primary: true
measures: [{measure: logins_7d, curve: [[0, 0], [7, 100]]}]
bands: [{band: weak, from: 0}, {band: strong, from: 50}]
""",
    "rules/all.yaml": """
- {rule: sticks-less, when: {measure: stickiness, below: 0.3}}
- {rule: no-voice, when: {measure: nps, known: false}, cap: {score: health, at_most: 60}}
- {rule: adopted, when: {score: adoption, rises_to: high}, play: code}
""",
    "playbooks/code.yaml": """
playbook: code
steps: [{step: send, email: code, to: champion, class: service}]
""",
    "templates/email/code.j2": "Subject: Ten percent\n\n{{ contact.first_name }}, the code is TEN-{{ account.id }}.\n",
}
PEOPLE = "contacts: [{email: kim@acme.example, name: Kim Fox, role: champion, consent: true}]\n  start: 2026-03-02"


def test_n29_how_many_of_a_months_users_are_there_on_a_day_is_a_measure_that_rules_ask() -> None:
    # Two people in 28 days; one of them a day is a half, a mean of 0.5 a quarter.
    assert (
        failures(
            FILES,
            f"""
- scenario: stickiness
  {PEOPLE}
  before:
    - {{event: login, from: -27, to: 0, contact: kim@acme.example}}
    - {{event: login, from: -27, to: 0, contact: bo@acme.example}}
    - {{metric: active_users, from: -27, to: 0, value: 0.6}}
  days:
    1: {{metrics: {{active_users: 0.6}}, expect: {{fires: []}}}}
    2: {{metrics: {{active_users: 0}}, expect: {{fires: [sticks-less]}}}}
""",
        )
        == ()
    )


@pytest.mark.parametrize(("nps", "score"), [("", 60), ("    - {metric: nps, on: -5, value: 40}\n", 100)])
def test_n51_a_high_score_of_use_is_capped_while_satisfaction_is_not_known(nps: str, score: int) -> None:
    assert (
        failures(
            FILES,
            f"""
- scenario: capped
  start: 2026-03-02
  before:
    - {{event: login, from: -30, to: 0}}
{nps}  days:
    1: {{events: [{{name: login}}], expect: {{score: {{health: {{at_least: {score}, at_most: {score}}}}}}}}}
""",
        )
        == ()
    )


def test_n83_a_sub_score_alone_sends_a_mail_with_a_code() -> None:
    features = "\n".join(f"        - {{name: feature_used, feature: {name}}}" for name in ("plan", "sell", "buy"))
    assert (
        failures(
            FILES,
            f"""
- scenario: adopted
  {PEOPLE}
  before: [{{metric: nps, on: -5, value: 40}}]
  days:
    1: {{expect: {{fires: [], sends: []}}}}
    2:
      events:
{features}
      expect:
        band: {{adoption: high, health: weak}}
        fires: [adopted]
        starts: [code]
        sends: [{{email: code, to: kim@acme.example, says: TEN-acme}}]
    3: {{expect: {{sends: []}}}}
""",
        )
        == ()
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        pytest.param("rules/scores/health.yaml", "goal: Warn of a loss early enough to act\n", "", "goal", id="n3"),
        pytest.param("rules/measures.yaml", "count: login", "count: churned", "churned", id="x11 in a measure"),
        pytest.param(
            "rules/all.yaml", "measure: nps, known: false", "event: churned, at_least: 1, in: 7d", "churned", id="x11"
        ),
    ],
)
def test_n3_x11_a_score_without_a_goal_and_an_outcome_as_an_input_are_refused(
    file: str, old: str, new: str, said: str
) -> None:
    assert load({**SETTINGS, **FILES}).problems == ()

    problems = load({**SETTINGS, **FILES, file: FILES[file].replace(old, new)}).problems

    assert [said in f"{one}" for one in problems if one.file == file] == [True]
