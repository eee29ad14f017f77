"""The commands in groups: of tasks, deliveries, accounts and held sweeps."""

from typing import Annotated

import typer

from engine.cli.options import MOST, Account, AsOf, From, Json, Reason, Send, To, folder_of

task_app = typer.Typer(help="Tasks: what lies in the queues.", no_args_is_help=True, rich_markup_mode=None)
delivery_app = typer.Typer(help="Deliveries that wait for approval.", no_args_is_help=True, rich_markup_mode=None)
account_app = typer.Typer(help="One account.", no_args_is_help=True, rich_markup_mode=None)
sweep_app = typer.Typer(
    help="Sweeps that are held, for far more would have fired than usual.", no_args_is_help=True, rich_markup_mode=None
)


@task_app.command("list")
def task_list(
    context: typer.Context,
    account: Annotated[str | None, typer.Option("--account", metavar="ID")] = None,
    from_: From = None,
    to: To = None,
    as_json: Json = False,
) -> None:
    """The tasks, oldest first."""
    from engine.cli import listing

    listing.show_list(folder_of(context), "tasks", account=account, from_=from_, to=to, as_json=as_json)


TaskId = Annotated[int, typer.Argument(metavar="ID", max=MOST, help="The task's number.")]


@task_app.command("done")
def task_done(
    context: typer.Context,
    task: TaskId,
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="What came of it.")] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Tick a task off."""
    from engine.cli import byhand

    byhand.task_done(folder_of(context), task, note=note, as_of=as_of, as_json=as_json)


@task_app.command("snooze")
def task_snooze(
    context: typer.Context,
    task: TaskId,
    until: Annotated[str, typer.Option("--until", metavar="D")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT")],
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Put a task off."""
    from engine.cli import byhand

    byhand.task_snooze(folder_of(context), task, until=until, reason=reason, as_of=as_of, as_json=as_json)


@task_app.command("assign")
def task_assign(
    context: typer.Context,
    task: TaskId,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="A teammate.")],
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Give a task to somebody else."""
    from engine.cli import byhand

    byhand.task_assign(folder_of(context), task, email, as_of=as_of, as_json=as_json)


DeliveryId = Annotated[int, typer.Argument(metavar="ID", max=MOST, help="The delivery's number.")]


@delivery_app.command("approve")
def delivery_approve(context: typer.Context, delivery: DeliveryId, as_of: AsOf = None, as_json: Json = False) -> None:
    """Let a message leave that waits for approval."""
    from engine.cli import byhand

    byhand.delivery_approve(folder_of(context), delivery, as_of=as_of, as_json=as_json)


@delivery_app.command("discard")
def delivery_discard(
    context: typer.Context, delivery: DeliveryId, reason: Reason = None, as_of: AsOf = None, as_json: Json = False
) -> None:
    """Never send a message that waits for approval."""
    from engine.cli import byhand

    byhand.delivery_discard(folder_of(context), delivery, reason=reason, as_of=as_of, as_json=as_json)


@account_app.command("show")
def account_show(context: typer.Context, account: Account, as_json: Json = False) -> None:
    """All about one account: scores and their parts, rules, runs, tasks, messages."""
    from engine.cli import explaining

    explaining.show(folder_of(context), account, as_json=as_json)


HoldId = Annotated[int, typer.Argument(metavar="ID", max=MOST, help="The number that its notice names.")]


@sweep_app.command("list")
def sweep_list(context: typer.Context, as_json: Json = False) -> None:
    """The sweeps that were held, oldest first."""
    from engine.cli import sweeps

    sweeps.show_sweeps(folder_of(context), as_json=as_json)


@sweep_app.command("show")
def sweep_show(context: typer.Context, hold: HoldId, as_json: Json = False) -> None:
    """What would have fired in a held sweep, and for whom."""
    from engine.cli import sweeps

    sweeps.show_sweep(folder_of(context), hold, as_json=as_json)


@sweep_app.command("release")
def sweep_release(
    context: typer.Context, hold: HoldId, as_of: AsOf = None, send: Send = False, as_json: Json = False
) -> None:
    """Judge a held sweep anew and save it, whatever fires."""
    from engine.cli import sweeps

    sweeps.release_sweep(folder_of(context), hold, as_of=as_of, send=send, as_json=as_json)


@sweep_app.command("discard")
def sweep_discard(context: typer.Context, hold: HoldId, as_of: AsOf = None, as_json: Json = False) -> None:
    """Forget what would have fired; the next sweep judges anew."""
    from engine.cli import sweeps

    sweeps.discard_sweep(folder_of(context), hold, as_of=as_of, as_json=as_json)
