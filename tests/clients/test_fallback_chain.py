"""What answers in a model's place: real clients at each door, while its outputs break rules, its workers crash, hang and are killed, and memory is short."""

import gc
import json
import os
import pathlib
import re
import signal
import sys
import time

import cloudpickle
import mlflow
import numpy
import pandas
import pytest
import requests
import tritonclient.grpc
import tritonclient.http
from mlflow.models import infer_signature
from onnx import TensorProto, helper
from serving_project import NAME, begun
from test_workers import processor_time, settled
from tritonclient.utils import InferenceServerException

MIB = 1 << 20
SLO = 1.0  # seconds in which a fallback answers what no worker can


def frame(count=40):
    return pandas.DataFrame({"a": numpy.linspace(0, 9, count)})


def configured(project, serving, heuristic=None):
    """Accepts the project's configuration with another section `serving`."""
    path = project.folder / "cairn.yaml"
    text = re.sub(r"(?m)^serving: .*$", "serving: " + json.dumps(serving), path.read_text())
    if heuristic is not None:
        text = text.replace("charter: {risk: limited}", f"charter: {{risk: limited, heuristic: [{{otherwise: {heuristic}}}]}}")
    path.write_text(text)
    project.cairn("apply", "--sign", "ada", actor="ada")


def model_of(nodes, outputs, constants=()):
    given = [helper.make_tensor_value_info("a", TensorProto.FLOAT, [None, 1])]
    model = helper.make_model(helper.make_graph(nodes, "chain", given, outputs, list(constants)), opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return model


def priced(price):
    """A price, by a node that makes it of `a`, and the whole part of `a` as its class."""
    outputs = [helper.make_tensor_value_info("price", TensorProto.FLOAT, [None, 1]), helper.make_tensor_value_info("label", TensorProto.INT64, [None, 1])]
    constants = [helper.make_tensor("constant", TensorProto.FLOAT, [1], [0.15]), helper.make_tensor("nothing", TensorProto.FLOAT, [1], [0.0]),
                 helper.make_tensor("ten", TensorProto.FLOAT, [1], [10.0])]
    nodes = [*price, helper.make_node("Cast", ["a"], ["label"], to=TensorProto.INT64)]
    return model_of(nodes, outputs, constants)


ROOT = [helper.make_node("Sqrt", ["a"], ["root"]), helper.make_node("Div", ["root", "ten"], ["price"])]
SAME = [helper.make_node("Mul", ["a", "nothing"], ["zero"]), helper.make_node("Add", ["zero", "constant"], ["price"])]


class TestRulesAboutOutputs:
    """Version 2 gives a tenth of the root: NaN of what is negative, above the bound of what is large. Version 1, before it, gives 0.15."""

    @pytest.fixture(scope="class")
    def project(self, tmp_path_factory):
        with begun(tmp_path_factory.mktemp("rules"), frame(), {"a": "number"}, ["--grpc-listen", "127.0.0.1:0"], assertions="none") as made:
            configured(made, {"assertions": "contract", "fallback": ["previous", "heuristic", {"default": 1}],
                              "outputs": {"price": {"min": 0, "max": 0.25}, "label": {"allowed": [-2, -1, 0, 1, 2, 4, 9]}}}, heuristic=0.05)
            for price in (SAME, ROOT):
                made.serve(made.register(priced(price)))
            yield made

    def by_rest(self, project, values, binary):
        client = tritonclient.http.InferenceServerClient(project.running.uri.removeprefix("http://"))
        given = tritonclient.http.InferInput("a", [len(values), 1], "FP32")
        given.set_data_from_numpy(numpy.array(values, numpy.float32).reshape(-1, 1), binary_data=binary)
        wanted = [tritonclient.http.InferRequestedOutput("price", binary_data=binary)]
        answer = client.infer(NAME, [given], outputs=wanted)
        return answer.as_numpy("price").ravel().tolist(), answer.get_response()["model_version"], answer.get_response()["parameters"].get("fallback")

    def by_grpc(self, project, values):
        with tritonclient.grpc.InferenceServerClient(project.running.grpc) as client:
            given = tritonclient.grpc.InferInput("a", [len(values), 1], "FP32")
            given.set_data_from_numpy(numpy.array(values, numpy.float32).reshape(-1, 1))
            answer = client.infer(NAME, [given])
            parameters = answer.get_response().parameters
            link = parameters["fallback"].string_param if "fallback" in parameters else None
            return answer.as_numpy("price").ravel().tolist(), answer.get_response().model_version, link

    def by_scoring(self, project, values):
        body = {"dataframe_split": {"columns": ["a"], "data": [[value] for value in values]}}
        answer = requests.post(f"{project.running.uri}/invocations", json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        prices = [row["price"] for row in answer.json()["predictions"]]
        return prices, answer.headers["X-Cairn-Model-Version"], answer.headers.get("X-Cairn-Fallback")

    @pytest.mark.parametrize("door", ["json", "binary", "grpc", "scoring"])
    @pytest.mark.parametrize(("values", "rule"), [([-1.0], "price.finite"), ([4.0, 9.0], "price.max"), ([4.0, 5.0, 1.0], "label.allowed")])
    def test_no_door_gives_an_answer_that_breaks_one(self, project, door, values, rule):
        ask = {"json": lambda given: self.by_rest(project, given, False), "binary": lambda given: self.by_rest(project, given, True),
               "grpc": lambda given: self.by_grpc(project, given), "scoring": lambda given: self.by_scoring(project, given)}[door]
        before = self.counted(project, "cairn_serving_broken_outputs_total", rule=rule)
        # Version 1 has the same classes, so that there the heuristic answers: in the form of the model.
        due = ([0.05] * len(values), "0", "heuristic") if rule == "label.allowed" else ([0.15] * len(values), "1", "previous")
        prices, version, link = ask(values)
        assert (prices, version, link) == (pytest.approx(due[0]), *due[1:])
        assert self.counted(project, "cairn_serving_broken_outputs_total", rule=rule) - before == (2 if rule == "label.allowed" else 1)
        prices, version, link = ask([4.0])
        assert (prices, version, link) == (pytest.approx([0.2]), "2", None)

    def counted(self, project, name, **labels):
        text = requests.get(f"{project.running.uri}/metrics", timeout=30).text
        for line in text.splitlines():
            found = re.fullmatch(r"(\w+)\{(.*)\} (\S+)", line)
            if found and found[1] == name and all(f'{label}="{value}"' in found[2] for label, value in labels.items()):
                return float(found[3])
        return 0.0

    def test_bad_input_is_refused_and_no_fallback_answers_it(self, project):
        before = project.cairn("serving")["fallbacks"]
        client = tritonclient.http.InferenceServerClient(project.running.uri.removeprefix("http://"))
        given = tritonclient.http.InferInput("b", [1, 1], "FP32")
        given.set_data_from_numpy(numpy.ones((1, 1), numpy.float32))
        with pytest.raises(InferenceServerException, match="'b'"):
            client.infer(NAME, [given])
        answer = requests.post(f"{project.running.uri}/invocations", json={"dataframe_split": {"columns": ["a"], "data": [["x"]]}}, timeout=30)
        assert answer.status_code == 422, answer.text
        assert "'a'" in answer.json()["message"]
        assert project.cairn("serving")["fallbacks"] == before

    def test_what_answered_is_counted_by_link_and_by_rule_and_on_record(self, project):
        self.by_scoring(project, [-1.0, -2.0, 4.0])
        state = project.cairn("serving")
        links = {one["link"]: one for one in state["fallback"]}
        assert links["previous"]["version"] == "1"
        assert links["previous"]["requests"] > 0
        assert state["fallbacks"] == sum(one["requests"] for one in links.values())
        broken = {one["rule"]: one for one in state["output_rules"]["broken"]}
        assert broken["price.finite"]["rows"] > broken["price.finite"]["requests"]
        assert "output 'price': finite, at least 0, at most 0.25" in state["output_rules"]["held"]
        assert self.counted(project, "cairn_serving_fallbacks_total", link="previous") == links["previous"]["requests"]
        bodies = [event["body"] for event in project.cairn("audit", "log", "--kind", "serving.fallback_chain")["items"]]
        (second,) = [body for body in bodies if body["version"] == "2"]
        assert second["links"] == [{"link": "previous", "version": "1"}, {"link": "heuristic"}, {"link": "default", "answers": 1}]

    def test_the_plan_says_it_and_the_drill_shows_it_without_a_trace(self, project):
        plan = {row["failure"]: row for row in project.cairn("serving", "plan")["plan"]}
        assert plan["an answer breaks a rule about outputs"]["by"] == "previous"
        assert not plan["the prediction log's disk is full"]["answered"]
        before = project.cairn("serving")
        drill = project.cairn("serving", "drill", "--row", json.dumps({"a": 4}))
        assert [(one["who"], one.get("version"), one["score"]) for one in drill["links"]] == [
            ("production", "2", pytest.approx(0.2)), ("previous", "1", pytest.approx(0.15)), ("heuristic", None, 0.05), ("default", None, 1.0)]
        failing = project.cairn("serving", "drill", "--row", json.dumps({"a": -9}), code=1)
        assert "NaN" in failing["links"][0]["why"]
        after = project.cairn("serving")
        assert (after["requests"], after["fallbacks"], after["output_rules"]) == (before["requests"], before["fallbacks"], before["output_rules"])

    def test_a_rollback_does_not_fall_back_to_what_it_left(self, project):
        project.cairn("model", "rollback", NAME, "--reason", "a test")
        until = time.monotonic() + 30
        while project.cairn("serving")["version"] != "1" and time.monotonic() < until:
            time.sleep(0.1)
        links = {one["link"]: one for one in project.cairn("serving")["fallback"]}
        assert not links["previous"]["ready"]
        assert "before the present one" in links["previous"]["why"]


class Moods(mlflow.pyfunc.PythonModel):
    """Does what its input tells it."""

    def predict(self, context, model_input, params=None):
        mood = float(model_input["a"].iloc[0])
        if mood == -1:
            return numpy.full(len(model_input), numpy.nan)
        if mood == -2:
            return numpy.full(len(model_input), 1e9)
        if mood == -3:
            os.kill(os.getpid(), signal.SIGSEGV)
        while mood == -4:
            pass
        return numpy.full(len(model_input), 0.5)


class TestWorkers:
    """A model of Python's, with a heuristic behind it."""

    WORKER = {"python": sys.executable, "processes": 2, "timeout_s": 3, "code": "permit"}

    @pytest.fixture(scope="class")
    def project(self, tmp_path_factory):
        with begun(tmp_path_factory.mktemp("chain-workers"), frame(), {"a": "number"}, assertions="none", worker=self.WORKER) as made:
            configured(made, {"assertions": "none", "fallback": ["heuristic"], "worker": self.WORKER, "outputs": {"predictions": {"max": 1}}}, heuristic=0.25)
            cloudpickle.register_pickle_by_value(sys.modules[__name__])
            signature = infer_signature(frame(), numpy.zeros(2))
            made.serve(made.log(mlflow.pyfunc, python_model=Moods(), signature=signature, input_example=frame(2), pip_requirements=["numpy"]))
            settled()
            yield made

    def ask(self, project, mood):
        begun_at = time.monotonic()
        answer = requests.post(f"{project.running.uri}/invocations", json={"dataframe_split": {"columns": ["a"], "data": [[mood]]}}, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()["predictions"], answer.headers.get("X-Cairn-Fallback"), time.monotonic() - begun_at

    @pytest.mark.parametrize(("mood", "within"), [(-1.0, SLO), (-2.0, SLO), (-3.0, SLO), (-4.0, 3 + SLO)], ids=["NaN", "out of range", "crash", "hang"])
    def test_the_heuristic_answers_within_its_time(self, project, mood, within):
        settled()
        predictions, link, took = self.ask(project, mood)
        assert (predictions, link) == ([0.25], "heuristic")
        assert took < within

    def test_killed_workers_cost_no_caller_more_than_the_bound(self, project):
        """From the moment when every worker is killed until one answers again, each request is answered in time."""
        workers = list(settled())
        assert self.ask(project, 1.0)[:2] == ([0.5], None)
        for number in workers:
            os.kill(number, signal.SIGKILL)
        answers, until = [], time.monotonic() + 60
        while not answers or (answers[-1][1] is not None and time.monotonic() < until):
            answers.append(self.ask(project, 1.0))
        fallen = [answer for answer in answers if answer[1] == "heuristic"]
        assert fallen, "the heuristic answered meanwhile"
        assert max(took for *_, took in answers) < SLO
        assert answers[-1][:2] == ([0.5], None), "a worker answers again"
        print(f"{len(fallen)} answers of the heuristic, the slowest after {max(took for *_, took in fallen) * 1000:.1f} ms")

    def test_memory_of_the_workers_is_told(self, project):
        (version,) = project.cairn("serving")["memory"]["versions"]
        resident = sum(int(pathlib.Path(f"/proc/{number}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") for number in settled())
        assert version["bytes"] == pytest.approx(resident, rel=0.15)


class TestMemory:
    """Five versions of 64 MiB each, and room for three of them."""

    SIZE = 64 * MIB

    def heavy(self, seed):
        weights = numpy.random.default_rng(seed).random(self.SIZE // 4, numpy.float32)
        constants = [helper.make_tensor("weights", TensorProto.FLOAT, weights.shape, weights.tobytes(), raw=True)]
        nodes = [helper.make_node("Cast", ["a"], ["place"], to=TensorProto.INT64), helper.make_node("Gather", ["weights", "place"], ["price"])]
        return model_of(nodes, [helper.make_tensor_value_info("price", TensorProto.FLOAT, [None, 1])], constants)

    def resident(self, project):
        return int(pathlib.Path(f"/proc/{project.running.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def ask(self, project, version):
        body = {"inputs": [{"name": "a", "datatype": "FP32", "shape": [1, 1], "data": [1.0]}]}
        return requests.post(f"{project.running.uri}/v2/models/{NAME}/versions/{version}/infer", json=body, timeout=60)

    def test_versions_make_room_come_back_and_give_their_memory_back(self, tmp_path):
        with begun(tmp_path, frame(), {"a": "number"}, assertions="none") as project:
            for seed in range(4):
                project.serve(project.log(mlflow.onnx, self.heavy(seed), pip_requirements=["onnx"], save_as_external_data=False))
                gc.collect()
            cap = 3 * self.SIZE + 40 * MIB
            configured(project, {"assertions": "none", "fallback": "none", "memory": f"{cap // MIB}MiB"})
            for version in (1, 2, 3, 1):
                assert self.ask(project, version).status_code == 200
                memory = project.cairn("serving")["memory"]
                assert memory["bytes"] <= memory["cap"] == cap
            assert project.cairn("serving")["memory"]["evicted"] == 2
            full = self.resident(project)
            assert self.ask(project, 4).headers["X-Cairn-Arm"] == "production", "production never makes room"
            small = self.SIZE + 40 * MIB
            configured(project, {"assertions": "none", "fallback": "none", "memory": f"{small // MIB}MiB"})
            memory = project.cairn("serving")["memory"]
            assert [one["role"] for one in memory["versions"]] == ["production"]
            given_back = full - self.resident(project)
            assert given_back == pytest.approx(2 * self.SIZE, rel=0.15)
            refused = self.ask(project, 1)
            assert refused.status_code == 507, refused.text
            assert "serving.memory" in refused.json()["error"]
            assert self.ask(project, 4).status_code == 200, "everything else goes on"
