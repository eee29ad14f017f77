"""Accounts that all fall at once in; the sweep that is held for it, released, and what Slack took of it, out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.clock import SetClock
from engine.loops.book import Book
from engine.loops.delivering import Delivered, Post, deliver_due
from engine.loops.looking import Order, release
from engine.store import listing
from engine.store.listing import Asked, Offices
from tests.servers.running import RunningServer
from tests.store import records
from tests.test_holds import files, swept
from tests.test_looks import FIRST, book_of, nps, on, put

STORM: Mapping[str, str] = files(
    **{
        "rules/all.yaml": "- {rule: fell-into-red, when: {score: health, falls_to: red}, play: save}\n",
        "playbooks/save.yaml": """
playbook: save
retracts: true
steps:
  - {step: tell, slack: fell, to: "#cs"}
  - {step: call, task: call}
""",
        "templates/slack/fell.j2": "🔴 *{{ account.name }}* fell to {{ score.value | number }}\nNext: call\n",
    }
)


@dataclass(slots=True)
class Storm:
    """A company of so many accounts, all at 60."""

    post: Post
    slacks: RunningServer
    count: int
    files: Mapping[str, str] = field(default_factory=lambda: STORM)
    book: Book = field(init=False)

    def __post_init__(self) -> None:
        self.book = book_of(self.post.database, self.files)
        self.book.clock = self.post.clock
        rows = [{"id": name, "name": name.capitalize(), "value": 1000 + at} for at, name in enumerate(self.names)]
        put(self.book, records.accounts(*rows), FIRST)
        nps(self.book, on(0).date(), **dict.fromkeys(self.names, 60))
        assert swept(self.book, 0).looked >= self.count

    @property
    def names(self) -> list[str]:
        return [f"firm{number:03}" for number in range(self.count)]

    def comes(self, day: int = 1, falling: int | None = None) -> int:
        """So many fall, and the sweep of that day is held; the hold's number."""
        nps(self.book, on(day).date(), **dict.fromkeys(self.names[:falling], 10))
        hold = swept(self.book, day).hold
        assert hold is not None
        return hold.id

    def release(self, hold: int) -> None:
        release(self.book, hold, Order(self.at, "release"))

    def breaks_out(self) -> None:
        """It comes, is released, and what is due is delivered."""
        self.release(self.comes())
        self.deliver()

    def deliver(self) -> Delivered:
        return deliver_due(self.post)

    @property
    def at(self) -> datetime:
        return self.post.clock.now()

    @at.setter
    def at(self, moment: datetime) -> None:
        assert isinstance(self.post.clock, SetClock)
        self.post.clock.at = moment

    def posts(self) -> list[dict[str, Any]]:
        """What Slack has taken of the playbook's messages: not the notice of the hold."""
        return [line for line in self.slacks.accepted() if "would have fired" not in line["text"]]

    def deliveries(self) -> list[dict[str, Any]]:
        every = listing.deliveries(self.post.database, Asked(), Offices(self.post.fallback, self.at.date()))
        return [one for one in every if one["account"] is not None]

    def states(self) -> Counter[tuple[str, str | None]]:
        """State and reason of its deliveries."""
        return Counter((one["state"], one["reason"]) for one in self.deliveries())


def shown(post: Mapping[str, Any]) -> str:
    """A post as people read it, without its marks."""
    lines = []
    for block in post["asked"]["blocks"]:
        for element in block["elements"]:
            sections = element["elements"] if element["type"] == "rich_text_list" else [element]
            mark = "• " if element["type"] == "rich_text_list" else ""
            lines += [mark + "".join(piece["text"] for piece in section["elements"]) for section in sections]
        lines.append("")
    return "\n".join(lines).strip()
