"""Models logged with the plain MLflow client become ONNX that answers the same: real scikit-learn, XGBoost and LightGBM are asked for every answer."""

import json
import os
import subprocess
import sys
import urllib.parse

import cloudpickle
import lightgbm
import mlflow
import numpy
import onnxruntime
import pandas
import pytest
import requests
import tritonclient.http
import xgboost
from mlflow.models import infer_signature
from running import CAIRN, Server
from serving_project import NAME, Project, begun
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

WORKER = {"python": sys.executable, "processes": 1, "timeout_s": 30, "memory_mib": 4096}
NUMBERS = ["a", "b"]
TEXTS = ["a", "b", "c"]


def frame(count=40):
    chance = numpy.random.default_rng(3)
    return pandas.DataFrame({"a": chance.normal(size=count), "b": chance.integers(0, 9, count), "c": chance.choice(["x", "y", "z"], count)}).astype({"c": object})


def labels(table):
    return (table["a"] + table["b"] / 9 > 0.5).astype(int)


def amounts(table):
    """Between 0 and 1, since the project's gates take scores for chances."""
    return 0.4 + table["a"] / 20 + table["b"] ** 2 / 810


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    columns = {"a": "number", "b": "integer", "c": "string"}
    with begun(tmp_path_factory.mktemp("convert"), frame(), columns, assertions="none", worker={**WORKER, "code": "permit"}) as made:
        yield made


def log(project, flavour, model, columns, predict=None, example=True, **options):
    table = frame()[columns]
    if flavour == "sklearn":
        options.setdefault("serialization_format", "cloudpickle")
    return project.log(getattr(mlflow, flavour), model, signature=infer_signature(table, (predict or model.predict)(table)), pip_requirements=["numpy"],
                       **({"input_example": table.nsmallest(5, "a")} if example else {}), **options)


def convert(project, version, *words):
    return project.cairn("model", "convert", f"{NAME}@{version}", *words)


def refused(project, version, *words):
    """The exit code and what is said, and that nothing was registered."""
    before = versions(project)
    environment = {**os.environ, "CAIRN_ID_DIR": str(project.folder / "ids"), "CAIRN_ACTOR": "ben"}
    command = [CAIRN, "model", "convert", f"{NAME}@{version}", *words, "--data", str(project.running.data)]
    ended = subprocess.run(command, cwd=project.folder, env=environment, capture_output=True, text=True)
    assert versions(project) == before
    return ended.returncode, ended.stdout + ended.stderr


def versions(project):
    return [one["version"] for one in project.cairn("model", "show", NAME)["versions"]]


def files(version):
    """The version's folder, as MLflow's client gets it."""
    return mlflow.artifacts.download_artifacts(f"models:/{NAME}/{version}")


def local(version):
    return mlflow.pyfunc.load_model(f"models:/{NAME}/{version}")


