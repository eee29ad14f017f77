"""What is due in; the lanes on which it is worked, and what lies on a lane, out.

A lane is a name: `block 17`, `shard 3` (20 blocks), `findings`, `slack #cs`, `email 2`. One worker at a time works on
it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, select

from engine.clock import microseconds
from engine.store.database import Database
from engine.store.delivery_rows import OPEN, SLACK
from engine.store.tables.accounts import BLOCK
from engine.store.tables.runs import DeliveryRow

DELIVERY = DeliveryRow.__table__  # type: ignore[attr-defined]

SHARD = 20
"""Blocks that are looked at together. More would take more memory, and no less time."""
SHARD_ACCOUNTS = SHARD * BLOCK
MANY = 8
"""So many due blocks of a shard are looked at together: one reading costs less than eight."""
FINDINGS = "findings"
"""The lane of what is found out beside the accounts, once a day."""
EMAIL_LANES = 4
"""Mail has no order to keep; it goes along so many lanes at once."""


def look_lanes(due_blocks: Iterable[int]) -> Iterator[str]:
    """The lanes of blocks that are due: each its own, or its shard's where many of it are."""
    blocks = sorted(due_blocks)
    due_in = Counter(block // SHARD for block in blocks)
    yield from (f"shard {shard}" for shard, count in due_in.items() if count >= MANY)
    yield from (f"block {block}" for block in blocks if due_in[block // SHARD] < MANY)


def blocks_on(lane: str) -> range:
    """The blocks of `block 17` or `shard 3`."""
    kind, number = lane.split()
    width = SHARD if kind == "shard" else 1
    return range(int(number) * width, int(number) * width + width)


def is_on(lane: Any) -> ColumnElement[bool]:
    """Whether a delivery goes along a lane, or that which a parameter stands for."""
    mine: ColumnElement[bool] = _lane() == lane
    return mine


def due_deliveries(database: Database, now: datetime) -> list[str]:
    """The lanes on which a message is due."""
    due = select(_lane()).where(DELIVERY.c.try_at <= microseconds(now), DELIVERY.c.state.in_(OPEN)).distinct()
    with database.asking() as connection:
        return sorted(connection.execute(due).scalars())


def _lane() -> ColumnElement[Any]:
    by_number = cast(DELIVERY.c.id % EMAIL_LANES, String)
    return case((DELIVERY.c.channel == SLACK, "slack " + DELIVERY.c.to), else_="email " + by_number)
