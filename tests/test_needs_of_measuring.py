"""Needs of what is measured: things of one's own, and the shapes that use has in time, each in a few lines."""

import pytest

from tests.small import failures

BAKERY = {
    "rules/catalog.yaml": """
attributes: {ovens: {type: number, min: 1}}
metrics: {dough_kg: {unit: kg, min: 0}}
events: {oven_stopped: {from: 2020-01-01, properties: {minutes: {type: number, min: 0}}}}
facts: {new_master_baker: {properties: {who: text}}}
""",
    "rules/measures.yaml": """
ovens: {attribute: ovens}
dough_7d: {mean: dough_kg, over: 7d}
dough_per_oven: {ratio: [dough_7d, ovens]}
minutes_stopped_7d: {sum: oven_stopped.minutes, over: 7d}
""",
    "rules/scores/rising.yaml": """
score: rising
goal: Whose bread sells
measures: [{measure: dough_per_oven, curve: [[0, 0], [100, 100]]}]
bands: [{band: flat, from: 0}, {band: risen, from: 50}]
""",
    "rules/all.yaml": """
- {rule: sells, when: {score: rising, rises_to: risen}}
- {rule: ovens-down, when: {measure: minutes_stopped_7d, at_least: 90}}
- {rule: new-hand, when: {fact: new_master_baker, within: 30d}, because: "{{ fact.who }} bakes now"}
- {rule: may-need-an-oven, when: {all: [{measure: dough_per_oven, at_least: 80}, {measure: ovens, at_most: 2}]}}
""",
}


def test_n2_n9_a_bakery_names_what_it_measures_and_asks_in_its_own_words() -> None:
    assert (
        failures(
            BAKERY,
            """
- scenario: bread
  start: 2026-03-02
  account: {ovens: 2}
  before: [{metric: dough_kg, from: -10, to: 0, value: 60}]
  days:
    1: {metrics: {dough_kg: 60}, expect: {band: {rising: flat}, score: {rising: 30}, fires: []}}
    2: {metrics: {dough_kg: 480}, expect: {band: {rising: risen}, score: {rising: 60}, fires: [sells]}}
    3: {events: [{name: oven_stopped, minutes: 90}], expect: {fires: [ovens-down]}}
    4:
      metrics: {dough_kg: 700}
      facts: [{name: new_master_baker, who: Ines}]
      expect: {fires: [may-need-an-oven, new-hand]}
""",
        )
        == ()
    )


CONTRACT = {
    "rules/catalog.yaml": """
attributes: {promised: {type: number, min: 0, max: 100}}
metrics: {uptime: {unit: percent, min: 0, max: 100}}
""",
    "rules/measures.yaml": """
promised: {attribute: promised}
uptime_7d: {mean: uptime, over: 7d}
beyond_promise: {difference: [uptime_7d, promised]}
""",
    "rules/all.yaml": "- {rule: less-than-promised, when: {measure: beyond_promise, below: 0}}\n",
}


@pytest.mark.parametrize(("promised", "fires"), [(99.9, "[less-than-promised]"), (99, "[]")])
def test_n17_the_same_uptime_is_enough_for_one_contract_and_not_for_another(promised: float, fires: str) -> None:
    assert (
        failures(
            CONTRACT,
            f"""
- scenario: uptime
  start: 2026-03-02
  account: {{promised: {promised}}}
  before: [{{metric: uptime, from: -7, to: 0, value: 99.95}}]
  days:
    1: {{metrics: {{uptime: 99.95}}, expect: {{fires: []}}}}
    2: {{metrics: {{uptime: 97.5}}, expect: {{fires: {fires}}}}}
""",
        )
        == ()
    )


SESSIONS = "events: {login: {from: 2020-01-01, properties: {minutes: {type: number, min: 0}}}}\n"


