"""A rule that counts across accounts and a sweep in; its episode for each group, and its findings, out (section 7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tests.oracle import rules, versions
from tests.oracle.files import Workspace, Written
from tests.oracle.findings import Finding, Findings
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


@dataclass(frozen=True)
class Sweep:
    """All accounts at a moment; `now`: the company's."""

    company: Company
    workspace: Workspace
    groups: Groups
    findings: Findings
    now: Now

    def seen(self, account: Account) -> Seen:
        return Seen(self.company, self.workspace, account, self.now.at)


def sweep(company: Company, workspace: Workspace, groups: Groups, findings: Findings, at: datetime) -> None:
    """Judges every rule once per group."""
    this = Sweep(company, workspace, groups, findings, Now(day_in(at, workspace.zone), at))
    for name, group in [key for key in groups.episodes if key[0] not in workspace.across]:
        del groups.episodes[name, group]
        findings.end(("across", name, group), this.now)
    versions_now = {name: versions.of_rule(workspace, rule) for name, rule in workspace.across.items()}
    for name, rule in workspace.across.items():
        seeds = groups.versions.get(name) != versions_now[name] and not rule.get("backfill")
        for group, accounts in _groups_of(this, rule).items():
            _judge(this, rule, group, accounts, Episode(versions_now[name]), seeds=seeds)
    groups.versions = versions_now


def _groups_of(this: Sweep, rule: Written) -> Mapping[str, list[Account]]:
    """Per value of its attribute the accounts; also the groups that were there before."""
    found: dict[str, list[Account]] = {group: [] for name, group in this.groups.episodes if name == rule["rule"]}
    for account in this.company.accounts.values():
        value = {**account.attributes, "id": account.id}.get(rule["when"]["across"])
        if value is not None:
            found.setdefault(str(value), []).append(account)
    return found


def _judge(this: Sweep, rule: Written, group: str, accounts: list[Account], begun: Episode, *, seeds: bool) -> None:
    """`begun`: the episode of a group that has none by this version of the rule."""
    known, key = this.groups.episodes.get((rule["rule"], group)), ("across", rule["rule"], group)
    if known is not None and known.version != begun.version:
        this.findings.end(key, this.now)
    episode = known if known is not None and known.version == begun.version else begun
    counts = {one.id: len(_events(this.seen(one), rule["when"])) for one in accounts}
    holds = _holds(this.seen(Account("")), rule["when"], sum(counts.values()))
    this.groups.episodes[rule["rule"], group], told = rules.moved(rule, episode, holds, this.now, seeds=seeds)
    if told == "cleared":
        this.findings.end(key, this.now)
    if told not in ("fired", "reminded"):
        return
    this.findings.notices.append(this.now.at)
    if key not in this.findings.open:
        having = sorted((one for one in accounts if counts[one.id]), key=lambda one: one.id)
        text, ids = _text(rule, group, sum(counts.values()), having), [one.id for one in having]
        this.findings.begin(key, Finding("across", rule["rule"], group, text, ids, this.now.at, this.now.today))


def _events(seen: Seen, when: Written) -> list[Event]:
    return seen.events(when["event"], seen.window(when["event"], duration(when["in"])), when.get("where"))


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
