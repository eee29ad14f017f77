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
import hashlib
import json
import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

from tests.servers.journal import Journal, Script, end_with_parent
from tests.servers.slack_limits import parsed, refusal

Answer = dict[str, object]
POST = "chat.postMessage"


def no(code: str) -> Answer:
    return {"ok": False, "error": code}


class World:
    """Users, channels and messages of one workspace."""

    def __init__(self, given: Mapping[str, list[dict[str, object]]] | None, is_limited: bool) -> None:
        self._users = given["users"] if given else None
        self._channels = given["channels"] if given else None
        self._is_limited = is_limited
        self._named: dict[str, str] = {}
        self._messages: dict[str, list[Answer]] = defaultdict(list)
        self._last: dict[str, float] = {}
        self._count = 0
        self._lock = threading.Lock()

    def users_lookupByEmail(self, asked: Answer) -> Answer:  # noqa: N802
        email = str(asked.get("email"))
        if self._users is None:
            return {"ok": True, "user": {"id": _id("U", email), "profile": {"email": email}}}
        found = [user for user in self._users if user.get("email") == email and not user.get("deleted")]
        return {"ok": True, "user": found[0]} if found else no("users_not_found")

    def conversations_open(self, asked: Answer) -> Answer:
        user = str(asked.get("users"))
        known = [u for u in self._users or () if u.get("id") == user]
        if self._users is not None and not known:
            return no("user_not_found")
        if known and known[0].get("deleted"):
            return no("user_disabled")
        return {"ok": True, "channel": {"id": "D" + user[1:]}}

    def conversations_list(self, asked: Answer) -> Answer:
        with self._lock:
            known = self._channels or [{"id": id_, "name": name} for name, id_ in self._named.items()]
        start = int(str(asked.get("cursor") or 0))
        end = start + min(int(str(asked.get("limit") or 100)), 1000)
        cursor = str(end) if end < len(known) else ""
        return {"ok": True, "channels": known[start:end], "response_metadata": {"next_cursor": cursor}}

    def conversations_history(self, asked: Answer) -> Answer:
        channel = str(asked.get("channel"))
        if channel[:1] not in "CDG" or self._is_unknown(channel):
            return no("channel_not_found")
        oldest = float(str(asked.get("oldest") or 0))
        with self._lock:
            posted = [m for m in reversed(self._messages[channel]) if float(str(m["ts"])) > oldest]
        kept = [m for m in posted if m.get("thread_ts") == asked.get("ts")]
        start = int(str(asked.get("cursor") or 0))
        end = start + min(int(str(asked.get("limit") or 100)), 999)
        hidden = () if str(asked.get("include_all_metadata")).lower() in ("1", "true") else ("metadata",)
        messages = [{key: m[key] for key in m if key not in hidden} for m in kept[start:end]]
        cursor = {"response_metadata": {"next_cursor": str(end)}} if end < len(kept) else {}
        return {"ok": True, "messages": messages, "has_more": end < len(kept), **cursor}

    def conversations_replies(self, asked: Answer) -> Answer:
        return self.conversations_history(asked) if asked.get("ts") else no("invalid_arguments")

    def channel_of(self, asked: str) -> str:
        """The id of what is posted to; an error code (in lower case) where that can't be."""
        if self._channels is None:
            if not asked.startswith("#"):
                return asked if asked[:1] in "CDG" and asked else "channel_not_found"
            with self._lock:
                return self._named.setdefault(asked[1:], _id("C", asked[1:]))
        if asked.startswith("D"):
            return asked
        found = [c for c in self._channels if asked in (c["id"], f"#{c['name']}")]
        if not found:
            return "channel_not_found"
        if found[0].get("archived"):
            return "is_archived"
        return str(found[0]["id"]) if found[0].get("member", True) else "not_in_channel"

    def is_too_fast(self, channel: str) -> bool:
        with self._lock:
            now = time.monotonic()
            if self._is_limited and now - self._last.get(channel, -1.0) < 1.0:
                return True
            self._last[channel] = now
            return False

    def post(self, channel: str, message: Answer) -> str:
        with self._lock:
            self._count += 1
            ts = f"{int(time.time())}.{self._count:06d}"
            known = ("text", "blocks", "metadata", "thread_ts")
            kept: Answer = {key: message[key] for key in known if key in message}
            self._messages[channel].append({"type": "message", "ts": ts} | kept)
            return ts

    def holds(self, channel: str, ts: object) -> bool:
        with self._lock:
            return any(message["ts"] == ts for message in self._messages[channel])

    def _is_unknown(self, channel: str) -> bool:
        known = [c["id"] for c in self._channels or ()]
        return self._channels is not None and not channel.startswith("D") and channel not in known


def _id(letter: str, text: str) -> str:
    return letter + hashlib.sha256(text.encode()).hexdigest()[:9].upper()


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
