"""What is said of a stored event can change: where the account is, and what type the catalog gives a property."""

from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from tests.commands.conftest import Told, empty

CATALOG = """
events: {login: {from: 2026-01-01, properties: {booked_at: time, seats: SEATS}}}
facts: {visit: {properties: {ended_at: time, guests: SEATS}}}
"""
MEASURES = """
logins: {count: login, over: 7d}
early: {count: login, over: 7d, where: {hour: {below: 9}}}
booked: {count: login, over: 7d, where: {booked_at: {at_least: 2026-03-02}}}
"""
OF_NUMBERS = """
seats: {sum: login.seats, over: 7d}
fives: {count: login, over: 7d, where: {seats: 5}}
"""
SCORE = """
score: health
goal: See who comes
measures: [ENTRIES]
bands: [{band: low, from: 0}, {band: high, from: 50}]
"""
LOGINS = """account,at,event,booked_at,seats
acme,2026-03-01T06:30:00Z,login,2026-03-01T20:00:00Z,5
acme,2026-03-01T12:30:00Z,login,,many
"""


def write(folder: Path, measures: str, seats: str = "text") -> None:
    """A workspace with these measures, of whose logins `seats` are of that type."""
    names = [line.partition(":")[0] for line in measures.splitlines() if line]
    entries = ", ".join(f"{{measure: {name}, weight: 1, curve: [[0, 0], [1, 100]]}}" for name in names)
    (folder / "rules/catalog.yaml").write_text(CATALOG.replace("SEATS", seats))
    (folder / "rules/measures.yaml").write_text(measures)
    (folder / "rules/scores/health.yaml").write_text(SCORE.replace("ENTRIES", entries))


@pytest.fixture
def came(folder: Path, command: Told) -> None:
    """Two logins of a company in UTC: at half past six, with a booking of that day, and at half past twelve."""
    empty(folder)
    write(folder, MEASURES)
    (folder / "accounts.csv").write_text("id\nacme\n")
    (folder / "logins.csv").write_text(LOGINS)
    with freeze_time("2026-03-02T10:00:00Z"):
        command("import", "accounts", "accounts.csv")
        command("import", "events", "logins.csv")
        command("run")


def seen(command: Told) -> dict[str, Any]:
    """The measures, after a look."""
    with freeze_time("2026-03-02T12:00:00Z"):
        command("run")
        return {part["measure"]: part["value"] for part in command("why", "acme")["scores"][0]["measures"]}


@pytest.mark.usefixtures("came")
def test_hours_and_days_of_times_are_those_where_the_account_is_now(folder: Path, command: Told) -> None:
    assert seen(command) == {"logins": 2, "early": 1, "booked": 0}

    (folder / "accounts.csv").write_text("id,timezone\nacme,Asia/Tokyo\n")
    with freeze_time("2026-03-02T11:00:00Z"):
        command("import", "accounts", "accounts.csv")

    assert seen(command) == {"logins": 2, "early": 0, "booked": 1}


@pytest.mark.usefixtures("came")
def test_and_where_the_company_is_if_the_account_has_no_zone_of_its_own(folder: Path, command: Told) -> None:
    settings = folder / "pulsebook.toml"
    settings.write_text(settings.read_text().replace("UTC", "Asia/Tokyo"))

    assert seen(command) == {"logins": 2, "early": 0, "booked": 1}


RULES = """
- {rule: recent, when: {fact: visit, within: 7d, where: {ended_at: {at_least: 2026-03-02}}}, backfill: true}
- {rule: many, when: {fact: visit, within: 7d, where: {guests: AMOUNT}}, backfill: true}
"""
SINCE = "since: {days_since: visit, where: {ended_at: {at_least: 2026-03-02}}}\n"


@pytest.mark.usefixtures("came")
def test_so_are_the_times_of_facts(folder: Path, command: Told) -> None:
    write(folder, MEASURES + SINCE)
    (folder / "rules/all.yaml").write_text(RULES.replace("AMOUNT", "many"))
    with freeze_time("2026-03-02T10:00:00Z"):
        command("fact", "acme", "visit", "ended_at=2026-03-01T20:00:00Z", "guests=many")
    assert (seen(command)["since"], command("list", "decisions")) == (None, [fired(command, "many")])

    (folder / "accounts.csv").write_text("id,timezone\nacme,Asia/Tokyo\n")
    with freeze_time("2026-03-02T11:00:00Z"):
        command("import", "accounts", "accounts.csv")

    assert seen(command)["since"] == 0
    assert fired(command, "recent")


