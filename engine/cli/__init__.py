"""The command `pulsebook`."""


def main() -> None:
    """The console script; everything heavy is imported by the command that needs it."""
    from engine.cli.app import run_app

    run_app()
