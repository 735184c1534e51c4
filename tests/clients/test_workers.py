"""Models that only Python can run, logged with the plain MLflow client and served: by confined workers, with the answers that MLflow gives."""

import concurrent.futures
import json
import os
import pathlib
import signal
import sys
import time
import urllib.parse

import cloudpickle
import lightgbm
import mlflow
import numpy
import pandas
import pytest
import requests
import tritonclient.http
import xgboost
from mlflow.models import infer_signature
from mlflow.pyfunc.scoring_server.client import ScoringServerClient
from running import Server
from serving_project import NAME, Project, begun
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

WORKER = {"python": sys.executable, "processes": 2, "timeout_s": 5, "memory_mib": 2048}
PATIENCE = 60


def frame(count=40):
    chance = numpy.random.default_rng(3)
    return pandas.DataFrame({
        "a": chance.normal(size=count), "b": chance.integers(0, 9, count), "c": chance.choice(["x", "y", None], count, p=[0.4, 0.4, 0.2]),
    }).astype({"c": object}).where(lambda table: table.notna(), None)


def labels(table):
    return (table["a"] + table["b"] / 9 > 0.5).astype(int)


class Moods(mlflow.pyfunc.PythonModel):
    """Does what its input tells it."""

    def predict(self, context, model_input, params=None):
        mood = model_input["c"].iloc[0]
        if mood == "hang":
            while True:
                pass
        if mood == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if mood == "grow":
            return [bytearray(1 << 24) for _ in range(1 << 20)]
        if mood == "fail":
            raise ValueError("the moon is full")
        if mood == "reach":
            return numpy.full(len(model_input), self.reached() / 100)
        return 1 / (1 + numpy.exp(-model_input["a"].to_numpy()))

    def reached(self):
        """How much of what a model must not do could be done."""
        import socket
        import subprocess

        deeds = [
            lambda: open(pathlib.Path(self.outside) / "canary", "w"), lambda: os.listdir(self.outside),
            lambda: socket.create_connection(("127.0.0.1", self.port), 2), lambda: socket.create_connection(("1.1.1.1", 53), 2),
            lambda: subprocess.run(["true"], check=True), lambda: os.kill(self.server, 0), lambda: open("/etc/shadow"), lambda: open(__file__),
        ]
        done = 0
        for deed in deeds:
            try:
                deed()
                done += 1
            except Exception:
                pass
        return done


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    columns = {"a": "number", "b": "integer", "c": "string"}
    with begun(tmp_path_factory.mktemp("workers"), frame(), columns, assertions="none", worker={**WORKER, "code": "permit"}) as made:
        yield made


def scored(project, table):
    parts = urllib.parse.urlsplit(project.running.uri)
    return json.loads(ScoringServerClient(parts.hostname, parts.port).invoke(table).to_json())["predictions"]


def local(version):
    return mlflow.pyfunc.load_model(f"models:/{NAME}/{version}")


def processor_time():
    """Of each worker's process, in hundredths of a second."""
    found = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if words[0].endswith(b"python") and b"/cairn/worker.py" in words:
                fields = (entry / "stat").read_text().rsplit(") ", 1)[1].split()
                found[int(entry.name)] = int(fields[11])
        except (OSError, IndexError):
            continue
    return found


def settled():
    """The same once none is busy: those that were started anew are, until they have loaded the model."""
    before, until = processor_time(), time.monotonic() + PATIENCE
    while time.monotonic() < until:
        time.sleep(0.5)
        now = processor_time()
        if len(now) >= WORKER["processes"] and now.keys() == before.keys() and all(used <= before[number] + 2 for number, used in now.items()):
            break
        before = now
    return before


