"""What a mail looks like on the wire, and what keeps a letter from becoming one."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.channels.email import SmtpChannel
from engine.channels.email_message import compose, wrong_with
from engine.letters import Letter, TryOutcome
from tests.channels.letters import mail_letter
from tests.servers.running import RunningServer

SENDER = "success@northwind.example"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def composed(letter: Letter) -> EmailMessage:
    message = message_from_bytes(compose(letter, SENDER, NOON), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    content = next(one for one in message.walk() if one.get_content_type() == kind).get_content()
    return str(content).replace("\r\n", "\n")


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_a_mail_comes_from_the_owner_and_answers_go_to_them() -> None:
    message = composed(mail_letter(sender_name="Jonas Weber"))

    headers = {name: str(message[name]) for name in ("From", "To", "Reply-To", "Subject", "Date")}
    assert headers == {
        "From": "Jonas Weber <success@northwind.example>",
        "To": "marta@acme.example",
        "Reply-To": "jonas@northwind.example",
        "Subject": "Your first 1,000 inspections",
        "Date": "Tue, 24 Nov 2026 12:00:00 +0000",
    }


def test_text_comes_first_and_the_html_says_the_same() -> None:
    message = composed(mail_letter("Hi Märta,\n\n.one line\nanother\n"))

    assert [one.get_content_type() for one in message.iter_parts()] == ["text/plain", "text/html"]
    assert part(message, "text/plain") == "Hi Märta,\n\n.one line\nanother\n"
    assert "<p>Hi Märta,</p>\n<p>.one line<br>another</p>" in part(message, "text/html")


def test_lines_are_short_and_ascii() -> None:
    raw = compose(mail_letter("é" * 5_000, subject="ß" * 199, sender_name="Jörg"), SENDER, NOON)

    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) < 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_a_long_subject_is_cut_to_200_characters_of_one_line() -> None:
    subject = str(composed(mail_letter(subject="many words " * 1_000))["Subject"])

    assert (len(subject), subject[-1]) == (200, "…")


def test_what_arrives_is_what_was_written_dots_and_all(smtp: RunningServer) -> None:
    text = ".\n..\n.hidden\nDATA\n.\nQUIT\n" + "x" * 2_000

    receipt = SmtpChannel(smtp.url, SENDER).send(mail_letter(text))

    [line] = smtp.accepted()
    message = message_from_bytes(line["raw"].encode("latin-1"), policy=default)
    assert isinstance(message, EmailMessage)
    assert receipt.outcome is TryOutcome.SENT
    assert part(message, "text/plain") == text + "\n"
    assert (line["sender"], line["to"]) == (f"<{SENDER}>", ["<marta@acme.example>"])


@pytest.mark.parametrize("field", ["subject", "sender_name", "reply_to", "address"])
@pytest.mark.parametrize(
    "injected",
    [
        "\r\nBcc: eve@evil.example",
        "\nBcc: eve@evil.example",
        "\rBcc: eve@evil.example",
        "\u2028Bcc: x",
        "\x00",
        "\x0b",
        "\x85",
    ],
    ids=ascii,
)
def test_a_header_that_would_become_two_is_refused_unsent(smtp: RunningServer, field: str, injected: str) -> None:
    receipt = SmtpChannel(smtp.url, SENDER).send(mail_letter(**{field: "ana@acme.example" + injected}))

    assert receipt.outcome is TryOutcome.REFUSED
    assert "U+" in receipt.reason
    assert smtp.journal() == []


@pytest.mark.parametrize(
    "address",
    ["a@b.example, c@d.example", "a@b.example;c@d.example", "<a@b.example>", '"a"@b.example', "g: a@b.example;"],
)
@pytest.mark.parametrize("field", ["address", "reply_to"])
def test_an_address_that_would_become_two_is_refused_unsent(smtp: RunningServer, field: str, address: str) -> None:
    receipt = SmtpChannel(smtp.url, SENDER).send(mail_letter(**{field: address}))

    assert receipt.outcome is TryOutcome.REFUSED
    assert smtp.journal() == []


@pytest.mark.parametrize(
    "name", ['Jonas "JW" Weber', "Weber, Jonas", "eve@evil.example", "Jonas <eve@evil.example>", "=?utf-8?q?x?="]
)
def test_a_senders_name_stays_a_name(name: str) -> None:
    [sender] = composed(mail_letter(sender_name=name))["From"].addresses

    assert sender.addr_spec == SENDER


@pytest.mark.parametrize("letter", [mail_letter(subject=" "), mail_letter("\n \n")], ids=["no subject", "no text"])
def test_half_a_mail_is_not_sent(letter: Letter) -> None:
    assert wrong_with(letter)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "</p></body><style>*{display:none}</style>",
        "<form action=https://evil.example><input name=password>",
        "&lt;script&gt; & <b>bold</b>",
        "<!-- hidden -->",
    ],
)
def test_a_customers_words_are_no_markup(hostile: str) -> None:
    message = composed(mail_letter(f"Hi {hostile},\n\nthank you, {hostile}."))

    tags = Tags(part(message, "text/html"))
    assert set(tags.found) == {"html", "head", "meta", "body", "p"}
    assert tags.words.count(hostile) == 2
    assert part(message, "text/plain").count(hostile) == 2


@given(st.text(), st.text(), st.text())
def test_any_letter_is_a_mail_of_one_sender_and_one_receiver_or_refused(text: str, subject: str, name: str) -> None:
    letter = mail_letter(text, subject=subject, sender_name=name)

    if wrong_with(letter) is None:
        message = composed(letter)
        people = [message[header].addresses for header in ("From", "To", "Reply-To")]
        assert [[one.addr_spec for one in each] for each in people] == [[SENDER], [letter.address], [letter.reply_to]]
        assert set(message.keys()) == {
            *("Date", "From", "To", "Reply-To", "Subject", "Message-ID", "MIME-Version", "Content-Type")
        }
