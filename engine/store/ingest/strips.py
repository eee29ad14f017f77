"""New events in; the strips that hold the same by columns, out."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import Connection, select, tuple_

from engine.batches import Ints
from engine.store.database import portions
from engine.store.ingest.odd_events import Place
from engine.store.strips import NOTHING, Property, Strip, joined, pack, said, taken, unpack
from engine.store.tables.accounts import BLOCK
from engine.store.tables.records import StripRow
from engine.store.tables.series import SPAN
from engine.store.writing import upsert

STRIP = StripRow.__table__  # type: ignore[attr-defined]
MOST = 1_000_000
"""Events that are kept back, so that a strip is written once and not for each piece of a file."""
AT_ONCE = 1_000
NOBODY = -1


@dataclass(slots=True)
class Strips:
    """Gathers an import's new events; what is gathered is written when it is much, and by `write` in the end.

    The blocks of their accounts are locked.
    """

    connection: Connection
    seen: Callable[[Mapping[Place, Sequence[Strip]]], None]
    """Told of what is about to be written."""
    _new: dict[Place, list[Strip]] = field(default_factory=lambda: defaultdict(list))
    _count: int = 0

    def add(
        self,
        names: Sequence[str],
        seq: Ints,
        day: Ints,
        at: Ints,
        contact: Sequence[int | None],
        properties: Sequence[str],
        arrived: int,
    ) -> None:
        """E events; `properties` are texts of JSON."""
        numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
        name = np.array([numbers[one] for one in names], dtype=np.int64)
        whole = strip_of(seq, day, at, contact, np.full(len(seq), arrived, dtype=np.int64), properties)
        order = np.lexsort((day // SPAN, seq // BLOCK, name))
        places = np.stack([name, seq // BLOCK, day // SPAN])[:, order]
        begins = np.flatnonzero(np.any(np.diff(places, prepend=-(2**60)) != 0, axis=0))
        called = list(numbers)
        for begin, end in zip(begins.tolist(), [*begins[1:].tolist(), len(order)], strict=True):
            which, block, span = places[:, begin].tolist()
            own = whole.only(order[begin:end])
            self._new[called[which], block, span].append(_without_blank(own))
        self._count += len(seq)
        if self._count >= MOST:
            self.write()

    def write(self) -> None:
        self.seen(self._new)
        for some in portions(sorted(self._new), AT_ONCE):
            stored = _stored(self.connection, some)
            rows = [
                {
                    "name": place[0],
                    "block": place[1],
                    "span": place[2],
                    "events": pack(joined([*stored.get(place, ()), *self._new[place]])),
                }
                for place in some
            ]
            upsert(self.connection, STRIP, ["name", "block", "span"], rows)
        self._new.clear()
        self._count = 0


def strip_of(
    seq: Ints, day: Ints, at: Ints, contact: Sequence[int | None], arrived: Ints, properties: Sequence[str]
) -> Strip:
    """E events in their order, perhaps of several blocks and spans; `properties` are texts of JSON."""
    return Strip(
        lane=seq % BLOCK,
        day=day % SPAN,
        at=at,
        contact=np.array([NOBODY if one is None else one for one in contact], dtype=np.int64),
        arrived=arrived,
        properties=_columns(properties),
    )


def _columns(properties: Sequence[str]) -> dict[str, Property]:
    """Each property as a column; what is said often is read once."""
    numbered: dict[str, int] = {}
    codes = np.fromiter((numbered.setdefault(text, len(numbered)) for text in properties), np.int64, len(properties))
    parsed = [json.loads(text) for text in numbered]
    names = dict.fromkeys(name for one in parsed for name in one)
    return {name: taken(said([one.get(name) for one in parsed]), codes) for name in names}


def _without_blank(strip: Strip) -> Strip:
    """Other events have other properties."""
    kept = {
        name: column
        for name, column in strip.properties.items()
        if not (np.isnan(column).all() if isinstance(column, np.ndarray) else (column.codes == NOTHING).all())
    }
    return Strip(strip.lane, strip.day, strip.at, strip.contact, strip.arrived, kept)


def _stored(connection: Connection, places: Sequence[Place]) -> dict[Place, list[Strip]]:
    key = tuple_(STRIP.c.name, STRIP.c.block, STRIP.c.span)
    rows = connection.execute(select(STRIP).where(key.in_(places))).all()
    return {(row.name, row.block, row.span): [unpack(row.events)] for row in rows}
