"""`run` tells what a look did, or with `--dry-run` would do."""

import json
from pathlib import Path

import pytest

from engine.cli.app import app
from tests.commands.conftest import Printed, Told, look_twice


def test_a_look_tells_what_it_did(told: Told) -> None:
    ran = told("run", "--as-of", "2026-03-04")

    expected = {"looked": 2, "skipped": 0, "seeded": 0, "fired": 0, "started": 0, "deliveries": 0, "tasks": 0}
    assert {key: ran[key] for key in expected} == expected


def test_a_dry_run_tells_programs_of_each_rule_what_it_would_do(told: Told, folder: Path) -> None:
    (folder / "fall.csv").write_text("account,at,nps\nacme,2026-03-04,70\nbeta,2026-03-04,60\n")
    told("import", "observations", "fall.csv")
    (folder / "rules/more.yaml").write_text("- {rule: well, when: {measure: nps, above: 65}}\n")

    said = told("run", "--as-of", "2026-03-04", "--dry-run")

    assert (said["dry_run"], said["looked"], said["seeded"], said["held"]) == (True, 2, 1, None)
    assert {one["rule"]: one["seeded"] for one in said["rules"]} == {"fell": 0, "low": 0, "well": 1}
    assert {one["day"] for one in told("list", "decisions")} == {"2026-03-02", "2026-03-03"}
    assert told("run", "--as-of", "2026-03-04").items() <= said.items()


def test_a_dry_run_is_of_the_moment_that_the_files_in_the_folder_mean(told: Told, folder: Path) -> None:
    settings = folder / "pulsebook.toml"
    settings.write_text(settings.read_text().replace('"UTC"', '"Pacific/Auckland"'))

    said = told("run", "--as-of", "2026-03-04", "--dry-run")

    assert said["at"] == told("run", "--as-of", "2026-03-04")["at"] == "2026-03-04T10:59:59+00:00"


