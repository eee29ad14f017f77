"""A letter for a mailbox in; its Receipt out: the phases of SMTP kept apart, since only one of them is in doubt."""

import re
import smtplib
import ssl
from datetime import datetime

from engine.channels import ChannelMisconfigured
from engine.channels.address import check_address, wire_address
from engine.channels.email_message import compose, wrong_with
from engine.channels.email_session import connect, leave, read_url
from engine.channels.text import one_line, shortened
from engine.clock import Clock, SystemClock
from engine.letters import Letter, Receipt, TryOutcome

REASON = 200
GREYLISTED = 300.0
"""Seconds to wait at least after a temporary refusal: servers that refuse strangers at first do so for minutes."""
_LOG_IN_OR_TLS_WANTED = frozenset({530, 534, 535, 538})


class SmtpChannel:
    """Hands each letter to one server in an envelope of its own.

    Until the final dot nothing is delivered, and after its reply it is known whether the server took it. A line that
    drops between the two leaves the letter UNKNOWN: trying again could put it into a customer's inbox twice.
    """

    def __init__(
        self,
        url: str,
        sender: str,
        timeout: float = 60.0,
        dot_timeout: float = 300.0,
        clock: Clock | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`url` as in `read_url`; `sender` the From address; time-outs in seconds, `dot_timeout` for the last reply."""
        problem = check_address(sender)
        if problem:
            raise ChannelMisconfigured(
                f"channels.email.from is no address: {problem}. Write one like success@northwind.example."
            )
        self._server = read_url(url)
        self._sender = wire_address(sender)
        self._timeout = timeout
        self._dot_timeout = dot_timeout
        self._clock = clock or SystemClock()
        self._tls = tls or ssl.create_default_context()

    def send(self, letter: Letter) -> Receipt:
        problem = wrong_with(letter)
        if problem:
            return Receipt(TryOutcome.REFUSED, problem)
        mail = compose(letter, self._sender, self._clock.now())
        try:
            smtp = connect(self._server, self._sender.rpartition("@")[2], self._timeout, self._tls)
        except OSError as error:
            return _not_connected(error)
        try:
            _hand_over(smtp, self._sender, wire_address(letter.address), mail)
        except smtplib.SMTPResponseException as error:
            leave(smtp)
            return _refused(error.smtp_code, error.smtp_error)
        except OSError as error:
            smtp.close()
            return Receipt(TryOutcome.RETRY, f"the connection broke before the end of the mail: {_bounded(error)}")
        return self._end(smtp)

    def find(self, letter: Letter, since: datetime) -> Receipt | None:  # noqa: ARG002
        """Nobody can be asked whether a mail arrived."""
        return Receipt(TryOutcome.UNKNOWN, "a mail server can't be asked what it took")

    def _end(self, smtp: smtplib.SMTP) -> Receipt:
        """Writes the dot: from here on the server may have taken the mail, whatever we hear of it."""
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(self._dot_timeout)
            smtp.send(b".\r\n")
            code, text = smtp.getreply()
        except OSError as error:
            smtp.close()
            return Receipt(TryOutcome.UNKNOWN, f"no reply to the end of the mail: {_bounded(error)}")
        leave(smtp)
        if 200 <= code < 300:
            return Receipt(TryOutcome.SENT, reference=_bounded(text))
        if 400 <= code < 600:
            return _refused(code, text)
        return Receipt(TryOutcome.UNKNOWN, f"the reply to the end of the mail can't be read: {_bounded(text)}")


def _hand_over(smtp: smtplib.SMTP, sender: str, recipient: str, mail: bytes) -> None:
    """The envelope and all of the mail but its final dot. Raises SMTPResponseException with a refusal."""
    _expect(250, smtp.mail(sender))
    _expect(250, smtp.rcpt(recipient))
    _expect(354, smtp.docmd("DATA"))
    # A line's leading dot is doubled, as RFC 5321 (4.5.2) asks, so that no line of a mail can end it.
    smtp.send(re.sub(rb"(?m)^\.", b"..", mail))


def _expect(wanted: int, reply: tuple[int, bytes]) -> None:
    # 251 (will forward) is as good as 250.
    if reply[0] // 10 != wanted // 10:
        raise smtplib.SMTPResponseException(*reply)


def _not_connected(error: OSError) -> Receipt:
    """What a failure before the envelope amounts to: what the server holds against us, it holds against all mail."""
    if isinstance(error, smtplib.SMTPResponseException):
        receipt = _refused(error.smtp_code, error.smtp_error)
        is_for_good = receipt.outcome is TryOutcome.REFUSED
        return Receipt(TryOutcome.PAUSE, receipt.reason) if is_for_good else receipt
    if isinstance(error, ssl.SSLCertVerificationError):
        return Receipt(TryOutcome.PAUSE, f"the mail server's certificate can't be trusted: {_bounded(error)}")
    is_about_connecting = isinstance(error, smtplib.SMTPServerDisconnected)
    if isinstance(error, smtplib.SMTPException) and not is_about_connecting:
        return Receipt(TryOutcome.PAUSE, _bounded(error))
    return Receipt(TryOutcome.RETRY, f"the mail server was not reached: {_bounded(error)}")


def _refused(code: int, text: bytes | str) -> Receipt:
    reason = f"{code} {_bounded(text)}".strip()
    if code in _LOG_IN_OR_TLS_WANTED:
        return Receipt(TryOutcome.PAUSE, reason)
    if 500 <= code < 600:
        return Receipt(TryOutcome.REFUSED, reason)
    if 400 <= code < 500:
        return Receipt(TryOutcome.RETRY, reason, retry_after=GREYLISTED)
    return Receipt(TryOutcome.RETRY, f"the mail server's reply can't be read: {_bounded(text)}")


def _bounded(said: bytes | str | OSError) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return shortened(one_line(text), REASON)
