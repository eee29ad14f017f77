"""The reports on how accounts stand: `ranking`, `piles`, `benchmark`, `segments`."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from engine.cli.reporting import Desk, Form, days_of, rows_of, share_text, show_table, show_unknown, unknown_in
from engine.cli.words import WrongWords, choose
from engine.language.views import PILES
from engine.reports import standings
from engine.reports.columns import Document

STANDING = ("account", "name", "owner", "value", "band")
VIEWS = ("letter", "stage", "level", "pile", "percentile", "class")
RANKING = ("rank", "gained", *STANDING, *VIEWS)
IN_PILES = ("pile", *STANDING)
BENCHMARK = ("class", "accounts", "mean", "lowest", "highest")
SHOWS = ("number", "percent", "letter", "stage", "level")


def ranking(desk: Desk, form: Form, *, over: str, show: str, top: int | None, bottom: int | None) -> None:
    """All accounts by their score, with the points that each gained or lost."""
    choose(show, SHOWS, "view")
    if show == "stage" and not desk.scale.has_stages:
        raise WrongWords(f"{desk.score} has no stages. Name them under `views` in its file, or show another view.")
    standing = desk.standing(over=days_of(over))
    ranked, unknown = _ends(standings.ranking(standing, desk.scale), top, bottom), unknown_in(standing)
    document = {"score": desk.score, "over": over, "unknown": unknown, "accounts": ranked}

    def people(shown: Console) -> None:
        columns = ("rank", f"in {over}", "account", "name", desk.scale.title, "band", "letter", "percentile", "class")
        show_table(shown, columns, ranked, lambda row: _ranked(desk, row, show))
        show_unknown(shown, unknown)

    form.give(document, RANKING, rows_of(ranked, RANKING), people)


def _ends(ranked: list[Document], top: int | None, bottom: int | None) -> list[Document]:
    if top is not None and bottom is not None:
        raise WrongWords("Say --top or --bottom, not both.")
    if bottom is not None:
        return ranked[max(0, len(ranked) - bottom) :]
    return ranked[:top]


def _ranked(desk: Desk, row: Document, show: str) -> Sequence[object]:
    gained = "–" if row["gained"] is None else f"{row['gained']:+z.1f}"
    views = (row[view] for view in ("letter", "percentile", "class"))
    return row["rank"], f"{gained:>6}", row["account"], row["name"], _view(row, show), desk.band(row["band"]), *views


def _view(row: Document, show: str) -> object:
    if show == "percent":
        return share_text(row["value"] / 100)
    return row["value" if show == "number" else show]


def piles(desk: Desk, form: Form) -> None:
    """Who is at risk, who may need more, who is healthy; in each pile the lowest first."""
    standing = desk.standing()
    ranked, order, unknown = standings.ranking(standing, desk.scale), list(PILES), unknown_in(standing)
    accounts = sorted(ranked, key=lambda row: (order.index(row["pile"]), -row["rank"]))
    listed = [{key: row[key] for key in IN_PILES} for row in accounts]
    heaps = standings.piles(ranked, desk.scale)
    document = {"score": desk.score, "unknown": unknown, "piles": heaps, "accounts": listed}

    def people(shown: Console) -> None:
        shown.print(Text(f"{desk.scale.title} in three piles", style="bold"))
        show_table(shown, ("pile", "bands", "accounts", "share"), heaps, _heap)
        show_unknown(shown, unknown)
        shown.print()
        columns = ("pile", "account", "name", "owner", desk.scale.title, "band")
        show_table(shown, columns, accounts, lambda row: _piled(desk, row))

    form.give(document, IN_PILES, rows_of(listed, IN_PILES), people)


def _heap(pile: Document) -> Sequence[object]:
    return pile["label"], ", ".join(pile["bands"]), pile["accounts"], share_text(pile["share"])


def _piled(desk: Desk, row: Document) -> Sequence[object]:
    return PILES[row["pile"]], row["account"], row["name"], row["owner"], row["value"], desk.band(row["band"])


def benchmark(desk: Desk, form: Form) -> None:
    """What the top quarter, the middle half and the bottom quarter stand at."""
    standing = desk.standing()
    classes, unknown = standings.benchmarks(standing), unknown_in(standing)
    document = {"score": desk.score, "unknown": unknown, "classes": classes}

    def people(shown: Console) -> None:
        shown.print(Text(f"{desk.scale.title}: the mean of each percentile class", style="bold"))
        show_table(shown, BENCHMARK, classes, lambda one: [one[key] for key in BENCHMARK])
        show_unknown(shown, unknown)

    form.give(document, BENCHMARK, rows_of(classes, BENCHMARK), people)


def segments(desk: Desk, form: Form, *, by: str | None) -> None:
    """How the accounts of each segment, or at each stage, stand."""
    name = desk.attribute(by, type_="text", option="--by", usual="segment")
    standing = desk.standing(name)
    found = standings.segments(standing, desk.scale, standing.attributes[name])
    document = {"score": desk.score, "by": name, "segments": found}
    numbers, bands = ("group", "accounts", "unknown", "mean", "median"), desk.scale.bands

    def people(shown: Console) -> None:
        shown.print(Text(f"{desk.scale.title} by {name}", style="bold"))
        columns = (name, "accounts", "not known", "mean", "median", *bands.values())
        show_table(
            shown, columns, found, lambda one: [*(one[key] for key in numbers), *map(share_text, one["bands"].values())]
        )

    rows = [[*(one[key] for key in numbers), *one["bands"].values()] for one in found]
    form.give(document, (*numbers, *bands), rows, people)
