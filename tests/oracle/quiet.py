"""A feed, everybody's records and a moment in; the last day of a feed that is quiet, and its findings, out."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from tests.oracle.files import Workspace
from tests.oracle.findings import Finding, Findings
from tests.oracle.moments import Now, day_in, duration

if TYPE_CHECKING:
    from tests.oracle.records import Company


def last_day(company: Company, workspace: Workspace, name: str, at: datetime) -> date | None:
    """Where no account has had a record of that name for so long by its own calendar, the day of the newest."""
    feed = workspace.feeds.get(name) or {}
    if "quiet_after" not in feed:
        return None
    silent = company.silent_days(name, at, workspace.zone)
    return company.newest(name, at) if silent is not None and silent >= duration(feed["quiet_after"]).amount else None


def sweep(company: Company, workspace: Workspace, findings: Findings, at: datetime) -> None:
    """One finding for each time that a feed is quiet; one that was back meanwhile is quiet for another time."""
    now = Now(day_in(at, workspace.zone), at)
    days = {name: last_day(company, workspace, name, at) for name in workspace.feeds}
    quiet = {("quiet", name, day.isoformat()) for name, day in days.items() if day is not None}
    for key in [key for key in findings.open if key[0] == "quiet" and key not in quiet]:
        findings.end(key, now)
    for key in sorted(quiet - findings.open.keys()):
        findings.begin(key, Finding("quiet", key[1], None, "", [], now.at, now.today))
        findings.notices.append(at)