class TestScikitLearn:
    """A pipeline over numbers and texts, as a pickle."""

    @pytest.fixture(scope="class")
    def version(self, project):
        table = frame(300)
        encoded = make_column_transformer((OneHotEncoder(), ["c"]), remainder="passthrough")
        model = make_pipeline(encoded, LogisticRegression(max_iter=1000)).fit(table, labels(table))
        logged = project.log(mlflow.sklearn, model, signature=infer_signature(frame(), model.predict(frame())), input_example=frame(2),
                             serialization_format="cloudpickle", pip_requirements=["scikit-learn"])
        return project.serve(logged)

    def test_mlflows_client_gets_what_predict_gives(self, project, version):
        assert scored(project, frame()) == local(version).predict(frame()).tolist()

    def test_one_row_and_many_rows_give_the_same(self, project, version):
        table = frame(25_000)
        several = table.sample(200, random_state=1)
        alone = [scored(project, several.iloc[[row]])[0] for row in range(20)]
        body = {"dataframe_split": table.to_dict(orient="split")}
        answer = requests.post(f"{project.running.uri}/invocations", json=body, timeout=60)
        assert answer.status_code == 200, answer.text
        assert answer.json()["predictions"] == local(version).predict(table).tolist()
        assert alone == scored(project, several)[:20]

    def test_tritons_client_gets_classes_and_probabilities(self, project, version):
        table = frame().dropna()
        client = tritonclient.http.InferenceServerClient(urllib.parse.urlsplit(project.running.uri).netloc)
        inputs = []
        for name, kind, values in (("a", "FP64", table["a"].to_numpy()), ("b", "INT64", table["b"].to_numpy()), ("c", "BYTES", table["c"].to_numpy(object))):
            inputs.append(tritonclient.http.InferInput(name, [len(table)], kind))
            inputs[-1].set_data_from_numpy(values)
        answer = client.infer(NAME, inputs)
        model = local(version)
        assert answer.as_numpy("predictions").tolist() == model.predict(table).tolist()
        numpy.testing.assert_array_equal(answer.as_numpy("probabilities"), model.get_raw_model().predict_proba(table))
        assert client.get_model_metadata(NAME)["platform"] == "python_function"

    def test_the_score_is_the_chance_of_the_second_class(self, project, version):
        before = project.cairn("serving")["requests"]
        scored(project, frame(3))
        assert project.cairn("serving")["requests"] == before + 1
        assert project.cairn("serving", "verify")["records"] >= before + 1

    def test_statistics_count_its_requests(self, project, version):
        stats = requests.get(f"{project.running.uri}/v2/models/{NAME}/stats", timeout=30).json()["model_stats"]
        mine = next(one for one in stats if one["version"] == str(version))
        assert mine["inference_stats"]["success"]["count"] > 0
        assert mine["inference_stats"]["compute_infer"]["ns"] > 0

    def test_wrong_input_is_the_callers_mistake(self, project, version):
        for wrong in ([{"a": "one", "b": 1, "c": "x"}], [{"a": 1.0, "c": "x"}], [{"a": 1.0, "b": 1.5, "c": "x"}]):
            answer = requests.post(f"{project.running.uri}/invocations", json={"dataframe_records": wrong}, timeout=30)
            assert answer.status_code in (400, 422), answer.text
            assert answer.json()["error_code"] == "BAD_REQUEST"

    def test_the_decision_says_what_runs(self, project, version):
        rollout = requests.get(f"{project.running.uri}/api/v1/rollouts", timeout=30).json()["items"][0]
        decided = requests.get(f"{project.running.uri}/api/v1/rollouts/{rollout['id']}", timeout=30).text
        assert "(model.pkl)" in decided and "serving.worker.code" in decided


