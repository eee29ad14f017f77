"""The command `fill` tells of how many days a score was filled in, and what is to be known of it."""

from datetime import UTC, datetime, timedelta

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
