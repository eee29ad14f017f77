"""A condition and one account's look in; true, false or unknown out (section 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from tests.oracle import bands, measures
from tests.oracle.files import Written
from tests.oracle.moments import duration
from tests.oracle.numbers import (
    Answer,
    all_of,
    any_of,
    at_least,
    exact,
    opposite,
    share,
    within_bounds,
)
from tests.oracle.records import Event, Fact
from tests.oracle.trends import declining, trend
from tests.oracle.wanted import fits

if TYPE_CHECKING:
    from tests.oracle.look import Judged
    from tests.oracle.playbooks import Run


def answer(judged: Judged, condition: Written, run: Run | None = None) -> Answer:
    """`run`: the run in which it is asked; only there are tasks."""
    form = form_of(condition)
    if form in _GROUPS:
        return _GROUPS[form](judged, condition, run)
    if form == "task":
        return _task(judged, condition, run)
    return _FORMS[form](judged, condition)


def form_of(condition: Written) -> str:
    return next(form for form in (*_GROUPS, "task", *_FORMS) if form in condition)


def matched(judged: Judged, condition: Written) -> Iterator[Event | Fact]:
    """The facts and events that make it true: of conditions that are true and not under a `not`."""
    form = form_of(condition)
    if form == "not" or answer(judged, condition) is not True:
        return
    if form in _GROUPS:
        for part in condition.get("all") or condition.get("any") or condition["of"]:
            yield from matched(judged, part)
    elif form == "event" and "none_in" not in condition:
        window = judged.seen.window(condition["event"], duration(condition["in"]))
        yield from judged.seen.events(condition["event"], window, condition.get("where"))
    elif form == "fact" and condition.get("active") is not False:
        yield from _facts(judged, condition)


def _facts(judged: Judged, condition: Written) -> list[Fact]:
    """Those that were asserted in the window, or that hold now."""
    found = judged.seen.facts(condition["fact"], condition.get("where"))
    if "within" not in condition:
        return [fact for fact in found if judged.seen.holds_now(fact)]
    window = judged.seen.window(condition["fact"], duration(condition["within"]))
    return [fact for fact in found if window.holds(fact.day, fact.at)]


def _fact(judged: Judged, condition: Written) -> Answer:
    wanted: bool = condition.get("active", True)
    return bool(_facts(judged, condition)) == wanted


def _event(judged: Judged, condition: Written) -> Answer:
    name = condition["event"]
    window = judged.seen.window(name, duration(condition.get("in") or condition["none_in"]))
    count = len(judged.seen.events(name, window, condition.get("where")))
    covered = judged.seen.covered(name, window.first)
    if "none_in" in condition:
        if count:
            return False
        return True if covered and judged.seen.reaches_back_to(window.first) else None
    if count >= condition["at_least"]:
        return True
    return False if covered else None


def _score(judged: Judged, condition: Written) -> Answer:
    scored = judged.score(condition["score"])
    if "known" in condition:
        return bool(condition["known"]) == (scored.value is not None)
    if "drops" in condition or "rises" in condition:
        return trend(judged, condition)
    if "declining" in condition:
        return declining(judged, condition)
    if scored.band is None:
        return None
    if "band" in condition:
        wanted = condition["band"] if isinstance(condition["band"], list) else [condition["band"]]
        return scored.band in wanted
    if any(name in condition for name in ("enters", "falls_to", "rises_to", "leaves")):
        return _crossing(judged, condition, scored.band)
    return within_bounds(scored.value, condition)


def _crossing(judged: Judged, condition: Written, band: str) -> bool:
    """The stay in the band began by coming from another, a higher or a lower one; or another band was left."""
    name = condition["score"]
    if "leaves" in condition:
        return band != condition["leaves"] and condition["leaves"] in judged.bands_seen(name)
    came_from = judged.stay(name).came_from
    form = next(form for form in ("enters", "falls_to", "rises_to") if form in condition)
    if band != condition[form] or came_from is None:
        return False
    names = bands.names(judged.workspace.scores[name])
    rose = names.index(band) > names.index(came_from)
    return form == "enters" or rose == (form == "rises_to")


def _measure(judged: Judged, condition: Written) -> Answer:
    name = condition["measure"]
    if "known" in condition:
        return bool(condition["known"]) == (judged.measure(name) is not None)
    if "against" in condition:
        return _against_usual(judged, condition)
    found = judged.measure(name)
    return within_bounds(found if isinstance(found, float) else None, condition)


def _against_usual(judged: Judged, condition: Written) -> Answer:
    """Current ≤ usual × 0.7, with whole days up to yesterday."""
    current, usual = judged.measure(condition["measure"], 1), measures.usual(judged, condition["measure"])
    if not isinstance(current, float) or usual is None:
        return None
    if usual == 0:
        return False
    if "falls" in condition:
        return exact(current) <= exact(usual) * (1 - share(condition["falls"]))
    return exact(current) >= exact(usual) * (1 + share(condition["rises"]))


def _account(judged: Judged, condition: Written) -> Answer:
    return all_of(fits(wanted, judged.seen.attributes.get(name)) for name, wanted in condition["account"].items())


def _date(judged: Judged, condition: Written) -> Answer:
    found: date | None = judged.seen.attributes.get(condition["date"])
    if "known" in condition:
        return bool(condition["known"]) == (found is not None)
    if found is None:
        return None
    ahead = (found - judged.today).days
    if "in_next" in condition:
        return 0 <= ahead <= duration(condition["in_next"]).amount
    if "in_last" in condition:
        return 0 <= -ahead < duration(condition["in_last"]).amount
    passed: bool = condition["passed"]
    return (ahead < 0) == passed


def _rule(judged: Judged, condition: Written) -> Answer:
    episode = judged.rule(condition["rule"])
    if "active" in condition:
        wanted: bool = condition["active"]
        return (episode.state == "active") == wanted
    window = judged.seen.window("", duration(condition["in_last"]))
    return any(window.holds(day, at) for day, at in judged.fired(condition["rule"]))


def _task(judged: Judged, condition: Written, run: Run | None) -> Answer:
    """overdue: open, and due before the company's today; what is due are days of the company's."""
    task = run.tasks.get(condition["task"]) if run else None
    if task is None:
        return None
    if condition["state"] == "overdue":
        return task.state == "open" and task.due is not None and task.due < judged.company_day
    return task.state == str(condition["state"])


Form = Callable[["Judged", Written], Answer]
_FORMS: Mapping[str, Form] = {
    "score": _score,
    "measure": _measure,
    "fact": _fact,
    "event": _event,
    "account": _account,
    "date": _date,
    "rule": _rule,
}
Group = Callable[["Judged", Written, "Run | None"], Answer]
_GROUPS: Mapping[str, Group] = {
    "all": lambda judged, condition, run: all_of(answer(judged, part, run) for part in condition["all"]),
    "any": lambda judged, condition, run: any_of(answer(judged, part, run) for part in condition["any"]),
    "not": lambda judged, condition, run: opposite(answer(judged, condition["not"], run)),
    "of": lambda judged, condition, run: at_least(
        condition["at_least"], [answer(judged, part, run) for part in condition["of"]]
    ),
}
