"""Accounts with their revenue and a date in; what of it is at risk in a quarter, by band, month and currency, out.

Money is exact. Sums of several currencies are made only at rates that the settings date, and stand apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from engine.language.settings import Settings
from engine.language.views import Pile
from engine.reports.columns import Document, Standing, listed
from engine.reports.quarters import Quarter
from engine.reports.scale import Scale
from engine.snapshot import Texts

AT_RISK: Pile = "at-risk"
CENTS = Decimal("0.01")
MONTH = len("2027-01")
Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """Whose revenue: of accounts whose date attribute lies in the quarter; today is the company's."""

    quarter: Quarter
    attribute: str
    today: date
    by: str | None = None
    """An attribute that splits every sum."""


def revenue(standing: Standing, scale: Scale, question: Question, settings: Settings) -> Document:
    """Sums by band, month and currency, and every account behind them: at risk first, then by date."""
    entries = sorted(_entries(standing, scale, question), key=lambda entry: _place(entry, scale))
    return {
        "quarter": str(question.quarter),
        "date": question.attribute,
        "by": question.by,
        "rule": rule(scale, question),
        "revenue": _sums(entries, question, scale),
        "converted": _converted(entries, question, scale, settings),
        "accounts": entries,
    }


def rule(scale: Scale, question: Question) -> str:
    """What counts as at risk, in a sentence."""
    quarter, bands = question.quarter, " or ".join(scale.bands_of(AT_RISK)) or "no band"
    between = f"{question.attribute} from {quarter.first} to {quarter.last}"
    return f"At risk is the year's revenue of accounts whose {scale.title} is {bands}, with {between}"


def _entries(standing: Standing, scale: Scale, question: Question) -> list[Entry]:
    """One per account whose date lies in the quarter."""
    first, last = question.quarter.first.isoformat(), question.quarter.last.isoformat()
    dates = standing.attributes[question.attribute]
    here = standing.only(np.fromiter((bool(day) and first <= day <= last for day in dates), np.bool_, len(dates)))
    groups: Texts = here.attributes[question.by] if question.by else np.full(len(here), None, dtype=np.object_)
    columns = {
        "account": here.ids,
        "name": here.names,
        "owner": here.owners,
        "date": here.attributes[question.attribute],
        "group": groups,
        "value": listed(here.values),
        "band": here.bands,
        "at_risk": scale.piles(here) == AT_RISK,
        "revenue": here.revenue,
        "currency": here.currencies,
    }
    rows = zip(*(list(column) for column in columns.values()), strict=True)
    return [{**dict(zip(columns, row, strict=True)), "at_risk": bool(row[7])} for row in rows]


def _place(entry: Entry, scale: Scale) -> tuple[object, ...]:
    return not entry["at_risk"], _band_place(entry, scale), entry["date"], entry["account"]


def _band_place(entry: Entry, scale: Scale) -> int:
    """Lowest first; those whose score is unknown last."""
    order = list(scale.bands)
    return order.index(entry["band"]) if entry["band"] in order else len(order)


def _sums(entries: Iterable[Entry], question: Question, scale: Scale) -> list[Document]:
    """One per group, band and currency that is there; `without_revenue` have none on record, and are in no sum."""
    together: dict[tuple[Any, ...], list[Entry]] = {}
    for entry in entries:
        group = entry["group"] is None, entry["group"] or ""
        key = *group, _band_place(entry, scale), not entry["at_risk"], entry["currency"]
        together.setdefault(key, []).append(entry)
    return [_sum(together[key], question, scale) for key in sorted(together)]


def _sum(entries: list[Entry], question: Question, scale: Scale) -> Document:
    one = entries[0]
    months = dict.fromkeys(question.quarter.months, Decimal(0))
    for entry in entries:
        months[entry["date"][:MONTH]] += entry["revenue"] or 0
    return {
        "group": one["group"],
        "band": one["band"],
        "label": scale.bands.get(one["band"]),
        "at_risk": one["at_risk"],
        "currency": one["currency"],
        "accounts": len(entries),
        "without_revenue": sum(entry["revenue"] is None for entry in entries),
        "months": months,
        "revenue": sum(months.values(), Decimal(0)),
    }


def _converted(entries: list[Entry], question: Question, scale: Scale, settings: Settings) -> Document | None:
    """The same sums in the company's currency, with the rates; currencies that have none are left out, and named.

    None where the settings have no rates at all, or nothing is in another currency.
    """
    own = settings.company.currency
    there = sorted({entry["currency"] for entry in entries} - {own})
    if not settings.rates or not there:
        return None
    rates = {currency: rate for currency in there if (rate := settings.rate(currency, question.today))}
    worth = {own: Decimal(1), **{currency: rate for currency, (_, rate) in rates.items()}}
    exchanged = [_exchanged(entry, worth[entry["currency"]], own) for entry in entries if entry["currency"] in worth]
    return {
        "currency": own,
        "rates": [{"currency": currency, "since": since, "rate": rate} for currency, (since, rate) in rates.items()],
        "without_rate": [currency for currency in there if currency not in rates],
        "revenue": _sums(exchanged, question, scale),
    }


def _exchanged(entry: Entry, rate: Decimal, currency: str) -> Entry:
    amount = entry["revenue"]
    return {**entry, "currency": currency, "revenue": None if amount is None else (amount * rate).quantize(CENTS)}