@pytest.mark.usefixtures("came")
def test_a_fact_whose_property_was_a_text_is_not_compared_with_a_number(folder: Path, command: Told) -> None:
    with freeze_time("2026-03-02T10:00:00Z"):
        command("fact", "acme", "visit", "guests=many")
        write(folder, MEASURES, seats="number")
        (folder / "rules/all.yaml").write_text(RULES.replace("AMOUNT", "{at_least: 1}"))
        command("run")

    assert command("list", "decisions") == []


def fired(command: Told, rule: str) -> Any:
    """The firing of the rule, if there is one."""
    return next((one for one in command("list", "decisions") if one["rule"] == rule), None)


@pytest.mark.usefixtures("came")
def test_a_property_that_becomes_a_number_is_one_where_its_text_was_one(folder: Path, command: Told) -> None:
    write(folder, MEASURES + OF_NUMBERS, seats="number")

    assert seen(command) == {"logins": 2, "early": 1, "booked": 0, "seats": 5, "fives": 1}


@pytest.mark.usefixtures("came")
def test_and_a_date_where_it_was_one(folder: Path, command: Told) -> None:
    soon = "soon: {count: login, over: 7d, where: {seats: {at_least: 2026-03-01}}}\n"
    write(folder, MEASURES + soon, seats="date")

    assert seen(command)["soon"] == 0


@pytest.mark.usefixtures("came")
@pytest.mark.parametrize("becomes", ["text", "date", None])
def test_events_come_in_after_a_count_once_asked_for_bounds(folder: Path, command: Told, becomes: str | None) -> None:
    """A count that was ever named is kept up, whatever becomes of its property; None: that is taken out."""
    write(folder, MEASURES + "many: {count: login, over: 7d, where: {seats: {at_least: 2}}}\n", seats="number")
    assert seen(command)["many"] == 1

    write(folder, MEASURES, seats=becomes or "text")
    if becomes is None:
        (folder / "rules/catalog.yaml").write_text(CATALOG.replace(", seats: SEATS", "").replace("SEATS", "text"))
    (folder / "more.csv").write_text("account,at,event\nacme,2026-03-01T14:00:00Z,login\n")
    with freeze_time("2026-03-02T11:00:00Z"):
        assert command("import", "events", "more.csv")["applied"] == 1

    assert seen(command)["logins"] == 3


@pytest.mark.usefixtures("came")
def test_a_text_and_the_number_that_it_looks_like_are_counted_apart(folder: Path, command: Told) -> None:
    fives = "fives: {count: login, over: 7d, where: {seats: '5'}}\n"
    write(folder, MEASURES + fives)
    assert seen(command)["fives"] == 1

    write(folder, MEASURES + fives.replace("'5'", "5"), seats="number")
    (folder / "more.csv").write_text("account,at,event,seats\nacme,2026-03-01T14:00:00Z,login,5\n")
    with freeze_time("2026-03-02T11:00:00Z"):
        command("import", "events", "more.csv")

    assert seen(command)["fives"] == 2


@pytest.mark.usefixtures("came")
def test_what_came_while_the_type_was_another_is_counted_when_it_is_again_what_it_was(
    folder: Path, command: Told
) -> None:
    write(folder, MEASURES + OF_NUMBERS, seats="number")
    assert seen(command)["fives"] == 1

    write(folder, MEASURES, seats="text")
    (folder / "more.csv").write_text("account,at,event,seats\nacme,2026-03-01T14:00:00Z,login,5\n")
    with freeze_time("2026-03-02T11:00:00Z"):
        command("import", "events", "more.csv")
    write(folder, MEASURES + OF_NUMBERS, seats="number")

    assert seen(command)["fives"] == 2


@pytest.mark.usefixtures("came")
def test_the_number_one_and_true_are_counted_apart(folder: Path, command: Told) -> None:
    ones = "ones: {count: login, over: 7d, where: {seats: 1}}\n"
    write(folder, MEASURES + ones, seats="number")
    (folder / "more.csv").write_text("account,at,event,seats\nacme,2026-03-01T14:00:00Z,login,1\n")
    with freeze_time("2026-03-02T11:00:00Z"):
        command("import", "events", "more.csv")
    assert seen(command)["ones"] == 1

    write(folder, MEASURES + ones.replace("1}", "true}"), seats="boolean")

    assert seen(command)["ones"] == 0
