"""What is installed from a wheel is all there: the starter workspace, and the tables' migrations."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages into which the wheel was unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = folder.glob("pulsebook-*.whl")
    shutil.unpack_archive(wheel, folder / "site", "zip")
    return folder / "site"


def said(site: Path, folder: Path, *words: str) -> str:
    """What a process says that has the wheel's packages before all others."""
    environment = os.environ | {"PYTHONPATH": str(site), "COLUMNS": "100"}
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_starter_of_a_wheel_checks_clean_and_runs(site: Path, tmp_path: Path) -> None:
    acme = tmp_path / "acme"
    assert said(site, tmp_path, "-c", "import engine; print(engine.__file__)").startswith(str(site))

    said(site, tmp_path, "-m", "engine", "init", "acme")

    assert (acme / "rules" / "catalog.yaml").read_text() == (ROOT / "rules" / "catalog.yaml").read_text()
    said(site, acme, "-m", "engine", "check")
    said(site, acme, "-m", "engine", "run")
    assert (acme / "pulsebook.db").exists()
