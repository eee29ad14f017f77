"""A seed in; conditions as they stand in files, and the accounts that they are asked about, out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from pydantic import TypeAdapter

from engine.conditions import forms
from engine.conditions.compile import compile_condition
from engine.conditions.condition import AllOf, AnyOf, AtLeastOf, Condition, NotThat, forms_in_union
from engine.conditions.tree import Row, tests
from engine.language.base import Entry
from engine.language.catalog import Catalog, Event, FactKind, FieldType, Type
from tests.conditions.accounts import accounts

Written = dict[str, Any]
"""A condition as the reader of files hands it over: mappings, lists, texts, true and false."""

TYPES: tuple[Type, ...] = ("text", "number", "boolean", "date")
TEXTS = (
    "crm",
    "CRM",
    "a",
    "b",
    "a, b",
    "x; y in z",
    "5",
    "true",
    "Müller",
    "it's",
    'said "no"',
    "back\\slash",
    "a\nb",
    "",
)
NUMBERS = ("0", "1", "-1", "0.0001", "123456789.5", "999999999999999", "-999999999999999")
DAYS = ("2026-03-01", "2026-03-02", "1969-12-31", "2024-02-29")
SCORES, MEASURES, RULES = ("health", "power"), ("logins", "nps", "uptime"), ("in-red", "quiet")
BANDS = ("red", "yellow", "at-risk")

_condition: TypeAdapter[Any] = TypeAdapter(Condition)


def parse(written: object) -> Entry:
    """The form that a condition of a file becomes."""
    form = _condition.validate_python(written)
    assert isinstance(form, Entry)
    return form


def _catalog(first: int) -> Catalog:
    """An attribute, and two properties of a fact and an event, of the types from the first on."""
    size, role, kind = (TYPES[(first + place) % len(TYPES)] for place in range(3))
    properties = {"role": FieldType(type=role), "kind": FieldType(type=kind)}
    return Catalog(
        attributes={"size": FieldType(type=size), "ends": FieldType(type="date")},
        facts={"move": FactKind(properties=properties)},
        events={"login": Event(properties=properties)},
    )


CATALOGS = tuple(_catalog(first) for first in range(len(TYPES)))


@dataclass(frozen=True, slots=True)
class Case:
    """Conditions of one catalog, and the known values of some accounts that they are asked about."""

    catalog: Catalog
    forms: tuple[Entry, ...]
    rows: tuple[Row, ...]


def cases(seed: int, count: int, conditions: int = 24, rows: int = 24) -> Iterator[Case]:
    """So many cases of so many conditions each; the same for the same seed."""
    for number in range(count):
        random = Random(f"{seed}/{number}")
        catalog = random.choice(CATALOGS)
        drawn = tuple(parse(condition(random, catalog)) for _ in range(conditions))
        asked = [test for form in drawn for test in tests(compile_condition(form, catalog))]
        yield Case(catalog, drawn, tuple(accounts(random, asked, rows)))


def condition(random: Random, catalog: Catalog, deep: int = 3) -> Written:
    """A condition of any form, holding others at most so deep."""
    if deep and random.random() < 0.5:
        form = random.choice([form for form in forms_in_union() if form in _WHOLES])
        return _WHOLES[form](random, [condition(random, catalog, deep - 1) for _ in range(random.randint(1, 3))])
    form = random.choice([form for form in forms_in_union() if form not in _WHOLES])
    return _LEAVES[form](random, catalog)


_WHOLES: Mapping[type[Entry], Callable[[Random, list[Written]], Written]] = {
    AllOf: lambda _, parts: {"all": parts},
    AnyOf: lambda _, parts: {"any": parts},
    NotThat: lambda _, parts: {"not": parts[0]},
    AtLeastOf: lambda random, parts: {"at_least": str(random.randint(1, len(parts))), "of": parts},
}


def _number(random: Random) -> str:
    return random.choice(NUMBERS) if random.random() < 0.3 else f"{random.uniform(-100, 100):.4f}"


def _count(random: Random) -> str:
    return str(random.randint(1, 9))


def _days(random: Random) -> str:
    return f"{random.randint(1, 120)}d"


def _window(random: Random) -> str:
    return random.choice((_days(random), "6h", "15m"))


def _share(random: Random) -> str:
    return random.choice((f"{random.randint(1, 100)}%", f"{random.uniform(0.01, 99):.2f}%"))


_SCALARS: Mapping[Type, Callable[[Random], object]] = {
    "text": lambda random: random.choice(TEXTS),
    "number": _number,
    "boolean": lambda random: random.random() < 0.5,
    "date": lambda random: random.choice(DAYS),
}


def _bounds(random: Random, value: Callable[[Random], object] = _number) -> Written:
    lower, upper = random.choice(("at_least", "above")), random.choice(("at_most", "below"))
    given = random.choice(((lower,), (upper,), (lower, upper)))
    return {key: value(random) for key in given}


def _want(random: Random, type_: Type | None) -> object:
    assert type_ is not None
    value = _SCALARS[type_]
    several = [value(random) for _ in range(random.randint(1, 3))]
    wants: list[object] = [value(random), several, {"not": value(random)}, {"not": several}]
    return random.choice([*wants, _bounds(random, value)] if type_ in ("number", "date") else wants)


def _where(random: Random, catalog: Catalog, name: str) -> Written:
    """Nothing, or what some properties must be."""
    names = [prop for prop in catalog.property_names(name) if prop in ("role", "kind", "weekday", "hour")]
    chosen = random.sample(names, random.randint(0, 2))
    wants = {prop: _want(random, catalog.property_type(name, prop)) for prop in chosen}
    return {"where": wants} if wants else {}


def _account(random: Random, catalog: Catalog) -> Written:
    names = random.sample(("size", "ends", "country", "value"), random.randint(1, 3))
    known = {"known": random.random() < 0.5}
    wants = {name: random.choice((_want(random, catalog.attribute_type(name)), known)) for name in names}
    return {"account": wants}


def _trend(random: Random) -> Written:
    amount = random.choice((_share(random), f"{random.uniform(0.01, 30):.4f}"))
    least = random.choice(({}, {"min_points": _count(random)}))
    return {"score": random.choice(SCORES), random.choice(("drops", "rises")): amount, "over": _days(random), **least}


def _declining(random: Random) -> Written:
    least = random.choice(({}, {"min_points": str(random.randint(2, 9))}))
    points = f"{random.uniform(0.01, 30):.4f}"
    return {"score": random.choice(SCORES), "declining": points, "over": _days(random), **least}


def _band(random: Random) -> object:
    return random.choice((random.choice(BANDS), random.sample(BANDS, random.randint(1, 2))))


def _date(random: Random) -> Written:
    told: Written = random.choice(
        ({"in_next": _days(random)}, {"in_last": _days(random)}, {"passed": True}, {"passed": False})
    )
    return {"date": random.choice(("ends", "since")), **told}


def _known(random: Random) -> Written:
    kind, names = random.choice((("score", SCORES), ("measure", MEASURES), ("date", ("ends", "since"))))
    return {kind: random.choice(names), "known": random.random() < 0.5}


_LEAVES: Mapping[type[Entry], Callable[[Random, Catalog], Written]] = {
    forms.ScoreIs: lambda random, _: {"score": random.choice(SCORES), **_bounds(random)},
    forms.ScoreBand: lambda random, _: {"score": random.choice(SCORES), "band": _band(random)},
    forms.ScoreCrossing: lambda random, _: {
        "score": random.choice(SCORES),
        random.choice(forms.CROSSINGS): random.choice(BANDS),
    },
    forms.ScoreTrend: lambda random, _: _trend(random),
    forms.ScoreDeclining: lambda random, _: _declining(random),
    forms.MeasureIs: lambda random, _: {"measure": random.choice(MEASURES), **_bounds(random)},
    forms.MeasureAgainstUsual: lambda random, _: {
        "measure": random.choice(MEASURES),
        random.choice(("falls", "rises")): _share(random),
        "against": "usual",
    },
    forms.FactWithin: lambda random, catalog: {
        "fact": "move",
        "within": _window(random),
        **_where(random, catalog, "move"),
    },
    forms.FactActive: lambda random, catalog: {
        "fact": "move",
        "active": random.random() < 0.5,
        **_where(random, catalog, "move"),
    },
    forms.EventCount: lambda random, catalog: {
        "event": "login",
        "at_least": _count(random),
        "in": _window(random),
        **_where(random, catalog, "login"),
    },
    forms.EventAcross: lambda random, catalog: {
        "event": "login",
        "at_least": _count(random),
        "in": _window(random),
        "across": "country",
        **_where(random, catalog, "login"),
    },
    forms.EventNone: lambda random, catalog: {
        "event": "login",
        "none_in": _window(random),
        **_where(random, catalog, "login"),
    },
    forms.AccountIs: _account,
    forms.DateIn: lambda random, _: _date(random),
    forms.RuleActive: lambda random, _: {"rule": random.choice(RULES), "active": random.random() < 0.5},
    forms.RuleFired: lambda random, _: {"rule": random.choice(RULES), "in_last": _days(random)},
    forms.Known: lambda random, _: _known(random),
    forms.TaskIs: lambda random, _: {
        "task": random.choice(("call", "follow-up")),
        "state": random.choice(("open", "overdue", "done", "cancelled")),
    },
}
