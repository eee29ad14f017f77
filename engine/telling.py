"""A look in; what templates may say about one account, as plain values, out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np

from engine.arithmetic.views import name_of, shown
from engine.clock import day_of
from engine.conditions.tree import Column
from engine.domain import Contact, Fact, Happening, Run, Teammate, Value
from engine.language.catalog import WEEKDAYS
from engine.language.measures import Show
from engine.language.views import LETTERS, Ladder
from engine.snapshot import Breakdown, Numbers, ScoreLook, Snapshot

CHANGES = (7, 14, 28)
"""Days over which `change_7d` and so on look back."""
PARTS = ("lifts", "drags")
MOST_PARTS = 3

ContactsOf = Callable[[int], Sequence[Contact]]
"""The contacts of a row's account, by email."""


class MeasureValues(Protocol):
    """What telling needs of the measures of a look."""

    def value(self, name: str) -> Column:
        """One entry per account."""

    def usual(self, name: str) -> Numbers | None:
        """The account's own usual; None for measures that have none."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What an active rule does to a score, for one account."""

    score: str
    rule: str
    by: str
    because: str
    author: str | None = None
    until: date | None = None


EffectsOf = Callable[[int], Sequence[Effect]]
"""What active rules do to the scores of a row's account."""


@dataclass(frozen=True, slots=True)
class MeasureTitle:
    """What a measure is called and how it is shown."""

    label: str
    show: Show = "number"


@dataclass(frozen=True, slots=True)
class Audience:
    """What all messages of a look share: names, people, titles."""

    snapshot: Snapshot
    scores: Mapping[str, ScoreLook]
    primary: str
    band_titles: Mapping[tuple[str, str], str]
    """(score, band) to its label."""
    measures: MeasureValues
    contacts: ContactsOf
    measure_names: tuple[str, ...]
    measure_titles: Mapping[str, MeasureTitle]
    attributes: Mapping[str, str]
    """Attribute to its type."""
    company: str
    currency: str
    today: date
    """The company's."""
    letters: Mapping[tuple[str, str], Ladder] = field(default_factory=dict)
    """(score, model) to its letters."""
    effects: EffectsOf = lambda _row: ()
    usuals_known: bool = True
    """False where the snapshot does not reach back far enough, because no template asks for a usual."""


def plain_value(value: object, type_: str) -> object:
    """An attribute as templates show it: dates as dates, booleans as such."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    if type_ in ("date", "time") and isinstance(value, int | float):
        return day_of(value)
    if type_ == "boolean":
        return bool(value)
    return str(value) if type_ == "text" else float(str(value))


def about_account(audience: Audience, row: int) -> dict[str, object]:
    columns = audience.snapshot.attributes
    about = {name: plain_value(columns[name][row], type_) for name, type_ in audience.attributes.items()}
    times, zone = audience.snapshot.attribute_times, str(audience.snapshot.zones[row])
    about |= _here({name: column[row] for name, column in times.items() if name in about}, zone)
    about["currency"] = about.get("currency") or audience.currency
    about["name"] = about.get("name") or audience.snapshot.accounts[row]
    return about


def _number(column: Numbers, row: int) -> float | None:
    value = float(column[row])
    return None if np.isnan(value) else value


def tells_parts(text: str) -> bool:
    """Does a template speak of what lifts or drags? These are dear to work out: each is compared with its usual."""
    return any(part in text for part in PARTS)


def tells_context(text: str) -> bool:
    """Does a template speak of the rules that act on a score? Each of them is told in words of its own."""
    return "context" in text


def about_score(audience: Audience, name: str, row: int, *, parts: bool, context: bool) -> dict[str, object]:
    """The fields of `score` and `scores.NAME`. `parts`: what lifts and what drags, too; `context`: what rules do."""
    look = audience.scores[name]
    band, value = look.band[row], _number(look.value, row)
    letters = audience.letters.get((name, str(look.model[row])), LETTERS)
    about: dict[str, object] = {
        "value": value,
        "letter": None if value is None else name_of(letters, value),
        "band": band,
        "label": audience.band_titles.get((name, band)) if band is not None else None,
        "base": _number(look.base, row),
        "coverage": _number(look.coverage, row),
        **{part: [] for part in PARTS},
        "context": [
            {
                "rule": effect.rule,
                "by": effect.by,
                "because": effect.because,
                "author": effect.author,
                "until": effect.until,
            }
            for effect in (audience.effects(row) if context else ())
            if effect.score == name
        ],
    }
    about |= {f"change_{days}d": _change(audience, name, row, days) for days in CHANGES}
    for breakdown in look.breakdowns if parts else ():
        index = int(np.searchsorted(breakdown.rows, row))
        if index < len(breakdown.rows) and breakdown.rows[index] == row:
            about |= _parts(audience, breakdown, index, row)
    return about


def _change(audience: Audience, name: str, row: int, days: int) -> float | None:
    """The adjusted score now less that day's, if the same version made both."""
    look, history = audience.scores[name], audience.snapshot.history.get(name)
    if history is None or history.adjusted.shape[1] <= days:
        return None
    then, version = history.adjusted[row, -1 - days], history.version[row, -1 - days]
    if version != audience.snapshot.version_codes.get(str(look.fingerprint[row]), -1):
        return None
    change = float(look.adjusted[row]) - float(then)
    return None if np.isnan(change) else round(change, 4)


