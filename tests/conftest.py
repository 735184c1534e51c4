"""What all black-box tests share: the program under test, and the option that asks for the long versions."""

import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", default=False, help="the full fault counts and the long journeys as well")


@pytest.fixture(scope="session")
def thorough(request):
    """Whether the long versions were asked for."""
    return request.config.getoption("--all")


@pytest.fixture(scope="session")
def cairn_binary():
    return os.environ.get("CAIRN", str(ROOT / "build" / "release" / "cairn"))


@pytest.fixture(autouse=True, scope="module")
def mlflow_forgets_what_it_was_told():
    """The client keeps the active experiment, and writes it into the environment; the next file's tests talk to another server."""
    before = {name: value for name, value in os.environ.items() if name.startswith("MLFLOW_")}
    yield
    for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
        del os.environ[name]
    os.environ.update(before)
    if fluent := sys.modules.get("mlflow.tracking.fluent"):
        fluent._active_experiment_id = None
