"""One server of each kind for all tests of a process; each test begins without faults and with an empty journal."""

from collections.abc import Iterator

import pytest

from tests.servers.running import RunningServer, slack_server, smtp_server


@pytest.fixture(scope="session")
def slack_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with slack_server(tmp_path_factory.mktemp("slack")) as server:
        yield server


@pytest.fixture
def slacks(slack_process: RunningServer) -> RunningServer:
    slack_process.faults()
    return slack_process


@pytest.fixture(scope="session")
def smtp_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with smtp_server(tmp_path_factory.mktemp("smtp")) as server:
        yield server


@pytest.fixture
def smtp(smtp_process: RunningServer) -> RunningServer:
    smtp_process.faults()
    return smtp_process
