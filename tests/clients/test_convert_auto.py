"""With `convert: auto` it is the conversion that is considered, approved and answers; where there is none, the original."""

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
