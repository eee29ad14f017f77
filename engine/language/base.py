"""Scalars as they stand in a file in; names, numbers, shares and durations out.

The reader hands over every scalar as text, except `true`, `false` and blank: what a scalar is, its field says.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

LARGEST = 1e15
"""Numbers stay below this in size, so that their text has no exponent (the rule engine misreads one)."""

_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%", re.ASCII)
_DURATION = re.compile(r"(\d+)\s*(m|h|d|business days?)", re.ASCII)
_NAME = r"^[a-z][a-z0-9_]*$"
_TITLE = r"^[a-z][a-z0-9_-]*$"


class Entry(BaseModel):
    """Base of everything that stands in a file: frozen, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True)


def parse_number(value: object) -> float:
    """A finite number in plain digits, rounded to 4 decimals; refuses `12%`, `1_000`, NaN and the like."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("a number is wanted, like 35 or 0.5")
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
        raise ValueError(f"a number is wanted, like 35 or 0.5, not {value!r}")
    number = float(value)
    if not abs(number) < LARGEST:
        raise ValueError(f"a number smaller than {LARGEST:.0e} is wanted, not {value!r}")
    return round(number, 4) + 0.0


def parse_count(value: object) -> int:
    number = parse_number(value)
    if number != int(number) or number < 1:
        raise ValueError(f"a whole number from 1 on is wanted, not {value!r}")
    return int(number)


def parse_order(value: object) -> int:
    number = parse_number(value)
    if number != int(number):
        raise ValueError(f"a whole number is wanted, not {value!r}")
    return int(number)


def parse_share(value: object) -> float:
    """`30%` to 0.3; a bare number is refused, for it may mean either."""
    match = _SHARE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"a share with its sign is wanted, like 30%, not {value!r}")
    return round(float(match.group(1)) / 100, 6)


def parse_day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip(), re.ASCII):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            raise ValueError(f"there is no day {value!r} in the calendar") from None
    raise ValueError(f"a date is wanted, like 2026-03-01, not {value!r}")


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
            raise ValueError(f"a duration is wanted, like 15m, 6h, 90d or 2 business days, not {value!r}")
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
        raise ValueError(f"whole days are wanted here, like 28d, not {duration}")
    return duration


def _window(value: object) -> Duration:
    duration = Duration.parse(value)
    if duration.unit == "b":
        raise ValueError("a window is in days, hours or minutes, like 28d or 6h; business days are for waits and dues")
    return duration


def _no_business_days(value: object) -> Duration:
    duration = Duration.parse(value)
    if duration.unit == "b":
        raise ValueError(f"days, hours or minutes are wanted here, like 2d or 6h, not {duration}")
    return duration


def texts(value: object) -> object:
    return [_text(item) for item in value] if isinstance(value, list | tuple) else value


Number = Annotated[float, BeforeValidator(parse_number)]
Count = Annotated[int, BeforeValidator(parse_count)]
Whole = Annotated[int, BeforeValidator(parse_order)]
Share = Annotated[float, BeforeValidator(parse_share, json_schema_input_type=str)]
Day = Annotated[date, BeforeValidator(parse_day)]
Days = Annotated[Duration, BeforeValidator(_days)]
Window = Annotated[Duration, BeforeValidator(_window)]
Hold = Annotated[Duration, BeforeValidator(_no_business_days)]
Text = Annotated[str, BeforeValidator(_text)]
