"""What a channel is given to send, and what it says became of it."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Letter:
    """What a channel is given to send: an action whose receiver has been looked up.

    `address`: a Slack channel or user id or name, or an email address. `effect_id` is the same on every try.
    """

    effect_id: str
    channel: str
    address: str
    text: str
    subject: str | None = None
    sender_name: str | None = None
    reply_to: str | None = None
    account: str = ""
    template: str = ""
    day: int | None = None
    """Of the decision; stands in the name of an outbox file."""
    thread: str | None = None
    """The receiver's id of the message that it answers."""


class TryOutcome(StrEnum):
    SENT = "sent"
    RETRY = "retry"
    """Certainly not delivered; another try may help."""
    REFUSED = "refused"
    """Certainly not delivered; another try can't help."""
    UNKNOWN = "unknown"
    """It may have been delivered."""
    PAUSE = "pause"
    """Certainly not delivered; nothing of this channel will be until somebody mends its settings."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one try. `reference` is the receiver's id for it; `retry_after` in seconds."""

    outcome: TryOutcome
    reason: str = ""
    reference: str | None = None
    retry_after: float | None = None
