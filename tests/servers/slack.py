"""Slack-shaped requests on loopback in; a journal of what was taken, and the replies that a script asks for, out.

`python -m tests.servers.slack --port 0 --journal FILE [--script FILE] [--world FILE] [--token T] [--per-second]`
prints its port. A fault is a reply (`500`, `html`, `truncated`, `429:1.5`, `error:channel_not_found`, `no_ts`,
`redirect:URL`, `big`) given instead of taking the message; `accept_then_` before it: after taking it. Besides:
`reset`, `close`, `hang`, and `reset_before`, which leaves the body unread: it waits until the body lies there, since a
reset in the middle of it would hit the client before or after the whole request was handed over, by chance. Of an
`error:` for look-ups the key `method` says which one. A world is `{"users": [{"id", "email", "deleted"}], "channels":
[{"id", "name", "archived", "member"}]}`; without one, everybody and every channel that is asked for exists.
"""

import argparse
import json
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

from tests.servers.journal import Journal, Script, end_with_parent
from tests.servers.slack_limits import parsed, refusal
from tests.servers.slack_world import Answer, World, no

POST = "chat.postMessage"


class Handler(BaseHTTPRequestHandler):
    world: World
    journal: Journal
    script: Script
    token: str

    def do_POST(self) -> None:
        method = self.path.rstrip("/").rpartition("/")[2]
        fault = self.script.next(method, POST)
        if fault == "reset_before":
            self._await_body()
            self.journal.write(method=method, accepted=False, reply=fault)
            return self._reset()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_taken = not fault or fault.startswith("accept_then_")
        fault = fault.removeprefix("accept_then_")
        asked = self._asked(body)
        answer = self._refused(asked) or (self._taken(method, asked) if is_taken else no("not_taken"))
        accepted = is_taken and answer["ok"] is True
        reply = fault or str(answer.get("error", "ok"))
        metadata = asked.get("metadata")
        payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
        self.journal.write(
            method=method,
            path=self.path,
            effect_id=payload.get("effect_id") if isinstance(payload, dict) else None,
            channel=asked.get("channel"),
            text=asked.get("text"),
            asked=asked,
            parsed=parsed(asked),
            accepted=accepted,
            reply=reply,
        )
        return self._reply(fault, answer)

    def do_GET(self) -> None:
        self.journal.write(method="GET " + self.path, accepted=False, reply="405", authorized=self._token())
        self._send(405, b"")

    def _token(self) -> str:
        return (self.headers.get("Authorization") or "").removeprefix("Bearer ")

    def _asked(self, body: bytes) -> Answer:
        if "json" in (self.headers.get("Content-Type") or ""):
            try:
                return dict(json.loads(body))
            except ValueError:
                return {}
        return dict(parse_qsl(body.decode()))

    def _refused(self, asked: Answer) -> Answer | None:
        if not self._token():
            return no("not_authed")
        if self._token() != self.token:
            return no("invalid_auth")
        kind = (self.headers.get("Content-Type") or "").partition(";")[0]
        if kind not in ("application/json", "application/x-www-form-urlencoded"):
            return no("invalid_post_type")
        return no("invalid_json") if kind == "application/json" and not asked else None

    def _taken(self, method: str, asked: Answer) -> Answer:
        match method:
            case "chat.postMessage":
                return self._post(asked)
            case (
                "users.lookupByEmail"
                | "conversations.open"
                | "conversations.list"
                | "conversations.history"
                | "conversations.replies"
            ):
                answer: Answer = getattr(self.world, method.replace(".", "_"))(asked)
                return answer
            case "auth.test":
                return {"ok": True, "team_id": "T1", "user_id": "U1", "bot_id": "B1"}
        return no("unknown_method")

    def _post(self, asked: Answer) -> Answer:
        channel = self.world.channel_of(str(asked.get("channel") or ""))
        code = channel if channel.islower() else refusal(asked)
        if code:
            return no(code)
        if "thread_ts" in asked and not self.world.holds(channel, asked["thread_ts"]):
            return no("cannot_reply_to_message")
        if self.world.is_too_fast(channel):
            return no("ratelimited")
        return {"ok": True, "channel": channel, "ts": self.world.post(channel, asked), "message": {}}

    def _reply(self, fault: str, answer: Answer) -> None:
        kind, _, detail = fault.partition(":")
        body = json.dumps(answer).encode()
        match kind:
            case "reset":
                self._reset()
            case "close":
                self.close_connection = True
            case "hang":
                self.connection.recv(1)
            case "429":
                self._send(429, json.dumps(no("ratelimited")).encode(), **({"Retry-After": detail} if detail else {}))
            case "error":
                self._send(200, json.dumps(no(detail)).encode())
            case "html":
                self._send(200, b"<html>Something is wrong here</html>", **{"Content-Type": "text/html"})
            case "truncated":
                self._send(200, body[: len(body) // 2], **{"Content-Length": str(len(body))})
            case "no_ts":
                self._send(200, b'{"ok": true, "warning": "superfluous_charset", "is_duplicate": true}')
            case "big":
                self._send(200, b'{"ok": true, "pad": "' + b"x" * 8_000_000 + b'"}')
            case "list":
                self._send(200, b'["ok"]')
            case "redirect":
                self._send(302, b"", Location=detail)
            case "":
                is_limit = answer.get("error") == "ratelimited"
                self._send(429 if is_limit else 200, body, **({"Retry-After": "1"} if is_limit else {}))
            case _:
                self._send(int(kind), b"" if not detail else json.dumps(no(detail)).encode())

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        standard = {"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(body))}
        for name, value in (standard | headers).items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True

    def _await_body(self) -> None:
        """Until the whole body has come, which stays unread; what was buffered with the head counts too."""
        wanted = int(self.headers.get("Content-Length") or 0)
        wanted -= len(self.rfile.peek()) if wanted else 0  # type: ignore[attr-defined]
        deadline = time.monotonic() + 5.0
        while wanted > 0 and time.monotonic() < deadline:
            if len(self.connection.recv(wanted, socket.MSG_PEEK)) >= wanted:
                return
            time.sleep(0.001)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:
        """The journal says it all."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def shutdown_request(self, request: object) -> None:
        try:
            super().shutdown_request(request)  # type: ignore[arg-type]
        except OSError:
            return


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--journal", type=Path, required=True)
    options.add_argument("--script", type=Path)
    options.add_argument("--world", type=Path)
    options.add_argument("--token", default="xoxb-test")
    options.add_argument("--per-second", action="store_true", help="one post a second and channel, as Slack has it")
    given = options.parse_args()
    Handler.world = World(json.loads(given.world.read_text()) if given.world else None, given.per_second)
    Handler.journal = Journal(given.journal)
    Handler.script = Script(given.script)
    Handler.token = given.token
    server = Server(("127.0.0.1", given.port), Handler)
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    end_with_parent()


if __name__ == "__main__":
    main()