class TestBoosters:
    """Over numbers alone, in their own formats."""

    @staticmethod
    def check(project, flavour, model, of_trainer):
        table = frame()[["a", "b"]]
        version = project.serve(project.log(flavour, model, signature=infer_signature(table, of_trainer(table)), pip_requirements=["numpy"]))
        numpy.testing.assert_allclose(numpy.array(scored(project, table)), of_trainer(table), rtol=1e-6)
        due = local(version).predict(table)
        numpy.testing.assert_array_equal(numpy.array(scored(project, table), due.dtype), due)

    def test_xgboost(self, project):
        table = frame(300)
        model = xgboost.train({"objective": "binary:logistic"}, xgboost.DMatrix(table[["a", "b"]], label=labels(table)), 10)
        self.check(project, mlflow.xgboost, model, lambda rows: model.predict(xgboost.DMatrix(rows)))

    def test_lightgbm(self, project):
        table = frame(300)
        model = lightgbm.train({"objective": "binary", "verbose": -1}, lightgbm.Dataset(table[["a", "b"]], label=labels(table)), 10)
        self.check(project, mlflow.lightgbm, model, model.predict)


class TestMoods:
    """A function of its author's own, which misbehaves when it is told to."""

    @pytest.fixture(scope="class")
    def version(self, project, tmp_path_factory):
        cloudpickle.register_pickle_by_value(sys.modules[__name__])
        model = Moods()
        model.outside = str(tmp_path_factory.mktemp("outside"))
        model.port = urllib.parse.urlsplit(project.running.uri).port
        model.server = project.running.process.pid
        table = frame().fillna({"c": "calm"})
        try:
            logged = project.log(mlflow.pyfunc, python_model=model, signature=infer_signature(table, model.predict(None, table)), input_example=table.head(2),
                                 pip_requirements=["cloudpickle"])
        finally:
            cloudpickle.unregister_pickle_by_value(sys.modules[__name__])
        return project.serve(logged), model

    def ask(self, project, mood):
        return requests.post(f"{project.running.uri}/invocations", json={"dataframe_records": [{"a": 0.0, "b": 1, "c": mood}]}, timeout=60)

    def calm(self, project):
        """It answers as ever, and so does everything else."""
        until = time.monotonic() + PATIENCE
        answer = self.ask(project, "calm")
        while answer.status_code == 503 and time.monotonic() < until:
            time.sleep(0.1)
            answer = self.ask(project, "calm")
        assert (answer.status_code, answer.json()) == (200, {"predictions": [0.5]})
        assert requests.get(f"{project.running.uri}/v2/health/ready", timeout=10).status_code == 200

    def test_reaches_nothing_outside(self, project, version):
        _, model = version
        answer = self.ask(project, "reach")
        assert answer.json() == {"predictions": [0.0]}
        assert os.listdir(model.outside) == []
        (pathlib.Path(model.outside) / "canary").touch()  # the same deed outside of the sandbox
        assert Moods.reached(model) > 5

    def test_that_fails_is_told_with_its_own_words(self, project, version):
        answer = self.ask(project, "fail")
        assert answer.status_code == 500
        assert "ValueError: the moon is full" in answer.json()["message"]
        self.calm(project)

    def test_that_crashes_is_told_and_comes_back(self, project, version):
        answer = self.ask(project, "crash")
        assert answer.status_code == 500
        assert "ended while it answered: killed by signal 11" in answer.json()["message"]
        self.calm(project)

    def test_that_hangs_is_ended_at_its_deadline_while_others_are_answered(self, project, version):
        settled()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            began = time.monotonic()
            hung = pool.submit(self.ask, project, "hang")
            beside = 0
            while not hung.done():
                self.calm(project)
                beside += 1
            answer = hung.result()
        assert WORKER["timeout_s"] * 0.9 < time.monotonic() - began < WORKER["timeout_s"] + 10
        assert answer.status_code == 503
        assert "did not answer 1 row within 5 s" in answer.json()["message"]
        assert beside > 5
        self.calm(project)

    def test_that_allocates_without_end_is_bounded(self, project, version):
        answer = self.ask(project, "grow")
        assert answer.status_code == 500
        assert "MemoryError" in answer.json()["message"]
        self.calm(project)

    def test_killed_in_the_middle_of_a_request_is_told_and_comes_back(self, project, version):
        before = settled()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            hung = pool.submit(self.ask, project, "hang")
            busy, until = [], time.monotonic() + 4
            while not busy and time.monotonic() < until:
                busy = [number for number, used in processor_time().items() if used > before.get(number, used) + 30]
            os.kill(busy[0], signal.SIGKILL)
            answer = hung.result()
        assert answer.status_code == 500
        assert "killed by signal 9" in answer.json()["message"]
        self.calm(project)

    def test_falls_back_to_the_heuristic_where_there_is_one(self, project, version):
        path = project.folder / "cairn.yaml"
        text = path.read_text().replace("charter: {risk: limited}", "charter: {risk: limited, heuristic: [{otherwise: 0.25}]}").replace("fallback: none", "fallback: heuristic")
        path.write_text(text)
        project.cairn("apply", "--sign", "ada", actor="ada")
        answer = self.ask(project, "crash")
        assert answer.status_code == 200, answer.text
        assert answer.headers["X-Cairn-Arm"] == "fallback"
        assert answer.json() == {"predictions": [0.25]}
        until = time.monotonic() + PATIENCE
        while answer.headers["X-Cairn-Arm"] == "fallback" and time.monotonic() < until:
            answer = self.ask(project, "calm")
        assert answer.json() == {"predictions": [0.5]}


