"""The commands of `report`: what a lead asks of all accounts at once, as tables, as JSON, as CSV."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.text import Text

from engine.cli.common import open_book
from engine.cli.listing import in_use
from engine.cli.output import band_style, console, print_json, table
from engine.cli.spreadsheet import STANDARD_OUTPUT, write_csv
from engine.cli.words import WrongWords, choose
from engine.language.base import Duration
from engine.language.settings import Settings
from engine.loops.book import Book
from engine.reports.columns import Document, MeasureColumn, Standing
from engine.reports.scale import Scale
from engine.store import standings as stored
from engine.telling import MeasureTitle
from engine.template_filters import percent
from engine.wording import counted
from engine.workspace import Workspace

Rows = Sequence[Sequence[object]]
NOT_KNOWN = "not known"
SHOWN = 100
"""Rows of a table for people; files and programs get all."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a report is wanted."""

    as_json: bool
    csv: Path | None

    def give(self, document: Document, columns: Sequence[str], rows: Rows, show: Callable[[Console], None]) -> None:
        """The document, or the rows as a file, or else what people read."""
        if self.csv is not None:
            write_csv(self.csv, columns, rows)
        if self.as_json:
            print_json(document)
        elif self.csv is None:
            show(console())
        elif self.csv != STANDARD_OUTPUT:
            console().print(Text(f"{len(rows):,} rows are in {self.csv}."))


@dataclass(frozen=True)
class Desk:
    """An open workspace and the score that is asked about."""

    book: Book
    score: str

    @cached_property
    def workspace(self) -> Workspace:
        return in_use(self.book)

    @property
    def settings(self) -> Settings:
        return self.workspace.settings

    @cached_property
    def scale(self) -> Scale:
        return Scale(self.workspace.scores[self.score])

    @cached_property
    def titles(self) -> Mapping[str, MeasureTitle]:
        """What measures are called and how they are shown."""
        return self.book.judge().plan.measure_titles

    @property
    def labels(self) -> Mapping[str, str]:
        return {name: title.label for name, title in self.titles.items()}

    def measured(self, name: str, value: float | None) -> object:
        """A share as its measure says that it is shown; of many accounts together anything else is a number."""
        title = self.titles.get(name)
        return share_text(value) if title and title.show == "percent" else value

    def everybody(self, *attributes: str, over: int = 0) -> Standing:
        """All accounts, those that have left included."""
        now, currency = self.book.clock.now(), self.settings.company.currency
        return stored.standing(self.book.database, stored.Asked(self.score, now, currency, attributes, over))

    def standing(self, *attributes: str, over: int = 0) -> Standing:
        """The accounts that are with us."""
        everybody = self.everybody(*attributes, over=over)
        return everybody.only(~everybody.left)

    def parts(self, standing: Standing) -> Mapping[str, MeasureColumn]:
        return stored.parts(self.book.database, self.score, standing.seqs)

    def attribute(self, said: str | None, *, type_: str, option: str, usual: str) -> str:
        """An attribute of a type: the one that is said, else the usual one if the catalog has it."""
        catalog = self.workspace.catalog
        there = [name for name in catalog.attribute_names() if catalog.attribute_type(name) == type_]
        names = [name for name in there if name not in ("id", "name", "since")]
        if said is None and usual not in names:
            raise WrongWords(f"Say which attribute: {option} NAME. There are: {', '.join(names) or 'none'}.")
        return choose(said or usual, names, f"{type_} attribute")

    def band(self, band: str | None) -> Text:
        """Its title in its colour; of one that has gone from the files since the last look, its name."""
        titles = self.scale.bands
        if band is None or band not in titles:
            return Text(band or NOT_KNOWN)
        return Text(titles[band], style=band_style(band, tuple(titles)))


@contextmanager
def desk_in(folder: Path, score: str | None) -> Iterator[Desk]:
    """`score`: None is the primary one. Raises WrongWords where there is no such score."""
    with open_book(folder) as book:
        workspace = in_use(book)
        if not workspace.scores:
            raise WrongWords("There is no score to report on. Add one in rules/scores, then `pulsebook run`.")
        yield Desk(book, choose(score, tuple(workspace.scores), "score") if score else workspace.primary)


def share_text(share: float | None) -> str | None:
    return None if share is None else percent(share)


def days_of(said: str) -> int:
    """`28d` as 28. Raises WrongWords."""
    try:
        duration = Duration.parse(said)
    except ValueError as error:
        raise WrongWords(f"{error}.") from None
    if not duration.in_days:
        raise WrongWords(f"{said!r} is not in days. Write whole days, like 28d.")
    return duration.count


def rows_of(documents: Sequence[Document], columns: Sequence[str]) -> Rows:
    return [[document[column] for column in columns] for document in documents]


def show_table(
    shown: Console, columns: Sequence[str], documents: Sequence[Document], row: Callable[[Document], Sequence[object]]
) -> None:
    """A table of the first documents, a row for each, and how many more there are."""
    shown.print(table(None, columns, [row(document) for document in documents[:SHOWN]]))
    if len(documents) > SHOWN:
        shown.print(Text(f"… and {len(documents) - SHOWN:,} more: --csv FILE and --json have them all."))


def show_unknown(shown: Console, unknown: int) -> None:
    if unknown:
        shown.print(Text(f"Not known of {counted(unknown, 'account')}."))


def unknown_in(standing: Standing) -> int:
    return int(np.isnan(standing.values).sum())
