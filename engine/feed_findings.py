"""Feeds that are quiet or thin in; what is told of each, out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from engine.arithmetic.thin import ThinFeed
from engine.clock import day_number, day_of
from engine.domain import NewestRecord
from engine.judged import Finding, FindingKind
from engine.plan import Plan


@dataclass(frozen=True, slots=True)
class HeldFeed:
    """The finding of a feed that is held. `is_told`: False while it goes without saying, or another will say it."""

    finding: Finding
    is_told: bool = True


def quiet_findings(plan: Plan, at: datetime, quiet: Mapping[str, NewestRecord]) -> Iterator[HeldFeed]:
    """Of feeds that are quiet, by the day of their last record. One that was back meanwhile is another finding."""
    for name, last in sorted(quiet.items()):
        text = f"No record of {_title(plan, name)} has come for {last.age} days, the last on {_said(last.day)}."
        yield HeldFeed(_finding(FindingKind.QUIET, plan, at, name, last.day, text))


def thin_findings(plan: Plan, at: datetime, thin: Mapping[str, ThinFeed]) -> Iterator[HeldFeed]:
    """Of feeds that are thin. Where no record came at all, a feed that can be quiet is told of when it is."""
    yesterday = day_number(plan.company.day(at)) - 1
    for name, feed in sorted(thin.items()):
        title, share = _title(plan, name), feed.accounts / feed.usual
        text = (
            f"{title[:1].upper()}{title[1:]} came from {share:.0%} of the usual accounts on {_said(yesterday)} "
            f"({feed.accounts:,} of about {feed.usual:,.0f})."
        )
        finding = _finding(FindingKind.THIN, plan, at, name, feed.last_day, text)
        yield HeldFeed(finding, is_told=feed.accounts > 0 or name not in plan.catalog.quiet_days())


def _finding(kind: FindingKind, plan: Plan, at: datetime, name: str, last: int, text: str) -> Finding:
    return Finding(
        key=f"{kind}/{name}/{day_of(last)}",
        kind=kind,
        name=name,
        text=f"{text} What rests on it stays as of {_said(last)} until it is back.",
        at=at,
        day=day_number(plan.company.day(at)),
    )


def _title(plan: Plan, name: str) -> str:
    return plan.titles.of("metric" if name in plan.catalog.metrics else "event", name)


def _said(number: int) -> str:
    day: date = day_of(number)
    return f"{day.day} {day:%b %Y}"
