"""Outcomes of accounts in; when each of them had left, and when it was back, out."""

from dataclasses import dataclass

import numpy as np

from engine.language.catalog import CHURNED
from engine.reports.columns import Bits, Dated
from engine.snapshot import Days

NEVER = np.iinfo(np.int32).max
"""The day on which an account is back that has not come back."""


@dataclass(frozen=True, slots=True)
class Absences:
    """Accounts that had left from a day on, until a day on which they were with us again."""

    rows: Days
    froms: Days
    untils: Days
    """The first day back; NEVER."""

    @classmethod
    def of(cls, outcomes: Dated) -> "Absences":
        """An account has left while its newest outcome is `churned`. Who is back on the same day has not left."""
        since: dict[int, int] = {}
        found: list[tuple[int, int, int]] = []
        entries = zip(outcomes.rows.tolist(), outcomes.days.tolist(), outcomes.names.tolist(), strict=True)
        for row, day, outcome in entries:
            if outcome == CHURNED:
                since.setdefault(row, day)
            elif row in since:
                found.append((row, since.pop(row), day))
        found += [(row, day, NEVER) for row, day in since.items()]
        rows, froms, untils = np.array(found, dtype=np.int64).reshape(-1, 3).T
        lasting = untils > froms
        return cls(rows[lasting], froms[lasting], untils[lasting])

    def on(self, day: int, accounts: int) -> Bits:
        """Which of so many accounts had left at the end of a day."""
        return self._accounts((self.froms <= day) & (self.untils > day), accounts)

    def begun(self, first: int, last: int, accounts: int) -> Bits:
        """Which of so many accounts left within these days and were not back at the end of the last of them."""
        return self._accounts((self.froms >= first) & (self.froms <= last) & (self.untils > last), accounts)

    def _accounts(self, which: Bits, accounts: int) -> Bits:
        found = np.zeros(accounts, dtype=np.bool_)
        found[self.rows[which]] = True
        return found
