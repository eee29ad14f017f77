"""A seed in; the files of a company for `import`, up to the evening before the measured day and of that day, out.

Each account and day has one value of every metric and three events in the mean, each of one of five contacts. Use
wavers around a level of the account's own. On the measured day something happens to `STORIES` of the accounts; what
else moves, moves because values drift.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Numbers = NDArray[np.float64]

METRICS = ("active_users", "uptime", "nps", "api_calls", "storage_gb", "open_invoices")
EVENTS = {"login": 1.6, "feature_used": 1.1, "ticket_opened": 0.1, "newsletter_opened": 0.2}
"""How many a day and account."""
FEATURES = np.array(["board", "export", "search", "sync", "report", "share", "alert", "plan", "chart"], dtype=object)
PRIORITIES = np.array(["low", "normal", "urgent"], dtype=object)
OWNERS = np.array([f"csm{number}@larkspur.example" for number in range(20)], dtype=object)
CONTACTS = 5
STORIES = 0.03
SILENT, NEW_LEADER, UNHAPPY, IN_TROUBLE, PUT_OFF, LEFT_BY_CHAMPION = 1, 2, 3, 4, 5, 6
SILENCE = 14
"""Days without a login that the rule `silence` speaks of."""
MANIFEST = "world.json"
ROWS = 1_000_000
"""Records in a file, about: an import holds one file in memory."""


@dataclass(frozen=True, slots=True)
class World:
    """The files by kind of import, in the order in which they come in."""

    past: tuple[tuple[str, Path], ...]
    measured_day: tuple[tuple[str, Path], ...]

    @classmethod
    def written(cls, folder: Path) -> "World | None":
        """What an earlier `write_world` left there."""
        manifest = folder / MANIFEST
        if not manifest.exists():
            return None
        past, measured_day = (
            tuple((kind, folder / name) for kind, name in files) for files in json.loads(manifest.read_text())
        )
        return cls(past, measured_day)


@dataclass(frozen=True, slots=True)
class _Accounts:
    """What stays of an account: one entry each."""

    ids: NDArray[np.object_]
    level: Numbers
    nps: Numbers
    story: Ints

    def __len__(self) -> int:
        return len(self.ids)


def write_world(
    folder: Path,
    *,
    accounts: int,
    until: date,
    days: int = 180,
    metrics: tuple[str, ...] = METRICS,
    events: Mapping[str, float] = EVENTS,
    seed: int = 7,
) -> World:
    """Writes the files. `until` is the measured day; the same arguments give the same files."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([seed, 0])
    company = _Accounts(
        ids=np.array([f"a{number:07d}" for number in range(accounts)], dtype=object),
        level=rng.lognormal(0, 0.5, accounts),
        nps=np.rint(rng.normal(35, 25, accounts).clip(-90, 95)),
        story=np.where(rng.random(accounts) < STORIES, rng.integers(SILENT, LEFT_BY_CHAMPION + 1, accounts), 0),
    )
    first = until - timedelta(days=days - 1)
    master = _accounts(rng, company, first)
    past = [
        ("teammates", _write(folder / "teammates.parquet", _teammates())),
        ("accounts", _write(folder / "accounts.parquet", master)),
    ]
    put_off = _put_off(master.filter(company.story == PUT_OFF))
    last = [
        ("facts", _write(folder / "facts.parquet", _facts(company, until))),
        ("accounts", _write(folder / "renewals.parquet", put_off)),
    ]
    if events:
        people = _contacts(company)
        past.append(("contacts", _write(folder / "contacts.parquet", people)))
        last.append(("contacts", _write(folder / "roles.parquet", _without_champion(company, people))))
    a_day = accounts * max(1.0, sum(events.values()))
    step = max(1, int(ROWS / a_day))
    spans = [(start, min(start + step, days - 1)) for start in range(0, days - 1, step)] + [(days - 1, days)]
    by_span = [list(_records(folder, company, first, span, days, metrics, events, seed)) for span in spans]
    past += [one for files in by_span[:-1] for one in files]
    world = World(tuple(past), (*by_span[-1], *last))
    said = [[(kind, path.name) for kind, path in files] for files in (world.past, world.measured_day)]
    (folder / MANIFEST).write_text(json.dumps(said))
    return world


def _write(path: Path, frame: pl.DataFrame) -> Path:
    frame.write_parquet(path)
    return path


def _teammates() -> pl.DataFrame:
    people = [*OWNERS.tolist(), "lead@larkspur.example"]
    return pl.DataFrame(
        {
            "email": people,
            "name": [email.partition("@")[0].title() for email in people],
            "manager": ["lead@larkspur.example"] * len(OWNERS) + [None],
            "slack_id": [f"U{number:05d}" for number in range(len(people))],
        }
    )


def _accounts(rng: np.random.Generator, company: _Accounts, first: date) -> pl.DataFrame:
    count = len(company)
    renewal = (rng.integers(0, 365, count) + np.datetime64(first + timedelta(days=200))).astype(object)
    return pl.DataFrame(
        {
            "id": company.ids.tolist(),
            "name": [f"Company {name}" for name in company.ids.tolist()],
            "owner": rng.choice(OWNERS, count).tolist(),
            "segment": rng.choice(["smb", "mid", "enterprise"], count),
            "plan": rng.choice(["starter", "pro", "scale"], count),
            "timezone": rng.choice(["Europe/Berlin", "America/New_York"], count, p=[0.8, 0.2]),
            "seats": rng.integers(3, 50, count),
            "value": rng.integers(1_000, 90_000, count),
            "currency": ["EUR"] * count,
            "since": [first - timedelta(days=400)] * count,
            "renewal_date": renewal.tolist(),
        }
    )


