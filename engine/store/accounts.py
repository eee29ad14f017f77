"""Ids as they came in; the accounts that they mean, locked and marked as due, out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, Update, case, func, or_, select, text, update

from engine.batches import Ints
from engine.clock import local_day, moment
from engine.store.among import among
from engine.store.kept import kept
from engine.store.tables.accounts import BLOCK, AccountRow, AliasRow, BlockRow
from engine.store.writing import alter, upsert

ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]
ALIAS = AliasRow.__table__  # type: ignore[attr-defined]
BLOCKS = BlockRow.__table__  # type: ignore[attr-defined]
UNKNOWN = -1
NEVER = -(2**40)
"""The day of the last look at an account that was never looked at."""
ENTRY_LOCK = 7_305_128
"""Taken on PostgreSQL while accounts, contacts, teammates and aliases come in: numbers are given out one by one."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Entry i of everything belongs to `ids[i]`, an id as it came."""

    ids: tuple[str, ...]
    meant: tuple[str, ...]
    """The id after aliases."""
    seq: Ints
    """−1: there is no such account."""
    zones: tuple[str, ...]
    zone: Ints
    """The account's own zone in `zones`, else the company's."""
    looked: Ints
    """The account's day of its last look; NEVER where there was none."""

    def zone_of(self, index: int) -> str:
        return self.zones[int(self.zone[index])]

    def only(self, index: Ints) -> "Accounts":
        """Those at these places."""
        places = index.tolist()
        return Accounts(
            ids=tuple(self.ids[place] for place in places),
            meant=tuple(self.meant[place] for place in places),
            seq=self.seq[index],
            zones=self.zones,
            zone=self.zone[index],
            looked=self.looked[index],
        )


def lock_entries(connection: Connection) -> None:
    """Lets one import of accounts, contacts, teammates or aliases after the other."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ENTRY_LOCK})


@dataclass(frozen=True, slots=True)
class Meant:
    """Ids as they came, the ids that they stand for after aliases, and the numbers of those that there are."""

    ids: tuple[str, ...]
    meant: tuple[str, ...]
    seqs: Mapping[str, int]

    @classmethod
    def by(cls, connection: Connection, ids: Collection[str]) -> "Meant":
        meant = meant_by(connection, ids)
        return cls(tuple(ids), meant, _seqs(connection, set(meant)))

    @property
    def unknown(self) -> tuple[str, ...]:
        """The ids that stand for no account."""
        return tuple(id_ for id_, meant in zip(self.ids, self.meant, strict=True) if meant not in self.seqs)


def wait_for_entries(connection: Connection, ids: Collection[str]) -> Meant:
    """Who is meant. Where one is unknown: lets accounts that are coming in come first, and others wait.

    Else a record could be held just after its account had released what was held for it.
    """
    said = Meant.by(connection, ids)
    if connection.dialect.name != "postgresql" or not said.unknown:
        return said
    connection.execute(text("select pg_advisory_xact_lock_shared(:key)"), {"key": ENTRY_LOCK})
    return Meant.by(connection, ids)


def locked(connection: Connection, said: Meant, company_zone: str) -> Accounts:
    """The accounts that are meant, the blocks of which are locked from here on."""
    meant, seqs = said.meant, said.seqs
    lock_blocks(connection, {seq // BLOCK for seq in seqs.values()})
    known = _details(connection, seqs.values())
    zones = tuple(dict.fromkeys([company_zone, *(zone for zone, _ in known.values() if zone)]))
    number = {zone: index for index, zone in enumerate(zones)}
    seq = [seqs.get(id_, UNKNOWN) for id_ in meant]
    own = [known.get(one, (None, None)) for one in seq]
    looked = [_looked_on(zone or company_zone, last) for zone, last in own]
    return Accounts(
        said.ids,
        meant,
        np.array(seq, dtype=np.int64),
        zones,
        np.array([number[zone or company_zone] for zone, _ in own], dtype=np.int64),
        np.array(looked, dtype=np.int64),
    )


def meant_by(connection: Connection, ids: Collection[str]) -> tuple[str, ...]:
    """The ids that they stand for, after aliases."""
    aliases: dict[str, str] = dict(connection.execute(*_aliases(ids=ids)).all())
    return tuple(aliases.get(id_, id_) for id_ in ids)


@kept
def _aliases(ids: Any) -> Select[Any]:
    return select(ALIAS.c.alias, ALIAS.c.account).where(among(ALIAS.c.alias, ids))


def _seqs(connection: Connection, ids: Collection[str]) -> dict[str, int]:
    return dict(connection.execute(*_seqs_of(ids=ids)).all())


@kept
def _seqs_of(ids: Any) -> Select[Any]:
    return select(ACCOUNT.c.id, ACCOUNT.c.seq).where(among(ACCOUNT.c.id, ids))


def _details(connection: Connection, seqs: Collection[int]) -> dict[int, tuple[str | None, int | None]]:
    """Zone and last look by number."""
    return {seq: (zone, last) for seq, zone, last in connection.execute(*_details_of(seqs=seqs))}


@kept
def _details_of(seqs: Any) -> Select[Any]:
    return select(ACCOUNT.c.seq, ACCOUNT.c.timezone, ACCOUNT.c.last_look).where(among(ACCOUNT.c.seq, seqs))


def _looked_on(zone: str, last_look: int | None) -> int:
    return NEVER if last_look is None else local_day(moment(last_look), zone)


def looked_days(connection: Connection, seqs: Collection[int], company_zone: str) -> dict[int, int]:
    """By number, each account's own day of its last look; NEVER where there was none."""
    known = _details(connection, seqs)
    return {seq: _looked_on(zone or company_zone, last) for seq, (zone, last) in known.items()}


