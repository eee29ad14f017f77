"""What Slack answered, or what came instead, in; the Receipt it amounts to out.

Codes and what the documentation says of them: https://docs.slack.dev/reference/methods/chat.postMessage. A definite
code means that nothing was posted. `internal_error` and `fatal_error` are not definite: part of it may have happened.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

from engine.channels.text import one_line, shortened
from engine.letters import Receipt, TryOutcome

DAY = 86_400.0
HOUR = 3_600.0

_RATE_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_IN_DOUBT = frozenset({"internal_error", "fatal_error"})
_SETTINGS = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "missing_scope",
        "not_allowed_token_type",
        "no_permission",
        "accesslimited",
        "access_denied",
        "ekm_access_denied",
        "two_factor_setup_required",
        "team_access_not_granted",
        "enterprise_is_restricted",
    }
)
_DESTINATION = frozenset(
    {
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "messages_tab_disabled",
        "team_not_found",
        "user_not_found",
        "users_not_found",
        "user_disabled",
        "user_not_visible",
        "cannot_reply_to_message",
        "message_not_found",
    }
)
_OURS = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "too_many_attachments",
        "markdown_text_conflict",
        "metadata_too_large",
        "invalid_arguments",
        "invalid_arg_name",
        "invalid_form_data",
        "invalid_charset",
        "invalid_post_type",
    }
)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `status` is None where none came; then `trouble` says why. `data` is None unless a JSON object."""

    status: int | None
    data: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""
    was_written: bool = True
    is_distrusted: bool = False
    """The far side's certificate did not stand up."""

    @property
    def code(self) -> str | None:
        """Slack's error code, where the answer is a refusal with one."""
        if self.data is None or self.data.get("ok") is not False:
            return None
        code = self.data.get("error")
        return code if isinstance(code, str) and re.fullmatch(r"[a-z0-9_]{1,80}", code) else None

    def text(self, *path: str) -> str | None:
        """The text that stands at `path` in the answer, if one does."""
        value: object = self.data
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value if isinstance(value, str) and value else None


def receipt(reply: Reply) -> Receipt:
    """What a call amounts to, were it a post."""
    if reply.is_distrusted:
        return Receipt(TryOutcome.PAUSE, f"Slack's certificate can't be trusted: {reply.trouble}")
    if not reply.was_written:
        return Receipt(TryOutcome.RETRY, f"Slack was not reached: {reply.trouble}")
    if reply.status is None:
        return Receipt(TryOutcome.UNKNOWN, f"no answer from Slack: {reply.trouble}")
    if reply.status == 429:
        return Receipt(TryOutcome.RETRY, "ratelimited", retry_after=retry_after(reply.headers))
    if reply.status >= 500:
        return Receipt(TryOutcome.UNKNOWN, f"Slack answered with HTTP {reply.status}")
    if reply.status == 200 and reply.data is not None and reply.data.get("ok") is True:
        return Receipt(TryOutcome.SENT, reference=reply.text("ts"))
    if reply.code is None:
        return Receipt(TryOutcome.UNKNOWN, f"Slack's answer can't be read (HTTP {reply.status})")
    return _by_code(reply, reply.code)


def is_our_mistake(reply: Reply) -> bool:
    """Slack took the destination, but not the form of the message."""
    if receipt(reply).outcome is not TryOutcome.REFUSED or reply.code is None:
        return False
    return reply.code in _OURS or reply.code.startswith("invalid_metadata_")


def _by_code(reply: Reply, code: str) -> Receipt:
    if code in _RATE_LIMITED:
        wait = retry_after(reply.headers)
        return Receipt(TryOutcome.RETRY, code, retry_after=HOUR if code == "message_limit_exceeded" else wait)
    if code in _IN_DOUBT:
        return Receipt(TryOutcome.UNKNOWN, code)
    if code in _SETTINGS:
        needed = reply.text("needed")
        return Receipt(TryOutcome.PAUSE, f"{code}: {shortened(one_line(needed), 80)}" if needed else code)
    if code in _DESTINATION or code in _OURS or code.startswith(("restricted_action", "invalid_metadata_")):
        return Receipt(TryOutcome.REFUSED, code)
    # service_unavailable and the like, and codes that nobody has listed: a definite no, which may pass.
    return Receipt(TryOutcome.RETRY, code)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait as `Retry-After` says (a number, or a date against the answer's own), at most a day."""
    lowered = {name.lower(): value.strip() for name, value in headers.items()}
    said = lowered.get("retry-after", "")
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,6})?", said):
        return min(float(said), DAY)
    until, now = _moment(said), _moment(lowered.get("date", ""))
    if until is None or now is None:
        return None
    return min(max((until - now).total_seconds(), 0.0), DAY)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else None
