"""pulsebook.toml in; settings out."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, model_validator

from engine.language.base import LARGEST, Count, Day, Entry, Mistake, Share, YesNo, parse_number

_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def check_zone(value: object) -> str:
    """The name of a time zone of the IANA database."""
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {value!r}; write a name like Europe/Berlin") from None


def _hour(value: object) -> str:
    if not isinstance(value, str) or not _HOUR.fullmatch(value):
        raise ValueError(f'{value!r} is no time of day; write one like "06:00"')
    return value


def _currency(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch("[A-Z]{3}", value):
        raise ValueError(f"{value!r} is no currency; write a code of three capitals, like EUR")
    return value


def _secret(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"env:[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError('a secret stands in a file; put it into the environment and name it here as "env:NAME"')
    return value


def _rate(value: object) -> Decimal:
    wrong = ValueError(f"{value!r} is no rate; write what one unit is worth, like 0.92")
    try:
        rate = Decimal(str(value))
        is_rate = 0 < rate < Decimal(LARGEST)
    except InvalidOperation:  # No number at all, or NaN, which can't be compared.
        raise wrong from None
    if not is_rate:
        raise wrong
    return rate


def _times(value: object) -> float:
    number = parse_number(value)
    if number < 0:
        raise ValueError(f"{value!r} is below 0; write how many times the usual, like 5")
    return number


def _database(value: object) -> str:
    # No more of it is told than what kind it is, for it may hold a password.
    kind, sign, _ = str(value).partition(":")
    if not sign:
        raise ValueError("this is no URL; write sqlite:///FILE, postgresql://… or env:NAME")
    if kind.partition("+")[0] not in ("sqlite", "postgresql", "postgres", "env"):
        raise ValueError(
            f"{kind!r} is no database that Pulsebook knows; write sqlite:///FILE, postgresql://… or env:NAME"
        )
    return str(value)


Zone = Annotated[str, BeforeValidator(check_zone)]
HourOfDay = Annotated[str, BeforeValidator(_hour)]
DatabaseUrl = Annotated[str, BeforeValidator(_database)]
Secret = Annotated[str, BeforeValidator(_secret)]
Currency = Annotated[str, BeforeValidator(_currency)]
Rate = Annotated[Decimal, BeforeValidator(_rate, json_schema_input_type=float)]
Times = Annotated[float, BeforeValidator(_times)]


class Company(Entry):
    """Who we are."""

    name: str
    """What we are called in messages."""
    timezone: Zone
    """Our time zone: of business days, and of accounts that have none of their own."""
    currency: Currency
    """The currency of accounts that have none of their own."""
    country: str | None = None
    """Whose public holidays are free days: an ISO code, like DE, or DE-BY."""
    extra_holidays: tuple[Day, ...] = ()
    """Further free days."""
    sweep: HourOfDay = "06:00"
    """When all accounts are looked at, each day."""

    @model_validator(mode="after")
    def _known_country(self) -> Self:
        if self.country is not None:
            from engine.calendar import check_country

            try:
                check_country(self.country)
            except ValueError as error:
                raise Mistake(str(error), "country") from None
        return self


class Database(Entry):
    """Where everything is kept."""

    url: DatabaseUrl = "sqlite:///pulsebook.db"
    """sqlite:///FILE, postgresql://…, or "env:NAME"."""


class People(Entry):
    """Who of us takes what has no owner."""

    fallback: str
    """A teammate's email: takes what has no owner."""


class Outbox(Entry):
    """Messages that do not leave."""

    folder: str = "outbox"
    """Where a channel without credentials writes."""
    all: YesNo = False
    """`true`: nothing leaves, whatever the credentials."""


class SlackSettings(Entry):
    """How Slack is reached."""

    token: Secret
    """The token of a bot."""


class EmailSettings(Entry):
    """How mails leave."""

    smtp: Secret
    """The URL of an SMTP server."""
    from_: str = Field(alias="from")
    """The address mails are sent from."""


class Channels(Entry):
    """How messages leave."""

    slack: SlackSettings | None = None
    """Slack messages."""
    email: EmailSettings | None = None
    """Emails."""


class Guards(Entry):
    """Limits on what may leave."""

    quiet_hours: tuple[HourOfDay, ...] = ("20:00", "08:00")
    """No email to a contact from the first hour to the second, in the contact's zone. (No effect yet.)"""
    per_contact: str = "1 in 1d"
    """At most so many emails to one contact. (No effect yet.)"""
    hold_accounts: Count = 50
    """A sweep is [held](#when-far-more-fires-than-usual) when more accounts fire than this …"""
    hold_share: Share = 0.2
    """… and than this share of all accounts …"""
    hold_usual: Times = 5.0
    """… and than so many times the usual: the median of the last 28 days with a sweep."""


class Settings(Entry):
    """The settings of a workspace."""

    company: Company
    """Who we are."""
    database: Database = Database()
    """Where everything is kept."""
    people: People
    """Who of us takes what has no owner."""
    outbox: Outbox = Outbox()
    """Messages that do not leave."""
    channels: Channels = Channels()
    """How messages leave."""
    guards: Guards = Guards()
    """Limits on what may leave."""
    rates: dict[Currency, dict[Day, Rate]] = {}
    """What one unit of a currency is worth in the company's, from a day on. Without it no currencies are added up."""

    def rate(self, currency: str, today: date) -> tuple[date, Decimal] | None:
        """What one unit is worth in the company's currency, and since when: the newest rate that is not after today."""
        of_day = self.rates.get(currency, {})
        return max(((day, rate) for day, rate in of_day.items() if day <= today), default=None)

    @model_validator(mode="after")
    def _rates_of_others(self) -> Self:
        if self.company.currency in self.rates:
            wrong = f"{self.company.currency} is the company's own currency, so it is worth 1"
            raise Mistake(f"{wrong}; delete its rates", "rates", self.company.currency)
        for currency, of_day in self.rates.items():
            if not of_day:
                raise Mistake(f'{currency} has no rate; write one like "2026-10-01" = 0.92', "rates", currency)
        return self
