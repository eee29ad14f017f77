"""A command in; what each of several runs of it took, as a whole process, out.

It imports little: the kernel begins a child's peak of memory with its parent's.
"""

import os
import subprocess
import time
from collections.abc import Mapping
from statistics import median
from types import MappingProxyType
from typing import Any

from bench.measuring import child_env, server_cpu

RUNS = 9


def repeated(
    command: list[str], env: Mapping[str, str] = MappingProxyType({}), postmaster: int | None = None
) -> dict[str, Any]:
    """Wall seconds of each run, CPU seconds in the middle, the peak of memory in MB. Raises ValueError where it fails.

    A first run, which compiles what is not compiled yet, is not counted.
    """
    env = {**child_env(), **env}
    walls, clients, servers, memory = [], [], [], 0.0
    for run in range(RUNS + 1):
        server, began = server_cpu(postmaster), time.perf_counter()
        process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise ValueError(f"{' '.join(command)} ended with {process.returncode}")
        if run:
            walls.append(wall)
            clients.append(usage.ru_utime + usage.ru_stime)
            servers.append(server_cpu(postmaster) - server)
            memory = max(memory, usage.ru_maxrss / 1024)
    return {"walls": walls, "client": median(clients), "server": median(servers), "memory": memory}
