"""With `convert: auto` it is the conversion that is considered, approved and answers; where there is none, the original."""

import json
import sys
import time

import cloudpickle
import mlflow
import numpy
import pytest
import requests
from mlflow.models import infer_signature
from serving_project import NAME, PATIENCE, begun
from sklearn.linear_model import LinearRegression
from test_convert import NUMBERS, WORKER, amounts, bend, by_value, frame, infer, invoked, log, versions  # noqa: F401


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    columns = {"a": "number", "b": "integer", "c": "string"}
    folder = tmp_path_factory.mktemp("auto")
    with begun(folder, frame(), columns, assertions="none", worker={**WORKER, "code": "permit"}) as made:
        text = (folder / "cairn.yaml").read_text()
        (folder / "cairn.yaml").write_text(text.replace("serving: {", "serving: {convert: auto, "))
        made.cairn("apply", actor="ada")
        yield made


def approve(project, rollout):
    """Ada signs, and the version answers."""
    project.cairn("model", "approve", rollout["id"], "--sign", "ada", actor="ada")
    until = time.monotonic() + PATIENCE
    while requests.get(f"{project.running.uri}/api/v1/serving", timeout=30).json()["version"] != str(rollout["version"]):
        assert time.monotonic() < until
        time.sleep(0.1)


def events(project, kind):
    return project.cairn("audit", "log", "--kind", kind)["items"]


def test_the_conversion_is_what_is_examined_approved_and_answers(project):
    table = frame(300)
    model = LinearRegression().fit(table[NUMBERS], amounts(table))
    original = log(project, "sklearn", model, NUMBERS)
    rollout = project.cairn("model", "consider", NAME, str(original))
    assert rollout["version"] == original + 1
    approve(project, rollout)
    shown = project.cairn("model", "show", NAME)
    assert [proof["from"]["version"] for proof in shown["conversions"]] == [str(original)]
    assert infer(project, frame()[NUMBERS])[1] == "onnx_onnxv1"
    numpy.testing.assert_allclose(invoked(project, frame()[NUMBERS]), model.predict(frame()[NUMBERS]), rtol=1e-12)
    considered = [event["subject"] for event in events(project, "rollout.considered")]
    assert considered == [f"model:{NAME}/{original + 1}"], "nothing is ever decided about the original, so that nothing lets it answer"
    before = versions(project)
    project.cairn("model", "consider", NAME, str(original), code=4)  # it is in production already
    assert versions(project) == before, "a conversion that is there is taken, and none made anew"


def test_one_that_answers_otherwise_is_considered_as_it_is_and_why_is_on_record(project, by_value):  # noqa: F811
    table = frame(300)
    original = log(project, "sklearn", bend(LinearRegression().fit(table[NUMBERS], amounts(table)), 0.7), NUMBERS)
    rollout = project.cairn("model", "consider", NAME, str(original))
    assert rollout["version"] == original
    refused = [event for event in events(project, "conversion.refused") if event["subject"] == f"model:{NAME}/{original}"]
    assert len(refused) == 1 and "No conversion answers as the model does" in refused[0]["body"]["reason"]
    approve(project, rollout)
    assert infer(project, frame()[NUMBERS])[1] == "python_function"


class Sum(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return model_input["a"] / 20 + 0.4


def test_what_no_converter_knows_is_considered_as_it_is_and_why_is_on_record(project):
    table = frame()[NUMBERS]
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    original = project.log(mlflow.pyfunc, python_model=Sum(), signature=infer_signature(table, table["a"]), pip_requirements=["numpy"], input_example=table[:5])
    rollout = project.cairn("model", "consider", NAME, str(original))
    assert rollout["version"] == original
    refused = [event for event in events(project, "conversion.refused") if event["subject"] == f"model:{NAME}/{original}"]
    assert len(refused) == 1 and "a Python function" in refused[0]["body"]["reason"], refused
    project.cairn("audit", "verify")


TRAIN = """import mlflow, numpy, pandas
from mlflow.models import infer_signature
from sklearn.linear_model import LinearRegression

table = pandas.read_csv("table.csv")
model = LinearRegression().fit(table[["a", "b"]], table["y"])
with mlflow.start_run():
    mlflow.sklearn.log_model(model, name="model", registered_model_name="MODEL", serialization_format="cloudpickle", pip_requirements=["numpy"],
                             signature=infer_signature(table[["a", "b"]], model.predict(table[["a", "b"]])), input_example=table[["a", "b"]][:5])
open("trained.txt", "w").write("trained")
"""


def test_what_a_pipeline_run_registers_is_converted_before_it_is_considered(project):
    table = frame(300)
    table.assign(y=amounts(table)).to_csv(project.folder / "table.csv", index=False)
    (project.folder / "train.py").write_text(TRAIN.replace("MODEL", NAME))
    (project.folder / "dvc.yaml").write_text(f"stages:\n  train:\n    cmd: {sys.executable} train.py\n    deps: [train.py, table.csv]\n    outs: [trained.txt]\n")
    before = versions(project) if NAME in json.dumps(project.cairn("model", "list")) else []
    project.cairn("run")
    until = time.monotonic() + PATIENCE
    while len(versions(project)) < len(before) + 2:
        assert time.monotonic() < until, "the version was registered, and no conversion"
        time.sleep(0.1)
    original, conversion = sorted(int(version) for version in set(versions(project)) - set(before))
    rollouts = lambda: requests.get(f"{project.running.uri}/api/v1/rollouts", timeout=30).json()["items"]  # noqa: E731
    until = time.monotonic() + PATIENCE
    while not (considered := [one for one in rollouts() if one["version"] in (original, conversion)]) or considered[0]["stage"] == "examining":
        assert time.monotonic() < until, "neither was considered"
        time.sleep(0.1)
    assert [one["version"] for one in considered] == [conversion], "the original is not considered beside it"
    approve(project, considered[0])
    assert infer(project, frame()[NUMBERS])[1] == "onnx_onnxv1"
