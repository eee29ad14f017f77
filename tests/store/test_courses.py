"""What reports read of the past: each day of a score, outcomes and firings, for all that were ever looked at."""

from datetime import timedelta
from typing import Any

import numpy as np

from engine.clock import day_number
from engine.domain import Move
from engine.reports.columns import Course, Dated
from engine.store.courses import courses, ladders
from engine.store.database import Database
from tests.store.looking import decision, keep, reading, score
from tests.store.records import NOW, accounts, outcomes, put

TODAY = day_number(NOW.date())
LATER = NOW + timedelta(days=2)


def course(database: Database, at: Any = LATER, *rules: str) -> Course:
    [found] = courses(database, "health", at, rules)
    return found


def looked(database: Database, when: Any, *numbers: float, version: str = "f1", **concluded: Any) -> None:
    keep(database, reading(database, when), scores={"health": score(*numbers, version=version)}, **concluded)


def told(dated: Dated) -> list[tuple[int, int, str]]:
    """Account by its place, days from today, name."""
    return list(zip(dated.rows.tolist(), (dated.days - TODAY).tolist(), dated.names.tolist(), strict=True))


def test_each_day_has_what_its_last_look_left(database: Database) -> None:
    put(database, accounts("acme", "zen"))
    looked(database, NOW, 40, 60)
    looked(database, LATER, np.nan, 61, version="f2")

    found = course(database)

    assert found.last == TODAY + 2
    np.testing.assert_array_equal(found.values[:, -3:], [[40, np.nan, np.nan], [60, np.nan, 61]])
    np.testing.assert_array_equal(found.looked[:, -3:], [[True, False, True], [True, False, True]])
    assert not found.looked[:, :-3].any()
    assert found.versions[1, -3] != found.versions[1, -1]


def test_each_version_of_the_score_has_its_bands(database: Database) -> None:
    put(database, accounts("acme"))
    looked(database, NOW, 40)

    [code] = course(database).versions[:, -1]

    assert ladders(database, "health") == {code: (("red", 0.0), ("green", 50.0))}
    assert ladders(database, "growth") == {}


def test_outcomes_are_there_in_their_order_and_those_to_come_are_not(database: Database) -> None:
    put(database, accounts("acme", "zen"))
    looked(database, NOW, 40, 60)
    put(database, outcomes(("zen", "2026-11-25", "churned"), ("zen", "2026-11-24", "renewed")), at=LATER)

    assert told(course(database, NOW).outcomes) == [(1, 0, "renewed")]
    assert told(course(database, LATER).outcomes) == [(1, 0, "renewed"), (1, 1, "churned")]


def test_of_the_moves_of_rules_the_firings_of_those_that_were_asked_for_are_there(database: Database) -> None:
    put(database, accounts("acme", "zen"))
    moves = [decision("zen"), decision("acme", Move.SEEDS), decision("acme", rule="rose"), decision("acme", rule="low")]
    looked(database, NOW, 40, 60, decisions=tuple(moves))

    assert sorted(told(course(database, LATER, "fell", "rose").firings)) == [(0, 0, "rose"), (1, 0, "fell")]
    assert told(course(database).firings) == []


def test_whom_no_look_has_scored_is_not_there(database: Database) -> None:
    put(database, accounts("acme", "zen"))

    assert list(courses(database, "health", LATER)) == []
