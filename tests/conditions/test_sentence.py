"""Every form of a condition reads aloud."""

import pytest

from engine.conditions.condition import forms_in_union
from engine.conditions.sentence import Titles, clause, sentence
from tests.conditions.drawing import Written, parse

TITLES = Titles(
    names={
        ("score", "power"): "buying power",
        ("measure", "active_users_7d"): "active users",
        ("event", "integration_error"): "integration trouble",
        ("rule", "fell-into-red"): "Fell into red",
    },
    bands={("health", "red"): "At risk", ("health", "yellow"): "Watch"},
)

SAID: tuple[tuple[Written, str], ...] = (
    ({"score": "health", "below": "35"}, "Health is below 35"),
    ({"score": "power", "at_least": "0", "below": "40.5"}, "Buying power is at least 0 and below 40.5"),
    ({"score": "health", "below": "35.00001"}, "Health is below 35.00001"),
    ({"measure": "active_users_7d", "above": "0.00001"}, "Active users is above 0.00001"),
    ({"measure": "active_users_7d", "at_most": "123456789.1"}, "Active users is at most 123,456,789.1"),
    ({"score": "health", "band": "red"}, "Health is At risk"),
    ({"score": "health", "band": ["red", "yellow", "odd"]}, "Health is At risk, Watch or odd"),
    ({"score": "health", "falls_to": "red"}, "Health fell to At risk"),
    ({"score": "health", "enters": "yellow"}, "Health entered Watch"),
    ({"score": "health", "rises_to": "very-good"}, "Health rose to very good"),
    ({"score": "health", "leaves": "red"}, "Health left At risk"),
    (
        {"score": "health", "drops": "15", "over": "14d"},
        "Health dropped by 15 points or more against the best of the last 14 days",
    ),
    (
        {"score": "health", "rises": "20%", "over": "1d"},
        "Health rose by 20% or more against the worst of the last 1 day",
    ),
    (
        {"score": "health", "declining": "10", "over": "28d"},
        "Health is declining at a pace of 10 points or more in 28 days",
    ),
    ({"measure": "nps", "at_most": "1000"}, "Nps is at most 1,000"),
    (
        {"measure": "active_users_7d", "falls": "30%", "against": "usual"},
        "Active users fell by 30% or more against usual",
    ),
    ({"measure": "logins_28d", "rises": "7.5%", "against": "usual"}, "Logins 28d rose by 7.5% or more against usual"),
    ({"fact": "leadership_change", "within": "90d"}, "Leadership change within 90 days"),
    (
        {"fact": "leadership_change", "within": "6h", "where": {"role": "CTO"}},
        "Leadership change (role is CTO) within 6 hours",
    ),
    ({"fact": "office_move", "active": True}, "Office move holds now"),
    ({"fact": "office_move", "active": False}, "Office move does not hold now"),
    (
        {
            "event": "integration_error",
            "at_least": "3",
            "in": "7d",
            "where": {"system": ["crm", "erp"], "tries": {"above": "2"}},
        },
        "Integration trouble (system is crm or erp, tries is above 2) at least 3 times within 7 days",
    ),
    ({"event": "login", "at_least": "1", "in": "1d"}, "Login at least once within 1 day"),
    (
        {"event": "login", "at_least": "3", "in": "7d", "across": "segment"},
        "Login at least 3 times within 7 days, over all accounts with the same segment",
    ),
    ({"event": "login", "none_in": "14d", "where": {"hour": {"not": "3"}}}, "No login (hour is not 3) within 14 days"),
    ({"account": {"segment": "enterprise"}}, "Segment is enterprise"),
    (
        {"account": {"plan": {"not": ["trial", "free"]}, "trial": True, "seats": {"at_least": "50"}}},
        "Plan is neither trial nor free and trial is yes and seats is at least 50",
    ),
    (
        {"account": {"renewal_date": {"below": "2026-03-01"}, "owner": {"known": False}}},
        "Renewal date is before 2026-03-01 and owner is not known",
    ),
    ({"date": "renewal_date", "in_next": "60d"}, "Renewal date is within the next 60 days"),
    ({"date": "since", "in_last": "30d"}, "Since was within the last 30 days"),
    ({"date": "payment_date", "passed": True}, "Payment date has passed"),
    ({"date": "payment_date", "passed": False}, "Payment date has not passed"),
    ({"rule": "fell-into-red", "active": True}, "“Fell into red” is active"),
    ({"rule": "went-quiet", "active": False}, "“went quiet” is not active"),
    ({"rule": "fell-into-red", "in_last": "90d"}, "“Fell into red” fired within 90 days"),
    ({"measure": "nps", "known": False}, "Nps is not known"),
    ({"date": "renewal_date", "known": True}, "Renewal date is known"),
    ({"task": "risk-call", "state": "overdue"}, "The task “risk call” is overdue"),
)

LOW: Written = {"measure": "nps", "below": "0"}
RED: Written = {"score": "health", "band": "red"}
BIG: Written = {"account": {"segment": "enterprise", "plan": "pro"}}

COMBINED: tuple[tuple[Written, str], ...] = (
    ({"all": [LOW, RED]}, "Nps is below 0 and health is At risk"),
    ({"any": [LOW, RED]}, "Nps is below 0 or health is At risk"),
    ({"not": RED}, "Not (health is At risk)"),
    ({"at_least": "2", "of": [LOW, RED, LOW]}, "At least 2 of: nps is below 0; health is At risk; nps is below 0"),
    ({"all": [{"any": [LOW, RED]}, RED]}, "(nps is below 0 or health is At risk) and health is At risk"),
    ({"all": [{"not": {"any": [LOW, RED]}}, RED]}, "Not (nps is below 0 or health is At risk) and health is At risk"),
    ({"any": [BIG, RED]}, "(segment is enterprise and plan is pro) or health is At risk"),
    ({"all": [{"all": [{"any": [LOW, RED]}]}, RED]}, "(nps is below 0 or health is At risk) and health is At risk"),
    ({"any": [{"all": [RED]}, LOW]}, "Health is At risk or nps is below 0"),
    (
        {"at_least": "1", "of": [{"at_least": "1", "of": [LOW, RED]}, RED]},
        "At least 1 of: (at least 1 of: nps is below 0; health is At risk); health is At risk",
    ),
)


@pytest.mark.parametrize(("written", "said"), [*SAID, *COMBINED], ids=[said for _, said in (*SAID, *COMBINED)])
def test_a_condition_reads_aloud(written: Written, said: str) -> None:
    assert sentence(parse(written), TITLES) == said


def test_every_form_reads_aloud() -> None:
    assert {type(parse(written)) for written, _ in (*SAID, *COMBINED)} == set(forms_in_union())


def test_inside_a_sentence_it_begins_small() -> None:
    assert clause(parse(LOW), Titles()) == "nps is below 0"
