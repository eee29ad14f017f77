"""A function's name in; what it took in a process of its own, out: CPU of client and server, wall time, peak memory."""

import gc
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.cli.common import begin

TICKS = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).parents[1]


@dataclass(slots=True)
class Cost:
    """CPU seconds of this process and of the database's server, and wall seconds."""

    client: float = 0.0
    server: float = 0.0
    wall: float = 0.0

    @property
    def cpu(self) -> float:
        return self.client + self.server


@contextmanager
def measured(postmaster: int | None = None) -> Iterator[Cost]:
    """What happens inside, in seconds. `postmaster`: the server's process; None: there is no server."""
    cost = Cost()
    client, server, wall = time.process_time(), server_cpu(postmaster), time.perf_counter()
    yield cost
    cost.wall = time.perf_counter() - wall
    cost.client = time.process_time() - client
    cost.server = server_cpu(postmaster) - server


def server_cpu(postmaster: int | None) -> float:
    """CPU seconds of a server's processes so far, those that have ended included."""
    if postmaster is None:
        return 0.0
    ticks = 0
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parent, user, system, ended_user, ended_system = (int(fields[place]) for place in (1, 11, 12, 13, 14))
        if int(process.name) == postmaster:
            ticks += user + system + ended_user + ended_system
        elif parent == postmaster:
            ticks += user + system
    return ticks / TICKS


def cpu_of(process: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_memory(process: int | str = "self") -> float:
    """The most that a process has held in memory, in MB. (`ru_maxrss` would begin with its parent's.)"""
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def in_own_process(task: Callable[..., dict[str, Any]], **arguments: Any) -> dict[str, Any]:
    """Calls a function of a module in a process of its own: its figures, and `memory`, that process's peak in MB.

    Raises CalledProcessError where it fails; what it says of it is on standard error.
    """
    command = [sys.executable, "-m", "bench.measuring", f"{task.__module__}:{task.__qualname__}"]
    done = subprocess.run(
        command, input=json.dumps(arguments), stdout=subprocess.PIPE, text=True, cwd=ROOT, check=True, env=child_env()
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def child_env() -> dict[str, str]:
    """Of a process that is measured: bytecode is compiled and kept, as in any installation."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _child(named: str) -> None:
    """Garbage is collected as in the command, from the start on: see `engine.cli`."""
    gc.disable()
    module, _, name = named.partition(":")
    task = getattr(importlib.import_module(module), name)
    begin()
    figures = task(**json.load(sys.stdin))
    print(json.dumps({"memory": peak_memory(), **figures}))


if __name__ == "__main__":
    _child(sys.argv[1])
