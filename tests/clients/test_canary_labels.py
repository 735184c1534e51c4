"""Labels that come while a version is tried out: one whose answers are worse by them is taken back by itself, one that is as good goes through, and
what was answered before the server was killed is judged by labels that come after."""

import uuid

import numpy
import pandas
import pytest
import requests
from onnx import helper
from running import Server
from serving_project import NAME, Project, begun
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

    def send(self, at_once=10):
        """One row; labels are posted when so many wait."""
        x = float(self.chance.normal(0, 2))
        name = uuid.uuid4().hex
        asked = {"id": name, "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 1], "data": [x]}]}
        answer = self.session.post(f"{self.uri}/v2/models/{NAME}/infer", json=asked, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        self.arms.append(answer.headers["X-Cairn-Arm"])
        self.waiting.append({"id": f"{name}.0", "value": int(self.chance.random() < 1 / (1 + numpy.exp(-x)))})
        if len(self.waiting) >= at_once:
            self.post()

    def post(self):
        posted = self.session.post(f"{self.uri}/api/v1/labels", json={"labels": self.waiting}, timeout=PATIENCE)
        assert posted.json() == {"accepted": len(self.waiting), "unknown": 0}, posted.text
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


def killed_and_started(project, rollout, traffic):
    """The server as it comes back, the version on trial again."""
    project.running.kill()
    project.running.start()
    traffic.uri = project.running.uri
    until(lambda: "canary" in stage(project, rollout), "it is not tried any more")


def judged_by_labels(project, rollout, traffic):
    """What the record of its trial counts, by the labels that came since."""
    before = stage(project, rollout)["canary"]
    traffic.post()
    until(lambda: stage(project, rollout)["stage"] != "canary", "it was never taken back")
    return before, stage(project, rollout)


def test_what_was_answered_before_a_kill_is_judged_by_labels_that_come_after(project):
    rollout = project.promote(project.register(turned()))
    traffic = Labelled(project)
    for _ in range(20):
        traffic.send(at_once=5)
    until(lambda: sum(stage(project, rollout)["canary"][f"{side}_labelled"] for side in ("canary", "production")) == 20, "labels were not counted")
    until(lambda: project.cairn("model", "verify", rollout["id"])["same"], "its verdicts cannot be found again")
    while len(traffic.waiting) < 400:
        traffic.send(at_once=1000)
    assert traffic.arms.count("canary") < LEAST
    killed_and_started(project, rollout, traffic)
    before, ended = judged_by_labels(project, rollout, traffic)
    assert before["canary_labelled"] + before["production_labelled"] <= 20
    assert ended["stage"] == "kept_out" and "worse by their labels: mean squared error 0." in ended["reason"], ended["reason"]
    assert project.cairn("model", "verify", rollout["id"])["same"] is True


def test_a_shadow_is_judged_by_labels_also_after_a_kill(tmp_path):
    rows = pandas.DataFrame({"x": numpy.linspace(-3, 3, 20)})
    with begun(tmp_path, rows, {"x": "number"}, canary={"shadow": 100_000, "share": SHARE, "max_loss_alpha": 0.02}) as project:
        project.promote(project.register(sound()))
        rollout = project.promote(project.register(turned()))
        traffic = Labelled(project)
        while len(traffic.waiting) < 400:
            traffic.send(at_once=1000)
        assert set(traffic.arms) == {"production"}, "nobody sees a shadow"
        until(lambda: stage(project, rollout)["canary"]["shadow_requests"] > 200, "it was left out of too much")
        killed_and_started(project, rollout, traffic)
        _, ended = judged_by_labels(project, rollout, traffic)
        assert ended["stage"] == "kept_out" and " as a shadow, " in ended["reason"], ended["reason"]
        verified = project.cairn("model", "verify", rollout["id"])
        assert verified["same"] is True and [item["verdict"] for item in verified["items"]] == ["abort"]
