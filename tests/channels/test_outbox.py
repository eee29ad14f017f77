"""What lies in the outbox folder."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.channels.outbox import OutboxChannel
from engine.clock import day_number
from engine.letters import Receipt, TryOutcome
from tests.channels.letters import mail_letter, slack_letter

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
NAMED = {"effect_id": "run-7/tell-owner/1", "day": day_number(NOON.date())}


def test_a_post_reads_as_slack_would_show_it(tmp_path: Path) -> None:
    letter = slack_letter("*Acme* fell into At risk: 31\n\n- Logins: 6", address="#cs-alerts")

    receipt = OutboxChannel(tmp_path, "slack").send(letter)

    [file] = tmp_path.iterdir()
    assert receipt == Receipt(TryOutcome.SENT, "outbox", reference=file.name)
    assert file.read_text() == "Acme fell into At risk: 31\n\n- Logins: 6\n\n-- \nSlack, to #cs-alerts\n"


def test_a_mail_reads_as_one(tmp_path: Path) -> None:
    OutboxChannel(tmp_path, "email").send(mail_letter("Hi Marta,\n\nthank you."))

    [file] = tmp_path.iterdir()
    assert file.read_text() == (
        "To: marta@acme.example\nFrom: Jonas Weber\nReply-To: jonas@northwind.example\n"
        "Subject: Your first 1,000 inspections\n\nHi Marta,\n\nthank you.\n"
    )


def test_the_name_of_a_file_says_day_channel_account_and_template(tmp_path: Path) -> None:
    OutboxChannel(tmp_path, "slack").send(slack_letter(**NAMED))  # type: ignore[arg-type]

    [file] = tmp_path.iterdir()
    assert file.name.rpartition("-")[0] == "2026-11-24-slack-acme-at-risk"


def test_a_letter_written_twice_is_one_file_and_two_letters_are_two(tmp_path: Path) -> None:
    outbox, letter = OutboxChannel(tmp_path, "slack"), slack_letter()

    for each in (letter, letter, slack_letter()):
        outbox.send(each)

    assert len(list(tmp_path.iterdir())) == 2


def test_a_letter_is_found_once_it_is_written(tmp_path: Path) -> None:
    outbox, letter = OutboxChannel(tmp_path, "email"), mail_letter()

    before = outbox.find(letter, NOON)
    sent = outbox.send(letter)

    assert before is None
    assert outbox.find(letter, NOON) == sent


@pytest.mark.parametrize("account", ["../../etc/passwd", "a/b", "C:\\x", "\x00", "é" * 300, "..", ""], ids=ascii)
def test_no_account_id_leads_out_of_the_folder(tmp_path: Path, account: str) -> None:
    folder = tmp_path / "deep" / "outbox"

    receipt = OutboxChannel(folder, "slack").send(slack_letter(account=account, template=account))

    assert receipt.outcome is TryOutcome.SENT
    assert [path.parent for path in tmp_path.rglob("*.txt")] == [folder]


def test_a_mail_that_smtp_would_refuse_is_refused_here_too(tmp_path: Path) -> None:
    receipt = OutboxChannel(tmp_path, "email").send(mail_letter(address="a@b, c@d"))

    assert receipt.outcome is TryOutcome.REFUSED
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_not_be_written_leaves_the_letter_for_later(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file, where a folder is wanted")

    receipt = OutboxChannel(tmp_path / "outbox", "slack").send(slack_letter())

    assert receipt.outcome is TryOutcome.RETRY
    assert "can't be written" in receipt.reason
