"""A database with the past of forty blocks in; the same past as often as is wanted, under other ids, out."""

from dataclasses import replace

import numpy as np
from sqlalchemy import Connection, Table, insert, select, text

from engine.store.database import Database
from engine.store.strips import pack, unpack
from engine.store.tables.accounts import BLOCK, AccountRow, BlockRow, ContactRow
from engine.store.tables.records import StripRow
from engine.store.tables.series import ChunkRow


def multiply(database: Database, times: int, accounts: int) -> None:
    """`times`: what there is by the end, of what was there once: so many accounts, in whole blocks.

    Looks read events from strips alone, so the rows of `event` stay those of the first.
    """
    with database.writing() as connection:
        most = connection.execute(text("select coalesce(max(id), 0) from contact")).scalar_one()
        by_accounts, by_blocks = f"account_seq + k * {accounts}", f"block + k * {accounts // BLOCK}"
        _copy(connection, AccountRow, times, {"seq": f"seq + k * {accounts}", "id": "'x' || k || substr(id, 2)"})
        _copy(connection, ContactRow, times, {"id": f"id + k * {most}", "account_seq": by_accounts})
        _copy(connection, BlockRow, times, {"id": f"id + k * {accounts // BLOCK}"})
        _copy(connection, ChunkRow, times, {"block": by_blocks})
        _copy_strips(connection, times, accounts // BLOCK, most)


def _copy_strips(connection: Connection, times: int, blocks: int, contacts: int) -> None:
    """A strip names contacts by their numbers, which are others in each copy."""
    table: Table = StripRow.__table__  # type: ignore[attr-defined]
    for row in connection.execute(select(table)).all():
        strip = unpack(row.events)
        copies = (
            replace(strip, contact=np.where(strip.contact < 0, -1, strip.contact + k * contacts))
            for k in range(1, times)
        )
        rows = [
            {"name": row.name, "block": row.block + k * blocks, "span": row.span, "events": pack(copy)}
            for k, copy in enumerate(copies, 1)
        ]
        if rows:
            connection.execute(insert(table), rows)


def _copy(connection: Connection, row: type, times: int, changed: dict[str, str]) -> None:
    """Inserts the rows of a table again, with `k` from 1 on in what is changed."""
    table: Table = row.__table__  # type: ignore[attr-defined]
    quote = connection.dialect.identifier_preparer.quote
    names = [column.name for column in table.columns]
    copies = " union all ".join(f"select {k} as k" for k in range(1, times))
    taken = ", ".join(changed.get(name, quote(name)) for name in names)
    into = f"{quote(table.name)} ({', '.join(map(quote, names))})"
    connection.execute(text(f"insert into {into} select {taken} from {quote(table.name)}, ({copies}) as copies"))
