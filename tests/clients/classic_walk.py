"""What a team does with MLflow's client from its first experiment to a loaded model, in calls that every version since 2.0 has.

Run as a program with the address of a server: `python classic_walk.py URI`. Every version of the client that is installed for the tests takes it.
"""

import json
import math
import pathlib
import sys
import tempfile

import mlflow
import numpy as np
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression


def refused(call, *arguments, **named):
    try:
        call(*arguments, **named)
    except MlflowException as error:
        return error
    raise AssertionError(f"{call.__name__}{arguments} was not refused")


def walk_experiments(client, name):
    experiment = client.create_experiment(name, tags={"team": "blue"})
    assert client.get_experiment_by_name(name).experiment_id == experiment
    assert refused(client.create_experiment, name).error_code == "RESOURCE_ALREADY_EXISTS"
    client.set_experiment_tag(experiment, "stage", "draft")
    client.rename_experiment(experiment, name + " again")
    found = client.search_experiments(filter_string=f"name = '{name} again' and tags.team = 'blue'")
    assert [(one.experiment_id, one.tags["stage"]) for one in found] == [(experiment, "draft")]
    client.delete_experiment(experiment)
    assert client.get_experiment(experiment).lifecycle_stage == "deleted"
    assert not client.search_experiments(filter_string=f"name = '{name} again'")
    client.restore_experiment(experiment)
    client.rename_experiment(experiment, name)
    return experiment


def walk_runs(client, experiment):
    run = client.create_run(experiment, run_name="by hand", tags={"who": "walk"}).info.run_id
    for step in range(5):
        client.log_metric(run, "loss", 1 / (step + 1), timestamp=1000 + step, step=step)
    client.log_metric(run, "loss", 9.0, timestamp=1, step=1)
    client.log_metric(run, "odd", math.nan, timestamp=1000)
    client.log_param(run, "lr", 0.1)
    assert refused(client.log_param, run, "lr", 0.2).error_code == "INVALID_PARAMETER_VALUE"
    client.log_batch(
        run,
        metrics=[Metric(f"m{i}", float(i), 2000 + i, i) for i in range(200)],
        params=[Param(f"p{i}", str(i)) for i in range(50)],
        tags=[RunTag("colour", "red")],
    )
    client.set_tag(run, "gone", "soon")
    client.delete_tag(run, "gone")
    client.set_terminated(run, "FINISHED", end_time=5000)
    seen = client.get_run(run)
    assert (seen.info.run_name, seen.info.status, seen.info.end_time) == ("by hand", "FINISHED", 5000)
    assert seen.data.metrics["loss"] == 0.2 and math.isnan(seen.data.metrics["odd"])
    assert seen.data.params["lr"] == "0.1" and seen.data.params["p49"] == "49" and len(seen.data.metrics) == 202
    assert seen.data.tags["who"] == "walk" and seen.data.tags["colour"] == "red" and "gone" not in seen.data.tags
    history = [(point.step, point.timestamp, point.value) for point in client.get_metric_history(run, "loss")]
    assert len(history) == 6 and sorted(history)[2] == (1, 1001, 0.5)
    client.delete_run(run)
    assert not client.search_runs([experiment], "tags.who = 'walk'")
    assert client.search_runs([experiment], "tags.who = 'walk'", ViewType.DELETED_ONLY)[0].info.run_id == run
    client.restore_run(run)
    return run


def walk_search(client, experiment):
    for i in range(12):
        with mlflow.start_run(experiment_id=experiment, run_name=f"trial {i}"):
            mlflow.log_params({"depth": i % 3, "kind": "tree" if i % 2 else "line"})
            mlflow.log_metrics({"auc": i / 10, "loss": 1 - i / 10})
    found = client.search_runs([experiment], "metrics.auc > 0.25 and params.kind = 'tree'", order_by=["metrics.auc DESC"])
    assert [run.info.run_name for run in found] == ["trial 11", "trial 9", "trial 7", "trial 5", "trial 3"]
    pages, token = [], None
    while True:
        page = client.search_runs([experiment], "metrics.auc >= 0", order_by=["metrics.auc ASC"], max_results=5, page_token=token)
        pages.append(len(page))
        token = page.token
        if not token:
            break
    assert pages == [5, 5, 2]
    table = mlflow.search_runs([experiment], "attributes.run_name LIKE 'trial 1%'")
    assert sorted(table["tags.mlflow.runName"]) == ["trial 1", "trial 10", "trial 11"]
    assert refused(client.search_runs, [experiment], "metrics.auc >").error_code == "INVALID_PARAMETER_VALUE"