def lock_blocks(connection: Connection, blocks: Collection[int]) -> None:
    """Ascending, and before any account row, as everybody does it."""
    if blocks:
        connection.execute(*_locking(blocks=blocks)).all()


@kept
def _locking(blocks: Any) -> Select[Any]:
    return select(BLOCKS.c.id).where(among(BLOCKS.c.id, blocks)).order_by(BLOCKS.c.id).with_for_update()


def all_blocks(connection: Connection) -> list[int]:
    return list(connection.execute(select(BLOCKS.c.id).order_by(BLOCKS.c.id)).scalars())


def next_seq(connection: Connection) -> int:
    """The number of the next new account; `lock_entries` comes first."""
    return int(connection.execute(select(func.coalesce(func.max(ACCOUNT.c.seq) + 1, 0))).scalar_one())


def make_blocks(connection: Connection, seqs: Collection[int]) -> None:
    blocks = sorted({seq // BLOCK for seq in seqs})
    if blocks:
        upsert(connection, BLOCKS, ["id"], [{"id": block} for block in blocks])
        lock_blocks(connection, blocks)


def mark_due(
    connection: Connection,
    seqs: Collection[int],
    at: int,
    *,
    newest: int | None = None,
    seed_next: bool = False,
    due_for: str | None = None,
) -> None:
    """Something arrived for them at that moment (microseconds). `newest`: what is said is of a later one; `due_for`:
    the import that it arrived with, where that concerns several."""
    latest = at if newest is None else max(at, newest)
    if len(seqs) > 1:
        connection.execute(*_in_their_order(seqs=seqs)).all()
    if seqs:
        connection.execute(*_marked(seqs=seqs, now=at, latest=latest, cause=due_for, seeds=seed_next or None))


@kept
def _in_their_order(seqs: Any) -> Select[Any]:
    return select(ACCOUNT.c.seq).where(among(ACCOUNT.c.seq, seqs)).order_by(ACCOUNT.c.seq).with_for_update()


@kept
def _marked(seqs: Any, now: Any, latest: Any, cause: Any, seeds: Any) -> Update:
    """`seeds`: None leaves it."""
    sooner = or_(ACCOUNT.c.look_at.is_(None), ACCOUNT.c.look_at > now)
    later = or_(ACCOUNT.c.newest.is_(None), ACCOUNT.c.newest < latest)
    values = {
        "changed": ACCOUNT.c.changed + 1,
        "look_at": case((sooner, now), else_=ACCOUNT.c.look_at),
        "newest": case((later, latest), else_=ACCOUNT.c.newest),
        "due_for": cause,
    }
    return (
        update(ACCOUNT)
        .values(values | ({} if seeds is None else {"seed_next": seeds}))
        .where(among(ACCOUNT.c.seq, seqs))
    )


def mark_first(connection: Connection, first_days: Mapping[int, int]) -> list[tuple[str, int | None, int]]:
    """Keeps up the day of each account's oldest observation or event; id, old and new of those looked at before."""
    if not first_days:
        return []
    known = connection.execute(*_first_records(seqs=first_days)).all()
    earlier = [row for row in known if row.first_record is None or first_days[row.seq] < row.first_record]
    alter(connection, ACCOUNT, "seq", [{"seq": row.seq, "first_record": first_days[row.seq]} for row in earlier])
    return [(row.id, row.first_record, first_days[row.seq]) for row in earlier if row.first_look is not None]


@kept
def _first_records(seqs: Any) -> Select[Any]:
    columns = (ACCOUNT.c[name] for name in ("seq", "id", "first_record", "first_look"))
    return select(*columns).where(among(ACCOUNT.c.seq, seqs)).order_by(ACCOUNT.c.seq)
