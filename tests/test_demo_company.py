"""The sample company: files for `pulsebook import` alone, varied, plausible, and the same for the same seed."""

import csv
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from engine.demo import names
from engine.demo.company import Company, write_company
from engine.language.catalog import Catalog
from engine.workspace import load, read_sources

UNTIL = date(2026, 11, 23)
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    return write_company(tmp_path_factory.mktemp("company"), until=UNTIL, seed=7)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    workspace = load(read_sources(ROOT)).workspace
    assert workspace is not None
    return workspace.catalog


def _rows(company: Company, kind: str) -> list[dict[str, str]]:
    with company.files[kind].open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_makes_the_same_company_and_another_seed_another(tmp_path: Path) -> None:
    def texts(folder: str, seed: int) -> dict[str, str]:
        made = write_company(tmp_path / folder, accounts=12, days=60, until=UNTIL, seed=seed)
        return {kind: file.read_text(encoding="utf-8") for kind, file in made.files.items()}

    assert texts("one", 1) == texts("again", 1)
    assert texts("one", 1) != texts("other", 2)


def test_at_least_ten_stories_and_none_lived_by_more_than_a_quarter(company: Company) -> None:
    counts = company.counts()

    assert sum(counts.values()) == 200
    assert len(counts) >= 10
    assert max(counts.values()) <= 50


@pytest.mark.parametrize(
    ("accounts", "days"),
    [
        pytest.param(10, 30, id="as small and short as it gets"),
        pytest.param(40, 400, id="more than a year"),
    ],
)
def test_any_size_and_length_will_do(accounts: int, days: int, tmp_path: Path) -> None:
    made = write_company(tmp_path, accounts=accounts, days=days, until=UNTIL, seed=3)

    assert made.rows["accounts"] == accounts == len(made.stories)
    assert min(row["at"] for row in _rows(made, "observations")) == str(UNTIL - timedelta(days=days - 1))
    assert {kind: len(_rows(made, kind)) for kind in made.files} == dict(made.rows)


@pytest.mark.parametrize("days", [30, 60, 95])
@pytest.mark.parametrize("seed", range(4))
def test_facts_of_a_short_history_too_begin_before_they_end(days: int, seed: int, tmp_path: Path) -> None:
    made = write_company(tmp_path, accounts=100, days=days, until=UNTIL, seed=seed)

    facts = _rows(made, "facts")
    assert facts
    assert all(row["at"] <= row["until"] for row in facts if row["until"])


def test_nothing_is_dated_after_the_evening_of_the_newest_day(company: Company) -> None:
    evening = datetime.combine(UNTIL, time(22), UTC)

    assert max(datetime.fromisoformat(row["at"]) for row in _rows(company, "events")) <= evening
    for kind in ("observations", "facts", "outcomes"):
        assert max(date.fromisoformat(row["at"]) for row in _rows(company, kind)) <= UNTIL


def test_every_name_is_one_of_the_starter_workspace(company: Company, catalog: Catalog) -> None:
    events = _rows(company, "events")

    assert {row["event"] for row in events} <= set(catalog.events)
    assert {row["fact"] for row in _rows(company, "facts")} <= set(catalog.facts)
    assert set(names.METRICS) == set(catalog.metrics)
    assert set(_rows(company, "accounts")[0]) <= set(catalog.attribute_names())


def test_an_event_has_only_properties_of_its_own(company: Company, catalog: Catalog) -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for row in _rows(company, "events"):
        found[row["event"]] |= {name for name in names.EVENT_PROPERTIES if row[name]}

    assert not any(said - set(catalog.events[event].properties) for event, said in found.items())


def test_people_work_less_at_weekends(company: Company) -> None:
    users: dict[bool, list[float]] = {True: [], False: []}
    for row in _rows(company, "observations"):
        users[date.fromisoformat(row["at"]).weekday() >= 5].append(float(row["active_users"]))

    weekend, week = (sum(users[which]) / len(users[which]) for which in (True, False))

    assert weekend < week / 3


