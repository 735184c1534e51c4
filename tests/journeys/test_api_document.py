"""api/openapi.yaml beside the program: every call is described, and what a project with a model in production answers is what is described."""

import contextlib
import json
import os
import pathlib
import re
import subprocess

import mlflow
import numpy
import pytest
import yaml
from small_project import MODEL, ROOT, go_wrong, judged, make

DOCUMENT = ROOT / "api" / "openapi.yaml"
DATACONTRACT = os.environ.get("CAIRN_DATACONTRACT", str(ROOT / "build" / "env" / "datacontract" / "bin" / "python"))


def described():
    paths = yaml.safe_load(DOCUMENT.read_text())["paths"]
    return {(path, method) for path, item in paths.items() for method in item.keys() & {"get", "post"}}


def test_every_call_of_the_own_api_is_described_and_nothing_else():
    mounted = set()
    for source in (ROOT / "src" / "server" / "cairn").glob("*.cc"):
        if not source.name.endswith("_test.cc"):
            found = re.findall(r'router\.(?:(Get|Post)\(|Add\(\{"(GET|POST)",)\s*"(/api/v1[^"]*)"', source.read_text())
            mounted |= {(path.replace("...}", "}"), (short or whole).lower()) for short, whole, path in found}
    assert len(mounted) > 50
    assert mounted == described()


