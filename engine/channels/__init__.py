"""A letter in, what became of it out: the doors to the world behind one small Protocol."""

from datetime import datetime
from typing import Protocol

from engine.errors import PulsebookError
from engine.letters import Letter, Receipt


class Channel(Protocol):
    """Where letters leave. Whatever the far side does ends in a Receipt; nothing of it is raised."""

    def send(self, letter: Letter) -> Receipt:
        """Try once; nothing is repeated inside."""

    def find(self, letter: Letter, since: datetime) -> Receipt | None:
        """Did an earlier, doubtful try arrive after `since`? SENT: it did. None: surely not. UNKNOWN: can't be told."""


class ChannelMisconfigured(PulsebookError):
    """A channel's settings can't be used as they stand; the message names the setting and what to write there."""