def test_what_a_look_at_the_distant_past_decides_is_said_to_lie_in_the_outbox_whatever_the_credentials(
    told: Told, printed: Printed, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK", "xoxb-of-a-test")
    monkeypatch.setenv("SMTP", "smtp://127.0.0.1:1")
    settings = folder / "pulsebook.toml"
    channels = '[channels.slack]\ntoken = "env:SLACK"\n[channels.email]\nsmtp = "env:SMTP"\nfrom = "us@x.example"\n'
    settings.write_text(f"{settings.read_text()}\n{channels}")
    told("import", "observations", "fall.csv", "--as-of", "2026-03-03")
    (folder / "beta.csv").write_text("account,at,nps\nbeta,2026-03-04,60\nbeta,2026-03-05,5\n")
    told("import", "observations", "beta.csv")
    printed("run", "--as-of", "2026-03-04")

    said = " ".join(printed("run", "--as-of", "2026-03-05").split())

    assert "That is long past, so messages lie in" in said
    assert "--send lets them leave" in said
    assert {one["state"] for one in told("list", "deliveries")} == {"sent"}


def test_accounts_that_a_look_leaves_out_are_named(told: Told) -> None:
    ran = told("run", "--as-of", "2026-03-01")

    assert (ran["looked"], ran["skipped"], ran["skipped_accounts"]) == (0, 2, ["acme", "beta"])


def test_a_look_that_is_told_to_programs_says_beside_that_the_files_have_mistakes(
    told: Told, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "rules/measures.yaml").write_text("nps: {latest: nsp}\n")

    with pytest.raises(SystemExit):
        app(["run", "--as-of", "2026-03-04", "--json"])

    said = capsys.readouterr()
    assert json.loads(said.out)["looked"] == 2
    assert said.err.startswith("The files have mistakes, so the version in use stays.")


def test_what_cleared_is_told_without_the_fact_that_is_there_no_more(told: Told, folder: Path) -> None:
    rules = folder / "rules/all.yaml"
    rule = '- rule: moves\n  when: {fact: moved, active: true}\n  because: "A move to {{ fact.city }}"\n'
    rules.write_text(rules.read_text() + rule)
    told("run", "--as-of", "2026-03-04")
    stated = told("fact", "acme", "moved", "city=Oslo", "--at", "2026-03-05")
    told("run", "--as-of", "2026-03-05")
    told("fact", "withdraw", str(stated["id"]), "--as-of", "2026-03-06T08:00Z")
    told("run", "--as-of", "2026-03-06")

    decisions = [one for one in told("list", "decisions") if one["rule"] == "moves"]

    assert [(one["state"], one["because"]) for one in decisions] == [
        ("fired", "A move to Oslo"),
        ("cleared", "No longer true: moved holds now"),
    ]


def test_why_a_rule_fired_may_name_the_role_of_whom_its_event_is_of(told: Told, folder: Path) -> None:
    rules = folder / "rules/all.yaml"
    rule = "- rule: asked-for-help\n  when: {event: trouble, at_least: 1, in: 7d}\n"
    rules.write_text(rules.read_text() + rule + '  because: "{{ event.contact }}, {{ event.contact_role }}"\n')
    told("run", "--as-of", "2026-03-04")
    (folder / "contacts.csv").write_text("account,email,role\nacme,kim@acme.example,champion\n")
    (folder / "trouble.csv").write_text("account,at,event,contact\nacme,2026-03-05,trouble,kim@acme.example\n")
    told("import", "contacts", "contacts.csv")
    told("import", "events", "trouble.csv")

    told("run", "--as-of", "2026-03-05")

    assert [one["because"] for one in told("list", "decisions") if one["rule"] == "asked-for-help"] == [
        "kim@acme.example, champion"
    ]


def test_what_an_event_and_a_fact_say_of_dates_times_and_truths_is_told_as_that(told: Told, folder: Path) -> None:
    """Conditions see these as numbers, and the day of a time alone. A time is told where the account is."""
    said = "{due: date, at_work: time, urgent: boolean}"
    catalog = folder / "rules/catalog.yaml"
    catalog.write_text(
        catalog.read_text()
        .replace("  trouble:\n", f"  trouble: {{properties: {said}}}\n")
        .replace("moved: {properties: {city: text}}", f"moved: {{properties: {said}}}")
    )
    rules, told_of = folder / "rules/all.yaml", "{{ %s.due | day }}, {{ %s.at_work }}, {{ %s.urgent }}"
    for rule, when, of in (
        ("e", "{event: trouble, at_least: 1, in: 7d}", "event"),
        ("f", "{fact: moved, within: 7d}", "fact"),
    ):
        because = told_of.replace("%s", of)
        rules.write_text(rules.read_text() + f"- rule: {rule}\n  when: {when}\n  because: '{because}'\n")
    told("run", "--as-of", "2026-03-04")
    (folder / "zone.csv").write_text("id,timezone\nacme,Asia/Tokyo\n")
    told("import", "accounts", "zone.csv")
    row = "acme,2026-03-05,{},2026-03-10,2026-03-09T20:30+00:00,no\n"
    for kind, column, name in (("events", "event", "trouble"), ("facts", "fact", "moved")):
        (folder / f"{kind}.csv").write_text(f"account,at,{column},due,at_work,urgent\n{row.format(name)}")
        told("import", kind, f"{kind}.csv")

    told("run", "--as-of", "2026-03-05")

    found = {one["rule"]: one["because"] for one in told("list", "decisions") if one["state"] == "fired"}
    assert found["e"] == found["f"] == "10 Mar 2026, 2026-03-10 05:30:00+09:00, False"


def test_who_is_away_is_judged_at_the_moment_of_the_look(command: Told, folder: Path) -> None:
    (folder / "away.csv").write_text(
        "email,away_from,away_until,backup\nana@northwind.example,2026-03-03,2026-03-09,lead@northwind.example\n"
    )
    command("import", "teammates", "teammates.csv")
    command("import", "teammates", "away.csv")

    look_twice(command)

    [task], [sent] = command("list", "tasks"), command("list", "deliveries")
    assert (task["assignee"], sent["to"]) == ("lead@northwind.example", "lead@northwind.example")