class Asked:
    """Calls of one server, and what it answered."""

    def __init__(self, server):
        self.server, self.answers = server, []

    def __call__(self, method, template, query="", body=None, **captured):
        path = template
        for name, value in captured.items():
            path = path.replace("{" + name + "}", str(value))
        with contextlib.closing(self.server.connect()) as connection:
            connection.request(method.upper(), path + query, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = json.loads(response.read())
        self.answers.append([template, method, response.status, answer])
        return answer


@pytest.fixture(scope="module")
def asked(tmp_path_factory, cairn_binary):
    """A project with a version in production, live answers, an alert, an experiment and a version that is judged again."""
    cairn = make(tmp_path_factory.mktemp("described") / "project", cairn_binary)
    server = cairn.start("ada")
    ask = Asked(server)
    run = ask("post", "/api/v1/pipeline/runs", body={"project_dir": str(cairn.folder)})
    rollout = judged(server, 1)
    cairn.ask("model", "approve", rollout["id"], "--sign", "ada", actor="ada")
    go_wrong(server)
    ask("post", "/api/v1/monitors/advance")
    mlflow.set_tracking_uri(server.address)
    mlflow.set_experiment("described")
    cairn.ask("batch", MODEL, "--in", "first.csv", "--out", "answers.csv", "--key", "id")
    with mlflow.start_run() as tracked:
        for step in range(5):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.log_metric("broken", float("nan"))
        mlflow.log_param("depth", 3)
        mlflow.set_tag("kind", "test")
        mlflow.log_input(mlflow.data.from_numpy(numpy.zeros(3)))
    ask.project, ask.run, ask.tracked, ask.rollout = cairn.folder, run["id"], tracked.info.run_id, rollout["id"]
    yield ask
    assert server.stop() == 0


def complaints(answers):
    done = subprocess.run([DATACONTRACT, pathlib.Path(__file__).parent / "api_peer.py", DOCUMENT], input=json.dumps(answers), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_what_is_answered_is_what_is_described(asked):
    asked("post", "/api/v1/feasibility", body={})
    for template, method in sorted(described()):
        if method == "get" and "{" not in template and template not in ("/api/v1/audit/as-of", "/api/v1/audit/diff", "/api/v1/audit/account", "/api/v1/lineage", "/api/v1/data/search"):
            asked("get", template)
    asked("get", "/api/v1/audit/as-of", "?at=2100-01-01")
    asked("get", "/api/v1/audit/diff", "?from=2001-01-01")
    asked("get", "/api/v1/audit/account", f"?thing={MODEL}/1")
    asked("get", "/api/v1/lineage", "?thing=rows@1&direction=downstream")
    asked("get", "/api/v1/data/search", "?words=rows")
    event = asked("get", "/api/v1/audit/log", "?limit=1&order=oldest")["items"][0]["id"]
    asked("get", "/api/v1/audit/proof/{event}", event=event)
    for call in ("versions", "versions/{version}", "seal", "contract"):
        asked("get", "/api/v1/data/datasets/{name}/" + call, name="rows", version="1")
    asked("post", "/api/v1/data/verify", body={"dataset": "rows"})
    asked("post", "/api/v1/data/aliases", body={"dataset": "rows", "version": 1, "alias": "first"})
    asked("post", "/api/v1/data/aliases/remove", body={"dataset": "rows", "alias": "first"})
    asked("post", "/api/v1/data/check", body={"dataset": "rows", "file": str(asked.project / "first.csv"), "junit": True})
    asked("post", "/api/v1/data/infer", body={"dataset": "rows"})
    configuration = {"text": (asked.project / "cairn.yaml").read_text()}
    for call in ("configuration", "configuration/statement", "charter/check", "charter/page"):
        asked("post", "/api/v1/" + call, body=configuration)
    for call in ("", "/history", "/sample"):
        asked("get", "/api/v1/runs/{run}" + call, "?key=loss" if call else "?points=3", run=asked.tracked)
    for call in ("delete", "restore"):
        asked("post", "/api/v1/runs/{run}/" + call, run=asked.tracked)
        asked("post", "/api/v1/experiments/{experiment}/" + call, experiment="described")
    asked("get", "/api/v1/experiments/{experiment}", experiment="described")
    asked("get", "/api/v1/pipeline/runs/{id}", id=asked.run)
    asked("post", "/api/v1/pipeline/runs", body={"project_dir": str(asked.project), "dry_run": True})
    sweep = asked("post", "/api/v1/sweeps", body={"project_dir": str(asked.project)})["id"]
    asked("post", "/api/v1/sweeps", body={"project_dir": str(asked.project), "dry_run": True})
    asked("get", "/api/v1/sweeps", f"?sweep={sweep}")
    for call, method in (("", "get"), ("/differences", "get"), ("/stop", "post"), ("/retry", "post"), ("/remove", "post")):
        asked(method, "/api/v1/trials/{id}" + call, id=sweep + "-1")
    asked("post", "/api/v1/sweeps/stop", body={"project_dir": str(asked.project)})
    for call, method in (("", "get"), ("/firings", "get"), ("/pause", "post"), ("/resume", "post")):
        asked(method, "/api/v1/triggers/{name}" + call, name="retrain")
    asked("post", "/api/v1/catalogue", body={"takes": ["hour:long"]})
    asked("get", "/api/v1/models/{name}", name=MODEL)
    asked("get", "/api/v1/models/{name}/versions/{version}/verify", name=MODEL, version=1)
    asked("get", "/api/v1/models/{name}/versions/{version}/reference", name=MODEL, version=1)
    asked("get", "/api/v1/batches/{name}", name=MODEL)
    asked("get", "/api/v1/batches/{name}/rows/{key}", name=MODEL, key=7)
    asked("post", "/api/v1/batches/{name}/refusals", name=MODEL, body={"model": MODEL, "version": 1})
    for form in ("cyclonedx", "attestations", "slsa", "model-signing"):
        asked("get", "/api/v1/models/{name}/versions/{version}/evidence/{form}", name=MODEL, version=1, form=form)
    written = asked("get", "/api/v1/documents/{document}", f"?name={MODEL}&version=1", document="model-card")
    asked("post", "/api/v1/documents/verify", body={"text": written["text"] + "and more\n"})
    asked("get", "/api/v1/documents/{document}", "?name=rows&shape=html", document="datasheet")
    asked("post", "/api/v1/evaluations/plans", body={"model": MODEL, "threshold": 0.4, "metric": "roc_auc", "min": 0.5})
    made = asked("post", "/api/v1/evaluations", body={"model": MODEL, "dataset": "rows"})
    asked("get", "/api/v1/evaluations", "?model=" + MODEL)
    asked("get", "/api/v1/evaluations/{id}", id=made["id"])
    asked("get", "/api/v1/rollouts/{id}", "?reject=no", id=asked.rollout)
    hold = {"subject": "experiment:described", "reason": "a claim"}
    asked("post", "/api/v1/holds", body=hold)
    asked("get", "/api/v1/holds")
    asked("post", "/api/v1/holds/lift", body={"subject": hold["subject"]})
    asked("post", "/api/v1/deletions", body={"experiment": "described"})
    assert [call for call in asked.answers if call[2] != 200] == []
    asked("get", "/api/v1/models/{name}", name="none")
    asked("post", "/api/v1/data/verify", body={"dataste": "rows"})
    assert [status for *_, status, answer in asked.answers[-2:]] == [404, 400]
    assert "\n".join(complaints(asked.answers)) == ""


def test_an_answer_that_is_not_described_is_found_out():
    """The test above can fail."""
    version = {"name": "cairn", "version": "1", "mlflow_compatible": "3", "more": 1}
    (complaint,) = complaints([["/api/v1/version", "get", 200, version]])
    assert "more" in complaint
