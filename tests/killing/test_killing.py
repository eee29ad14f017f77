"""Workers are killed under load; nothing is lost, nothing comes twice, and what is in doubt is said to be."""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.store.database import Database
from engine.store.deliveries import next_try
from engine.store.due import due_blocks
from engine.store.lanes import EMAIL_LANES
from tests.killing.company import Company, Load
from tests.killing.counting import Count, count_all, runs, tasks
from tests.killing.victims import Hit, Killer, Worker, working
from tests.servers.running import slack_server, smtp_server

SEED = 20261124


def quiet(database: Database) -> bool:
    """Nothing is due, and no message will be tried or looked for again."""
    return next_try(database) is None and not due_blocks(database, datetime.now(UTC))


def told(database: Database, company: Company, hits: Counter[Hit], counts: dict[str, Count]) -> str:
    """One line of figures."""
    every = sum(counts.values(), Count())
    return (
        f"{hits.total()} kills on {'SQLite' if database.is_sqlite else 'PostgreSQL'}: "
        + ", ".join(f"{hits[hit]} {hit}" for hit in Hit)
        + f"; {len(company.asserted)} facts, {runs(database).total()} runs, {tasks(database).total()} tasks, "
        + ", ".join(f"{one.planned} {way}" for way, one in counts.items())
        + f"; lost {every.lost}, dup {every.dup}, ghost {every.ghost}, false sent {every.false_sent}, "
        + f"false failed {every.false_failed}; unknown {every.unknown}, of which {every.unknown_there} had arrived"
    )


@pytest.mark.parametrize(
    ("kills", "hits"),
    [pytest.param(5, 2, id="5 kills"), pytest.param(50, 15, id="50 kills", marks=pytest.mark.full)],
)
def test_of_workers_killed_under_load_nothing_is_lost_and_nothing_comes_twice(
    database: Database,
    database_url: str,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    kills: int,
    hits: int,
) -> None:
    company = Company.founded(tmp_path, database)
    with ExitStack() as stack:
        slack = stack.enter_context(slack_server(tmp_path))
        smtps = [stack.enter_context(smtp_server(tmp_path)) for _ in range(1 if database.is_sqlite else 2)]
        workers = [Worker(number, tmp_path, database_url, slack, smtp) for number, smtp in enumerate(smtps)]
        stack.enter_context(working(workers))
        killer = Killer(workers, database, random.Random(SEED))
        load = Load(company, SEED)
        load.start()
        for _ in range(kills):
            killer.kill()
        load.end()
        workers[0].wait_for(lambda: quiet(database), "quiet", pause=0.1)
        codes = {worker.stop() for worker in workers}
        counts = count_all(company, database, slack, smtps, tmp_path / "outbox")

    hit, mails_at_once = Counter(killer.hits), 1 if database.is_sqlite else EMAIL_LANES
    record_property("figures", told(database, company, hit, counts))
    assert codes == {0}
    assert runs(database) == company.runs()
    assert tasks(database) == company.effects("task")
    assert {way: one.wrong for way, one in counts.items()} == dict.fromkeys(counts, (0, 0, 0, 0, 0))
    assert (counts["slack"].unknown, counts["outbox"].unknown) == (0, 0)
    assert counts["email"].unknown <= kills * mails_at_once
    assert hit[Hit.GAP] + hit[Hit.OPEN] >= hits
