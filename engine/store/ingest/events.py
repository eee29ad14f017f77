"""Events in; their rows, and the counts and sums of the days that they touch, out."""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from engine.arithmetic.each_once import each_once
from engine.batches import Events, Ints
from engine.snapshot import Series
from engine.store.accounts import UNKNOWN, Accounts
from engine.store.database import portions, rows_in
from engine.store.held import Waiting, contents, hold
from engine.store.ingest.cells import merge
from engine.store.ingest.contacts import contact_ids
from engine.store.ingest.context import Importing, Known, as_json
from engine.store.ingest.days import Placed, place
from engine.store.ingest.derived import follow_events
from engine.store.ingest.hashes import digest, plain_text
from engine.store.ingest.odd_events import Place, numbers_beside
from engine.store.ingest.pieces import Pieces
from engine.store.ingest.series import EVENT, Lane, count_again, counted
from engine.store.ingest.strips import Strips
from engine.store.spool import Spool
from engine.store.strips import Strip
from engine.store.tables.accounts import BLOCK
from engine.store.writing import upsert

BEGINS = 8
"""Bytes at the beginning of a key by which repeated ones are found."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Events of a piece, by their place in its batch.

    `key`: what it is known by, the same for events that may be the same thing. `properties`: as the store keeps them.
    """

    batch: Events
    index: list[int]
    key: list[bytes]
    content: list[bytes]
    properties: list[str]

    def __len__(self) -> int:
        return len(self.index)

    def only(self, places: list[int]) -> "_Piece":
        return _Piece(
            self.batch,
            [self.index[place] for place in places],
            [self.key[place] for place in places],
            [self.content[place] for place in places],
            [self.properties[place] for place in places],
        )


@dataclass(slots=True)
class _Seen:
    """What the file has said so far of what it says more than once."""

    repeated: frozenset[bytes]
    """How the keys begin that stand in it more than once."""
    times: Counter[bytes] = field(default_factory=Counter)
    contents: dict[bytes, bytes] = field(default_factory=dict)

    def is_repeated(self, key: bytes) -> bool:
        return key[:BEGINS] in self.repeated

    def how_manieth(self, key: bytes) -> int:
        if not self.is_repeated(key):
            return 1
        self.times[key] += 1
        return self.times[key]


def apply_events(importing: Importing, pieces: Pieces, known: Known) -> None:
    """In the order of the file, so that of what it says more than once the first is what is kept."""
    with Spool() as checked, Spool() as new:
        marks = []
        for batch in pieces:
            piece = _checked(importing, batch, known)
            marks.append(np.frombuffer(b"".join(key[:BEGINS] for key in piece.key), dtype=np.uint64))
            checked.put(0, piece)
        begins, times = np.unique(np.concatenate(marks), return_counts=True)
        seen = _Seen(frozenset(begin.tobytes() for begin in begins[times > 1]))
        for piece in checked.of(0):
            new.put(0, _new(importing, piece, seen))
        importing.checked()
        _apply(importing, pieces, known, new)


def _apply(importing: Importing, pieces: Pieces, known: Known, new: Spool) -> None:
    series, concerned = dict[Series, int](), _Concerned()
    strips = Strips(importing.connection, lambda new: _set_beside(importing, new))
    for piece in new.of(0):
        accounts = known.only(piece.batch.account.values)
        is_known = (accounts.seq[piece.batch.account.codes] != UNKNOWN).tolist()
        _hold(importing, piece.only([place_ for place_, index in enumerate(piece.index) if not is_known[index]]))
        there = piece.only([place_ for place_, index in enumerate(piece.index) if is_known[index]])
        if len(there):
            series = series or _counted(importing, pieces)
            _write(importing, there, accounts, concerned, strips)
        importing.progress(len(piece.batch.places.line))
    strips.write()
    _count_again(importing, series, concerned)


def _set_beside(importing: Importing, new: Mapping[Place, Sequence[Strip]]) -> None:
    if not importing.arrival.history:
        for name, one in numbers_beside(importing.connection, importing.catalog, new):
            importing.set_beside(name, one)


def _counted(importing: Importing, pieces: Pieces) -> dict[Series, int]:
    """Before the first new row: what is filled is as it was, and what the rows add is a correction like any other."""
    return counted(importing.connection, pieces.names, importing.series)


def _checked(importing: Importing, batch: Events, known: Known) -> _Piece:
    """What each record is known by, where it is not dated ahead."""
    accounts = known.only(batch.account.values)
    placed = place(batch.when, accounts.zones, accounts.zone[batch.account.codes])
    index = np.flatnonzero(importing.refuse_ahead(batch.places, placed.at))
    names, ids, contacts = batch.name.texts(), batch.id.texts(), batch.contact.texts()
    codes, at, is_day = batch.account.codes.tolist(), batch.when.at.tolist(), batch.when.date_only.tolist()
    piece = _Piece(replace(batch, properties=()), index.tolist(), [], [], [])
    for row in piece.index:
        said = plain_text({prop: as_json(value) for prop, value in batch.properties[row].items()})
        name, id_, account = str(names[row]), ids[row], accounts.meant[codes[row]]
        content = digest(account, name, f"{at[row]} {is_day[row]}", contacts[row] or "", said)
        piece.key.append(content if id_ is None else digest("event", name, id_))
        piece.content.append(content)
        piece.properties.append(said)
    return piece


