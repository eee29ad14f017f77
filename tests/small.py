"""A workspace of a few lines and a scenario in; what does not follow as the scenario says, out."""

from collections.abc import Mapping

from engine.scenarios import Theatre
from engine.workspace import load

SETTINGS = {
    "pulsebook.toml": """
[company]
name = "Larkspur"
timezone = "UTC"
currency = "EUR"
[people]
fallback = "lead@larkspur.example"
"""
}


def failures(files: Mapping[str, str], scenario: str) -> tuple[object, ...]:
    """By these files beside the settings, which must check clean."""
    sources = {**SETTINGS, **files, "tests/scenarios/one.yaml": scenario}
    loaded = load(sources)
    assert [str(one) for one in loaded.problems] == []
    [placed] = loaded.checked().scenarios
    return Theatre(loaded, sources).play(placed).failures
