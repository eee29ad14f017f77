"""A letter for Slack in; its Receipt out, and whether a doubtful one arrived."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from engine.channels import ChannelMisconfigured, slack_replies
from engine.channels.address import check_address
from engine.channels.slack_blocks import PLAIN, blocks, escaped, headline, shown
from engine.channels.slack_replies import Reply
from engine.channels.slack_web import SlackWeb
from engine.letters import Letter, Receipt, TryOutcome

EVENT_TYPE = "pulsebook_effect"
_CLOCKS_APART = 60.0
_PAGE = 200
_PAGES = 20
_CONVERSATION = re.compile(r"[CGD][A-Z0-9]{2,}")
_USER = re.compile(r"[UW][A-Z0-9]{2,}")


class SlackChannel:
    """Posts as one app, whose token has the scopes chat:write, im:write, users:read.email and *:history.

    Each message carries its effect id as metadata, which `find` reads back: Slack itself sees no repeats.
    """

    def __init__(self, token: str, base_url: str = "https://slack.com/api/", timeout: float = 30.0) -> None:
        """`timeout` in seconds, for each call."""
        if not re.fullmatch(r"[!-~]+", token.strip()):
            raise ChannelMisconfigured(
                "The Slack token is empty or holds characters that no token has. "
                "Set the variable that channels.slack.token names to the app's bot token (xoxb-…)."
            )
        self._web = SlackWeb(token.strip(), base_url, timeout)
        self._conversations: dict[str, str] = {}

    def send(self, letter: Letter) -> Receipt:
        content = blocks(letter.text)
        if not content:
            return Receipt(TryOutcome.REFUSED, "the text is empty")
        channel = self._destination(letter.address)
        if isinstance(channel, Receipt):
            return channel
        reply = self._post(letter, channel, escaped(headline(letter.text)), {"blocks": content})
        if slack_replies.is_our_mistake(reply):
            reply = self._post(letter, channel, escaped(shown(letter.text, PLAIN)), {})
        receipt = slack_replies.receipt(reply)
        if receipt.outcome is TryOutcome.REFUSED:
            self._conversations.pop(letter.address, None)
        if receipt.outcome is TryOutcome.SENT and (conversation := reply.text("channel")):
            self._conversations[letter.address] = conversation
        return receipt

    def find(self, letter: Letter, since: datetime) -> Receipt | None:
        """Looks through the conversation's history, or the thread, for the effect id; `since` is when the first try was
        claimed."""
        channel = self._destination(letter.address)
        if isinstance(channel, str) and channel.startswith("#"):
            channel = self._channel_named(channel)
        if isinstance(channel, Receipt):
            return replace(channel, outcome=TryOutcome.UNKNOWN)
        params: dict[str, str | int | bool] = {
            "channel": channel,
            "oldest": f"{since.timestamp() - _CLOCKS_APART:.6f}",
            "limit": _PAGE,
            "include_all_metadata": True,
        }
        if letter.thread:
            params["ts"] = letter.thread
        method = "conversations.replies" if letter.thread else "conversations.history"
        for _ in range(_PAGES):
            reply = self._web.call(method, params=params)
            messages = _entries(reply, "messages")
            if isinstance(messages, Receipt):
                return replace(messages, outcome=TryOutcome.UNKNOWN)
            for message in messages:
                if _effect_id(message) == letter.effect_id:
                    return Receipt(TryOutcome.SENT, "found in the history", reference=str(message.get("ts")))
            if not _has_more(reply):
                return None
            params["cursor"] = reply.text("response_metadata", "next_cursor") or ""
        return Receipt(TryOutcome.UNKNOWN, "too much was posted since to look through it")

    def _post(self, letter: Letter, channel: str, text: str, content: Mapping[str, object]) -> Reply:
        message = {
            "channel": channel,
            "text": text,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"effect_id": letter.effect_id}},
            "mrkdwn": False,
            "unfurl_links": False,
            "unfurl_media": False,
            **({"thread_ts": letter.thread} if letter.thread else {}),
        }
        return self._web.call("chat.postMessage", json=message | dict(content))

    def _destination(self, address: str) -> str | Receipt:
        """What to post to: a conversation's id, or the name of one that nothing was posted to yet."""
        if known := self._conversations.get(address):
            return known
        if address.startswith("#") or _CONVERSATION.fullmatch(address):
            return address
        if _USER.fullmatch(address):
            return self._direct(address, address)
        if check_address(address) is not None:
            return Receipt(TryOutcome.REFUSED, "no Slack channel, user id or email address")
        found = self._web.call("users.lookupByEmail", params={"email": address})
        user = found.text("user", "id")
        return self._direct(address, user) if user else _nothing_posted(found)

    def _direct(self, address: str, user: str) -> str | Receipt:
        opened = self._web.call("conversations.open", params={"users": user})
        conversation = opened.text("channel", "id")
        if not conversation:
            return _nothing_posted(opened)
        self._conversations[address] = conversation
        return conversation

    def _channel_named(self, name: str) -> str | Receipt:
        """The id of `#name`, for the methods that take no names; needs channels:read and groups:read."""
        params: dict[str, str | int | bool] = {"types": "public_channel,private_channel", "limit": _PAGE}
        for _ in range(_PAGES):
            reply = self._web.call("conversations.list", params=params)
            channels = _entries(reply, "channels")
            if isinstance(channels, Receipt):
                return channels
            for channel in channels:
                if channel.get("name") == name.removeprefix("#"):
                    return str(channel.get("id"))
            if not _has_more(reply):
                break
            params["cursor"] = reply.text("response_metadata", "next_cursor") or ""
        return Receipt(TryOutcome.UNKNOWN, f"the list of channels holds no {name}")


def _nothing_posted(reply: Reply) -> Receipt:
    """What a failed look-up before the post amounts to: in doubt is only the look-up, so it may be repeated."""
    receipt = slack_replies.receipt(reply)
    if receipt.outcome in (TryOutcome.UNKNOWN, TryOutcome.SENT):
        return replace(receipt, outcome=TryOutcome.RETRY, reason=receipt.reason or "Slack's answer lacks the id")
    return receipt


def _entries(reply: Reply, name: str) -> list[Mapping[str, object]] | Receipt:
    receipt = slack_replies.receipt(reply)
    if receipt.outcome is not TryOutcome.SENT or reply.data is None:
        return receipt
    entries = reply.data.get(name)
    if not isinstance(entries, list):
        return Receipt(TryOutcome.UNKNOWN, f"Slack's answer has no {name}")
    return [entry for entry in entries if isinstance(entry, Mapping)]


def _has_more(reply: Reply) -> bool:
    said = reply.data is not None and reply.data.get("has_more") is True
    return said or reply.text("response_metadata", "next_cursor") is not None


def _effect_id(message: Mapping[str, object]) -> object:
    metadata = message.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, Mapping) else None
    return payload.get("effect_id") if isinstance(payload, Mapping) else None
