"""How each mistake in a rule that counts across accounts is reported."""

import pytest

from engine.errors import Problem
from tests.workspace.base import BASE, RULES, Edit, mistake, problems_of

ACROSS = """\
- rule: trouble-in-a-segment
  when: {event: ticket_opened, at_least: 3, in: 7d, across: segment, where: {system: crm}}
  finding: "{{ count }} tickets of {{ group }}: {{ accounts | join(', ') }}"
"""
LINES = BASE[RULES].count("\n")
WITH = {**BASE, RULES: BASE[RULES] + ACROSS}


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        mistake(
            "an unknown event",
            RULES,
            "event: ticket_opened, at_least: 3",
            "event: ticket_opend, at_least: 3",
            LINES + 2,
            "rule 'trouble-in-a-segment' speaks of an unknown event 'ticket_opend'",
            "Did you mean 'ticket_opened'?",
        ),
        mistake(
            "an unknown attribute",
            RULES,
            "across: segment",
            "across: segmnt",
            LINES + 2,
            "rule 'trouble-in-a-segment' speaks of an unknown attribute 'segmnt'",
            "Did you mean 'segment'?",
        ),
        mistake(
            "an attribute that is no text",
            RULES,
            "across: segment",
            "across: seats",
            LINES + 2,
            "rule 'trouble-in-a-segment' groups accounts by 'seats', which is a number",
            "Name an attribute that is a text, like segment.",
        ),
        mistake(
            "no finding",
            RULES,
            "  finding: \"{{ count }} tickets of {{ group }}: {{ accounts | join(', ') }}\"\n",
            "",
            LINES + 1,
            "rule 'trouble-in-a-segment': it counts `across` accounts, but has no finding",
            "Say `finding`: what is to be told.",
        ),
        mistake(
            "a playbook",
            RULES,
            "  finding:",
            "  play: save-at-risk\n  finding:",
            LINES + 3,
            "rule 'trouble-in-a-segment', play: a rule `across` accounts has a finding as its only effect",
            "Delete this.",
        ),
        mistake(
            "an end of its own",
            RULES,
            "  finding:",
            "  clear_at: {event: login, none_in: 3d}\n  finding:",
            LINES + 3,
            "rule 'trouble-in-a-segment', clear_at: a rule `across` accounts has a finding as its only effect",
            "Delete this.",
        ),
        mistake(
            "a finding that speaks of one account",
            RULES,
            "{{ group }}",
            "{{ account.name }}",
            LINES + 3,
            "rule 'trouble-in-a-segment', finding: the template speaks of an unknown name 'account'",
            "Did you mean 'accounts'?",
        ),
        mistake(
            "an account that is asked for it",
            RULES,
            "{rule: renewal-near, active: true}",
            "{rule: trouble-in-a-segment, active: true}",
            17,
            "rule 'quiet-renewal' asks an account for the rule 'trouble-in-a-segment', which counts across accounts",
            "Name a rule of accounts: this one has a state per group.",
        ),
        mistake(
            "a finding of a rule that looks at one account",
            RULES,
            "  severity: high\n",
            "  finding: It fell\n",
            6,
            "rule 'fell-into-red', finding: a finding is made by a rule that counts `across` accounts",
            "Say `because`.",
        ),
    ],
)
def test_each_mistake_is_told_with_its_place_and_what_to_do(edit: Edit, problem: Problem) -> None:
    assert problems_of(edit.sources(WITH)) == (problem,)


def test_a_rule_across_accounts_that_is_written_well_has_no_mistake() -> None:
    assert problems_of(WITH) == ()
