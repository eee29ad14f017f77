"""A number of accounts in, a story for each of them out."""

from collections.abc import Callable

import numpy as np

from engine.demo import good_times, hard_times
from engine.demo.course import Course, Rng

Story = Callable[[Rng, int], Course]

SHARES: dict[str, tuple[Story, float]] = {
    "steady": (good_times.steady, 15),
    "growing": (good_times.growing, 8),
    "seasonal": (good_times.seasonal, 8),
    "slow fade": (hard_times.slow_fade, 7),
    "sudden drop": (hard_times.sudden_drop, 6),
    "rescued": (good_times.rescued, 6),
    "rocky start": (hard_times.rocky_start, 6),
    "good start": (hard_times.good_start, 6),
    "champion": (good_times.champion, 8),
    "payment trouble": (hard_times.payment_trouble, 6),
    "new leadership": (hard_times.new_leadership, 6),
    "office move": (good_times.office_move, 3),
    "works holiday": (good_times.works_holiday, 2),
    "silence": (hard_times.silence, 3),
    "restless": (good_times.restless, 7),
    "unhappy": (hard_times.unhappy, 4),
    "stopped reading": (good_times.stopped_reading, 3),
    "departed": (hard_times.departed, 3),
}
"""Each story and its weight among the accounts."""


def cast(accounts: int, rng: Rng) -> list[str]:
    """A story for each account, in mixed order; as many of each as its weight says, as near as whole numbers allow."""
    weights = np.array([weight for _, weight in SHARES.values()])
    exact = accounts * weights / weights.sum()
    counts = exact.astype(int)
    for place in np.argsort(counts - exact, kind="stable")[: accounts - counts.sum()]:
        counts[place] += 1
    listed = [name for name, count in zip(SHARES, counts, strict=True) for _ in range(count)]
    return [listed[place] for place in rng.permutation(accounts)]