def _new(importing: Importing, piece: _Piece, seen: _Seen) -> _Piece:
    """Those that are not stored; the same again is unchanged, other content under an id that is taken is refused.

    From here on each has its own key: by its name and id, or by all that it says and as the how-manieth that says it.
    """
    batch = piece.batch
    has_id = (batch.id.codes >= 0).tolist()
    keys = [
        key if has_id[index] else digest("event", str(seen.how_manieth(key)), key.hex())
        for index, key in zip(piece.index, piece.key, strict=True)
    ]
    stored = _stored(importing, keys)
    waiting = contents(importing.connection, keys)
    new = []
    for place_, (index, key, content) in enumerate(zip(piece.index, keys, piece.content, strict=True)):
        before = stored.get(key) or seen.contents.get(key)
        if (before or content) != content or waiting.get(key, content) != content:
            name, id_ = batch.name.text(index), batch.id.text(index)
            reason = f"event {name!r} with the id {id_!r} is known with other content: give it an id of its own"
            importing.refuse(batch.places, index, reason)
        elif before:
            importing.count("unchanged")
        else:
            if seen.is_repeated(key):
                seen.contents[key] = content
            new.append(place_)
    return replace(piece, key=keys).only(new)


def _stored(importing: Importing, identities: Collection[bytes]) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for some in portions(identities):
        found.update(rows_in(importing.connection, (EVENT.c.identity, EVENT.c.content), some))
    return found


def _hold(importing: Importing, piece: _Piece) -> None:
    batch, waiting = piece.batch, []
    for index, key, content, properties in zip(piece.index, piece.key, piece.content, piece.properties, strict=True):
        account = str(batch.account.text(index))
        record = {
            "account": account,
            "name": batch.name.text(index),
            "id": batch.id.text(index),
            "contact": batch.contact.text(index),
            "at": [int(batch.when.at[index]), bool(batch.when.date_only[index])],
            "properties": json.loads(properties),
            "content": content.hex(),
        }
        waiting.append(Waiting(account, key, record))
    hold(importing, "events", waiting, replaces=False)


def _write(importing: Importing, piece: _Piece, accounts: Accounts, concerned: "_Concerned", strips: Strips) -> None:
    batch = piece.batch
    placed = place(batch.when, accounts.zones, accounts.zone[batch.account.codes])
    _concern(importing, batch, placed, accounts, np.array(piece.index, dtype=np.int64), concerned)
    seq = accounts.seq[batch.account.codes].tolist()
    names, ids, contacts_ = batch.name.texts(), batch.id.texts(), batch.contact.texts()
    emails = [contacts_[index] for index in piece.index]
    named = [(seq[index], email) for index, email in zip(piece.index, emails, strict=True) if email is not None]
    contacts = contact_ids(importing, named)
    day, at = placed.day.tolist(), placed.at.tolist()
    arrived = {"arrived_at": importing.at, "import_id": importing.import_id}
    rows: list[dict[str, Any]] = [
        {
            "identity": key,
            "content": content,
            "name": names[index],
            "account_seq": seq[index],
            "day": day[index],
            "at": at[index],
            "contact_id": None if email is None else contacts[seq[index], email],
            "source_id": ids[index],
            "properties": properties,
            **arrived,
        }
        for index, key, content, properties, email in zip(
            piece.index, piece.key, piece.content, piece.properties, emails, strict=True
        )
    ]
    upsert(importing.connection, EVENT, ["identity"], rows, [])
    strips.add(
        [row["name"] for row in rows],
        accounts.seq[batch.account.codes][piece.index],
        placed.day[piece.index],
        placed.at[piece.index],
        [row["contact_id"] for row in rows],
        piece.properties,
        importing.at,
    )
    follow_events(importing, rows, accounts)
    importing.count("applied", len(rows))


@dataclass(slots=True)
class _Concerned:
    """The accounts of new events, and from which to which day these lie, by event and block."""

    lanes: dict[tuple[str, int], Lane] = field(default_factory=dict)
    looked: dict[int, int] = field(default_factory=dict)
    """By number of the account."""

    def add(self, name: str, seq: Ints, day: Ints) -> None:
        for block in each_once(seq // BLOCK).tolist():
            here = seq // BLOCK == block
            lane = Lane(frozenset(seq[here].tolist()), (int(day[here].min()), int(day[here].max())))
            before = self.lanes.get((name, block))
            self.lanes[name, block] = lane if before is None else before.with_(lane)


def _concern(
    importing: Importing, batch: Events, placed: Placed, accounts: Accounts, rows: Ints, concerned: _Concerned
) -> None:
    """Marks the accounts of new events, and notes which of their days are to be counted again."""
    name, code = batch.name.codes[rows], batch.account.codes[rows]
    seq, day, at = accounts.seq[code], placed.day[rows], placed.at[rows]
    importing.touch(each_once(seq).tolist())
    importing.begins(seq, day)
    concerned.looked.update(zip(accounts.seq.tolist(), accounts.looked.tolist(), strict=True))
    for number in each_once(name).tolist():
        here = name == number
        importing.recorded(batch.name.values[number], day[here], int(at[here].max()))
        concerned.add(batch.name.values[number], seq[here], day[here])


def _count_again(importing: Importing, series: dict[Series, int], concerned: _Concerned) -> None:
    """Works out the days' counts and sums from the rows that are there now."""
    for (name, _), lane in sorted(concerned.lanes.items(), key=lambda item: item[0]):
        for said in count_again(importing.connection, name, series, lane, concerned.looked):
            merge(importing.connection, said, importing.at, lambda: importing.import_id)
