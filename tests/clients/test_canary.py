"""Versions on trial beside production: one that is sound goes up in steps and is promoted, a planted bad one is taken back by itself, and each
verdict can be found again from what the log stored."""

import time

import numpy
import onnx
import pandas
import pytest
import requests
from onnx import TensorProto, helper
from running import Server
from serving_project import NAME, Project

ALPHA, SHARES, LEAST = 0.01, [0.2, 0.6], 60
PATIENCE = 60  # seconds


def model(*nodes):
    """One number in, a probability out."""
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 1])
    answer = helper.make_tensor_value_info("probability", TensorProto.FLOAT, [None, 1])
    limit = helper.make_tensor("limit", TensorProto.FLOAT, [1], [100.0])
    graph = helper.make_graph(list(nodes), "trial", [given], [answer], [limit])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made)
    return made


def sound():
    return model(helper.make_node("Min", ["x", "limit"], ["a"]), helper.make_node("Sigmoid", ["a"], ["probability"]))


def planted():
    """As good on every row of the data; beyond 100 it is no number."""
    return model(helper.make_node("Sub", ["limit", "x"], ["a"]), helper.make_node("Sqrt", ["a"], ["b"]), helper.make_node("Sigmoid", ["b"], ["probability"]))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("canary")
    running = Server(folder / "data-folder", folder)
    project = Project(folder, running)
    canary = {"steps": SHARES, "min_requests": LEAST, "max_error_rate_alpha": ALPHA}
    rows = pandas.DataFrame({"x": numpy.linspace(-3, 3, 20)})
    project.begin(rows, {"x": "number"}, canary=canary)
    project.promote(project.register(sound()))
    yield project
    assert running.stop() == 0
    running.log.close()


class Traffic:
    """Requests one after the other; who answered them, by arm."""

    def __init__(self, project):
        self.uri, self.session, self.arms = f"{project.running.uri}/v2/models/{NAME}/infer", requests.Session(), []

    def send(self, value):
        asked = {"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 1], "data": [value]}]}
        answer = self.session.post(self.uri, json=asked, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        probability = answer.json()["outputs"][0]["data"][0]
        assert 0 <= probability <= 1
        self.arms.append(answer.headers["X-Cairn-Arm"])
        return self.arms[-1]


def stage(project, rollout):
    return requests.get(f"{project.running.uri}/api/v1/rollouts/{rollout['id']}", timeout=PATIENCE).json()


def until(holds, what):
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, what


def test_a_planted_bad_version_is_taken_back_by_itself_and_no_caller_notices(project):
    rollout = project.promote(project.register(planted()))
    assert rollout["stage"] == "canary"
    traffic, began = Traffic(project), time.monotonic()
    chance = numpy.random.default_rng(5)

    def over():
        traffic.send(1000.0 if chance.random() < 0.3 else 0.5)
        return stage(project, rollout)["stage"] != "canary"

    until(over, "the bad version was never taken back")
    ended = stage(project, rollout)
    assert ended["stage"] == "kept_out"
    assert "fails more often than production" in ended["reason"]
    assert ended["decision_record"]["state"] == "void"
    assert time.monotonic() - began < PATIENCE
    assert {traffic.send(1000.0) for _ in range(20)} == {"production"}
    verified = project.cairn("model", "verify", rollout["id"])
    assert verified["same"] is True
    assert [item["verdict"] for item in verified["items"]] == ["abort"]


def test_a_sound_version_goes_up_in_steps_within_the_bounds_of_chance_and_is_promoted(project):
    rollout = project.promote(project.register(sound()))
    assert rollout["stage"] == "canary"
    traffic, at = Traffic(project), {1: [], 2: []}

    def over():
        before = stage(project, rollout)
        arm = traffic.send(0.5)
        after = stage(project, rollout)
        if before["stage"] == after["stage"] == "canary" and before["trial"]["step"] == after["trial"]["step"]:
            at[after["trial"]["step"]].append(arm)
        return after["stage"] != "canary"

    until(over, "the sound version never came through")
    assert stage(project, rollout)["stage"] == "promoted", stage(project, rollout)["reason"]
    for step, share in zip(at, SHARES):
        arms = at[step]
        assert arms.count("canary") >= LEAST - 5
        # Four standard deviations of a binomial, and the few by which a step is left off where its count is reached.
        assert abs(arms.count("canary") - share * len(arms)) <= 4 * (len(arms) * share * (1 - share)) ** 0.5 + 5
    verified = project.cairn("model", "verify", rollout["id"])
    assert verified["same"] is True
    assert [item["verdict"] for item in verified["items"]] == ["next_step", "promote"]


def test_a_canary_can_be_held_let_go_on_and_ended_by_hand(project):
    rollout = project.promote(project.register(sound()))
    assert rollout["stage"] == "canary"
    project.cairn("model", "pause", "--reason", "a holiday")
    assert stage(project, rollout)["trial"]["paused"] == "a holiday"
    again = requests.post(f"{project.running.uri}/api/v1/rollouts/waiting/pause", json={"reason": "again"}, timeout=PATIENCE)
    assert again.status_code == 409
    project.cairn("model", "resume")
    project.cairn("model", "abort", "--reason", "not wanted any more")
    assert stage(project, rollout)["stage"] == "kept_out"
    assert set(map(Traffic(project).send, [0.5] * 20)) == {"production"}
