"""The command `pulsebook`."""

import gc


def main() -> None:
    """The console script; everything heavy is imported by the command that needs it.

    Of what is imported and read at the start nothing is garbage: to look for it would take a fifth of a short command.
    """
    gc.disable()
    from engine.cli.app import run_app

    run_app()
