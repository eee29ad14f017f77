"""One account in; how its scores come about now, and where each rule stands and why, out: the documents of `why`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from engine.clock import microseconds
from engine.concluding import audience_of, effect_of
from engine.conditions.sentence import sentence
from engine.conditions.tree import Tree, answer, columns_of, holds, negated, tests
from engine.domain import DECIDED, Contact, Move
from engine.errors import PulsebookError
from engine.language.base import written
from engine.loops.book import Book
from engine.loops.wanting import wanted_of
from engine.pipeline import Signals
from engine.plan import Plan
from engine.roll_ups import score_contacts
from engine.rules import RuleTrees
from engine.snapshot import ScoreLook, Snapshot
from engine.store.breakdowns import parts, sheet_of
from engine.store.listing import Asked, day_text, decisions, iso
from engine.store.people import contacts_of
from engine.store.reading import read

Document = dict[str, Any]


class NoSuchAccount(PulsebookError):
    def __init__(self, account: str) -> None:
        super().__init__(f"There is no account {account!r}. `pulsebook list accounts` shows them all.")


@dataclass(frozen=True, slots=True)
class Looked:
    """A look at one account that is shown and not saved."""

    plan: Plan
    snapshot: Snapshot
    signals: Signals
    contacts: Sequence[Contact]
    retracted: Mapping[str, str]
    """Rules whose last firing was taken back, and why."""

    @property
    def has_left(self) -> bool:
        """Its newest outcome is that it churned."""
        return bool(self.snapshot.ended[0])

    @property
    def currency(self) -> str:
        """The account's, else the company's."""
        return str(self.snapshot.attributes["currency"][0] or self.plan.settings.company.currency)


def look_at(book: Book, account: str, at: datetime) -> Looked:
    """The look that would be taken now. Raises NoSuchAccount."""
    judge = book.judge()
    reading = read(book.database, wanted_of(book, judge.plan, at, accounts=(account,)))
    if not len(reading):
        raise NoSuchAccount(account)
    contacts = contacts_of(book.database, {int(reading.seqs[0]): account}).get(account, ())
    retracted = _retracted(book, account)
    return Looked(judge.plan, reading.snapshot, judge.signals(reading.snapshot), contacts, retracted)


def _retracted(book: Book, account: str) -> Mapping[str, str]:
    last = {one["rule"]: one for one in decisions(book.database, Asked(account=account))}
    return {
        rule: f"taken back on {one['day']}: {one['because']}"
        for rule, one in last.items()
        if one["state"] == DECIDED[Move.RETRACTS]
    }


def scores(looked: Looked) -> list[Document]:
    """Each score with its parts, as `list scores` tells them."""
    return [_score(looked.snapshot, look) for look in looked.signals.scores.values()]


def _score(snapshot: Snapshot, look: ScoreLook) -> Document:
    sheets = [sheet_of(breakdown, np.array([0]), np.array([0])) for breakdown in look.breakdowns]
    return {
        "account": snapshot.accounts[0],
        "score": look.score,
        "model": look.model[0],
        "at": iso(microseconds(snapshot.at)),
        "day": day_text(int(snapshot.today[0])),
        "base": _known(look.base[0]),
        "adjusted": _known(look.adjusted[0]),
        "value": _known(look.value[0]),
        "band": look.band[0],
        "coverage": _known(look.coverage[0]),
        "measures": parts(sheets, 0),
    }


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def contacts(looked: Looked) -> list[Document]:
    """Each contact with the scores of contacts, by address; these are worked out at each look and not stored."""
    people, plan = looked.snapshot.people, looked.plan
    if people is None:
        return []
    found = score_contacts(plan, looked.snapshot, people, tuple(plan.contact_scores))
    told = [
        {
            **{name: people.fields[name][place] for name in ("email", "name", "role")},
            "scores": {
                score: {"value": _known(look.value[place]), "band": look.band[place]} for score, look in found.items()
            },
        }
        for place in range(len(people.row))
    ]
    return sorted(told, key=lambda one: str(one["email"]))


def effects(looked: Looked) -> list[Document]:
    """What active rules do to scores."""
    snapshot, signals = looked.snapshot, looked.signals
    audience = audience_of(looked.plan, snapshot, signals.measures, signals.scores, lambda _row: looked.contacts)
    found = []
    for name, standing in signals.standings.items():
        if standing.rule.rule.effect is not None and standing.states()[0] == "active":
            effect = effect_of(looked.plan, audience, signals.columns, standing, 0)
            said = {"score": effect.score, "rule": name, "by": effect.by, "because": effect.because}
            found.append({**said, "author": effect.author, "until": effect.until})
    return found


def rules(looked: Looked, only: str | None = None) -> list[Document]:
    """Each rule: its state, its answer now, its sentence, and what keeps it from being true."""
    plan, signals = looked.plan, looked.signals
    chosen = {name: rule for name, rule in plan.rules.items() if only is None or name == only}
    return [_rule(looked, name, rule, str(signals.standings[name].states()[0])) for name, rule in chosen.items()]


def _rule(looked: Looked, name: str, rule: RuleTrees, state: str) -> Document:
    row = looked.signals.columns.row(0, columns_of(rule.when))
    said = answer(rule.when, row)
    return {
        "rule": name,
        "state": state,
        "answer": said,
        "sentence": sentence(rule.rule.when, looked.plan.titles),
        "because": _because(rule.when, row, said),
        "reason": looked.retracted.get(name),
        "evidence": row,
    }


def _because(tree: Tree, row: dict[str, float | str], said: bool | None) -> str:
    """The tests that decide: those that hold where it is true, those that fail or are unknown where it is not."""
    if said is None:
        missing = [test.column.name for test in tests(tree) if test.column.name not in row]
        return f"not known: {', '.join(dict.fromkeys(missing))}"
    told = [test for test in tests(tree) if holds(test, row) == said or holds(negated(test), row)]
    return "; ".join(dict.fromkeys(_told(test.column.name, test.operator, test.value, row) for test in told))


def _told(name: str, operator: str, value: float | str, row: dict[str, float | str]) -> str:
    got = row.get(name)
    shown = "unknown" if got is None else written(got) if isinstance(got, float) else got
    wanted = written(value) if isinstance(value, float) else value
    return f"{name} is {shown} (asked: {operator} {wanted})"
