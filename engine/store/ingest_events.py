"""Events in; their rows, and the counts and sums of the days that they touch, out."""

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from engine.batches import Events, Ints
from engine.snapshot import Series
from engine.store.accounts import UNKNOWN, Accounts
from engine.store.database import in_bulk, portions, upsert
from engine.store.held import Waiting, contents, hold
from engine.store.ingest_cells import merge
from engine.store.ingest_contacts import contact_ids
from engine.store.ingest_context import Importing, as_json
from engine.store.ingest_days import Placed, place
from engine.store.ingest_hashes import digest, plain_text
from engine.store.ingest_series import EVENT, Lane, count_again, counted, lock_to_fill
from engine.store.tables import BLOCK

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Event:
    """One record: which thing it is, and what it says."""

    index: int
    identity: bytes
    content: bytes
    properties: str
    """As the store keeps them."""


def apply_events(importing: Importing, batch: Events) -> None:
    lock_to_fill(importing.connection, batch.name.values, importing.series)
    accounts = importing.find(batch.account.values)
    placed = place(batch.when, accounts.zones, accounts.zone[batch.account.codes])
    dated = importing.refuse_ahead(batch.places, placed.at)
    new = _new(importing, batch, _events(batch, accounts, dated))
    importing.checked()
    is_known = accounts.seq[batch.account.codes] != UNKNOWN
    _hold(importing, batch, [event for event in new if not is_known[event.index]])
    known = [event for event in new if is_known[event.index]]
    if not known:
        return
    # Before the new rows: what is filled is as it was, and what they add is a correction like any other.
    series = counted(
        importing.connection, batch.name.values, importing.series, importing.catalog, importing.company_zone
    )
    _write(importing, batch, placed, accounts, known)
    concerned = _Concerned.of(batch, placed, accounts, np.array([event.index for event in known], dtype=np.int64))
    _count_again(importing, series, concerned)


def _events(batch: Events, accounts: Accounts, dated: Mask) -> list[_Event]:
    """What each record is known by: its name and id, or all that it says and the how-manieth that says it."""
    seen: Counter[bytes] = Counter()
    names = [batch.name.values[code] for code in batch.name.codes.tolist()]
    codes, at, is_day = batch.account.codes.tolist(), batch.when.at.tolist(), batch.when.date_only.tolist()
    events = []
    for index in np.flatnonzero(dated).tolist():
        properties = plain_text({prop: as_json(value) for prop, value in batch.properties[index].items()})
        name, id_ = names[index], batch.id.text(index)
        account, contact = accounts.meant[codes[index]], batch.contact.text(index) or ""
        content = digest(account, name, f"{at[index]} {is_day[index]}", contact, properties)
        if id_ is None:
            seen[content] += 1
            identity = digest("event", str(seen[content]), content.hex())
        else:
            identity = digest("event", name, id_)
        events.append(_Event(index, identity, content, properties))
    return events


def _new(importing: Importing, batch: Events, events: list[_Event]) -> list[_Event]:
    """Those that are not stored; the same again is unchanged, other content under an id that is taken is refused."""
    identities = [event.identity for event in events]
    stored = _stored(importing, identities)
    waiting = contents(importing.connection, identities)
    new = []
    for event in events:
        content = stored.get(event.identity, event.content)
        if content != event.content or waiting.get(event.identity, content) != event.content:
            name, id_ = batch.name.text(event.index), batch.id.text(event.index)
            reason = f"event {name!r} with the id {id_!r} is known with other content: give it an id of its own"
            importing.refuse(batch.places, event.index, reason)
        elif event.identity in stored:
            importing.count("unchanged")
        else:
            stored[event.identity] = event.content
            new.append(event)
    return new


def _stored(importing: Importing, identities: Collection[bytes]) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for some in portions(identities):
        rows = select(EVENT.c.identity, EVENT.c.content).where(EVENT.c.identity.in_(some))
        found.update((identity, content) for identity, content in importing.connection.execute(rows))
    return found


def _hold(importing: Importing, batch: Events, events: list[_Event]) -> None:
    waiting = []
    for event in events:
        index = event.index
        account = str(batch.account.text(index))
        record = {
            "account": account,
            "name": batch.name.text(index),
            "id": batch.id.text(index),
            "contact": batch.contact.text(index),
            "at": [int(batch.when.at[index]), bool(batch.when.date_only[index])],
            "properties": json.loads(event.properties),
            "content": event.content.hex(),
        }
        waiting.append(Waiting(account, event.identity, record))
    hold(importing, "events", waiting, replaces=False)


def _write(importing: Importing, batch: Events, placed: Placed, accounts: Accounts, events: list[_Event]) -> None:
    seq = accounts.seq[batch.account.codes].tolist()
    emails = [batch.contact.text(event.index) for event in events]
    named = [(seq[event.index], email) for event, email in zip(events, emails, strict=True) if email is not None]
    contacts = contact_ids(importing, named)
    day, at = placed.day.tolist(), placed.at.tolist()
    arrived = {"arrived_at": importing.at, "import_id": importing.import_id}
    rows: list[dict[str, Any]] = [
        {
            "identity": event.identity,
            "content": event.content,
            "name": batch.name.text(event.index),
            "account_seq": seq[event.index],
            "day": day[event.index],
            "at": at[event.index],
            "contact_id": None if email is None else contacts[seq[event.index], email],
            "source_id": batch.id.text(event.index),
            "properties": event.properties,
            **arrived,
        }
        for event, email in zip(events, emails, strict=True)
    ]
    in_bulk(importing.connection, upsert(importing.connection, EVENT, ["identity"], []), rows)
    importing.count("applied", len(rows))


@dataclass(frozen=True, slots=True)
class _Concerned:
    """The accounts and days of new events, one entry per event."""

    names: tuple[str, ...]
    name: Ints
    seq: Ints
    day: Ints
    at: Ints
    looked: Ints

    @classmethod
    def of(cls, batch: Events, placed: Placed, accounts: Accounts, rows: Ints) -> "_Concerned":
        code = batch.account.codes[rows]
        return cls(
            names=batch.name.values,
            name=batch.name.codes[rows],
            seq=accounts.seq[code],
            day=placed.day[rows],
            at=placed.at[rows],
            looked=accounts.looked[code],
        )


def _count_again(importing: Importing, series: dict[Series, int], concerned: _Concerned) -> None:
    """Marks the accounts, and works out the days' counts and sums from the rows that are there now."""
    importing.touch(np.unique(concerned.seq).tolist())
    importing.begins(concerned.seq, concerned.day)
    looked = dict(zip(concerned.seq.tolist(), concerned.looked.tolist(), strict=True))
    spans, last_at = {}, {}
    for code, name in enumerate(concerned.names):
        of_name = concerned.name == code
        if not of_name.any():
            continue
        seq, day = concerned.seq[of_name], concerned.day[of_name]
        spans[name] = (int(day.min()), int(day.max()))
        last_at[name] = int(concerned.at[of_name].max())
        for block in np.unique(seq // BLOCK).tolist():
            here = seq // BLOCK == block
            lane = Lane(frozenset(seq[here].tolist()), (int(day[here].min()), int(day[here].max())))
            for said in count_again(
                importing.connection, name, series, lane, looked, importing.catalog, importing.company_zone
            ):
                merge(importing.connection, said, importing.at, lambda: importing.import_id)
    importing.recorded(spans, last_at)
