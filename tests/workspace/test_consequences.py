"""What is only a consequence of a mistake is not told as another one."""

import pytest

from engine.workspace import load
from tests.workspace.base import BASE, CATALOG, HEALTH, PLAYBOOK, RULES, Edit


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        pytest.param(
            CATALOG,
            "  ticket_opened:\n",
            "events:\n  ticket_opened:\n",
            ["the key 'events' stands twice in one mapping (first on line 10)"],
            id="a section of the catalog that stands twice",
        ),
        pytest.param(
            CATALOG,
            "      minutes: number",
            "    properties:\n      minutes: number",
            ["the key 'properties' stands twice in one mapping (first on line 13)"],
            id="properties that stand twice",
        ),
        pytest.param(
            PLAYBOOK,
            "playbook: save-at-risk",
            "playbook: other\nplaybook: save-at-risk",
            ["the key 'playbook' stands twice in one mapping (first on line 1)"],
            id="a name that stands twice",
        ),
        pytest.param(
            PLAYBOOK,
            "  - {step: call,",
            "steps:\n  - {step: call,",
            ["the key 'steps' stands twice in one mapping (first on line 5)"],
            id="steps that stand twice",
        ),
        pytest.param(
            HEALTH,
            "  - {measure: nps, group",
            "measures:\n  - {measure: nps, group",
            ["the key 'measures' stands twice in one mapping (first on line 5)"],
            id="measures that stand twice",
        ),
        pytest.param(
            RULES,
            "- rule: renewal-near",
            "  rule: renewal-near",
            [
                "the key 'rule' stands twice in one mapping (first on line 8)",
                "the key 'when' stands twice in one mapping (first on line 9)",
            ],
            id="a forgotten dash",
        ),
        pytest.param(
            HEALTH,
            "groups: {product: 60, relationship: 40}",
            "groups: *x",
            ["an alias stands here: *x"],
            id="groups that cannot be read",
        ),
        pytest.param(
            HEALTH,
            "groups: {product: 60, relationship: 40}",
            "groups: {*x : 60, relationship: 40}",
            ["an alias stands here: *x"],
            id="a group whose name cannot be read",
        ),
        pytest.param(
            HEALTH,
            "groups: {product: 60, relationship: 40}",
            "groups: [product, relationship]",
            ["score 'health', groups: a mapping is wanted, not a list"],
            id="groups in another form",
        ),
        pytest.param(
            HEALTH,
            "product: 60",
            "product: abc",
            ["score 'health', groups.product: 'abc' is no number"],
            id="a group with a wrong weight",
        ),
        pytest.param(
            HEALTH,
            BASE[HEALTH][BASE[HEALTH].index("  - {measure: logins") : BASE[HEALTH].index("  - {measure: nps")],
            '  - {measure: seat_share, group: product, poins: {1: "< 0.2", 5: else}}\n',
            ["score 'health' has an unknown key 'poins' under measures"],
            id="the only measure of a group",
        ),
        pytest.param(
            PLAYBOOK,
            "{step: call, task",
            "{step: *x, task",
            ["an alias stands here: *x"],
            id="a step whose name cannot be read",
        ),
        pytest.param(
            PLAYBOOK,
            "{step: call, task: risk-call, due: 2 business days}",
            "*x",
            ["an alias stands here: *x"],
            id="a step that cannot be read",
        ),
    ],
)
def test_what_follows_from_a_mistake_alone_is_not_told(file: str, old: str, new: str, said: list[str]) -> None:
    problems = load(Edit(file, old, new).sources()).problems

    assert [problem.message for problem in problems] == said
