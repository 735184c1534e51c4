"""A server for each file of tests."""

import pytest
from running import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("server") / "data")
    yield running
    assert running.stop() == 0
    running.log.close()
