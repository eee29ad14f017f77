"""A rule and one account's look in; its episode after this look, and what it decided, out (section 7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from tests.oracle import versions
from tests.oracle.conditions import answer
from tests.oracle.files import Written
from tests.oracle.moments import duration, has_passed
from tests.oracle.numbers import Answer

if TYPE_CHECKING:
    from tests.oracle.look import Judged

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Episode:
    """inactive, pending or active, since a look; `told`: when it last fired or was seeded."""

    version: str
    state: str = "inactive"
    since_day: date = date.min
    since: datetime = NEVER
    told_day: date = date.min
    told: datetime = NEVER


@dataclass
class Decision:
    """A change of state, or a firing. `reason`: what became of the playbook."""

    account: str
    rule: str
    at: datetime
    day: date
    state: str
    playbook: str | None = None
    reason: str | None = None
    run: object = None


def move(judged: Judged, name: str) -> tuple[Episode, str | None]:
    """The episode after this look, and what is told of it: None where nothing changed."""
    rule = judged.workspace.rules[name]
    before, episode = judged.kept.episodes.get(name), unjudged(judged, name)
    is_new = episode is not before and judged.was_there_before(name, episode.version)
    seeds = judged.account.seeds or (is_new and not rule.get("backfill"))
    holds = answer(judged, rule["when"])
    state, told = _next(judged, rule, episode, holds, seeds=seeds)
    return _moved(judged, episode, state, told), told


def unjudged(judged: Judged, name: str) -> Episode:
    """As the look before left it; of another version of the rule nothing is left, and it starts from inactive."""
    version = versions.of_rule(judged.workspace, judged.workspace.rules[name])
    judged.first_looks.setdefault((name, version), judged.at)
    episode = judged.kept.episodes.get(name)
    return episode if episode is not None and episode.version == version else Episode(version)


def _next(judged: Judged, rule: Written, episode: Episode, holds: Answer, *, seeds: bool) -> tuple[str, str | None]:
    """The state, and what is told; unknown makes no move."""
    match episode.state:
        case "inactive" if holds:
            if seeds:
                return "active", "seeded"
            return ("pending", "pending") if "for" in rule else ("active", "fired")
        case "pending" if holds:
            passed = _passed(judged, rule["for"], episode.since_day, episode.since)
            return ("active", "fired") if passed else ("pending", None)
        case "pending" if holds is False:
            return "inactive", "lapsed"
        case "active" if holds:
            again = "every" in rule and _passed(judged, rule["every"], episode.told_day, episode.told)
            return "active", "reminded" if again else None
        case "active" if holds is False:
            over = "clear_at" not in rule or answer(judged, rule["clear_at"]) is True
            return ("inactive", "cleared") if over else ("active", None)
        case state:
            return state, None


def _passed(judged: Judged, written: str, day: date, at: datetime) -> bool:
    return has_passed(duration(written), day, at, judged.today, judged.at)


def _moved(judged: Judged, episode: Episode, state: str, told: str | None) -> Episode:
    moved = replace(episode, state=state)
    if state != episode.state:
        moved = replace(moved, since_day=judged.today, since=judged.at)
    if told in ("seeded", "fired", "reminded"):
        moved = replace(moved, told_day=judged.today, told=judged.at)
    return moved
