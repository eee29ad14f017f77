"""A feed, everybody's records and a moment in; the last whole day of a feed that is thin, and its findings, out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING

from tests.oracle.files import Workspace
from tests.oracle.findings import Finding, Findings
from tests.oracle.moments import ONE_DAY, Now, day_in

if TYPE_CHECKING:
    from tests.oracle.records import Company

WEEKS, LEAST_WEEKS = 8, 4


@dataclass(frozen=True)
class Thin:
    """What rests on the feed stays as of `last`; of the newest thin day there are records of so many `accounts`."""

    last: date
    accounts: int


def thin(company: Company, workspace: Workspace, name: str, at: datetime) -> Thin | None:
    """None: the day before is whole."""
    feed = workspace.feeds.get(name) or {}
    begins = date.fromisoformat(feed["from"]) if "from" in feed else company.oldest.get(name)
    if "thin_below" not in feed or begins is None:
        return None
    yesterday = day_in(at, workspace.zone) - ONE_DAY
    below = Fraction(feed["thin_below"].removesuffix("%")) / 100
    counts = company.accounts_by_day(name)
    thin_days: set[date] = set()
    for ago in range(7 * WEEKS - 1, -1, -1):
        day = yesterday - timedelta(days=ago)
        before = [day - timedelta(weeks=weeks) for weeks in range(1, WEEKS + 1)]
        usual = [counts[one] for one in before if one >= begins and one not in thin_days]
        if day >= begins and len(usual) >= LEAST_WEEKS and counts[day] < below * Fraction(median(usual)):
            thin_days.add(day)
    last = yesterday
    while last in thin_days:
        last -= ONE_DAY
    return None if last == yesterday else Thin(last, counts[yesterday])


def sweep(company: Company, workspace: Workspace, findings: Findings, at: datetime) -> None:
    """One finding for each stretch of thin days. Where no record came at all, a feed that can be quiet is told of when
    it is."""
    now = Now(day_in(at, workspace.zone), at)
    found = {name: thin(company, workspace, name, at) for name in workspace.feeds}
    going_on = {("thin", name, one.last.isoformat()): one for name, one in found.items() if one is not None}
    for key in [key for key in findings.open if key[0] == "thin" and key not in going_on]:
        findings.end(key, now)
    for key, one in sorted(going_on.items()):
        is_told = one.accounts > 0 or "quiet_after" not in workspace.feeds[key[1]]
        if is_told and key not in findings.begun:
            findings.begin(key, Finding("thin", key[1], None, "", [], now.at, now.today))
            findings.notices.append(at)
