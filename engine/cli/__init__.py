"""The command `pulsebook`."""

import gc


def main() -> None:
    """The console script; everything heavy is imported by the command that needs it.

    Of what is imported and read at the start nothing is garbage: to look for it would take a fifth of a short command.
    Nor is it worth to look at the end, when all of it goes.
    """
    gc.disable()
    from engine.cli.app import run_app

    try:
        run_app()
    finally:
        gc.freeze()
