"""What accounts went through in; what had fired in the days before an outcome, against what fires otherwise, out."""

from collections import Counter
from collections.abc import Iterable, Sequence

from engine.reports.behaviour import FEWEST, TOO_FEW
from engine.reports.columns import Course, Document
from engine.reports.shares import Share, difference
from engine.reports.stretches import stretches

ANY = None
"""In place of a rule: any of them."""
NO_DIFFERENCE = "no clear difference"


def firings(courses: Iterable[Course], rules: Sequence[str], outcome: str, days: int) -> Document:
    """Stretches of so many days that ended with an outcome, and all others: in how many of each did a rule fire?

    Any of the rules first, where there are several. `precision`: of the stretches with a firing, the share that ended
    with the outcome, to be set against `base`, the same share of all stretches.
    """
    asked = (ANY, *rules) if len(rules) > 1 else tuple(rules)
    there: Counter[bool] = Counter()
    fired: dict[str | None, Counter[bool]] = {rule: Counter() for rule in asked}
    for course in courses:
        found = stretches(course, outcome, days)
        there.update(found.ended.tolist())
        for rule in asked:
            of_rule = course.firings if rule is ANY else course.firings.only(course.firings.names == rule)
            fired[rule].update(found.ended[found.having(of_rule)].tolist())
    return {
        "ended": there[True],
        "others": there[False],
        "base": _share(there[True], there.total()),
        "rules": [{"rule": rule, **_told(fired[rule], there)} for rule in asked],
    }


def _told(fired: Counter[bool], there: Counter[bool]) -> Document:
    low, high = _apart(fired, there) or (None, None)
    return {
        "ended": fired[True],
        "ended_share": _share(fired[True], there[True]),
        "others": fired[False],
        "others_share": _share(fired[False], there[False]),
        "precision": _share(fired[True], fired.total()),
        "low": low,
        "high": high,
        "says": TOO_FEW if low is None or high is None else NO_DIFFERENCE if low <= 0 <= high else None,
    }


def _apart(fired: Counter[bool], there: Counter[bool]) -> tuple[float, float] | None:
    """The 95 % interval of the difference between the two shares; None with few stretches on either side."""
    if min(there[True], there[False]) < FEWEST:
        return None
    low, high = difference(Share(fired[True], there[True]), Share(fired[False], there[False]))
    return round(low, 4), round(high, 4)


def _share(some: int, all_: int) -> float | None:
    return round(some / all_, 4) if all_ else None
