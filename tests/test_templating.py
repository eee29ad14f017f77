"""Templates print what is known, say `unknown` where it is not, and can't reach out or run away."""

from datetime import UTC, date, datetime

import pytest

from engine.templating import MissingValue, TemplateFailed, members_used, plain, render

DRAG = "Active users: 6, usually 19"
VALUES = {
    "account": {"name": "Acme", "value": 84000.0, "currency": "EUR", "plan": None, "renewal": date(2027, 1, 10)},
    "today": date(2026, 11, 24),
    "score": {"value": 31.25, "change_7d": -3.0, "drags": [{"sentence": DRAG}]},
    "fact": {},
    "event": {"items": 3.0, "at": datetime(2026, 11, 21, 9, tzinfo=UTC)},
}


def filled(text: str, *, needed: bool = False) -> str:
    return render("a test", text, {name: plain(value, name, needed=needed) for name, value in VALUES.items()})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("{{ account.renewal | day }}", "10 Jan 2027", id="a day"),
        pytest.param("{{ 1234.50 | number }}", "1,234.5", id="a number without needless zeros"),
        pytest.param("{{ 3 | signed }} {{ score.change_7d | signed }} {{ 0 | signed }}", "+3 −3 0", id="signs"),
        pytest.param("{{ 0.3 | percent }}", "30%", id="a share"),
        pytest.param("{{ account.value | money }}", "€84,000", id="money with the account's currency"),
        pytest.param("{{ event.at | ago }}", "3 days ago", id="days ago"),
        pytest.param("{{ account.renewal | in_days }}", "in 47 days", id="days ahead"),
        pytest.param("{{ today | in_days }}", "today", id="today"),
        pytest.param("{{ account.plan }}", "unknown", id="a value that is not known"),
        pytest.param("{{ account.plan | day }}", "unknown", id="a filter on what is not known"),
        pytest.param("{{ account.name | day }}, {{ account.name | money }}", "Acme, Acme", id="on what it can't take"),
        pytest.param("{{ account.plan | default('none') }}", "none", id="a default for what is not known"),
        pytest.param("{% if account.plan %}yes{% else %}no{% endif %}", "no", id="what is not known is false"),
        pytest.param("{% if account.plan > 3 %}yes{% else %}no{% endif %}", "no", id="and is not above anything"),
        pytest.param("{% if fact %}yes{% else %}no{% endif %}", "no", id="an empty fact is false"),
        pytest.param("{{ event.items }}", "3", id="a property may be called like a method"),
        pytest.param(
            "{% for one in score.drags %}\n{{ one.sentence }}\n{% endfor %}",
            DRAG,
            id="a list",
        ),
        pytest.param(
            "one\n\n{% if fact %}\ntwo\n{% endif %}\n\nthree", "one\n\nthree", id="a branch not taken leaves no hole"
        ),
    ],
)
def test_a_template_prints(text: str, expected: str) -> None:
    assert expected == filled(text)


@pytest.mark.parametrize(("value", "expected"), [(5.0, "5"), (-0.0, "0"), (84000.5, "84000.5"), (1e6, "1000000")])
def test_a_whole_number_has_no_decimals(value: float, expected: str) -> None:
    assert render("a test", "{{ seats }}", {"seats": plain(value, "seats")}) == expected


SPOOF = "*CTO*\r\n\u2028• *Renewal is signed*"


@pytest.mark.parametrize(
    ("for_slack", "expected"),
    [(True, "*Acme*: \u2217CTO\u2217 • \u2217Renewal is signed\u2217"), (False, "*Acme*: *CTO* • *Renewal is signed*")],
)
def test_s17_a_customers_words_make_no_line_and_nothing_bold(for_slack: bool, expected: str) -> None:
    value = plain({"role": SPOOF}, "fact", for_slack=for_slack)

    assert render("a test", "*Acme*: {{ fact.role }}\n{# #}", {"fact": value}) == expected


