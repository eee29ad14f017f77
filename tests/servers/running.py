"""A folder in; a running Slack-shaped or SMTP-shaped server, and what it took, out."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_numbers = count(1)


@dataclass(slots=True)
class RunningServer:
    """One server process. `url` is what the channel is given; `token` what the Slack-shaped one wants."""

    url: str
    port: int
    token: str
    _journal: Path
    _script: Path
    _skipped: int = 0

    def journal(self) -> list[dict[str, Any]]:
        """What has come since `faults` was last called, oldest first."""
        return self.whole_journal(self._skipped)

    def whole_journal(self, skipped: int = 0) -> list[dict[str, Any]]:
        """What has come since the server runs, oldest first, but the first lines."""
        lines = self._journal.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines[skipped:]]

    def accepted(self) -> list[dict[str, Any]]:
        """The messages that were taken, whatever was answered; not the look-ups."""
        return [
            line for line in self.journal() if line["accepted"] and line.get("method", "") in ("", "chat.postMessage")
        ]

    def faults(self, *faults: Mapping[str, object] | str) -> None:
        """From now on these go wrong, counted from 1 again; a bare text each time. None: all is well."""
        entries = [{"do": fault} if isinstance(fault, str) else dict(fault) for fault in faults]
        fresh = self._script.with_suffix(".new")
        fresh.write_text(json.dumps(entries))
        fresh.replace(self._script)
        self._skipped = len(self._journal.read_text(encoding="utf-8").splitlines())


@contextmanager
def slack_server(
    folder: Path,
    *faults: Mapping[str, object] | str,
    world: Mapping[str, object] | None = None,
    per_second: bool = False,
) -> Iterator[RunningServer]:
    """`world` as in tests/servers/slack.py; `per_second`: one post a second and channel, then 429."""
    options = ["--per-second"] if per_second else []
    if world is not None:
        file = folder / f"world-{next(_numbers)}.json"
        file.write_text(json.dumps(world))
        options += ["--world", str(file)]
    with _running("slack", folder, options, "http://127.0.0.1:{}/api/") as server:
        server.faults(*faults)
        yield server


@contextmanager
def smtp_server(
    folder: Path, *faults: Mapping[str, object] | str, login: str = "", tls: str = ""
) -> Iterator[RunningServer]:
    """`login` is USER:PASSWORD, which the URL then holds; `tls` is `starttls` or `smtps`."""
    options = [*(["--login", login] if login else []), *(["--tls", tls] if tls else [])]
    scheme = {"": "smtp", "starttls": "smtp+starttls", "smtps": "smtps"}[tls]
    user = f"{login}@" if login else ""
    with _running("smtp", folder, options, f"{scheme}://{user}127.0.0.1:{{}}") as server:
        server.faults(*faults)
        yield server


@contextmanager
def _running(kind: str, folder: Path, options: list[str], url: str) -> Iterator[RunningServer]:
    name = f"{kind}-{next(_numbers)}"
    journal, script = folder / f"{name}.journal", folder / f"{name}.script"
    journal.touch()
    command = [sys.executable, "-m", f"tests.servers.{kind}", "--journal", str(journal), "--script", str(script)]
    process = subprocess.Popen([*command, *options], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        port = int(process.stdout.readline())
        yield RunningServer(url.format(port), port, "xoxb-test", journal, script)
    finally:
        process.stdin.close()
        process.wait(timeout=10)
        process.stdout.close()
