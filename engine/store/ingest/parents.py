"""Accounts and aliases that come in; those by which no account comes to be above itself, out."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from engine.batches import Entries
from engine.family import circles_made
from engine.store.accounts import ACCOUNT, meant_by
from engine.store.among import among
from engine.store.family import parent_by_account
from engine.store.ingest.context import Importing
from engine.store.ingest.entry import Entry


def without_circles(importing: Importing, batch: Entries, said: Sequence[Entry]) -> list[Entry]:
    """The accounts whose parents can be; the others are refused. What a file says counts together."""
    named = [entry.text("parent") for entry in said if entry.columns.get("parent") is not None]
    if not named:
        return list(said)
    ids = meant_by(importing.connection, [entry.text("id") for entry in said])
    meant = dict(zip(named, meant_by(importing.connection, named), strict=True))
    parents = {
        entry.index: None if entry.columns["parent"] is None else meant[entry.text("parent")]
        for entry in said
        if "parent" in entry.columns
    }
    said_of = {id_: parents[entry.index] for id_, entry in zip(ids, said, strict=True) if entry.index in parents}
    made = circles_made(parent_by_account(importing.connection), said_of)
    good = []
    for id_, entry in zip(ids, said, strict=True):
        circle = made.get(id_)
        if circle is None or parents.get(entry.index) != (*circle, id_)[1]:
            good.append(entry)
        else:
            importing.refuse(batch.places, entry.index, _why(circle))
    return good


def _why(circle: Sequence[str]) -> str:
    id_ = circle[0]
    if len(circle) == 1:
        return f"{id_} can't be its own parent: leave parent empty"
    return f"{id_} can't be below {circle[1]}: {_way(circle)}. Mend the parent of one of them"


def _way(circle: Sequence[str]) -> str:
    return " → ".join((*circle, circle[0]))


def circles_by_aliases(importing: Importing, accounts: Mapping[str, str]) -> dict[str, str]:
    """Of the aliases that would make accounts parents of themselves, since these name their parents by them, why they
    can't be. `accounts`: by alias.
    """
    query = select(ACCOUNT.c.id, ACCOUNT.c.parent).where(among(ACCOUNT.c.parent, accounts))
    named: dict[str, str] = dict(importing.connection.execute(query).all())
    if not named:
        return {}
    said_of: dict[str, str | None] = {child: accounts[alias] for child, alias in named.items()}
    made = circles_made(parent_by_account(importing.connection), said_of)
    return {
        named[child]: f"{named[child]!r} can't stand for {accounts[named[child]]}, for {child} names its parent so: "
        f"{_way(circle)}. Mend that parent first"
        for child, circle in made.items()
    }
