"""A small workspace without mistakes, as the texts of its files, and a way to make one mistake in it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from engine.errors import Problem, Severity
from engine.workspace import load

SETTINGS = "pulsebook.toml"
CATALOG = "rules/catalog.yaml"
MEASURES = "rules/measures.yaml"
HEALTH = "rules/scores/health.yaml"
ENGAGEMENT = "rules/scores/engagement.yaml"
RULES = "rules/at-risk.yaml"
PLAYBOOK = "playbooks/save-at-risk.yaml"
SLACK = "templates/slack/at-risk.j2"
TASK = "templates/task/risk-call.j2"
EMAIL = "templates/email/thanks.j2"
SCENARIOS = "tests/scenarios/at-risk.yaml"

BASE: Mapping[str, str] = {
    SETTINGS: """\
[company]
name = "Northwind"
timezone = "Europe/Berlin"
currency = "EUR"
country = "DE"

[people]
fallback = "lead@northwind.example"
""",
    CATALOG: """\
attributes:
  segment: {type: text, values: [smb, mid, enterprise]}
  plan: {type: text}
  seats: {type: number, min: 0}
  renewal_date: {type: date}
  trial: {type: boolean}
metrics:
  active_users: {unit: users, min: 0}
  nps: {min: -100, max: 100}
events:
  login:
  ticket_opened:
    properties:
      system: {type: text, values: [crm, mail]}
      minutes: number
facts:
  leadership_change: {properties: {role: text}}
  payment_date_change: {properties: {was: date, now: date}, when_changes: renewal_date}
outcomes: [paused]
""",
    MEASURES: """\
logins_28d: {count: login, over: 28d}
breadth: {distinct: login, by: contact, over: 28d}
seats: {attribute: seats}
plan_name: {attribute: plan}
seat_share: {ratio: [breadth, seats], show: percent}
nps: {latest: nps, max_age: 180d}
minutes_28d: {sum: ticket_opened.minutes, over: 28d, where: {system: crm}}
usual_logins: {usual: logins_28d}
since_login: {days_since: login}
visits_10d: {days_with: login, over: 10d}
""",
    HEALTH: """\
score: health
goal: Warn of churn early enough to act
primary: true
groups: {product: 60, relationship: 40}
measures:
  - {measure: logins_28d, group: product, weight: 3, curve: [[0, 0], [20, 60], [60, 100]]}
  - {measure: seat_share, group: product, points: {1: "< 0.2", 3: "< 0.5", 5: else}}
  - {measure: nps, group: relationship, weight: 2, curve: [[0, 0], [60, 100]]}
  - {measure: plan_name, group: relationship, points: {1: [monthly], 4: [yearly], 5: else}}
bands:
  - {band: red, from: 0, label: At risk}
  - {band: yellow, from: 40}
  - {band: green, from: 70}
""",
    ENGAGEMENT: """\
score: engagement
goal: Who would speak for us
start: 30
points:
  - {event: login, add: 1, fades: 90d, cap: 30}
  - {when: {measure: nps, at_least: 50}, add: 20}
bands: [{band: cold, from: 0}, {band: warm, from: 50}]
""",
    RULES: """\
- rule: fell-into-red
  when: {score: health, falls_to: red}
  for: 2d
  clear_at: {score: health, above: 45}
  because: "{{ account.name }} fell to {{ score.value | number }}"
  severity: high
  play: save-at-risk
- rule: new-leadership
  when:
    all:
      - {fact: leadership_change, within: 90d, where: {role: CTO}}
      - {account: {segment: [mid, enterprise], seats: {at_least: 5}}}
  adjust: {score: health, by: -10, fades: 90d}
- rule: renewal-near
  when: {any: [{date: renewal_date, in_next: 60d}, {measure: logins_28d, falls: 30%, against: usual}]}
- rule: quiet-renewal
  when: {all: [{rule: renewal-near, active: true}, {event: login, none_in: 14d}]}
  cap: {score: engagement, at_most: 60}
""",
    PLAYBOOK: """\
playbook: save-at-risk
goal: {score: health, at_least: 50, within: 45d}
cooldown: 30d
stop_when: {score: health, at_least: 60}
steps:
  - {step: tell-owner, slack: at-risk, to: owner}
  - {step: call, task: risk-call, due: 2 business days}
  - wait: 3 business days
    until: {task: call, state: done}
  - if: {task: call, state: open}
    then: [{step: escalate, slack: at-risk, to: manager}]
    else: [{step: thank, email: thanks, to: champion}]
  - stop: nothing more to do
""",
    SLACK: """\
*{{ account.name }}* fell to {{ score.value | number }} ({{ score.label }})
{% for drag in score.drags %}
{{ drag.sentence }}
{% endfor %}
{% if fact %}{{ fact.role }} changed {{ fact.at | ago }}{% endif %}
""",
    TASK: """\
Call {{ account.name }}
Why: {{ because }}. Logins: {{ measures.logins_28d | number }}
""",
    EMAIL: """\
Subject: Thank you, {{ contact.first_name }}

Hi {{ contact.first_name }}, thank you. {{ owner.first_name }}
""",
    SCENARIOS: """\
- scenario: a fall into red that lasts
  start: 2026-03-02
  account: {segment: mid, plan: pro}
  contacts: [{email: kim@acme.example, role: champion, consent: true}]
  before:
    - {event: login, from: -60, to: 0, times: 2}
    - {metric: nps, on: -10, value: 50}
  days:
    3:
      events: [{name: login, at: "10:00"}, {name: ticket_opened, system: crm, minutes: 5}]
      metrics: {nps: -20}
      facts: [{name: leadership_change, role: CTO}]
      expect: {band: {health: red}, score: {health: {below: 35}}, fires: []}
    5: {expect: {fires: [fell-into-red], starts: [save-at-risk], tasks: [call], sends: [{slack: at-risk}]}}
  never: {sends: [{email: thanks}]}
""",
}


@dataclass(frozen=True)
class Edit:
    """One passage of one file, replaced; the passage must be there."""

    file: str
    old: str
    new: str

    def sources(self, base: Mapping[str, str] = BASE) -> dict[str, str]:
        assert self.old in base[self.file], f"{self.old!r} is not in {self.file}"
        return {**base, self.file: base[self.file].replace(self.old, self.new, 1)}


def mistake(
    name: str, file: str, old: str, new: str, line: int, message: str, remedy: str, severity: Severity = Severity.ERROR
) -> object:
    """A row of a table: an edit, and the one problem that it makes, in the same file."""
    return pytest.param(Edit(file, old, new), Problem(file, line, message, remedy, severity), id=name)


def problems_of(sources: Mapping[str, str]) -> tuple[Problem, ...]:
    """What loading reports, without columns."""
    return tuple(replace(problem, column=0) for problem in load(sources).problems)
