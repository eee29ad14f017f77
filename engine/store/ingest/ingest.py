"""Records in; the store changed by them, by all or by none, and what became of each record, out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain

from engine.batches import Arrival, Batch, Entries, Ingested
from engine.language.catalog import Catalog
from engine.snapshot import Series
from engine.store.accounts import Meant, lock_entries, wait_for_entries
from engine.store.database import Database
from engine.store.held import of_history, release
from engine.store.ingest.context import Importing, Known, Progress, Undone
from engine.store.ingest.entries import apply_accounts, apply_aliases
from engine.store.ingest.events import apply_events
from engine.store.ingest.facts import apply_facts, apply_outcomes
from engine.store.ingest.look_alikes import note_look_alikes
from engine.store.ingest.observations import apply_observations
from engine.store.ingest.people import apply_contacts, apply_teammates
from engine.store.ingest.pieces import Pieces, joined
from engine.store.ingest.series import fill, lock_to_fill, unfilled

ENTRIES = ("accounts", "contacts", "teammates", "aliases")


@dataclass(frozen=True, slots=True)
class Ingest:
    """The door through which records come into a database."""

    database: Database

    def apply(
        self,
        said: Batch | Sequence[Pieces],
        catalog: Catalog,
        arrival: Arrival,
        company_zone: str,
        series: Collection[Series],
        progress: Progress = lambda _done: None,
    ) -> Ingested:
        """Applies a batch, or files in pieces, all of one kind, in one transaction.

        After a refusal without `keep_good` everything is as it was, and only what was refused is told. A dry run tells
        what would have become of each record. `series`: those that the workspace names. `progress` is told how many
        more records have been dealt with.
        """
        files = said if isinstance(said, Sequence) else (Pieces(said),)
        importing: Importing | None = None
        try:
            with self.database.writing() as connection:
                importing = Importing(connection, catalog, arrival, company_zone, series, _kind(files), progress)
                _take(importing, files)
                importing.finish()
                importing.look_alikes = note_look_alikes(importing, files)
                if arrival.dry_run:
                    raise Undone
        except Undone:
            return importing.ingested(is_undone=True) if importing else Ingested()
        return importing.ingested(is_undone=False)

    def fill_series(self, series: Collection[Series]) -> None:
        """Gives counts and sums that were never named before their past, from all rows that are kept."""
        with self.database.reading() as connection:
            new = unfilled(connection, series)
        if new:
            with self.database.writing() as connection:
                fill(connection, unfilled(connection, new))


def _kind(files: Sequence[Pieces]) -> str:
    return next((pieces.kind for pieces in files if pieces.kind), "nothing")


def _take(importing: Importing, files: Sequence[Pieces]) -> None:
    if _kind(files) in ENTRIES:
        lock_entries(importing.connection)
        lock_to_fill(importing.connection, importing.catalog.events, importing.series)
        for pieces in files:
            if pieces.kind:
                _release(importing, _take_entries(importing, joined(list(pieces))))
    else:
        _take_records(importing, files)


def _take_entries(importing: Importing, batch: Entries) -> tuple[str, ...]:
    """The ids under which records may have waited for what came."""
    if batch.kind == "accounts":
        return apply_accounts(importing, batch)
    if batch.kind == "aliases":
        return apply_aliases(importing, batch)
    (apply_contacts if batch.kind == "contacts" else apply_teammates)(importing, batch)
    return ()


def _take_records(importing: Importing, files: Sequence[Pieces]) -> None:
    """All blocks that the files concern are locked before the first piece is applied, for they are ascending."""
    ids = tuple(dict.fromkeys(chain.from_iterable(pieces.accounts for pieces in files)))
    said = wait_for_entries(importing.connection, ids)
    importing.came(said.unknown)
    if any(pieces.kind == "events" for pieces in files):
        lock_to_fill(importing.connection, {name for pieces in files for name in pieces.names}, importing.series)
    known = Known.of(importing.lock(said))
    for pieces in files:
        if pieces.kind == "observations":
            apply_observations(importing, pieces, known)
        elif pieces.kind == "events":
            apply_events(importing, pieces, known)
        elif pieces.kind == "facts":
            apply_facts(importing, joined(list(pieces)), known)
        elif pieces.kind == "outcomes":
            apply_outcomes(importing, joined(list(pieces)), known)


def _release(importing: Importing, ids: tuple[str, ...]) -> None:
    """What waited for those ids is applied, and what waited for an alias among it."""
    if not ids:
        return
    further: tuple[str, ...] = ()
    history = of_history(importing.connection, ids)
    for import_id, batch in release(importing.connection, ids, importing.stuck):
        with importing.aside(import_id):
            if isinstance(batch, Entries):
                further += _take_entries(importing, batch)
            else:
                _take_records(importing, (Pieces(batch),))
    importing.seeded.update(Meant.by(importing.connection, history).seqs.values())
    _release(importing, further)
