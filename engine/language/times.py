"""The text of a moment in; the moment it means, out."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.clock import YEARS, is_meant, microseconds, moment
from engine.language.base import parse_day

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?", re.ASCII
)


@lru_cache(maxsize=65_536)
def read_time(text: str, zone: str) -> tuple[int, bool] | None:
    """(microseconds since the epoch, had it no offset); None: it is no moment. In an hour that the clocks repeat,
    the first one is meant; in one that they skip, the moment so long after the jump."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    day, minute, second, fraction, offset = match.groups()
    said = f"{day}T{minute}:{second or '00'}.{(fraction or '0')[:6].ljust(6, '0')}"
    try:
        at = datetime.fromisoformat(said + ("" if offset is None else "+00:00" if offset == "Z" else offset))
        if offset is None:
            at = at.replace(tzinfo=ZoneInfo(zone))
        return microseconds(at.astimezone(UTC)), offset is None
    except (ValueError, OverflowError):
        return None


def is_naive(text: str) -> bool:
    """Whether it is a time that does not say where."""
    match = _TIME.fullmatch(text)
    return match is not None and match.group(5) is None


def parse_time(value: object, zone: str) -> date | datetime:
    """A date, or a moment; one without an offset is read in `zone`."""
    text = value.strip() if isinstance(value, str) else ""
    if isinstance(value, date) or _DAY.fullmatch(text):
        return parse_day(value)
    found = read_time(text, zone)
    if found is None:
        raise ValueError(f"{value!r} is no time; write one like 2026-03-01T09:30+01:00")
    at = moment(found[0])
    if not is_meant(at):
        raise ValueError(f"{value!r} is outside of the years {YEARS}; write a time like 2026-03-01T09:30+01:00")
    return at
