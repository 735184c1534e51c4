"""What all black-box tests share: the program under test, and the option that asks for the long versions."""

import os
import pathlib

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
