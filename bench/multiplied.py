"""A database with the past of forty blocks in; the same past as often as is wanted, under other ids, out."""

from sqlalchemy import Connection, Table, text

from engine.store.database import Database
from engine.store.tables.accounts import BLOCK, AccountRow, BlockRow, ContactRow
from engine.store.tables.records import EventRow
from engine.store.tables.series import ChunkRow

AT_ONCE = 500_000
"""Events of the original that are copied in one transaction."""


def multiply(database: Database, times: int, accounts: int) -> None:
    """`times`: what there is by the end, of what was there once: so many accounts, in whole blocks.

    Events stay in the order in which they came, day by day.
    """
    with database.writing() as connection:
        most = connection.execute(text("select coalesce(max(id), 0) from contact")).scalar_one()
        contact = f"contact_id + k * {most}"
        by_accounts = f"account_seq + k * {accounts}"
        _copy(connection, AccountRow, times, {"seq": f"seq + k * {accounts}", "id": "'x' || k || substr(id, 2)"})
        _copy(connection, ContactRow, times, {"id": f"id + k * {most}", "account_seq": by_accounts})
        _copy(connection, BlockRow, times, {"id": f"id + k * {accounts // BLOCK}"})
        _copy(connection, ChunkRow, times, {"block": f"block + k * {accounts // BLOCK}"})
        connection.execute(text("drop index event_by_name"))
        last = connection.execute(text("select coalesce(max(id), 0) from event")).scalar_one()
    number = "id * 1000 + k"
    identity = (
        f"cast(printf('%016d', {number}) as blob)"
        if database.is_sqlite
        else f"decode(lpad(to_hex({number}), 32, '0'), 'hex')"
    )
    changed = {"identity": identity, "account_seq": by_accounts, "contact_id": contact}
    for first in range(0, last, AT_ONCE):
        where = f"where id > {first} and id <= {min(first + AT_ONCE, last)}"
        with database.writing() as connection:
            _copy(connection, EventRow, times, changed, without="id", where=where)
    with database.writing() as connection:
        for index in EventRow.__table__.indexes:  # type: ignore[attr-defined]
            index.create(connection)


def _copy(
    connection: Connection, row: type, times: int, changed: dict[str, str], *, without: str = "", where: str = ""
) -> None:
    """Inserts the rows of a table again, with `k` from 1 on in what is changed."""
    table: Table = row.__table__  # type: ignore[attr-defined]
    quote = connection.dialect.identifier_preparer.quote
    names = [column.name for column in table.columns if column.name != without]
    copies = " union all ".join(f"select {k} as k" for k in range(1, times))
    taken = ", ".join(changed.get(name, quote(name)) for name in names)
    into = f"{quote(table.name)} ({', '.join(map(quote, names))})"
    connection.execute(
        text(f"insert into {into} select {taken} from {quote(table.name)}, ({copies}) as copies {where}")
    )
