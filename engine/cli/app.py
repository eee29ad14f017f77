"""The commands, each with its words; what they do is imported when they are called, so that `--help` is instant."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.groups import account_app, delivery_app, sweep_app, task_app
from engine.cli.options import Account, AsOf, DryRun, From, Json, Reason, Send, To, Version, folder_of
from engine.cli.report_group import report_app
from engine.errors import PulsebookError

PROBLEMS, WRONG_USE = 1, 2

app = typer.Typer(
    name="pulsebook",
    help="Rules and playbooks for customer success: watches accounts, decides with a rule engine, says why.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(task_app, name="task")
app.add_typer(delivery_app, name="delivery")
app.add_typer(account_app, name="account")
app.add_typer(report_app, name="report")
app.add_typer(sweep_app, name="sweep")


@app.callback()
def _main(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Option("-C", "--workspace", metavar="DIR", help="The workspace; default: this folder.")
    ] = Path(),
    version: Version = False,  # noqa: ARG001 its callback does it
) -> None:
    context.obj = folder


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is empty or not there yet.")],
) -> None:
    """Lay out the starter workspace in a folder."""
    from engine.cli import files

    files.init(folder)


@app.command()
def check(context: typer.Context, as_json: Json = False) -> None:
    """Say all mistakes in the workspace's files."""
    from engine.cli import files

    raise typer.Exit(files.check(folder_of(context), as_json=as_json))


@app.command()
def schema(
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help="catalog, measures, score, rules, …")] = None,
    write: Annotated[Path | None, typer.Option("--write", metavar="DIR", help="One file per kind, into DIR.")] = None,
) -> None:
    """Print the JSON Schemas that editors complete and check with."""
    from engine.cli import files

    files.schema(kind, write)


@app.command("import")
def import_(
    context: typer.Context,
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="accounts, contacts, teammates, observations, events, …; or: undo.")
    ],
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="CSV, JSON Lines or Parquet, .gz too; a query (.sql); after undo an ID."),
    ],
    maps: Annotated[
        list[str] | None, typer.Option("--map", metavar="TARGET=COLUMN", help="Read TARGET from that column.")
    ] = None,
    sets: Annotated[
        list[str] | None, typer.Option("--set", metavar="TARGET=VALUE", help="Give every row that value.")
    ] = None,
    wheres: Annotated[
        list[str] | None, typer.Option("--where", metavar="COLUMN=VALUE", help="Take only these rows.")
    ] = None,
    only_mapped: Annotated[bool, typer.Option("--only-mapped", help="Leave other columns alone.")] = False,
    history: Annotated[bool, typer.Option("--history", help="The past: what turns true by it does not fire.")] = False,
    timezone: Annotated[str | None, typer.Option("--timezone", metavar="Z", help="Of times without an offset.")] = None,
    dry_run: DryRun = False,
    keep_good: Annotated[bool, typer.Option("--keep-good", help="Take the good rows although some are bad.")] = False,
    database: Annotated[
        str | None,
        typer.Option("--database", metavar="URL", help="What answers the queries; env:NAME: from the environment."),
    ] = None,
    timeout: Annotated[
        int | None, typer.Option("--timeout", metavar="SECONDS", min=1, help="An answer may take so long; default 600.")
    ] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Bring in accounts, contacts, teammates, observations, events, facts, outcomes or aliases from
    files or by queries; or take an import back: `import undo ID`."""
    from engine.cli import importing, unimporting

    if kind == unimporting.UNDO:
        unimporting.check_options(
            maps, sets, wheres, timezone, only_mapped, history, dry_run, keep_good, database, timeout
        )
        unimporting.undo(folder_of(context), list(map(str, files)), as_of=as_of, as_json=as_json)
        return

    order = importing.Order(
        kind=kind,
        files=tuple(files),
        maps=tuple(maps or ()),
        sets=tuple(sets or ()),
        wheres=tuple(wheres or ()),
        only_mapped=only_mapped,
        history=history,
        timezone=timezone,
        dry_run=dry_run,
        keep_good=keep_good,
        as_of=as_of,
        database=database,
        timeout=timeout,
    )
    raise typer.Exit(importing.import_files(folder_of(context), order, as_json=as_json))


@app.command()
def fact(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="ACCOUNT NAME [PROP=VALUE…] | end ID | withdraw ID", help="What holds, or holds no more."
        ),
    ],
    at: Annotated[str | None, typer.Option("--at", metavar="D", help="Since when it holds; default: --as-of.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="D", help="Its last day.")] = None,
    author: Annotated[str | None, typer.Option("--author", metavar="EMAIL", help="Who says so.")] = None,
    reason: Reason = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """State a fact about an account, end one, or take one back."""
    from engine.cli import byhand

    byhand.fact(
        folder_of(context), words, at=at, until=until, author=author, reason=reason, as_of=as_of, as_json=as_json
    )


@app.command()
def override(
    context: typer.Context,
    account: Account,
    score: Annotated[float, typer.Option("--score", metavar="0-100", help="The value you give it.")],
    until: Annotated[str, typer.Option("--until", metavar="D", help="Its last day.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")],
    of: Annotated[str | None, typer.Option("--of", metavar="SCORE", help="Default: the primary score.")] = None,
    author: Annotated[str | None, typer.Option("--author", metavar="EMAIL", help="Who says so.")] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Give a score a value by hand, for a while."""
    from engine.cli import byhand

    byhand.override(
        folder_of(context),
        account,
        score,
        of=of,
        until=until,
        reason=reason,
        author=author,
        as_of=as_of,
        as_json=as_json,
    )


