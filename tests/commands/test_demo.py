"""`demo` makes a sample company in a folder of its own, and never writes over anything else."""

from pathlib import Path

import pytest

from engine.cli.app import app
from engine.errors import PulsebookError


def test_a_demo_replaces_an_earlier_demo_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def demo(*words: str) -> int:
        with pytest.raises(SystemExit) as left:
            app(["demo", str(tmp_path / "demo"), "--accounts", "10", "--days", "30", *words])
        return int(str(left.value.code or 0))

    assert demo() == 0
    said = capsys.readouterr().out
    assert "Where they stand (health)" in said
    assert "looked at 300 times" in said
    with pytest.raises(PulsebookError, match="--fresh"):
        app(["demo", str(tmp_path / "demo")])
    assert demo("--fresh") == 0

    (tmp_path / "demo" / ".pulsebook-demo").unlink()
    with pytest.raises(PulsebookError, match="is not empty"):
        app(["demo", str(tmp_path / "demo"), "--fresh"])
