"""A file in pieces of any size is the same file: the same counts, refusals and rows, on both databases."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.batches import Ingested, Refusal
from engine.snapshot import Series
from engine.sources.reading import read_file
from engine.sources.tables import PIECE
from engine.sources.targets import REQUIRED, ImportOptions
from engine.store.database import Database
from engine.store.emptying import empty
from engine.store.ingest.ingest import Ingest
from engine.store.ingest.pieces import Pieces
from engine.store.strips import unpack
from tests.store.records import (
    CATALOG,
    NOW,
    TABLES,
    ZONE,
    accounts,
    arrival,
    entries,
    events,
    look,
    observations,
    put,
    rows_of,
    said_of,
)

ACCOUNTS = ("acme", "zen", "other-name-of-acme", "late", "late", "")
TIMES = ("2026-11-19", "2026-11-20", "2026-11-20T09:00", "2026-11-20T21:30Z", "2026-10-03", "2026-12-24", "soon")
UNORDERED = ("contact", "series", "correction", "change")
"""Tables whose rows may come in any order: what they say tells which they are."""
SERIES = [Series("count", "login"), Series("sum", "order", "amount")]
Row = dict[str, str]


def observation(random: Random) -> Row:
    metric = random.choice(["users", "users", "nps", "user"])
    contact = random.choice(["kim@acme.example", "lee@acme.example"]) if metric == "nps" else ""
    value = random.choice(["1", "2", "3.5", "x"])
    return {**dated(random), "metric": metric, "contact": random.choice([contact] * 9 + [""]), "value": value}


def wide_observation(random: Random) -> Row:
    contact = random.choice(["", "kim@acme.example"])
    said = {"users": random.choice(["", "1", "2"]), "nps": random.choice(["", "7", "8", "x"])}
    return {**dated(random), "contact": contact, **(said if random.random() < 0.2 else said | no_other(contact))}


def no_other(contact: str) -> Row:
    return {"users": ""} if contact else {"nps": ""}


def event(random: Random) -> Row:
    said = {"event": "login", "amount": "", "system": ""}
    if random.random() < 0.6:
        system = random.choice(["", "web", 'two "lines"\nof it'])
        said = {"event": "order", "amount": random.choice(["", "1", "0.1"]), "system": system}
    contact = random.choice(["", "kim@acme.example", "lee@acme.example"])
    return {**dated(random), **said, "id": random.choice(["", "", "e1", "e2", "e3"]), "contact": contact}


def fact(random: Random) -> Row:
    until, role = random.choice(["", "2026-12-01"]), random.choice(["", "CEO", "a\nlong role"])
    id_ = random.choice(["", "", "f1", "f2"])
    return {**dated(random), "fact": "leadership_change", "id": id_, "until": until, "role": role}


def account(random: Random) -> Row:
    zone = random.choice(["", "Europe/Paris", "Mars/Base"])
    said = {"plan": random.choice(["", "pro", "basic"]), "seats": random.choice(["", "5", "many"])}
    date = random.choice(["", "2026-05-01", "2026-06-01"])
    return {
        "id": random.choice(["acme", "zen", "new", "newer", "late"]),
        "timezone": zone,
        **said,
        "payment_date": date,
    }


def contact(random: Random) -> Row:
    email = random.choice(["kim@acme.example", "lee@acme.example", "nobody"])
    name, role = random.choice(["", "Kim", "Kim, the\nfirst"]), random.choice(["", "admin"])
    return {"account": random.choice(ACCOUNTS), "email": email, "name": name, "role": role}


def dated(random: Random) -> Row:
    return {"account": random.choice(ACCOUNTS), "at": random.choice(TIMES)}


MAKERS = {
    "observations": observation,
    "wide observations": wide_observation,
    "events": event,
    "facts": fact,
    "accounts": account,
    "contacts": contact,
}


@dataclass(frozen=True)
class File:
    """A file that says many things more than once, some of them wrong."""

    path: Path
    kind: str
    content: str

    @classmethod
    def drawn(cls, folder: Path, made: str, random: Random) -> "File":
        rows = [MAKERS[made](random) for _ in range(random.randint(1, 60))]
        if random.random() < 0.3:
            # A record need not have all keys, and those of the last are seen last.
            kept = {"at", *REQUIRED[made.split()[-1]]}
            lines = [json.dumps({key: value for key, value in row.items() if value or key in kept}) for row in rows]
            return cls(folder / "said.jsonl", made.split()[-1], "".join(f"{line}\n" for line in lines))
        stream = io.StringIO()
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator=random.choice(["\n", "\r\n"]))
        writer.writeheader()
        for row in rows:
            writer.writerow(row)
            stream.write(random.choice([""] * 9 + ["one cell\n", "\n"]))
        return cls(folder / "said.csv", made.split()[-1], stream.getvalue())

    def put(self, database: Database, piece: int, *, keep_good: bool) -> Ingested:
        self.path.write_text(self.content, newline="")
        with Pieces() as pieces:
            refused: list[Refusal] = []
            for read in read_file(self.path, ImportOptions(self.kind), CATALOG, ZONE, piece):
                refused += read.refused
                if read.batch is not None:
                    pieces.add(read.batch)
            done = Ingest(database).apply([pieces], CATALOG, arrival(keep_good=keep_good), ZONE, SERIES)
        return replace(done, refused=tuple(sorted((*refused, *done.refused))), import_id=None)


def begin(database: Database) -> None:
    """Two accounts that were looked at, one of them with two names; what waits, and what is known already."""
    empty(database)
    put(database, accounts("acme", "zen"), entries("aliases", {"account": "acme", "alias": "other-name-of-acme"}))
    put(database, observations(("acme", "2026-11-20", 2), ("zen", "2026-10-03", 1), ("late", "2026-11-19", 1)))
    put(database, events({"account": "acme", "at": "2026-11-20", "id": "e1"}), series=SERIES[:1])
    look(database, NOW)


def written(database: Database) -> dict[str, list[str]]:
    """All rows; instead of the numbers that a database gives out, what they stand for, or their order."""
    numbers = {
        "contact_id": {
            id_: (seq, email) for id_, seq, email in rows_of(database, "contact", "id", "account_seq", "email")
        },
        "series_id": dict(rows_of(database, "series", "id", "key")),
        "import_id": {id_: place for place, id_ in enumerate(rows_of(database, "import", "id"))},
    }
    numbers["made_by"] = numbers["import_id"]
    numbers["due_for"] = {f"import {id_}": place for id_, place in numbers["import_id"].items()}
    found = {}
    for name, table in TABLES.items():
        rows = [dict(zip(table.c.keys(), row, strict=True)) for row in rows_of(database, name)]
        for place, row in enumerate(rows):
            row.update({key: known.get(row[key]) for key, known in numbers.items() if key in row})
            if "id" in row and name != "account":
                row["id"] = None if name in UNORDERED else place
        if name == "change":
            rows = [{**row, "entity": named(row, numbers["contact_id"])} for row in rows]
        if name == "held":
            rows = [{**row, "earlier": said_earlier(row["earlier"], numbers["import_id"])} for row in rows]
        if name == "strip":
            rows = [{**row, "events": told(row["events"], numbers["contact_id"])} for row in rows]
        found[name] = sorted(map(str, rows))
    return found


def named(row: Mapping[str, str], contacts: Mapping[int, object]) -> object:
    """What changed; of what a contact said, with the contact for its number."""
    account, *of = row["entity"].split("/")
    return (account, contacts[int(of[0])], *of[1:]) if row["kind"] == "observation" else row["entity"]


def said_earlier(
    earlier: Sequence[tuple[int, object]] | None, imports: Mapping[int, object]
) -> list[tuple[object, object]]:
    """What earlier imports said of a record that waits, with their order for their numbers."""
    return [(imports[number], record) for number, record in earlier or ()]


def told(blob: bytes, contacts: Mapping[int, object]) -> object:
    """The events of a strip."""
    strip = unpack(blob)
    contact = [contacts.get(number) for number in strip.contact.tolist()]
    properties = {name: said_of(strip.properties[name]) for name in sorted(strip.properties)}
    return strip.lane.tolist(), strip.day.tolist(), strip.at.tolist(), contact, strip.arrived.tolist(), properties


@pytest.mark.parametrize("made", MAKERS)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), piece=st.integers(1, 80), keep_good=st.booleans())
def test_a_file_in_pieces_is_the_same_file(
    database: Database, tmp_path: Path, made: str, seed: int, piece: int, keep_good: bool
) -> None:
    file, found = File.drawn(tmp_path, made, Random(seed)), []
    for size in (PIECE, piece):
        begin(database)
        done = file.put(database, size, keep_good=keep_good)
        before = written(database)
        late = put(database, accounts("late"), series=SERIES)
        found.append((done, before, replace(late, import_id=None), written(database)))

    assert found[1] == found[0]


@pytest.mark.parametrize("piece", [PIECE, 1])
def test_an_import_that_comes_back_to_what_waits_has_said_nothing(
    database: Database, tmp_path: Path, piece: int
) -> None:
    first = put(database, observations(("late", "2026-11-20", 5))).import_id
    lines = ["account,metric,at,value", "late,users,2026-11-20,6", "late,users,2026-11-20,5"]
    File(tmp_path / "said.csv", "observations", "\n".join(lines)).put(database, piece, keep_good=False)

    assert rows_of(database, "held", "record", "import_id", "earlier") == [
        ({"account": "late", "contact": None, "metric": "users", "at": [20777, True], "value": 5.0}, first, None)
    ]
