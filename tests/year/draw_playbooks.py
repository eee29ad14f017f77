"""Chance and names in; playbooks with steps of every kind out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.year.catalog import POOLS, TEAM
from tests.year.draw import Draw
from tests.year.draw_conditions import Names, draw_condition

Step = dict[str, Any]
NAMES = ["save", "welcome", "upsell", "ask"]
DURATIONS = ["1d", "3d", "10d", "2 business days", "4 business days"]


def draw_playbook(draw: Draw, name: str, names: Names) -> dict[str, Any]:
    others = [other for other in NAMES if other != name]
    book: dict[str, Any] = {"playbook": name}
    if draw.chance(0.6):
        book["cooldown"] = draw.one(["10d", "30d", "60d"])
    if draw.chance(0.6):
        book["priority"] = draw.one([10, 50, 90])
    if draw.chance(0.4):
        book["not_while"] = draw.some(others, 1, 2)
    if draw.chance(0.4):
        book["stops"] = draw.some(others, 1, 2)
    if draw.chance(0.6):
        book["stop_when"] = draw_condition(draw, names, 1)
    if draw.chance(0.5):
        book["approve"] = draw.one(["auto", "ask", "never"])
    return {**book, "steps": Steps(draw, names, emails=book.get("approve") != "never").draw(draw.randint(4, 7))}


class Steps:
    """Steps one after the other; a condition speaks of tasks that stand before it."""

    def __init__(self, draw: Draw, names: Names, *, emails: bool) -> None:
        self._draw, self._names, self._emails, self._count = draw, names, emails, 0

    def draw(self, count: int, deep: int = 1) -> list[Step]:
        forms: list[Callable[[], Step]] = [self._slack, self._task, self._task, self._wait, self._wait]
        forms += [self._email] if self._emails else []
        steps = [self._draw.one(forms)() for _ in range(count)]
        if deep:
            steps.insert(self._draw.randint(1, count), self._if())
        elif self._draw.chance(0.3):
            steps.append({"stop": "enough"})
        return steps

    def _step(self) -> Step:
        self._count += 1
        return {"step": f"step-{self._count}"}

    def _slack(self) -> Step:
        to = self._draw.one([{}, {"to": "owner"}, {"to": "manager"}, {"to": "#team"}, {"to": TEAM[1]}])
        return {**self._step(), "slack": "note", **to}

    def _task(self) -> Step:
        assign = self._draw.one(
            [{}, {"assign": "owner"}, {"assign": "manager"}, {"assign": TEAM[2]}]
            + [{"assign": {way: self._draw.one(POOLS)}} for way in ("least_loaded", "round_robin")]
        )
        due = {"due": self._draw.one(DURATIONS)} if self._draw.chance(0.8) else {}
        cancel = {"cancel_with_run": True} if self._draw.chance(0.4) else {}
        step = {**self._step(), "task": "call", **assign, **due, **cancel}
        self._names = replace(self._names, tasks=[*self._names.tasks, step["step"]])
        return step

    def _email(self) -> Step:
        kind = self._draw.one([{}, {"class": "marketing"}, {"class": "service"}])
        return {**self._step(), "email": "hello", "to": self._draw.one(["champion", "sponsor"]), **kind}

    def _wait(self) -> Step:
        until = {"until": draw_condition(self._draw, self._names, 1)} if self._draw.chance(0.5) else {}
        return {"wait": self._draw.one([*DURATIONS, "6h", "50h"]), **until}

    def _if(self) -> Step:
        otherwise = {"else": self.draw(self._draw.randint(1, 2), 0)} if self._draw.chance(0.6) else {}
        return {
            "if": draw_condition(self._draw, self._names, 1),
            "then": self.draw(self._draw.randint(1, 2), 0),
            **otherwise,
        }
