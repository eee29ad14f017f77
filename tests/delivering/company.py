"""A company whose playbooks take back what was never true, looked at and told of day by day over real servers."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine.clock import SetClock
from engine.loops.book import Book
from engine.loops.delivering import Post, deliver_due
from engine.loops.looking import Guard, Order, look
from engine.store import listing
from engine.store.listing import Asked, Offices
from tests.servers.running import RunningServer
from tests.store import records
from tests.test_looks import FILES as PLAIN
from tests.test_looks import FIRST, book_of, on, put

FILES: Mapping[str, str] = {
    **PLAIN,
    "rules/catalog.yaml": """
attributes: {plan: {}}
metrics: {nps: {min: 0, max: 100}}
events: {trouble: {from: 2026-01-01}}
facts: {bad_news: {}}
""",
    "rules/all.yaml": """
- {rule: fell, when: {score: health, falls_to: red}, clear_at: {score: health, above: 90}, play: save}
- {rule: news, when: {fact: bad_news, within: 30d}, adjust: {score: health, by: -50}}
- {rule: trouble, when: {event: trouble, at_least: 2, in: 7d}, play: help}
- {rule: trial, when: {account: {plan: trial}}, play: help}
""",
    "playbooks/save.yaml": """
playbook: save
cooldown: 30d
retracts: true
steps:
  - {step: call, task: call}
  - {step: tell, slack: fell, to: "#cs"}
  - wait: 1d
  - {step: again, slack: fell, to: "#cs"}
""",
    "playbooks/help.yaml": 'playbook: help\nretracts: true\nsteps:\n  - {step: tell, slack: fell, to: "#cs"}\n',
    "templates/slack/fell.j2": "{{ account.name }} fell: {{ score.value | number }}\n",
}


class Company:
    """Acme at 60 and told of by Slack; what comes, is taken back and is looked at, day by day."""

    def __init__(self, post: Post, slacks: RunningServer, files: Mapping[str, str] = FILES) -> None:
        self.post, self.slacks, self.database = post, slacks, post.database
        self.book: Book = book_of(post.database, files)
        self.book.clock = post.clock
        self.comes(0, records.accounts({"id": "castle", "name": "Castle", "plan": "pro"}))
        self.nps(0, 60)
        self.look(0)

    def comes(self, day: float, *batches: Any) -> None:
        for batch in batches:
            put(self.book, batch, FIRST + timedelta(days=day))

    def nps(self, day: float, value: float, of: int | None = None, at: str = "08:00") -> None:
        said = on(int(day) if of is None else of).date()
        self.comes(day, records.observations(("castle", f"{said}T{at}", value, "nps", None)))

    def look(self, day: float) -> None:
        """A look, and all that is due by then delivered."""
        assert isinstance(self.post.clock, SetClock)
        self.post.clock.at = FIRST + timedelta(days=day)
        look(self.book, Order(self.post.clock.at, f"day {day}", guard=Guard.NONE))
        deliver_due(self.post)

    def decided(self) -> list[tuple[str, str, str]]:
        every = listing.decisions(self.database, Asked())
        return [(one["day"][-2:], one["rule"], one["state"]) for one in every if one["account"] == "castle"]

    def posts(self) -> list[tuple[str | None, str]]:
        """What Slack has taken: the thread and the text of each."""
        return [(one["asked"].get("thread_ts"), one["text"]) for one in self.slacks.accepted()]

    def deliveries(self) -> list[dict[str, Any]]:
        every = listing.deliveries(self.database, Asked(), Offices("lead@northwind.example", on(1).date()))
        return [one for one in every if one["account"] == "castle"]
