"""The catalogue of models: found by what they take and give, and shown to who may see them, at the command line and over HTTP."""

import json
import subprocess

import mlflow
import numpy
import pandas
import pytest
from mlflow.models import infer_signature
from small_project import CONFIGURATION, MODEL, Refused, judged, make

CATALOGUE = """governance:
  catalogue:
    visible_to: [developer]
    models:
      - {model: late-arrival, owner: Ada, visible_to: everybody}
      - {model: churn, visible_to: [ada]}
"""
AGE = pandas.DataFrame({"age": [1.5], "name": ["x"]})


class Constant(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input: pandas.DataFrame, params=None):
        return numpy.zeros(len(model_input))


@pytest.fixture(scope="module")
def project(tmp_path_factory, cairn_binary):
    """One model in production, three more, of which one has no signature."""
    cairn = make(tmp_path_factory.mktemp("catalogue") / "project", cairn_binary, CONFIGURATION + CATALOGUE)
    server = cairn.start("ben")
    assert cairn.ask("run")["state"] == "finished"
    mlflow.set_tracking_uri(server.address)
    mlflow.set_experiment("others")
    given = pandas.DataFrame({"probability": [0.5]})
    for name, signature in (("churn", infer_signature(AGE, given)), ("uplift", infer_signature(AGE[["age"]].astype(int), given)), ("plain", None)):
        with mlflow.start_run():
            mlflow.pyfunc.log_model(name="model", python_model=Constant(), registered_model_name=name, signature=signature, pip_requirements=[])
    client = mlflow.MlflowClient()
    client.update_registered_model("churn", "Who leaves next month")
    cairn.ask("model", "approve", judged(server, 1)["id"], "--sign", "ada", actor="ada")
    server.wait_for("the model to answer", lambda: server.get("/api/v1/serving")["version"] == "1", 60)
    cairn.server = server
    yield cairn
    assert server.stop() == 0


def names(answer):
    return [item["model"] for item in answer["items"]]


def test_each_sees_what_they_may_at_the_command_line_and_over_http(project):
    assert names(project.server.get("/api/v1/catalogue")) == [MODEL]
    assert names(project.ask("catalogue")) == [MODEL]
    ben, ada = project.ask("catalogue", "--sign", "ben"), project.ask("catalogue", "--sign", "ada")
    assert (ben["asker"], names(ben)) == ("ben", [MODEL, "plain", "uplift"])
    assert (ada["asker"], names(ada)) == ("ada", ["churn", MODEL])
    # A name alone is a claim and opens nothing.
    asked = subprocess.run(["curl", "-s", "-H", "X-Cairn-Actor: ada", project.server.address + "/api/v1/catalogue"], capture_output=True, text=True, check=True)
    assert names(json.loads(asked.stdout)) == [MODEL]


def test_a_signature_counts_for_its_question_alone_and_what_is_refused_is_on_record(project):
    for body in ({"signer": "ada", "at": 1, "signature": "AAAA"}, {"signer": "eve", "at": 1, "signature": "AAAA"}, {"signer": "ada"}):
        with pytest.raises(Refused) as refused:
            project.server.post("/api/v1/catalogue", body)
        assert refused.value.code == 403
    # The same attempt with the same outcome is kept once.
    attempts = [event["body"] for event in project.ask("audit", "log", "--kind", "governance.attempt_refused")["items"]]
    assert sorted(one["principal"] for one in attempts if one["attempt"] == "see_catalogue") == ["ada", "eve"]
    for body in ({"takes": "age"}, {"takes": [":"]}, {"words": [1]}, {"wrods": []}):
        with pytest.raises(Refused) as refused:
            project.server.post("/api/v1/catalogue", body)
        assert refused.value.code == 400


def test_a_search_by_signature_finds_exactly_those_that_fit(project):
    def found(*words, sign="ada"):
        return names(project.ask("catalogue", *words, "--sign", sign))

    assert found("--takes", "age:double", "--gives", "probability") == ["churn"]
    assert found("--takes", "age", "--gives", "probability:double", sign="ben") == ["uplift"]
    assert found("--takes", "age:double", sign="ben") == []
    assert found("--takes", ":string", "--takes", "age") == ["churn"]
    assert found("--takes", "hour:long", "--gives", ":float32") == [MODEL]
    assert found("NEXT", "month") == ["churn"]
    assert found("nothing like that") == []
    assert names(project.server.get("/api/v1/catalogue?takes=hour:long,carrier:string&gives=:float32&words=ada")) == [MODEL]


def test_an_entry_says_what_it_takes_and_where_it_is(project):
    (entry,) = project.server.get("/api/v1/catalogue")["items"]
    assert (entry["version"], entry["newest"], entry["owner"], entry["state"]) == (1, 1, "Ada", "answers")
    assert entry["endpoint"] == f"{project.server.address}/v2/models/{MODEL}/infer"
    expected = mlflow.models.get_model_info(f"models:/{MODEL}/1").signature
    assert [(one["name"], one["type"]) for one in entry["inputs"]] == [(one.name, one.type.name if one.type.name == "string" else str(one.type).split(".")[-1]) for one in expected.inputs]
    assert entry["outputs"] == [{"name": "", "type": "float32", "shape": [-1, 2], "required": True}]
    plain = next(item for item in project.ask("catalogue", "--sign", "ben")["items"] if item["model"] == "plain")
    assert (plain["state"], plain["problem"], plain["endpoint"]) == ("registered", "it was logged without a signature", None)
    said = subprocess.run([project.binary, "catalogue"], cwd=project.folder, capture_output=True, text=True, check=True).stdout
    assert "answers" in said and "hour:long" in said and "churn" not in said


def test_who_may_see_what_is_an_approvers_to_change(project):
    text = (project.folder / "cairn.yaml").read_text()
    (project.folder / "cairn.yaml").write_text(text.replace("[ada]", "everybody"))
    with pytest.raises(Refused, match="governance"):
        project.ask("apply", actor="ben")
    (project.folder / "cairn.yaml").write_text(text.replace("[ada]", "[adda]"))
    with pytest.raises(Refused, match="Did you mean 'ada'"):
        project.ask("apply", "--sign", "ada", actor="ada")
    assert names(project.ask("catalogue")) == [MODEL]
