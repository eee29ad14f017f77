"""What is written in bulk comes back as it was, on both databases."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.store.database import Database
from engine.store.tables.looks import ScoreRow
from engine.store.tables.records import StripRow
from engine.store.writing import upsert
from tests.store.records import rows_of

SCORE = ScoreRow.__table__  # type: ignore[attr-defined]
STRIP = StripRow.__table__  # type: ignore[attr-defined]
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
odd = st.sampled_from(["NULL", "null", "", "{}", '"', "\\", "a,b", "\\\\x41", "it's", "é\n", "%s", "%(name)s", ":name"])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.dictionaries(st.one_of(words, odd), st.binary(max_size=9), min_size=1, max_size=9))
def test_texts_and_bytes_come_back(database: Database, rows: dict[str, bytes]) -> None:
    with database.writing() as connection:
        connection.execute(STRIP.delete())
        said = [{"name": name, "block": 1, "span": -2, "events": blob} for name, blob in rows.items()]
        upsert(connection, STRIP, ["name", "block", "span"], said)

    assert {name: (block, span, blob) for name, block, span, blob in rows_of(database, "strip")} == {
        name: (1, -2, blob) for name, blob in rows.items()
    }


def test_nothing_numbers_and_truths_come_back(database: Database) -> None:
    values: list[tuple[float | None, bool]] = [(None, True), (0.1 + 0.2, False), (-1e-9, True), (100.0, False)]
    blank = dict.fromkeys(column.name for column in SCORE.columns)
    common = {"score": "health", "version": 0, "seen": 0, "stay_version": 0, "at": 2**40, "day": -1}
    said = [
        {**blank, **common, "account_seq": seq, "value": value, "overridden": overridden}
        for seq, (value, overridden) in enumerate(values)
    ]
    with database.writing() as connection:
        upsert(connection, SCORE, ["account_seq", "score"], said)

    assert rows_of(database, "score", "value", "overridden") == values
    assert rows_of(database, "score", "at", "day") == [(2**40, -1)] * len(values)
