"""A store with everything in it, written and read by the real mlflow client: what must survive every move."""

import json
import os
import pathlib
import subprocess
import sys

import mlflow
import numpy
from mlflow import MlflowClient
from mlflow.data.numpy_dataset import from_numpy
from mlflow.entities import Metric, Param, RunTag, ViewType
from running import CAIRN

MLFLOW = pathlib.Path(sys.executable).with_name("mlflow")


class Same(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return model_input


def write(uri, artifacts, runs):
    """A store with everything in it that comes over, by the real client."""
    client = MlflowClient(uri, uri)
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    location = {"artifact_location": str(artifacts)} if artifacts else {}
    churn = client.create_experiment("churn ü", tags={"team": "blue", "mlflow.note.content": "# why"}, **location)
    chance = numpy.random.default_rng(5)
    for number in range(runs):
        run = client.create_run(churn, start_time=1_700_000_000_000 + number, run_name=f"run {number}", tags={"wide": "x" * number})
        curve = [Metric("loss/train", float(value), 1_700_000_000_000 + step * 7, step) for step, value in enumerate(chance.normal(size=number % 40))]
        client.log_batch(
            run.info.run_id,
            metrics=[*curve, Metric("auc", float(chance.random()), 1_700_000_000_500, 0)],
            params=[Param("depth", str(number)), Param("empty", " "), Param("text", "zwei\nZeilen 'und' \"Zeichen\"")],
            tags=[RunTag("a key/of two", "Wert é")],
        )
        if number % 3:
            client.set_terminated(run.info.run_id, "FAILED" if number % 3 == 1 else "FINISHED", 1_700_000_100_000 + number)
        if number % 25 == 0:
            client.log_text(run.info.run_id, f"what run {number} left", "notes/read me.txt")
        if number % 20 == 7:
            client.delete_run(run.info.run_id)
    odd = client.create_run(churn, run_name="odd numbers")
    for step, value in enumerate([float("nan"), float("inf"), float("-inf"), 0.1 + 0.2, -0.0, 5e-324, 1.7e308]):
        client.log_metric(odd.info.run_id, "odd", value, timestamp=1_700_000_000_000, step=-step)
    if "://" in uri:  # The store of files is stricter than the others.
        client.create_run(churn, run_name="odd tags", tags={"git@branch": "main", "team (x)": "a=b", "k" * 250: ""})
    gone = client.create_experiment("gone")
    client.create_run(gone, run_name="of a deleted experiment")
    client.delete_experiment(gone)
    rows = from_numpy(numpy.zeros((4, 2)), name="rows")
    with mlflow.start_run(experiment_id=churn, run_name="with a model"):
        mlflow.log_input(rows, context="training", tags={"kind": "zeros"})
        logged = mlflow.pyfunc.log_model(name="model", python_model=Same(), pip_requirements=[], registered_model_name="churn model")
        mlflow.log_metric("accuracy", 0.75, step=3, model_id=logged.model_id, dataset=rows)
        if "://" in uri:
            mlflow.log_metric("lost", float("nan"), step=1, model_id=logged.model_id, dataset=rows)
    client.create_model_version("churn model", f"models:/{logged.model_id}", description="again", tags={"a": "b"}, model_id=logged.model_id)
    client.create_model_version("churn model", f"models:/{logged.model_id}", model_id=logged.model_id)
    client.delete_model_version("churn model", "2")
    client.copy_model_version("models:/churn model/1", "copied")
    client.copy_model_version("models:/copied/1", "copied again")
    client.set_registered_model_tag("churn model", "owner", "ada")
    client.update_registered_model("churn model", "Who leaves?")
    client.set_registered_model_alias("churn model", "champion", 3)
    mlflow.genai.register_prompt(name="greeting", template="Say {{what}}.", commit_message="first")


def plain(value):
    """A value in which NaN equals NaN, infinities are what stores make of them, and the sign of zero, which SQLite does not keep, does not count."""
    return "NaN" if value != value else max(min(value, sys.float_info.max), -sys.float_info.max) + 0.0


def read(uri):
    """All that mlflow's client can see, but for where artifacts lie."""
    client = MlflowClient(uri, uri)
    seen = {"experiments": {}, "runs": {}, "points": {}, "logged": {}, "models": {}, "versions": {}, "files": {}}
    experiments = client.search_experiments(view_type=ViewType.ALL)
    for e in experiments:
        if e.experiment_id != "0":
            seen["experiments"][e.experiment_id] = (e.name, e.lifecycle_stage, e.creation_time, e.last_update_time, e.tags)
    ids = [e.experiment_id for e in experiments]
    token = None
    while True:
        page = client.search_runs(ids, run_view_type=ViewType.ALL, max_results=1000, page_token=token)
        for run in page:
            i, d = run.info, run.data
            seen["runs"][i.run_id] = (
                i.experiment_id, i.run_name, i.user_id, i.status, i.start_time, i.end_time, i.lifecycle_stage, d.params, d.tags,
                {key: plain(value) for key, value in d.metrics.items()},
                sorted((x.dataset.name, x.dataset.digest, x.dataset.source, x.dataset.schema, x.dataset.profile, sorted((t.key, t.value) for t in x.tags))
                       for x in run.inputs.dataset_inputs),
                sorted((x.model_id, x.step) for x in (run.outputs.model_outputs if run.outputs else [])),
            )
            for key in d.metrics:
                seen["points"][i.run_id, key] = sorted((m.step, m.timestamp, str(plain(m.value))) for m in client.get_metric_history(i.run_id, key))
        token = page.token
        if not token:
            break
    for m in client.search_logged_models([e.experiment_id for e in experiments if e.lifecycle_stage == "active"]):
        seen["logged"][m.model_id] = (
            m.experiment_id, m.name, m.model_type or None, m.source_run_id, str(m.status), m.creation_timestamp, m.last_updated_timestamp, m.params,
            {key: value for key, value in m.tags.items() if key != "mlflow.modelVersions"},
            sorted((x.key, x.value, x.step, x.timestamp, x.run_id, x.dataset_name, x.dataset_digest) for x in m.metrics if x.key != "lost"),  # MLflow's table of them has no NaN.
        )
    registry = client._get_registry_client()  # The public calls hide that a prompt is a registered model.
    names = [m.name for m in client.search_registered_models()] + [p.name for p in client.search_prompts()]
    for name in names:
        m = registry.get_registered_model(name)
        seen["models"][name] = (m.description or "", m.tags, {alias: str(version) for alias, version in m.aliases.items()}, m.creation_timestamp, m.last_updated_timestamp)
        for number in range(1, 5):
            try:
                v = registry.get_model_version(name, str(number))
            except mlflow.exceptions.MlflowException:
                continue
            seen["versions"][name, number] = (v.source if "models:/" in v.source else "", v.run_id or None, v.description or "", v.current_stage, v.tags,
                                              v.creation_timestamp, v.last_updated_timestamp, v.aliases)
    return seen


def assert_same(uri, other, mend=lambda seen: None):
    """`mend` puts right what mlflow itself reads wrong in the other store."""
    ours, theirs = read(uri), read(other)
    mend(theirs)
    assert len(theirs["runs"]) > 5 and theirs["models"] and theirs["logged"]
    for kind in theirs:
        assert ours[kind] == theirs[kind], kind


def cairn(data, *words, code=0):
    ended = subprocess.run([CAIRN, *words, "--json", "--data", str(data)], capture_output=True, text=True, env={**os.environ, "CAIRN_ACTOR": "ada"})
    assert ended.returncode == code, f"{words}: {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
    return json.loads(ended.stdout) if code < 2 else ended.stdout + ended.stderr
