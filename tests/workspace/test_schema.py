"""The JSON Schemas that editors complete and check with."""

import json

import pytest

from engine.workspace import schemas

KINDS = ("catalog", "measures", "score", "rules", "playbook", "scenarios", "settings")


def definition(kind: str, name: str) -> dict[str, object]:
    found = schemas()[kind]["$defs"]
    assert isinstance(found, dict)
    return dict(found[name]["properties"])


def test_there_is_a_schema_of_every_kind_of_file() -> None:
    assert tuple(schemas()) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_can_be_written_down(kind: str) -> None:
    assert json.loads(json.dumps(schemas()[kind]))["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_an_unknown_key_is_marked_by_the_editor() -> None:
    assert schemas()["playbook"]["additionalProperties"] is False


def test_keys_are_those_of_the_files() -> None:
    rule = definition("rules", "Rule")

    assert {"rule", "when", "for", "clear_at", "adjust"} <= rule.keys()


def test_numbers_may_stand_bare_or_in_quotes() -> None:
    by = definition("rules", "Adjust")["by"]

    assert isinstance(by, dict)
    assert by["type"] == ["string", "number"]


def test_durations_keep_their_pattern() -> None:
    assert '"pattern"' in json.dumps(definition("rules", "Rule")["for"])


def test_a_metric_may_have_nothing_after_its_name() -> None:
    metrics = schemas()["catalog"]["properties"]

    assert isinstance(metrics, dict)
    assert {"type": "null"} in metrics["metrics"]["additionalProperties"]["anyOf"]
