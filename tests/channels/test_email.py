"""What SmtpChannel makes of each answer, over real sockets."""

import socket
import ssl

import pytest

from engine.channels import ChannelMisconfigured
from engine.channels.email import SmtpChannel
from engine.channels.email_session import read_url
from engine.letters import Letter, TryOutcome
from tests.channels.letters import mail_letter
from tests.servers.running import RunningServer, smtp_server
from tests.servers.smtp import CERTIFICATE

SENT, RETRY, REFUSED = TryOutcome.SENT, TryOutcome.RETRY, TryOutcome.REFUSED
UNKNOWN, PAUSE = TryOutcome.UNKNOWN, TryOutcome.PAUSE
SENDER = "success@northwind.example"


def channel(server: RunningServer, tls: ssl.SSLContext | None = None) -> SmtpChannel:
    return SmtpChannel(server.url, SENDER, timeout=2.0, dot_timeout=0.3, tls=tls)


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATE))


@pytest.mark.parametrize(
    ("fault", "expected", "taken"),
    [
        pytest.param("none", SENT, 1, id="all is well"),
        pytest.param("rcpt:421 4.3.2 closing", RETRY, 0, id="421 at RCPT"),
        pytest.param("rcpt:450 4.2.1 busy", RETRY, 0, id="450 at RCPT"),
        pytest.param("rcpt:451 4.7.1 later", RETRY, 0, id="451 at RCPT"),
        pytest.param("rcpt:452 4.2.2 full", RETRY, 0, id="452 at RCPT"),
        pytest.param("rcpt:550 5.1.1 no such user", REFUSED, 0, id="550 at RCPT"),
        pytest.param("rcpt:251 will forward", SENT, 1, id="251 at RCPT"),
        pytest.param("mail:451 4.3.0 later", RETRY, 0, id="451 at MAIL"),
        pytest.param("mail:553 5.1.8 not you", REFUSED, 0, id="553 at MAIL"),
        pytest.param("mail:530 5.7.0 log in", PAUSE, 0, id="530 at MAIL"),
        pytest.param("data:451 4.3.0 later", RETRY, 0, id="451 at DATA"),
        pytest.param("data:554 5.5.1 no", REFUSED, 0, id="554 at DATA"),
        pytest.param("data:250 eh", RETRY, 0, id="250 instead of 354"),
        pytest.param("dot:451 4.3.0 later", RETRY, 0, id="451 at the dot"),
        pytest.param("dot:552 5.2.2 full", REFUSED, 0, id="552 at the dot"),
        pytest.param("dot:554 5.7.1 spam", REFUSED, 0, id="554 at the dot"),
        pytest.param("accept_then_drop", UNKNOWN, 1, id="takes it and drops the line"),
        pytest.param("accept_then_reset", UNKNOWN, 1, id="takes it and resets"),
        pytest.param("accept_then_hang", UNKNOWN, 1, id="takes it and hangs"),
        pytest.param("accept_then:hm", UNKNOWN, 1, id="takes it and says what is no reply"),
        pytest.param("accept_then:999 hm", UNKNOWN, 1, id="takes it and says 999"),
        pytest.param("accept_then:354 go on", UNKNOWN, 1, id="takes it and says 354"),
        pytest.param("accept_then:250-first\\n250-second\\n250 third", SENT, 1, id="takes it in three lines"),
        pytest.param("accept_then:long", SENT, 1, id="takes it in a line of 64 kB"),
        pytest.param("accept_then:250 gespeichert für später", SENT, 1, id="takes it in 8 bits"),
        pytest.param("drop:dot", UNKNOWN, 0, id="drops the line at the dot without taking it"),
        pytest.param("quit:421 4.3.2 closing", SENT, 1, id="421 at QUIT"),
        pytest.param("drop:quit", SENT, 1, id="drops the line at QUIT"),
        pytest.param("quit:hm", SENT, 1, id="says what is no reply at QUIT"),
        pytest.param("drop:banner", RETRY, 0, id="drops the line at once"),
        pytest.param("drop:ehlo", RETRY, 0, id="drops the line at EHLO"),
        pytest.param("drop:mail", RETRY, 0, id="drops the line at MAIL"),
        pytest.param("drop:rcpt", RETRY, 0, id="drops the line at RCPT"),
        pytest.param("drop:data", RETRY, 0, id="drops the line at DATA"),
        pytest.param("banner:421 4.3.2 too many", RETRY, 0, id="421 as banner"),
        pytest.param("banner:554 5.7.1 not you", PAUSE, 0, id="554 as banner"),
        pytest.param("banner:hm", RETRY, 0, id="a banner that is none"),
        pytest.param("slow_banner", SENT, 1, id="a banner that takes its time"),
        pytest.param("ehlo:550 no", PAUSE, 0, id="550 at EHLO"),
    ],
)
def test_a_try_ends_in_what_is_known_of_it(smtp: RunningServer, fault: str, expected: TryOutcome, taken: int) -> None:
    smtp.faults(fault)

    receipt = channel(smtp).send(mail_letter())

    assert receipt.outcome is expected
    assert len(smtp.accepted()) == taken
    assert len(receipt.reason) < 300
    assert "\n" not in receipt.reason + (receipt.reference or "")


def test_a_refusal_is_told_in_the_servers_words(smtp: RunningServer) -> None:
    smtp.faults("rcpt:550-5.1.1 no such\\n550 5.1.1 user here")

    assert channel(smtp).send(mail_letter()).reason == "550 5.1.1 no such 5.1.1 user here"


