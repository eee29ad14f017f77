"""What several commands are told in the same words."""

from pathlib import Path
from typing import Annotated

import typer

MOST = 2**63 - 1
"""The largest number that a database can be asked for."""


def _tell_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"pulsebook {version('pulsebook')}")
        raise typer.Exit


Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, nothing else.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="T", help="The moment at which it happens; default now.")]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; kept with it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")]
Send = Annotated[bool, typer.Option("--send", help="Let messages leave although T is long past.")]
From = Annotated[str | None, typer.Option("--from", metavar="D", help="From this day on.")]
To = Annotated[str | None, typer.Option("--to", metavar="D", help="Up to this day.")]
Version = Annotated[
    bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Say which Pulsebook this is.")
]
Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id.")]


def folder_of(context: typer.Context) -> Path:
    """The workspace that `-C` names."""
    return Path(context.obj)
