"""A server's URL in; an SMTP connection that is greeted, secured and logged in out."""

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from engine.channels import ChannelMisconfigured

LONGEST_REPLY = 262_144
_QUIT_SECONDS = 5.0
_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how mail is handed over. `needs_starttls`: nothing is said in clear but the greeting."""

    host: str
    port: int
    is_tls: bool
    needs_starttls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def read_url(url: str) -> Server:
    """`smtp://`, `smtp+starttls://` or `smtps://`, then `USER:PASSWORD@HOST:PORT`.

    With a password `smtp://` means `smtp+starttls://`, but to this machine itself: no password leaves in clear.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
    except ValueError:
        raise _misconfigured("can't be read") from None
    if parts.scheme not in _PORTS or not host:
        raise _misconfigured("has no host or another scheme")
    if (user is None) is not (password is None):
        raise _misconfigured("names a user without a password, or the other way round")
    if not (user or "").isascii() or not (password or "").isascii():
        raise _misconfigured("has a user or password that is not ASCII, which SMTP can't carry")
    in_clear = password is not None and parts.scheme == "smtp" and host not in _LOOPBACK
    needs_starttls = parts.scheme == "smtp+starttls" or in_clear
    return Server(host, port or _PORTS[parts.scheme], parts.scheme == "smtps", needs_starttls, user, password)


def _misconfigured(what: str) -> ChannelMisconfigured:
    return ChannelMisconfigured(
        f"The SMTP URL {what}. Set the variable that channels.email.smtp names to something like "
        "smtp+starttls://USER:PASSWORD@mail.example.com:587 (special characters of the password as %XX)."
    )


class _BoundedReplies(smtplib.SMTP):
    """smtplib takes a reply line of more than 8 kB for a 500, and a reply that breaks off for a whole one."""

    def getreply(self) -> tuple[int, bytes]:
        """Code and text of a whole reply; -1 for what is none. Raises SMTPServerDisconnected where it ends early."""
        if self.file is None:
            assert self.sock is not None
            self.file = self.sock.makefile("rb")
        lines: list[bytes] = []
        while sum(map(len, lines)) < LONGEST_REPLY:
            line = self._line()
            lines.append(line)
            if not re.match(rb"[2-5][0-9][0-9][ \r\n-]", line):
                return -1, line.strip()
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(line[4:].strip() for line in lines)
        self.close()
        raise smtplib.SMTPServerDisconnected("the server's reply does not end")

    def _line(self) -> bytes:
        assert self.file is not None
        try:
            line: bytes = self.file.readline(LONGEST_REPLY)
        except OSError as error:
            self.close()
            raise smtplib.SMTPServerDisconnected(str(error)) from error
        if not line.endswith(b"\n"):
            self.close()
            raise smtplib.SMTPServerDisconnected("the server closed the connection")
        return line


class _Smtps(_BoundedReplies, smtplib.SMTP_SSL):
    pass


def connect(server: Server, name: str, timeout: float, tls: ssl.SSLContext) -> smtplib.SMTP:
    """`name` is what we call ourselves; `timeout` in seconds. Raises OSError (smtplib's exceptions are some)."""
    smtp: smtplib.SMTP
    if server.is_tls:
        smtp = _Smtps(server.host, server.port, local_hostname=name, timeout=timeout, context=tls)
    else:
        smtp = _BoundedReplies(server.host, server.port, local_hostname=name, timeout=timeout)
    try:
        if server.needs_starttls:
            smtp.starttls(context=tls)
        smtp.ehlo_or_helo_if_needed()
        if server.user is not None and server.password is not None:
            smtp.login(server.user, server.password)
    except OSError:
        smtp.close()
        raise
    return smtp


def leave(smtp: smtplib.SMTP) -> None:
    """Say good-bye; what is answered to that changes nothing any more."""
    if smtp.sock is not None:
        smtp.sock.settimeout(_QUIT_SECONDS)
    with suppress(OSError):
        smtp.quit()
    smtp.close()