def _parts(audience: Audience, breakdown: Breakdown, index: int, row: int) -> dict[str, object]:
    """The three measures that lift the score most, and the three that cost it most points."""
    counted = np.flatnonzero(~np.isnan(breakdown.contribution[index])).tolist()
    points, share = breakdown.points[index].tolist(), breakdown.share[index].tolist()
    gained = {entry: round(max(0.0, points[entry] - 50) * share[entry], 4) for entry in counted}
    lost = {entry: round((100 - points[entry]) * share[entry], 4) for entry in counted}
    # Ranked before they are told: each is told beside its usual, which is dear to work out.
    return {
        "lifts": [_part(audience, breakdown, entry, index, row, lost[entry]) for entry in _most(gained)],
        "drags": [_part(audience, breakdown, entry, index, row, lost[entry]) for entry in _most(lost)],
    }


def _most(amounts: Mapping[int, float]) -> list[int]:
    """The entries with the largest amounts, of those that have any."""
    some = [entry for entry, amount in amounts.items() if amount > 0]
    return sorted(some, key=lambda entry: -amounts[entry])[:MOST_PARTS]


def _part(audience: Audience, breakdown: Breakdown, entry: int, index: int, row: int, lost: float) -> dict[str, object]:
    """One measure's part in a score, which lost so many points by it."""
    name = breakdown.measures[entry]
    title = audience.measure_titles.get(name, MeasureTitle(name.replace("_", " ").capitalize()))
    value = breakdown.values[entry][index]
    known = None if value is None or value != value else value if isinstance(value, str) else float(value)
    points = float(breakdown.points[index, entry])
    usual_column = audience.measures.usual(name) if audience.usuals_known and name in audience.measure_names else None
    usual = None if usual_column is None else _number(usual_column, row)
    letters = audience.letters.get((breakdown.score, breakdown.model), LETTERS)
    currency = str(audience.snapshot.attributes["currency"][row] or audience.currency)
    return {
        "label": title.label,
        "value": known,
        "usual": usual,
        "points": points,
        "grade": name_of(letters, points),
        "lost": lost,
        "age": _number(breakdown.age[index], entry),
        "sentence": part_sentence(title, known, usual, points=points, letters=letters, currency=currency),
    }


def part_sentence(
    title: MeasureTitle,
    value: str | float | None,
    usual: float | None,
    *,
    points: float | None = None,
    letters: Ladder = LETTERS,
    currency: str | None = None,
) -> str:
    """`Active users: 6, usually 19`; of the usual nothing where the value reads the same, and none beside a grade."""
    if value is None:
        return f"{title.label}: not known"
    said = shown(value, title.show, points=points, letters=letters, currency=currency)
    if usual is None or title.show == "grade":
        return f"{title.label}: {said}"
    usually = shown(usual, title.show, letters=letters, currency=currency)
    return f"{title.label}: {said}" if usually == said else f"{title.label}: {said}, usually {usually}"


def about_teammate(email: str | None, teammates: Mapping[str, Teammate]) -> dict[str, object]:
    teammate = teammates.get(email) if email else None
    if teammate is None:
        return {"name": email, "first_name": None, "email": email}
    return {
        "name": teammate.name or email,
        "first_name": teammate.first_name,
        "email": email,
    }


def about_contact(contact: Contact | None) -> dict[str, object]:
    if contact is None:
        return dict.fromkeys(("name", "first_name", "email", "role"))
    return {
        "name": contact.name,
        "first_name": contact.first_name,
        "email": contact.email,
        "role": contact.role,
    }


def about_fact(fact: Fact, zone: str) -> dict[str, object]:
    """The fields of `fact`; its moments in the account's `zone`, for templates print their day."""
    return {
        "name": fact.name,
        "at": fact.at.astimezone(ZoneInfo(zone)),
        "until": fact.until.astimezone(ZoneInfo(zone)) if fact.until else None,
        "author": fact.author,
        "source": fact.source,
        "reason": fact.reason,
        **_here(fact.properties, zone),
    }


def about_event(event: Happening, zone: str, role: str | None) -> dict[str, object]:
    """The fields of `event`; its moment in the account's `zone`. `role`: of its contact, as of now."""
    at = event.at.astimezone(ZoneInfo(zone))
    day = day_of(event.day)
    built_in = {"contact_role": role, "day": day, "weekday": WEEKDAYS[day.weekday()], "hour": at.hour}
    return {"name": event.name, "at": at, "contact": event.contact, **_here(event.properties, zone), **built_in}


def _here(properties: Mapping[str, Value | None], zone: str) -> dict[str, object]:
    """Moments in the account's zone."""
    return {
        name: value.astimezone(ZoneInfo(zone)) if isinstance(value, datetime) else value
        for name, value in properties.items()
    }


def about_tasks(run: Run) -> dict[str, object]:
    return {
        task.step: {"state": task.state, "due": task.due, "assignee": task.assignee or None}
        for task in run.tasks.values()
    }
