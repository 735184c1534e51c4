"""Predictions over HTTP, held against onnxruntime on the same file and against MLflow's own pyfunc of the same model."""

import json
import pathlib
import struct
import time
import urllib.parse

import mlflow
import numpy
import onnx
import onnxruntime
import pandas
import pytest
import requests
from mlflow.models import infer_signature
from mlflow.pyfunc.scoring_server.client import ScoringServerClient
from running import Server
from serving_project import Project

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "src" / "loop" / "runtime" / "testdata"


def rows(count=20):
    expected = json.loads((FIXTURES / "columns.json").read_text())
    return pandas.DataFrame({name: expected[name][:count] for name in ("carrier", "hour", "distance")})


def local(frame):
    session = onnxruntime.InferenceSession(str(FIXTURES / "columns.onnx"))
    feed = {
        "carrier": frame["carrier"].to_numpy(dtype=object).reshape(-1, 1),
        "hour": frame["hour"].to_numpy(dtype=numpy.int64).reshape(-1, 1),
        "distance": frame["distance"].to_numpy(dtype=numpy.float32).reshape(-1, 1),
    }
    return session.run(["label", "probabilities"], feed)


@pytest.fixture(scope="module")
def model(server):
    """A version registered by the real client. Without an accepted configuration nothing is bound, so the service is asked by what it answers."""
    mlflow.set_tracking_uri(server.uri)
    mlflow.set_experiment("inference")
    state = requests.get(f"{server.uri}/api/v1/serving", timeout=10).json()
    with mlflow.start_run():
        info = mlflow.onnx.log_model(onnx.load(FIXTURES / "columns.onnx"), name="model")
    version = mlflow.register_model(info.model_uri, "late-arrival")
    return state, version


def test_says_that_nothing_is_served_before_a_configuration_is_accepted(server, model):
    state, _ = model
    assert state["version"] is None
    assert state["problem"]
    assert requests.get(f"{server.uri}/ping", timeout=10).status_code == 404
    assert requests.get(f"{server.uri}/v2/health/live", timeout=10).status_code == 200
    assert requests.get(f"{server.uri}/v2/health/ready", timeout=10).status_code == 503
    answer = requests.post(f"{server.uri}/invocations", json={"dataframe_records": [{"hour": 1}]}, timeout=10)
    assert answer.status_code == 503
    assert answer.json()["error_code"] == "TEMPORARILY_UNAVAILABLE"
    answer = requests.post(f"{server.uri}/v2/models/nope/infer", json={"inputs": []}, timeout=10)
    assert (answer.status_code, answer.json()) == (404, {"error": "Request for unknown model: 'nope' is not found"})


class TestServed:
    """Against a server that has columns.onnx in production."""

    @pytest.fixture(scope="module")
    def served(self, tmp_path_factory):
        folder = tmp_path_factory.mktemp("served")
        running = Server(folder / "data-folder", folder)
        project = Project(folder, running)
        project.begin(rows(), {"carrier": "string", "hour": "integer", "distance": "number"})
        signature = infer_signature(rows(3), numpy.zeros((3, 2), "float32"))
        project.promote(project.register(FIXTURES / "columns.onnx", signature))
        yield running.uri, "late-arrival"
        assert running.stop() == 0
        running.log.close()

    def test_infers_as_onnxruntime_does(self, served):
        uri, name = served
        frame = rows()
        label, probabilities = local(frame)
        columns = {"carrier": "BYTES", "hour": "INT64", "distance": "FP32"}
        body = {"id": "x1", "inputs": [{"name": column, "datatype": kind, "shape": [len(frame), 1], "data": frame[column].tolist()} for column, kind in columns.items()]}
        answer = requests.post(f"{uri}/v2/models/{name}/infer", json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        outputs = {output["name"]: numpy.array(output["data"]).reshape(output["shape"]) for output in answer.json()["outputs"]}
        assert outputs["label"].tolist() == label.tolist()
        numpy.testing.assert_array_equal(outputs["probabilities"].astype(numpy.float32), probabilities)
        assert answer.headers["X-Cairn-Prediction-Id"] == "x1"

    def test_infers_from_binary_tensors(self, served):
        uri, name = served
        frame = rows(2)
        texts = b"".join(struct.pack("<I", len(text)) + text.encode() for text in frame["carrier"])
        parts = [("carrier", "BYTES", texts), ("hour", "INT64", frame["hour"].to_numpy(numpy.int64).tobytes()), ("distance", "FP32", frame["distance"].to_numpy(numpy.float32).tobytes())]
        head = json.dumps({
            "inputs": [{"name": column, "datatype": kind, "shape": [2, 1], "parameters": {"binary_data_size": len(data)}} for column, kind, data in parts],
            "outputs": [{"name": "probabilities", "parameters": {"binary_data": True}}],
        }).encode()
        answer = requests.post(f"{uri}/v2/models/{name}/infer", data=head + b"".join(data for _, _, data in parts), headers={"Inference-Header-Content-Length": str(len(head))}, timeout=10)
        assert answer.status_code == 200, answer.text
        length = int(answer.headers["Inference-Header-Content-Length"])
        numpy.testing.assert_array_equal(numpy.frombuffer(answer.content[length:], numpy.float32).reshape(2, 2), local(frame)[1])

    def test_answers_mlflows_own_client(self, served):
        uri, _ = served
        parts = urllib.parse.urlsplit(uri)
        client = ScoringServerClient(parts.hostname, parts.port)
        client.ping()
        frame = rows()
        label, probabilities = local(frame)
        predictions = json.loads(client.invoke(frame).to_json())["predictions"]
        assert predictions["label"] == label.tolist()
        numpy.testing.assert_array_equal(numpy.array(predictions["probabilities"], numpy.float32), probabilities)

    def test_a_hundred_requests_are_answered_quickly(self, served):
        uri, _ = served
        session, body = requests.Session(), {"dataframe_split": rows(1).to_dict(orient="split")}
        started = time.monotonic()
        for _ in range(100):
            assert session.post(f"{uri}/invocations", json=body, timeout=10).status_code == 200
        assert time.monotonic() - started < 30
