"""SMTP connections on loopback in; a journal of what was taken, and the replies that a script asks for, out.

`python -m tests.servers.smtp --port 0 --journal FILE [--script FILE] [--login USER:PASSWORD] [--tls starttls|smtps]`
prints its port. Faults go by the number of the connection: `PHASE:REPLY` with the phases banner, ehlo, starttls, auth,
mail, rcpt, data, dot, quit (`rcpt:550 5.1.1 no such user`, `dot:451 4.3.0 later`; a line end in REPLY is `\\n`);
`drop:PHASE` closes instead of that reply, before anything is taken; `accept_then_drop`, `accept_then_reset`,
`accept_then_hang` after the mail was taken; `accept_then:REPLY` says something odd then (`long` stands for 64 kB);
`slow_banner`; `greylist` refuses each mail's first try at RCPT.
"""

import argparse
import base64
import socket
import ssl
import struct
import threading
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from tests.servers.journal import Journal, Script, end_with_parent

CERTIFICATE = Path(__file__).with_name("localhost.pem")
SLOW = 0.3
Options = argparse.Namespace


class Gone(Exception):
    """The connection is over."""


class Session:
    """One connection: one thread, one number, one fault."""

    def __init__(self, connection: socket.socket, fault: str, server: "Server") -> None:
        self.connection = connection
        self.server = server
        self.phase, _, self.reply = fault.partition(":")
        self.file = connection.makefile("rb")
        self.is_tls = isinstance(connection, ssl.SSLSocket)
        self.logged_in: str | None = None
        self.sender = self.recipient = ""
        self.recipients: list[str] = []

    def run(self) -> None:
        if self.phase == "slow_banner":
            time.sleep(SLOW)
        self.answer("banner", "220 localhost ESMTP")
        while line := self.file.readline(4096):
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            self.obey(verb.upper(), rest)

    def obey(self, verb: str, rest: str) -> None:
        match verb:
            case "EHLO" | "HELO":
                self.answer("ehlo", "\n".join(f"250-{line}" for line in self.extensions()) + "\n250 HELP")
            case "STARTTLS" if self.server.options.tls == "starttls" and not self.is_tls:
                self.answer("starttls", "220 go ahead")
                self.connection = self.server.secured(self.connection)
                self.file, self.is_tls = self.connection.makefile("rb"), True
            case "AUTH":
                self.log_in(rest)
            case "MAIL":
                self.sender, self.recipients = rest[5:], []
                wanted = self.server.options.login and not self.logged_in
                self.answer("mail", "530 5.7.0 log in first" if wanted else "250 2.1.0 ok")
            case "RCPT":
                self.recipient = rest[3:]
                self.recipients.append(self.recipient)
                is_first = self.phase == "greylist" and self.server.is_first_try(self.recipient)
                self.answer("rcpt", "451 4.7.1 come back later" if is_first else "250 2.1.5 ok")
            case "DATA":
                if self.answer("data", "354 go on").startswith("354"):
                    self.take_mail()
            case "QUIT":
                self.answer("quit", "221 bye")
                raise Gone
            case _:
                self.say("500 5.5.1 what?")

    def extensions(self) -> list[str]:
        offers_tls = self.server.options.tls == "starttls" and not self.is_tls
        offers_login = bool(self.server.options.login) and not offers_tls
        return ["localhost", *(["STARTTLS"] if offers_tls else []), *(["AUTH PLAIN LOGIN"] if offers_login else [])]

    def log_in(self, rest: str) -> None:
        mechanism, _, response = rest.partition(" ")
        if mechanism.upper() == "LOGIN":
            response = response or self.ask("VXNlcm5hbWU6")
            words = [base64.b64decode(word).decode() for word in (response, self.ask("UGFzc3dvcmQ6"))]
        else:
            words = base64.b64decode(response or self.ask("")).decode().split("\0")[1:]
        is_right = ":".join(words) == self.server.options.login
        self.logged_in = words[0] if is_right else None
        self.answer("auth", "235 2.7.0 welcome" if is_right else "535 5.7.8 wrong password")

    def ask(self, challenge: str) -> str:
        self.say(f"334 {challenge}")
        return self.file.readline(4096).decode().strip()

    def take_mail(self) -> None:
        lines = []
        while (line := self.file.readline()) != b".\r\n":
            if not line:
                self.journal(accepted=False, reply="cut")
                raise Gone
            lines.append(line[1:] if line.startswith(b".") else line)
        raw = b"".join(lines)
        if self.phase.startswith("accept_then"):
            self.journal(accepted=True, reply=f"{self.phase}:{self.reply}".rstrip(":"), raw=raw)
            self.after_taking()
        elif self.phase == "dot" or (self.phase, self.reply) == ("drop", "dot"):
            self.answer("dot", "", raw)
        else:
            self.journal(accepted=True, reply="250", raw=raw)
            self.say("250 2.0.0 queued as 4711")

    def after_taking(self) -> None:
        match self.phase:
            case "accept_then_reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case "accept_then_hang":
                self.file.read(1)
            case "accept_then":
                self.say("250 " + "x" * 65_536 if self.reply == "long" else self.reply)
                return
        raise Gone

    def answer(self, phase: str, usual: str, raw: bytes = b"") -> str:
        """Say what is usual, or the fault of this phase; a refusal is journalled. Returns what was said."""
        if (self.phase, self.reply) == ("drop", phase):
            self.journal(accepted=False, reply=f"drop:{phase}", raw=raw)
            raise Gone
        reply = self.reply if self.phase == phase else usual
        if reply[:1] in "45" and phase != "quit":
            self.journal(accepted=False, reply=reply, raw=raw)
        self.say(reply)
        return reply

    def say(self, reply: str) -> None:
        lines = reply.replace("\\n", "\n").split("\n")
        self.connection.sendall("".join(f"{line}\r\n" for line in lines).encode("latin-1"))

    def journal(self, accepted: bool, reply: str, raw: bytes = b"") -> None:
        mail = message_from_bytes(raw, policy=default)
        self.server.journal.write(
            message_id=mail["Message-ID"],
            to=self.recipients,
            sender=self.sender,
            subject=mail["Subject"],
            accepted=accepted,
            reply=reply,
            raw=raw.decode("latin-1"),
            tls=self.is_tls,
            user=self.logged_in,
        )


