"""Accounts, contacts, teammates or aliases as columns in; each record with what it says, out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.batches import Entries, Unsaid
from engine.domain import Value
from engine.store.ingest.context import Importing

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Entry:
    """One record: where it stands, and what it says of each column that it has."""

    index: int
    columns: Mapping[str, Value | None]

    def text(self, column: str) -> str:
        return str(self.columns[column])


def entries(
    importing: Importing, batch: Entries, wrong: Callable[[Entry], str | None] = lambda _entry: None
) -> list[Entry]:
    """The records that can be: whose time zone, if they name one, is known, and of which nothing is `wrong`; the others
    are refused."""
    names = tuple(batch.columns)
    good = []
    for index, values in enumerate(zip(*batch.columns.values(), strict=True)):
        said = zip(names, values, strict=True)
        entry = Entry(index, {name: value for name, value in said if not isinstance(value, Unsaid)})
        reason = _unknown_zone(entry) or wrong(entry)
        if reason is None:
            good.append(entry)
        else:
            importing.refuse(batch.places, index, reason)
    return good


def latest(keys: Iterable[K], said: Iterable[Entry]) -> dict[K, Entry]:
    """What a file says of each thing, where several records speak of it: columns of later ones are laid over."""
    found: dict[K, Entry] = {}
    for key, entry in zip(keys, said, strict=True):
        before = found.get(key)
        found[key] = entry if before is None else Entry(entry.index, {**before.columns, **entry.columns})
    return found


def _unknown_zone(entry: Entry) -> str | None:
    zone = entry.columns.get("timezone")
    is_known = zone is None or is_zone(str(zone))
    return None if is_known else f"timezone {zone!r} is not known: use a name like Europe/Berlin"


def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
