"""The command `worker` itself, with leases so short that a test outlasts those of workers that were killed."""

import sys
from datetime import timedelta
from pathlib import Path

from engine.cli.running import worker
from engine.loops import delivering

if __name__ == "__main__":
    delivering.LEASES = dict.fromkeys(delivering.LEASES, timedelta(seconds=15))
    worker(Path(sys.argv[1]))