def test_a_padded_text_is_plain_at_once() -> None:
    assert plain(f"a{' ' * 10_000}b\n  c", "account.note") == f"a{' ' * 10_000}b c"


def test_what_a_rule_says_keeps_its_own_lines_and_marks() -> None:
    because = "*Renewal* at risk\n- seats fell"

    assert plain(because, "because", for_slack=True) == because
    assert plain({"context": [{"because": because}]}, "score", for_slack=True) == {"context": [{"because": because}]}
    assert plain(because, "fact.because", for_slack=True) == "\u2217Renewal\u2217 at risk - seats fell"


def test_an_email_that_needs_a_value_which_is_not_known_is_not_rendered() -> None:
    with pytest.raises(MissingValue, match=r"^no account\.plan$"):
        filled("Hi {{ account.plan }}", needed=True)


def test_an_email_may_have_a_default() -> None:
    assert filled("Hi {{ account.plan | default('there') }}", needed=True) == "Hi there"


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ (1).__class__.__base__.__subclasses__() }}",
        "{{ '%s' | format('a') }}",
        "{{ range(3) }}",
        "{{ lipsum() }}",
        "{{ cycler(1) }}",
        "{{ 'a' * 100000000 }}",
        "{{ '%0900000d' % 1 }}",
        "{{ 2 ** 9999999 }}",
        "{{ 'a' | center(900000000) }}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set a = 'aaaaaaaaaa' %}{% set a = a ~ a %}",
        "{% set a = ['a', 'a'] | join(account.name) %}",
        "{% set a %}x{% endset %}",
        "{% for a in 'ab' %}{% for b in 'ab' %}{% for c in 'ab' %}{% endfor %}{% endfor %}{% endfor %}",
        "{{ nobody.name }}",
        "{{ account.name.upper.__func__ }}",
    ],
)
def test_a_template_that_reaches_out_or_could_grow_without_end_fails(text: str) -> None:
    with pytest.raises(TemplateFailed):
        filled(text)


@pytest.mark.parametrize("text", ["{{ account.__class__ }}", "{{ '{0.__class__}'.format(account) }}"])
def test_a_template_learns_nothing_of_what_is_behind_its_values(text: str) -> None:
    try:
        said = filled(text)
    except TemplateFailed:
        said = ""

    assert "class" not in said
    assert "Fields" not in said


def test_a_failing_template_names_itself_and_no_value() -> None:
    with pytest.raises(TemplateFailed) as failed:
        filled("Hello\n{{ account.name + 1 }}")

    assert "a test can't be rendered (line 2: " in str(failed.value)
    assert "Acme" not in str(failed.value)


def test_a_template_that_makes_too_much_fails() -> None:
    with pytest.raises(TemplateFailed, match="40,000"):
        render("a test", "{% for a in many %}{{ a }}{% endfor %}", {"many": ["x" * 100] * 500})


@pytest.mark.parametrize(
    ("text", "members"),
    [
        pytest.param("{{ scores.health.value }} {{ scores['use'].band }}", {"health", "use"}, id="by their names"),
        pytest.param("{% if scores.health %}{{ account.name }}{% endif %}", {"health"}, id="in a test"),
        pytest.param("{{ account.scores }}", set(), id="none, where another has one so called"),
        pytest.param("{{ scores.health.value }}{{ scores | length }}", None, id="as a whole"),
        pytest.param("{% for name, one in scores.items() %}{{ name }}{% endfor %}", None, id="all in turn"),
        pytest.param("{{ scores[account.name].value }}", None, id="one that is worked out"),
        pytest.param("{{ scores.get('health').value }}", None, id="by a method"),
        pytest.param("{% set all = scores %}{{ all.health.value }}", None, id="under another name"),
    ],
)
def test_a_template_tells_of_what_members_of_a_variable_it_speaks(text: str, members: set[str] | None) -> None:
    assert members_used(text, "scores") == members
