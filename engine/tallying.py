"""The moves of a look in; whom it would tell of, out."""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from engine.clock import microseconds
from engine.concluding import TELLING
from engine.holds import Example, Tally, largest
from engine.plan import Plan
from engine.rules import Standing
from engine.snapshot import Snapshot


def tally_of(plan: Plan, snapshot: Snapshot, standings: Mapping[str, Standing]) -> Tally:
    """Not counted: a first look that `backfill` asked for, and accounts whose last look was after this one's moment,
    for these are left out when it is saved."""
    firing: dict[int, list[str]] = {}
    at = microseconds(snapshot.at)
    for name, standing in standings.items():
        rule = standing.rule.rule
        for row, move in standing.moved.items() if rule.play is not None else ():
            asked_for = rule.backfill and snapshot.first_look[row] < 0
            if move in TELLING and not asked_for and snapshot.last_look[row] <= at:
                firing.setdefault(row, []).append(name)
    return Tally(
        looked=len(snapshot),
        accounts=tuple(snapshot.accounts[row] for row in sorted(firing)),
        rules=Counter(name for names in firing.values() for name in names),
        examples=largest(tuple(_example(plan, snapshot, row, firing[row][0]) for row in sorted(firing))),
    )


def _example(plan: Plan, snapshot: Snapshot, row: int, rule: str) -> Example:
    account, said = snapshot.accounts[row], snapshot.attributes
    value = float(said["value"][row])
    return Example(
        account=account,
        name=said["name"][row] or account,
        value=None if np.isnan(value) else value,
        currency=said["currency"][row] or plan.settings.company.currency,
        rule=rule,
    )
