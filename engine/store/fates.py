"""What became of each value of a batch in; what became of each record of the file, out."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.batches import Ints, Observations
from engine.store.ingest.cells import APPLIED, CORRECTED, UNCHANGED

WAITS, REFUSED = 3, 4
NAMES = {UNCHANGED: "unchanged", APPLIED: "applied", CORRECTED: "corrected", WAITS: "held"}


@dataclass(slots=True)
class Fates:
    """One fate per value; a record has the greatest of its values': a refused value makes a refused record."""

    fate: NDArray[np.int8]
    record: Ints
    silent: int

    @classmethod
    def of(cls, batch: Observations, good: NDArray[np.bool_], waits: NDArray[np.bool_]) -> "Fates":
        fate = np.zeros(len(batch.value), dtype=np.int8)
        fate[waits] = WAITS
        fate[~good] = REFUSED
        record = np.arange(len(batch.value), dtype=np.int64) if batch.record is None else batch.record
        return cls(fate, record, batch.silent)

    def become(self, values: Ints, outcome: NDArray[np.int8]) -> None:
        self.fate[values] = outcome

    def counts(self) -> Counter[str]:
        """Records by what became of them; refused ones are told one by one elsewhere."""
        of_record = np.full(int(self.record.max(initial=-1)) + 1, -1, dtype=np.int64)
        np.maximum.at(of_record, self.record, self.fate.astype(np.int64))
        found = Counter({name: int((of_record == fate).sum()) for fate, name in NAMES.items()})
        found["unchanged"] += self.silent
        return found
