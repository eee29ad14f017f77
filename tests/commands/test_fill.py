"""The command `fill` tells of how many days a score was filled in, and what is to be known of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.commands.conftest import Printed, Told


def test_it_counts_days_and_keeps_those_that_were_looked_at(told: Told) -> None:
    asked = ("fill", "--from", "2026-03-01", "--until", "2026-03-05")

    assert told(*asked) == {
        "from": "2026-03-01",
        "until": "2026-03-05",
        "filled": 6,
        "left": 4,
        "unknown": 0,
        "due": 0,
    }
    assert told(*asked, "--again")["filled"] == 6
    days = {(one["day"], one["filled"]) for one in told("list", "scores", "--account", "acme")}
    assert days == {("2026-03-01", True), ("2026-03-02", False), ("2026-03-03", False)}


def test_it_says_what_stays_and_how_to_replace_it_when_an_import_is_taken_back(told: Told, printed: Printed) -> None:
    assert printed("fill", "--from", "2026-02-27", "--until", "2026-03-03") == (
        "2026-02-27 to 2026-03-03: 2 days were filled in, all accounts together.\n"
        "4 had a score and keep it; what was filled in before is worked out anew with --again.\n"
    )
    wrong = str(told("list", "imports")[-1]["id"])
    assert printed("import", "undo", wrong).splitlines()[-2:] == [
        "Scores of past days were filled in, some perhaps by it. To work them out anew:",
        "  pulsebook fill --from 2026-03-01 --again",
    ]


def test_it_goes_on_to_yesterday(told: Told) -> None:
    yesterday = str(datetime.now(UTC).date() - timedelta(days=1))

    assert told("fill", "--from", yesterday)["until"] == yesterday


def test_what_is_not_known_is_kept_as_unknown_until_it_is(command: Told, folder: Path) -> None:
    (folder / "rules/measures.yaml").write_text("nps: {latest: nps, max_age: 2d}\n")
    (folder / "later.csv").write_text("account,at,nps\nacme,2026-03-15,60\n")
    (folder / "late.csv").write_text("account,at,nps\nacme,2026-03-05,60\n")
    for kind, name in (("accounts", "accounts"), ("observations", "nps"), ("observations", "later")):
        command("import", kind, f"{name}.csv")
    command("run", "--as-of", "2026-03-15")

    def course() -> list[tuple[str, float | None, bool]]:
        days = command("list", "scores", "--account", "acme", "--from", "2026-03-03", "--to", "2026-03-07")
        return [(one["day"][-2:], one["value"], one["filled"]) for one in days]

    asked = ("fill", "--from", "2026-03-01", "--until", "2026-03-14")
    assert command(*asked)["unknown"] > 0
    assert course() == [(day, None, True) for day in ("03", "04", "05", "06", "07")]

    command("import", "observations", "late.csv")
    command(*asked)

    known = [(day, 60 if day in ("05", "06") else None, True) for day in ("03", "04", "05", "06", "07")]
    assert course() == known
    weeks = command("report", "bands", "--every", "week")["periods"]
    assert [(one["period"], one["accounts"], one["unknown"]) for one in weeks] == [
        ("2026-W09", 2, 0),
        ("2026-W10", 2, 2),
        ("2026-W11", 2, 1),
    ]
