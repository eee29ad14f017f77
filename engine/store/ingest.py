"""A batch of records in; the store changed by it, all of it or nothing, and what became of each record, out."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from engine.batches import Arrival, Batch, Entries, Events, Facts, Ingested, Observations, Outcomes
from engine.language.catalog import Catalog
from engine.snapshot import Series
from engine.store.accounts import lock_entries, wait_for_entries
from engine.store.database import Database
from engine.store.held import release
from engine.store.ingest_context import Importing, Undone
from engine.store.ingest_entries import apply_accounts, apply_aliases
from engine.store.ingest_events import apply_events
from engine.store.ingest_facts import apply_facts, apply_outcomes
from engine.store.ingest_observations import apply_observations
from engine.store.ingest_people import apply_contacts, apply_teammates
from engine.store.ingest_series import COUNTED, counted, lock_to_fill


@dataclass(frozen=True, slots=True)
class Ingest:
    """The door through which records come into a database."""

    database: Database

    def apply(
        self,
        batch: Batch | Sequence[Batch],
        catalog: Catalog,
        arrival: Arrival,
        company_zone: str,
        series: Collection[Series],
    ) -> Ingested:
        """Applies the batch, or several of one kind, in one transaction.

        After a refusal without `keep_good` everything is as it was, and only what was refused is told. A dry run tells
        what would have become of each record. `series`: those that the workspace names.
        """
        importing: Importing | None = None
        try:
            with self.database.writing() as connection:
                batches = batch if isinstance(batch, Sequence) else (batch,)
                importing = Importing(connection, catalog, arrival, company_zone, series, _kind(batches[0]))
                for one in batches:
                    _take(importing, one)
                importing.finish()
                if arrival.dry_run:
                    raise Undone
        except Undone:
            return importing.ingested(is_undone=True) if importing else Ingested()
        return importing.ingested(is_undone=False)

    def fill_series(self, series: Iterable[Series], catalog: Catalog, company_zone: str) -> None:
        """Gives counts and sums that a new version of the files names their past, from all rows that are kept."""
        named = [one for one in series if one.kind in COUNTED]
        events = {one.name for one in named}
        if not events:
            return
        with self.database.writing() as connection:
            lock_to_fill(connection, events, named)
            counted(connection, events, named, catalog, company_zone)


def _kind(batch: Batch) -> str:
    return batch.kind if isinstance(batch, Entries) else type(batch).__name__.lower()


def _take(importing: Importing, batch: Batch) -> None:
    if isinstance(batch, Entries):
        lock_entries(importing.connection)
        lock_to_fill(importing.connection, importing.catalog.events, importing.series)
        _release(importing, _take_entries(importing, batch))
    else:
        _take_records(importing, batch)


def _take_entries(importing: Importing, batch: Entries) -> tuple[str, ...]:
    """The ids under which records may have waited for what came."""
    if batch.kind == "accounts":
        return apply_accounts(importing, batch)
    if batch.kind == "aliases":
        return apply_aliases(importing, batch)
    (apply_contacts if batch.kind == "contacts" else apply_teammates)(importing, batch)
    return ()


def _take_records(importing: Importing, batch: Observations | Events | Facts | Outcomes) -> None:
    wait_for_entries(importing.connection, batch.account.values)
    if isinstance(batch, Observations):
        apply_observations(importing, batch)
    elif isinstance(batch, Events):
        apply_events(importing, batch)
    elif isinstance(batch, Facts):
        apply_facts(importing, batch)
    else:
        apply_outcomes(importing, batch)


def _release(importing: Importing, ids: tuple[str, ...]) -> None:
    """What waited for those ids is applied, and what waited for an alias among it."""
    if not ids:
        return
    further: tuple[str, ...] = ()
    with importing.aside():
        for batch in release(importing.connection, ids):
            if isinstance(batch, Entries):
                further += _take_entries(importing, batch)
            else:
                _take_records(importing, batch)
    _release(importing, further)
