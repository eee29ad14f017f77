"""Pokes in; what a worker does at them, called on threads of its own, until it is stopped."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Event

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from engine.dispatch.pokes import DELIVERIES, LOOKS, connection_arguments, lay_out

CONCURRENCY = {LOOKS: 1, DELIVERIES: 8}
"""Looks reckon, one after the other; deliveries wait for the world, some at a time."""
SEARCH = 5.0
"""Seconds between two searches for what a lost poke left behind."""
POLL = 0.5
"""Seconds after which a poke that waited for its lane is taken up, for nothing announces that a lane is free."""
HEARTBEAT, SILENT = 2.0, 10.0
"""Seconds between two signs of life of a worker, and after how many without one it counts as dead."""
AGAIN = 1.0
"""Seconds until the next try when the database went away."""
GLANCE = 0.1
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hands:
    """What a worker does. `look` and `deliver` drain a lane; `search` pokes for everything that is due."""

    look: Callable[[str], None]
    deliver: Callable[[str], None]
    search: Callable[[], None]


class _Manager(JobManager):
    """Knows whether a poke is done whose end could not be written down: it holds its lane while its worker lives."""

    def __init__(self, connector: PsycopgConnector) -> None:
        super().__init__(connector)
        self.is_behind = False

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        try:
            await super().finish_job(job, status, delete_job)
        except ConnectorException:
            self.is_behind = True
            raise


def receive(url: str, hands: Hands, stop: Event) -> None:
    """Works until told to stop; what is under way is finished. Outlives a database that goes away for a while."""
    lay_out(url)
    while not stop.is_set():
        try:
            asyncio.run(_receive(url, hands, stop))
        except (ConnectorException, OSError) as error:
            _log.warning("The database is away (%s); the next try is in a second.", error.__cause__ or error)
        stop.wait(0 if stop.is_set() else AGAIN)


async def _receive(url: str, hands: Hands, stop: Event) -> None:
    """One connected stretch: ends when told to stop, or when the database went away.

    The next one registers its workers anew, and so frees the lanes of pokes that this one could not finish.
    """
    connector = PsycopgConnector(**connection_arguments(url), min_size=1, max_size=6, timeout=10.0)
    app = App(connector=connector)
    app.job_manager = manager = _Manager(connector)
    with ThreadPoolExecutor(CONCURRENCY[LOOKS]) as looking, ThreadPoolExecutor(CONCURRENCY[DELIVERIES]) as delivering:
        _register(app, LOOKS, hands.look, looking)
        _register(app, DELIVERIES, hands.deliver, delivering)
        await _work(app, manager, hands.search, stop)


async def _work(app: App, manager: _Manager, search: Callable[[], None], stop: Event) -> None:
    scheduler = AsyncIOScheduler(timezone="UTC")
    async with app.open_async():
        workers = [asyncio.create_task(_worker(app, queue, count)) for queue, count in CONCURRENCY.items()]

        async def tick() -> None:
            await _free_lanes_of_the_dead(app)
            await asyncio.get_running_loop().run_in_executor(None, search)

        scheduler.add_job(tick, "interval", seconds=SEARCH, coalesce=True, misfire_grace_time=None)
        scheduler.start()
        try:
            await tick()
            while not (stop.is_set() or manager.is_behind or any(worker.done() for worker in workers)):
                await asyncio.sleep(GLANCE)
        finally:
            scheduler.shutdown(wait=False)
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)


async def _worker(app: App, queue: str, concurrency: int) -> None:
    await app.run_worker_async(
        queues=[queue],
        name=queue,
        concurrency=concurrency,
        fetch_job_polling_interval=POLL,
        update_heartbeat_interval=HEARTBEAT,
        stalled_worker_timeout=SILENT,
        delete_jobs="always",
        install_signal_handlers=False,
    )


def _register(app: App, queue: str, hand: Callable[[str], None], threads: Executor) -> None:
    async def drain(lane: str) -> None:
        await asyncio.get_running_loop().run_in_executor(threads, hand, lane)

    app.task(name=queue, queue=queue)(drain)


async def _free_lanes_of_the_dead(app: App) -> None:
    """A worker that was killed holds its lane. Its poke is dropped; the search pokes anew for what is still due."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT):
        # Another worker may have been faster. (By its number: this poke is none of our own that could be left undone.)
        with suppress(ConnectorException):
            if job.id is not None:
                await app.job_manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)
