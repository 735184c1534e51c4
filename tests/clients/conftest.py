"""A server for each file of tests."""

import pytest
from running import Server, new_database


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("server") / "data")
    yield running
    assert running.stop() == 0
    running.log.close()


@pytest.fixture(scope="module")
def server_on_postgres(tmp_path_factory):
    with new_database() as store:
        running = Server(tmp_path_factory.mktemp("server") / "data", options=["--store", store])
        yield running
        assert running.stop() == 0
        running.log.close()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def server_on_each(request):
    """First a server with its records in SQLite, then one with them in PostgreSQL."""
    return request.getfixturevalue("server" if request.param == "sqlite" else "server_on_postgres")
