"""A workspace's people and channels in; what Slack would answer about them, and the messages that lie there, out."""

import hashlib
import threading
import time
from collections import defaultdict
from collections.abc import Mapping

Answer = dict[str, object]


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
