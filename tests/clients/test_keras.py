"""Deep networks of Keras, logged by MLflow's own flavour and served by confined workers, answer what predict gives beside them."""

import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.parse

import numpy
import pandas
import pytest
import requests
import tritonclient.grpc
import tritonclient.http
from mlflow.pyfunc.scoring_server.client import ScoringServerClient
from running import ROOT
from serving_project import NAME, PATIENCE, begun
from test_kserve_client import PYTHON as KSERVE
from test_kserve_client import WAYS
from test_workers import processor_time

PYTHON = os.environ.get("CAIRN_KERAS", str(ROOT / "build" / "env" / "keras" / "bin" / "python"))
WORKER = {"python": PYTHON, "processes": 2, "timeout_s": 20, "memory_mib": 4096}
# One network, compiled for other numbers of rows: its sums differ in their last bits.
CLOSE = {"rtol": 1e-6, "atol": 1e-7}


def frame(count=40):
    chance = numpy.random.default_rng(11)
    return pandas.DataFrame({"a": chance.normal(size=count), "b": chance.normal(size=count)})


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    options = ["--grpc-listen", "127.0.0.1:0"]
    with begun(tmp_path_factory.mktemp("keras"), frame(), {"a": "number", "b": "number"}, options, assertions="none", worker=WORKER) as made:
        yield made


@pytest.fixture(scope="module")
def said(project):
    """What the networks answer beside the server, and their versions."""
    rows = project.folder / "asked.csv"
    frame().to_csv(rows, index=False)
    peer = pathlib.Path(__file__).with_name("keras_peer.py")
    done = subprocess.run([PYTHON, peer, project.running.uri, "served", NAME, rows], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def invoked(project, body):
    answer = requests.post(f"{project.running.uri}/invocations", json=body, timeout=60)
    assert answer.status_code == 200, answer.text
    return numpy.ravel(answer.json()["predictions"])


def by_mlflow(project, table):
    parts = urllib.parse.urlsplit(project.running.uri)
    return numpy.ravel(json.loads(ScoringServerClient(parts.hostname, parts.port).invoke(table).to_json())["predictions"])


def by_triton(client_of, address, tensors):
    inputs = []
    for name, array in tensors.items():
        inputs.append(client_of.InferInput(name, list(array.shape), "FP32"))
        inputs[-1].set_data_from_numpy(array)
    return client_of.InferenceServerClient(address).infer(NAME, inputs).as_numpy("predictions").ravel()


def by_each_client_of_triton(project, tensors):
    yield by_triton(tritonclient.http, urllib.parse.urlsplit(project.running.uri).netloc, tensors)
    yield by_triton(tritonclient.grpc, project.running.grpc, tensors)


def rows():
    return frame().astype("float32")


class TestOverAnArray:
    @pytest.fixture(scope="class")
    def local(self, project, said):
        project.serve(said["array"]["version"])
        return said["array"]["answers"]

    def test_mlflows_client_gets_what_predict_gives(self, project, local):
        numpy.testing.assert_allclose(by_mlflow(project, rows()), local, **CLOSE)
        numpy.testing.assert_allclose(invoked(project, {"inputs": rows().to_numpy().tolist()}), local, **CLOSE)

    def test_tritons_clients_get_what_predict_gives(self, project, local):
        for answers in by_each_client_of_triton(project, {"input-0": rows().to_numpy()}):
            numpy.testing.assert_allclose(answers, local, **CLOSE)

    def test_one_row_and_many_rows_give_the_same(self, project, local):
        array = rows().to_numpy()
        alone = [invoked(project, {"inputs": array[row:row + 1].tolist()})[0] for row in range(5)]
        numpy.testing.assert_allclose(alone, local[:5], **CLOSE)
        numpy.testing.assert_allclose(invoked(project, {"inputs": array.tolist() * 300}), local * 300, **CLOSE)

    def test_killed_workers_come_back_with_the_same_answers(self, project, local):
        for worker in processor_time():
            os.kill(worker, signal.SIGKILL)
        until, body = time.monotonic() + PATIENCE, {"inputs": rows().to_numpy().tolist()}
        while requests.post(f"{project.running.uri}/invocations", json=body, timeout=60).status_code != 200:
            assert time.monotonic() < until
            time.sleep(0.1)
        numpy.testing.assert_allclose(invoked(project, body), local, **CLOSE)


class TestOverArraysByName:
    @pytest.fixture(scope="class")
    def local(self, project, said):
        project.serve(said["columns"]["version"])
        return said["columns"]["answers"]

    def test_mlflows_client_gets_what_predict_gives(self, project, local):
        numpy.testing.assert_allclose(by_mlflow(project, rows()), local, **CLOSE)
        numpy.testing.assert_allclose(invoked(project, {"inputs": {name: rows()[[name]].to_numpy().tolist() for name in rows()}}), local, **CLOSE)

    def test_tritons_clients_get_what_predict_gives(self, project, local):
        for answers in by_each_client_of_triton(project, {name: rows()[[name]].to_numpy() for name in rows()}):
            numpy.testing.assert_allclose(answers, local, **CLOSE)

    def test_kserves_client_gets_what_predict_gives(self, project, local, tmp_path):
        inputs = {name: {"datatype": "FP32", "values": values.tolist()} for name, values in rows().items()}
        (tmp_path / "inputs.json").write_text(json.dumps(inputs))
        peer = pathlib.Path(__file__).with_name("kserve_peer.py")
        command = [KSERVE, peer, project.running.uri, project.running.grpc, NAME, tmp_path / "inputs.json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        answers = json.loads(done.stdout.splitlines()[-1])
        for way in WAYS:
            numpy.testing.assert_allclose(answers[way]["outputs"]["predictions"]["values"], local, **CLOSE)