def test_a_greylisted_mail_waits_five_minutes_and_goes_out_under_the_same_id(smtp: RunningServer) -> None:
    smtp.faults("greylist")
    to, letter = channel(smtp), mail_letter(address="grey@acme.example")

    receipts = [to.send(letter), to.send(letter)]

    assert [(receipt.outcome, receipt.retry_after) for receipt in receipts] == [(RETRY, 300.0), (SENT, None)]
    assert len(smtp.accepted()) == 1


def test_each_try_carries_the_same_message_id_and_each_letter_its_own(smtp: RunningServer) -> None:
    smtp.faults({"n": 1, "do": "dot:451 4.3.0 later"})
    to, letter = channel(smtp), mail_letter()

    for each in (letter, letter, mail_letter()):
        to.send(each)

    first, second, third = (line["message_id"] for line in smtp.journal())
    assert first == second != third
    assert first.endswith("@northwind.example>")


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed_port = taken.getsockname()[1]

    assert SmtpChannel(f"smtp://127.0.0.1:{closed_port}", SENDER).send(mail_letter()).outcome is RETRY


def test_a_mail_server_can_not_be_asked_what_it_took(smtp: RunningServer) -> None:
    letter: Letter = mail_letter()
    to = channel(smtp)
    to.send(letter)

    found = to.find(letter, to._clock.now())

    assert found is not None
    assert found.outcome is UNKNOWN


# -- log-in and TLS


def test_a_right_password_is_let_in_and_a_wrong_one_pauses_the_channel(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with smtp_server(tmp_path_factory.mktemp("login"), login="ana:secret") as server:
        right = channel(server).send(mail_letter())
        wrong = SmtpChannel(server.url.replace("secret", "guess"), SENDER).send(mail_letter())
        without = SmtpChannel(server.url.replace("ana:secret@", ""), SENDER).send(mail_letter())
        journal = server.journal()

    assert (right.outcome, wrong.outcome, without.outcome) == (SENT, PAUSE, PAUSE)
    assert wrong.reason.startswith("535 5.7.8")
    assert [line["user"] for line in journal if line["accepted"]] == ["ana"]


def test_a_password_for_a_server_that_wants_none_pauses_the_channel(smtp: RunningServer) -> None:
    with_password = smtp.url.replace("smtp://", "smtp://ana:secret@")

    assert SmtpChannel(with_password, SENDER).send(mail_letter()).outcome is PAUSE


@pytest.mark.parametrize("tls", ["starttls", "smtps"])
def test_a_secured_line_is_used_where_its_certificate_stands_up(
    tmp_path_factory: pytest.TempPathFactory, tls: str
) -> None:
    with smtp_server(tmp_path_factory.mktemp(tls), login="ana:secret", tls=tls) as server:
        trusted = channel(server, trusting()).send(mail_letter())
        distrusted = channel(server).send(mail_letter())
        journal = server.journal()

    assert (trusted.outcome, distrusted.outcome) == (SENT, PAUSE)
    assert "certificate" in distrusted.reason
    assert [(line["tls"], line["user"]) for line in journal] == [(True, "ana")]


@pytest.mark.parametrize("fault", ["none", "starttls:454 4.7.0 not now"])
def test_where_tls_is_demanded_nothing_leaves_in_clear(smtp: RunningServer, fault: str) -> None:
    smtp.faults(fault)
    demanding = smtp.url.replace("smtp://", "smtp+starttls://")

    assert SmtpChannel(demanding, SENDER).send(mail_letter()).outcome is PAUSE
    assert smtp.journal() == []


@pytest.mark.parametrize(
    ("url", "host", "port", "is_tls", "needs_starttls"),
    [
        ("smtp://mail.example", "mail.example", 25, False, False),
        ("smtp://mail.example:2525", "mail.example", 2525, False, False),
        ("smtp://u:p@localhost", "localhost", 25, False, False),
        ("smtp://u:p@mail.example", "mail.example", 25, False, True),
        ("smtp+starttls://u:p@mail.example", "mail.example", 587, False, True),
        ("smtps://u:p@mail.example", "mail.example", 465, True, False),
    ],
)
def test_no_password_leaves_in_clear(url: str, host: str, port: int, is_tls: bool, needs_starttls: bool) -> None:
    server = read_url(url)

    assert (server.host, server.port, server.is_tls, server.needs_starttls) == (host, port, is_tls, needs_starttls)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://u@mail.example",
        "smtp://m:x",
        "smtp://u:é@m.example",
    ],
)
def test_a_url_that_can_not_be_used_is_refused_with_the_way_out(url: str) -> None:
    with pytest.raises(ChannelMisconfigured, match=r"channels\.email\.smtp"):
        SmtpChannel(url, SENDER)


def test_no_password_is_told() -> None:
    with pytest.raises(ChannelMisconfigured) as told:
        SmtpChannel("ftp://ana:secret@mail.example", SENDER)

    assert "secret" not in str(told.value) + repr(read_url("smtp://ana:secret@mail.example"))


def test_a_sender_that_is_no_address_is_refused_with_the_way_out() -> None:
    with pytest.raises(ChannelMisconfigured, match=r"channels\.email\.from"):
        SmtpChannel("smtp://localhost", "Success Team")
