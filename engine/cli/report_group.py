"""The commands of `report`, each with its words."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.options import Json, folder_of

report_app = typer.Typer(
    help="Reports on all accounts: how they stand, how that went, what set them apart.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Score = Annotated[str | None, typer.Option("--score", metavar="NAME", help="Default: the primary score.")]
Csv = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write the rows to FILE; - prints them.")]
By = Annotated[str | None, typer.Option("--by", metavar="ATTRIBUTE", help="A text attribute, like a stage.")]

if TYPE_CHECKING:
    from engine.cli.reporting import Desk, Form


@contextmanager
def _desk(context: typer.Context, score: str | None = None) -> Iterator["Desk"]:
    from engine.cli.reporting import desk_in

    with desk_in(folder_of(context), score) as desk:
        yield desk


def _form(csv: Path | None, *, as_json: bool) -> "Form":
    from engine.cli.reporting import Form
    from engine.cli.spreadsheet import STANDARD_OUTPUT
    from engine.cli.words import WrongWords

    if as_json and csv == STANDARD_OUTPUT:
        raise WrongWords("--json and --csv - would both print. Leave one out, or give --csv a file.")
    return Form(as_json, csv)


@report_app.command("ranking")
def report_ranking(
    context: typer.Context,
    score: Score = None,
    over: Annotated[str, typer.Option("--over", metavar="DAYS", help="Points gained or lost in so long.")] = "28d",
    show: Annotated[
        str, typer.Option("--show", metavar="VIEW", help="number, percent, letter, stage or level.")
    ] = "number",
    top: Annotated[int | None, typer.Option("--top", min=1, metavar="N", help="Only the first N.")] = None,
    bottom: Annotated[int | None, typer.Option("--bottom", min=1, metavar="N", help="Only the last N.")] = None,
    csv: Csv = None,
    as_json: Json = False,
) -> None:
    """All accounts by their score, with the points that each gained or lost."""
    from engine.cli import report_standings

    with _desk(context, score) as desk:
        report_standings.ranking(desk, _form(csv, as_json=as_json), over=over, show=show, top=top, bottom=bottom)


@report_app.command("piles")
def report_piles(context: typer.Context, score: Score = None, csv: Csv = None, as_json: Json = False) -> None:
    """Three piles: who is at risk, who may need more, who is healthy."""
    from engine.cli import report_standings

    with _desk(context, score) as desk:
        report_standings.piles(desk, _form(csv, as_json=as_json))


@report_app.command("benchmark")
def report_benchmark(context: typer.Context, score: Score = None, csv: Csv = None, as_json: Json = False) -> None:
    """What the top quarter, the middle half and the bottom quarter stand at."""
    from engine.cli import report_standings

    with _desk(context, score) as desk:
        report_standings.benchmark(desk, _form(csv, as_json=as_json))


@report_app.command("segments")
def report_segments(
    context: typer.Context, by: By = None, score: Score = None, csv: Csv = None, as_json: Json = False
) -> None:
    """How the accounts of each segment, or at each stage, stand."""
    from engine.cli import report_standings

    with _desk(context, score) as desk:
        report_standings.segments(desk, _form(csv, as_json=as_json), by=by)


@report_app.command("revenue")
def report_revenue(
    context: typer.Context,
    quarter: Annotated[
        str | None, typer.Option("--quarter", metavar="2027-Q1", help="Default: the present quarter.")
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="ATTRIBUTE", help="The date that counts; default renewal_date.")
    ] = None,
    by: By = None,
    score: Score = None,
    csv: Csv = None,
    as_json: Json = False,
) -> None:
    """The revenue that renews in a quarter, by band, month and currency, and what of it is at risk."""
    from engine.cli import report_differences

    with _desk(context, score) as desk:
        report_differences.revenue(desk, _form(csv, as_json=as_json), quarter=quarter, date=date, by=by)


@report_app.command("behaviour")
def report_behaviour(
    context: typer.Context, by: By = None, score: Score = None, csv: Csv = None, as_json: Json = False
) -> None:
    """What accounts do, measure by measure, in each band, or in each group of --by."""
    from engine.cli import report_differences

    with _desk(context, score) as desk:
        report_differences.behaviour(desk, _form(csv, as_json=as_json), by=by)


@report_app.command("outcomes")
def report_outcomes(
    context: typer.Context,
    quarters: Annotated[
        bool, typer.Option("--quarters", help="With --csv: what happened in each quarter, not the comparison.")
    ] = False,
    score: Score = None,
    csv: Csv = None,
    as_json: Json = False,
) -> None:
    """What happened in the end, and in what those who left differed from those who stayed."""
    from engine.cli import report_differences

    with _desk(context, score) as desk:
        report_differences.outcomes(desk, _form(csv, as_json=as_json), by_quarter=quarters)


@report_app.command("bands")
def report_bands(
    context: typer.Context,
    every: Annotated[str, typer.Option("--every", metavar="PERIOD", help="week, month or quarter.")] = "month",
    score: Score = None,
    csv: Csv = None,
    as_json: Json = False,
) -> None:
    """How many accounts stood in each band at the end of each month, and how many rose, fell and left."""
    from engine.cli import report_courses

    with _desk(context, score) as desk:
        report_courses.bands(desk, _form(csv, as_json=as_json), every=every)


@report_app.command("firings")
def report_firings(
    context: typer.Context,
    outcome: Annotated[str, typer.Option("--outcome", metavar="NAME", help="What happened in the end.")] = "churned",
    within: Annotated[str, typer.Option("--within", metavar="DAYS", help="How long before it.")] = "30d",
    rule: Annotated[
        list[str] | None, typer.Option("--rule", metavar="NAME", help="Only this rule; repeatable.")
    ] = None,
    csv: Csv = None,
    as_json: Json = False,
) -> None:
    """What fired in the days before accounts left, or before another outcome, and what fires otherwise."""
    from engine.cli import report_courses

    with _desk(context) as desk:
        report_courses.firings(desk, _form(csv, as_json=as_json), outcome=outcome, within=within, rules=rule or ())
