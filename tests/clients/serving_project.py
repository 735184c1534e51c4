"""A model taken the whole way into production by the program itself: data, candidate, gates, approval."""

import contextlib
import json
import os
import subprocess
import time

import mlflow
import numpy
import onnx
import pandas
import requests
from running import CAIRN, Server

NAME = "late-arrival"
PATIENCE = 60  # seconds until a promoted version must answer

PROJECT = """
project: served
charter: {risk: limited}
roles: {principals: [{name: ada, roles: [approver], key: KEY}]}
data:
  rows:
    path: data/rows
    target: y
    positive: late
    key: [id]
    holdout: 50%
    contract:
      columns:
        id: {type: integer}
COLUMNS
        y: {type: string, serving: false}
model: {name: late-arrival, dataset: rows}
gates: {rules: [{name: answers in time, latency_p99_ms: 1000}]}
serving: {assertions: ASSERTIONS, fallback: none, worker: WORKER, batching: BATCHING, canary: CANARYOUTPUTS}
"""


class Project:
    """A folder with a project, and the server that works in it."""

    def __init__(self, folder, running):
        self.folder, self.running = folder, running

    def cairn(self, *words, actor="ben", code=0):
        environment = {**os.environ, "CAIRN_ID_DIR": str(self.folder / "ids"), "CAIRN_ACTOR": actor}
        command = [CAIRN, *words, "--json", "--data", str(self.running.data)]
        ended = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True)
        assert ended.returncode == code, f"{words}: {ended.stdout}{ended.stderr}"
        return json.loads(ended.stdout)

    def begin(self, frame, columns, assertions="contract", worker=None, batching=None, canary=None, outputs=None):
        """Accepts a configuration that binds the model, and adds the frame, repeated, as its data. `worker` is how Python models are run, `batching` how
        requests are put together, `canary` how a version is tried on live traffic, `outputs` what its outputs are held to."""
        key = self.cairn("id", "new", "ada")["key"]
        rules = "\n".join(f"        {name}: {{type: {kind}}}" for name, kind in columns.items())
        text = PROJECT.replace("KEY", key).replace("COLUMNS", rules).replace("ASSERTIONS", assertions)
        text = text.replace("WORKER", json.dumps(worker)).replace("BATCHING", json.dumps(batching)).replace("CANARYOUTPUTS", json.dumps(canary) + (f", outputs: {json.dumps(outputs)}" if outputs else ""))
        (self.folder / "cairn.yaml").write_text(text)
        self.cairn("apply", actor="ada")
        table = pandas.concat([frame] * (800 // len(frame)), ignore_index=True)
        late = numpy.where(numpy.random.default_rng(1).random(len(table)) < 0.3, "late", "on time")
        table.assign(id=range(len(table)), y=late).to_csv(self.folder / "rows.csv", index=False)
        self.cairn("data", "add", "rows.csv", "--to", "rows")

    def register(self, model, signature=None):
        """Logs and registers the ONNX model with the real client; gives the version's number."""
        onnx_model = model if isinstance(model, onnx.ModelProto) else onnx.load(model)
        return self.log(mlflow.onnx, onnx_model, signature=signature, pip_requirements=["onnx", "onnxruntime"])

    def log(self, flavour, *model, **options):
        """Logs and registers a model by the real client's own flavour; gives the version's number."""
        mlflow.set_tracking_uri(self.running.uri)
        mlflow.set_experiment("served")
        with mlflow.start_run():
            flavour.log_model(*model, name="model", registered_model_name=NAME, **options)
        return max(int(version.version) for version in mlflow.MlflowClient().search_model_versions(f"name='{NAME}'"))

    def promote(self, version):
        rollout = self.cairn("model", "consider", NAME, str(version))
        return self.cairn("model", "approve", rollout["id"], "--sign", "ada", actor="ada")

    def serve(self, version):
        """Promotes a version, and waits until it answers."""
        self.promote(version)
        until = time.monotonic() + PATIENCE
        while requests.get(f"{self.running.uri}/api/v1/serving", timeout=30).json()["version"] != str(version):
            assert time.monotonic() < until
            time.sleep(0.1)
        return version


@contextlib.contextmanager
def begun(folder, frame, columns, options=(), **how):
    """A project of `frame` in a folder of its own, as Project.begin takes it, and its server, which must end well."""
    running = Server(folder / "data-folder", folder, options=options)
    project = Project(folder, running)
    project.begin(frame, columns, **how)
    yield project
    assert running.stop() == 0
    running.log.close()
