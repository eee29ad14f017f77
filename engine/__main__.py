"""`python -m engine` is the command `pulsebook`, where its script is not on the path."""

from engine.cli import main

main()
