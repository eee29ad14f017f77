"""Scalars as they stand in a file in; names, numbers, shares and durations out.

The reader hands over every scalar as text, except `true`, `false` and blank: what a scalar is, its field says.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from engine.clock import YEARS, is_meant
from engine.language.meanings import Meant

LARGEST = 1e15
"""Numbers stay below this in size, so that their text has no exponent (the rule engine misreads one)."""

YES, NO = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})
"""How data say a boolean, in any case."""

_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_SHARE = re.compile(r"(\d{1,6}(?:\.\d+)?)\s*%", re.ASCII)
_DURATION = re.compile(r"(\d{1,5})\s*(m|h|d|business days?)", re.ASCII)
_NAME = r"^[a-z][a-z0-9_]*$"
_TITLE = r"^[a-z][a-z0-9_-]*$"


class Mistake(ValueError):
    """What is wrong with an entry; what to do. `path`: the keys and places in lists below it that lead there;
    `lacks`: the key that would mend it."""

    def __init__(self, said: str, *path: str | int, lacks: str | None = None) -> None:
        super().__init__(said)
        self.path = path
        self.lacks = lacks


class Entry(Meant):
    """Base of everything that stands in a file: frozen, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def parse_number(value: object) -> float:
    """A finite number in plain digits; refuses `12%`, `1_000`, NaN and the like."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("a number is wanted; write one like 35 or 0.5")
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
        raise ValueError(f"{value!r} is no number; write one like 35 or 0.5")
    number = float(value)
    if not abs(number) < LARGEST:
        raise ValueError(f"{value!r} is too large; write a number smaller than {LARGEST:.0e}")
    return number + 0.0


def written(number: float) -> str:
    """A number as people write it: with all its digits, without the noise of binary fractions or an exponent."""
    return f"{Decimal(f'{number:.15g}'):f}"


def parse_count(value: object) -> int:
    return _whole(value, "is no whole number from 1 on; write one like 3", least=1)


def parse_order(value: object) -> int:
    return _whole(value, "is no whole number; write one like 10")


def _whole(value: object, is_none: str, least: float = -LARGEST) -> int:
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
        raise ValueError(f"{value!r} {is_none}")
    number = parse_number(value)
    if number != int(number) or number < least:
        raise ValueError(f"{value!r} {is_none}")
    return int(number)


def parse_share(value: object) -> float:
    """`30%` to 0.3; a bare number is refused, for it may mean either."""
    match = _SHARE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{value!r} is no share; write it with its sign, like 30%")
    return round(float(match.group(1)) / 100, 6)


def parse_day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip(), re.ASCII):
        try:
            day = date.fromisoformat(value.strip())
        except ValueError:
            raise ValueError(f"{value!r} is not in the calendar; write a date like 2026-03-01") from None
        if not is_meant(day):
            raise ValueError(f"{value!r} is outside of the years {YEARS}; write a date like 2026-03-01")
        return day
    raise ValueError(f"{value!r} is no date; write one like 2026-03-01")


def _text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


@dataclass(frozen=True, slots=True)
class Duration:
    """`15m`, `6h`, `90d` or `2 business days`: `count` of `unit` m, h, d or b."""

    count: int
    unit: str

    @classmethod
    def parse(cls, value: object) -> "Duration":
        if isinstance(value, Duration):
            return value
        match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is None or int(match.group(1)) < 1:
            said = "is no duration" if match is None else "is no time at all"
            raise ValueError(f"{value!r} {said}; write one like 15m, 6h, 90d or 2 business days")
        return cls(int(match.group(1)), match.group(2)[0])

    @property
    def in_days(self) -> bool:
        return self.unit == "d"

    @property
    def microseconds(self) -> int:
        """Elapsed time of minutes and hours."""
        return self.count * {"m": 60, "h": 3600}[self.unit] * 1_000_000

    def __str__(self) -> str:
        if self.unit == "b":
            return f"{self.count} business day{'s' if self.count > 1 else ''}"
        return f"{self.count}{self.unit}"

    @property
    def words(self) -> str:
        unit = {"m": "minute", "h": "hour", "d": "day", "b": "business day"}[self.unit]
        return f"{self.count} {unit}{'s' if self.count > 1 else ''}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.parse, serialization=core_schema.to_string_ser_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": rf"^{_DURATION.pattern}$", "examples": ["6h", "90d", "2 business days"]}


def _days(value: object) -> Duration:
    duration = Duration.parse(value)
    if duration.unit != "d":
        raise ValueError(f"{str(duration)!r} is not in days; write whole days, like 28d")
    return duration


def _window(value: object) -> Duration:
    duration = Duration.parse(value)
    if duration.unit == "b":
        raise ValueError(f"a window can't be of {duration}; write days, hours or minutes, like 28d or 6h")
    return duration


def _no_business_days(value: object) -> Duration:
    duration = Duration.parse(value)
    if duration.unit == "b":
        raise ValueError(f"{str(duration)!r} can't be counted here; write days, hours or minutes, like 2d or 6h")
    return duration


def texts(value: object) -> object:
    return [_text(item) for item in value] if isinstance(value, list | tuple) else value


Number = Annotated[float, BeforeValidator(parse_number)]
YesNo = Annotated[bool, Field(strict=True)]
"""Only true and false; `yes` and `on` are texts."""
Count = Annotated[int, BeforeValidator(parse_count)]
Whole = Annotated[int, BeforeValidator(parse_order)]
Share = Annotated[float, BeforeValidator(parse_share, json_schema_input_type=str)]
Day = Annotated[date, BeforeValidator(parse_day)]
Days = Annotated[Duration, BeforeValidator(_days)]
Window = Annotated[Duration, BeforeValidator(_window)]
Hold = Annotated[Duration, BeforeValidator(_no_business_days)]
Text = Annotated[str, BeforeValidator(_text)]
