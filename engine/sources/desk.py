"""One file while it is read: cells checked one by one, and the reasons why a record can't be taken."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.batches import Places, Refusal, Unsaid
from engine.domain import Value
from engine.language.catalog import Catalog, FieldType
from engine.language.times import is_naive
from engine.sources import cells as cell
from engine.sources.targets import Columns

Reader = Callable[[str], Value]
T = TypeVar("T")


@dataclass(slots=True)
class Desk:
    """One file while it is read: its columns, and why a record can't be taken, by its index and the column."""

    columns: Columns
    catalog: Catalog
    zone: str
    reasons: dict[int, dict[str, str]] = field(default_factory=dict)
    naive: int = 0

    def refuse(self, index: int, column: str, why: str) -> None:
        """The first reason of each column is told."""
        self.reasons.setdefault(index, {}).setdefault(column, why)

    def texts(self, target: str) -> list[str | None]:
        return self.columns.of(target).to_list()

    def checked(self, target: str, check: Callable[[str], object], *, required: bool = False) -> list[str | None]:
        """A column of texts, each checked; a blank one that is required is refused."""
        texts = self.texts(target)
        good = {text for text in set(texts) if text is not None and _is_good(check, text)}
        for index, text in enumerate(texts):
            if text in good:
                continue
            if text is not None:
                self.attempt(index, target, check, text)
            elif required:
                self.refuse(index, target, "is blank: every row needs one")
        return texts

    def values(self, target: str, read: Reader) -> list[Value | Unsaid | None]:
        """A column of typed values; None is blank, or refused."""
        texts = enumerate(self.texts(target))
        values = [None if text is None else self.attempt(index, target, read, text) for index, text in texts]
        unsaid = self.columns.unsaid.get(target)
        if unsaid is None:
            return list(values)
        return [Unsaid.UNSAID if lacks else value for value, lacks in zip(values, unsaid, strict=True)]

    def attempt(self, index: int, target: str, read: Callable[[str], T], text: str) -> T | None:
        """What a cell says; None where it is refused."""
        try:
            return read(text)
        except ValueError as error:
            self.refuse(index, target, str(error))
            return None

    def moments(self, target: str, *, required: bool) -> cell.Moments:
        """A column of moments; what is none is refused, blank ones where they are required."""
        texts = self.columns.of(target)
        found = cell.moments(texts, self.zone)
        self.naive += found.naive
        for index in np.flatnonzero(found.bad):
            text = texts[int(index)]
            if found.outside[index]:
                self.refuse(int(index), target, f"{text!r} {cell.OUTSIDE}")
            elif text is not None:
                why = f"{text!r} is no date or time: write 2026-03-01 or 2026-03-01T09:30+01:00"
                self.refuse(int(index), target, why)
            elif required:
                self.refuse(int(index), target, "is blank: every row needs one")
        for index in np.flatnonzero((found.when.at == 0) & ~found.bad):
            self.refuse(int(index), target, "1970-01-01 is how systems write that there is no date: correct it")
        return found

    def reader(self, field: FieldType) -> Reader:
        """How a cell of an attribute or property is read; times without an offset are counted."""
        read = cell.of_field(field, self.zone)
        if field.type != "time":
            return read

        def counting(text: str) -> Value:
            self.naive += is_naive(text)
            return read(text)

        return counting

    def names(self, target: str, known: Iterable[str]) -> list[str]:
        """The names of a long column that the catalog has; rows with others are refused."""
        there, texts = tuple(known), self.columns.of(target)
        said = texts.drop_nulls().unique().to_list()
        for text in (text for text in said if text not in there):
            near = get_close_matches(text, there, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "declare it in rules/catalog.yaml"
            for index in np.flatnonzero((texts == text).fill_null(value=False).to_numpy()):
                self.refuse(int(index), target, f"{text!r} is not in the catalog: {hint}")
        for index in np.flatnonzero(texts.is_null().to_numpy()):
            self.refuse(int(index), target, "is blank: every row needs one")
        return sorted(text for text in said if text in there)

    def good(self) -> NDArray[np.bool_]:
        kept = np.ones(len(self.columns), dtype=np.bool_)
        kept[list(self.reasons)] = False
        return kept

    def places(self, kept: NDArray[np.bool_] | NDArray[np.intp]) -> Places:
        lines = self.columns.lines[kept]
        return Places((self.columns.file,), np.zeros(len(lines), dtype=np.int64), lines)

    def refusals(self) -> tuple[Refusal, ...]:
        return tuple(
            Refusal(
                self.columns.file,
                int(self.columns.lines[index]),
                "; ".join(f"{column}: {why}" for column, why in self.reasons[index].items()),
            )
            for index in sorted(self.reasons)
        )


def _is_good(check: Callable[[str], object], text: str) -> bool:
    try:
        check(text)
    except ValueError:
        return False
    return True
