"""One account at a moment in; its measures, scores and rules judged, each once, its runs played, out (section 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from tests.oracle import bands, measures, playbooks, rules, scores, stays
from tests.oracle.files import Workspace
from tests.oracle.moments import day_in
from tests.oracle.playbooks import Run
from tests.oracle.records import Account, Company
from tests.oracle.rules import Decision, Episode
from tests.oracle.scores import Scored
from tests.oracle.seen import Seen
from tests.oracle.stays import Standing


@dataclass
class Kept:
    """What is kept of an account from look to look. `fired`: the days and moments of each rule's firings."""

    first_look: datetime
    standings: dict[str, Standing] = field(default_factory=dict)
    episodes: dict[str, Episode] = field(default_factory=dict)
    fired: dict[str, list[tuple[date, datetime]]] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    values: dict[str, float | None] = field(default_factory=dict)
    """Of each score, as the last look left it."""


@dataclass
class Judged:
    """A look at one account; what it asks for is worked out when it is asked for, and once.

    `first_looks`: per version of a rule the moment of the first look by it. `everybody`: what is kept of all accounts.
    `contact`: whose records alone are seen, where a contact is scored.
    """

    company: Company
    workspace: Workspace
    account: Account
    kept: Kept
    first_looks: dict[tuple[str, str], datetime]
    everybody: Mapping[str, Kept]
    at: datetime
    contact: str | None = None
    _measures: dict[tuple[str, int], measures.Value] = field(default_factory=dict)
    _scores: dict[str, Scored] = field(default_factory=dict)
    _standings: dict[str, Standing] = field(default_factory=dict)
    _episodes: dict[str, tuple[Episode, str | None]] = field(default_factory=dict)

    @cached_property
    def seen(self) -> Seen:
        return Seen(self.company, self.workspace, self.account, self.at, self.contact)

    @property
    def today(self) -> date:
        return self.seen.today

    @cached_property
    def company_day(self) -> date:
        return day_in(self.at, self.workspace.zone)

    def of_contact(self, email: str) -> Judged:
        """The same look at a contact, of whom nothing is kept."""
        kept = Kept(self.at)
        return Judged(
            self.company, self.workspace, self.account, kept, self.first_looks, self.everybody, self.at, email
        )

    def measure(self, name: str, end: int = 0) -> measures.Value:
        if (name, end) not in self._measures:
            self._measures[name, end] = measures.value(self, name, end)
        return self._measures[name, end]

    def score(self, name: str) -> Scored:
        if name not in self._scores:
            scored = self._scores[name] = scores.score(self, name)
            order = bands.names(self.workspace.scores[name])
            by_hand = scores.override_of(self, name) is not None
            self._standings[name] = stays.moved(self.standing(name), scored, by_hand, order)
        return self._scores[name]

    def standing(self, name: str) -> Standing:
        """As the look before left it."""
        return self.kept.standings.get(name, Standing())

    def stay(self, name: str) -> stays.Stay:
        """With the value of this look."""
        return self._standings[name].stay

    def bands_seen(self, name: str) -> set[str]:
        """In earlier looks, by the version of now."""
        version = self.score(name).version
        return {band for band, by in self.standing(name).seen if by == version}

    def rule(self, name: str) -> Episode:
        if name not in self._episodes:
            self._episodes[name] = rules.move(self, name)
        return self._episodes[name][0]

    def was_there_before(self, name: str, version: str) -> bool:
        """Whether the account was first looked at no later than this version of the rule was."""
        return self.kept.first_look <= self.first_looks[name, version]

    def fired(self, name: str) -> Iterable[tuple[date, datetime]]:
        """All firings of a rule; that of this look counts."""
        self.rule(name)
        now = self._episodes[name][1] in ("fired", "reminded")
        return [*self.kept.fired.get(name, ()), *([(self.today, self.at)] if now else ())]


def look(judged: Judged) -> list[Decision]:
    """Judges the account and keeps what is to be kept; what was decided."""
    kept = judged.kept
    if judged.account.has_left(judged.at):
        playbooks.end_account(judged, kept.runs)
        kept.standings = {name: stays.without_day(one, judged.today) for name, one in kept.standings.items()}
        kept.episodes |= {name: rules.unjudged(judged, name) for name in judged.workspace.rules}
        judged.account.seeds = False
        return []
    for name in judged.workspace.scores:
        if not judged.workspace.is_of_contacts(name):
            judged.score(name)
    told = [_decision(judged, name) for name in judged.workspace.rules]
    decisions = [*_removed(judged), *(one for one in told if one is not None)]
    fired = [one for one in decisions if one.state in ("fired", "reminded")]
    playbooks.play(judged, kept.runs, [one for one in fired if one.playbook is not None])
    for name, scored in judged._scores.items():
        kept.standings[name] = stays.on_day(judged._standings[name], scored, judged.today)
    kept.values = {name: scored.value for name, scored in judged._scores.items()}
    kept.episodes = {name: judged.rule(name) for name in judged.workspace.rules}
    for one in fired:
        kept.fired.setdefault(one.rule, []).append((judged.today, judged.at))
    judged.account.seeds = False
    return decisions


def _decision(judged: Judged, name: str) -> Decision | None:
    judged.rule(name)
    told = judged._episodes[name][1]
    if told is None:
        return None
    play = judged.workspace.rules[name].get("play")
    return Decision(judged.account.id, name, judged.at, judged.today, told, play)


def _removed(judged: Judged) -> list[Decision]:
    """The episodes of rules that are no more end."""
    gone = [
        name
        for name, episode in judged.kept.episodes.items()
        if name not in judged.workspace.rules and episode.state != "inactive"
    ]
    return [Decision(judged.account.id, name, judged.at, judged.today, "cleared", reason="removed") for name in gone]
