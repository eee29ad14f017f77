"""Facts, outcomes and what a person does by hand; on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.store.database import Database
from engine.store.ingest.by_hand import NotEnding, NotFound, Override, end_fact, override, withdraw_fact
from tests.store.records import NOW, accounts, counts, day, due, dump, entries, facts, look, outcomes, put, rows_of

D20 = "2026-11-20"
FACT = ("name", "day", "properties", "withdrawn_at")


def micros(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000


@pytest.fixture
def acme(database: Database) -> Database:
    put(database, accounts({"id": "acme", "timezone": "America/New_York"}, {"id": "zen"}))
    look(database)
    return database


def change(at: str = D20, **more: Any) -> dict[str, Any]:
    return {"account": "acme", "at": at, **more}


def test_a_fact_is_kept_and_marks_its_account(acme: Database) -> None:
    done = put(acme, facts(change(role="CTO", reason="LinkedIn")), author="ana@x")

    assert counts(done) == (1, 0, 0, 0, 0)
    kept = rows_of(acme, "fact", *FACT, "source", "author", "reason")
    assert kept == [("leadership_change", day(D20), {"role": "CTO"}, None, "file.csv", "ana@x", "LinkedIn")]
    assert due(acme) == ["acme"]


@pytest.mark.parametrize(
    ("fact", "until"),
    [
        pytest.param(change(), None, id="without an end it holds until ended"),
        pytest.param(change(until="2026-12-01"), datetime(2026, 12, 2, 4, 59, 59, tzinfo=UTC), id="to the day's end"),
        pytest.param(change(until="2026-12-01T10:00"), datetime(2026, 12, 1, 10, tzinfo=UTC), id="to a moment"),
        pytest.param(
            change(name="office_move"), datetime(2027, 1, 19, 4, 59, 59, tzinfo=UTC), id="as long as its kind lasts"
        ),
        pytest.param(
            change(name="office_move", until=D20), datetime(2026, 11, 21, 4, 59, 59, tzinfo=UTC), id="as it says itself"
        ),
    ],
)
def test_a_fact_ends(acme: Database, fact: Any, until: datetime | None) -> None:
    put(acme, facts(fact))

    assert rows_of(acme, "fact", "until") == [until and micros(until)]


def test_the_same_file_twice_changes_nothing_and_marks_nobody(acme: Database) -> None:
    batch = facts(change(), change(), change(id="1", role="CTO"), change(name="office_move"))
    put(acme, batch)
    look(acme)
    before = dump(acme)

    done = put(acme, batch)

    assert counts(done) == (0, 4, 0, 0, 0)
    assert dump(acme) == before


def test_other_content_under_the_same_id_replaces_a_fact_and_both_are_kept(acme: Database) -> None:
    put(acme, facts(change(id="1", role="CTO")))

    done = put(acme, facts(change("2026-11-21", id="1", role="CFO")), at=NOW + timedelta(hours=1))

    assert counts(done) == (0, 0, 1, 0, 0)
    assert rows_of(acme, "fact", *FACT) == [
        ("leadership_change", day(D20), {"role": "CTO"}, micros(NOW + timedelta(hours=1))),
        ("leadership_change", day("2026-11-21"), {"role": "CFO"}, None),
    ]


def test_of_one_id_the_last_row_of_a_file_counts(acme: Database) -> None:
    done = put(acme, facts(change(id="1", role="CTO"), change(id="1", role="CFO")))

    assert counts(done) == (1, 1, 0, 0, 0)
    assert rows_of(acme, "fact", "properties") == [{"role": "CFO"}]


def test_without_an_id_another_content_is_another_fact(acme: Database) -> None:
    put(acme, facts(change(role="CTO")))

    done = put(acme, facts(change(role="CFO"), change(role="CTO"), change(role="CTO")))

    assert counts(done) == (2, 1, 0, 0, 0)


def test_facts_of_the_future_are_refused_and_leave_everything_as_it_was(acme: Database) -> None:
    before = dump(acme)

    done = put(acme, facts(change(), change("2026-11-25")))

    assert counts(done) == (0, 0, 0, 0, 1)
    assert dump(acme) == before


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        pytest.param(
            change(until="2026-11-19"),
            "until 2026-11-19 23:59 lies before at 2026-11-20 00:00: mend one of the two",
            id="a day",
        ),
        pytest.param(
            change("2026-11-20T15:00", until="2026-11-20T14:59"),
            "until 2026-11-20 09:59 lies before at 2026-11-20 10:00: mend one of the two",
            id="a moment, in the account's zone",
        ),
        pytest.param(change("2026-11-20T15:00", until=D20), None, id="the same day"),
        pytest.param(change("2026-11-20T15:00", until="2026-11-20T15:00"), None, id="the same moment"),
        pytest.param(change(until="2026-01-05", repeats="yearly"), None, id="over the turn of each year"),
    ],
)
def test_a_fact_that_ends_before_it_begins_is_refused(acme: Database, fact: Any, reason: str | None) -> None:
    done = put(acme, facts(fact))

    assert [one.reason for one in done.refused] == ([reason] if reason else [])
    assert len(rows_of(acme, "fact")) == (0 if reason else 1)


def test_an_outcome_is_known_by_account_and_moment(acme: Database) -> None:
    put(acme, outcomes(("acme", D20, "renewed")))
    look(acme)

    done = put(acme, outcomes(("acme", D20, "renewed"), ("acme", D20, "churned"), ("zen", D20, "renewed")))

    assert counts(done) == (2, 1, 0, 0, 0)
    assert due(acme) == ["acme", "zen"]


class TestByHand:
    def test_an_ended_fact_holds_until_then_and_leaves_a_trace(self, acme: Database) -> None:
        put(acme, facts(change(until="2026-12-01")))
        look(acme)
        [before] = rows_of(acme, "fact", "until")
        [id_] = rows_of(acme, "fact", "id")

        block = end_fact(acme, id_, NOW, "ana@x")

        assert (block, due(acme)) == (0, ["acme"])
        assert rows_of(acme, "fact", "until") == [micros(NOW)]
        trace = rows_of(acme, "change", "kind", "entity", "field", "old", "new", "at", "by")
        assert trace == [("fact", str(id_), "until", before, micros(NOW), micros(NOW), "ana@x")]

    def test_a_fact_that_was_ended_or_withdrawn_stays_so_when_its_file_comes_again(self, acme: Database) -> None:
        batch = facts(change(role="CTO"), change(role="CFO"))
        put(acme, batch)
        ended, withdrawn = rows_of(acme, "fact", "id")
        end_fact(acme, ended, NOW)
        withdraw_fact(acme, withdrawn, NOW)
        before = dump(acme)

        done = put(acme, batch)

        assert counts(done) == (0, 2, 0, 0, 0)
        assert dump(acme) == before

    def test_a_fact_that_is_not_there_any_more_cannot_be_ended(self, acme: Database) -> None:
        put(acme, facts(change()))
        [id_] = rows_of(acme, "fact", "id")
        withdraw_fact(acme, id_, NOW)

        with pytest.raises(NotFound, match=r"withdrawn or replaced\. Say it again"):
            end_fact(acme, id_, NOW)
        with pytest.raises(NotFound, match="no fact 999"):
            withdraw_fact(acme, 999, NOW)

    @pytest.mark.parametrize(
        ("said", "at", "why"),
        [
            pytest.param({"until": "2026-11-21"}, NOW, "has ended already", id="it ended by itself"),
            pytest.param({}, NOW - timedelta(days=400), "has not begun yet", id="it begins later"),
            pytest.param({"until": "2026-12-01", "repeats": True}, NOW, "it has no one end", id="yearly"),
        ],
    )
    def test_an_end_is_refused_where_it_would_mean_nothing(
        self, acme: Database, said: dict[str, Any], at: datetime, why: str
    ) -> None:
        put(acme, facts(change(**said)))
        [id_] = rows_of(acme, "fact", "id")
        before = dump(acme)

        with pytest.raises(NotEnding, match=why):
            end_fact(acme, id_, at)

        assert dump(acme) == before

    def test_a_fact_that_was_ended_is_never_brought_back_by_a_later_end(self, acme: Database) -> None:
        put(acme, facts(change()))
        [id_] = rows_of(acme, "fact", "id")
        end_fact(acme, id_, NOW)

        with pytest.raises(NotEnding, match="has ended already"):
            end_fact(acme, id_, NOW + timedelta(days=5))

        assert rows_of(acme, "fact", "until") == [micros(NOW)]

    def test_an_override_is_kept_and_marks_its_account(self, acme: Database) -> None:
        put(acme, entries("aliases", {"account": "acme", "alias": "0017"}))

        said = Override("0017", "health", 60.0, NOW, NOW + timedelta(days=9), "call went well", "ana@x")
        override(acme, said, "UTC")

        kept = rows_of(acme, "override", "account_seq", "score", "value", "at", "until", "reason", "author")
        until = micros(NOW + timedelta(days=9))
        assert kept == [(0, "health", 60.0, micros(NOW), until, "call went well", "ana@x")]
        assert due(acme) == ["acme"]

    def test_an_override_of_an_unknown_account_says_where_to_look(self, acme: Database) -> None:
        with pytest.raises(NotFound, match="There is no account 'who'"):
            override(acme, Override("who", "health", 60.0, NOW, NOW), "UTC")
