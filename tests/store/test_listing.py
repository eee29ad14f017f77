"""What the lists tell of what is stored: exactly these keys, the oldest first."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from engine.clock import microseconds
from engine.domain import End, Move, Reason
from engine.store import listing
from engine.store.database import Database
from engine.store.listing import Asked, Offices
from engine.store.score_lists import scores
from tests.store.looking import FALLBACK, action, decision, keep, look, reading, run, score, task
from tests.store.records import NOW, ZONE, accounts, entries, put

LATER, TOMORROW = NOW + timedelta(minutes=30), NOW + timedelta(days=1)
ALL = Asked()
OFFICES = Offices(FALLBACK, date(2026, 11, 24))
TOKYO = "Asia/Tokyo"


@pytest.fixture
def looked_at(database: Database) -> Database:
    """Acme, of Ana's, and Zen in Tokyo, where it is nine in the evening at NOW."""
    put(database, accounts({"id": "acme", "name": "Acme", "owner": "ana@us.example", "timezone": None}))
    put(database, accounts({"id": "zen", "timezone": TOKYO}))
    put(database, entries("teammates", {"email": "ana@us.example", "manager": "mia@us.example"}))
    put(database, entries("teammates", {"email": "mia@us.example"}))
    for when, numbers in [(NOW, (40.5, 80)), (LATER, (41.25, np.nan)), (TOMORROW, (60.1234, 81))]:
        before = reading(database, when)
        keep(database, before, scores={"health": score(*numbers)})
    return database


def test_accounts_have_their_present_scores(looked_at: Database) -> None:
    assert listing.accounts(looked_at, ALL, ["health"]) == [
        {
            "id": "acme",
            "name": "Acme",
            "owner": "ana@us.example",
            "scores": {"health": {"value": 60.1234, "band": "red", "coverage": 1.0}},
        },
        {
            "id": "zen",
            "name": None,
            "owner": None,
            "scores": {"health": {"value": 81.0, "band": "red", "coverage": 1.0}},
        },
    ]


def test_a_score_that_is_gone_from_the_files_is_told_no_more(looked_at: Database) -> None:
    assert [one["scores"] for one in listing.accounts(looked_at, ALL, ["other"])] == [{}, {}]


class TestScores:
    def test_there_is_one_entry_a_day_and_the_last_look_has_its_measures(self, looked_at: Database) -> None:
        first, last = scores(looked_at, Asked("acme"), ZONE)

        same = {"account": "acme", "score": "health", "model": "paying", "coverage": 1.0, "filled": False}
        assert first == {
            **same,
            "at": "2026-11-24T22:59:59+00:00",
            "day": "2026-11-24",
            "base": 41.25,
            "adjusted": 41.25,
            "value": 41.25,
            "band": "red",
        }
        assert {**same, "at": TOMORROW.isoformat(), "day": "2026-11-25", "value": 60.1234}.items() <= last.items()
        assert last["measures"][0] == {
            "measure": "logins",
            "value": 60.1234,
            "points": 60.1234,
            "weight": 3.0,
            "contribution": 30.0617,
            "age": None,
        }

    def test_a_day_without_enough_data_is_listed_as_unknown(self, looked_at: Database) -> None:
        first, _last = scores(looked_at, Asked("zen"), ZONE)

        known = {key: first[key] for key in ("day", "model", "value", "band", "coverage")}
        assert known == {"day": "2026-11-24", "model": "paying", "value": None, "band": None, "coverage": 0.25}

    def test_the_oldest_come_first_and_days_are_the_accounts_own(self, looked_at: Database) -> None:
        listed = scores(looked_at, ALL, ZONE)

        assert [(entry["account"], entry["day"]) for entry in listed] == [
            ("zen", "2026-11-24"),
            ("acme", "2026-11-24"),
            ("acme", "2026-11-25"),
            ("zen", "2026-11-25"),
        ]

    def test_an_account_that_no_model_scores_has_no_entry(self, looked_at: Database) -> None:
        nothing = score(np.nan, np.nan)
        nobody = np.array([None, None], dtype=np.object_)
        before = reading(looked_at, TOMORROW + timedelta(days=1))
        none = {"model": nobody, "fingerprint": nobody, "coverage": np.full(2, np.nan), "breakdowns": ()}

        keep(looked_at, before, scores={"health": type(nothing)(**{**_fields(nothing), **none})})

        listed = scores(looked_at, Asked("acme"), ZONE)
        assert [entry["day"] for entry in listed] == ["2026-11-24", "2026-11-25"]


def _fields(look_at_score: Any) -> dict[str, Any]:
    return {name: getattr(look_at_score, name) for name in look_at_score.__slots__}


