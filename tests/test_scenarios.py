"""What a scenario expects and does not get is a failure of it, told with its day; it plays on to its end."""

from pathlib import Path

import pytest

from engine.scenarios import Failure, Theatre
from engine.workspace import load, read_sources
from tests.small import failures

ROOT = Path(__file__).parent.parent
SCENARIO = """
- scenario: a call that nobody asked for
  start: 2026-03-02
  days:
    2: {do: [{task: call, state: done}]}
    3: {expect: {fires: [silence]}}
"""


def test_a_task_that_is_not_there_to_be_done_fails_a_scenario_and_does_not_end_it() -> None:
    sources = {**read_sources(ROOT), "tests/scenarios/of-a-test.yaml": SCENARIO}
    loaded = load(sources)
    [placed] = [one for one in loaded.checked().scenarios if one.file.endswith("of-a-test.yaml")]

    failures = Theatre(loaded, sources).play(placed).failures

    assert failures == (
        Failure(
            2,
            {"do": {"task": "call", "state": "done"}},
            "acme has no open task 'call' on that day. Look at what its runs have done by then.",
        ),
        Failure(3, {"fires": ["silence"]}, {"fires": []}),
    )


TOLD_TWICE = {
    "rules/catalog.yaml": "events: {order: {from: 2020-01-01}}\n",
    "rules/measures.yaml": "orders: {count: order, over: 7d}\n",
    "rules/all.yaml": "- {rule: bought, when: {event: order, at_least: 1, in: 7d}, play: tell}\n",
    "playbooks/tell.yaml": """
playbook: tell
steps: [{step: one, slack: news, to: owner}, {step: all, slack: news, to: "#sales"}]
""",
    "templates/slack/news.j2": "{{ account.name }} bought\n",
}


def told_twice(sends: str) -> tuple[object, ...]:
    return failures(
        TOLD_TWICE,
        f"""
- scenario: bought
  start: 2026-03-02
  account: {{owner: ana@larkspur.example}}
  days: {{1: {{events: [{{name: order}}], expect: {{sends: [{sends}]}}}}}}
""",
    )


@pytest.mark.parametrize(
    "sends",
    [
        "{slack: news, to: ana@larkspur.example}, {slack: news}",
        "{slack: news}, {slack: news, to: ana@larkspur.example}",
        "{slack: news, says: bought}, {slack: news, to: '#sales'}",
        "{slack: news, to: '#sales', says: acme}, {slack: news}",
    ],
)
def test_messages_are_expected_in_whatever_order(sends: str) -> None:
    assert told_twice(sends) == ()


@pytest.mark.parametrize(
    "sends",
    ["{slack: news}", "{slack: news}, {slack: news}, {slack: news}", "{slack: news, to: '#sales'}, " * 2],
)
def test_neither_more_nor_fewer_messages_than_expected_are_as_expected(sends: str) -> None:
    assert len(told_twice(sends.rstrip(", "))) == 1


def test_what_a_message_says_is_shown_where_a_text_was_expected() -> None:
    [failure] = told_twice("{slack: news, says: sold}, {slack: news}")

    assert isinstance(failure, Failure)
    assert failure.got == {
        "sends": [
            {"slack": "news", "to": "ana@larkspur.example", "text": "acme bought"},
            {"slack": "news", "to": "#sales", "text": "acme bought"},
        ]
    }


TIMES = {
    **TOLD_TWICE,
    "rules/catalog.yaml": """
attributes: {call: {type: time}}
events: {order: {from: 2020-01-01, properties: {due: time}}}
""",
    "playbooks/tell.yaml": "playbook: tell\nsteps: [{step: one, slack: news, to: owner}]\n",
    "templates/slack/news.j2": "{{ event.due }}, {{ account.call }}\n",
}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        pytest.param("2026-03-10T09:30+01:00", "2026-03-10 08:30:00+00:00", id="a moment"),
        pytest.param("2026-03-10T08:30Z", "2026-03-10 08:30:00+00:00", id="in UTC"),
        pytest.param("2026-03-10 08:30", "2026-03-10 08:30:00+00:00", id="without an offset where the company is"),
        pytest.param("2026-03-10", "2026-03-10", id="a day alone"),
    ],
)
def test_a_time_is_said_as_in_data(said: str, told: str) -> None:
    scenario = f"""
- scenario: bought
  start: 2026-03-02
  account: {{owner: ana@larkspur.example, call: "{said}"}}
  days:
    1: {{events: [{{name: order, due: "{said}"}}], expect: {{sends: [{{slack: news, says: "{told}, {told}"}}]}}}}
"""
    assert failures(TIMES, scenario) == ()
