"""How each mistake in a template is reported."""

import pytest

from engine.errors import Problem
from tests.workspace.base import BASE, EMAIL, SLACK, TASK, Edit, mistake, problems_of


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
            "a template that takes a field of a text",
            SLACK,
            "{{ score.label }}",
            "{{ score.label.name }}",
            1,
            "the template takes 'name' of score.label, which is a text",
            "Write score.label by itself: it has no fields.",
        ),
        mistake(
            "a template that takes a field of a date",
            SLACK,
            "{{ score.label }}",
            "{{ today.x }}",
            1,
            "the template takes 'x' of today, which is a date",
            "Write today by itself: it has no fields.",
        ),
        mistake(
            "a template that takes a field of an attribute in brackets",
            SLACK,
            "{{ score.label }}",
            "{{ account['seats']['foo'] }}",
            1,
            "the template takes 'foo' of account.seats, which is a number",
            "Write account.seats by itself: it has no fields.",
        ),
        mistake(
            "a template that reaches into Python",
            SLACK,
            "{{ score.label }}",
            "{{ ''.__class__ }}",
            1,
            "the template takes '__class__' of '', which is a text",
            "Write '' by itself: it has no fields.",
        ),
        mistake(
            "a template that maps a list to a wrong field",
            SLACK,
            "{{ score.label }}",
            "{{ score.drags | map(attribute='sentenc') | join }}",
            1,
            "the template speaks of an unknown field (score.drags | first).sentenc",
            "Did you mean 'sentence'?",
        ),
        mistake(
            "a template that selects by a wrong field",
            SLACK,
            "{{ score.label }}",
            "{% for one in score.drags | selectattr('lots', '>', 1) %}{{ one.label }}{% endfor %}",
            1,
            "the template speaks of an unknown field (score.drags | first).lots",
            "Did you mean 'lost'?",
        ),
        mistake(
            "a template that selects by an unknown test",
            SLACK,
            "{{ score.label }}",
            "{{ score.drags | selectattr('lost', 'over', 1) | length }}",
            1,
            "the template uses an unknown test 'over'",
            "Did you mean 'lower'?",
        ),
        mistake(
            "a template that takes a field of what it mapped",
            SLACK,
            "{{ score.label }}",
            "{{ (score.drags | map(attribute='label') | first).sentence }}",
            1,
            "the template takes 'sentence' of score.drags | map | first, which is a text",
            "Write score.drags | map | first by itself: it has no fields.",
        ),
        mistake(
            "a template that shows a text as a day",
            SLACK,
            "{{ score.label }}",
            "{{ account.name | day }}",
            1,
            "the filter `day` takes a date, and account.name is a text",
            "Write it without the filter.",
        ),
        mistake(
            "a template that shows a date as an amount",
            SLACK,
            "{{ score.label }}",
            "{{ account.renewal_date | money }}",
            1,
            "the filter `money` takes a number, and account.renewal_date is a date",
            "Write it without the filter.",
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


def test_all_mistakes_of_a_template_are_told_at_once() -> None:
    text = """\
{% include 'x' %}
{% import 'y' as y %}{{ y.z }} {{ scor.label }}
{% set both = account.name ~ account.id %}
{{ account.nam }}
"""
    assert [(problem.line, problem.message) for problem in problems_of({**BASE, TASK: text})] == [
        (1, "include is not allowed in a template"),
        (2, "import is not allowed in a template"),
        (2, "the template speaks of an unknown name 'scor'"),
        (3, "`set` is for numbers and values, not for texts put together"),
        (4, "the template speaks of an unknown field account.nam"),
    ]


@pytest.mark.parametrize(
    "fine",
    [
        "{{ account.name.upper() }} {{ today.year }} {{ account.name[0] }} {{ score.value.is_integer() }}",
        "{{ score.drags | map(attribute='label') | map('upper') | join(', ') }}",
        "{{ score.drags | selectattr('lost', '>', 1) | map(attribute='sentence') | first }}",
        "{{ (score.drags | sort(attribute='lost,label') | first).label }} {{ score.drags | sum('lost') }}",
        "{% for label, parts in score.drags | groupby('label') %}{{ label }} {{ parts.x }}{% endfor %}",
        "{{ contacts | rejectattr('email') | map(attribute='first_name') | join }}",
        "{{ (account.name or 'nobody').title() }} {{ (account.seats | default('none')) | lower }}",
        "{{ contacts | map(attribute='name.0') | join }}",
        "{% if fact %}{% set on = fact.at %}{% else %}{% set on = because %}{% endif %}{{ on | day }}",
        "{% if fact %}{% set on = fact.at %}{% elif event %}{% set on = event.at %}{% endif %}{{ on | day }}",
        "{{ account.seats | money }} {{ account.trial | number }} {{ account.renewal_date | in_days }}",
    ],
)
def test_what_can_be_rendered_is_no_mistake(fine: str) -> None:
    assert problems_of({**BASE, TASK: fine}) == ()


def test_after_branches_a_name_has_the_shape_that_they_agree_on() -> None:
    text = "{% if fact %}{% set on = account.name %}{% else %}{% set on = because %}{% endif %}{{ on | day }}"

    assert [one.message for one in problems_of({**BASE, TASK: text})] == [
        "the filter `day` takes a date, and on is a text"
    ]


def test_a_number_that_no_computer_reads_is_told() -> None:
    [problem] = problems_of({**BASE, TASK: "Call\n{{ " + "1" * 5_000 + " }}"})

    assert (problem.line, problem.message) == (2, "a number in the template has too many digits")
