"""Messages about many accounts that come at once in; the words for the one message that they leave as, out."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

MOST_ALONE = 10
"""So many messages at most about one step leave for one place each by itself. A channel takes one a second and shows
about ten at a time: more of them bury what else is there, and nobody reads them."""


@dataclass(frozen=True, slots=True)
class Mention:
    """What is told of one account. `text`: its message, or the beginning of it; `value`: a year's revenue, if known."""

    name: str
    text: str
    rule: str
    value: Decimal | None
    currency: str | None
    owner: str | None
    """Whose account it is, by name where that is known."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What leaves as one message: a step that was taken for many accounts whose runs one release started."""

    release: str
    """As the cause of looks: `release 3`."""
    mentions: tuple[Mention, ...]
    tasks: int
    """How many open tasks these runs have."""
    day: int
    """Of the first decision; an account's own."""
    usual: float | None = None
    """How many accounts usually fire, by what was held; None: it is a later step of runs that were released."""

    @property
    def rules(self) -> Counter[str]:
        """Accounts by the rule that fired."""
        return Counter(one.rule for one in self.mentions)
