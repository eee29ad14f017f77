"""Accounts with random records, and every form of measure over random windows, for hypothesis to draw."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from random import Random
from typing import Any

from hypothesis import strategies as st

from engine.domain import Fact
from tests.told import Account, Observed, Occurred, day, make_contact, observed, occurred, stated

Written = Mapping[str, Any]
Choices = Mapping[str, Sequence[Any]]

PEOPLE = ("a@x.example", "b@x.example", "c@x.example")
MOMENT = datetime(2026, 3, 2, 21, 30, tzinfo=UTC)
"""Tuesday already in Auckland, Monday noon still in Los Angeles."""
ZONES = st.sampled_from(("UTC", "Pacific/Auckland", "America/Los_Angeles"))
LONGEST = 30
"""Records reach so many days back: as far as the nine windows of three days that a usual looks at, and beyond."""

AMOUNTS = tuple(number / 4 for number in range(-12, 40))
DATES = (date(2026, 2, 28), date(2026, 3, 1))


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    """Few records or many, dense enough for windows to be full; some properties blank."""
    random = Random(draw(st.integers(0, 10**6)))
    records: list[Observed | Occurred | Fact] = []
    for metric in ("users", "nps"):
        days = random.sample(range(LONGEST), draw(MANY) // 2)
        records += [observed(metric, days_ago, random.choice(AMOUNTS)) for days_ago in days]
    records += [occurred("login", hours=_hours(random), contact=_who(random)) for _ in range(draw(MANY))]
    records += [
        occurred("order", hours=_hours(random), contact=_who(random), **_some(random, ORDER)) for _ in range(draw(MANY))
    ]
    records += [stated("office_move", random.randrange(LONGEST), **_some(random, MOVE)) for _ in range(draw(FEW))]
    people = tuple(make_contact(email, random.choice((None, "champion", "buyer"))) for email in PEOPLE)
    since = draw(st.none() | st.integers(0, LONGEST).map(day))
    return Account(tuple(records), draw(ZONES), since, contacts=people, attributes=_some(random, ATTRIBUTES))


MANY = st.sampled_from((0, 4, 20, 60))
FEW = st.integers(0, 3)
ORDER: Choices = {"amount": AMOUNTS, "item": ("pen", "ink"), "gift": (True, False), "due": DATES}
MOVE: Choices = {"city": ("Rome", "Bonn"), "rooms": AMOUNTS, "on": DATES}
ATTRIBUTES: Choices = {
    "plan": ("pro", "basic"),
    "seats": AMOUNTS,
    "trial": (True, False),
    "renewal_date": (day(-60), day(0), day(12)),
}


def _hours(random: Random) -> float:
    """Before noon of the look's day in UTC, by quarters of an hour, so that the edges of windows are hit."""
    return random.randrange(-9 * 4, LONGEST * 24 * 4) / 4


def _who(random: Random) -> str | None:
    return random.choice((None, *PEOPLE))


def _some(random: Random, choices: Choices) -> dict[str, Any]:
    return {name: random.choice(values) for name, values in choices.items() if random.random() < 0.8}


shards = st.lists(accounts(), min_size=1, max_size=3)
RECORDED = ("users", "nps", "login", "order")
covered_from = st.one_of(
    st.just(dict.fromkeys(RECORDED, date(2020, 1, 1))),
    st.fixed_dictionaries({}, optional=dict.fromkeys(RECORDED, st.integers(0, LONGEST + 5).map(day))),
)

_wants = st.sampled_from(
    (
        {"item": "pen"},
        {"item": {"not": "pen"}},
        {"item": ["pen", "ink"], "weekday": {"not": "tue"}},
        {"item": {"not": ["pen", "cap"]}},
        {"amount": {"at_least": "0"}},
        {"amount": {"above": "-2.5", "below": "7.5"}},
        {"amount": {"at_most": "5"}, "gift": True},
        {"gift": False},
        {"due": {"at_least": "2026-03-01"}},
        {"weekday": ["sat", "sun", "mon"]},
        {"hour": {"below": "12"}},
        {"contact": {"not": PEOPLE[1]}},
        {"contact_role": "champion"},
        {"contact_role": {"not": "buyer"}},
    )
)
_windows = st.sampled_from(("1d", "2d", "3d", "7d"))
_all_windows = _windows | st.sampled_from(("30m", "6h", "25h"))
_fewest = st.integers(1, 3).map(str)
_by = st.sampled_from(("contact", "item", "gift", "amount", "hour", ["contact", "item"], ["weekday", "contact_role"]))
_ALWAYS: dict[str, Written] = {
    "newest": {"latest": "nps"},
    **{f"since_{name}": {"days_since": name} for name in ("nps", "renewal_date")},
    **{name: {"attribute": name} for name in ("plan", "seats", "trial")},
    "share": {"ratio": ["orders", "seats"]},
    "part": {"ratio": ["newest", "sum_users"]},
    "gap": {"difference": ["days", "breadth"]},
    "share_change": {"change": "share"},
    "share_usual": {"usual": "share"},
}
"""Measures that nothing is drawn for."""


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Written]:
    """A measure of each form, and changes and usuals of those that have windows of days."""

    def where() -> Written:
        drawn = draw(st.just({}) | st.just({}) | _wants)
        return {"where": drawn} if drawn else {}

    kinds = ("sum", "mean", "min", "max", "median")
    found: dict[str, Written] = {
        **{f"{kind}_users": {kind: "users", "over": draw(_windows), "min_points": draw(_fewest)} for kind in kinds},
        **{
            f"{kind}_amount": {kind: "order.amount", "over": draw(_windows), "min_points": draw(_fewest), **where()}
            for kind in kinds
        },
        "orders": {"count": "order", "over": draw(_windows), **where()},
        "breadth": {"distinct": "order", "by": draw(_by), "over": draw(_windows), **where()},
        "days": {"days_with": "order", "over": draw(_windows), **where()},
        "back": {"returning": "login", "over": draw(_windows)},
        "rhythm": {"shift": "login", "by": draw(st.sampled_from(["weekday", "hour"])), "over": draw(_windows)},
    }
    found |= {f"change_of_{name}": {"change": name} for name in tuple(found)} | {
        f"growth_of_{name}": {"change_percent": name} for name in ("orders", "mean_amount")
    }
    names = ("orders", "breadth", "back", "mean_users", "max_amount", "sum_amount", "days")
    found |= {f"usual_of_{name}": {"usual": name} for name in names}
    in_hours = draw(_all_windows)
    return (
        found
        | _ALWAYS
        | {
            "lately": {"count": "order", "over": in_hours, **where()},
            "spent": {"sum": "order.amount", "over": in_hours, **where()},
            "middle": {"median": "order.amount", "over": in_hours, **where()},
            "who": {"distinct": "order", "by": draw(_by), "over": in_hours, **where()},
            "fresh": {"latest": "nps", "max_age": draw(_windows)},
            "since_order": {"days_since": "order", **where()},
            "since_move": {"days_since": "office_move", **draw(_facts_where)},
        }
    )


_facts_where = st.sampled_from(
    (
        {},
        {"where": {"city": {"not": "Rome"}}},
        {"where": {"rooms": {"above": "0"}}},
        {"where": {"on": {"above": "2026-02-28"}}},
    )
)
