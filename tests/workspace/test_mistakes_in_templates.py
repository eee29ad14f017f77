"""How each mistake in a template is reported."""

import pytest

from engine.errors import Problem
from tests.workspace.base import EMAIL, SLACK, TASK, Edit, mistake, problems_of


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        mistake(
            "a template with an unknown name",
            SLACK,
            "{{ score.label }}",
            "{{ scor.label }}",
            1,
            "the template speaks of an unknown name 'scor'",
            "Did you mean 'score'?",
        ),
        mistake(
            "a template with a wrong field",
            SLACK,
            "{{ drag.sentence }}",
            "{{ drag.sentenc }}",
            3,
            "the template speaks of an unknown field drag.sentenc",
            "Did you mean 'sentence'?",
        ),
        mistake(
            "a template that takes a field of a list",
            SLACK,
            "{{ score.label }}",
            "{{ score.drags.label }}",
            1,
            "the template takes 'label' of score.drags, which is a list",
            "Write {% for one in score.drags %}, or (score.drags | first).label.",
        ),
        mistake(
            "a template with an unknown filter",
            SLACK,
            "| ago",
            "| since",
            5,
            "the template uses an unknown filter 'since'",
            "Did you mean 'signed'?",
        ),
        mistake(
            "a template that includes another",
            TASK,
            "Why:",
            "{% include 'x' %}",
            2,
            "include is not allowed in a template",
            "Write it plainly, in this one file.",
        ),
        mistake(
            "a template with a broken brace",
            TASK,
            "| number }}",
            "| number }",
            2,
            "the template has a mistake: unexpected '}'",
            "Mend the braces here.",
        ),
        mistake(
            "a template with an unknown measure",
            TASK,
            "measures.logins_28d",
            "measures.logins",
            2,
            "the template speaks of an unknown field measures.logins",
            "Did you mean 'logins_28d'?",
        ),
        mistake(
            "an email without a subject",
            EMAIL,
            "Subject: Thank you, {{ contact.first_name }}\n\n",
            "Thank you\n\n",
            1,
            "an email's template begins without its subject",
            "Write `Subject: …` as the first line, then an empty line, then the text.",
        ),
        mistake(
            "an email without a line after its subject",
            EMAIL,
            "\n\nHi",
            "\nHi",
            1,
            "an email's template begins without its subject",
            "Write `Subject: …` as the first line, then an empty line, then the text.",
        ),
        mistake(
            "a template with an unknown task step",
            TASK,
            "{{ because }}",
            "{{ tasks.cal.due }}",
            2,
            "the template speaks of an unknown field tasks.cal",
            "Did you mean 'call'?",
        ),
    ],
)
def test_each_mistake_is_told_with_its_place_and_what_to_do(edit: Edit, problem: Problem) -> None:
    assert problems_of(edit.sources()) == (problem,)