def _contacts(company: _Accounts) -> pl.DataFrame:
    ids = np.repeat(company.ids, CONTACTS)
    number = np.tile(np.arange(CONTACTS), len(company))
    return pl.DataFrame(
        {
            "account": ids.tolist(),
            "email": _emails(ids, number),
            "name": [f"Kim {one}" for one in number.tolist()],
            "role": np.array(["champion", "user"], dtype=object)[np.minimum(number, 1)].tolist(),
            "consent": [True] * len(ids),
        }
    )


def _put_off(accounts: pl.DataFrame) -> pl.DataFrame:
    return accounts.select("id", pl.col("renewal_date") + pl.duration(days=60))


def _without_champion(company: _Accounts, people: pl.DataFrame) -> pl.DataFrame:
    """Those who spoke for us with the accounts whose story that is are users from then on."""
    left = company.ids[company.story == LEFT_BY_CHAMPION].tolist()
    champions = people.filter(pl.col("account").is_in(left), pl.col("role") == "champion")
    return champions.select("account", "email", pl.lit("user").alias("role"))


def _emails(ids: NDArray[np.object_], number: Ints) -> list[str]:
    return [f"kim{one}@{account}.example" for account, one in zip(ids.tolist(), number.tolist(), strict=True)]


def _facts(company: _Accounts, until: date) -> pl.DataFrame:
    at = datetime.combine(until, time(9), UTC)
    ids = company.ids[company.story == NEW_LEADER].tolist()
    return pl.DataFrame({"account": ids, "at": at, "fact": "leadership_change", "role": "CTO"})


def _records(
    folder: Path,
    company: _Accounts,
    first: date,
    span: tuple[int, int],
    days: int,
    metrics: tuple[str, ...],
    events: Mapping[str, float],
    seed: int,
) -> Iterator[tuple[str, Path]]:
    """Observations and events of the days of a span."""
    begin = span[0]
    rng = np.random.default_rng([seed, 1, begin])
    frame = _observations(rng, company, first, span, days, metrics)
    yield "observations", _write(folder / f"observations-{begin:03d}.parquet", frame)
    if events:
        frames = [_events(rng, company, first, span, days, name, rate) for name, rate in events.items()]
        frame = pl.concat(frames, how="diagonal")
        yield "events", _write(folder / f"events-{begin:03d}.parquet", frame)


def _observations(
    rng: np.random.Generator,
    company: _Accounts,
    first: date,
    span: tuple[int, int],
    days: int,
    metrics: tuple[str, ...],
) -> pl.DataFrame:
    day = np.arange(*span)
    shape = (len(day), len(company))
    drawn = {
        "active_users": rng.poisson(8 * company.level, shape),
        "uptime": np.round(100 - rng.exponential(0.4, shape), 2).clip(0, 100),
        "nps": _nps(company, day, days),
        "api_calls": rng.poisson(40 * company.level, shape),
        "storage_gb": np.round(10 * company.level + day[:, None] * 0.01, 2),
        "open_invoices": np.broadcast_to((company.nps % 7 == 0).astype(np.int64), shape),
    }
    others = {name: rng.poisson(20 * company.level, shape) for name in metrics if name not in drawn}
    values = {name: ({**drawn, **others})[name].ravel() for name in metrics}
    dates = np.array([np.datetime64(first) + number for number in day.tolist()])
    ids = np.tile(company.ids, len(day)).tolist()
    return pl.DataFrame({"account": ids, "at": np.repeat(dates, len(company)), **values})


def _nps(company: _Accounts, day: Ints, days: int) -> Numbers:
    """Asked again and again, with the same answer; on the measured day some turn unhappy."""
    turned = (company.story == UNHAPPY) & (day[:, None] == days - 1)
    return np.where(turned, -40.0, np.broadcast_to(company.nps, (len(day), len(company))))


def _events(
    rng: np.random.Generator,
    company: _Accounts,
    first: date,
    span: tuple[int, int],
    days: int,
    name: str,
    rate: float,
) -> pl.DataFrame:
    day = np.arange(*span)
    number = rng.poisson(rate * company.level / company.level.mean(), (len(day), len(company)))
    if name == "login":
        silent_from = days - SILENCE
        last = (day[:, None] == silent_from - 1) & (company.story == SILENT)
        number = np.where((company.story == SILENT) & (day[:, None] >= silent_from), 0, np.where(last, 1, number))
    if name == "ticket_opened":
        number = np.where((company.story == IN_TROUBLE) & (day[:, None] == days - 1), 5, number)
    day_of, row = (np.repeat(one, number.ravel()) for one in np.indices(number.shape).reshape(2, -1))
    count = len(row)
    # Until 18:00, so that nothing lies after the look in the evening.
    at = np.datetime64(first, "s") + (day_of + span[0]) * 86_400 + rng.integers(7 * 3600, 18 * 3600, count)
    frame = pl.DataFrame(
        {
            "account": company.ids[row].tolist(),
            "at": pl.Series(at.astype("datetime64[ms]")).dt.replace_time_zone("UTC"),
            "event": pl.repeat(name, count, eager=True),
            "contact": _emails(company.ids[row], np.minimum(rng.geometric(0.35, count) - 1, CONTACTS - 1)),
        }
    )
    said = {
        "login": lambda: pl.Series("minutes", rng.integers(1, 60, count)),
        "feature_used": lambda: pl.Series("feature", FEATURES[rng.integers(0, len(FEATURES), count)].tolist()),
        "ticket_opened": lambda: pl.Series("priority", PRIORITIES[rng.integers(0, 3, count)].tolist()),
    }.get(name)
    return frame.with_columns(said()) if said else frame
