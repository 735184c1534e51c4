"""Labels that come while a version is tried out: one whose answers are worse by them is taken back by itself, one that is as good goes through."""

import uuid

import numpy
import pandas
import pytest
import requests
from onnx import helper
from running import Server
from serving_project import NAME, Project
from test_canary import PATIENCE, model, sound, stage, until

SHARE, LEAST = 0.3, 200


def turned():
    """Answers every row, in time and between 0 and 1, with the chance of the opposite."""
    minus = helper.make_node("Neg", ["x"], ["m"])
    return model(minus, helper.make_node("Min", ["m", "limit"], ["a"]), helper.make_node("Sigmoid", ["a"], ["probability"]))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labels")
    running = Server(folder / "data-folder", folder)
    project = Project(folder, running)
    rows = pandas.DataFrame({"x": numpy.linspace(-3, 3, 20)})
    project.begin(rows, {"x": "number"}, canary={"share": SHARE, "min_requests": LEAST, "max_loss_alpha": 0.01})
    project.promote(project.register(sound()))
    yield project
    assert running.stop() == 0
    running.log.close()


class Labelled:
    """Rows one after the other, whose truth is posted some requests later."""

    def __init__(self, project):
        self.uri, self.session, self.chance = project.running.uri, requests.Session(), numpy.random.default_rng(7)
        self.waiting, self.arms = [], []

    def send(self):
        x = float(self.chance.normal(0, 2))
        name = uuid.uuid4().hex
        asked = {"id": name, "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 1], "data": [x]}]}
        answer = self.session.post(f"{self.uri}/v2/models/{NAME}/infer", json=asked, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        self.arms.append(answer.headers["X-Cairn-Arm"])
        self.waiting.append({"id": f"{name}.0", "value": int(self.chance.random() < 1 / (1 + numpy.exp(-x)))})
        if len(self.waiting) >= 10:
            posted = self.session.post(f"{self.uri}/api/v1/labels", json={"labels": self.waiting}, timeout=PATIENCE)
            assert posted.json() == {"accepted": 10, "unknown": 0}, posted.text
            self.waiting = []


def test_one_whose_answers_are_worse_by_their_labels_is_taken_back_by_itself(project):
    rollout = project.promote(project.register(turned()))
    assert rollout["stage"] == "canary"
    traffic = Labelled(project)

    def over():
        traffic.send()
        return stage(project, rollout)["stage"] != "canary"

    until(over, "it was never taken back")
    ended = stage(project, rollout)
    assert ended["stage"] == "kept_out"
    assert "the canary's answers are worse by their labels: mean squared error 0." in ended["reason"]
    assert ended["decision_record"]["state"] == "void"
    assert 0 < traffic.arms.count("canary") < LEAST, "before it had the requests that would have promoted it"
    verified = project.cairn("model", "verify", rollout["id"])
    assert verified["same"] is True
    assert [item["verdict"] for item in verified["items"]] == ["abort"]


def test_one_that_is_as_good_by_its_labels_is_promoted(project):
    rollout = project.promote(project.register(sound()))
    traffic = Labelled(project)

    def over():
        traffic.send()
        return stage(project, rollout)["stage"] != "canary"

    until(over, "it never came through")
    ended = stage(project, rollout)
    assert ended["stage"] == "promoted", ended["reason"]
    verified = project.cairn("model", "verify", rollout["id"])
    assert verified["same"] is True
    assert "by labels, mean squared error 0." in verified["items"][-1]["reason"]
