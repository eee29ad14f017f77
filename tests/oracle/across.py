"""A rule that counts across accounts and a sweep in; its episode for each group, and its findings, out (section 7)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tests.oracle import rules, versions
from tests.oracle.files import Workspace, Written
from tests.oracle.findings import Finding
from tests.oracle.moments import Now, day_in, duration
from tests.oracle.numbers import Answer
from tests.oracle.records import Account, Company, Event
from tests.oracle.rules import Episode
from tests.oracle.seen import Seen

Key = tuple[str, str]
"""A rule and a group."""


@dataclass
class Groups:
    """What is kept from sweep to sweep. `versions`: of each rule, as the sweep before found it."""

    episodes: dict[Key, Episode] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    found: dict[Key, Finding] = field(default_factory=dict)
    """Those that have not ended."""
    notices: list[datetime] = field(default_factory=list)
    """When the operator was told: of a new finding, and again where a rule reminds."""

    def end(self, key: Key, now: Now) -> None:
        if key in self.found:
            self.found.pop(key).end(now)


def sweep(company: Company, workspace: Workspace, groups: Groups, at: datetime) -> None:
    """Judges every rule once per group."""
    now = Now(day_in(at, workspace.zone), at)
    for key in [key for key in groups.episodes if key[0] not in workspace.across]:
        del groups.episodes[key]
        groups.end(key, now)
    for name, rule in workspace.across.items():
        version = versions.of_rule(workspace, rule)
        seeds = groups.versions.get(name) != version and not rule.get("backfill")
        for group, accounts in _of_rule(company, groups, rule).items():
            _judge(company, workspace, groups, rule, group, accounts, now, Episode(version), seeds=seeds)
        groups.versions[name] = version
    groups.versions = {name: version for name, version in groups.versions.items() if name in workspace.across}


def _of_rule(company: Company, groups: Groups, rule: Written) -> Mapping[str, list[Account]]:
    """Per value of its attribute the accounts; also the groups that were there before."""
    found: dict[str, list[Account]] = {group: [] for name, group in groups.episodes if name == rule["rule"]}
    for account in company.accounts.values():
        value = {**account.attributes, "id": account.id}.get(rule["when"]["across"])
        if value is not None:
            found.setdefault(str(value), []).append(account)
    return found


def _judge(
    company: Company,
    workspace: Workspace,
    groups: Groups,
    rule: Written,
    group: str,
    accounts: list[Account],
    now: Now,
    begun: Episode,
    *,
    seeds: bool,
) -> None:
    key = (rule["rule"], group)
    before = groups.episodes.get(key)
    if before is not None and before.version != begun.version:
        groups.end(key, now)
    episode = before if before is not None and before.version == begun.version else begun
    events = {one.id: list(_events(Seen(company, workspace, one, now.at), rule["when"])) for one in accounts}
    holds = _holds(Seen(company, workspace, Account(""), now.at), rule["when"], sum(map(len, events.values())))
    groups.episodes[key], told = rules.moved(rule, episode, holds, now, seeds=seeds)
    if told == "cleared":
        groups.end(key, now)
    if told not in ("fired", "reminded"):
        return
    groups.notices.append(now.at)
    if key not in groups.found:
        having = [one for one in accounts if events[one.id]]
        text = _text(rule, group, sum(map(len, events.values())), having)
        groups.found[key] = Finding("across", rule["rule"], group, text, [one.id for one in having], now.at, now.today)
        groups.findings.append(groups.found[key])


def _events(seen: Seen, when: Written) -> Iterator[Event]:
    yield from seen.events(when["event"], seen.window(when["event"], duration(when["in"])), when.get("where"))


def _holds(of_company: Seen, when: Written, count: int) -> Answer:
    if count >= when["at_least"]:
        return True
    window = of_company.window(when["event"], duration(when["in"]))
    return False if of_company.covered(when["event"], window.first) else None


def _text(rule: Written, group: str, count: int, accounts: list[Account]) -> str:
    """Of the templates that are drawn."""
    names = ", ".join(str(one.attributes["name"]) for one in accounts)
    said = {"group": group, "count": str(count), "rule.name": rule["rule"], "accounts | join(', ')": names}
    return re.sub(r"{{ (.*?) }}", lambda found: said[found[1]], rule["finding"])
