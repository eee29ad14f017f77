"""Records that wait for their account while the files change, so that they can't be taken when it comes."""

from pathlib import Path

import pytest

from tests.commands.conftest import Printed, Told, empty

OF_CONTACTS = "metrics: {nps: {of: contact}, users: {}}\n"
REASON = "metric 'nps' is of contacts: name the contact"


@pytest.fixture
def waiting(folder: Path, command: Told) -> Path:
    """Two values of `nps`, and one of `users`, came before their account; since then `nps` is of contacts."""
    empty(folder)
    catalog = folder / "rules/catalog.yaml"
    catalog.write_text("metrics: {nps: {}, users: {}}\n")
    (folder / "nps.csv").write_text("account,at,nps,users\nnew,2026-03-01,20,7\nnew,2026-03-02,30,\n")
    (folder / "new.csv").write_text("id\nnew\n")
    assert command("import", "observations", "nps.csv")["held"] == 2
    catalog.write_text(OF_CONTACTS)
    return folder


def test_they_wait_on_and_are_told_until_the_files_are_mended(waiting: Path, command: Told) -> None:
    for _ in range(2):
        assert command("import", "accounts", "new.csv")["stuck"] == [{"reason": REASON, "records": 2}]

    (waiting / "rules/catalog.yaml").write_text("metrics: {nps: {}, users: {}}\n")
    assert [command("import", "accounts", "new.csv")["stuck"] for _ in range(2)] == [[], []]

    again = command("import", "observations", "nps.csv")
    assert (again["unchanged"], again["applied"]) == (2, 0)


def test_people_read_why_and_what_to_do(waiting: Path, printed: Printed) -> None:
    assert printed("import", "accounts", "new.csv").splitlines()[1:3] == [
        f"2 records held before can't be taken: {REASON}.",
        "  They wait on: mend that and import these accounts once more, or take their import back.",
    ]


def test_or_their_import_is_taken_back(waiting: Path, command: Told) -> None:
    command("import", "accounts", "new.csv")

    command("import", "undo", str(command("list", "imports")[0]["id"]))

    assert command("import", "accounts", "new.csv")["stuck"] == []


def test_an_alias_waits_on_that_has_become_an_account(waiting: Path, command: Told) -> None:
    (waiting / "aliases.csv").write_text("alias,account\nold,later\n")
    (waiting / "old.csv").write_text("id\nold\n")
    (waiting / "later.csv").write_text("id\nlater\n")
    command("import", "aliases", "aliases.csv")
    command("import", "accounts", "old.csv")

    stuck = command("import", "accounts", "later.csv")["stuck"]

    reason = "alias 'old' is the id of an account: no data would reach that one any more"
    assert stuck == [{"reason": reason, "records": 1}]
