"""A small company whose playbooks use every way out; facts that keep arriving, and what has to follow from each."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from sqlalchemy import func, select

from engine.batches import Arrival, Batch
from engine.clock import microseconds
from engine.loops.book import Book
from engine.loops.looking import Order, look
from engine.loops.poking import poke
from engine.store.database import Database
from engine.store.deliveries import APPROVAL, approve
from engine.store.ingest.ingest import Ingest
from engine.store.tables.runs import DeliveryRow
from tests.store.records import accounts, entries, facts

DELIVERY = DeliveryRow.__table__  # type: ignore[attr-defined]
SENDER = "success@northwind.example"
ACCOUNTS = 520
"""Three blocks."""
OWNERS = 40
PAST = range(0, ACCOUNTS, 32)
"""Accounts with a fact of the day before yesterday, so that what follows from it goes to the outbox."""

FILES: Mapping[str, str] = {
    "pulsebook.toml": f"""
[company]
name = "Northwind"
timezone = "UTC"
currency = "EUR"
[database]
url = "env:DATABASE_URL"
[guards]
hold_accounts = 100000
[people]
fallback = "lead@northwind.example"
[channels.slack]
token = "env:SLACK_TOKEN"
[channels.email]
smtp = "env:SMTP_URL"
from = "{SENDER}"
""",
    "rules/catalog.yaml": """
metrics: {nps: {min: 0, max: 100}}
facts: {office_move: {}, new_leader: {}, billing_question: {}, crisis: {}, contract_found: {}}
""",
    "rules/measures.yaml": "nps: {latest: nps}\n",
    "rules/scores/health.yaml": """
score: health
goal: Tell who needs us
measures: [{measure: nps, curve: [[0, 0], [100, 100]]}]
bands: [{band: red, from: 0}, {band: green, from: 40}]
""",
    "rules/context.yaml": """
- {rule: office-move, when: {fact: office_move, active: true}, play: welcome}
- {rule: new-leader, when: {fact: new_leader, active: true}, play: meet}
- {rule: billing-question, when: {fact: billing_question, active: true}, play: answer}
- {rule: crisis, when: {fact: crisis, active: true}, play: alarm}
- {rule: contract-found, when: {fact: contract_found, active: true}, play: file-it}
""",
    "playbooks/welcome.yaml": """
playbook: welcome
approve: auto
steps:
  - {step: call, task: call}
  - {step: tell, slack: tell, to: owner}
""",
    "playbooks/meet.yaml": """
playbook: meet
approve: auto
steps:
  - {step: call, task: call, assign: {round_robin: desk}}
  - {step: greet, email: greet, class: service, to: champion}
""",
    "playbooks/answer.yaml": """
playbook: answer
approve: auto
steps:
  - {step: answer, email: greet, class: service, to: champion}
  - {step: tell, slack: tell, to: owner}
  - {step: check, task: call, assign: {least_loaded: desk}}
""",
    "playbooks/alarm.yaml": 'playbook: alarm\nsteps: [{step: alarm, slack: tell, to: "#alarms"}]\n',
    "playbooks/file-it.yaml": """
playbook: file-it
approve: ask
steps:
  - {step: tell, slack: tell, to: owner}
  - {step: thank, email: greet, class: service, to: champion}
""",
    "templates/slack/tell.j2": "*{{ account.name }}*: {{ because }}\n",
    "templates/task/call.j2": "Call {{ account.name }}\n",
    "templates/email/greet.j2": "Subject: Good to know, {{ account.name }}\n\nWe heard of it.\n",
}
Effect = tuple[str, str, str]
"""Account, playbook, step."""
PLAYBOOKS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "office_move": ("welcome", {"call": "task", "tell": "slack"}),
    "new_leader": ("meet", {"call": "task", "greet": "email"}),
    "billing_question": ("answer", {"answer": "email", "tell": "slack", "check": "task"}),
    "crisis": ("alarm", {"alarm": "slack"}),
    "contract_found": ("file-it", {"tell": "outbox", "thank": "outbox"}),
}
"""By fact: the playbook that it starts, and the way out that each of its steps takes."""
ARRIVING = {"office_move": 5, "new_leader": 5, "billing_question": 4, "crisis": 1}
"""How often each fact comes, in proportion; one message a second goes to #alarms."""
ENOUGH = 20
"""Messages that are due; while there are more no facts come, so that a slow machine is not buried."""


