"""Clients beside the newest Python one: the last of MLflow 2, and Java. Each walks from its first experiment to a model."""

import json
import os
import pathlib
import subprocess
import sys

import mlflow
import pytest
from mlflow import MlflowClient
from sklearn.linear_model import LinearRegression

HERE = pathlib.Path(__file__).parent
ENVIRONMENTS = pathlib.Path(os.environ.get("CAIRN_ENVIRONMENTS", HERE.parents[1] / "build" / "env"))


def said(command, **arguments):
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **arguments)
    assert ended.returncode == 0, f"{command[0]}: {ended.stdout[-2000:]}{ended.stderr[-4000:]}"
    return ended.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
@pytest.mark.parametrize("environment, version", [("clients", "3."), ("mlflow2", "2.")])
def test_python_clients_of_both_generations_take_the_same_walk(request, store, environment, version, tmp_path):
    server = request.getfixturevalue("server" if store == "sqlite" else "server_on_postgres")
    python = ENVIRONMENTS / environment / "bin" / "python"
    told = json.loads(said([str(python), str(HERE / "classic_walk.py"), server.uri], cwd=tmp_path))
    assert told["version"].startswith(version)
    seen = MlflowClient(server.uri).get_run(told["run"])
    assert seen.data.params["p7"] == "7" and seen.info.experiment_id == told["experiment"]


def test_the_java_client_takes_it_too(server, tmp_path):
    mlflow.set_tracking_uri(server.uri)
    mlflow.set_experiment("for java")
    with mlflow.start_run():
        mlflow.sklearn.log_model(LinearRegression().fit([[0], [1]], [0, 1]), name="model", registered_model_name="for-java")
    java = ENVIRONMENTS / "java"
    # This client hands artifacts to the program `mlflow`.
    path = f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"
    told = said(["java", "-cp", f"{java}/lib/*:{java}/classes", "Walk", server.uri, "for-java"], cwd=tmp_path, env={**os.environ, "PATH": path})
    experiment, run = told.split()
    seen = MlflowClient(server.uri).get_run(run)
    assert (seen.info.experiment_id, seen.info.user_id, seen.info.end_time) == (experiment, "gosling", 5678)
    assert seen.data.tags["colour"] == "grün" and seen.data.metrics["huge"] > 1.7e308
