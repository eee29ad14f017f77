"""`list` and `account show` print what is stored, as the documents that programs rely on."""

from pathlib import Path

import pytest

from tests.commands.conftest import Printed, Told


def test_accounts_are_listed_with_their_scores(told: Told) -> None:
    acme, beta = told("list", "accounts")

    assert (acme["id"], acme["name"], acme["owner"]) == ("acme", "Acme Ltd", "ana@northwind.example")
    assert acme["scores"] == {"health": {"value": 30.0, "band": "red", "coverage": 1.0}}
    assert beta["owner"] is None


def test_scores_are_listed_day_by_day_and_the_last_look_with_its_parts(told: Told) -> None:
    days = told("list", "scores", "--account", "acme")

    assert [(one["day"], one["value"], one["band"]) for one in days] == [
        ("2026-03-02", 60.0, "green"),
        ("2026-03-03", 30.0, "red"),
    ]
    assert days[-1]["measures"] == [
        {"measure": "nps", "value": 30.0, "points": 30.0, "weight": 3.0, "contribution": 30.0, "age": 0.0}
    ]
    keys = {"account", "score", "model", "at", "day", "base", "adjusted", "value", "band", "coverage"}
    assert all(keys <= set(one) for one in days)


def test_a_day_keeps_the_band_that_it_had_when_the_bands_are_edited(told: Told, folder: Path) -> None:
    health = folder / "rules/scores/health.yaml"
    health.write_text(health.read_text().replace("from: 40", "from: 70"))

    told("run", "--as-of", "2026-03-04")

    days = told("list", "scores", "--account", "acme")
    assert [(one["value"], one["band"]) for one in days] == [(60.0, "green"), (30.0, "red"), (30.0, "red")]


def test_an_account_is_shown_with_the_band_of_each_day(told: Told) -> None:
    days = told("account", "show", "acme")["days"]

    assert [(one["day"], one["band"]) for one in days] == [("2026-03-02", "green"), ("2026-03-03", "red")]


def test_decisions_are_listed_with_what_became_of_their_playbooks(told: Told) -> None:
    decisions = told("list", "decisions")

    assert [(one["account"], one["rule"], one["state"], one["reason"]) for one in decisions] == [
        ("beta", "low", "seeded", None),
        ("acme", "fell", "fired", "started"),
        ("acme", "low", "fired", None),
    ]
    assert decisions[1]["because"] == "Health fell to Red"
    assert decisions[1]["run"] == told("list", "runs")[0]["id"]


def test_runs_tasks_and_deliveries_are_listed(told: Told) -> None:
    [run], [task], [sent] = told("list", "runs"), told("list", "tasks"), told("list", "deliveries")

    assert (run["playbook"], run["started_day"], run["ended_day"], run["end"]) == (
        "save",
        "2026-03-03",
        "2026-03-03",
        "finished",
    )
    assert (task["title"], task["assignee"], task["state"]) == ("Call Acme Ltd", "ana@northwind.example", "open")
    assert task == told("task", "list")[0]
    assert told("task", "list", "--from", "2026-03-03", "--to", "2026-03-03") == [task]
    assert told("task", "list", "--to", "2026-03-02") == []
    assert (sent["channel"], sent["to"], sent["state"], sent["reason"]) == (
        "slack",
        "ana@northwind.example",
        "sent",
        "outbox",
    )
    assert sent["text"] == "*Acme Ltd* fell: 30"


def test_facts_are_listed_with_the_numbers_by_which_they_are_ended(told: Told) -> None:
    stated = told("fact", "acme", "moved", "city=Oslo", "--at", "2026-03-02", "--reason", "their website")
    told("fact", "beta", "moved", "--at", "2026-03-01", "--until", "2026-03-04")
    told("fact", "end", str(stated["id"]), "--as-of", "2026-03-05")

    first, second = told("list", "facts")

    assert (first["account"], first["day"], first["last_day"], first["properties"]) == (
        "beta",
        "2026-03-01",
        "2026-03-04",
        {},
    )
    assert (second["id"], second["fact"], second["last_day"]) == (stated["id"], "moved", "2026-03-05")
    assert (second["properties"], second["reason"], second["source"]) == (
        {"city": "Oslo"},
        "their website",
        "by hand",
    )
    assert told("account", "show", "acme")["facts"] == [second]
    assert told("fact", "withdraw", str(first["id"]), "--as-of", "2026-03-06")["state"] == "withdrawn"
    assert [one["withdrawn_at"] is None for one in told("list", "facts")] == [False, True]


def test_a_fact_of_an_unknown_account_has_no_number_yet(told: Told) -> None:
    assert told("fact", "nobody", "moved") == {"account": "nobody", "fact": "moved", "held": 1, "id": None}


@pytest.mark.parametrize(
    ("teammate", "owner", "expected"),
    [
        pytest.param("", "ana@northwind.example", "ana@northwind.example", id="there"),
        pytest.param("", "", "–: lead@northwind.example takes what is theirs", id="nobody"),
        pytest.param(
            "",
            "bob@northwind.example",
            "bob@northwind.example, who is no teammate: lead@northwind.example takes what is theirs",
            id="somebody else",
        ),
        pytest.param(
            "2026-01-01",
            "ana@northwind.example",
            "ana@northwind.example, who is away: lead@northwind.example takes what is theirs",
            id="away",
        ),
    ],
)
def test_an_account_is_shown_with_who_takes_what_is_its_owners(
    told: Told, printed: Printed, folder: Path, teammate: str, owner: str, expected: str
) -> None:
    (folder / "us.csv").write_text(f"email,away_from\nana@northwind.example,{teammate}\n")
    (folder / "owned.csv").write_text(f"id,owner\nacme,{owner}\n")
    told("import", "teammates", "us.csv")
    told("import", "accounts", "owned.csv")

    assert f"Acme Ltd  owner {expected}\n" in printed("account", "show", "acme")