def invoked(project, table):
    answer = requests.post(f"{project.running.uri}/invocations", json={"dataframe_split": table.to_dict(orient="split")}, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.json()["predictions"]


def infer(project, table):
    """By Triton's client, which must get the same tensors of the original and of the conversion."""
    client = tritonclient.http.InferenceServerClient(urllib.parse.urlsplit(project.running.uri).netloc)
    inputs = []
    for name, kind in (("a", "FP64"), ("b", "INT64"), ("c", "BYTES")):
        if name in table:
            inputs.append(tritonclient.http.InferInput(name, [len(table)], kind))
            inputs[-1].set_data_from_numpy(table[name].to_numpy(object if kind == "BYTES" else None))
    answer = client.infer(NAME, inputs)
    return {output["name"]: answer.as_numpy(output["name"]) for output in answer.get_response()["outputs"]}, client.get_model_metadata(NAME)["platform"]


def run_by_onnxruntime(version, table):
    session = onnxruntime.InferenceSession(os.path.join(files(version), "model.onnx"))
    answers = session.run(None, {name: table[name].to_numpy() for name in table})
    return dict(zip([output.name for output in session.get_outputs()], answers))


class TestARegressor:
    @pytest.fixture(scope="class")
    def both(self, project):
        table = frame(300)
        model = LinearRegression().fit(table[NUMBERS], amounts(table))
        original = log(project, "sklearn", model, NUMBERS)
        return model, original, convert(project, original)

    def test_its_proof_counts_rows_and_differences(self, project, both):
        _, original, made = both
        assert made["from"]["version"] == str(original)
        held = {on["what"]: on for on in made["parity"]}
        assert held["the input example"]["rows"] == 5
        assert held["rows@1, training"]["rows"] > 300
        assert made["rows"] == sum(on["rows"] for on in made["parity"])
        assert all(on["largest_difference"] < 1e-9 for on in made["parity"]), made["parity"]

    def test_it_gives_what_scikit_learn_gives(self, project, both):
        model, _, made = both
        table = frame(500)[NUMBERS]
        numpy.testing.assert_allclose(run_by_onnxruntime(made["version"], table)["predictions"], model.predict(table), rtol=1e-12)
        numpy.testing.assert_allclose(local(made["version"]).predict(table)["predictions"], model.predict(table), rtol=1e-12)

    def test_it_answers_in_the_same_form_without_a_worker(self, project, both):
        model, original, made = both
        table = frame()[NUMBERS]
        project.serve(original)
        before, platform = infer(project, table)
        assert platform == "python_function"
        bare = invoked(project, table)
        project.serve(made["version"])
        after, platform = infer(project, table)
        assert platform == "onnx_onnxv1"
        assert before.keys() == after.keys()
        assert all(before[name].dtype == after[name].dtype for name in before)
        numpy.testing.assert_allclose(after["predictions"], before["predictions"], rtol=1e-12)
        numpy.testing.assert_allclose(invoked(project, table), bare, rtol=1e-12)

    def test_no_code_of_its_author_comes_along(self, project, both):
        _, _, made = both
        # registered_model_meta is a word of MLflow's client to itself.
        assert sorted(set(os.listdir(files(made["version"]))) - {"registered_model_meta"}) == ["MLmodel", "conversion.json", "input_example.json", "model.onnx", "python_env.yaml", "requirements.txt",
                                                              "serving_input_example.json"]
        inspected = subprocess.run([CAIRN, "model", "inspect", files(made["version"]), "--json"], capture_output=True, text=True, check=True)
        found = json.loads(inspected.stdout)
        assert (found["loading_runs"], found["concerns"], found["damage"]) == ("known code", [], []), "mlflow.onnx, which MLflow loads it with"
        assert [part["format"] for part in found["parts"] if part["where"].endswith(".onnx")] == ["onnx"]

    def test_the_proof_is_on_record_and_among_its_files(self, project, both):
        _, original, made = both
        with open(os.path.join(files(made["version"]), "conversion.json")) as kept:
            filed = json.load(kept)
        assert filed["onnx"] == made["onnx"] and filed["parity"] == made["parity"]
        recorded = requests.get(f"{project.running.uri}/api/v1/models/{NAME}/versions/{made['version']}/conversion", timeout=30).json()
        assert recorded["onnx"] == made["onnx"] and recorded["actor"] == "ben"
        project.cairn("audit", "verify")
        shown = project.cairn("model", "show", NAME)
        assert [proof["from"]["version"] for proof in shown["conversions"] if proof["version"] == made["version"]] == [str(original)]
        from_where = json.dumps(project.cairn("data", "where-from", f"{NAME}/{made['version']}"))
        assert f"model:{NAME}/{original}" in from_where and "rows@1" in from_where

    def test_none_is_made_of_one_that_is_onnx(self, project, both):
        code, said = refused(project, both[2]["version"])
        assert (code, "is ONNX already" in said) == (4, True), said


def same_by_scikit_learn(project, model, columns, **options):
    original = log(project, "sklearn", model, columns, **options)
    made = convert(project, original)
    table = frame(500)[columns]
    answers = run_by_onnxruntime(made["version"], table)
    assert answers["predictions"].tolist() == model.predict(table).tolist()
    numpy.testing.assert_allclose(answers["probabilities"], model.predict_proba(table), rtol=1e-5, atol=1e-6)
    return made


def test_a_pipeline_with_a_scaler(project):
    table = frame(300)
    made = same_by_scikit_learn(project, make_pipeline(StandardScaler(), LogisticRegression()).fit(table[NUMBERS], labels(table)), NUMBERS)
    assert "double precision" in made["how"]


def test_a_pipeline_over_texts_and_numbers_answers_like_its_original(project):
    table = frame(300)
    encoded = make_column_transformer((OneHotEncoder(), ["c"]), (StandardScaler(), ["a"]), remainder="passthrough")
    model = make_pipeline(encoded, LogisticRegression(max_iter=1000)).fit(table[TEXTS], labels(table))
    made = same_by_scikit_learn(project, model, TEXTS)
    project.serve(made["version"])
    answers, platform = infer(project, frame())
    assert platform == "onnx_onnxv1"
    assert answers["predictions"].tolist() == invoked(project, frame()) == model.predict(frame()).tolist()


def test_classes_that_are_texts(project):
    table = frame(300)
    same_by_scikit_learn(project, LogisticRegression().fit(table[NUMBERS], numpy.where(labels(table), "late", "on time")), NUMBERS)


def test_a_forest_is_proven_at_its_thresholds(project):
    """In double precision skl2onnx misses them, in single precision it keeps to them. Of 21 trees there is no tie that rounding would decide."""
    table = frame(300)
    made = same_by_scikit_learn(project, RandomForestClassifier(21, random_state=1).fit(table[NUMBERS], labels(table)), NUMBERS)
    assert "single precision" in made["how"]
    assert {on["what"]: on["rows"] for on in made["parity"]}["rows at the thresholds of its trees"] > 500


def test_histogram_boosting_is_taken_over_one_for_one(project):
    table = frame(300)
    made = same_by_scikit_learn(project, HistGradientBoostingClassifier(max_iter=20).fit(table[NUMBERS], labels(table)), NUMBERS)
    assert "one for one" in made["how"]


class TestBoosters:
    """Their thresholds are compared with as they compare: in single precision by XGBoost, in double by LightGBM."""

    @staticmethod
    def check(project, flavour, model, predict):
        made = convert(project, log(project, flavour, model, NUMBERS, predict))
        table = frame(500)[NUMBERS]
        answers, due = run_by_onnxruntime(made["version"], table), predict(table)
        assert answers["predictions"].dtype == due.dtype
        numpy.testing.assert_allclose(answers["predictions"], due, rtol=1e-5, atol=1e-6)
        assert {on["what"]: on["rows"] for on in made["parity"]}["rows at the thresholds of its trees"] > 100
        return answers, table

    def test_xgboost(self, project):
        table = frame(300)
        booster = xgboost.train({"objective": "binary:logistic"}, xgboost.DMatrix(table[NUMBERS], label=labels(table)), 10)
        self.check(project, "xgboost", booster, lambda rows: booster.predict(xgboost.DMatrix(rows)))

    def test_xgboosts_classifier_of_several_classes(self, project):
        table = frame(300)
        model = xgboost.XGBClassifier(n_estimators=10).fit(table[NUMBERS], labels(table) + (table["b"] > 6))
        answers, rows = self.check(project, "xgboost", model, model.predict)
        assert answers["predictions"].tolist() == model.predict(rows).tolist()

    def test_xgboost_that_stopped_early_over_missing_values(self, project):
        table = frame(300)[NUMBERS].astype(float)
        holes = table.where(numpy.random.default_rng(1).random(table.shape) > 0.1)
        model = xgboost.XGBRegressor(n_estimators=100, learning_rate=0.5, early_stopping_rounds=2)
        model.fit(holes[:200], amounts(table[:200]), eval_set=[(holes[200:], amounts(table[200:]))], verbose=False)
        assert model.best_iteration < 90
        table = frame()[NUMBERS].astype(float)
        made = convert(project, project.log(mlflow.xgboost, model, signature=infer_signature(table, model.predict(table)), input_example=table[:5], pip_requirements=["numpy"]))
        answers = run_by_onnxruntime(made["version"], holes)["predictions"]
        numpy.testing.assert_allclose(answers, model.predict(holes), rtol=1e-5, atol=1e-6)

    def test_lightgbm(self, project):
        table = frame(300)
        booster = lightgbm.train({"objective": "poisson", "verbose": -1}, lightgbm.Dataset(table[NUMBERS], label=table["b"]), 10)
        self.check(project, "lightgbm", booster, booster.predict)

    def test_lightgbms_classifier(self, project):
        table = frame(300)
        model = lightgbm.LGBMClassifier(n_estimators=10, verbose=-1).fit(table[NUMBERS], labels(table))
        answers, rows = self.check(project, "lightgbm", model, model.predict)
        numpy.testing.assert_allclose(answers["probabilities"], model.predict_proba(rows), rtol=1e-5, atol=1e-6)

    def test_categories_are_refused_with_the_reason(self, project):
        table = frame(300)
        booster = lightgbm.train({"objective": "binary", "verbose": -1, "min_data_per_group": 1}, lightgbm.Dataset(table[NUMBERS], label=table["b"].isin([1, 4, 7]), categorical_feature=["b"]), 10)
        code, said = refused(project, log(project, "lightgbm", booster, NUMBERS, booster.predict))
        assert code == 2 and "splits by categories" in said, said


class Halved(LinearRegression):
    """No converter knows what it does."""

    def predict(self, X):
        return super().predict(X) / 2


def bend(model, where):
    """Makes it answer otherwise than its coefficients say, but only for rows beyond `where`."""
    model.predict = lambda rows: LinearRegression.predict(model, rows) + numpy.where(numpy.asarray(rows)[:, 0] > where, 0.25, 0)
    return model


@pytest.fixture
def by_value():
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    yield
    cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


def test_what_cannot_be_converted_says_so_and_is_served_by_the_worker(project, by_value):
    table = frame(300)
    model = Halved().fit(table[NUMBERS], amounts(table))
    version = log(project, "sklearn", model, NUMBERS)
    code, said = refused(project, version)
    assert code == 2 and "skl2onnx" in said and "Halved" in said, said
    project.serve(version)
    assert infer(project, frame()[NUMBERS])[1] == "python_function"
    assert invoked(project, frame()[NUMBERS]) == model.predict(frame()[NUMBERS]).tolist()


def test_one_that_answers_otherwise_is_refused_with_the_row_and_goes_on_record(project, by_value):
    table = frame(300)
    version = log(project, "sklearn", bend(LinearRegression().fit(table[NUMBERS], amounts(table)), 0.7), NUMBERS)
    code, said = refused(project, version)
    assert code == 2, said
    assert "No conversion answers as the model does" in said and "rows@1, training" in said and "(a = " in said, said
    events = project.cairn("audit", "log", "--kind", "conversion.refused")["items"]
    assert any(event["subject"] == f"model:{NAME}/{version}" and "(a = " in event["body"]["reason"] for event in events)
    project.serve(version)
    assert infer(project, frame()[NUMBERS])[1] == "python_function"


def test_it_is_rows_that_prove(project, by_value, tmp_path):
    """Few rows hide a difference that a table shows; the file that is named is read instead of the data set."""
    table = frame(300)
    version = log(project, "sklearn", bend(LinearRegression().fit(table[NUMBERS], amounts(table)), 50), NUMBERS)
    wide = pandas.DataFrame({"a": [1.0, 51.5], "b": [1, 2]})
    wide.to_csv(tmp_path / "wide.csv", index=False)
    code, said = refused(project, version, "--on", str(tmp_path / "wide.csv"))
    assert code == 2 and "a = 51.5, b = 2" in said, said
    wide[:1].drop(columns="b").to_csv(tmp_path / "narrow.csv", index=False)
    code, said = refused(project, version, "--on", str(tmp_path / "narrow.csv"))
    assert code == 2 and "has no column 'b'" in said, said
    assert convert(project, version)["rows"] > 0


def test_gradient_boosting_in_a_pipeline(project):
    table = frame(300)
    model = make_pipeline(StandardScaler(), GradientBoostingRegressor(n_estimators=20)).fit(table[NUMBERS], amounts(table))
    made = convert(project, log(project, "sklearn", model, NUMBERS))
    rows = frame(500)[NUMBERS]
    numpy.testing.assert_allclose(run_by_onnxruntime(made["version"], rows)["predictions"], model.predict(rows), rtol=1e-5, atol=1e-6)


def test_a_pickle_needs_the_permission_that_loading_it_needs(tmp_path):
    running = Server(tmp_path / "data-folder", tmp_path)
    try:
        project = Project(tmp_path, running)
        project.begin(frame(), {"a": "number", "b": "integer", "c": "string"}, assertions="none", worker=WORKER)
        table = frame(300)
        model = LogisticRegression().fit(table[NUMBERS], labels(table))
        code, said = refused(project, log(project, "sklearn", model, NUMBERS))
        assert code == 5 and "code: permit" in said, said
        made = convert(project, log(project, "sklearn", model, NUMBERS, serialization_format="skops"))
        project.serve(made["version"])
        assert invoked(project, frame()[NUMBERS]) == model.predict(frame()[NUMBERS]).tolist()
    finally:
        assert running.stop() == 0
        running.log.close()


def test_without_any_row_nothing_is_proven(tmp_path):
    running = Server(tmp_path / "data-folder", tmp_path)
    try:
        project = Project(tmp_path, running)
        people = f"[{{name: ada, roles: [approver], key: {project.cairn('id', 'new', 'ada')['key']}}}]"
        (tmp_path / "cairn.yaml").write_text(f"project: bare\nroles: {{principals: {people}}}\nserving: {{worker: {json.dumps({**WORKER, 'code': 'permit'})}}}\n")
        project.cairn("apply", actor="ada")
        table = frame(300)
        version = log(project, "sklearn", LinearRegression().fit(table[NUMBERS], amounts(table)), NUMBERS, example=False)
        code, said = refused(project, version)
        assert code == 2 and "There is no row to prove the conversion on" in said, said
        table.to_parquet(tmp_path / "rows.parquet")
        assert convert(project, version, "--on", "rows.parquet")["rows"] == 300
    finally:
        assert running.stop() == 0
        running.log.close()
