"""pulsebook.toml in; settings out."""

import re
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, model_validator

from engine.language.base import Count, Day, Entry, Mistake, Share, YesNo

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


Zone = Annotated[str, BeforeValidator(check_zone)]
HourOfDay = Annotated[str, BeforeValidator(_hour)]
Secret = Annotated[str, BeforeValidator(_secret)]
Currency = Annotated[str, BeforeValidator(_currency)]


class Company(Entry):
    """Who we are."""

    name: str
    timezone: Zone
    currency: Currency
    country: str | None = None
    """Whose public holidays are free days: an ISO code, like DE, or DE-BY."""
    extra_holidays: tuple[Day, ...] = ()
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
    url: str = "sqlite:///pulsebook.db"
    """sqlite:///FILE, postgresql://…, or "env:NAME"."""


class People(Entry):
    fallback: str
    """A teammate's email: takes what has no owner."""


class Outbox(Entry):
    folder: str = "outbox"
    """Where a channel without credentials writes."""
    all: YesNo = False
    """Nothing leaves, whatever the credentials."""


class SlackSettings(Entry):
    token: Secret


class EmailSettings(Entry):
    smtp: Secret
    from_: str = Field(alias="from")
    """The address mails are sent from."""


class Channels(Entry):
    slack: SlackSettings | None = None
    email: EmailSettings | None = None


class Guards(Entry):
    quiet_hours: tuple[HourOfDay, ...] = ("20:00", "08:00")
    per_contact: str = "1 in 1d"
    hold_accounts: Count = 50
    hold_share: Share = 0.2
    hold_usual: float = 5


class Settings(Entry):
    """The settings of a workspace."""

    company: Company
    database: Database = Database()
    people: People
    outbox: Outbox = Outbox()
    channels: Channels = Channels()
    guards: Guards | None = None