@app.command()
def run(
    context: typer.Context,
    as_of: AsOf = None,
    send: Send = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Look at every account once, then deliver what is due."""
    from engine.cli import running, trying

    if dry_run:
        raise typer.Exit(trying.try_run(folder_of(context), as_of=as_of, send=send, as_json=as_json))
    raise typer.Exit(running.run(folder_of(context), as_of=as_of, send=send, as_json=as_json))


@app.command()
def fill(
    context: typer.Context,
    from_: Annotated[str, typer.Option("--from", metavar="D", help="The first day.")],
    until: Annotated[str | None, typer.Option("--until", metavar="D", help="The last day; default yesterday.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Also replace what was filled in before.")] = False,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Give past days, on which nobody looked, the scores that looks would have left; nothing fires."""
    from engine.cli import filling

    filling.fill_days(folder_of(context), from_=from_, until=until, again=again, as_of=as_of, as_json=as_json)


@app.command()
def worker(context: typer.Context) -> None:
    """Look and deliver as things fall due, until stopped."""
    from engine.cli import running

    running.worker(folder_of(context))


@app.command("list")
def list_(
    context: typer.Context,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help="accounts, scores, decisions, runs, deliveries, tasks, facts, findings, imports"
        ),
    ],
    account: Annotated[str | None, typer.Option("--account", metavar="ID")] = None,
    from_: From = None,
    to: To = None,
    as_json: Json = False,
) -> None:
    """Print what is stored, oldest first."""
    from engine.cli import listing

    listing.show_list(folder_of(context), kind, account=account, from_=from_, to=to, as_json=as_json)


@app.command()
def why(
    context: typer.Context,
    account: Account,
    rule: Annotated[str | None, typer.Argument(metavar="RULE", help="Only this rule, in depth.")] = None,
    as_json: Json = False,
) -> None:
    """Say how an account's scores come about, and why each rule is where it is."""
    from engine.cli import explaining

    explaining.why(folder_of(context), account, rule, as_json=as_json)


@app.command("test")
def scenarios(
    context: typer.Context,
    only: Annotated[str | None, typer.Argument(metavar="WORDS", help="Scenarios whose name contains this.")] = None,
    as_json: Json = False,
) -> None:
    """Play the scenarios: what the workspace must do on which day."""
    from engine.cli import testing

    raise typer.Exit(testing.play(folder_of(context), only, as_json=as_json))


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where; a folder that is not there yet.")] = Path(
        "demo"
    ),
    accounts: Annotated[int, typer.Option("--accounts", min=10, max=5000)] = 200,
    days: Annotated[int, typer.Option("--days", min=30, max=730)] = 180,
    seed: Annotated[int, typer.Option("--seed")] = 7,
    fresh: Annotated[bool, typer.Option("--fresh", help="Replace an earlier demo in that folder.")] = False,
) -> None:
    """Make a sample company, run the main job on its history, and show what happened."""
    from engine.cli import demonstration

    demonstration.demo(folder, accounts=accounts, days=days, seed=seed, fresh=fresh)


def run_app() -> None:
    """Run a command and leave with its exit code: 0 done, 1 problems found, 2 wrong use.

    What is wrong is told on standard error; to whoever asked for JSON, on standard output too.
    """
    try:
        app()
    except PulsebookError as error:
        from engine.cli.output import print_json
        from engine.cli.words import WrongWords

        typer.echo(str(error), err=True)
        if "--json" in sys.argv:
            print_json({"error": str(error)})
        raise SystemExit(WRONG_USE if isinstance(error, WrongWords) else PROBLEMS) from None
