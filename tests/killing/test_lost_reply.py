"""A mail server takes a mail and drops the line after the dot: it stays in doubt, however often `run` is given."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.store.database import Database
from tests.killing.company import Company, name
from tests.killing.counting import deliveries
from tests.servers.running import ROOT, RunningServer, smtp_server

PULSEBOOK = "from engine.cli import main; main()"


def run(folder: Path, database_url: str, smtp: RunningServer) -> Any:
    """The command `run` as a process of its own; the document that it prints."""
    done = subprocess.run(
        [sys.executable, "-c", PULSEBOOK, "-C", str(folder), "run", "--json"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database_url, "SMTP_URL": smtp.url},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_mail_whose_line_dropped_after_the_dot_is_never_sent_again(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    Company.founded(tmp_path, database).assert_fact(name(1), "new_leader", datetime.now(UTC))
    started, taken, states = [], [], []
    with smtp_server(tmp_path, "accept_then_drop") as smtp:
        for _ in range(4):
            started.append(run(tmp_path, database_url, smtp)["started"])
            taken.append(len(smtp.accepted()))
            states.append(deliveries(database)[name(1), "meet", "greet"].state)

    assert (started, taken, states) == ([1, 0, 0, 0], [1, 1, 1, 1], ["unknown"] * 4)