def with_a_classifier(project):
    """The project begun; rows, a classifier of scikit-learn, and what it is logged with."""
    project.begin(frame(), {"a": "number", "b": "integer", "c": "string"}, assertions="none", worker=WORKER)
    table = frame()[["a", "b"]]
    model = LogisticRegression().fit(table, labels(table))
    return table, model, {"signature": infer_signature(table, model.predict(table)), "pip_requirements": ["scikit-learn"]}


def test_code_needs_a_permission_and_other_formats_do_not(tmp_path):
    """A pickle is kept out by the gate that says why; the same model in skops is served."""
    running = Server(tmp_path / "data-folder", tmp_path)
    try:
        project = Project(tmp_path, running)
        table, model, options = with_a_classifier(project)
        pickled = project.log(mlflow.sklearn, model, serialization_format="cloudpickle", **options)
        kept_out = project.cairn("model", "consider", NAME, str(pickled), code=1)
        assert kept_out["stage"] == "kept_out", kept_out
        assert "code: permit" in json.dumps(kept_out)
        project.serve(project.log(mlflow.sklearn, model, serialization_format="skops", **options))
        assert scored(project, table) == model.predict(table).tolist()
    finally:
        assert running.stop() == 0
        running.log.close()


def test_what_a_killed_server_left_of_its_models_goes_with_the_next_start(tmp_path):
    """A worker reads a copy of its model below TMPDIR. Nobody else's folders there are touched, nor those of a server that lives."""
    place = tmp_path / "temporary"
    (place / "somebodys").mkdir(parents=True)
    running = Server(tmp_path / "data-folder", tmp_path, environment={"TMPDIR": str(place)})
    beside = None
    try:
        project = Project(tmp_path, running)
        table, model, options = with_a_classifier(project)
        project.serve(project.log(mlflow.sklearn, model, serialization_format="skops", **options))
        copy, = copies_in(place)
        beside = Server(tmp_path / "beside", tmp_path, environment={"TMPDIR": str(place)})
        assert copies_in(place) == [copy]
        running.kill()
        assert copies_in(place) == [copy]
        running.start()
        assert scored(project, table) == model.predict(table).tolist()
        assert copies_in(place) not in ([], [copy])
        assert len(copies_in(place)) == 1
        assert (place / "somebodys").exists()
    finally:
        for server in filter(None, [running, beside]):
            assert server.stop() == 0
            server.log.close()
    assert copies_in(place) == []


def copies_in(place):
    return [each.name for each in place.iterdir() if (each / "worker.py").exists()]
