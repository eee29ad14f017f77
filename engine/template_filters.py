"""Values in; how people read them in a message, out: the filters of templates besides Jinja's own.

What is not known stays so, whatever filter it goes through, and what is of another type since the catalog changed is
shown as it is: a run goes on by the templates with which it began, and nobody can mend these.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context

NUMBERS = (int, float, Decimal)


def _day(value: Any) -> Any:
    """A date as 2 Mar 2026."""
    return f"{value.day} {value:%b %Y}" if isinstance(value, date) else value


def _number(value: Any) -> Any:
    """1234.50 as 1,234.5."""
    if not isinstance(value, NUMBERS):
        return value
    shown = f"{round(float(value), 4):,.4f}".rstrip("0").rstrip(".")
    return "0" if shown == "-0" else shown


def _signed(value: Any) -> Any:
    """3 as +3, -3 as −3."""
    if not isinstance(value, NUMBERS):
        return value
    shown = _number(value)
    return f"+{shown}" if float(value) > 0 else shown.replace("-", "−")


def _percent(value: Any) -> Any:
    """0.3 as 30%."""
    return percent(float(value)) if isinstance(value, NUMBERS) else value


def percent(share: float) -> str:
    """A share as people read it: 0.3 as 30%."""
    return f"{_number(round(share * 100, 1))}%"


_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}


@pass_context
def _money(context: Context, value: Any) -> Any:
    """84000 as €84,000, in the account's currency; cents only where there are any."""
    if not isinstance(value, NUMBERS):
        return value
    currency = context["account"]["currency"]
    return money(float(value), None if isinstance(currency, Undefined) else currency)


def money(amount: float | Decimal, currency: str | None) -> str:
    """An amount as people read it: €84,000, or 84,000.50 CHF where the currency has no sign that all know."""
    shown = f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}"
    if currency is None:
        return shown
    return f"{_SIGNS[currency]}{shown}" if currency in _SIGNS else f"{shown} {currency}"


def _days_from_today(context: Context, value: Any) -> int:
    day = value.date() if isinstance(value, datetime) else value
    today: date = context["today"]
    return int((day - today).days)


@pass_context
def _ago(context: Context, value: Any) -> Any:
    """A date as 3 days ago, yesterday or today."""
    if not isinstance(value, date):
        return value
    return _relative(_days_from_today(context, value))


@pass_context
def _in_days(context: Context, value: Any) -> Any:
    """A date as in 47 days, tomorrow or today."""
    if not isinstance(value, date):
        return value
    return _relative(_days_from_today(context, value))


def _relative(days: int) -> str:
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if days in near:
        return near[days]
    return f"in {days} days" if days > 0 else f"{-days} days ago"


OUR_FILTERS: Final = {
    "day": _day,
    "number": _number,
    "signed": _signed,
    "percent": _percent,
    "money": _money,
    "ago": _ago,
    "in_days": _in_days,
}
