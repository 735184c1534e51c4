"""Requests that wait for one model run together: each gets the answer that it would get alone, whoever its neighbours are."""

import http.client
import json
import struct
import threading
import urllib.parse

import numpy
import onnxruntime
import pandas
import pytest
import requests
from running import Server
from serving_project import NAME, Project
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.pipeline import Pipeline

FEATURES = [f"f{i}" for i in range(6)]
REQUESTS, CALLERS = 10_000, 32
SECONDS = 60  # that one answer may take before the test is given up


def table():
    chance = numpy.random.default_rng(7)
    return pandas.DataFrame(chance.normal(size=(400, len(FEATURES))).astype(numpy.float32), columns=FEATURES)


def trees():
    rows = table()
    truth = (rows["f0"] + rows["f1"] * rows["f2"] > 0).astype(int)
    passed = ColumnTransformer([], remainder="passthrough")
    model = Pipeline([("columns", passed), ("trees", GradientBoostingClassifier(n_estimators=60, random_state=1))]).fit(rows, truth)
    inputs = [(name, FloatTensorType([None, 1])) for name in FEATURES]
    return to_onnx(model, initial_types=inputs, options={"zipmap": False}, target_opset={"": 17, "ai.onnx.ml": 3})


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("batching")
    running = Server(folder / "data-folder", folder)
    project = Project(folder, running)
    batching = {"max_batch_size": 64, "max_queue_delay": "1ms", "max_queue_size": 1000}
    project.begin(table().head(20), dict.fromkeys(FEATURES, "number"), batching=batching)
    model = trees()
    project.promote(project.register(model))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    yield running.uri, session
    assert running.stop() == 0
    running.log.close()


def alone(session, rows):
    given = {name: rows[:, i : i + 1] for i, name in enumerate(FEATURES)}
    return session.run(["probabilities"], given)[0]


def as_json(rows):
    inputs = [
        {"name": name, "datatype": "FP32", "shape": [len(rows), 1], "data": [float(value) for value in rows[:, i]]} for i, name in enumerate(FEATURES)
    ]
    return json.dumps({"inputs": inputs, "outputs": [{"name": "probabilities"}]}).encode(), {}


def as_bytes(rows):
    inputs = [
        {"name": name, "datatype": "FP32", "shape": [len(rows), 1], "parameters": {"binary_data_size": 4 * len(rows)}} for name in FEATURES
    ]
    asked = {"inputs": inputs, "outputs": [{"name": "probabilities", "parameters": {"binary_data": True}}], "parameters": {"priority": 1 + len(rows)}}
    head = json.dumps(asked).encode()
    tail = b"".join(struct.pack(f"<{len(rows)}f", *rows[:, i]) for i in range(len(FEATURES)))
    return head + tail, {"Inference-Header-Content-Length": str(len(head))}


def as_nothing_sound(rows):
    inputs = [{"name": name, "datatype": "FP32", "shape": [len(rows), 1], "data": [float("nan")] * len(rows)} for name in FEATURES[:-1]]
    return json.dumps({"inputs": inputs}).encode(), {}


def read(answer, body):
    length = answer.headers.get("Inference-Header-Content-Length")
    if length is None:
        output = json.loads(body)["outputs"][0]
        return numpy.array(output["data"], dtype=numpy.float32).reshape(output["shape"])
    output = json.loads(body[: int(length)])["outputs"][0]
    return numpy.frombuffer(body[int(length) :], dtype="<f4").reshape(output["shape"])


class Caller(threading.Thread):
    """Sends its share of the requests over one connection, and compares every answer."""

    def __init__(self, uri, session, number):
        super().__init__()
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(uri).netloc, timeout=SECONDS)
        self.session, self.number, self.wrong, self.done = session, number, [], 0

    def run(self):
        chance = numpy.random.default_rng(self.number)
        for i in range(self.number, REQUESTS, CALLERS):
            rows = chance.normal(size=(int(chance.integers(1, 6)), len(FEATURES))).astype(numpy.float32)
            form = [as_json, as_bytes, as_nothing_sound][0 if i % 2 else 2 if i % 20 == 0 else 1]
            body, headers = form(rows)
            self.connection.request("POST", f"/v2/models/{NAME}/infer", body, headers)
            answer = self.connection.getresponse()
            given = answer.read()
            if form is as_nothing_sound:
                right = answer.status in (400, 422)
            else:
                right = answer.status == 200 and numpy.array_equal(read(answer, given), alone(self.session, rows))
            self.done += 1
            if not right:
                self.wrong.append((i, answer.status, given[:300]))
        self.connection.close()


def test_ten_thousand_mixed_requests_at_once_each_get_the_answer_they_would_get_alone(served):
    uri, session = served
    callers = [Caller(uri, session, number) for number in range(CALLERS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert sum(caller.done for caller in callers) == REQUESTS
    assert [wrong for caller in callers for wrong in caller.wrong] == []
    stats = requests.get(f"{uri}/v2/models/{NAME}/stats", timeout=SECONDS).json()["model_stats"][0]
    answered = stats["inference_stats"]["success"]["count"]
    assert answered == REQUESTS - REQUESTS // 20
    assert stats["execution_count"] < answered, "nothing ran together"
    assert stats["inference_count"] > answered
    assert sum(batch["compute_infer"]["count"] for batch in stats["batch_stats"]) == stats["execution_count"]
    assert sum(batch["batch_size"] * batch["compute_infer"]["count"] for batch in stats["batch_stats"]) == stats["inference_count"]
    assert stats["inference_stats"]["queue"]["ns"] > 0


def test_a_priority_or_timeout_that_is_none_is_refused(served):
    uri, _ = served
    body, _ = as_json(numpy.zeros((1, len(FEATURES)), dtype=numpy.float32))
    for parameters in ({"priority": 10}, {"priority": "high"}, {"timeout": -1}, {"timeout": 1.5}):
        answer = requests.post(f"{uri}/v2/models/{NAME}/infer", json={**json.loads(body), "parameters": parameters}, timeout=SECONDS)
        assert answer.status_code == 400
        assert next(iter(parameters)) in answer.json()["error"]


def test_a_request_that_cannot_be_begun_in_time_is_refused_and_says_when_to_come_again(served):
    uri, _ = served
    body, _ = as_json(numpy.zeros((1, len(FEATURES)), dtype=numpy.float32))
    answer = requests.post(f"{uri}/v2/models/{NAME}/infer", json={**json.loads(body), "parameters": {"timeout": 1}}, timeout=SECONDS)
    assert answer.status_code == 503
    assert "timeout" in answer.json()["error"]
    assert answer.headers["Retry-After"] == "1"