def test_the_people_in_the_product_are_those_who_logged_in(company: Company) -> None:
    """Counted over UTC days of accounts whose working day lies within one."""
    near = {row["id"] for row in _rows(company, "accounts") if row["timezone"].startswith("Europe/")}
    logins: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in _rows(company, "events"):
        if row["event"] == names.LOGIN and row["account"] in near:
            logins[row["account"], row["at"][:10]].add(row["contact"])
    said = {
        (row["account"], row["at"]): int(row["active_users"])
        for row in _rows(company, "observations")
        if row["account"] in near and row["active_users"] != "0"
    }

    assert said == {key: len(people) for key, people in logins.items()}


def test_whoever_does_something_is_a_contact_of_that_account(company: Company) -> None:
    contacts = {(row["account"], row["email"]) for row in _rows(company, "contacts")}

    acting = {(row["account"], row["contact"]) for row in _rows(company, "events") if row["contact"]}

    assert acting <= contacts


def test_consent_is_given_refused_and_unknown(company: Company) -> None:
    consents = Counter(row["consent"] for row in _rows(company, "contacts"))

    assert set(consents) == {"true", "false", ""}
    assert min(consents.values()) > 0.1 * consents.total()


def test_the_team_has_a_lead_pools_and_somebody_away_with_a_backup(company: Company) -> None:
    team = _rows(company, "teammates")
    emails = {mate["email"] for mate in team}
    [away] = [mate for mate in team if mate["away_from"]]

    assert 4 <= len(team) <= 6
    assert {mate["manager"] for mate in team} - {""} <= emails
    assert {pool for mate in team for pool in mate["pools"].split(";")} - {""} == {names.ONBOARDING, names.BILLING}
    assert away["away_from"] <= str(UNTIL) <= away["away_until"]
    assert away["backup"] in emails - {away["email"]}


def test_names_and_addresses_are_unlike_each_other(company: Company) -> None:
    accounts, contacts = _rows(company, "accounts"), _rows(company, "contacts")

    assert len({row["name"] for row in accounts}) == len(accounts)
    assert len({row["email"] for row in contacts}) == len(contacts)
    assert len({row["country"] for row in accounts}) >= 6


def test_nobody_uses_what_they_have_left_or_not_begun(company: Company) -> None:
    churned = {row["account"]: row["at"] for row in _rows(company, "outcomes") if row["outcome"] == names.CHURNED}
    since = {row["id"]: row["since"] for row in _rows(company, "accounts")}

    observed = _rows(company, "observations")

    assert set(churned) == {account for account, story in company.stories.items() if story == "departed"}
    assert all(since[row["account"]] <= row["at"] <= churned.get(row["account"], str(UNTIL)) for row in observed)


def test_a_fade_ends_far_below_where_it_began_and_a_rescue_does_not(company: Company) -> None:
    weekly: dict[str, Counter[str]] = {"early": Counter(), "late": Counter()}
    for row in _rows(company, "observations"):
        day = date.fromisoformat(row["at"])
        when = "early" if day < UNTIL - timedelta(days=150) else "late" if day > UNTIL - timedelta(days=30) else None
        if when:
            weekly[when][company.stories[row["account"]]] += int(row["active_users"])

    left = {story: weekly["late"][story] / weekly["early"][story] for story in ("slow fade", "rescued", "growing")}

    assert left["slow fade"] < 0.6 < left["rescued"]
    assert left["growing"] > 1.2


def test_a_step_of_the_guided_onboarding_got_too_hard_for_several_within_a_week(company: Company) -> None:
    onboarding = {row["id"]: row["onboarding"] for row in _rows(company, "accounts")}
    frustrated = [
        (date.fromisoformat(row["at"][:10]), row["account"])
        for row in _rows(company, "events")
        if row["event"] == names.FEEDBACK and (row["mood"], row["about"]) == ("negative", "integration")
    ]
    guided = [day for day, account in frustrated if onboarding[account] == names.GUIDED]

    assert Counter(onboarding.values()).keys() == {names.GUIDED, names.SELF_SERVE, ""}
    assert max(sum(day - timedelta(days=7) < other <= day for other in guided) for day in guided) >= 3
    assert {company.stories[account] for _, account in frustrated} == {"rocky start"}
