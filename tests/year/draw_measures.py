"""Chance in; definitions of measures, each with the numbers it may come to, out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.year.catalog import DEVICES, LEVEL_OF_CONTACTS, PLANS, TOPICS
from tests.year.draw import Draw

Definition = dict[str, Any]


@dataclass(frozen=True)
class Drawn:
    """`low` to `high`: about where its values lie. `counts_days`: it has an `over` in days."""

    definition: Definition
    low: float = 0
    high: float = 0
    is_text: bool = False
    counts_days: bool = False

    @property
    def is_of_contacts(self) -> bool:
        """Whether it has a value for a contact: it rests on records, and not on those that accounts alone have."""
        return not {*OF_MEASURES, "roll_up"} & self.definition.keys() and not {"active_users", "uptime"} & {
            str(one) for one in self.definition.values()
        }


WHERES: Mapping[str, Callable[[Draw], dict[str, Any]]] = {
    "login": lambda draw: draw.one(
        [
            {"device": draw.one(DEVICES)},
            {"device": {"not": draw.one(DEVICES)}},
            {"minutes": {"at_least": draw.randint(5, 20)}},
            {"weekday": draw.some(["mon", "tue", "wed", "sat", "sun"], 1, 4)},
            {"hour": {"at_least": 8, "below": draw.randint(12, 20)}},
            {"contact_role": draw.one(["champion", ["champion", "sponsor"], {"not": "user"}])},
            {"day": {"at_least": "2025-02-01"}},
        ]
    ),
    "ticket": lambda draw: draw.one(
        [
            {"urgent": True},
            {"topic": draw.some(TOPICS, 1, 2)},
            {"urgent": False, "topic": {"not": draw.one(TOPICS)}},
            {"weekday": {"not": draw.some(["mon", "wed", "sun"], 1, 2)}},
            {"hour": {"at_least": draw.randint(4, 12)}},
            {"contact_role": ["champion", "user"]},
        ]
    ),
    "payment": lambda draw: draw.one(
        [{"amount": {"above": 50}}, {"due_on": {"below": "2025-07-01"}}, {"booked_at": {"above": "2025-02-01"}}]
    ),
    "newsletter": lambda draw: {"weekday": {"not": ["sat", "sun"]}},
}
RATES = {"login": 0.7, "ticket": 0.08, "newsletter": 0.05, "payment": 0.05}
"""About how many there are on a day."""
METRICS = {"active_users": (0, 50), "uptime": (95, 100), "nps": (-50, 80)}


def where(draw: Draw, event: str, share: float = 0.5) -> dict[str, Any]:
    return {"where": WHERES[event](draw)} if draw.chance(share) else {}


def _over(draw: Draw, event: str) -> tuple[str, int]:
    days = draw.one([7, 14, 28] if event == "login" else [14, 28, 90])
    return f"{days}d", days


def _of_metric(draw: Draw, form: str) -> Drawn:
    metric = draw.one(list(METRICS))
    days = draw.one([7, 14, 28])
    low, high = METRICS[metric]
    times = days * 0.7 if form == "sum" else 1
    points = {"min_points": draw.randint(2, 5)} if draw.chance(0.4) else {}
    return Drawn({form: metric, "over": f"{days}d", **points}, low * times, high * times, counts_days=True)


def _of_property(draw: Draw, form: str) -> Drawn:
    event, prop, high = draw.one([("login", "minutes", 30), ("payment", "amount", 100)])
    over, days = _over(draw, event)
    times = days * RATES[event] if form == "sum" else 1
    points = {"min_points": 2} if form != "sum" and draw.chance(0.4) else {}
    definition = {form: f"{event}.{prop}", "over": over, **points, **where(draw, event)}
    return Drawn(definition, 0, high * times, counts_days=True)


def _statistic(form: str) -> Callable[[Draw], Drawn]:
    return lambda draw: _of_metric(draw, form) if draw.chance(0.5) else _of_property(draw, form)


def _of_event(form: str, most: float = 1.0) -> Callable[[Draw], Drawn]:
    def drawn(draw: Draw) -> Drawn:
        event = draw.one(list(RATES))
        over, days = _over(draw, event)
        return Drawn({form: event, "over": over, **where(draw, event)}, 0, days * RATES[event] * most, counts_days=True)

    return drawn


def _in_hours(draw: Draw) -> Drawn:
    return Drawn({"count": "login", "over": draw.one(["6h", "36h", "90m"]), **where(draw, "login")}, 0, 3)


def _distinct(draw: Draw) -> Drawn:
    by: Any = draw.one(["contact", "device", ["contact", "device"], "weekday", "hour", "contact_role"])
    return Drawn({"distinct": "login", "by": by, "over": "28d", **where(draw, "login", 0.3)}, 0, 4, counts_days=True)


def _days_since(draw: Draw) -> Drawn:
    name = draw.one(["login", "ticket", "nps", "active_users", "office_move", "renewal_date", "since"])
    wheres = where(draw, name) if name in RATES else {}
    if name == "office_move" and draw.chance(0.5):
        wheres = {"where": {"city": ["Cork", "Bonn"]}}
    return Drawn({"days_since": name, **wheres}, 0, 60)


def _latest(draw: Draw) -> Drawn:
    metric = draw.one(list(METRICS))
    age = {"max_age": draw.one(["5d", "30d", "180d"])} if draw.chance(0.7) else {}
    return Drawn({"latest": metric, **age}, *METRICS[metric])


def _returning(draw: Draw) -> Drawn:
    return Drawn(
        {"returning": "login", "over": draw.one(["7d", "14d", "28d"]), **where(draw, "login", 0.3)},
        0,
        1,
        counts_days=True,
    )


def _shift(draw: Draw) -> Drawn:
    over = draw.one(["28d", "56d"])
    definition = {"shift": "login", "by": draw.one(["weekday", "hour"]), "over": over, **where(draw, "login", 0.2)}
    return Drawn(definition, 0, 0.8, counts_days=True)


FORMS: Mapping[str, Callable[[Draw], Drawn]] = {
    "latest": _latest,
    **{form: _statistic(form) for form in ("sum", "mean", "min", "max", "median")},
    "count": _of_event("count"),
    "count_hours": _in_hours,
    "distinct": _distinct,
    "days_with": _of_event("days_with", 0.6),
    "days_since": _days_since,
    "returning": _returning,
    "shift": _shift,
    "attribute": lambda draw: Drawn({"attribute": "seats"}, 1, 60),
    "attribute_text": lambda draw: Drawn({"attribute": draw.one(["plan", "segment"])}, is_text=True),
}
"""What rests on records alone."""


def _of_contacts(draw: Draw) -> Drawn:
    wheres: dict[str, Any] = draw.one(
        [
            {},
            {"where": {"role": draw.one(["champion", ["champion", "sponsor"], {"not": "user"}])}},
            {"where": {"consent": draw.chance(0.7)}},
        ]
    )
    take = draw.one(["mean", "worst"])
    return Drawn({"roll_up": LEVEL_OF_CONTACTS, "of": "contacts", "take": take, **wheres}, 0, 100)


def _of_children(draw: Draw) -> Drawn:
    take: dict[str, Any] = draw.one(
        [{"take": "mean"}, {"take": "worst"}, {"take": "weighted", "weight": draw.one(["value", "seats"])}]
    )
    wheres: dict[str, Any] = {"where": {"plan": {"not": draw.one(PLANS)}}} if draw.chance(0.3) else {}
    score = draw.one(["advocacy", "health", "growth"])
    return Drawn({"roll_up": score, "of": "children", **take, **wheres}, 0, 100)


ROLL_UPS: Mapping[str, Callable[[Draw], Drawn]] = {"contacts": _of_contacts, "children": _of_children}
"""What rests on scores."""


def _of_two(form: str) -> Callable[[Draw, dict[str, Drawn]], Drawn]:
    def drawn(draw: Draw, known: dict[str, Drawn]) -> Drawn:
        first, second = draw.sample([name for name, one in known.items() if not one.is_text], 2)
        high = 2.0 if form == "ratio" else known[first].high
        return Drawn({form: [first, second]}, -high if form == "difference" else 0, high)

    return drawn


def _of_windows(form: str) -> Callable[[Draw, dict[str, Drawn]], Drawn]:
    def drawn(draw: Draw, known: dict[str, Drawn]) -> Drawn:
        of = draw.one([name for name, one in known.items() if one.counts_days])
        span = (-50.0, 50.0) if form == "change_percent" else (-known[of].high / 2, known[of].high / 2)
        return Drawn({form: of}, *((known[of].low, known[of].high) if form == "usual" else span))

    return drawn


OF_MEASURES: Mapping[str, Callable[[Draw, dict[str, Drawn]], Drawn]] = {
    **{form: _of_two(form) for form in ("ratio", "difference")},
    **{form: _of_windows(form) for form in ("change", "change_percent", "usual")},
}


def draw_measures(draw: Draw) -> dict[str, Drawn]:
    """About twenty, by name; the forms differ from seed to seed."""
    forms = draw.some(list(FORMS), 9, len(FORMS)) + draw.some(list(FORMS), 1, 4)
    found = {f"m{number}_{form}": FORMS[form](draw) for number, form in enumerate(forms)}
    for count in range(2):
        # Something to take the change, and the ratio, of.
        found[f"logins_{count}"] = _of_event("count")(draw)
    found |= {f"r_{form}": drawn(draw) for form, drawn in ROLL_UPS.items()}
    for number, form in enumerate(draw.some(list(OF_MEASURES), 3, 5)):
        found[f"n{number}_{form}"] = OF_MEASURES[form](draw, found)
    return found
