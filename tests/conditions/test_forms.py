"""What a condition may say, and what is said where it can't be understood."""

import pytest
from pydantic import ValidationError

from engine.conditions.condition import FORMS, forms_in_union, parts, walk
from engine.conditions.forms import AccountIs
from tests.conditions.drawing import Written, parse

UNDERSTOOD: tuple[tuple[Written, str], ...] = (
    ({"score": "health", "below": "35"}, "score is"),
    ({"score": "health", "at_least": "0", "below": "40"}, "score is"),
    ({"score": "health", "band": ["red", "yellow"]}, "score band"),
    ({"score": "health", "leaves": "red"}, "score crossing"),
    ({"score": "health", "drops": "20%", "over": "14d"}, "score trend"),
    ({"score": "health", "declining": "10", "over": "28d"}, "score declining"),
    ({"score": "health", "known": True}, "is known"),
    ({"measure": "nps", "above": "-0.5"}, "measure is"),
    ({"measure": "nps", "falls": "30%", "against": "usual"}, "measure against usual"),
    ({"measure": "nps", "known": False}, "is known"),
    ({"fact": "move", "within": "6h"}, "fact within"),
    ({"fact": "move", "active": False, "where": {"city": "Bonn"}}, "fact active"),
    ({"event": "login", "at_least": "3", "in": "7d"}, "event count"),
    ({"event": "login", "at_least": "3", "in": "7d", "across": "segment"}, "event across"),
    ({"event": "login", "none_in": "15m"}, "event none"),
    ({"account": {"plan": {"known": False}, "seats": {"at_least": "5", "below": "50"}}}, "account is"),
    ({"date": "since", "passed": True}, "date in"),
    ({"date": "since", "known": True}, "is known"),
    ({"rule": "in-red", "active": True}, "rule active"),
    ({"rule": "in-red", "in_last": "90d"}, "rule fired"),
    ({"task": "call", "state": "open"}, "task is"),
    ({"all": [{"score": "health", "below": "35"}]}, "all of"),
    ({"any": [{"score": "health", "below": "35"}]}, "any of"),
    ({"not": {"score": "health", "below": "35"}}, "not that"),
    ({"at_least": "1", "of": [{"score": "health", "below": "35"}]}, "at least of"),
)


@pytest.mark.parametrize(("written", "form"), UNDERSTOOD, ids=[str(written) for written, _ in UNDERSTOOD])
def test_the_keys_tell_the_form(written: Written, form: str) -> None:
    assert type(parse(written)) is FORMS[form]


def test_every_form_of_the_union_has_a_name_and_an_example() -> None:
    assert set(FORMS.values()) == set(forms_in_union()) == {FORMS[form] for _, form in UNDERSTOOD}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({}, "a condition names one of: score, measure, fact, event"),
        ({"skore": "health", "below": "35"}, "a condition names one of: score, measure, fact, event"),
        ("score below 35", "a condition names one of"),
        ({"score": "health"}, "no bound is given; say below, at_most, at_least or above"),
        ({"score": "health", "below": "12%"}, "'12%' is no number; write one like 35 or 0.5"),
        ({"score": "health", "below": "1e20"}, "'1e20' is too large"),
        ({"score": "health", "below": True}, "a number is wanted"),
        ({"score": "health", "under": "35"}, "Extra inputs are not permitted"),
        ({"score": "health", "band": []}, "at least 1 item"),
        ({"score": "health", "enters": "red", "leaves": "red"}, "say one of: enters, falls_to, rises_to, leaves"),
        ({"score": "health", "drops": "15", "rises": "15", "over": "14d"}, "say one of: drops, rises"),
        ({"score": "health", "drops": "15", "over": "6h"}, "'6h' is not in days; write whole days, like 28d"),
        ({"score": "health", "drops": "0", "over": "14d"}, "the change is not above 0"),
        ({"measure": "nps", "falls": "0.3", "against": "usual"}, "'0.3' is no share; write it with its sign, like 30%"),
        ({"measure": "nps", "falls": "30%", "against": "peers"}, "Input should be 'usual'"),
        ({"measure": "nps", "against": "usual"}, "say one of: falls, rises"),
        ({"fact": "move", "within": "2 business days"}, "a window can't be of 2 business days"),
        ({"fact": "move", "active": "yes"}, "valid boolean"),
        ({"fact": "move", "within": "90"}, "'90' is no duration; write one like 15m, 6h, 90d or 2 business days"),
        ({"fact": "move", "within": "9d", "where": {}}, "at least 1 item"),
        ({"event": "login", "at_least": "0", "in": "7d"}, "'0' is no whole number from 1 on; write one like 3"),
        ({"event": "login", "at_least": "2.5", "in": "7d"}, "'2.5' is no whole number from 1 on"),
        ({"event": "login", "at_least": "3"}, "Field required"),
        ({"account": {"plan": {"not": "a", "known": True}}}, "say one of: not, known, or bounds"),
        ({"account": {"plan": []}}, "at least 1 item"),
        ({"date": "since", "in_next": "1d", "passed": True}, "say one of: in_next, in_last, passed"),
        ({"task": "call", "state": "late"}, "Input should be 'open', 'overdue', 'done' or 'cancelled'"),
        ({"all": []}, "at least 1 item"),
        (
            {"at_least": "3", "of": [{"measure": "nps", "known": True}]},
            "3 of 1 can never hold; lower it or add conditions",
        ),
        ({"all": [{"not": {"score": "health"}}]}, "no bound is given"),
    ],
    ids=str,
)
def test_what_can_not_be_understood_is_told(written: object, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        parse(written)

    assert said in str(caught.value)


def test_a_form_can_be_walked_from_the_outside_in() -> None:
    inner: Written = {"account": {"plan": "pro"}}
    whole = parse({"all": [{"not": {"any": [inner]}}, {"at_least": "1", "of": [inner]}]})

    names = [type(form) for form in walk(whole)]

    expected = ["all of", "not that", "any of", "account is", "at least of", "account is"]
    assert names == [FORMS[name] for name in expected]
    assert parts(AccountIs(account={"plan": "pro"})) == ()


def test_numbers_and_days_stay_texts_until_the_type_is_known() -> None:
    written: Written = {"account": {"seats": {"above": "50"}, "code": "0012", "since": "2026-03-01"}}

    form = parse(written)

    assert form.model_dump(exclude_none=True) == written
