"""Which firings are taken back, over months of corrections, is what a plain reading of the same days says."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest

from engine.clock import SetClock
from engine.loops.looking import Guard, Order, look
from engine.store import listing
from engine.store.database import Database
from engine.store.listing import Asked
from tests.store import records
from tests.test_looks import FILES as PLAIN
from tests.test_looks import FIRST, book_of, on, put

DAYS, LOW = 60, 30.0
FILES = {
    **{name: text for name, text in PLAIN.items() if name != "templates/task/call.j2"},
    "rules/all.yaml": "- {rule: low, when: {measure: nps, below: 30}, play: save}\n",
    "playbooks/save.yaml": "playbook: save\nretracts: true\nsteps:\n  - wait: 10d\n",
}
SEEDS = [*range(5), *(pytest.param(seed, marks=pytest.mark.full) for seed in range(5, 60))]


@dataclass
class Plain:
    """What is known of the days, and which firings stand: by day of the firing, the day on which it was taken back."""

    known: dict[int, float] = field(default_factory=dict)
    is_active: bool = False
    began: int = 0
    fired: dict[int, int | None] = field(default_factory=dict)
    under_way: int | None = None

    def latest(self, day: int) -> float | None:
        said = [other for other in self.known if other <= day]
        return self.known[max(said)] if said else None

    def look(self, day: int, reached: int | None) -> None:
        """`reached`: the oldest day of which something came since the last look."""
        now = self.latest(day)
        is_low = now is not None and now < LOW
        for at, ended in self.fired.items():
            then = self.latest(at)
            is_in_doubt = reached is not None and reached <= at + 1 and day - at < 30
            if ended is None and is_in_doubt and then is not None and then >= LOW and not is_low:
                self.fired[at] = day
                self.is_active = self.is_active and self.began != at
                self.under_way = None if self.under_way == at else self.under_way
        if self.under_way is not None and day - self.under_way >= 10:
            self.under_way = None
        if self.is_active and now is not None and not is_low:
            self.is_active = False
        elif not self.is_active and is_low and day > 0:
            self.is_active, self.began = True, day
            if self.under_way is None:
                self.fired[day], self.under_way = None, day
        elif is_low and day == 0:
            self.is_active, self.began = True, -1


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_taken_back_is_what_a_plain_reading_says(database: Database, seed: int) -> None:
    random, plain, book = Random(seed), Plain(), book_of(database, FILES)
    book.clock = SetClock(at(DAYS))
    put(book, records.accounts("acme"), FIRST)
    for day in range(DAYS):
        said = {day: random.choice([10.0, 20.0, 50.0, 60.0])} if random.random() < 0.5 else {}
        said |= {day - back: random.choice([10.0, 50.0]) for back in (1, 3, 9) if random.random() < 0.2 and back <= day}
        news = {of: value for of, value in said.items() if plain.known.get(of) != value}
        if said:
            put(
                book,
                records.observations(*(("acme", str(on(of).date()), n, "nps", None) for of, n in said.items())),
                at(day),
            )
        plain.known |= said
        plain.look(day, min(news, default=None))
        look(book, Order(at(day), f"day {day}", guard=Guard.NONE))

    every = listing.decisions(database, Asked())
    ends = {one["run"]: one["day"] for one in every if one["state"] == "retracted"}
    fired = {one["day"]: ends.get(one["run"]) for one in every if one["state"] == "fired" and one["run"]}
    assert fired == {said_of(one): ended and said_of(ended) for one, ended in plain.fired.items()}
    assert len(fired) > 2


def at(day: int) -> datetime:
    return FIRST + timedelta(days=day)


def said_of(day: int) -> str:
    return on(day).date().isoformat()
