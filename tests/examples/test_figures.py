"""What the READMEs of the examples say of the data is what their files and the reports say."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.examples.playing import CDNOW, Played, percent, records

Follow = Callable[[str], Played]


def missing(played: Played, said: Iterable[str]) -> list[str]:
    """What the README does not say."""
    return [one for one in said if one not in played.prose]


def test_ravenstack_has_what_its_readme_counts(follow: Follow) -> None:
    played = follow("ravenstack")
    names = "accounts subscriptions support_tickets churn_events".split()
    accounts, subscriptions, tickets, departures = (
        records(played.folder / f"data/ravenstack_{name}.csv") for name in names
    )
    uses = records(played.folder / "data/ravenstack_feature_usage.csv.gz")
    began = {row["subscription_id"]: row["start_date"] for row in subscriptions}
    joined = {row["account_id"]: row["signup_date"] for row in accounts}
    early = sum(row["usage_date"] < began[row["subscription_id"]] for row in uses)
    sooner = sum(row["submitted_at"][:10] < joined[row["account_id"]] for row in tickets)
    twice = sum(times > 1 for times in Counter(row["usage_id"] for row in uses).values())

    said = (
        f"{len(accounts)} companies hold {len(subscriptions):,} subscriptions",
        f"{len(uses):,} records of use, {len(tickets):,} tickets and {len(departures)} departures and returns",
        f"{twice} of these ids stand on two records each",
        f"All {len(uses):,} records",
        f"three quarters of the use ({percent(early, len(uses))})",
        f"half of the tickets ({percent(sooner, len(tickets))})",
    )

    assert missing(played, said) == []


def test_the_bands_of_ravenstack_keep_their_shares_while_accounts_move(follow: Follow) -> None:
    played = follow("ravenstack")
    months = played.shell.told("report bands")["periods"]
    weak, strong = ([one["bands"][band] / one["accounts"] for one in months] for band in ("weak", "strong"))
    moved = [(one["rose"] + one["fell"]) / one["accounts"] for one in months[1:]]
    rose, fell = (sum(one[key] for one in months[1:]) for key in ("rose", "fell"))

    said = (
        f"{_range(weak)} are Weak, {_range(strong)} Strong",
        f"each month {_range(moved)} of the accounts change their band, {rose} up and {fell} down within the year",
    )

    assert missing(played, said) == []


def _range(shares: list[float]) -> str:
    return f"{100 * min(shares):.0f} to {100 * max(shares):.0f} %"


def test_no_rule_of_ravenstack_foretells_who_leaves(follow: Follow) -> None:
    played = follow("ravenstack")
    found = {days: played.shell.told(f"report firings --within {days}d") for days in (30, 60, 90)}
    any_, ended = found[30]["rules"][0], found[30]["ended"]

    said = (
        f"{ended} of these stretches end with a departure",
        f"before {any_['ended']} of {ended} departures, which is {percent(any_['ended'], ended)}",
        f"just as often, {percent(any_['others'], found[30]['others'])}",
        f"after a firing {100 * any_['precision']:.1f} % left, and of all {100 * found[30]['base']:.1f} %",
    )

    assert missing(played, said) == []
    assert {one["says"] for report in found.values() for one in report["rules"]} == {"no clear difference"}


Silence = tuple[date, date]
LAST = date(1998, 6, 30)


def silences(customers: dict[str, set[date]]) -> list[Silence]:
    """Each day with an order, and the next one; the last of all days where there is none."""
    return [pair for days in customers.values() for pair in pairwise([*sorted(days), date.max])]


@pytest.fixture(scope="module")
def orders() -> list[tuple[str, date]]:
    return [(row["customer_id"], date.fromisoformat(row["date"])) for row in records(CDNOW)] if CDNOW.exists() else []


def by_customer(orders: list[tuple[str, date]]) -> dict[str, set[date]]:
    days: dict[str, set[date]] = {}
    for customer, day in orders:
        days.setdefault(customer, set()).add(day)
    return days


def test_cdnow_has_what_its_readme_counts(follow: Follow, orders: list[tuple[str, date]]) -> None:
    played, customers = follow("cdnow"), by_customer(orders)
    once = sum(len(days) == 1 for days in customers.values())
    # A silence that had lasted for 60 days at one of the looks that could fire, and of which the 90th day is known.
    long = [
        following - one
        for one, following in silences(customers)
        if one + timedelta(60) > date(1997, 12, 31) and one + timedelta(90) <= LAST and following - one > timedelta(60)
    ]

    said = (
        f"{len(customers):,} customers of an online music shop and their {len(orders):,} orders",
        f"{len(orders) - len(set(orders)):,} times somebody ordered twice on the same day",
        f"half of all, {once:,}, bought on a single day",
        f"Of everybody who was silent for 60 days, {100 * sum(gap > timedelta(90) for gap in long) / len(long):.0f} %",
    )

    assert missing(played, said) == []


def test_the_outcomes_of_cdnow_are_its_silences_of_90_days(follow: Follow, orders: list[tuple[str, date]]) -> None:
    """As of each day, whoever ordered nothing for 90 days has stopped, and nobody else has."""
    played, customers = follow("cdnow"), by_customer(orders)
    stopped: dict[str, list[tuple[date, bool]]] = {}
    for row in records(played.folder / "stopped.csv"):
        stopped.setdefault(row["account"], []).append((date.fromisoformat(row["at"]), row["outcome"] == "churned"))
    for day in (date(1997, 6, 1), date(1997, 12, 31), date(1998, 3, 31), LAST):
        known = {name: [one for one in days if one <= day] for name, days in customers.items()}
        silent = {name for name, days in known.items() if days and day - max(days) >= timedelta(90)}
        left = {
            name for name, told in stopped.items() if [gone for at, gone in sorted(told) if at <= day][-1:] == [True]
        }

        assert left == silent


def test_who_stops_buying_is_told_as_the_readme_says(follow: Follow) -> None:
    played = follow("cdnow")
    letters = Counter(task["day"][:7] for task in played.listed("tasks"))
    first, *months = played.shell.told("report bands")["periods"]
    rose, fell = ([one[key] for one in months] for key in ("rose", "fell"))
    found: dict[str, Any] = played.shell.told("report firings --within 30d")
    quiet = next(one for one in found["rules"] if one["rule"] == "good-customer-quiet")

    said = (
        f"{sum(letters.values())} letters come up in six months, {letters['1998-01']} of them in January and "
        f"{letters['1998-06']} in June",
        f"{first['accounts']:,} of the 15,758 at the end of 1997",
        f"in a month, {min(rose)} to {max(rose)} stand in a higher band than at the end of the one before",
        f"and {min(fell)} to {max(fell)} in a lower one",
        f"before {percent(quiet['ended'], found['ended'])} of the {found['ended']:,} stops",
        f"Of the stretches in which it fired, {100 * quiet['precision']:.1f} % ended with a stop",
        f"and of all {100 * found['base']:.1f} %",
    )

    assert missing(played, said) == []


def test_of_the_telco_customers_at_risk_most_left(follow: Follow) -> None:
    played = follow("telco")
    left = {row["customerID"] for row in records(played.folder / "data/telco.csv") if row["Churn"] == "Yes"}
    first = [one for one in played.listed("scores") if one["score"] == "health" and one["day"] == "2026-09-30"]
    of_band = {
        band: [one["account"] in left for one in first if one["band"] == band] for band in ("red", "yellow", "green")
    }
    red, yellow, green = of_band.values()

    said = (
        f"one snapshot of {len(first):,} customers",
        f"{len(red):,} customers at risk, {len(yellow):,} to watch, {len(green):,} settled",
        f"Of those at risk, {percent(sum(red), len(red))} left; "
        f"of those to watch, {percent(sum(yellow), len(yellow))}; ",
        f"of the settled ones, {percent(sum(green), len(green))}.",
    )

    assert missing(played, said) == []