def walk_artifacts(client, run):
    with tempfile.TemporaryDirectory() as folder:
        local = pathlib.Path(folder, "notes & more.txt")
        local.write_text("één\n")
        client.log_artifact(run, str(local), "texts/deep")
        client.log_dict(run, {"a": [1, 2]}, "a.json")
        client.log_text(run, "hello", "texts/b.txt")
        assert [(one.path, one.is_dir) for one in client.list_artifacts(run)] == [("a.json", False), ("texts", True)]
        assert sorted(one.path for one in client.list_artifacts(run, "texts")) == ["texts/b.txt", "texts/deep"]
        fetched = pathlib.Path(client.download_artifacts(run, "texts", folder))
        assert (fetched / "deep" / local.name).read_text() == "één\n" and (fetched / "b.txt").read_text() == "hello"
        assert json.loads(pathlib.Path(client.download_artifacts(run, "a.json", folder)).read_text()) == {"a": [1, 2]}


def walk_models(client, experiment, name):
    rows, labels = load_iris(return_X_y=True, as_frame=True)
    model = LogisticRegression(max_iter=500).fit(rows, labels)
    with mlflow.start_run(experiment_id=experiment) as run:
        mlflow.sklearn.log_model(model, "model", registered_model_name=name, input_example=rows.head(2))
    expected = model.predict(rows)
    version = client.get_model_version(name, "1")
    assert version.run_id == run.info.run_id and version.status == "READY"
    client.set_registered_model_alias(name, "champion", "1")
    client.set_model_version_tag(name, "1", "checked", "yes")
    client.update_model_version(name, "1", description="the first")
    for uri in (f"models:/{name}/1", f"models:/{name}@champion", f"runs:/{run.info.run_id}/model"):
        assert np.array_equal(mlflow.pyfunc.load_model(uri).predict(rows), expected), uri
    assert client.get_model_version_by_alias(name, "champion").tags == {"checked": "yes"}
    assert [one.version for one in client.search_model_versions(f"name = '{name}'")] in (["1"], [1])
    assert client.search_registered_models(f"name LIKE '{name[:6]}%'")[0].name == name
    client.transition_model_version_stage(name, "1", "Staging")
    assert client.get_latest_versions(name, ["Staging"])[0].description == "the first"
    client.delete_registered_model_alias(name, "champion")
    client.rename_registered_model(name, name + "-2")
    client.delete_model_version(name + "-2", "1")
    client.delete_registered_model(name + "-2")
    assert refused(client.get_registered_model, name + "-2").error_code == "RESOURCE_DOES_NOT_EXIST"


def walk_automatic_logging(client, experiment):
    mlflow.set_experiment(experiment_id=experiment)
    mlflow.sklearn.autolog()
    rows, labels = load_iris(return_X_y=True)
    with mlflow.start_run() as run:
        LogisticRegression(max_iter=500, C=0.5).fit(rows, labels)
        mlflow.log_input(mlflow.data.from_pandas(pd.DataFrame(rows, columns=list("abcd")), name="iris"), context="training")
    mlflow.sklearn.autolog(disable=True)
    seen = client.get_run(run.info.run_id)
    assert seen.data.params["C"] == "0.5" and seen.data.metrics["training_accuracy_score"] > 0.9
    assert "iris" in [one.dataset.name for one in seen.inputs.dataset_inputs]
    assert mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model").predict(rows[:1])[0] == labels[0]


def main(uri):
    mlflow.set_tracking_uri(uri)
    client = MlflowClient(uri)
    name = f"walk of {mlflow.__version__}"
    experiment = walk_experiments(client, name)
    run = walk_runs(client, experiment)
    walk_search(client, experiment)
    walk_artifacts(client, run)
    walk_models(client, experiment, "walk-" + mlflow.__version__.replace(".", "-"))
    walk_automatic_logging(client, experiment)
    print(json.dumps({"version": mlflow.__version__, "experiment": experiment, "run": run}))


if __name__ == "__main__":
    main(sys.argv[1])
