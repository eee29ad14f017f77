"""What a file says, however it is written: its records as columns of text, each with its line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.batches import Refusal

Meant = Callable[[str], bool]
"""Whether a column is looked at. What can't be read is no mistake in one that is not."""


@dataclass(frozen=True, slots=True)
class Table:
    """Records of a file that follow each other: its columns as text (None is blank), and the line on which each begins.

    All tables of a file have the same columns.
    """

    file: str
    columns: dict[str, pl.Series]
    lines: NDArray[np.int64]
    refused: tuple[Refusal, ...] = ()
    named: Mapping[str, int] = field(default_factory=dict)
    """The line on which a column is named first, where that is not the first one."""
    unsaid: Mapping[str, pl.Series] = field(default_factory=dict)
    """Of columns that some records do not have at all: which these are. Their cells are blank."""

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def header(self) -> int:
        """The line that says which columns there are."""
        return min(self.named.values(), default=1)


def cut(cells: pl.Series) -> pl.Series:
    """Spaces around are cut; blank is no value."""
    stripped = cells.str.strip_chars()
    return stripped.set(stripped == "", None) if len(stripped) else stripped