def test_n24_time_in_use_is_added_up_or_averaged_over_a_day_a_week_a_fortnight_and_four_weeks() -> None:
    """Twenty minutes a day, and then thirty and forty on one: shown as scores, a point for every ten minutes in all,
    and for every minute of a session."""
    windows = {"1d": 70, "7d": 190, "14d": 330, "28d": 610}
    measures = {f"in_all_{over}": f"{{sum: login.minutes, over: {over}}}" for over in windows}
    measures["a_session"] = "{mean: login.minutes, over: 7d}"
    files = {
        "rules/catalog.yaml": SESSIONS,
        "rules/measures.yaml": "".join(f"{name}: {how}\n" for name, how in measures.items()),
    }
    for name in measures:
        files[f"rules/scores/{name}.yaml"] = f"""
score: {name}
goal: To be read
primary: {str(name == "a_session").lower()}
measures: [{{measure: {name}, curve: [[0, 0], [{100 if name == "a_session" else 1000}, 100]]}}]
bands: [{{band: any, from: 0}}]
"""
    scores = {**{f"in_all_{over}": minutes / 10 for over, minutes in windows.items()}, "a_session": 190 / 8}
    said = ", ".join(f"{name}: {value}" for name, value in scores.items())

    assert (
        failures(
            files,
            f"""
- scenario: time in use
  start: 2026-03-02
  before: [{{event: login, from: -40, to: 0, minutes: 20}}]
  days:
    1: {{events: [{{name: login, minutes: 30}}, {{name: login, minutes: 40}}], expect: {{score: {{{said}}}}}}}
""",
        )
        == ()
    )


SHAPES = {
    "rules/catalog.yaml": SESSIONS,
    "rules/measures.yaml": """
sessions_7d: {count: login, over: 7d}
minutes_of_a_session: {median: login.minutes, over: 7d}
""",
    "rules/all.yaml": """
- {rule: in-and-out, when: {all: [{measure: sessions_7d, at_least: 12}, {measure: minutes_of_a_session, at_most: 5}]}}
- {rule: deep-work, when: {all: [{measure: sessions_7d, at_most: 2}, {measure: minutes_of_a_session, at_least: 30}]}}
""",
}


@pytest.mark.parametrize(
    ("sessions", "minutes", "fires"), [(12, 5, "in-and-out"), (2, 30, "deep-work"), (1, 60, "deep-work")]
)
def test_n25_many_short_sessions_are_told_from_a_few_long_ones_of_the_same_length_in_all(
    sessions: int, minutes: int, fires: str
) -> None:
    events = ", ".join([f"{{name: login, minutes: {minutes}}}"] * sessions)
    assert (
        failures(
            SHAPES,
            f"""
- scenario: an hour of use
  start: 2026-03-02
  days:
    1: {{expect: {{fires: []}}}}
    2: {{events: [{events}], expect: {{fires: [{fires}]}}}}
""",
        )
        == ()
    )


LESS = {
    "rules/catalog.yaml": """
events: {feature_used: {from: 2020-01-01, properties: {feature: text, minutes: {type: number, min: 0}}}}
""",
    "rules/measures.yaml": """
minutes_7d: {sum: feature_used.minutes, over: 7d}
uses_7d: {count: feature_used, over: 7d}
features_7d: {distinct: feature_used, by: feature, over: 7d}
""",
    "rules/all.yaml": """
- rule: fades-out
  when:
    all:
      - {measure: minutes_7d, falls: 50%, against: usual}
      - {measure: uses_7d, falls: 50%, against: usual}
      - {measure: features_7d, falls: 50%, against: usual}
""",
}


@pytest.mark.parametrize(
    ("a_day", "fires"),
    [
        pytest.param([], "[fades-out]", id="in all three"),
        pytest.param([("plan", 10), ("plan", 30)], "[]", id="only in spread"),
        pytest.param([("plan", 5), ("sell", 5)], "[]", id="only in time"),
        pytest.param([("plan", 20), ("sell", 20)], "[]", id="in none"),
    ],
)
def test_n28_use_that_falls_in_time_frequency_and_spread_together_is_told(
    a_day: list[tuple[str, int]], fires: str
) -> None:
    """For ten weeks two features a day, twenty minutes each; then a week of less, looked at when it is over."""
    week = "".join(
        f"    - {{event: feature_used, from: -6, to: 0, feature: {feature}, minutes: {minutes}}}\n"
        for feature, minutes in a_day
    )
    assert (
        failures(
            LESS,
            f"""
- scenario: a week of less
  start: 2026-03-02
  before:
    - {{event: feature_used, from: -76, to: -7, feature: plan, minutes: 20}}
    - {{event: feature_used, from: -76, to: -7, feature: sell, minutes: 20}}
{week}  days:
    1: {{expect: {{fires: {fires}}}}}
""",
        )
        == ()
    )