class Server:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.journal = Journal(options.journal)
        self.script = Script(options.script)
        self.listener = socket.create_server(("127.0.0.1", options.port), backlog=128)
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._tls.load_cert_chain(CERTIFICATE)
        self._greylisted: set[str] = set()
        self._lock = threading.Lock()

    def run(self) -> None:
        while True:
            connection, _ = self.listener.accept()
            fault = self.script.next("connection", "connection")
            threading.Thread(target=self.serve, args=(connection, fault), daemon=True).start()

    def serve(self, connection: socket.socket, fault: str) -> None:
        session = None
        try:
            session = Session(self.secured(connection) if self.options.tls == "smtps" else connection, fault, self)
            session.run()
        except (Gone, OSError):
            return
        finally:
            # The file keeps the socket open, and a reset is sent only when the last of them closes.
            for opened in (session.file, session.connection) if session else ():
                opened.close()
            connection.close()

    def secured(self, connection: socket.socket) -> ssl.SSLSocket:
        return self._tls.wrap_socket(connection, server_side=True)

    def is_first_try(self, recipient: str) -> bool:
        with self._lock:
            is_first = recipient not in self._greylisted
            self._greylisted.add(recipient)
            return is_first


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--journal", type=Path, required=True)
    options.add_argument("--script", type=Path)
    options.add_argument("--login", help="USER:PASSWORD that is wanted before any mail")
    options.add_argument("--tls", choices=["starttls", "smtps"])
    server = Server(options.parse_args())
    print(server.listener.getsockname()[1], flush=True)
    threading.Thread(target=server.run, daemon=True).start()
    end_with_parent()


if __name__ == "__main__":
    main()