def test_decisions_tell_what_became_of_them(looked_at: Database) -> None:
    at = TOMORROW + timedelta(hours=1)
    started = decision(when=at, playbook="rescue", run="acme/rescue/1", reason=Reason.STARTED)
    look(looked_at, at, decisions=(decision("zen", Move.WAITS, when=at), started))

    waits, fired = listing.decisions(looked_at, ALL)

    asked = ("account", "rule", "at", "day", "state", "because", "playbook", "run", "reason")
    assert [waits[key] for key in asked] == [
        *("zen", "fell", at.isoformat(), "2026-11-25", "pending", "it fell", None, None, None)
    ]
    assert [fired[key] for key in asked[4:]] == ["fired", "it fell", "rescue", "acme/rescue/1", "started"]


def test_runs_begin_and_end_on_the_account_s_own_days(looked_at: Database) -> None:
    evening = TOMORROW + timedelta(hours=4)
    look(looked_at, evening, runs=(run("zen", when=evening), run(when=evening, ended_at=evening, end=End.STOPPED)))

    by_account = {entry["account"]: entry for entry in listing.runs(looked_at, ALL, ZONE)}

    asked = ("id", "playbook", "rule", "started_at", "started_day", "ended_at", "ended_day", "end")
    same = ["rescue", "fell", evening.isoformat()]
    assert [by_account["zen"][key] for key in asked] == ["zen/rescue/1", *same, "2026-11-26", None, None, None]
    assert [by_account["acme"][key] for key in asked] == [
        *("acme/rescue/1", *same, "2026-11-25", evening.isoformat(), "2026-11-25", "stopped")
    ]
    from_26 = Asked(first=date(2026, 11, 26))
    assert [entry["account"] for entry in listing.runs(looked_at, from_26, ZONE)] == ["zen"]


def test_tasks_are_listed_with_whose_they_are_and_until_when(looked_at: Database) -> None:
    at = TOMORROW + timedelta(hours=1)
    look(looked_at, at, tasks=(task(when=at, due=date(2026, 11, 27)),))

    [entry] = listing.tasks(looked_at, ALL)

    assert {
        "account": "acme",
        "run": "acme/rescue/1",
        "playbook": "rescue",
        "step": "call",
        "template": "risk-call",
        "title": "Call them",
        "assignee": "ana@us.example",
        "due": "2026-11-27",
        "state": "open",
        "created_at": at.isoformat(),
        "day": "2026-11-25",
        "done_at": None,
    }.items() <= entry.items()


@pytest.mark.parametrize(
    ("said", "to"),
    [
        pytest.param({"to": "owner"}, "ana@us.example", id="the owner of now"),
        pytest.param({"to": "manager"}, "mia@us.example", id="the owner's manager"),
        pytest.param({"to": "#cs"}, "#cs", id="a channel"),
        pytest.param({"to": "kim@acme.example", "channel": "email"}, "kim@acme.example", id="a contact"),
        pytest.param({"to": None, "channel": "email", "refused": "nobody"}, None, id="nobody"),
    ],
)
def test_a_message_that_waits_is_listed_with_whom_it_would_reach_now(
    looked_at: Database, said: dict[str, Any], to: str | None
) -> None:
    look(looked_at, TOMORROW + timedelta(hours=1), actions=(action(**said),))

    [entry] = listing.deliveries(looked_at, ALL, OFFICES)

    assert entry["to"] == to


def test_a_mail_is_listed_as_it_will_be_read(looked_at: Database) -> None:
    mail = action(channel="email", to="kim@acme.example", subject="Hello", text="Hi Kim", needs_approval=True)
    look(looked_at, TOMORROW + timedelta(hours=1), actions=(mail,))

    [entry] = listing.deliveries(looked_at, ALL, OFFICES)

    assert {
        "account": "acme",
        "run": "acme/rescue/1",
        "playbook": "rescue",
        "step": "tell",
        "channel": "email",
        "template": "at-risk",
        "decided_at": NOW.isoformat(),
        "day": "2026-11-24",
        "state": "waiting",
        "reason": "approval",
        "text": "Subject: Hello\n\nHi Kim",
    }.items() <= entry.items()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(Asked(), ["24", "25", "26"], id="everything"),
        pytest.param(Asked(first=date(2026, 11, 25)), ["25", "26"], id="from that day on, included"),
        pytest.param(Asked(last=date(2026, 11, 25)), ["24", "25"], id="to that day, included"),
        pytest.param(Asked(account="zen"), [], id="of another account"),
        pytest.param(Asked(account="nobody"), [], id="of no account"),
    ],
)
def test_lists_tell_only_what_is_asked_for(database: Database, asked: Asked, expected: list[str]) -> None:
    put(database, accounts("acme", "zen"))
    for days in range(3):
        when = NOW + timedelta(days=days)
        made: dict[str, Any] = {"when": when, "step": f"s{days}"}
        look(database, when, decisions=(decision(when=when),), tasks=(task(**made),), actions=(action(**made),))

    lists = [listing.decisions(database, asked), listing.tasks(database, asked)]
    lists.append(listing.deliveries(database, asked, OFFICES))

    assert [[entry["day"][-2:] for entry in one] for one in lists] == [expected] * 3


def test_moments_are_told_with_their_offset() -> None:
    assert listing.iso(microseconds(NOW)) == "2026-11-24T12:00:00+00:00"
