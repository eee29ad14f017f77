"""The reports on how things went: `bands`, `firings`."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from engine.cli.reporting import Desk, Form, days_of, rows_of, share_text, show_table
from engine.cli.words import choose
from engine.language.catalog import OUTCOMES
from engine.reports.bands import Edges
from engine.reports.bands import bands as bands_of
from engine.reports.columns import Document
from engine.reports.firings import ANY
from engine.reports.firings import firings as firings_of
from engine.reports.periods import LABELS
from engine.store.courses import courses, ladders

COUNTS = ("unknown", "left", "rose", "fell")
FIRINGS = ("rule", "ended", "ended_share", "others", "others_share", "precision", "low", "high", "says")


def bands(desk: Desk, form: Form, *, every: str) -> None:
    """How many accounts stood in each band, period by period."""
    choose(every, tuple(LABELS), "period")
    database, names = desk.book.database, desk.scale.bands
    edges = Edges(tuple(names), ladders(database, desk.score), desk.scale.edges)
    found = bands_of(courses(database, desk.score, desk.book.clock.now()), edges, every)
    document = {"score": desk.score, "every": every, "periods": found}

    def people(shown: Console) -> None:
        shown.print(Text(f"{desk.scale.title} at the end of each {every}", style="bold"))
        columns = (every, "accounts", *names.values(), "not known", *COUNTS[1:])
        show_table(shown, columns, found, _counts)

    form.give(document, ("period", "accounts", *names, *COUNTS), list(map(_counts, found)), people)


def _counts(one: Document) -> Sequence[object]:
    return one["period"], one["accounts"], *one["bands"].values(), *(one[key] for key in COUNTS)


def firings(desk: Desk, form: Form, *, outcome: str, within: str, rules: Sequence[str]) -> None:
    """What fired in the days before an outcome, against as many days of those to whom it did not come."""
    choose(outcome, (*OUTCOMES, *desk.workspace.catalog.outcomes), "outcome")
    there = [name for name, rule in desk.workspace.rules.items() if rule.across is None]
    asked = [choose(name, there, "rule") for name in dict.fromkeys(rules)] or there
    all_courses = courses(desk.book.database, desk.score, desk.book.clock.now(), asked)
    found = firings_of(all_courses, asked, outcome, days_of(within))
    document = {"outcome": outcome, "within": within, **found}

    def people(shown: Console) -> None:
        shown.print(Text(f"What fired within {within} before {outcome}, and within {within} otherwise", style="bold"))
        shown.print(Text(_base(found, outcome, within)))
        columns = ("rule", f"before {outcome}", "share", "otherwise", "share", f"then {outcome}", "points apart", "")
        show_table(shown, columns, found["rules"], _fired)

    form.give(document, FIRINGS, rows_of(found["rules"], FIRINGS), people)


def _base(found: Document, outcome: str, within: str) -> str:
    every = found["ended"] + found["others"]
    if not every:
        return f"Nobody has been looked at for {within} so far."
    return f"{found['ended']:,} of {every:,} stretches ended with {outcome}: {share_text(found['base'])}."


def _fired(one: Document) -> Sequence[object]:
    before, otherwise, then = (share_text(one[key]) for key in ("ended_share", "others_share", "precision"))
    apart = None if one["low"] is None else f"{100 * one['low']:+.1f} to {100 * one['high']:+.1f}"
    rule = "any of them" if one["rule"] is ANY else one["rule"]
    return rule, one["ended"], before, one["others"], otherwise, then, apart, one["says"] or ""
