"""A finding is opened once, tells the operator once, and ends once, on both databases."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from engine.clock import day_number
from engine.judged import Finding, FindingKind
from engine.store import listing
from engine.store.database import Database
from engine.store.findings import end_findings, findings, open_finding, open_keys
from engine.store.listing import Asked, Offices
from engine.store.saving.save import Office
from tests.store.looking import FALLBACK
from tests.store.records import NOW

TODAY = day_number(NOW.date())
OFFICE = Office(FALLBACK, TODAY, NOW)
QUIET = Finding("quiet/logins/2026-11-20", FindingKind.QUIET, "logins", "The feed of logins is quiet.", NOW, TODAY)
ACROSS = replace(
    QUIET, key="across/trouble/smb", kind=FindingKind.ACROSS, name="trouble", group="smb", accounts=("acme", "zen")
)
TOMORROW = NOW + timedelta(days=1)


def opened(database: Database, *found: Finding) -> list[bool]:
    with database.writing() as connection:
        return [open_finding(connection, one, OFFICE, version="v1", cause="test") for one in found]


def ended(database: Database, *keys: str, days: int) -> None:
    with database.writing() as connection:
        end_findings(connection, keys, NOW + timedelta(days=days), TODAY + days)


def notices(database: Database) -> list[dict[str, Any]]:
    return listing.deliveries(database, Asked(), Offices(FALLBACK, NOW.date()))


def test_a_finding_is_opened_once_and_told_once(database: Database) -> None:
    assert opened(database, QUIET) == [True]
    assert opened(database, replace(QUIET, text="Again", at=TOMORROW)) == [False]

    [one], [notice] = findings(database, Asked()), notices(database)
    assert (one["kind"], one["name"], one["text"], one["at"]) == ("quiet", "logins", QUIET.text, NOW.isoformat())
    assert (notice["text"], notice["to"], notice["channel"], notice["state"]) == (
        QUIET.text,
        FALLBACK,
        "slack",
        "waiting",
    )


def test_a_notice_has_no_account_and_no_step(database: Database) -> None:
    opened(database, ACROSS)

    [notice] = notices(database)
    assert [notice[key] for key in ("account", "run", "playbook", "step", "template")] == [None] * 5


def test_a_finding_and_its_notice_come_about_together_or_not_at_all(database: Database) -> None:
    def fail() -> None:
        with database.writing() as connection:
            open_finding(connection, QUIET, OFFICE, version="v1", cause="test")
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    assert (findings(database, Asked()), notices(database)) == ([], [])


def test_a_finding_ends_once(database: Database) -> None:
    opened(database, QUIET, ACROSS)

    ended(database, QUIET.key, days=2)
    ended(database, QUIET.key, days=5)

    days = {one["kind"]: one["ended_day"] for one in findings(database, Asked())}
    assert days == {"quiet": (NOW + timedelta(days=2)).date().isoformat(), "across": None}


def test_a_finding_that_ended_is_not_opened_again(database: Database) -> None:
    opened(database, QUIET)
    ended(database, QUIET.key, days=1)

    assert opened(database, QUIET) == [False]


def test_open_findings_are_those_that_had_begun_and_go_on(database: Database) -> None:
    later = replace(QUIET, key="quiet/logins/2026-11-25", at=TOMORROW)
    over = replace(QUIET, key="quiet/logins/2026-11-01")
    opened(database, QUIET, ACROSS, later, over)
    ended(database, over.key, days=0)

    with database.reading() as connection:
        assert open_keys(connection, NOW) == {QUIET.key, ACROSS.key}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(Asked(), ["logins", "trouble"], id="everything, the oldest first"),
        pytest.param(Asked(account="zen"), ["trouble"], id="of an account that it names"),
        pytest.param(Asked(account="beta"), [], id="of an account that none names"),
        pytest.param(Asked(first=NOW.date() + timedelta(days=1)), ["trouble"], id="from that day on"),
        pytest.param(Asked(last=date(2026, 11, 24)), ["logins"], id="to that day"),
    ],
)
def test_findings_are_listed_as_they_are_asked_for(database: Database, asked: Asked, expected: list[str]) -> None:
    opened(database, replace(ACROSS, at=TOMORROW, day=TODAY + 1), QUIET)

    assert [one["name"] for one in findings(database, asked)] == expected
