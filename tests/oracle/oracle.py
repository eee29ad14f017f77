"""A journal in; every score, decision, run, task, delivery and finding that must follow out."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from tests.oracle import across, arrivals, people, quiet, thin, versions
from tests.oracle.across import Groups
from tests.oracle.files import Workspace, Written, read
from tests.oracle.findings import Findings
from tests.oracle.journal import Assign, Edit, Entry, Finish, Import, Look, Override, Settle, State, TaskKey
from tests.oracle.look import Judged, Kept, look
from tests.oracle.moments import as_of, day_in
from tests.oracle.playbooks import Delivery, Task
from tests.oracle.records import Account, Company
from tests.oracle.rules import Decision
from tests.oracle.scores import Scored

Thing = TypeVar("Thing")


@dataclass
class Oracle:
    """`saved_in_order`: of tasks for a pool, in which order they were saved; the reference leaves it open."""

    saved_in_order: Mapping[TaskKey, int] = field(default_factory=dict)
    company: Company = field(default_factory=Company)
    files: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)
    first_looks: dict[tuple[str, str], datetime] = field(default_factory=dict)
    scores: dict[tuple[str, str, date], Scored] = field(default_factory=dict)
    """Per account, score and day: by the day's last look."""
    decisions: list[Decision] = field(default_factory=list)
    missed: list[TaskKey] = field(default_factory=list)
    """What people did to tasks and messages that must not be."""
    groups: Groups = field(default_factory=Groups)
    findings: Findings = field(default_factory=Findings)
    turns: dict[str, str] = field(default_factory=dict)
    """Who of a pool had the last turn."""
    workspace: Workspace = field(init=False)

    def play(self, journal: Iterable[Entry]) -> None:
        for entry in journal:
            self._play(entry)

    def _play(self, entry: Entry) -> None:
        match entry:
            case Edit():
                self.files.update({path: text for path, text in entry.files.items() if text is not None})
                for path in [path for path, text in entry.files.items() if text is None]:
                    del self.files[path]
                self.workspace = read(self.files)
            case Import():
                arrivals.arrive(self.company, self.workspace, entry)
            case State():
                arrivals.state(self.company, self.workspace, entry)
            case Override():
                arrivals.override(self.company, self.workspace, entry)
            case Finish():
                for task in self._those(self.tasks(), entry.task):
                    task.state, task.done_at = "done", as_of(entry.as_of, self.workspace.zone)
            case Assign():
                for task in self._those(self.tasks(), entry.task):
                    task.assignee = entry.email
            case Settle():
                for delivery in self._those(self.deliveries(), entry.delivery):
                    delivery.state, delivery.reason = ("waiting", None) if entry.approved else ("not_sent", "discarded")
            case Look():
                self._look(as_of(entry.as_of, self.workspace.zone))

    def tasks(self) -> dict[TaskKey, Task]:
        """All tasks by what they are known by."""
        return {_key(task): task for task in self._tasks()}

    def deliveries(self) -> dict[TaskKey, Delivery]:
        return {_key(one): one for kept in self.kept.values() for run in kept.runs for one in run.deliveries}

    def _tasks(self) -> Iterator[Task]:
        return (task for kept in self.kept.values() for run in kept.runs for task in run.tasks.values())

    def _those(self, known: Mapping[TaskKey, Thing], key: TaskKey) -> list[Thing]:
        """The one that is meant; none where the other side has one too many, which is a difference of its own."""
        if key not in known:
            self.missed.append(key)
        return [known[key]] if key in known else []

    def _look(self, at: datetime) -> None:
        """At everybody; where scores of children are rolled up, at them before their parents."""
        everybody = list(self.company.accounts.values())
        for accounts in self.company.generations() if self.workspace.rolls_up_children else [everybody]:
            loads = Counter(task.assignee for task in self._tasks() if task.state == "open")
            for account in accounts:
                self._look_at(account, at)
            self._share_out(at, {account.id for account in accounts}, loads)
        self._forget_versions()
        self._deliver()
        quiet.sweep(self.company, self.workspace, self.findings, at)
        thin.sweep(self.company, self.workspace, self.findings, at)
        across.sweep(self.company, self.workspace, self.groups, self.findings, at)

    def _forget_versions(self) -> None:
        """A rule, or a version of one, that is no longer in the files is new when it comes back."""
        there = {(name, versions.of_rule(self.workspace, rule)) for name, rule in self.workspace.rules.items()}
        self.first_looks = {key: at for key, at in self.first_looks.items() if key in there}

    def _deliver(self) -> None:
        """What a person approved leaves after the look: to whoever has left meanwhile, nothing does."""
        for delivery in self.deliveries().values():
            if (delivery.state, delivery.reason) == ("waiting", None):
                delivery.state, delivery.reason = "sent", "outbox"

    def _look_at(self, account: Account, at: datetime) -> None:
        kept = self.kept.setdefault(account.id, Kept(at))
        judged = Judged(self.company, self.workspace, account, kept, self.first_looks, self.kept, at)
        self.decisions += look(judged)
        for name in self.workspace.scores:
            self.scores.pop((account.id, name, judged.today), None)
        for name, scored in judged._scores.items():
            self.scores[account.id, name, judged.today] = scored

    def _share_out(self, at: datetime, accounts: Container[str], loads: Counter[str | None]) -> None:
        """Tasks for a pool get their assignee when the looks are saved, one task after the other.

        `loads`: the open tasks of each before these looks; what they close is not free yet.
        """
        new = {_key(task): task for task in self._tasks() if task.at == at and task.run.account in accounts}
        for _, task in sorted(new.items(), key=lambda one: (self.saved_in_order.get(one[0], 0), one[0])):
            if task.pool is not None:
                task.assignee = self._of_pool(task.pool, loads, day_in(at, self.workspace.zone))
            loads[task.assignee] += 1

    def _of_pool(self, wanted: Written, loads: Mapping[str | None, int], day: date) -> str:
        [(way, name)] = wanted.items()
        members = people.pool(name, self.company.teammates, day)
        if not members:
            return str(self.workspace.settings["people"]["fallback"])
        if way == "least_loaded":
            return people.least_loaded(members, loads)
        self.turns[name] = people.in_turn(members, self.turns.get(name))
        return self.turns[name]


def _key(thing: Task | Delivery) -> TaskKey:
    run = thing.run
    return TaskKey(run.account, run.playbook, run.rule, thing.step, run.started_at.isoformat())
