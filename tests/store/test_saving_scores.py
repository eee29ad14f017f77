"""What a save keeps of scores: the day's cell of each series, its version, and the parts of the last look."""

from datetime import timedelta

import numpy as np
from sqlalchemy import text

from engine.store.breakdowns import parts, unpack_sheets
from engine.store.database import Database
from tests.store.looking import (
    keep,
    reading,
    score,
    snapshot,
)
from tests.store.records import NOW, accounts, cells, put, rows_of

LATER = NOW + timedelta(minutes=5)
TOMORROW = NOW + timedelta(days=1)


def test_the_last_look_of_a_day_is_the_day_s_score(database: Database) -> None:
    put(database, accounts("acme", "zen"))
    for when, numbers in [(NOW, (40.5, np.nan)), (LATER, (41.25, 70)), (TOMORROW, (np.nan, 71))]:
        before = reading(database, when)
        keep(database, before, scores={"health": score(*numbers)})

    assert cells(database, "score health adjusted") == {
        ("acme", "2026-11-24"): 41.25,
        ("zen", "2026-11-24"): 70.0,
        ("zen", "2026-11-25"): 71.0,
    }
    assert cells(database, "score health coverage")["acme", "2026-11-25"] == 0.25


def test_a_second_look_on_a_day_writes_only_the_series_that_it_changed(database: Database) -> None:
    put(database, accounts("acme"))
    keep(database, reading(database, NOW), scores={"health": score(40)})
    with database.writing() as connection:
        connection.execute(text("update chunk set times = :mark"), {"mark": b"not written since"})

    keep(database, reading(database, LATER), scores={"health": score(41)})

    marks = dict(zip(rows_of(database, "chunk", "series_id"), rows_of(database, "chunk", "times"), strict=True))
    written = {key for id_, key in rows_of(database, "series", "id", "key") if id_ in marks and marks[id_] is None}
    assert written == {"score health adjusted", "score health base", "score health value"}
    assert set(marks.values()) == {None, b"not written since"}


def test_history_tells_which_version_made_a_day_s_score(database: Database) -> None:
    put(database, accounts("acme"))
    for when, version in [(NOW, "f1"), (TOMORROW, "f2")]:
        before = reading(database, when)
        keep(database, before, scores={"health": score(40, version=version)})

    history = snapshot(database, TOMORROW, score_days={"health": 2}).history["health"]

    codes = dict(rows_of(database, "score_version", "fingerprint", "code"))
    np.testing.assert_array_equal(history.version, [[np.nan, codes["f1"], codes["f2"]]])
    np.testing.assert_array_equal(history.adjusted, [[np.nan, 40, 40]])


def test_the_parts_of_accounts_that_were_not_looked_at_stay(database: Database) -> None:
    put(database, accounts("acme", "zen"))
    for when, numbers in [(NOW, {"acme": 40.0, "zen": 80.0}), (LATER, {"zen": 81.0})]:
        before = reading(database, when, accounts=list(numbers))
        keep(database, before, scores={"health": score(*numbers.values())})

    [blob] = rows_of(database, "breakdown", "parts")

    both = {lane: parts(unpack_sheets(blob), lane) for lane in (0, 1, 2)}
    assert [part["value"] for part in both[0]] == [40.0, "plan 0"]
    assert [part["value"] for part in both[1]] == [81.0, "plan 0"]
    assert both[1][1] == {
        "measure": "plan",
        "value": "plan 0",
        "points": 81.1234,
        "weight": 1.0,
        "contribution": 27.0,
        "age": None,
    }
    assert both[2] == []


def test_accounts_of_two_blocks_have_their_scores_each(database: Database) -> None:
    put(database, accounts(*(f"a{number}" for number in range(300))))
    before = reading(database)

    keep(database, before, scores={"health": score(*range(300))})

    assert cells(database, "score health value") == {
        (f"a{number}", "2026-11-24"): float(number) for number in range(300)
    }
