"""A rule and one account's look in; its episode after this look, and what it decided, out (section 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from tests.oracle import versions
from tests.oracle.conditions import answer
from tests.oracle.files import Written
from tests.oracle.moments import Now, duration, has_passed
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
    return moved(
        rule,
        episode,
        answer(judged, rule["when"]),
        Now(judged.today, judged.at),
        seeds=seeds,
        is_over=lambda: "clear_at" not in rule or answer(judged, rule["clear_at"]) is True,
    )


def unjudged(judged: Judged, name: str) -> Episode:
    """As the look before left it; of another version of the rule nothing is left, and it starts from inactive."""
    version = versions.of_rule(judged.workspace, judged.workspace.rules[name])
    judged.first_looks.setdefault((name, version), judged.at)
    episode = judged.kept.episodes.get(name)
    return episode if episode is not None and episode.version == version else Episode(version)


def moved(
    rule: Written,
    episode: Episode,
    holds: Answer,
    now: Now,
    *,
    seeds: bool,
    is_over: Callable[[], bool] = lambda: True,
) -> tuple[Episode, str | None]:
    """By the answer of its `when`. `is_over`: whether what holds no longer clears."""
    state, told = _next(rule, episode, holds, now, seeds=seeds, is_over=is_over)
    after = episode
    if state != episode.state:
        after = replace(after, state=state, since_day=now.today, since=now.at)
    if told in ("seeded", "fired", "reminded"):
        after = replace(after, told_day=now.today, told=now.at)
    return after, told


def _next(
    rule: Written, episode: Episode, holds: Answer, now: Now, *, seeds: bool, is_over: Callable[[], bool]
) -> tuple[str, str | None]:
    """The state, and what is told; unknown makes no move."""
    match episode.state:
        case "inactive" if holds:
            if seeds:
                return "active", "seeded"
            return ("pending", "pending") if "for" in rule else ("active", "fired")
        case "pending" if holds:
            passed = has_passed(duration(rule["for"]), episode.since_day, episode.since, now)
            return ("active", "fired") if passed else ("pending", None)
        case "pending" if holds is False:
            return "inactive", "lapsed"
        case "active" if holds:
            again = "every" in rule and has_passed(duration(rule["every"]), episode.told_day, episode.told, now)
            return "active", "reminded" if again else None
        case "active" if holds is False:
            return ("inactive", "cleared") if is_over() else ("active", None)
        case state:
            return state, None
