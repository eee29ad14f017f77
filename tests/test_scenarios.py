"""What a scenario expects and does not get is a failure of it, told with its day; it plays on to its end."""

from pathlib import Path

from engine.scenarios import Failure, Theatre
from engine.workspace import load, read_sources

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
