"""A try and its Receipt in; what the delivery's row says from then on, out.

What is in doubt never becomes `not_sent`, and never `sent`: it is looked for (Slack), or stays `unknown` (mail).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from engine.bundles import Bundle
from engine.domain import DeliveryState
from engine.letters import Receipt, TryOutcome

SLACK, EMAIL = "slack", "email"
OPEN = (DeliveryState.WAITING, DeliveryState.UNKNOWN)
POSSIBLE_REPEAT = "possible repeat"

GIVE_UP = timedelta(days=3)
PAUSED = timedelta(minutes=15)
LOOKS = 2
"""How often a doubtful message is looked for before it is repeated, once."""
FIRST_LOOK = timedelta(seconds=5)
NEXT_LOOK = timedelta(seconds=30)


def _minutes(*waits: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=wait) for wait in waits)


SCHEDULE: Mapping[str, tuple[timedelta, ...]] = {
    SLACK: _minutes(0.5, 2, 5, 15, 60, 180),
    EMAIL: _minutes(5, 30, 120, 240, 480),
}
"""How long to wait after each try; the last is the wait after all that follow."""


def answer_key(key: str) -> str:
    """The key of the message that answers one in its thread."""
    return f"{key}/corrected"


def is_doubtful(row: Any) -> bool:
    """Whether an earlier try of a delivery's row, which is claimed by nobody, may have arrived."""
    return row.claimed_until is not None or row.state == DeliveryState.UNKNOWN


@dataclass(frozen=True, slots=True)
class Claimed:
    """What leaves as one message and is this worker's until `until`, by the post's clock: one delivery, or many of a
    bundle, all with the fencing number `attempts`."""

    id: int
    attempts: int
    until: datetime
    first_claimed_at: datetime
    """The real time at which a try that may have arrived can have begun at the earliest."""
    is_first: bool
    is_doubtful: bool
    """An earlier try may have arrived."""
    looks_back: int
    """How often it was in doubt when claimed, this time included."""
    key: str
    account: str | None
    """None: a notice to the operator, which has no template either."""
    channel: str
    template: str | None
    receiver: str | None
    """As lists show it: an email address or `#channel`."""
    address: str | None
    """As the channel is told it: for Slack an id of a user where it is known."""
    subject: str | None
    text: str
    sender_name: str | None
    reply_to: str | None
    day: int
    outbox_only: bool
    thread: str | None = None
    """The receiver's id of the message that it answers."""
    lane: str | None = None
    """What no other message goes along until this one is settled."""
    refusal: str | None = None
    """Why it must not leave."""
    is_corrected: bool = False
    """What it tells was never true, and an answer to it waits: it may be found where it arrived, but leaves no more."""
    is_repeat: bool = False
    """It was sent once more though the earlier try may have arrived."""
    bundle: Bundle | None = None
    """What it tells of, where it stands for many deliveries; its text is still to be written."""
    others: tuple[int, ...] = ()
    """The other deliveries that it stands for."""

    @property
    def ids(self) -> tuple[int, ...]:
        """The deliveries that leave, and are settled, together."""
        return self.id, *self.others

    @property
    def may_repeat(self) -> bool:
        """It was looked for often enough, was not repeated yet, and is still true."""
        return self.channel == SLACK and self.looks_back == LOOKS + 1 and not self.is_corrected


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a row says after a try. `try_at` None: nothing more happens to it by itself."""

    state: DeliveryState
    reason: str | None
    try_at: datetime | None = None
    looks_back: int = 0
    reference: str | None = None
    keeps_first: bool = True
    """False: all that was tried surely failed, so what follows counts as the first try."""


def wait_after(channel: str, tried_for: timedelta) -> timedelta:
    """The wait before the next try of a message that has been tried for so long."""
    waits = SCHEDULE[channel]
    passed = sum(point <= tried_for for point in accumulate(waits))
    return waits[min(passed, len(waits) - 1)]


def verdict(claimed: Claimed, receipt: Receipt, now: datetime, tried_for: timedelta) -> Verdict:
    """What a receipt means for a delivery; `tried_for`: real time since its first try."""
    reason = _reason(claimed, receipt)
    match receipt.outcome:
        case TryOutcome.SENT:
            return Verdict(DeliveryState.SENT, reason, reference=receipt.reference)
        case TryOutcome.REFUSED:
            return Verdict(_failed(claimed), reason)
        case TryOutcome.RETRY if tried_for >= GIVE_UP:
            return Verdict(_failed(claimed), reason)
        case TryOutcome.RETRY:
            wait = max(wait_after(claimed.channel, tried_for), timedelta(seconds=receipt.retry_after or 0))
            return _again(claimed, reason, now + wait)
        case TryOutcome.PAUSE:
            return _again(claimed, reason, now + PAUSED, keeps_first=claimed.is_repeat)
        case TryOutcome.UNKNOWN:
            return _in_doubt(claimed, reason, now, tried_for)


def _reason(claimed: Claimed, receipt: Receipt) -> str | None:
    if claimed.is_repeat:
        return f"{receipt.reason} ({POSSIBLE_REPEAT})" if receipt.reason else POSSIBLE_REPEAT
    return receipt.reason or None


def _failed(claimed: Claimed) -> DeliveryState:
    return DeliveryState.UNKNOWN if claimed.is_repeat else DeliveryState.NOT_SENT


def _again(claimed: Claimed, reason: str | None, at: datetime, *, keeps_first: bool = True) -> Verdict:
    if claimed.is_repeat:
        # The repeat surely did not arrive, so it is still to be made.
        return Verdict(DeliveryState.UNKNOWN, reason, at, looks_back=LOOKS)
    return Verdict(DeliveryState.WAITING, reason, at, keeps_first=keeps_first)


def _in_doubt(claimed: Claimed, reason: str | None, now: datetime, tried_for: timedelta) -> Verdict:
    for_good = Verdict(DeliveryState.UNKNOWN, reason, looks_back=claimed.looks_back)
    if claimed.channel == EMAIL or tried_for >= GIVE_UP:
        return for_good
    if not claimed.is_doubtful:
        wait = FIRST_LOOK if claimed.is_first else wait_after(claimed.channel, tried_for)
        return Verdict(DeliveryState.UNKNOWN, reason, now + wait)
    if claimed.looks_back > LOOKS:
        return for_good
    return Verdict(DeliveryState.UNKNOWN, reason, now + NEXT_LOOK, looks_back=claimed.looks_back)