def files(folder: Path) -> None:
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def name(number: int) -> str:
    return f"acme-{number:03}"


@dataclass
class Company:
    """One workspace in use. `asserted`: every fact that arrived, as (account, fact)."""

    book: Book
    asserted: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def founded(cls, folder: Path, database: Database) -> "Company":
        """Everybody is there and was looked at; what follows from the facts of PAST is decided, and to be approved."""
        files(folder)
        company = cls(Book.open(folder, database=database))
        assert company.book.put_in_use() == ()
        emails = [f"owner-{number}@northwind.example" for number in range(OWNERS)]
        numbers = range(ACCOUNTS)
        company._take(accounts(*({"id": name(n), "name": name(n), "owner": emails[n % OWNERS]} for n in numbers)))
        mates = ({"email": email, "slack_id": f"U0OWNER{n:02}", "pools": "desk"} for n, email in enumerate(emails))
        company._take(entries("teammates", *mates, {"email": "lead@northwind.example"}))
        people = ({"account": name(n), "email": f"kim@{name(n)}.example", "role": "champion"} for n in numbers)
        company._take(entries("contacts", *people))
        now = datetime.now(UTC)
        look(company.book, Order(now - timedelta(days=3), "the first look"))
        past = [name(number) for number in PAST]
        for account in past:
            company.assert_fact(account, "contract_found", now - timedelta(days=2, hours=12))
        look(company.book, Order(now - timedelta(days=2), "a late import", accounts=past))
        return company

    def _take(self, batch: Batch) -> None:
        plan = self.book.judge().plan
        taken = Ingest(self.book.database).apply(
            batch, plan.catalog, Arrival(datetime.now(UTC), "test"), "UTC", plan.kept_series
        )
        assert not taken.refused

    def assert_fact(self, account: str, fact: str, at: datetime) -> None:
        """It is said, but nobody is poked."""
        said = at.replace(tzinfo=None).isoformat()
        self._take(facts({"account": account, "name": fact, "at": said}))
        self.asserted.append((account, fact))

    def runs(self) -> Counter[tuple[str, str]]:
        """The run that each fact has to start: account, playbook."""
        return Counter((account, PLAYBOOKS[fact][0]) for account, fact in self.asserted)

    def effects(self, way: str) -> Counter[Effect]:
        """What has to leave on one way out."""
        return Counter(
            (account, PLAYBOOKS[fact][0], step)
            for account, fact in self.asserted
            for step, on in PLAYBOOKS[fact][1].items()
            if on == way
        )

    def due(self) -> int:
        """How many messages are due."""
        late = (DELIVERY.c.try_at <= microseconds(datetime.now(UTC)), DELIVERY.c.state == "waiting")
        with self.book.database.reading() as connection:
            return int(connection.execute(select(func.count()).where(*late)).scalar_one())

    def approve(self, most: int) -> None:
        """A person lets messages go that wait for it."""
        waiting = select(DELIVERY.c.id).where(DELIVERY.c.reason == APPROVAL).order_by(DELIVERY.c.id).limit(most)
        with self.book.database.reading() as connection:
            ids = list(connection.execute(waiting).scalars())
        for id_ in ids:
            approve(self.book.database, id_, datetime.now(UTC))


class Load(Thread):
    """Facts that keep arriving, each of them once for an account, and a person who approves, until told to stop."""

    def __init__(self, company: Company, seed: int) -> None:
        super().__init__(daemon=True)
        self._company = company
        self._random = random.Random(seed)
        self._enough = Event()
        self._failed: Exception | None = None

    def run(self) -> None:
        names = [name(number) for number in range(ACCOUNTS)]
        left = {fact: self._random.sample(names, ACCOUNTS) for fact in ARRIVING}
        try:
            while not self._enough.wait(self._random.uniform(0.03, 0.12)):
                if self._company.due() > ENOUGH:
                    continue
                [fact] = self._random.choices(list(ARRIVING), list(ARRIVING.values()))
                self._company.assert_fact(left[fact].pop(), fact, datetime.now(UTC))
                self._company.approve(self._random.randrange(2))
                poke(self._company.book)
        except Exception as error:
            self._failed = error

    def end(self) -> None:
        """No more facts come; everything that waits is approved. Raises what went wrong in the meantime."""
        self._enough.set()
        self.join()
        if self._failed:
            raise self._failed
        self._company.approve(ACCOUNTS)
