"""Observations in; cells of the accounts' series out, those of contacts by way of rows and their mean."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from statistics import fmean

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from engine.batches import Ints, Observations
from engine.snapshot import Series
from engine.store.accounts import UNKNOWN, Accounts
from engine.store.among import among
from engine.store.changes import keep_changes
from engine.store.fates import Fates
from engine.store.held import Waiting, hold
from engine.store.ingest.cells import APPLIED, CORRECTED, UNCHANGED, Outcome, Said, merge
from engine.store.ingest.contacts import contact_ids
from engine.store.ingest.context import Importing, Known
from engine.store.ingest.days import Placed, place
from engine.store.ingest.hashes import digest, plain_text
from engine.store.ingest.oddities import beside
from engine.store.ingest.pieces import Pieces, joined, picked
from engine.store.ingest.series import ids_of
from engine.store.spool import Spool
from engine.store.tables.accounts import BLOCK
from engine.store.tables.series import SPAN, ContactObservationRow
from engine.store.writing import upsert

OBSERVED = ContactObservationRow.__table__  # type: ignore[attr-defined]
Mask = NDArray[np.bool_]
CONTACT_CELL = ("account_seq", "contact_id", "metric", "day")
OBSERVATION = "observation"
"""The kind of a change of what a contact said."""
SPREAD = 31
"""Spans of a block that come before two blocks could share all their lanes."""
_Key = tuple[int, int, str, int]
"""Account, contact, metric, day."""
_Cell = tuple[int, str, int]
"""Account, metric, day."""


def apply_observations(importing: Importing, pieces: Pieces, known: Known) -> None:
    if pieces.count == 1:
        [batch] = pieces
        good = _good(importing, batch, _placed(batch, known)[1])
        importing.checked()
        _take(importing, batch, good, known)
        return
    with Spool() as spool:
        _by_lane(importing, pieces, known, spool)
        importing.checked()
        for lane in spool.lanes():
            batches, goods = zip(*spool.of(lane), strict=True)
            batch = joined(batches)
            # Records are numbered through the file: only which values stand in the same one counts.
            record = np.unique(batch.record, return_inverse=True)[1]
            _take(importing, replace(batch, record=record), np.concatenate(goods), known)


def _by_lane(importing: Importing, pieces: Pieces, known: Known, spool: Spool) -> None:
    """Values of one cell, and of one record, go into one lane: what a file says in the end is found out in it.

    What has to wait goes into lanes of its own, in the order of the file.
    """
    records = 0
    for count, batch in enumerate(pieces):
        accounts, placed = _placed(batch, known)
        good = _good(importing, batch, placed)
        seq = accounts.seq[batch.account.codes]
        lane = (seq // BLOCK * SPREAD + placed.day // SPAN) % pieces.count
        lane[seq == UNKNOWN] = pieces.count + count
        record = np.arange(len(lane)) if batch.record is None else batch.record
        numbered = replace(batch, record=record + records)
        records += int(record.max(initial=-1)) + 1
        for number in np.flatnonzero(np.bincount(lane)).tolist():
            rows = np.flatnonzero(lane == number)
            spool.put(number, (picked(numbered, rows), good[rows]))
        importing.count("unchanged", batch.silent)


def _good(importing: Importing, batch: Observations, placed: Placed) -> Mask:
    """Which values can be taken; the others are refused, with all that stands in one record with them."""
    good: Mask = _right_sort(importing, batch, _of_contact(importing, batch))
    good &= importing.refuse_ahead(batch.places, placed.at)
    return good if batch.record is None else good & ~np.isin(batch.record, batch.record[~good])


def _placed(batch: Observations, known: Known) -> tuple[Accounts, Placed]:
    accounts = known.only(batch.account.values)
    return accounts, place(batch.when, accounts.zones, accounts.zone[batch.account.codes])


def _take(importing: Importing, batch: Observations, good: Mask, known: Known) -> None:
    accounts, placed = _placed(batch, known)
    seq = accounts.seq[batch.account.codes]
    waits, there = good & (seq == UNKNOWN), good & (seq != UNKNOWN)
    with importing.counted_by(Fates.of(batch, good, waits)) as fates:
        _hold(importing, batch, waits)
        if there.any():
            _apply(importing, batch, placed, accounts, there, fates)
    importing.progress(int(fates.record.max(initial=-1)) + 1)


def _apply(
    importing: Importing, batch: Observations, placed: Placed, accounts: Accounts, known: Mask, fates: Fates
) -> None:
    seq, of_contact = accounts.seq[batch.account.codes], _of_contact(importing, batch)
    there = np.flatnonzero(np.bincount(batch.metric.codes[known])).tolist()
    series = np.full(len(batch.metric.values), UNKNOWN, dtype=np.int64)
    numbers = ids_of(importing.connection, (Series("metric", batch.metric.values[code]) for code in there))
    for code in there:
        name = batch.metric.values[code]
        here = known & (batch.metric.codes == code)
        importing.recorded(name, placed.day[here], int(placed.at[here].max()))
        series[code] = numbers[Series("metric", name)]
    said = Said(
        series=series[batch.metric.codes],
        seq=seq,
        day=placed.day,
        time=placed.time,
        value=batch.value,
        looked=accounts.looked[batch.account.codes],
    )
    own = np.flatnonzero(known & ~of_contact)
    outcome = _apply_own(importing, _only(said, own))
    fates.become(own, outcome)
    _set_beside(importing, numbers, _only(said, own[outcome != UNCHANGED]))
    means = _apply_contacts(importing, batch, said, np.flatnonzero(known & of_contact).tolist(), fates)
    _set_beside(importing, numbers, means)


def _set_beside(importing: Importing, numbers: Mapping[Series, int], changed: Said) -> None:
    names = {number: metric.name for metric, number in numbers.items()}
    for number, one in beside(importing.connection, changed):
        importing.set_beside(names[number], one)


def _of_contact(importing: Importing, batch: Observations) -> Mask:
    metrics = importing.catalog.metrics
    is_of_contact = [name in metrics and metrics[name].of == "contact" for name in batch.metric.values]
    return np.array(is_of_contact, dtype=np.bool_)[batch.metric.codes]


def _right_sort(importing: Importing, batch: Observations, of_contact: Mask) -> Mask:
    """A metric is of accounts or of contacts; rows of the other sort are refused."""
    right: Mask = of_contact == (batch.contact.codes >= 0)
    for index in np.flatnonzero(~right).tolist():
        metric = batch.metric.text(index)
        if of_contact[index]:
            reason = f"metric {metric!r} is of contacts: name the contact"
        else:
            reason = f"metric {metric!r} is of accounts: leave out the contact, or say `of: contact` in the catalog"
        importing.refuse(batch.places, index, reason)
    return right


def _hold(importing: Importing, batch: Observations, which: Mask) -> None:
    waiting, rows = [], np.flatnonzero(which)
    # Values come metric by metric; record by record is the order of the file, in one piece or in many.
    order = rows if batch.record is None else rows[np.argsort(batch.record[rows], kind="stable")]
    for index in order.tolist():
        at = [int(batch.when.at[index]), bool(batch.when.date_only[index])]
        known_by = {
            "account": batch.account.text(index),
            "contact": batch.contact.text(index),
            "metric": batch.metric.text(index),
            "at": at,
        }
        record = {**known_by, "value": float(batch.value[index])}
        waiting.append(Waiting(str(record["account"]), digest("observation", plain_text(known_by)), record))
    hold(importing, "observations", waiting, replaces=True)


def _only(said: Said, which: Mask | Ints) -> Said:
    return replace(
        said,
        series=said.series[which],
        seq=said.seq[which],
        day=said.day[which],
        time=said.time[which],
        value=said.value[which],
        looked=said.looked[which],
    )


def _apply_own(importing: Importing, said: Said) -> Outcome:
    outcome = merge(importing.connection, said, importing.at, lambda: importing.import_id)
    _touch(importing, said, outcome)
    return outcome


def _touch(importing: Importing, said: Said, outcome: Outcome) -> None:
    changed = outcome != UNCHANGED
    importing.touch(np.flatnonzero(np.bincount(said.seq[changed])).tolist())
    importing.begins(said.seq[changed], said.day[changed])


def _apply_contacts(importing: Importing, batch: Observations, said: Said, rows: list[int], fates: Fates) -> Said:
    """The latest value of each contact and day is kept as a row; the account's cell is the mean of the day's. The cells
    that changed."""
    if not rows:
        return _only(said, np.zeros(0, dtype=np.int64))
    contacts = contact_ids(importing, [(int(said.seq[row]), str(batch.contact.text(row))) for row in rows])
    latest: dict[_Key, int] = {}
    for row in rows:
        seq, metric = int(said.seq[row]), str(batch.metric.text(row))
        key = (seq, contacts[seq, str(batch.contact.text(row))], metric, int(said.day[row]))
        if key not in latest or said.time[row] >= said.time[latest[key]]:
            latest[key] = row
    new = {key: (int(said.time[row]), float(said.value[row])) for key, row in latest.items()}
    held, outcome = _write(importing, new)
    fates.become(
        np.array([latest[key] for key in outcome], dtype=np.int64), np.array(list(outcome.values()), dtype=np.int8)
    )
    cell_of = {(seq, metric, day): row for (seq, _, metric, day), row in latest.items()}
    means = means_of(held, cell_of)
    again = _only(said, np.array([cell_of[cell] for cell in means], dtype=np.int64))
    time = np.array([time for time, _ in means.values()], dtype=np.int64)
    value = np.array([mean for _, mean in means.values()], dtype=np.float64)
    mean = replace(again, time=time, value=value, recounted=True)
    outcome_of_means = merge(importing.connection, mean, importing.at, lambda: importing.import_id)
    _touch(importing, mean, outcome_of_means)
    return _only(mean, outcome_of_means != UNCHANGED)


def _write(
    importing: Importing, new: dict[_Key, tuple[int, float]]
) -> tuple[dict[_Key, tuple[int, float]], dict[_Key, int]]:
    """Keeps the contacts' rows: those of their accounts, metrics and days as they are then, and what became of each."""
    rows = contact_values(importing.connection, new)
    outcome: dict[_Key, int] = dict.fromkeys(new, UNCHANGED)
    written, changes = [], []
    for key, (time, value) in new.items():
        old = rows.get(key)
        if old is not None and (time < old[0] or old == (time, value)):
            continue
        outcome[key] = APPLIED if old is None else UNCHANGED if old[1] == value else CORRECTED
        rows[key] = (time, value)
        seq, contact, metric, day = key
        row = {"account_seq": seq, "contact_id": contact, "metric": metric, "day": day}
        written.append({**row, "time": time, "value": value})
        entity = f"{seq}/{contact}/{metric}/{day}"
        changes.append(importing.changed(OBSERVATION, entity, "value", old and list(old), [time, value]))
    upsert(importing.connection, OBSERVED, CONTACT_CELL, written)
    keep_changes(importing.connection, changes)
    return rows, outcome


def contact_values(connection: Connection, keys: Collection[_Key]) -> dict[_Key, tuple[int, float]]:
    """What the contacts of these accounts, metrics and days are known to have said, with its time of day."""
    days = [day for *_, day in keys]
    wanted = select(OBSERVED).where(
        among(OBSERVED.c.account_seq, {seq for seq, *_ in keys}),
        among(OBSERVED.c.metric, {metric for _, _, metric, _ in keys}),
        OBSERVED.c.day.between(min(days), max(days)),
    )
    rows = connection.execute(wanted) if days else ()
    return {(row.account_seq, row.contact_id, row.metric, row.day): (row.time, row.value) for row in rows}


def means_of(rows: dict[_Key, tuple[int, float]], cells: Collection[_Cell]) -> dict[_Cell, tuple[int, float]]:
    """The latest time and the mean of each cell that is wanted."""
    said: dict[_Cell, list[tuple[int, float]]] = defaultdict(list)
    for (seq, _, metric, day), row in rows.items():
        if (seq, metric, day) in cells:
            said[seq, metric, day].append(row)
    return {
        cell: (max(time for time, _ in some), fmean(value for _, value in some) + 0.0) for cell, some in said.items()
    }
